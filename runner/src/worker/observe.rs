//! From what a session observes to what the coordinator is told: the only place that knows both.

use std::cell::{Cell, RefCell};
use std::path::Path;
use std::rc::Rc;
use std::time::Duration;

use trun_napi::Trace;
use trun_reporters::model::{
    Attempt, CaseId, CaseMode, CaseResult, CodeFrame, Failure, FailureKind, FileId, Frame, FrameOwner, Leak, LeakKind,
    Location, Outcome, Stream, TestCase,
};
use trun_vm::harness::observer::{
    self as vm, Activity, CaseEnd, CaseOutcome, CollectedCase, FailedAttempt, Observer, OutputStream, Problem,
    ProblemKind,
};

use trun_vm::times::{self, Part, span};

use crate::os::{Running, RunningPage, be_patient, exit_now, wait_for_readers};
use crate::protocol::channel::Sender;
use crate::protocol::message::{FromWorker, cap};

/// The channel and the page of this worker, with the file that runs.
pub(super) struct Wire {
    sender: RefCell<Sender<FromWorker>>,
    page: &'static RunningPage,
    file: Cell<FileId>,
    /// `--bail` was given.
    bails: bool,
}

/// How long a test waits for the coordinator to read what it wrote. Passes only if the coordinator is stopped.
const PATIENCE: Duration = Duration::from_secs(5);

impl Wire {
    pub(super) fn new(sender: Sender<FromWorker>, page: &'static RunningPage, bails: bool) -> Self {
        Self {
            sender: RefCell::new(sender),
            page,
            file: Cell::new(FileId(0)),
            bails,
        }
    }

    pub(super) fn begin(&self, file: FileId) {
        self.file.set(file);
    }

    /// Where native code is published.
    pub(super) fn native_trace(&self) -> &'static Trace {
        self.page.native()
    }

    /// Tells what the numbers in [`Wire::native_trace`] mean.
    pub(super) fn name_addon(&self, number: u32, path: &Path) {
        let path = cap(path.to_string_lossy().into_owned());
        self.send(&FromWorker::AddonLoaded { number, path });
    }

    pub(super) fn end(&self, resident: u64) {
        wait_for_readers(PATIENCE, || self.page.drains());
        self.page.publish(Running::Nothing, None);
        self.send(&FromWorker::FileDone {
            file: self.file.get(),
            resident,
        });
    }

    /// Tells what the file's time went into, if that is measured.
    pub(super) fn tell_times(&self) {
        if times::is_on() {
            let file = self.file.get();
            let nanoseconds = times::take().map(|time| u64::try_from(time.as_nanos()).unwrap_or(u64::MAX));
            let times = nanoseconds.to_vec();
            self.send(&FromWorker::FileTimes { file, times });
        }
    }

    /// What has been sent survives whatever happens to this process next, so every message is written at once.
    pub(super) fn send(&self, message: &FromWorker) {
        let _span = span(Part::Messages);
        if self.sender.borrow_mut().send(message).is_err() {
            // Nobody is there to run for.
            exit_now(0);
        }
    }
}

/// The observer of the runtime.
pub(super) struct Outbox(Rc<Wire>);

impl Outbox {
    pub(super) fn new(wire: Rc<Wire>) -> Self {
        Self(wire)
    }
}

impl Observer for Outbox {
    fn asks_to_end(&mut self) -> bool {
        self.0.page.is_asked_to_stop()
    }

    fn collected(&mut self, cases: &[CollectedCase]) {
        let cases = cases.iter().map(case).collect();
        self.0.send(&FromWorker::Collected {
            file: self.0.file.get(),
            cases,
        });
    }

    fn activity(&mut self, activity: Activity, limit: Option<Duration>) {
        let running = match activity {
            Activity::Loading => Running::Loading,
            Activity::SuiteHook => Running::SuiteHook,
            Activity::Case(index) => Running::Case(index),
            Activity::Swapping => Running::Swapping,
        };
        self.0
            .page
            .publish(running, limit.map(|l| u64::try_from(l.as_nanos()).unwrap_or(u64::MAX)));
    }

    fn case_finished(&mut self, end: CaseEnd) {
        let _span = span(Part::Messages);
        // Raw writes reach the coordinator by another way. It charges them to the test that runs when it reads them, so this
        // one runs until they have been read. Costs two system calls when there are none.
        wait_for_readers(PATIENCE, || self.0.page.drains());
        let judged = self.0.page.judged();
        let result = result(end);
        let may_bail = self.0.bails && result.outcome.is_failure();
        self.0.send(&FromWorker::CaseFinished {
            file: self.0.file.get(),
            result,
        });
        if may_bail {
            // Or the next test would have begun before the coordinator has counted this one.
            be_patient(PATIENCE, || self.0.page.judged() > judged);
        }
    }

    fn file_error(&mut self, problem: Problem) {
        self.0.send(&FromWorker::FileError {
            file: self.0.file.get(),
            failure: failure(problem),
        });
    }

