//! The nouns every report is made of: plain data, no process, no JavaScript value.
//!
//! The worker fills these in, the protocol carries them, reporters print them. All lines and columns are 1-based and
//! refer to the file the user wrote, never to transpiled text.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// A test file's number in the run: its index in the path-ordered list of files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct FileId(pub u32);

/// A test case's number in its file: its index in declaration order, as listed by [`crate::EventKind::FileCollected`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct CaseId(pub u32);

/// A place in a source file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Location {
    /// Absolute path.
    pub file: String,
    /// 1-based.
    pub line: u32,
    /// 1-based, in UTF-16 code units.
    pub column: u32,
}

/// A test case as it was declared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestCase {
    /// Titles of the enclosing suites, outermost first.
    pub ancestors: Vec<String>,
    /// The test's own title.
    pub title: String,
    /// Where `test(…)` was called.
    pub location: Option<Location>,
    /// Whether it will run.
    pub mode: CaseMode,
}

/// Whether a collected case will run, and why not.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum CaseMode {
    /// It will run.
    #[default]
    Run,
    /// `.skip`, or `.only` elsewhere in the file.
    Skip,
    /// `.todo`.
    Todo,
    /// `-t` does not match its full title. Its result is [`Outcome::Skipped`]; documents that are merged with those of
    /// other runs leave it out.
    Filtered,
}

impl TestCase {
    /// All titles joined by `separator`, outermost first.
    #[must_use]
    pub fn full_name(&self, separator: &str) -> String {
        let mut name = self.ancestors.join(separator);
        if !self.ancestors.is_empty() {
            name.push_str(separator);
        }
        name.push_str(&self.title);
        name
    }
}

/// How a test case ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Outcome {
    /// It ran and nothing failed.
    Passed,
    /// It ran and something failed, or the worker died while it ran.
    Failed,
    /// It ran longer than its timeout. Counted as failed everywhere.
    TimedOut,
    /// Not run: `.skip`, `.only` elsewhere, or filtered by `-t`.
    Skipped,
    /// Declared by `.todo`.
    Todo,
}

impl Outcome {
    /// Whether every report counts it as failed.
    #[must_use]
    pub fn is_failure(self) -> bool {
        matches!(self, Self::Failed | Self::TimedOut)
    }
}

/// What went wrong, by family. Decides JUnit's `failure` or `error` and the label in the terminal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum FailureKind {
    /// An `expect` or `assert` did not hold.
    Assertion,
    /// Something else was thrown or rejected.
    Thrown,
    /// A test or hook ran longer than its timeout.
    Timeout,
    /// The file could not be loaded: syntax, missing module or export, a throw at top level.
    Load,
    /// The worker process died, was killed or left (`process.exit`).
    Worker,
    /// The file was in flight when another worker crashed.
    Aborted,
    /// The file left something behind, and `--fail-on-leak` was given.
    Leak,
}

/// Who owns the code of a stack frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum FrameOwner {
    /// The project under test.
    User,
    /// A file under `node_modules`.
    Dependency,
    /// trun's own runtime, or native code.
    Internal,
}

/// One line of a stack, already mapped to the source the user wrote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Frame {
    /// Function name as V8 prints it (`Foo.bar`, `async baz`, `new Qux`), if known.
    pub function: Option<String>,
    /// Where; `None` for native frames.
    pub location: Option<Location>,
    /// Whose code it is.
    pub owner: FrameOwner,
}

/// The source around the place that failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CodeFrame {
    /// The marked place.
    pub at: Location,
    /// Line number of `lines[0]`.
    pub first_line: u32,
    /// Source lines without line ends, each cut at a sane length.
    pub lines: Vec<String>,
}

