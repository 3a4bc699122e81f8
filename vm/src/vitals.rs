//! What a VM's process and the process that watches over it tell each other through shared memory, without a message.
//!
//! One per process. Without a watcher ([`share_vitals`] was never called) it is memory of this process alone.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

/// Words that both sides may read at any time. Zeroed memory is a valid one.
#[derive(Debug, Default)]
pub struct Vitals {
    waits: AtomicBool,
    suspended_ns: AtomicU64,
}

impl Vitals {
    /// What a static needs.
    const fn new() -> Self {
        Self {
            waits: AtomicBool::new(false),
            suspended_ns: AtomicU64::new(0),
        }
    }

    /// Whether the JS thread waits for something to happen: no JavaScript runs, and no code of ours.
    #[must_use]
    pub fn waits(&self) -> bool {
        self.waits.load(Ordering::Acquire)
    }

    /// The watcher had all processes stopped for so long, in nanoseconds, and is about to let them go on: no deadline counts that time.
    pub fn add_suspension(&self, nanoseconds: u64) {
        self.suspended_ns.fetch_add(nanoseconds, Ordering::AcqRel);
    }

    /// How long that was in all.
    #[must_use]
    pub fn suspended_ns(&self) -> u64 {
        self.suspended_ns.load(Ordering::Acquire)
    }
}

static OWN: Vitals = Vitals::new();
static SHARED: OnceLock<&'static Vitals> = OnceLock::new();

/// Uses these words from now on. The first call counts; make it before the VM.
pub fn share_vitals(vitals: &'static Vitals) {
    // Those of a worker that was killed while it waited.
    vitals.waits.store(false, Ordering::Release);
    let _ = SHARED.set(vitals);
}

fn vitals() -> &'static Vitals {
    SHARED.get().copied().unwrap_or(&OWN)
}

/// Runs what waits on the JS thread.
pub(crate) fn waiting<T>(wait: impl FnOnce() -> T) -> T {
    let vitals = vitals();
    vitals.waits.store(true, Ordering::Release);
    let waited = wait();
    vitals.waits.store(false, Ordering::Release);
    waited
}

/// How long this process has been suspended in all: what a deadline is to be shifted by, less what it was when the deadline was set.
pub(crate) fn suspended() -> Duration {
    Duration::from_nanos(vitals().suspended_ns())
}
