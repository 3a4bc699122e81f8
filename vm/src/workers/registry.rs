//! Who lives: every worker thread of this process, with its parent. One mutex, one condition, one sequence.
//!
//! The sequence counts what has happened (somebody came, somebody went) and never goes back. Who waits for others takes its value under the
//! mutex *before* looking for them and sleeps only while it is unchanged, so nothing that happens after the look is missed; a number of live
//! workers would not do, for one that goes and one that comes restore it. All sleepers are woken each time: parents of several depths wait at
//! once, and the one that is woken alone may be the wrong one.
//!
//! This file knows neither threads nor JavaScript, and takes its lock from its parent module: `vm/tests/registry.rs` puts a model
//! checker's there.

use std::collections::BTreeMap;
use std::fmt;
use std::time::{Duration, Instant};

use super::sync::{Condvar, Mutex, MutexGuard, lock};

/// Number of a worker in its process, never used twice: Node's `threadId`.
pub type WorkerId = u32;

/// The thread that runs the test files: the root of the family.
pub const MAIN: WorkerId = 0;

/// Who is asked and does not go is asked again this often: what interrupts a system call is lost if it comes just before the call.
const ASK_AGAIN: Duration = Duration::from_millis(50);

/// What the registry needs of a worker.
pub trait Live: Clone {
    /// Asks it to end. From any thread, any number of times; called without the registry's lock.
    fn ask_to_end(&self);

    /// What it runs, for messages.
    fn entry(&self) -> String;
}

/// Whose end is waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whom {
    /// One worker.
    One(WorkerId),
    /// Those that this one has started.
    ChildrenOf(WorkerId),
    /// Everybody.
    All,
}

/// Some did not end in time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StillThere {
    /// What the first of them runs.
    pub entry: String,
    /// How many were waited for and are still there.
    pub matching: usize,
    /// How many live, all in all.
    pub total: usize,
    /// For how long they were waited for.
    pub waited: Duration,
}

impl fmt::Display for StillThere {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            entry,
            matching,
            total,
            waited,
        } = self;
        write!(
            f,
            "the worker {entry} did not end within {} s of being told to ({matching} matching, {total} in total)",
            waited.as_secs()
        )
    }
}

struct Entry<C> {
    parent: WorkerId,
    control: C,
    /// Nobody waits for it any more: it had its time.
    is_given_up: bool,
}

struct State<C> {
    sequence: u64,
    last: WorkerId,
    live: BTreeMap<WorkerId, Entry<C>>,
}

impl<C: Live> State<C> {
    fn changed(&mut self) {
        self.sequence += 1;
    }

    fn matching(&self, whom: Whom) -> Vec<(WorkerId, C)> {
        let matches = |id: WorkerId, entry: &Entry<C>| match whom {
            Whom::One(one) => one == id,
            Whom::ChildrenOf(parent) => entry.parent == parent && !entry.is_given_up,
            Whom::All => !entry.is_given_up,
        };
        let all = self.live.iter().filter(|(id, entry)| matches(**id, entry));
        all.map(|(id, entry)| (*id, entry.control.clone())).collect()
    }
}

/// The live workers.
pub struct Registry<C> {
    state: Mutex<State<C>>,
    happened: Condvar,
}

impl<C: Live> Default for Registry<C> {
    fn default() -> Self {
        Self {
            state: Mutex::new(State {
                sequence: 0,
                last: MAIN,
                live: BTreeMap::new(),
            }),
            happened: Condvar::new(),
        }
    }
}

impl<C: Live> Registry<C> {
    /// A worker lives from now on, started by `parent`. `make` gets its number. Called by the parent, before the thread exists.
    pub fn register(&self, parent: WorkerId, make: impl FnOnce(WorkerId) -> C) -> C {
        let mut state = lock(&self.state);
        state.last += 1;
        let id = state.last;
        let control = make(id);
        let entry = Entry {
            parent,
            control: control.clone(),
            is_given_up: false,
        };
        state.live.insert(id, entry);
        state.changed();
        self.happened.notify_all();
        control
    }

    /// It has ended, and reads nothing of its parent's any more. The last thing a worker does.
    pub fn unlink(&self, id: WorkerId) {
        let mut state = lock(&self.state);
        state.live.remove(&id);
        state.changed();
        self.happened.notify_all();
    }

    /// Asks `whom` to end and waits until they have, those that come meanwhile too. At the longest `limit`: who is still there then is given
    /// up, and no later wait is for them.
    ///
    /// # Errors
    /// Who did not end.
    pub fn end(&self, whom: Whom, limit: Duration) -> Result<(), StillThere> {
        let begun = Instant::now();
        loop {
            // The order is the point: the sequence, then the look, then the asking, then the sleep on that sequence.
            let (sequence, found) = {
                let state = lock(&self.state);
                (state.sequence, state.matching(whom))
            };
            let Some((_, first)) = found.first() else { return Ok(()) };
            for (_, control) in &found {
                control.ask_to_end();
            }
            let mut state = lock(&self.state);
            let waited = begun.elapsed();
            if waited >= limit {
                for (id, _) in &found {
                    state.live.entry(*id).and_modify(|entry| entry.is_given_up = true);
                }
                return Err(StillThere {
                    entry: first.entry(),
                    matching: found.len(),
                    total: state.live.len(),
                    waited: limit,
                });
            }
            self.sleep(state, sequence, ASK_AGAIN.min(limit - waited));
        }
    }

    fn sleep(&self, mut state: MutexGuard<'_, State<C>>, sequence: u64, patience: Duration) {
        while state.sequence == sequence {
            let Ok((next, timeout)) = self.happened.wait_timeout(state, patience) else {
                return;
            };
            if timeout.timed_out() {
                return;
            }
            state = next;
        }
    }

    /// Asks one of them to end, once.
    pub fn ask(&self, id: WorkerId) {
        let found = lock(&self.state).live.get(&id).map(|entry| entry.control.clone());
        if let Some(control) = found {
            control.ask_to_end();
        }
    }

    /// How many live.
    #[must_use]
    pub fn len(&self) -> usize {
        lock(&self.state).live.len()
    }

    /// Whether nobody lives.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether this one lives.
    #[must_use]
    pub fn contains(&self, id: WorkerId) -> bool {
        lock(&self.state).live.contains_key(&id)
    }
}
