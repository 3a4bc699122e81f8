//! The event loop of one JS thread: what is due, and waiting for it.
//!
//! Owns timers, immediates, the mailbox, the asynchronous tasks of the current realm and the one place that blocks: tokio's epoll
//! set with a timerfd (nanosecond precision; tokio's own timers round to a millisecond) and GLib's descriptors in it. It runs no
//! JavaScript: [`EventLoop::next`] says what is due, the session enters the realm for it.
//!
//! One turn is Node's: due timers, then what completed and the letters that were there, then immediates that were there when the turn
//! reached them.

mod guest;
mod mailbox;
mod timers;

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::future::poll_fn;
use std::io;
use std::os::fd::{AsFd, RawFd};
use std::rc::Rc;
use std::sync::Arc;
use std::task::Poll;
use std::time::{Duration, Instant};

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::timerfd::{ClockId, Expiration, TimerFd, TimerFlags, TimerSetTimeFlags};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::Notify;
use tokio::task::LocalSet;

use crate::engine::{Ctx, JsResult, RealmId, Vm};
use crate::os::Readable;
use crate::vitals;

pub use guest::{Enter, Guest, Task};
pub use mailbox::{Letter, Mailbox, Poster};
pub use timers::{TimerId, Timers};

/// At least so many are opened in a turn, even if each comes only after the one before it, as those of a threadsafe function do.
const LETTERS_PER_TURN: usize = 1000;

/// Something native that completed on the JS thread and now wants to tell JavaScript.
pub type Completion = Box<dyn for<'r> FnOnce(Ctx<'r>) -> JsResult<'r, ()>>;

/// One thing to enter the realm for.
pub enum Due {
    /// This timer's time has come.
    Timer(TimerId),
    /// This immediate's turn has come.
    Immediate(u32),
    /// An operation completed.
    Completion(Completion),
    /// Another thread sent something.
    Letter(Letter),
}

/// Where a turn stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Timers { now: Instant },
    Completions { letters: usize },
    Immediates { left: usize },
}

/// A guest and its descriptor.
type Lodger = (Rc<dyn Guest>, Rc<Readable>);

/// The loop.
pub struct EventLoop {
    /// Shut down in the background: a started background job may never return (a read of a pipe nobody writes).
    runtime: Option<Runtime>,
    /// Owns every asynchronous operation of the current realm; replaced at the swap, which drops them all.
    tasks: RefCell<LocalSet>,
    timers: RefCell<Timers>,
    immediates: RefCell<VecDeque<u32>>,
    completions: RefCell<VecDeque<Completion>>,
    mailbox: Mailbox,
    bell: Arc<Notify>,
    timer: TimerFd,
    alarm: Readable,
    /// The engine's descriptors by their number, as duplicates of ours.
    engine_fds: RefCell<Vec<(RawFd, Readable)>>,
    /// Another loop inside of this one, with its descriptor as a duplicate of ours.
    guest: RefCell<Option<Lodger>>,
    phase: Cell<Phase>,
}

impl EventLoop {
    /// Makes the loop of this thread.
    ///
    /// # Errors
    /// The system has no descriptors left.
    pub fn new() -> io::Result<Self> {
        let runtime = Builder::new_current_thread()
            .enable_io()
            .enable_time()
            .thread_name("trun-io")
            .build()?;
        let bell = Arc::new(Notify::new());
        let timer = TimerFd::new(
            ClockId::CLOCK_MONOTONIC,
            TimerFlags::TFD_NONBLOCK | TimerFlags::TFD_CLOEXEC,
        )?;
        let alarm = {
            let _guard = runtime.enter();
            Readable::new(timer.as_fd().try_clone_to_owned()?)?
        };
        Ok(Self {
            runtime: Some(runtime),
            tasks: RefCell::new(LocalSet::new()),
            timers: RefCell::default(),
            immediates: RefCell::default(),
            completions: RefCell::default(),
            mailbox: Mailbox::new(Arc::clone(&bell)),
            bell,
            timer,
            alarm,
            engine_fds: RefCell::default(),
            guest: RefCell::default(),
            phase: Cell::new(Phase::Completions { letters: 0 }),
        })
    }

    fn runtime(&self) -> &Runtime {
        self.runtime
            .as_ref()
            .expect("taken when the loop is dropped, not before")
    }

