//! What a run tells its reporters, in order.
//!
//! Per file: `FileStarted`, then `FileCollected` (absent if loading failed), then any mix of `Output`, `CaseFinished`,
//! `FileError` and `Leaked`, then `FileFinished`. Files of several workers interleave. A file that never started has only a
//! `FileFinished` with [`FileOutcome::NotRun`]. Each collected case gets exactly one `CaseFinished`, unless the file crashed
//! or was cut short: cases that never ran then have none and count as not run.

use std::time::Duration;

use crate::model::{CaseId, CaseResult, Failure, FileId, FileOutcome, Frame, Leak, Stream, TestCase};

/// One event, with the time since the run began.
#[derive(Debug, Clone)]
pub struct RunEvent {
    /// Since the run began.
    pub elapsed: Duration,
    /// What happened.
    pub kind: EventKind,
}

/// A test that runs right now, for views that show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunningCase {
    /// Its file.
    pub file: FileId,
    /// The case, or none while the file loads or a `beforeAll`/`afterAll` runs.
    pub case: Option<CaseId>,
    /// How long it has been running.
    pub age: Duration,
}

/// What all workers with a file do, because somebody asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inquired {
    /// Longest at it first.
    pub running: Vec<Doing>,
    /// How many files have not begun.
    pub waiting: usize,
}

/// What one worker does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Doing {
    /// Its file.
    pub file: FileId,
    /// With what in it.
    pub work: Work,
    /// For how long.
    pub age: Duration,
    /// 1-based worker slot.
    pub slot: u32,
    /// The worker's process id, as far as it is known.
    pub process: Option<i32>,
    /// The native code that runs: "addon x.node (finalizer)".
    pub native: Option<String>,
    /// Where its JavaScript is.
    pub answer: Answer,
}

/// A part of a file's run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Work {
    /// The file is loading.
    Loading,
    /// A `beforeAll` or `afterAll` runs.
    SuiteHook,
    /// This test runs.
    Case(CaseId),
    /// What the file left is taken down.
    Swapping,
    /// Nothing of the user's runs.
    Between,
}

/// Where a worker's JavaScript is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// Innermost call first.
    Stack(Vec<Frame>),
    /// Nowhere: it waits for a timer, a file, a socket.
    Waits,
    /// It did not say.
    None,
}

/// Why a run ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RunEnd {
    /// Every file ran.
    Completed,
    /// `--bail`: this many failures were enough.
    Bailed(u32),
    /// A worker crashed; the text is the whole error line.
    Aborted(String),
    /// A signal by this name.
    Interrupted(String),
    /// trun itself could not go on; the text says why.
    Broken(String),
}

/// What can happen in a run.
#[derive(Debug, Clone)]
pub enum EventKind {
    /// First event.
    RunStarted {
        /// Absolute directory that paths are shown relative to.
        root: String,
        /// Absolute paths; a [`FileId`] is an index into it.
        files: Vec<String>,
        /// Upper bound of worker processes.
        workers: usize,
        /// trun's version.
        version: String,
        /// Milliseconds since the Unix epoch.
        started_at_ms: u64,
        /// The seed of a random order.
        seed: Option<u32>,
        /// Command and flags that repeat this run, unquoted, without paths, `-t` and reporters: what a command that reruns
        /// one test begins with.
        rerun: Vec<String>,
    },
    /// A worker took a file.
    FileStarted {
        /// Which file.
        file: FileId,
        /// 1-based worker slot.
        slot: u32,
    },
    /// A file was loaded; its cases in declaration order.
    FileCollected {
        /// Which file.
        file: FileId,
        /// All its cases, also those that will be skipped.
        cases: Vec<TestCase>,
    },
    /// The test wrote something.
    Output {
        /// Which file.
        file: FileId,
        /// Whose output, if a test was running.
        case: Option<CaseId>,
        /// Where it was written.
        stream: Stream,
        /// What, maybe a part of a line.
        text: String,
    },
    /// A test case ended.
    CaseFinished {
        /// Which file.
        file: FileId,
        /// How it ended.
        result: CaseResult,
    },
    /// Something failed that belongs to no test of the file.
    FileError {
        /// Which file.
        file: FileId,
        /// What.
        failure: Failure,
    },
    /// The file left something behind. Usually comes before its `FileFinished`; what needs a collection to be seen (a realm
    /// that stays) may come at any time after it.
    Leaked {
        /// Which file.
        file: FileId,
        /// What. Never empty.
        leaks: Vec<Leak>,
    },
    /// The file is over.
    FileFinished {
        /// Which file.
        file: FileId,
        /// How it ended.
        outcome: FileOutcome,
        /// Wall time from `FileStarted`.
        duration: Duration,
    },
    /// Something failed that belongs to no file: a worker that does not start, say. Counts as a failed run.
    RunError {
        /// The error line.
        message: String,
    },
    /// About four times a second while tests run: what runs now. For progress views and heartbeats.
    Tick {
        /// Longest running first.
        running: Vec<RunningCase>,
    },
    /// Somebody asked what runs.
    Inquired(Inquired),
    /// Last event.
    RunFinished {
        /// Why.
        end: RunEnd,
    },
}
