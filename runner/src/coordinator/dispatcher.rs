//! The sole owner of run state: takes events one after the other, changes what they change, tells the reporters.
//!
//! Synchronous, without I/O of its own: it asks for processes and sends messages through [`Control`], so that it is tested with a
//! list of events. `losses` is what follows from the end of a worker, `watch` what the clock brings.

mod inquiry;
mod losses;
mod watch;

use std::collections::BTreeSet;
use std::io;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use nix::sys::signal::Signal;
use trun_reporters::RunStats;
use trun_reporters::event::{EventKind, RunEnd, RunEvent};
use trun_reporters::model::{Failure, FailureKind, FileId, FileOutcome, Leak, Stream};

use super::event::{InternalEvent, Response, Slot, SlotView};
use super::queue::Queue;
use super::slot::{KillReason, Place, Session, State};
use crate::cli::OnCrash;
use crate::os::Running;
use crate::protocol::message::{FromWorker, ToWorker};
use crate::zygote::FromZygote;

/// Starts in a row that may fail before the run is given up.
const MAX_FAILED_STARTS: u32 = 2;
/// What a run is.
#[derive(Debug, Clone)]
pub struct RunPlan {
    /// Absolute directory paths are shown relative to.
    pub root: String,
    /// Absolute paths, sorted: a [`FileId`] is an index into it.
    pub files: Vec<String>,
    /// The order they are to be run in.
    pub order: Vec<FileId>,
    /// What each file will probably take, if past runs have told; indexed by [`FileId`].
    pub expected: Option<Vec<Duration>>,
    /// At most this many workers.
    pub workers: usize,
    /// Crash policy.
    pub on_crash: OnCrash,
    /// Bytes a worker may use.
    pub worker_memory: Option<u64>,
    /// A worker that has grown beyond this is replaced between two files; bytes.
    pub recycle_above: Option<u64>,
    /// Failures (tests and file errors) after which no file is started.
    pub bail: Option<u32>,
    /// Seed of a random order.
    pub seed: Option<u32>,
    /// What native addons may take to end, at each swap and at a worker's end.
    pub addon_teardown: Duration,
    /// Whether a leak fails its file.
    pub fail_on_leak: bool,
    /// A worker busy with one file for this long calls for more workers.
    pub scale_up_after: Duration,
    /// What a command that reruns a test begins with.
    pub rerun: Vec<String>,
    /// What is wrong with the run before it begins.
    pub errors: Vec<String>,
    /// Whether tests are left out by their names.
    pub filtered: bool,
    /// The error of a run in which no test ran; `None`: that is none.
    pub if_nothing_ran: Option<String>,
}

/// The dispatcher's hands.
pub trait Control {
    /// Starts a worker.
    ///
    /// # Errors
    /// It cannot be asked for.
    fn spawn(&mut self, slot: Slot) -> io::Result<()>;
    /// Kills a worker and its process group.
    fn kill(&mut self, slot: Slot);
    /// Sends a message. A worker that cannot be reached is about to be reported as ended.
    fn send(&mut self, slot: Slot, message: &ToWorker);
    /// Lets the zygote go on, should a test have stopped it.
    fn rouse(&mut self);
    /// Asks a worker to end its file after the test that runs.
    fn ask_to_stop(&mut self, slot: Slot);
    /// Tells a worker that one more of its failures has been counted.
    fn count_judged(&mut self, slot: Slot);
    /// Asks a worker where its JavaScript is. It may not notice.
    fn ask(&mut self, slot: Slot);
    /// Tells the reporters.
    fn emit(&mut self, event: RunEvent);
    /// Keeps what a file's time went into, in nanoseconds.
    fn keep_times(&mut self, file: FileId, times: Vec<u64>) {
        let _ = (file, times);
    }
}

/// How a run came to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Ending {
    /// It goes on.
    No,
    /// No file is started any more; those that run end after the test that runs.
    Stopping(RunEnd),
    /// Workers are killed.
    Leaving(RunEnd),
}

