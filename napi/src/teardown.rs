//! The end of envs, in Node's order, in the parking realm.
//!
//! For the envs of one file together: work that no thread has begun is taken back and the rest waited for; cleanup hooks, newest first;
//! threadsafe functions; asynchronous hooks are waited for; handles of libuv that are left are closed; then each env, newest first:
//! finalizers, instance data. Each step is taken as
//! soon as what it waits for is there; nothing here blocks. What is given up stays parked: its env is valid, refuses JavaScript, and goes on
//! from where it stood when what it waits for comes after all.

use std::time::Duration;

use trun_vm::addons::AddonLeak;
use trun_vm::engine::Ctx;

use crate::env::{Env, State};
use crate::instance::Instance;
use crate::pool::Pool;

/// Envs that end together.
pub(crate) struct Teardown {
    /// Newest first.
    envs: Vec<&'static Env>,
    stage: Stage,
    /// How often hooks were run.
    rounds: u32,
}

/// How often finalizers may add hooks, and hooks and finalizers start what has to end again. Who always does must not keep the next file from
/// running: what he adds then is forgotten.
const MAX_ROUNDS: u32 = 100;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Works,
    Hooks,
    AsyncHooks,
    Handles,
    Envs,
}

/// What an env had running when its file ended.
struct Open {
    env: &'static Env,
    works: usize,
    functions: usize,
    requests: usize,
    handles: Vec<(usize, String)>,
}

impl Open {
    fn of(instance: &Instance, env: &'static Env) -> Self {
        Self {
            env,
            works: instance.open_works(env),
            functions: instance.open_threadsafe(env),
            requests: instance.open_requests(env),
            handles: instance.open_handles(env),
        }
    }

    fn leak(&self) -> Option<AddonLeak> {
        let mut counts = vec![
            (self.functions, "threadsafe function"),
            (self.works, "async work"),
            (self.requests, "libuv request"),
        ];
        counts.extend(self.handles.iter().map(|(count, what)| (*count, what.as_str())));
        list(&counts).map(|left| AddonLeak {
            addon: self.env.path().display().to_string(),
            left,
        })
    }
}

/// "1 threadsafe function and 2 async works"; none for nothing.
fn list(counts: &[(usize, &str)]) -> Option<String> {
    let parts: Vec<String> = counts
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!("{count} {what}{}", if *count == 1 { "" } else { "s" }))
        .collect();
    (!parts.is_empty()).then(|| parts.join(" and "))
}

impl Instance {
    /// Begins to end every parked env that is not ending yet.
    pub(crate) fn begin_teardown(&'static self, cx: Ctx<'_>) {
        let parked = |env: &&&'static Env| env.state() == State::Parked;
        let envs: Vec<&'static Env> = self.envs().borrow().iter().rev().filter(parked).copied().collect();
        if envs.is_empty() {
            return;
        }
        for env in &envs {
            if let Some(leak) = Open::of(self, env).leak() {
                self.leaks().borrow_mut().push(leak);
            }
            env.set_state(State::Closing);
            self.cancel_works(env);
            self.cancel_requests(env);
        }
        let stage = Stage::Works;
        self.teardowns().borrow_mut().push(Teardown { envs, stage, rounds: 0 });
        self.poll_teardown(cx);
    }

    /// Takes every step that can be taken. True if the teardown that was begun last is over.
    pub(crate) fn poll_teardown(&'static self, cx: Ctx<'_>) -> bool {
        let Some(mut teardown) = self.teardowns().borrow_mut().pop() else {
            return true;
        };
        let done = teardown.advance(self, cx);
        if !done {
            self.teardowns().borrow_mut().push(teardown);
        }
        done
    }

