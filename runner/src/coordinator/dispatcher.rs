//! The sole owner of run state: takes events one after the other, changes what they change, tells the reporters.
//!
//! Synchronous, without I/O of its own: it asks for processes and sends messages through [`Control`], so that it is tested with a
//! list of events.

use std::io;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use nix::sys::signal::Signal;
use trun_reporters::event::{EventKind, RunEnd, RunEvent, RunningCase};
use trun_reporters::model::{CaseResult, Failure, FailureKind, FileId, FileOutcome, Outcome, Stream};

use super::death::Death;
use super::event::{InternalEvent, Response, Slot, SlotView, Tick};
use super::queue::Queue;
use super::slot::{KillReason, Place, Session, State};
use crate::cli::OnCrash;
use crate::os::Running;
use crate::protocol::message::{FromWorker, ToWorker};
use crate::zygote::{FromZygote, ProcessEnd};

/// What the first stage (the worker's own watchdog) is given beyond a deadline before the process is killed.
const GRACE: u64 = 2_000_000_000;
/// How long a worker may take to make its VM.
const START_LIMIT: u64 = 60_000_000_000;
/// Starts in a row that may fail before the run is given up.
const MAX_FAILED_STARTS: u32 = 2;
/// A worker busy with one file for this long calls for more workers.
const SCALE_UP_AFTER: u64 = 5_000_000;
/// Between two `Tick` events for reporters.
const REPORT_TICK: u64 = 250_000_000;
/// Ticks further apart than this mean that this process was stopped.
const SUSPENDED: u64 = 1_000_000_000;

/// What a run is.
#[derive(Debug, Clone)]
pub struct RunPlan {
    /// Absolute directory paths are shown relative to.
    pub root: String,
    /// Absolute paths, in order.
    pub files: Vec<String>,
    /// At most this many workers.
    pub workers: usize,
    /// Crash policy.
    pub on_crash: OnCrash,
    /// Bytes a worker may use.
    pub worker_memory: Option<u64>,
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
    /// Tells the reporters.
    fn emit(&mut self, event: RunEvent);
}

/// How a run came to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Ending {
    /// It goes on.
    No,
    /// Workers are told to leave.
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
    started: u64,
    now: u64,
    last_report_tick: u64,
    /// No kill for being overdue before this: the run was suspended.
    lenient_until: u64,
    finished: bool,
}