/// The run.
pub struct Dispatcher<C> {
    plan: RunPlan,
    control: C,
    queue: Queue,
    places: Vec<Place>,
    views: Vec<SlotView>,
    ending: Ending,
    stats: RunStats,
    /// Where each file was run, once it was given to a worker.
    ran_in: Vec<Option<Slot>>,
    /// What is said of the files that the run's early end leaves out.
    not_run: String,
    started: u64,
    now: u64,
    last_report_tick: u64,
    /// Files that were given back once, because a worker died before it began with them.
    given_back: BTreeSet<FileId>,
    /// No kill for being overdue before this: the run was suspended.
    lenient_until: u64,
    /// What somebody asked and has not been told.
    inquiry: Option<inquiry::Inquiry>,
    finished: bool,
}

impl<C: Control> Dispatcher<C> {
    /// A run that begins now.
    pub fn new(plan: RunPlan, control: C, now: u64) -> Self {
        let idle = SlotView {
            running: Running::Nothing,
            since: now,
            deadline: None,
            native: None,
            starved: 0,
            waits: false,
        };
        Self {
            queue: Queue::new(plan.order.clone(), plan.workers, plan.expected.clone()),
            places: (0..plan.workers).map(|_| Place::default()).collect(),
            views: vec![idle; plan.workers],
            ran_in: vec![None; plan.files.len()],
            plan,
            control,
            ending: Ending::No,
            stats: RunStats::default(),
            not_run: String::new(),
            started: now,
            now,
            last_report_tick: now,
            given_back: BTreeSet::new(),
            lenient_until: 0,
            inquiry: None,
            finished: false,
        }
    }

    /// Begins: tells the reporters and starts the first worker.
    pub fn begin(&mut self) -> Response {
        let started_at_ms = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_or(0, |d| u64::try_from(d.as_millis()).unwrap_or(0));
        self.emit(EventKind::RunStarted {
            root: self.plan.root.clone(),
            files: self.plan.files.clone(),
            workers: self.plan.workers,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            started_at_ms,
            seed: self.plan.seed,
            rerun: self.plan.rerun.clone(),
        });
        for message in std::mem::take(&mut self.plan.errors) {
            self.emit(EventKind::RunError { message });
        }
        self.start_workers();
        self.respond()
    }

    /// How often the loop must tick now.
    #[must_use]
    pub fn tick_interval(&self) -> Duration {
        let may_grow = !self.queue.is_empty() && self.places.iter().any(Place::is_vacant);
        Duration::from_millis(if may_grow || self.inquiry.is_some() { 5 } else { 50 })
    }

    /// Handles one event.
    pub fn handle(&mut self, event: InternalEvent, now: u64) -> Response {
        self.now = now;
        match event {
            InternalEvent::Zygote(message) => self.handle_zygote(message),
            InternalEvent::ZygoteGone => {
                self.break_run("the process that starts workers has died; all workers died with it")
            }
            InternalEvent::Message(slot, message) => self.handle_message(slot, message),
            InternalEvent::Corrupt(slot) => self.kill(slot, KillReason::Corrupt),
            InternalEvent::Closed(slot) => {
                self.place(slot).closed = true;
                self.settle(slot);
            }
            InternalEvent::Written(slot, stream, text, running) => self.handle_written(slot, stream, text, running),
            InternalEvent::Signal(signal) => self.handle_signal(signal),
            InternalEvent::Inquiry => self.inquire(),
            InternalEvent::OutputClosed => {
                self.end_run(RunEnd::Interrupted("SIGPIPE".to_owned()), "standard output was closed")
            }
            InternalEvent::Tick(tick) => self.handle_tick(tick),
        }
        self.respond()
    }

    fn respond(&mut self) -> Response {
        if self.finished {
            return Response::Finished;
        }
        let everyone_left = self.places.iter().all(Place::is_vacant);
        if everyone_left && self.queue.is_empty() {
            let end = match std::mem::replace(&mut self.ending, Ending::No) {
                Ending::Stopping(end) | Ending::Leaving(end) => end,
                Ending::No => RunEnd::Completed,
            };
            self.finished = true;
            if end == RunEnd::Completed
                && self.stats.found_nothing(self.plan.filtered)
                && let Some(message) = self.plan.if_nothing_ran.take()
            {
                self.emit(EventKind::RunError { message });
            }
            self.emit(EventKind::RunFinished { end });
            return Response::Finished;
        }
        Response::Continue
    }

    fn place(&mut self, slot: Slot) -> &mut Place {
        &mut self.places[slot as usize - 1]
    }

