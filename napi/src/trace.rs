//! What native code runs, published where another process can read it after this one has crashed.
//!
//! Two words of shared memory: one for the JS thread, one for the pool. Writing one costs a store, because it is done around every call
//! into an addon. Addons are known by numbers; the names of those travel another way, once each.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::callback::Activity;

/// The words. Zeroed memory is one in which nothing runs.
#[derive(Debug, Default)]
pub struct Trace {
    js_thread: AtomicU64,
    pool: AtomicU64,
}

/// Native code that runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NativeCode {
    /// The addon's number, from 0.
    pub addon: u32,
    /// What kind of code: "finalizer".
    pub activity: &'static str,
}

impl Trace {
    /// Nothing runs.
    pub fn clear(&self) {
        self.js_thread.store(0, Ordering::Relaxed);
        self.pool.store(0, Ordering::Relaxed);
    }

    /// What runs: on the JS thread, or else the last that began on the pool.
    #[must_use]
    pub fn read(&self) -> Option<NativeCode> {
        let word = match self.js_thread.load(Ordering::Relaxed) {
            0 => self.pool.load(Ordering::Relaxed),
            word => word,
        };
        decode(word)
    }

    /// The JS thread enters an addon. Returns what to give [`Trace::leave`].
    pub(crate) fn enter(&self, addon: u32, activity: Activity) -> u64 {
        self.js_thread.swap(encode(addon, activity), Ordering::Relaxed)
    }

    /// And comes back to what was before.
    pub(crate) fn leave(&self, outer: u64) {
        self.js_thread.store(outer, Ordering::Relaxed);
    }

    /// Runs work of an addon on a thread of the pool.
    pub(crate) fn in_pool(&self, addon: u32, work: impl FnOnce()) {
        let word = encode(addon, Activity::PoolWork);
        self.pool.store(word, Ordering::Relaxed);
        work();
        // Another thread may have begun meanwhile: its word stays.
        let _ = self
            .pool
            .compare_exchange(word, 0, Ordering::Relaxed, Ordering::Relaxed);
    }
}

fn encode(addon: u32, activity: Activity) -> u64 {
    (u64::from(addon) + 1) << 8 | activity as u64
}

fn decode(word: u64) -> Option<NativeCode> {
    let addon = u32::try_from((word >> 8).checked_sub(1)?).ok()?;
    let activity = Activity::ALL.into_iter().find(|one| *one as u64 == word & 0xff)?;
    Some(NativeCode {
        addon,
        activity: activity.name(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_nest_and_the_js_thread_comes_first() {
        let trace = Trace::default();
        assert_eq!(trace.read(), None);
        trace.in_pool(7, || {
            assert_eq!(
                trace.read().map(|code| (code.addon, code.activity)),
                Some((7, "async work on its thread"))
            );
            let outer = trace.enter(0, Activity::Callback);
            let inner = trace.enter(3, Activity::Finalizer);
            assert_eq!(
                trace.read().map(|code| (code.addon, code.activity)),
                Some((3, "finalizer"))
            );
            trace.leave(inner);
            assert_eq!(
                trace.read().map(|code| (code.addon, code.activity)),
                Some((0, "callback"))
            );
            trace.leave(outer);
        });
        assert_eq!(trace.read(), None);
    }
}