    fn leaked(&mut self, file: u32, leaks: Vec<vm::Leak>) {
        self.0.send(&FromWorker::Leaked {
            file: FileId(file),
            leaks: leaks.into_iter().map(leak).collect(),
        });
    }

    fn inquired(&mut self, stack: Vec<vm::StackFrame>) {
        self.0.send(&FromWorker::Runs {
            stack: stack.into_iter().map(frame).collect(),
        });
    }

    fn output(&mut self, case: Option<u32>, stream: OutputStream, text: &str) {
        let stream = match stream {
            OutputStream::Stdout => Stream::Stdout,
            OutputStream::Stderr => Stream::Stderr,
        };
        self.0.send(&FromWorker::Output {
            file: self.0.file.get(),
            case: case.map(CaseId),
            stream,
            text: cap(text.to_owned()),
        });
    }
}

fn case(collected: &CollectedCase) -> TestCase {
    TestCase {
        ancestors: collected.ancestors.iter().map(|title| cap(title.clone())).collect(),
        title: cap(collected.title.clone()),
        location: collected.location.clone().map(location),
        mode: match collected.mode {
            vm::CaseMode::Run => CaseMode::Run,
            vm::CaseMode::Skip => CaseMode::Skip,
            vm::CaseMode::Todo => CaseMode::Todo,
            vm::CaseMode::Filtered => CaseMode::Filtered,
        },
    }
}

fn result(end: CaseEnd) -> CaseResult {
    CaseResult {
        case: CaseId(end.case),
        outcome: match end.outcome {
            CaseOutcome::Passed => Outcome::Passed,
            CaseOutcome::Failed => Outcome::Failed,
            CaseOutcome::TimedOut => Outcome::TimedOut,
            CaseOutcome::Skipped => Outcome::Skipped,
            CaseOutcome::Todo => Outcome::Todo,
        },
        duration: end.duration,
        failures: end.problems.into_iter().map(failure).collect(),
        earlier_attempts: end.earlier_attempts.into_iter().map(attempt).collect(),
        assertions: end.assertions,
        note: end.note,
    }
}

fn attempt(failed: FailedAttempt) -> Attempt {
    Attempt {
        outcome: if failed.timed_out {
            Outcome::TimedOut
        } else {
            Outcome::Failed
        },
        duration: failed.duration,
        failures: failed.problems.into_iter().map(failure).collect(),
    }
}

fn leak(leak: vm::Leak) -> Leak {
    Leak {
        kind: match leak.kind {
            vm::LeakKind::Timer => LeakKind::Timer,
            vm::LeakKind::Server => LeakKind::Server,
            vm::LeakKind::Socket => LeakKind::Socket,
            vm::LeakKind::ChildProcess => LeakKind::ChildProcess,
            vm::LeakKind::Watcher => LeakKind::Watcher,
            vm::LeakKind::FileDescriptor => LeakKind::FileDescriptor,
            vm::LeakKind::Worker => LeakKind::Worker,
            vm::LeakKind::MessagePort => LeakKind::MessagePort,
            vm::LeakKind::Listener => LeakKind::Listener,
            vm::LeakKind::Global => LeakKind::Global,
            vm::LeakKind::ProcessState => LeakKind::ProcessState,
            vm::LeakKind::Persistent => LeakKind::Persistent,
            vm::LeakKind::Addon => LeakKind::Addon,
            vm::LeakKind::Realm => LeakKind::Realm,
        },
        what: cap(leak.what),
        stack: leak.stack.into_iter().map(frame).collect(),
    }
}

fn failure(problem: Problem) -> Failure {
    Failure {
        kind: match problem.kind {
            ProblemKind::Assertion => FailureKind::Assertion,
            ProblemKind::Thrown => FailureKind::Thrown,
            ProblemKind::Timeout => FailureKind::Timeout,
            ProblemKind::Load => FailureKind::Load,
        },
        name: problem.name,
        message: cap(problem.message),
        expected: problem.expected.map(cap),
        received: problem.received.map(cap),
        hook: problem.hook,
        stack: problem.stack.into_iter().map(frame).collect(),
        code_frame: problem.code_frame.map(|f| CodeFrame {
            at: location(f.at),
            first_line: f.first_line,
            lines: f.lines,
        }),
        cause: problem.cause.map(|cause| Box::new(failure(*cause))),
    }
}

fn frame(frame: vm::StackFrame) -> Frame {
    Frame {
        function: frame.function,
        location: frame.location.map(location),
        owner: match frame.owner {
            vm::FrameOwner::User => FrameOwner::User,
            vm::FrameOwner::Dependency => FrameOwner::Dependency,
            vm::FrameOwner::Internal => FrameOwner::Internal,
        },
    }
}

fn location(place: vm::SourceLocation) -> Location {
    Location {
        file: place.file,
        line: place.line,
        column: place.column,
    }
}
