//! A JUnit document before it is written: what every dialect says, in text that XML can hold.
//!
//! Plain data. `build` fills it in; `rich` and `plain` write what of it their dialect can express.

use std::time::Duration;

use super::sanitise::Clean;

/// The whole document.
#[derive(Debug)]
pub(super) struct Document {
    /// Milliseconds since the Unix epoch.
    pub(super) started_at_ms: u64,
    /// Wall time of the run.
    pub(super) time: Duration,
    /// The machine, if the caller told.
    pub(super) hostname: Option<Clean>,
    /// In the order of paths; what belongs to no file comes last.
    pub(super) suites: Vec<Suite>,
}

/// A test file. Suites of the test file (`describe`) are part of the names of its cases.
#[derive(Debug)]
pub(super) struct Suite {
    /// Relative path of the test file.
    pub(super) name: Clean,
    /// The same, for readers that open it; none if there is no such file.
    pub(super) file: Option<Clean>,
    /// Milliseconds since the Unix epoch.
    pub(super) started_at_ms: u64,
    /// Wall time.
    pub(super) time: Duration,
    pub(super) cases: Vec<Case>,
    /// What the file left behind, a line each.
    pub(super) leaks: Vec<Clean>,
    /// The seed of a random order.
    pub(super) seed: Option<u32>,
    /// What belongs to no test.
    pub(super) output: Output,
}

/// A test case, or something that failed beside them.
#[derive(Debug)]
pub(super) struct Case {
    /// Dotted path of the file. Unique in the document together with `name`.
    pub(super) classname: Clean,
    /// Titles from the outermost suite to the test.
    pub(super) name: Clean,
    /// Relative path.
    pub(super) file: Option<Clean>,
    /// 1-based, in `file`.
    pub(super) line: Option<u32>,
    /// Milliseconds since the Unix epoch; none if it never began.
    pub(super) started_at_ms: Option<u64>,
    /// Wall time.
    pub(super) time: Duration,
    /// `expect` calls that held; none for what is no test.
    pub(super) assertions: Option<u32>,
    pub(super) status: Status,
    /// How often it ran, if more than once.
    pub(super) attempts: Option<usize>,
    pub(super) output: Output,
}

/// How a case ended.
#[derive(Debug)]
pub(super) enum Status {
    /// The last attempt passed; those before it, if any, failed.
    Passed { failed_before: Vec<FailedRun> },
    /// All attempts failed.
    Failed { first: FailedRun, again: Vec<FailedRun> },
    /// It did not run.
    Skipped {
        /// `skipped`, `todo` or `not run`.
        kind: &'static str,
        reason: Clean,
    },
}

/// A failed attempt.
#[derive(Debug)]
pub(super) struct FailedRun {
    /// Whether something else than an assertion of the test itself failed.
    pub(super) is_error: bool,
    /// Class name of the error, or the family of the failure. Never empty.
    pub(super) class: Clean,
    /// First lines of the message.
    pub(super) message: Clean,
    /// Message, difference and stack of everything that failed.
    pub(super) body: Clean,
    /// Wall time.
    pub(super) time: Duration,
}

/// What was printed, as far as it is told.
#[derive(Debug, Default)]
pub(super) struct Output {
    pub(super) stdout: Option<Clean>,
    pub(super) stderr: Option<Clean>,
}