    /// The timers of the current realm.
    pub fn timers(&self) -> &RefCell<Timers> {
        &self.timers
    }

    /// Queues an immediate under JavaScript's number for it.
    pub fn add_immediate(&self, id: u32) {
        self.immediates.borrow_mut().push_back(id);
    }

    /// Where other threads send to.
    pub fn mailbox(&self) -> &Mailbox {
        &self.mailbox
    }

    /// Queues something to be told to JavaScript in a later turn.
    pub fn complete(&self, completion: Completion) {
        self.completions.borrow_mut().push_back(completion);
        self.bell.notify_one();
    }

    /// Starts an asynchronous operation of the current realm. It is dropped at the swap.
    pub fn spawn(&self, operation: impl Future<Output = ()> + 'static) {
        self.tasks.borrow().spawn_local(operation);
    }

    /// Runs `work` with tokio's context set, for types that register with it when they are made.
    pub fn in_runtime<T>(&self, work: impl FnOnce() -> T) -> T {
        let _guard = self.runtime().enter();
        work()
    }

    /// Forgets everything the realm left: timers, immediates, completions and operations. Counts what was still open.
    pub fn clear(&self) -> Leftovers {
        let tasks = self.tasks.replace(LocalSet::new());
        let _guard = self.runtime().enter();
        drop(tasks);
        let timers = std::mem::take(&mut *self.timers.borrow_mut()).len();
        let immediates = std::mem::take(&mut *self.immediates.borrow_mut()).len();
        self.completions.borrow_mut().clear();
        self.phase.set(Phase::Completions { letters: 0 });
        Leftovers { timers, immediates }
    }

    /// The next thing that is due, in a turn's order; `None` when the turn is over and it is time to [`EventLoop::wait`].
    pub fn next(&self, realm: RealmId) -> Option<Due> {
        loop {
            match self.phase.get() {
                Phase::Timers { now } => {
                    if let Some(id) = self.timers.borrow_mut().take_due(now) {
                        return Some(Due::Timer(id));
                    }
                    self.phase.set(Phase::Completions {
                        letters: self.mailbox.len().max(LETTERS_PER_TURN),
                    });
                }
                Phase::Completions { letters } => {
                    if let Some(completion) = self.completions.borrow_mut().pop_front() {
                        return Some(Due::Completion(completion));
                    }
                    // Those that were there: threads that never stop sending must not hold up timers and immediates.
                    if letters > 0
                        && let Some(letter) = self.mailbox.take(Some(realm))
                    {
                        self.phase.set(Phase::Completions { letters: letters - 1 });
                        return Some(Due::Letter(letter));
                    }
                    self.begin_immediates();
                }
                Phase::Immediates { left: 0 } => {
                    self.phase.set(Phase::Timers { now: Instant::now() });
                    return None;
                }
                Phase::Immediates { left } => {
                    self.phase.set(Phase::Immediates { left: left - 1 });
                    if let Some(id) = self.immediates.borrow_mut().pop_front() {
                        return Some(Due::Immediate(id));
                    }
                }
            }
        }
    }

    fn begin_immediates(&self) {
        let left = self.immediates.borrow().len();
        self.phase.set(Phase::Immediates { left });
    }

    /// Lets another loop run inside of this one, from now on.
    ///
    /// # Errors
    /// The system has no descriptors left.
    pub fn take_in(&self, guest: Rc<dyn Guest>) -> io::Result<()> {
        let fd = guest.fd().try_clone_to_owned()?;
        let readable = Rc::new(self.in_runtime(|| Readable::new(fd))?);
        self.guest.replace(Some((guest, readable)));
        Ok(())
    }

    /// Whether another loop runs inside of this one.
    pub fn has_guest(&self) -> bool {
        self.guest.borrow().is_some()
    }

    /// It has nothing to do any more.
    pub fn dismiss_guest(&self) {
        self.guest.replace(None);
    }

    /// Gives the other loop its turn, if there is one.
    pub fn run_guest(&self, enter: Enter<'_>) {
        // No borrow is held: callbacks may send the guest away.
        let guest = self.guest.borrow().as_ref().map(|(guest, _)| Rc::clone(guest));
        if let Some(guest) = guest {
            guest.turn(enter);
        }
    }

