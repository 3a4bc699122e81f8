//! Stops JavaScript that runs past a deadline.
//!
//! The engine's limit counts CPU time and restarts at every entry, and a microtask is an entry. So it is armed with the time that is left,
//! again before each entry ([`Watchdog::rearm`]), and its callback compares the monotonic clock with the deadline. What it misses
//! (endless chains of short microtasks) the JavaScript side brings to the clock by counting resumed `await`s.
//!
//! It is armed as rarely and as long as that allows: each time the limit fires, a thread of the engine asks the running one to stop,
//! and rarely (reliably with a limit below a microsecond) it aborts the process in `VMTraps::requestThreadStopIfNeeded`.

use std::cell::{Cell, RefCell};
use std::ffi::c_void;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use super::ctx::Ctx;
use super::sys;

/// The shortest limit that is armed.
const SHORTEST: Duration = Duration::from_millis(20);
/// The limit without a deadline.
const LONGEST: Duration = Duration::from_secs(3600);
/// The limit where another thread may raise a flag at any time. Only a single entry that takes this much CPU time ever meets it.
const LOOK: Duration = Duration::from_millis(100);
/// The limit of code that has asked for its own end.
const AT_ONCE: Duration = Duration::from_millis(1);
/// An armed limit that is younger than this is as good as a new one.
const FRESH: Duration = Duration::from_millis(20);

/// One per VM. Lives on the JS thread: the callback runs there.
pub struct Watchdog {
    group: Cell<sys::JSContextGroupRef>,
    deadline: Cell<Option<Instant>>,
    armed: Cell<Instant>,
    stopped: Cell<bool>,
    stack: RefCell<Option<String>>,
    /// Raised by another thread when nothing may run any more.
    flag: RefCell<Option<Arc<AtomicBool>>>,
}

impl Watchdog {
    pub(super) fn new(group: sys::JSContextGroupRef) -> Box<Self> {
        let dog = Box::new(Self {
            group: Cell::new(group),
            deadline: Cell::new(None),
            armed: Cell::new(Instant::now()),
            stopped: Cell::new(false),
            stack: RefCell::default(),
            flag: RefCell::default(),
        });
        dog.arm();
        dog
    }

    /// The limit must be set whenever the VM is entered; changing it inside works only then.
    fn arm(&self) {
        let now = Instant::now();
        self.armed.set(now);
        let left = self
            .deadline
            .get()
            .map_or(LONGEST, |deadline| deadline.saturating_duration_since(now));
        let longest = if self.flag.borrow().is_some() { LOOK } else { LONGEST };
        self.arm_with(left.clamp(SHORTEST, longest));
    }

    fn arm_with(&self, limit: Duration) {
        let data = std::ptr::from_ref(self).cast_mut().cast::<c_void>();
        // SAFETY: the VM is live; `self` is boxed and outlives it (fields of `Vm` drop in order).
        unsafe {
            (sys::private().JSContextGroupSetExecutionTimeLimit)(self.group.get(), limit.as_secs_f64(), on_tick, data)
        }
    }

    /// JavaScript that still runs at `deadline` is stopped; `None` lets it run.
    pub fn set_deadline(&self, deadline: Option<Instant>) {
        self.deadline.set(deadline);
        self.stopped.set(false);
        self.arm();
    }

    /// JavaScript is stopped soon after `flag` is raised, by whatever thread.
    pub fn obey(&self, flag: Arc<AtomicBool>) {
        self.flag.replace(Some(flag));
        self.arm();
    }

    /// The flag has done its work: what runs now runs after it, bounded by a deadline.
    pub fn be_deaf(&self) {
        self.flag.replace(None);
    }

    /// The flag is raised, and the JavaScript that calls does nothing from here on but wait to be stopped.
    pub fn stop_soon(&self) {
        self.arm_with(AT_ONCE);
    }

    fn is_flagged(&self) -> bool {
        self.flag
            .borrow()
            .as_ref()
            .is_some_and(|flag| flag.load(Ordering::SeqCst))
    }

    /// When JavaScript that still runs is stopped.
    #[must_use]
    pub fn deadline(&self) -> Option<Instant> {
        self.deadline.get()
    }

    /// Arms the limit with what is left by now. Before every entry that is not the first after [`Watchdog::set_deadline`], and wherever
    /// running JavaScript comes by.
    pub fn rearm(&self) {
        if self.armed.get().elapsed() >= FRESH {
            self.arm();
        }
    }

    /// Whether the current deadline is over, or the flag raised.
    #[must_use]
    pub fn is_due(&self) -> bool {
        self.is_flagged() || self.deadline.get().is_some_and(|deadline| Instant::now() >= deadline)
    }

    /// Whether JavaScript was stopped since the deadline was set.
    #[must_use]
    pub fn stopped(&self) -> bool {
        self.stopped.get()
    }

    /// The engine's stack at the place that was stopped, once.
    pub fn take_stack(&self) -> Option<String> {
        self.stack.take()
    }
}

unsafe extern "C" fn on_tick(ctx: sys::JSContextRef, data: *mut c_void) -> bool {
    // SAFETY: see `arm`.
    let dog = unsafe { &*data.cast::<Watchdog>() };
    let stop = dog.is_due();
    if stop {
        dog.stopped.set(true);
    }
    // Nobody asks where a thread was that is to end.
    if stop && !dog.is_flagged() {
        // SAFETY: the callback runs on the JS thread, inside the VM, under its lock.
        let cx = unsafe { Ctx::from_raw(ctx) };
        let stack = cx
            .eval("new Error('').stack", "trun:watchdog")
            .ok()
            .and_then(|s| s.to_text(cx).ok());
        dog.stack.replace(stack);
    }
    // Answering "go on" does not re-arm the limit, and after a stop the next entry needs it again.
    dog.arm();
    stop
}
