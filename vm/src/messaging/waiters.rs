//! Who waits for words of memory: `Atomics.wait`, `notify` and `waitAsync`.
//!
//! The engine's own wait cannot be interrupted and knows one VM only. Here the waiters of all threads are in one table by address, first come
//! first woken. A value is compared and its waiter entered under the table's lock, and so is a notification: none is lost between.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Instant;

use crate::event_loop::Poster;

use super::interrupt::{Interrupt, Wake};

/// Number of a waiter, never used twice in a process.
pub(super) type WaiterId = u64;

enum Who {
    /// A thread that sleeps.
    Thread(Arc<Interrupt>),
    /// A promise of that thread's realm.
    Promise(Poster),
}

struct Waiter {
    id: WaiterId,
    who: Who,
}

#[derive(Default)]
struct Waiters {
    last: WaiterId,
    by_address: HashMap<usize, VecDeque<Waiter>>,
}

impl Waiters {
    fn enter(&mut self, address: usize, who: Who) -> WaiterId {
        self.last += 1;
        let id = self.last;
        self.by_address
            .entry(address)
            .or_default()
            .push_back(Waiter { id, who });
        id
    }

    /// Whether it was still there.
    fn leave(&mut self, address: usize, id: WaiterId) -> bool {
        let Some(queue) = self.by_address.get_mut(&address) else {
            return false;
        };
        let before = queue.len();
        queue.retain(|waiter| waiter.id != id);
        let was_there = queue.len() < before;
        if queue.is_empty() {
            self.by_address.remove(&address);
        }
        was_there
    }
}

fn table() -> MutexGuard<'static, Waiters> {
    static TABLE: OnceLock<Mutex<Waiters>> = OnceLock::new();
    // Nothing that could panic runs under the lock.
    TABLE
        .get_or_init(Mutex::default)
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
}

/// How a wait ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Waited {
    /// Somebody notified it.
    Ok,
    /// The word held something else.
    NotEqual,
    TimedOut,
    /// The thread's time is over or it is to end: JavaScript must not go on.
    Stopped,
}

/// Sleeps until the word at `address` is notified, at the longest to `until`. `is_equal` reads the word.
pub(super) fn wait(address: usize, is_equal: impl FnOnce() -> bool, until: Option<Instant>) -> Waited {
    let interrupt = Interrupt::current();
    let mut waiters = table();
    if !is_equal() {
        return Waited::NotEqual;
    }
    interrupt.forget_wake();
    let id = waiters.enter(address, Who::Thread(Arc::clone(&interrupt)));
    drop(waiters);
    let wake = interrupt.wait(until);
    // Notified in the last moment: it was counted as woken, so it is.
    let was_notified = !table().leave(address, id);
    match wake {
        Wake::Stopped => Waited::Stopped,
        Wake::TimedOut if !was_notified => Waited::TimedOut,
        Wake::TimedOut | Wake::Woken => Waited::Ok,
    }
}

/// Enters a promise: its number, or none if the word holds something else.
pub(super) fn wait_async(address: usize, is_equal: impl FnOnce() -> bool, poster: Poster) -> Option<WaiterId> {
    let mut waiters = table();
    is_equal().then(|| waiters.enter(address, Who::Promise(poster)))
}

/// Takes a promise out. False if it was notified already.
pub(super) fn leave(address: usize, id: WaiterId) -> bool {
    table().leave(address, id)
}

/// Wakes the first `most` waiters of the word at `address`: how many.
pub(super) fn notify(address: usize, most: usize) -> usize {
    let mut waiters = table();
    let Some(queue) = waiters.by_address.get_mut(&address) else {
        return 0;
    };
    let count = most.min(queue.len());
    for Waiter { id, who } in queue.drain(..count) {
        match who {
            Who::Thread(interrupt) => interrupt.wake(),
            Who::Promise(poster) => poster.post(Box::new(move |cx| super::atomics::wake(cx, id))),
        }
    }
    if queue.is_empty() {
        waiters.by_address.remove(&address);
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicI32, Ordering};
    use std::time::Duration;

    fn wait_for_zero(word: &Arc<AtomicI32>) -> std::thread::JoinHandle<Waited> {
        let word = Arc::clone(word);
        let address = Arc::as_ptr(&word).addr();
        std::thread::spawn(move || wait(address, || word.load(Ordering::SeqCst) == 0, None))
    }

    fn notify_until(word: &Arc<AtomicI32>, wanted: usize) -> usize {
        let mut woken = 0;
        while woken < wanted {
            woken += notify(Arc::as_ptr(word).addr(), 1);
            std::thread::yield_now();
        }
        woken
    }

    #[test]
    fn every_notification_wakes_one_that_waits() {
        let word = Arc::new(AtomicI32::new(0));
        let threads = [(); 4].map(|()| wait_for_zero(&word));
        assert_eq!(notify_until(&word, 4), 4);
        for thread in threads {
            assert_eq!(thread.join().expect("no panic"), Waited::Ok);
        }
        assert_eq!(notify(Arc::as_ptr(&word).addr(), usize::MAX), 0);
    }

    #[test]
    fn a_wait_ends_by_another_value_by_time_and_by_a_stop() {
        let word = 7_usize;
        let address = std::ptr::from_ref(&word).addr();
        assert_eq!(wait(address, || false, None), Waited::NotEqual);
        let soon = Some(Instant::now() + Duration::from_millis(1));
        assert_eq!(wait(address, || true, soon), Waited::TimedOut);
        let stopped = std::thread::spawn(move || {
            Interrupt::current().stop();
            wait(address, || true, None)
        });
        assert_eq!(stopped.join().expect("no panic"), Waited::Stopped);
        assert_eq!(notify(address, 1), 0, "nobody was left in the table");
    }
}