    /// How many letters have come, those for retired realms included.
    #[must_use]
    pub fn letters(&self) -> usize {
        self.mailbox.len()
    }

    /// The next letter out of turn.
    pub fn next_letter(&self, realm: RealmId) -> Option<Due> {
        self.mailbox.take(Some(realm)).map(Due::Letter)
    }

    /// The next letter for the VM as a whole, while no realm is current; those for realms are dropped.
    pub fn next_between_realms(&self) -> Option<Letter> {
        self.mailbox.take(None)
    }

    /// Whether something is due in the next turn whatever comes.
    #[must_use]
    pub fn is_busy(&self) -> bool {
        !self.immediates.borrow().is_empty() || !self.completions.borrow().is_empty() || !self.mailbox.is_empty()
    }

    /// Waits until something may be due, at the longest to `until`, and lets operations progress meanwhile.
    ///
    /// # Errors
    /// The system refused a timer or a descriptor.
    pub fn wait(&self, vm: &Vm, until: Option<Instant>) -> io::Result<()> {
        let engine = vm.main_context().interest();
        let guest = self.guest.borrow().clone();
        let now = Instant::now();
        let wake = if self.is_busy() {
            Some(now)
        } else {
            [
                self.timers.borrow_mut().next_due(),
                until,
                engine.timeout.map(|t| now + t),
                guest
                    .as_ref()
                    .and_then(|(guest, _)| patience(&**guest))
                    .map(|t| now + t),
            ]
            .into_iter()
            .flatten()
            .min()
        };
        self.set_alarm(wake.map(|at| at.saturating_duration_since(now)))?;
        self.watch_engine(vm, &engine.fds)?;
        let tasks = self.tasks.borrow();
        let engine_fds = self.engine_fds.borrow();
        vitals::waiting(|| {
            self.runtime().block_on(tasks.run_until(async {
                tokio::select! {
                    biased;
                    () = self.bell.notified() => {}
                    () = poll_fn(|cx| self.alarm.poll(cx)) => {}
                    () = any_readable(&engine_fds) => {}
                    () = guest_readable(guest.as_ref().map(|(_, fd)| &**fd)) => {}
                }
            }));
        });
        drop(tasks);
        if let Some((guest, _)) = &guest {
            guest.wake();
        }
        while vm.main_context().iterate() {}
        self.phase.set(Phase::Timers { now: Instant::now() });
        Ok(())
    }

    fn set_alarm(&self, after: Option<Duration>) -> io::Result<()> {
        match after {
            // Zero would disarm it.
            Some(after) => self.timer.set(
                Expiration::OneShot(after.max(Duration::from_nanos(1)).into()),
                TimerSetTimeFlags::empty(),
            )?,
            None => self.timer.unset()?,
        }
        Ok(())
    }

    fn watch_engine(&self, vm: &Vm, fds: &[RawFd]) -> io::Result<()> {
        let mut watched = self.engine_fds.borrow_mut();
        for fd in fds {
            if !watched.iter().any(|(number, _)| number == fd) {
                let _guard = self.runtime().enter();
                watched.push((*fd, Readable::new(vm.main_context().duplicate(*fd)?)?));
            }
        }
        Ok(())
    }
}

impl Drop for EventLoop {
    fn drop(&mut self) {
        // The operations first: they are registered with the runtime.
        drop(self.tasks.replace(LocalSet::new()));
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// What a realm left open.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Leftovers {
    /// Timeouts and intervals.
    pub timers: usize,
    /// Immediates.
    pub immediates: usize,
}

/// How long the guest can wait. Its descriptor is asked: the edge that told of what is ready was consumed, and what it left stays ready.
fn patience(guest: &dyn Guest) -> Option<Duration> {
    let mut fds = [PollFd::new(guest.fd(), PollFlags::POLLIN)];
    match poll(&mut fds, PollTimeout::ZERO) {
        Ok(0) => guest.timeout(),
        _ => Some(Duration::ZERO),
    }
}

async fn guest_readable(fd: Option<&Readable>) {
    match fd {
        Some(fd) => poll_fn(|cx| fd.poll(cx)).await,
        None => std::future::pending().await,
    }
}

async fn any_readable(fds: &[(RawFd, Readable)]) {
    poll_fn(|cx| {
        let ready = fds.iter().any(|(_, fd)| fd.poll(cx).is_ready());
        if ready { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
}
