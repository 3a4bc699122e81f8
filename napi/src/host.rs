//! The VM's side of Node-API, and the end of envs.
//!
//! The order of an env's end is Node's. It runs in the parking realm, so no code of an addon sees a realm that is going or the next file's.

use std::cell::Cell;
use std::path::Path;
use std::time::Duration;

use trun_vm::addons::{AddonHost, AddonLeak, TeardownState};
use trun_vm::engine::{Ctx, JsResult, Object, Value};

use crate::env::{Env, State};
use crate::instance::Instance;
use crate::loader;

/// How often finalizers may add finalizers while an env ends. One that always adds another must not keep the next file from running.
const MAX_ROUNDS: u32 = 10_000;

/// Hosts Node-API addons.
#[derive(Default)]
pub struct NodeApi {
    instance: Cell<Option<&'static Instance>>,
}

impl NodeApi {
    fn instance(&self) -> &'static Instance {
        self.instance.get().expect("attached before anything else")
    }
}

impl AddonHost for NodeApi {
    fn attach(&self, parking: Ctx<'_>) {
        loader::keep_exports();
        self.instance.set(Some(Instance::attach(parking)));
    }

    fn load<'r>(&self, cx: Ctx<'r>, module: Object<'r>, path: &Path, flags: i32) -> JsResult<'r, ()> {
        loader::load(cx, self.instance(), module, path, flags)
    }

    fn leave_realm(&self, _parking: Ctx<'_>) {
        let instance = self.instance();
        for env in instance.envs().borrow().iter().filter(|env| env.state() == State::Live) {
            env.set_state(State::Parked);
        }
        instance.set_current(None);
        instance.forget_factory();
    }

    fn begin_teardown(&self, parking: Ctx<'_>) {
        let instance = self.instance();
        // Newest first, as Node ends them.
        let envs: Vec<&'static Env> = instance.envs().borrow().iter().rev().copied().collect();
        for env in envs {
            instance.end(parking, env);
        }
        // What was known of objects that earlier files left.
        instance.collect_due();
    }

    fn poll_teardown(&self, _parking: Ctx<'_>) -> TeardownState {
        TeardownState::Done
    }

    fn leaks(&self, _waited: Duration) -> Vec<AddonLeak> {
        Vec::new()
    }

    fn enter_realm(&self, cx: Ctx<'_>) {
        self.instance().set_current(Some(cx.realm_handle()));
    }

    fn has_finalizers(&self) -> bool {
        self.instance().has_due()
    }

    fn drain_finalizers<'r>(&self, cx: Ctx<'r>) -> JsResult<'r, ()> {
        self.instance().run_due(cx)
    }

    fn is_external<'r>(&self, cx: Ctx<'r>, value: Value<'r>) -> bool {
        self.instance().external().get(cx, value).is_some()
    }

    fn shut_down(&self, parking: Ctx<'_>) {
        self.begin_teardown(parking);
    }

    fn describe_running(&self) -> Option<String> {
        let (env, activity) = self.instance.get()?.running().get()?;
        Some(format!("addon {} ({})", env.path().display(), activity.name()))
    }
}

impl Instance {
    /// Ends an env: finalizers newest first, then its instance data, then everything it kept. Each finalizer runs exactly once, here or before.
    pub(crate) fn end(&'static self, cx: Ctx<'_>, env: &'static Env) {
        env.set_state(State::Closing);
        self.finalize_all(cx, env);
        if let Some(data) = env.instance_data().take() {
            let _ = data.run(cx, env);
        }
        self.references().borrow_mut().delete_all(self.roots(), env);
        self.release_deferreds(env);
        let functions = self.functions().borrow().ids_where(|one| std::ptr::eq(one.env, env));
        for id in functions {
            self.functions().borrow_mut().remove(id);
        }
        env.take_exception();
        env.set_state(State::Dead);
        self.envs().borrow_mut().retain(|one| !std::ptr::eq(*one, env));
    }

    /// Runs every finalizer of `env`, also those that finalizers add. What one throws must not keep the others from running.
    fn finalize_all(&'static self, cx: Ctx<'_>, env: &'static Env) {
        for _ in 0..MAX_ROUNDS {
            let posted = self.queue().take_posted(env);
            let list = self.references().borrow().finalizable(env);
            if posted.is_empty() && list.is_empty() {
                return;
            }
            for finalizer in posted {
                let _ = finalizer.run(cx, env);
            }
            for id in list {
                let _ = self.finalize_reference(cx, id);
            }
        }
    }
}