/// One failure, complete enough to be printed without asking anyone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// Family.
    pub kind: FailureKind,
    /// Class name of the error: `AssertionError`, `TypeError`; empty if a non-error was thrown.
    pub name: String,
    /// Plain text without ANSI codes, may span lines and hold a `- `/`+ ` diff.
    pub message: String,
    /// Pretty-printed expected value of an assertion.
    pub expected: Option<String>,
    /// Pretty-printed received value of an assertion.
    pub received: Option<String>,
    /// Which hook it came from (`beforeAll`, …), if any.
    pub hook: Option<String>,
    /// Innermost first.
    pub stack: Vec<Frame>,
    /// Source of the innermost user frame.
    pub code_frame: Option<CodeFrame>,
    /// `error.cause`, chained.
    pub cause: Option<Box<Failure>>,
}

impl Failure {
    /// A failure that has a message and nothing else, as the coordinator makes them.
    #[must_use]
    pub fn plain(kind: FailureKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            name: String::new(),
            message: message.into(),
            expected: None,
            received: None,
            hook: None,
            stack: Vec::new(),
            code_frame: None,
            cause: None,
        }
    }
}

/// Which standard stream text was written to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Stream {
    /// Standard output.
    Stdout,
    /// Standard error.
    Stderr,
}

/// The end of one test case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseResult {
    /// Which.
    pub case: CaseId,
    /// How it ended.
    pub outcome: Outcome,
    /// Wall time of the test and its each-hooks.
    pub duration: Duration,
    /// Everything that failed in the last attempt, first first. Empty unless the outcome is a failure.
    pub failures: Vec<Failure>,
    /// The attempts before the last one, first first; all of them failed. Empty unless the test was retried.
    pub earlier_attempts: Vec<Attempt>,
    /// `expect` calls that held.
    pub assertions: u32,
    /// Why it was skipped, if the user said so.
    pub note: Option<String>,
}

impl CaseResult {
    /// Whether it failed first and passed when it was tried again.
    #[must_use]
    pub fn is_flaky(&self) -> bool {
        self.outcome == Outcome::Passed && !self.earlier_attempts.is_empty()
    }
}

/// A failed attempt of a test that was tried again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// [`Outcome::Failed`] or [`Outcome::TimedOut`].
    pub outcome: Outcome,
    /// Wall time of this attempt.
    pub duration: Duration,
    /// Everything that failed, first first.
    pub failures: Vec<Failure>,
}

/// What a test file left behind when it ended. It was stopped or restored, and no later file sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Leak {
    /// Family.
    pub kind: LeakKind,
    /// What exactly, in a few words that follow `left behind: `: `a timer (setTimeout, 60000 ms)`, `the env var API_KEY`.
    pub what: String,
    /// Where it was made, innermost user frame first; empty where that is not known.
    pub stack: Vec<Frame>,
}

impl Leak {
    /// Where it was made, if that is known.
    #[must_use]
    pub fn location(&self) -> Option<&Location> {
        self.stack.iter().find_map(|frame| frame.location.as_ref())
    }
}

/// Families of leaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum LeakKind {
    /// `setTimeout`, `setInterval`, `setImmediate` that had not fired.
    Timer,
    /// A server that listens.
    Server,
    /// An open connection.
    Socket,
    /// A running child process.
    ChildProcess,
    /// A file or directory watcher.
    Watcher,
    /// A file descriptor.
    FileDescriptor,
    /// A Web Worker.
    Worker,
    /// A message port or broadcast channel that listens.
    MessagePort,
    /// A handler of a signal, or another listener on `process`.
    Listener,
    /// A property of the global object that was not there before, or an intrinsic that was changed.
    Global,
    /// Working directory, environment, umask, time zone, title.
    ProcessState,
    /// A value that native code keeps.
    Persistent,
    /// A native addon that did not end.
    Addon,
    /// The whole realm could not be collected.
    Realm,
}

/// How a test file ended, beyond its tests.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum FileOutcome {
    /// It ran to its end; its tests and file errors say the rest.
    Finished,
    /// The worker died in it. The text says how: `SIGSEGV`, `exit code 0`, `killed: 512 MiB over the memory limit`.
    Crashed(String),
    /// It never ran, or was cut short because the run ended: bail, abort, interrupt.
    NotRun(String),
}
