//! Which phase of a session runs, and whether it has settled.
//!
//! A phase is one user function: the file's own top level (phase 0), a hook, a test. JavaScript settles it through a native function,
//! the session waits for that. Late or repeated settling of another phase is ignored.

use std::cell::Cell;
use std::time::{Duration, Instant};

use crate::vitals;

/// Number of a phase in its session; 0 is loading the file.
pub type PhaseId = u32;

/// The phase that runs.
#[derive(Debug, Default)]
pub struct Phases {
    id: Cell<PhaseId>,
    case: Cell<Option<u32>>,
    settled: Cell<bool>,
    started: Cell<Option<Instant>>,
    deadline: Cell<Option<Instant>>,
    /// How long the process had been suspended when the phase began.
    suspended: Cell<Duration>,
    anew: Cell<bool>,
}

impl Phases {
    /// A phase begins; `case` is the test it belongs to.
    pub fn begin(&self, id: PhaseId, case: Option<u32>, limit: Option<Duration>) {
        let now = Instant::now();
        self.id.set(id);
        self.case.set(case);
        self.settled.set(false);
        self.anew.set(false);
        self.started.set(Some(now));
        self.suspended.set(vitals::suspended());
        self.deadline.set(limit.and_then(|l| now.checked_add(l)));
    }

    /// No phase runs.
    pub fn end(&self) {
        self.settled.set(true);
        self.case.set(None);
        self.deadline.set(None);
    }

    /// JavaScript says that a phase has settled.
    pub fn settle(&self, id: PhaseId) {
        if id == self.id.get() {
            self.settled.set(true);
        }
    }

    /// Whether the current phase has.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        self.settled.get()
    }

    /// When it must have, by now: the time in which the process was suspended does not count.
    #[must_use]
    pub fn deadline(&self) -> Option<Instant> {
        let suspended = vitals::suspended().saturating_sub(self.suspended.get());
        self.deadline.get()?.checked_add(suspended)
    }

    /// Gives the current phase its whole time again, from now: what it had was taken by others. Once only; false after that.
    pub fn start_anew(&self) -> bool {
        let now = Instant::now();
        let (Some(started), Some(deadline)) = (self.started.get(), self.deadline.get()) else {
            return false;
        };
        if self.settled.get() || self.anew.replace(true) {
            return false;
        }
        self.started.set(Some(now));
        self.suspended.set(vitals::suspended());
        self.deadline.set(now.checked_add(deadline.duration_since(started)));
        true
    }

    /// What the current phase may take, from its start.
    #[must_use]
    pub fn limit(&self) -> Option<Duration> {
        Some(self.deadline.get()?.duration_since(self.started.get()?))
    }

    /// Gives the current phase another limit, counted from its start. `None`: no limit.
    pub fn set_limit(&self, id: PhaseId, limit: Option<Duration>) -> bool {
        if id != self.id.get() || self.settled.get() {
            return false;
        }
        self.deadline
            .set(limit.and_then(|l| self.started.get()?.checked_add(l)));
        true
    }

    /// The test that runs.
    #[must_use]
    pub fn case(&self) -> Option<u32> {
        self.case.get()
    }
}