    /// The time of the teardown that was begun last is over.
    pub(crate) fn give_up(&'static self, cx: Ctx<'_>, waited: Duration) {
        let Some(teardown) = self.teardowns().borrow_mut().pop() else {
            return;
        };
        let is_stuck = |env: &&'static Env| self.has_work(env) || self.hooks().borrow().unfinished(env) > 0;
        let (stuck, free): (Vec<_>, Vec<_>) = teardown.envs.into_iter().partition(is_stuck);
        for env in &stuck {
            self.tell_stuck(env, waited);
            self.close_gates(env);
            // Its threads must not be missed by the files to come.
            Pool::get().replace(self.started_works(env));
        }
        let apart = |envs: Vec<&'static Env>| Teardown {
            envs,
            stage: teardown.stage,
            rounds: teardown.rounds,
        };
        let mut parts: Vec<Teardown> = stuck.into_iter().map(|env| apart(vec![env])).collect();
        if !free.is_empty() {
            parts.push(apart(free));
        }
        parts.retain_mut(|part| !part.advance(self, cx));
        // Those whose hooks have only begun to wait.
        for env in parts.iter().flat_map(|part| &part.envs) {
            self.close_gates(env);
        }
        self.stuck().borrow_mut().extend(parts);
    }

    /// Whether something of `env` is in the hands of a thread, or on its way there or back.
    fn has_work(&self, env: &'static Env) -> bool {
        self.open_works(env) > 0 || self.open_requests(env) > 0
    }

    /// Whether any env waits for a thread: work, requests, threadsafe functions that are referenced.
    pub(crate) fn keeps_alive(&self) -> bool {
        let waits = |env: &&'static Env| self.has_work(env) || self.open_threadsafe(env) > 0;
        self.envs().borrow().iter().any(waits)
    }

    fn tell_stuck(&self, env: &'static Env, waited: Duration) {
        let left = list(&[
            (self.open_works(env), "async work"),
            (self.open_requests(env), "libuv request"),
            (self.hooks().borrow().unfinished(env), "cleanup hook"),
        ]);
        if let Some(left) = left {
            self.leaks().borrow_mut().push(AddonLeak {
                addon: env.path().display().to_string(),
                left: format!("{left} that did not end within {} ms", waited.as_millis()),
            });
        }
    }

    /// Something that a stuck env may have waited for has come.
    pub(crate) fn advance_stuck(&'static self, cx: Ctx<'_>) {
        let waiting = std::mem::take(&mut *self.stuck().borrow_mut());
        if waiting.is_empty() {
            return;
        }
        let mut left = self.in_parking(cx, |cx| {
            let mut left = waiting;
            left.retain_mut(|teardown| !teardown.advance(self, cx));
            left
        });
        self.stuck().borrow_mut().append(&mut left);
    }
}

impl Teardown {
    /// Takes every step that can be taken. True if all is over.
    fn advance(&mut self, instance: &'static Instance, cx: Ctx<'_>) -> bool {
        loop {
            match self.stage {
                Stage::Works if self.envs.iter().any(|env| instance.has_work(env)) => return false,
                Stage::Works => self.stage = Stage::Hooks,
                Stage::Hooks => {
                    self.rounds += 1;
                    instance.run_hooks(cx, &self.envs);
                    self.end_functions(instance, cx);
                    self.stage = Stage::AsyncHooks;
                }
                // Finalizers and late completions may add hooks.
                Stage::AsyncHooks if self.has_hooks(instance) => self.stage = Stage::Hooks,
                Stage::AsyncHooks if self.waits_for_hooks(instance) => return false,
                Stage::AsyncHooks => {
                    // Before finalizers, which may free the memory they lie in.
                    instance.close_handles(&self.envs);
                    self.stage = Stage::Handles;
                }
                Stage::Handles if instance.has_handles(&self.envs) => return false,
                Stage::Handles => self.stage = Stage::Envs,
                Stage::Envs => {
                    let Some(env) = self.envs.first().copied() else {
                        return true;
                    };
                    instance.finalize_all(cx, env);
                    if self.has_hooks(instance) || self.has_more(instance) {
                        self.stage = Stage::Works;
                        continue;
                    }
                    instance.end(cx, env);
                    self.envs.remove(0);
                }
            }
        }
    }

    fn end_functions(&self, instance: &'static Instance, cx: Ctx<'_>) {
        for env in &self.envs {
            for number in instance.threadsafe_of(env) {
                // Envs that end run no JavaScript that could throw.
                let _ = instance.end_threadsafe(cx, number);
            }
        }
    }

    /// Whether finalizers have started what must end first.
    fn has_more(&self, instance: &Instance) -> bool {
        let more = |env: &&'static Env| !instance.threadsafe_of(env).is_empty() || instance.has_work(env);
        self.rounds < MAX_ROUNDS && self.envs.iter().any(more)
    }

    fn has_hooks(&self, instance: &Instance) -> bool {
        let hooks = instance.hooks().borrow();
        self.rounds < MAX_ROUNDS && self.envs.iter().any(|env| hooks.has(env))
    }

    fn waits_for_hooks(&self, instance: &Instance) -> bool {
        let hooks = instance.hooks().borrow();
        self.envs.iter().any(|env| hooks.unfinished(env) > 0)
    }
}

#[cfg(test)]
mod tests {
    use super::list;

    #[test]
    fn what_is_left_reads_as_a_sentence() {
        let cases = [
            ([(0, "hook"), (0, "async work")], None),
            ([(1, "hook"), (1, "async work")], Some("1 hook and 1 async work")),
            ([(0, "hook"), (3, "async work")], Some("3 async works")),
        ];
        for (counts, text) in cases {
            assert_eq!(list(&counts).as_deref(), text);
        }
    }
}
