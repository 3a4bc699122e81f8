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
use super::{inquiry, sys};
use crate::vitals;

/// The shortest limit that is armed.
const SHORTEST: Duration = Duration::from_millis(20);
/// The limit when somebody asks where JavaScript is.
const SOON: Duration = Duration::from_millis(5);
/// The limit without a deadline.
const LONGEST: Duration = Duration::from_secs(3600);
/// The limit where another thread may raise a flag at any time. Only a single entry that takes this much CPU time ever meets it.
const LOOK: Duration = Duration::from_millis(100);
/// The limit of code that has asked for its own end.
const AT_ONCE: Duration = Duration::from_millis(1);
/// An armed limit that is younger than this is as good as a new one.
const FRESH: Duration = Duration::from_millis(20);

/// How often a stop is put off at most, each time for [`SHORTEST`].
const MOST_PUT_OFF: u32 = 5;

/// One per VM. Lives on the JS thread: the callback runs there.
pub struct Watchdog {
    group: Cell<sys::JSContextGroupRef>,
    deadline: Cell<Option<Instant>>,
    armed: Cell<Instant>,
    /// How long the process had been suspended when the deadline was set.
    suspended: Cell<Duration>,
    stopped: Cell<bool>,
    put_off: Cell<u32>,
    stack: RefCell<Option<String>>,
    asked: AtomicBool,
    answer: RefCell<Option<Answer>>,
    /// Raised by another thread when nothing may run any more.
    flag: RefCell<Option<Arc<AtomicBool>>>,
}

/// Takes the stack of what runs. Called while JavaScript runs, below it: no JavaScript may run in it.
type Answer = Box<dyn Fn(&str)>;

impl Watchdog {
    pub(super) fn new(group: sys::JSContextGroupRef) -> Box<Self> {
        let dog = Box::new(Self {
            group: Cell::new(group),
            deadline: Cell::new(None),
            armed: Cell::new(Instant::now()),
            suspended: Cell::default(),
            stopped: Cell::new(false),
            put_off: Cell::new(0),
            stack: RefCell::default(),
            asked: AtomicBool::new(false),
            answer: RefCell::default(),
            flag: RefCell::default(),
        });
        dog.arm();
        dog
    }

    /// Until when JavaScript may run, by now.
    #[must_use]
    pub fn deadline(&self) -> Option<Instant> {
        let suspended = vitals::suspended().saturating_sub(self.suspended.get());
        self.deadline.get()?.checked_add(suspended)
    }

    /// The limit must be set whenever the VM is entered; changing it inside works only then.
    fn arm(&self) {
        let now = Instant::now();
        self.armed.set(now);
        let left = self
            .deadline()
            .map_or(LONGEST, |deadline| deadline.saturating_duration_since(now));
        let longest = if self.flag.borrow().is_some() { LOOK } else { LONGEST };
        self.arm_for(if self.asked.load(Ordering::Relaxed) {
            SOON
        } else {
            left.clamp(SHORTEST, longest)
        });
    }

    fn arm_for(&self, limit: Duration) {
        let data = std::ptr::from_ref(self).cast_mut().cast::<c_void>();
        // SAFETY: the VM is live; `self` is boxed and outlives it (fields of `Vm` drop in order).
        unsafe {
            (sys::private().JSContextGroupSetExecutionTimeLimit)(self.group.get(), limit.as_secs_f64(), on_tick, data)
        }
    }

    /// JavaScript that still runs at `deadline` is stopped; `None` lets it run.
    pub fn set_deadline(&self, deadline: Option<Instant>) {
        self.deadline.set(deadline);
        self.suspended.set(vitals::suspended());
        self.stopped.set(false);
        self.put_off.set(0);
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
        self.arm_for(AT_ONCE);
    }

    fn is_flagged(&self) -> bool {
        self.flag
            .borrow()
            .as_ref()
            .is_some_and(|flag| flag.load(Ordering::SeqCst))
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
        self.is_flagged() || self.deadline().is_some_and(|deadline| Instant::now() >= deadline)
    }

    /// Whether JavaScript was stopped since the deadline was set.
    #[must_use]
    pub fn stopped(&self) -> bool {
        self.stopped.get()
    }

    /// From now on inquiries by signal ([`super::inquiry`]) are answered with the stack of what runs.
    pub fn answer_inquiries(&self, answer: impl Fn(&str) + 'static) {
        self.answer.replace(Some(Box::new(answer)));
        inquiry::answer_for(self);
    }

    /// Has the limit fire soon. In a signal handler, while compiled JavaScript is interrupted.
    pub(super) fn ask(&self) {
        // Who asks asks often: to begin anew each time would put it off for ever.
        if !self.asked.swap(true, Ordering::Relaxed) {
            self.arm_for(SOON);
        }
    }

    fn tell(&self, cx: Ctx<'_>) {
        let stack = stack(cx).unwrap_or_default();
        if let Some(answer) = &*self.answer.borrow() {
            answer(&stack);
        }
    }

    /// Whether what runs is stopped, now that its time is over; keeps its stack.
    fn stops(&self, cx: Ctx<'_>) -> bool {
        if self.is_flagged() {
            // Nobody asks where a thread was that is to end.
            self.stopped.set(true);
            return true;
        }
        let stack = stack(cx);
        let stop = !self.puts_off(stack.as_deref());
        if stop {
            self.stopped.set(true);
            self.stack.replace(stack);
        }
        stop
    }

    /// Whether to wait for a better moment: the runtime's own code is in between two callbacks of a chain, and a stack from there names
    /// nobody.
    fn puts_off(&self, stack: Option<&str>) -> bool {
        // The first line is the error's own.
        let is_anonymous = stack.is_none_or(|stack| stack.lines().nth(1).is_none());
        is_anonymous && self.put_off.replace(self.put_off.get() + 1) < MOST_PUT_OFF
    }

    /// The engine's stack at the place that was stopped, once.
    pub fn take_stack(&self) -> Option<String> {
        self.stack.take()
    }
}

/// The stack of what runs. The engine's form, or V8's.
fn stack(cx: Ctx<'_>) -> Option<String> {
    let stack = cx.eval("new Error('').stack", "trun:watchdog").ok()?;
    stack.to_text(cx).ok()
}

impl Drop for Watchdog {
    fn drop(&mut self) {
        inquiry::forget(self);
    }
}

unsafe extern "C" fn on_tick(ctx: sys::JSContextRef, data: *mut c_void) -> bool {
    // SAFETY: see `arm`.
    let dog = unsafe { &*data.cast::<Watchdog>() };
    // SAFETY: the callback runs on the JS thread, inside the VM, under its lock.
    let cx = unsafe { Ctx::from_raw(ctx) };
    if dog.asked.swap(false, Ordering::Relaxed) {
        dog.tell(cx);
    }
    let stop = dog.is_due() && dog.stops(cx);
    // Answering "go on" does not re-arm the limit, and after a stop the next entry needs it again.
    dog.arm();
    stop
}