    fn emit(&mut self, kind: EventKind) {
        let elapsed = Duration::from_nanos(self.now.saturating_sub(self.started));
        let event = RunEvent { elapsed, kind };
        self.stats.fold(&event);
        self.control.emit(event);
    }

    fn spawn(&mut self, slot: Slot) {
        let now = self.now;
        self.place(slot).start(now);
        self.views[slot as usize - 1] = SlotView {
            running: Running::Nothing,
            since: now,
            deadline: None,
            native: None,
            starved: 0,
            waits: false,
        };
        if let Err(error) = self.control.spawn(slot) {
            self.place(slot).state = State::Vacant;
            self.break_run(&format!("no worker process could be started: {error}"));
        }
    }

    fn handle_zygote(&mut self, message: FromZygote) {
        match message {
            FromZygote::Forked { slot, pid } => self.place(slot).pid = Some(pid),
            FromZygote::NotForked { slot, error } => {
                self.place(slot).state = State::Vacant;
                self.break_run(&format!("no worker process could be started: {error}"));
            }
            FromZygote::Exited { slot, end } => {
                self.place(slot).end = Some(end);
                self.settle(slot);
            }
        }
    }

    fn handle_message(&mut self, slot: Slot, message: FromWorker) {
        let is_failure = matches!(&message, FromWorker::CaseFinished { result, .. } if result.outcome.is_failure());
        self.take_in(slot, message);
        self.bail_if_enough();
        if is_failure {
            self.control.count_judged(slot);
        }
    }

    fn take_in(&mut self, slot: Slot, message: FromWorker) {
        match message {
            FromWorker::Ready => {
                let place = self.place(slot);
                place.failed_starts = 0;
                if matches!(place.state, State::Starting { .. }) {
                    place.state = State::Idle;
                }
                self.feed(slot);
            }
            FromWorker::Unable(why) => self.break_run(&why),
            FromWorker::Bug(message) => self.place(slot).bug = Some(message),
            FromWorker::Collected { file, cases } => {
                // A test can write messages into the channel as well as garbage: what has been told stays.
                if let Some(session) = self.place(slot).session_of(file)
                    && session.finished.is_none()
                {
                    session.finished = Some(vec![false; cases.len()]);
                    self.emit(EventKind::FileCollected { file, cases });
                }
            }
            FromWorker::CaseFinished { file, result } => {
                if self
                    .place(slot)
                    .session_of(file)
                    .is_some_and(|session| session.finish(result.case))
                {
                    self.emit(EventKind::CaseFinished { file, result });
                }
            }
            FromWorker::FileError { file, failure } => {
                if self.place(slot).session_of(file).is_some() {
                    self.emit(EventKind::FileError { file, failure });
                }
            }
            FromWorker::Output {
                file,
                case,
                stream,
                text,
            } => {
                if let Some(text) = self
                    .place(slot)
                    .session_of(file)
                    .and_then(|session| session.output.take(text))
                {
                    self.emit(EventKind::Output {
                        file,
                        case,
                        stream,
                        text,
                    });
                }
            }
            FromWorker::Runs { stack } => self.hear_stack(slot, stack),
            FromWorker::AddonLoaded { number, path } => self.place(slot).name_addon(number, path),
            FromWorker::FileTimes { file, times } => self.control.keep_times(file, times),
            FromWorker::Leaked { file, leaks } => {
                if self.ran_in.get(file.0 as usize) == Some(&Some(slot)) {
                    self.handle_leaks(file, leaks);
                }
            }
            FromWorker::FileDone { file, resident } => {
                let Some(session) = self.place(slot).session_of(file) else {
                    return;
                };
                let (started, is_whole) = (session.started, session.is_whole());
                let duration = self.now_since(started);
                let outcome = if matches!(self.ending, Ending::Stopping(_)) && !is_whole {
                    FileOutcome::NotRun(self.not_run.clone())
                } else {
                    FileOutcome::Finished
                };
                self.emit(EventKind::FileFinished {
                    file,
                    outcome,
                    duration,
                });
                self.place(slot).state = State::Idle;
                self.place(slot).resident = resident;
                self.feed(slot);
            }
        }
    }

    fn handle_leaks(&mut self, file: FileId, leaks: Vec<Leak>) {
        let failure = self.plan.fail_on_leak.then(|| leak_failure(&leaks));
        self.emit(EventKind::Leaked { file, leaks });
        if let Some(failure) = failure {
            self.emit(EventKind::FileError { file, failure });
        }
    }

