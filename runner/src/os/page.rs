//! A page per worker slot, shared by the worker and the coordinator: what runs right now.
//!
//! The worker publishes every phase here without a message; the coordinator reads it for deadlines, for progress and, after a crash, to
//! charge the test that was running. Plain atomics: a torn reading costs one tick's wrong display at most, and after a crash nobody
//! writes.

use std::io;
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use nix::sys::mman::{MapFlags, ProtFlags, mmap_anonymous};
use nix::time::{ClockId, clock_gettime};
use trun_napi::Trace;
use trun_vm::Vitals;

/// What a worker does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Running {
    /// Nothing.
    Nothing,
    /// Loading a file.
    Loading,
    /// A `beforeAll` or `afterAll`.
    SuiteHook,
    /// This test case.
    Case(u32),
    /// The realm swap.
    Swapping,
}

/// The shared state of one slot. Times are nanoseconds of the monotonic clock, which all processes share.
#[derive(Debug, Default)]
pub struct RunningPage {
    running: AtomicU64,
    since: AtomicU64,
    deadline: AtomicU64,
    native: Trace,
    vitals: Vitals,
    stop: AtomicBool,
    drains: AtomicU64,
    judged: AtomicU64,
}

impl RunningPage {
    /// Publishes what runs from now on. `limit` in nanoseconds.
    pub fn publish(&self, running: Running, limit: Option<u64>) {
        let now = monotonic_ns();
        let active = now.saturating_sub(self.vitals.suspended_ns());
        // The deadline goes first and comes last: a reader must not see the old phase's deadline with the new phase.
        self.deadline.store(0, Ordering::Release);
        // The start before what has started: an old phase that seems to have just begun is harmless, a new one that seems old is not.
        self.since.store(now, Ordering::Release);
        self.running.store(encode(running), Ordering::Release);
        self.deadline
            .store(limit.map_or(0, |l| active.saturating_add(l)), Ordering::Release);
    }

    /// What the VM and this process tell each other.
    #[must_use]
    pub fn vitals(&self) -> &Vitals {
        &self.vitals
    }

    /// What native code runs.
    #[must_use]
    pub fn native(&self) -> &Trace {
        &self.native
    }

    /// Asks the worker to end its file after the test that runs. Holds for the rest of the run.
    pub fn ask_to_stop(&self) {
        self.stop.store(true, Ordering::Release);
    }

    /// Whether it was asked to.
    #[must_use]
    pub fn is_asked_to_stop(&self) -> bool {
        self.stop.load(Ordering::Acquire)
    }

    /// The coordinator has counted one more failure of this worker's.
    pub fn count_judged(&self) {
        self.judged.fetch_add(1, Ordering::Release);
    }

    /// How many it has counted, of all workers this slot has had.
    #[must_use]
    pub fn judged(&self) -> u64 {
        self.judged.load(Ordering::Acquire)
    }

    /// The coordinator has read all that was in the worker's pipes when it looked.
    pub fn count_drain(&self) {
        self.drains.fetch_add(1, Ordering::Release);
    }

    /// How often the coordinator has done so.
    #[must_use]
    pub fn drains(&self) -> u64 {
        self.drains.load(Ordering::Acquire)
    }

    /// What runs.
    #[must_use]
    pub fn running(&self) -> Running {
        decode(self.running.load(Ordering::Acquire))
    }

    /// Since when, in nanoseconds of the monotonic clock.
    #[must_use]
    pub fn since(&self) -> u64 {
        self.since.load(Ordering::Acquire)
    }

    /// Until when it may, if it has a limit. Time in which the run was suspended does not count.
    #[must_use]
    pub fn deadline(&self) -> Option<u64> {
        // It is kept without that time, so that nobody has to change it when the run goes on.
        let active = Some(self.deadline.load(Ordering::Acquire)).filter(|at| *at != 0)?;
        Some(active.saturating_add(self.vitals.suspended_ns()))
    }
}

fn encode(running: Running) -> u64 {
    match running {
        Running::Nothing => 0,
        Running::Loading => 1,
        Running::SuiteHook => 2,
        Running::Swapping => 3,
        Running::Case(case) => 4 + u64::from(case),
    }
}

fn decode(word: u64) -> Running {
    match word {
        0 => Running::Nothing,
        1 => Running::Loading,
        2 => Running::SuiteHook,
        3 => Running::Swapping,
        case => Running::Case(u32::try_from(case - 4).unwrap_or(u32::MAX)),
    }
}

/// Maps one page per slot, shared with every process forked from now on, for as long as they live.
///
/// # Errors
/// Memory is out.
pub fn map_pages(slots: usize) -> io::Result<&'static [RunningPage]> {
    let bytes = NonZeroUsize::new(slots.max(1) * size_of::<RunningPage>()).unwrap_or(NonZeroUsize::MIN);
    // SAFETY: a new mapping at an address of the kernel's choice touches nothing that exists.
    let start = unsafe {
        mmap_anonymous(
            None,
            bytes,
            ProtFlags::PROT_READ | ProtFlags::PROT_WRITE,
            MapFlags::MAP_SHARED,
        )
    }?;
    // SAFETY: the mapping is long enough, page-aligned, zeroed (which is a valid `RunningPage`) and never unmapped.
    Ok(unsafe { std::slice::from_raw_parts(start.as_ptr().cast::<RunningPage>(), slots) })
}

/// Now, by the monotonic clock.
#[must_use]
pub fn monotonic_ns() -> u64 {
    clock_gettime(ClockId::CLOCK_MONOTONIC).map_or(0, |t| {
        u64::try_from(t.tv_sec()).unwrap_or(0) * 1_000_000_000 + u64::try_from(t.tv_nsec()).unwrap_or(0)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_published_is_read() {
        let page = RunningPage::default();
        for running in [
            Running::Loading,
            Running::SuiteHook,
            Running::Case(0),
            Running::Case(77),
            Running::Swapping,
            Running::Nothing,
        ] {
            page.publish(running, Some(5));
            assert_eq!(page.running(), running);
            assert_eq!(page.deadline(), Some(page.since() + 5));
        }
        page.publish(Running::Nothing, None);
        assert_eq!(page.deadline(), None);
    }

    #[test]
    fn a_suspension_shifts_the_deadline_that_was_set_before_it() {
        let page = RunningPage::default();
        page.publish(Running::Loading, Some(5));
        page.vitals().add_suspension(1000);
        assert_eq!(page.deadline(), Some(page.since() + 1005));
        page.publish(Running::SuiteHook, Some(5));
        assert_eq!(page.deadline(), Some(page.since() + 5));
    }
}
