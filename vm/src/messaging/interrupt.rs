//! Ends the native waits of one JS thread from another thread.

use std::cell::RefCell;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

/// One per JS thread. Whoever may stop that thread keeps a reference.
#[derive(Debug, Default)]
pub struct Interrupt {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    is_stopped: bool,
    is_woken: bool,
}

thread_local! {
    static CURRENT: RefCell<Option<Arc<Interrupt>>> = const { RefCell::new(None) };
}

/// How a wait ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wake {
    /// [`Interrupt::wake`].
    Woken,
    /// Its time was over.
    TimedOut,
    /// [`Interrupt::stop`]: JavaScript must not go on.
    Stopped,
}

impl Interrupt {
    /// That of this thread.
    #[must_use]
    pub fn current() -> Arc<Self> {
        CURRENT.with_borrow_mut(|current| Arc::clone(current.get_or_insert_default()))
    }

    /// Makes it that of this thread: whoever starts a thread that it may stop makes it. Before the thread's first JavaScript.
    pub fn install(self: Arc<Self>) {
        CURRENT.set(Some(self));
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing that could panic runs under the lock.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ends the wait that runs and all that come: the thread is to end. From any thread.
    pub fn stop(&self) {
        self.state().is_stopped = true;
        self.changed.notify_all();
    }

    /// Whether [`Interrupt::stop`] was called.
    #[must_use]
    pub fn is_stopped(&self) -> bool {
        self.state().is_stopped
    }

    /// Ends the wait that runs or, if none does, the next one.
    pub(super) fn wake(&self) {
        self.state().is_woken = true;
        self.changed.notify_all();
    }

    /// Forgets a wake-up that nobody has waited for.
    pub(super) fn forget_wake(&self) {
        self.state().is_woken = false;
    }

    /// Waits on the thread it belongs to; `None`: as long as it takes.
    pub(super) fn wait(&self, until: Option<Instant>) -> Wake {
        let mut state = self.state();
        loop {
            if state.is_stopped {
                return Wake::Stopped;
            }
            if std::mem::take(&mut state.is_woken) {
                return Wake::Woken;
            }
            let Some(until) = until else {
                state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
                continue;
            };
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Wake::TimedOut;
            }
            let waited = self.changed.wait_timeout(state, left);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_without_end_ends_when_the_thread_is_stopped() {
        let interrupt = Arc::new(Interrupt::default());
        let waiting = Arc::clone(&interrupt);
        let thread = std::thread::spawn(move || (waiting.wait(None), waiting.wait(None)));
        interrupt.stop();
        assert_eq!(thread.join().expect("no panic"), (Wake::Stopped, Wake::Stopped));
    }

    #[test]
    fn a_wake_up_before_the_wait_is_not_lost_and_counts_once() {
        let interrupt = Interrupt::default();
        interrupt.wake();
        assert_eq!(interrupt.wait(None), Wake::Woken);
        assert_eq!(interrupt.wait(Some(Instant::now())), Wake::TimedOut);
        interrupt.wake();
        interrupt.forget_wake();
        assert_eq!(interrupt.wait(Some(Instant::now())), Wake::TimedOut);
    }
}
