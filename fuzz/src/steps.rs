//! What may happen in a run, made of bytes.

use std::time::Duration;

use arbitrary::Arbitrary;
use trun::coordinator::event::SlotView;
use trun::os::Running;
use trun::protocol::message::FromWorker;
use trun_reporters::{
    CaseId, CaseMode, CaseResult, Failure, FailureKind, FileId, Frame, FrameOwner, Leak, LeakKind, Outcome, Stream,
    TestCase,
};

/// One thing that happens.
#[derive(Debug, Arbitrary)]
pub(crate) enum Step<'b> {
    Worker {
        slot: u8,
        told: Told<'b>,
    },
    Tick {
        after_ms: u16,
        views: [View; 3],
        memory: Option<u32>,
    },
    Signal(u8),
    Inquiry,
    OutputClosed,
    ZygoteGone,
}

/// What is heard of a worker.
#[derive(Debug, Arbitrary)]
pub(crate) enum Told<'b> {
    Said(Saying<'b>),
    Wrote {
        is_error: WrittenTo,
        text: &'b str,
        running: What,
    },
    Bytes(&'b [u8]),
    Forked(u8),
    Ended(u8),
    Killed(u8),
    Closed,
}

/// What a worker's page may say.
#[derive(Debug, Clone, Copy, Arbitrary)]
pub(crate) struct View {
    what: What,
    since_ms: u16,
    limit_ms: Option<u16>,
    starved: u16,
    waits: bool,
}

#[derive(Debug, Clone, Copy, Arbitrary)]
pub(crate) enum What {
    Nothing,
    Loading,
    SuiteHook,
    Case(u8),
    Swapping,
}

#[derive(Debug, Clone, Copy, Arbitrary)]
pub(crate) enum WrittenTo {
    Stdout,
    Stderr,
}

/// A message that a worker, or a test in its name, sends.
#[derive(Debug, Arbitrary)]
pub(crate) enum Saying<'b> {
    Ready,
    Collected {
        file: u8,
        cases: u8,
        title: &'b str,
    },
    CaseFinished {
        file: u8,
        case: u8,
        outcome: Ended,
        why: &'b str,
    },
    FileError {
        file: u8,
        why: &'b str,
    },
    Output {
        file: u8,
        case: Option<u8>,
        to: WrittenTo,
        text: &'b str,
    },
    Leaked {
        file: u8,
        what: &'b str,
    },
    FileDone {
        file: u8,
        resident: u32,
    },
    AddonLoaded {
        number: u8,
        path: &'b str,
    },
    Runs {
        at: &'b str,
    },
    Bug(&'b str),
    Unable(&'b str),
}

#[derive(Debug, Clone, Copy, Arbitrary)]
pub(crate) enum Ended {
    Passed,
    Failed,
    TimedOut,
    Skipped,
    Todo,
}

impl View {
    pub(crate) fn view(self, now: u64) -> SlotView {
        let ms = |count: u16| u64::from(count) * 1_000_000;
        let since = now.saturating_sub(ms(self.since_ms));
        SlotView {
            running: self.what.running(),
            since,
            deadline: self.limit_ms.map(|limit| since + ms(limit)),
            native: None,
            starved: ms(self.starved),
            waits: self.waits,
        }
    }
}

impl What {
    pub(crate) fn running(self) -> Running {
        match self {
            Self::Nothing => Running::Nothing,
            Self::Loading => Running::Loading,
            Self::SuiteHook => Running::SuiteHook,
            Self::Case(case) => Running::Case(u32::from(case)),
            Self::Swapping => Running::Swapping,
        }
    }
}

impl From<WrittenTo> for Stream {
    fn from(to: WrittenTo) -> Self {
        match to {
            WrittenTo::Stdout => Self::Stdout,
            WrittenTo::Stderr => Self::Stderr,
        }
    }
}

impl Saying<'_> {
    pub(crate) fn message(self) -> FromWorker {
        match self {
            Self::Ready => FromWorker::Ready,
            Self::Collected { file, cases, title } => FromWorker::Collected {
                file: of_file(file),
                cases: (0..cases % 8).map(|number| test_case(number, title)).collect(),
            },
            Self::CaseFinished {
                file,
                case,
                outcome,
                why,
            } => FromWorker::CaseFinished {
                file: of_file(file),
                result: result(case, outcome, why),
            },
            Self::FileError { file, why } => FromWorker::FileError {
                file: of_file(file),
                failure: Failure::plain(FailureKind::Load, why),
            },
            Self::Output { file, case, to, text } => FromWorker::Output {
                file: of_file(file),
                case: case.map(|case| CaseId(u32::from(case))),
                stream: to.into(),
                text: text.to_owned(),
            },
            Self::Leaked { file, what } => FromWorker::Leaked {
                file: of_file(file),
                leaks: vec![leak(what)],
            },
            Self::FileDone { file, resident } => FromWorker::FileDone {
                file: of_file(file),
                resident: u64::from(resident),
            },
            Self::AddonLoaded { number, path } => FromWorker::AddonLoaded {
                number: u32::from(number),
                path: path.to_owned(),
            },
            Self::Runs { at } => FromWorker::Runs {
                stack: vec![Frame {
                    function: Some(at.to_owned()),
                    location: None,
                    owner: FrameOwner::User,
                }],
            },
            Self::Bug(text) => FromWorker::Bug(text.to_owned()),
            Self::Unable(text) => FromWorker::Unable(text.to_owned()),
        }
    }
}

/// Mostly one of the run's files.
fn of_file(number: u8) -> FileId {
    FileId(u32::from(number % 5))
}

fn test_case(number: u8, title: &str) -> TestCase {
    TestCase {
        ancestors: vec![title.to_owned()],
        title: number.to_string(),
        location: None,
        mode: match number % 4 {
            0 | 1 => CaseMode::Run,
            2 => CaseMode::Skip,
            _ => CaseMode::Todo,
        },
    }
}

fn result(case: u8, outcome: Ended, why: &str) -> CaseResult {
    CaseResult {
        case: CaseId(u32::from(case % 10)),
        outcome: match outcome {
            Ended::Passed => Outcome::Passed,
            Ended::Failed => Outcome::Failed,
            Ended::TimedOut => Outcome::TimedOut,
            Ended::Skipped => Outcome::Skipped,
            Ended::Todo => Outcome::Todo,
        },
        duration: Duration::from_millis(u64::from(case)),
        failures: vec![Failure::plain(FailureKind::Thrown, why)],
        earlier_attempts: Vec::new(),
        assertions: u64::from(case).try_into().unwrap_or_default(),
        note: None,
    }
}

fn leak(what: &str) -> Leak {
    Leak {
        kind: LeakKind::Timer,
        what: what.to_owned(),
        stack: Vec::new(),
    }
}