impl<C: Control> Dispatcher<C> {
    /// A run that begins now.
    pub fn new(plan: RunPlan, control: C, now: u64) -> Self {
        let idle = SlotView {
            running: Running::Nothing,
            since: now,
            deadline: None,
        };
        Self {
            queue: Queue::new(plan.files.len()),
            places: (0..plan.workers).map(|_| Place::default()).collect(),
            views: vec![idle; plan.workers],
            plan,
            control,
            ending: Ending::No,
            started: now,
            now,
            last_report_tick: now,
            lenient_until: 0,
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
        });
        self.spawn(1);
        self.respond()
    }

    /// How often the loop must tick now.
    #[must_use]
    pub fn tick_interval(&self) -> Duration {
        let may_grow = !self.queue.is_empty() && self.places.iter().any(Place::is_vacant);
        Duration::from_millis(if may_grow { 5 } else { 50 })
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
            InternalEvent::Written(slot, stream, bytes) => self.handle_written(slot, stream, &bytes),
            InternalEvent::Signal(signal) => self.handle_signal(signal),
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
                Ending::Leaving(end) => end,
                Ending::No => RunEnd::Completed,
            };
            self.finished = true;
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
        self.control.emit(RunEvent { elapsed, kind });
    }

    fn spawn(&mut self, slot: Slot) {
        let now = self.now;
        self.place(slot).start(now);
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
            FromWorker::Collected { file, cases } => {
                if let Some(session) = self.place(slot).session_of(file) {
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
                if self.place(slot).session_of(file).is_some() {
                    self.emit(EventKind::Output {
                        file,
                        case,
                        stream,
                        text,
                    });
                }
            }
            FromWorker::FileDone { file } => {
                let Some(started) = self.place(slot).session_of(file).map(|session| session.started) else {
                    return;
                };
                let duration = self.now_since(started);
                self.emit(EventKind::FileFinished {
                    file,
                    outcome: FileOutcome::Finished,
                    duration,
                });
                self.place(slot).state = State::Idle;
                self.feed(slot);
            }
        }
    }

    fn now_since(&self, then: u64) -> Duration {
        Duration::from_nanos(self.now.saturating_sub(then))
    }

    /// Raw writes are the file's that runs, else the file's that ran last (a process it left behind), else the next file's.
    fn handle_written(&mut self, slot: Slot, stream: Stream, bytes: &[u8]) {
        let text = String::from_utf8_lossy(bytes).into_owned();
        let running = self.views[slot as usize - 1].running;
        let place = self.place(slot);
        let (file, case) = match (place.session(), place.last_file) {
            (Some(session), _) => (session.file, session.open_case(running)),
            (None, Some(file)) => (file, None),
            (None, None) => return place.early_output.push((stream, text)),
        };
        self.emit(EventKind::Output {
            file,
            case,
            stream,
            text,
        });
    }

    /// Gives an idle worker its next file, or sends it home.
    fn feed(&mut self, slot: Slot) {
        if !matches!(self.place(slot).state, State::Idle) {
            return;
        }
        let next = if self.ending == Ending::No {
            self.queue.take()
        } else {
            None
        };
        match next {
            Some(file) => {
                let path = self.plan.files[file.0 as usize].clone();
                let started = self.now;
                self.place(slot).state = State::Running(Session {
                    file,
                    started,
                    finished: None,
                });
                self.place(slot).last_file = Some(file);
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
                self.place(slot).state = State::Leaving;
                self.control.send(slot, &ToWorker::Shutdown);
            }
        }
    }

    fn kill(&mut self, slot: Slot, reason: KillReason) {
        if self.place(slot).killed.is_none() {
            self.place(slot).killed = Some(reason);
            self.control.kill(slot);
        }
    }

    /// Once a worker's exit status and the end of its channel are there, draws the conclusions.
    fn settle(&mut self, slot: Slot) {
        if !self.place(slot).has_ended() {
            return;
        }
        let place = self.place(slot);
        let end = place.end.unwrap_or(ProcessEnd::Code(-1));
        let killed = place.killed.take();
        let death = Death::of(end, killed.as_ref());
        match std::mem::replace(&mut place.state, State::Vacant) {
            State::Running(session) => self.lose_file(slot, session, death),
            State::Starting { .. } => self.lose_start(slot, &death),
            State::Leaving if end != ProcessEnd::Code(0) && self.ending == Ending::No => {
                self.emit(EventKind::RunError {
                    message: format!("a worker ended badly after its last file: {}", death.cause),
                });
            }
            State::Idle if self.ending == Ending::No => {
                self.emit(EventKind::RunError {
                    message: format!("a worker ended between two files: {}", death.cause),
                });
            }
            _ => {}
        }
        if self.ending == Ending::No && !self.queue.is_empty() && self.place(slot).is_vacant() {
            self.spawn(slot);
        }
    }

    /// The worker died with a file: the running test, or else the file, is charged; what had finished stays.
    fn lose_file(&mut self, slot: Slot, mut session: Session, death: Death) {
        let file = session.file;
        let view = self.views[slot as usize - 1];
        let duration = self.now_since(session.started);
        if self.ending != Ending::No {
            return self.cut_short(file, duration);
        }
        match session.open_case(view.running) {
            Some(case) => {
                session.finish(case);
                let outcome = if death.timed_out {
                    Outcome::TimedOut
                } else {
                    Outcome::Failed
                };
                let result = CaseResult {
                    case,
                    outcome,
                    duration: self.now_since(view.since),
                    failures: vec![death.failure],
                    assertions: 0,
                    note: None,
                };
                self.emit(EventKind::CaseFinished { file, result });
            }
            None => self.emit(EventKind::FileError {
                file,
                failure: death.failure,
            }),
        }
        self.emit(EventKind::FileFinished {
            file,
            outcome: FileOutcome::Crashed(death.cause.clone()),
            duration,
        });
        if death.fatal && self.plan.on_crash == OnCrash::Abort {
            let path = self.relative(file);
            let banner = format!(
                "a test worker process crashed with {} while running {path}",
                death.cause
            );
            self.end_run(RunEnd::Aborted(banner), "another worker crashed");
        }
    }

    fn relative(&self, file: FileId) -> String {
        let path = &self.plan.files[file.0 as usize];
        path.strip_prefix(&self.plan.root)
            .map_or(path.as_str(), |p| p.trim_start_matches('/'))
            .to_owned()
    }

    /// A file that was in flight when the run ended.
    fn cut_short(&mut self, file: FileId, duration: Duration) {
        let reason = match &self.ending {
            Ending::Leaving(RunEnd::Aborted(_)) => {
                let failure = Failure::plain(FailureKind::Aborted, "aborted: another worker crashed");
                self.emit(EventKind::FileError { file, failure });
                "aborted: another worker crashed".to_owned()
            }
            Ending::Leaving(RunEnd::Interrupted(signal)) => format!("interrupted by {signal}"),
            _ => "the run ended".to_owned(),
        };
        self.emit(EventKind::FileFinished {
            file,
            outcome: FileOutcome::NotRun(reason),
            duration,
        });
    }

    fn lose_start(&mut self, slot: Slot, death: &Death) {
        if self.ending != Ending::No {
            return;
        }
        self.place(slot).failed_starts += 1;
        if self.place(slot).failed_starts >= MAX_FAILED_STARTS {
            self.break_run(&format!("worker processes end before they are ready: {}", death.cause));
        }
    }

    /// Ends the run before its time: what runs is killed, what waits is not run.
    fn end_run(&mut self, end: RunEnd, why: &str) {
        if self.ending != Ending::No {
            return;
        }
        self.ending = Ending::Leaving(end);
        for file in self.queue.drain() {
            self.emit(EventKind::FileFinished {
                file,
                outcome: FileOutcome::NotRun(why.to_owned()),
                duration: Duration::ZERO,
            });
        }
        for slot in 1..=u32::try_from(self.places.len()).unwrap_or(0) {
            if !self.place(slot).is_vacant() {
                self.kill(slot, KillReason::RunEnded);
            }
        }
    }

    /// trun cannot do its job any more. With the zygote gone nobody reports the workers' ends, so they are taken as ended.
    fn break_run(&mut self, why: &str) {
        self.end_run(RunEnd::Broken(why.to_owned()), why);
        for index in 0..self.places.len() {
            let place = &mut self.places[index];
            let duration = place.session().map(|s| s.started);
            if let State::Running(session) = std::mem::replace(&mut place.state, State::Vacant) {
                let duration = self.now_since(duration.unwrap_or(self.now));
                self.emit(EventKind::FileFinished {
                    file: session.file,
                    outcome: FileOutcome::NotRun(why.to_owned()),
                    duration,
                });
            }
        }
    }

    fn handle_signal(&mut self, number: i32) {
        let name = Signal::try_from(number).map_or("a signal", Signal::as_str);
        self.end_run(RunEnd::Interrupted(name.to_owned()), &format!("interrupted by {name}"));
    }

    fn handle_tick(&mut self, tick: Tick) {
        self.views = tick.slots;
        self.scale_up();
        self.kill_overdue();
        if let Some(memory) = tick.memory {
            self.kill_over_memory(&memory);
        }
        if self.now.saturating_sub(self.last_report_tick) >= REPORT_TICK {
            self.last_report_tick = self.now;
            let running = self.running_cases();
            self.emit(EventKind::Tick { running });
        }
    }

    /// This process was stopped for a while: limits that passed meanwhile are not the tests' fault.
    pub fn noticed_gap(&mut self, gap: u64, now: u64) {
        if gap > SUSPENDED {
            self.lenient_until = now + 2 * GRACE;
        }
    }

    /// When every worker has been busy with its file for a while and files wait, starts the others.
    fn scale_up(&mut self) {
        if self.ending != Ending::No || self.queue.is_empty() {
            return;
        }
        let busy = |place: &Place| {
            place
                .session()
                .is_some_and(|s| self.now.saturating_sub(s.started) >= SCALE_UP_AFTER)
        };
        let all_busy = self.places.iter().all(|place| place.is_vacant() || busy(place));
        if !all_busy {
            return;
        }
        let vacant: Vec<Slot> = (1..)
            .zip(&self.places)
            .filter(|(_, p)| p.is_vacant())
            .map(|(slot, _)| slot)
            .collect();
        for slot in vacant.into_iter().take(self.queue.len()) {
            self.spawn(slot);
        }
    }

    fn kill_overdue(&mut self) {
        for slot in 1..=u32::try_from(self.places.len()).unwrap_or(0) {
            let view = self.views[slot as usize - 1];
            let reason = match &self.places[slot as usize - 1].state {
                State::Starting { since } if self.now > since + START_LIMIT => Some(KillReason::Overdue {
                    limit_ms: START_LIMIT / 1_000_000,
                }),
                State::Running(_) if self.now > self.lenient_until => view
                    .deadline
                    .filter(|deadline| self.now > deadline + GRACE)
                    .map(|deadline| KillReason::Overdue {
                        limit_ms: deadline.saturating_sub(view.since) / 1_000_000,
                    }),
                _ => None,
            };
            if let Some(reason) = reason {
                self.kill(slot, reason);
            }
        }
    }

    fn kill_over_memory(&mut self, memory: &[Option<u64>]) {
        let Some(limit) = self.plan.worker_memory else { return };
        for (slot, used) in (1..).zip(memory) {
            if let Some(used) = used.filter(|used| *used > limit) {
                self.kill(slot, KillReason::Memory { used, limit });
            }
        }
    }

    fn running_cases(&self) -> Vec<RunningCase> {
        let mut running: Vec<RunningCase> = self
            .places
            .iter()
            .zip(&self.views)
            .filter_map(|(place, view)| {
                let session = place.session()?;
                let case = session.open_case(view.running);
                let since = if case.is_some() { view.since } else { session.started };
                Some(RunningCase {
                    file: session.file,
                    case,
                    age: self.now_since(since),
                })
            })
            .collect();
        running.sort_by_key(|r| std::cmp::Reverse(r.age));
        running
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

#[cfg(test)]
#[path = "dispatcher_tests.rs"]
mod tests;