    /// The numbers of the run so far.
    #[must_use]
    pub fn stats(&self) -> &RunStats {
        &self.stats
    }

    fn now_since(&self, then: u64) -> Duration {
        Duration::from_nanos(self.now.saturating_sub(then))
    }

    /// Raw writes are the file's that runs, else the file's that ran last (a process it left behind), else the next file's.
    fn handle_written(&mut self, slot: Slot, stream: Stream, text: String, running: Running) {
        let place = self.place(slot);
        let (file, case, text) = match (&mut place.state, place.last_file) {
            (State::Running(session), _) => (session.file, session.open_case(running), session.output.take(text)),
            (_, Some(file)) => (file, None, place.late_output.take(text)),
            (_, None) => {
                place
                    .early_output
                    .extend(place.late_output.take(text).map(|text| (stream, text)));
                return;
            }
        };
        if let Some(text) = text {
            self.emit(EventKind::Output {
                file,
                case,
                stream,
                text,
            });
        }
    }

    /// Gives an idle worker its next file, or sends it home.
    fn feed(&mut self, slot: Slot) {
        // One that is being killed must not take another file with it.
        if !matches!(self.place(slot).state, State::Idle) || self.place(slot).killed.is_some() {
            return;
        }
        let next = if self.ending == Ending::No && !self.is_overgrown(slot) {
            self.queue.take(slot)
        } else {
            None
        };
        match next {
            Some(file) => {
                let path = self.plan.files[file.0 as usize].clone();
                let started = self.now;
                self.place(slot).state = State::Running(Session::new(file, started));
                let place = self.place(slot);
                place.former_file = place.last_file.replace(file);
                self.ran_in[file.0 as usize] = Some(slot);
                self.emit(EventKind::FileStarted { file, slot });
                for (stream, text) in std::mem::take(&mut self.place(slot).early_output) {
                    self.emit(EventKind::Output {
                        file,
                        case: None,
                        stream,
                        text,
                    });
                }
                self.control.send(slot, &ToWorker::Run { file, path });
            }
            None => {
                let since = self.now;
                self.place(slot).state = State::Leaving { since };
                self.control.send(slot, &ToWorker::Shutdown);
            }
        }
    }

    /// Whether the worker has grown so much that another one had better take its place.
    fn is_overgrown(&mut self, slot: Slot) -> bool {
        let resident = self.place(slot).resident;
        self.plan.recycle_above.is_some_and(|most| resident > most)
    }

    fn kill(&mut self, slot: Slot, reason: KillReason) {
        if self.place(slot).killed.is_none() {
            self.place(slot).killed = Some(reason);
            self.control.kill(slot);
        }
    }

    fn handle_signal(&mut self, number: i32) {
        let name = Signal::try_from(number).map_or("a signal", Signal::as_str);
        self.end_run(RunEnd::Interrupted(name.to_owned()), &format!("interrupted by {name}"));
    }

    fn slots(&self) -> impl Iterator<Item = Slot> + use<C> {
        1..=u32::try_from(self.places.len()).unwrap_or(0)
    }

    /// Process ids of the workers, for sampling their memory.
    pub fn pids(&self) -> impl Iterator<Item = Option<i32>> + '_ {
        self.places
            .iter()
            .map(|place| place.pid.filter(|_| place.end.is_none()))
    }

    /// Gives the hands back when the run is over.
    pub fn into_control(self) -> C {
        self.control
    }

    /// The hands.
    pub fn control(&mut self) -> &mut C {
        &mut self.control
    }
}

/// `--fail-on-leak`: what a file left behind is its error.
fn leak_failure(leaks: &[Leak]) -> Failure {
    let mut message = "the file left something behind (--fail-on-leak):".to_owned();
    for leak in leaks {
        message.push_str("\n- ");
        message.push_str(&leak.what);
    }
    let mut failure = Failure::plain(FailureKind::Leak, message);
    failure.stack = leaks
        .iter()
        .find(|leak| leak.location().is_some())
        .map(|leak| leak.stack.clone())
        .unwrap_or_default();
    failure
}

#[cfg(test)]
#[path = "dispatcher_tests.rs"]
mod tests;
