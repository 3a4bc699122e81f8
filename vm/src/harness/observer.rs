//! What a session tells the worker while a test file runs. Plain data: no engine handle leaves this crate.
//!
//! The worker translates these to protocol messages in one place; nothing here knows a process or a report.

use std::time::Duration;

/// A place in a file the user wrote; 1-based, columns in UTF-16 code units.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceLocation {
    /// Absolute path.
    pub file: String,
    /// 1-based.
    pub line: u32,
    /// 1-based.
    pub column: u32,
}

/// A test case as declared, in declaration order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CollectedCase {
    /// Titles of the enclosing suites, outermost first.
    pub ancestors: Vec<String>,
    /// Own title.
    pub title: String,
    /// Where `test(…)` was called.
    pub location: Option<SourceLocation>,
    /// Whether it will run.
    pub mode: CaseMode,
}

/// Whether a case will run, and why not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CaseMode {
    /// It will run.
    Run,
    /// `.skip`, or `.only` elsewhere.
    Skip,
    /// `.todo`.
    Todo,
    /// `-t` does not match it.
    Filtered,
}

/// Whose code a stack frame is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FrameOwner {
    /// The project under test.
    User,
    /// Below a `node_modules` directory.
    Dependency,
    /// trun's runtime or native code.
    Internal,
}

/// One stack frame, mapped to the original source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StackFrame {
    /// As V8 prints it.
    pub function: Option<String>,
    /// `None` for native frames.
    pub location: Option<SourceLocation>,
    /// Whose code.
    pub owner: FrameOwner,
}

/// Family of a problem.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProblemKind {
    /// An assertion did not hold.
    Assertion,
    /// Anything else thrown or rejected.
    Thrown,
    /// Ran longer than allowed.
    Timeout,
    /// The file could not be loaded.
    Load,
}

/// Lines of source around a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeFrame {
    /// The marked place.
    pub at: SourceLocation,
    /// Number of `lines[0]`.
    pub first_line: u32,
    /// Without line ends.
    pub lines: Vec<String>,
}

/// Something that went wrong in user code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Family.
    pub kind: ProblemKind,
    /// Error class, or empty.
    pub name: String,
    /// Plain text.
    pub message: String,
    /// Pretty-printed expected value.
    pub expected: Option<String>,
    /// Pretty-printed received value.
    pub received: Option<String>,
    /// Hook it came from.
    pub hook: Option<String>,
    /// Innermost first.
    pub stack: Vec<StackFrame>,
    /// Source of the innermost user frame.
    pub code_frame: Option<CodeFrame>,
    /// `error.cause`.
    pub cause: Option<Box<Problem>>,
}

/// How a case ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CaseOutcome {
    /// Nothing failed.
    Passed,
    /// Something failed.
    Failed,
    /// Over its timeout.
    TimedOut,
    /// Not run.
    Skipped,
    /// `.todo`.
    Todo,
}

/// The end of one case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseEnd {
    /// Index into the collected cases.
    pub case: u32,
    /// How.
    pub outcome: CaseOutcome,
    /// Wall time of the test and its each-hooks.
    pub duration: Duration,
    /// Those of the last attempt, first first; empty unless it failed.
    pub problems: Vec<Problem>,
    /// Failed attempts before the last one, first first.
    pub earlier_attempts: Vec<FailedAttempt>,
    /// `expect` calls that held.
    pub assertions: u32,
    /// Reason of a skip.
    pub note: Option<String>,
}

/// An attempt that failed and was followed by another one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailedAttempt {
    /// Whether it ran over its timeout.
    pub timed_out: bool,
    /// Wall time.
    pub duration: Duration,
    /// First first.
    pub problems: Vec<Problem>,
}

/// What a file left behind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leak {
    /// Family.
    pub kind: LeakKind,
    /// What exactly, in words that follow `left behind: `.
    pub what: String,
    /// Where it was made, innermost first; empty where that is not known.
    pub stack: Vec<StackFrame>,
}

/// Families of leaks. What each means is said where reports are made of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(
    missing_docs,
    reason = "the names are those of the reports' model, which explains them"
)]
pub enum LeakKind {
    Timer,
    Server,
    Socket,
    ChildProcess,
    Watcher,
    FileDescriptor,
    Worker,
    MessagePort,
    Listener,
    Global,
    ProcessState,
    Persistent,
    Addon,
    Realm,
}

/// A standard stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutputStream {
    /// Standard output.
    Stdout,
    /// Standard error.
    Stderr,
}

/// What the JS thread is doing, for deadlines and crash reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Activity {
    /// Evaluating the file and its imports.
    Loading,
    /// A `beforeAll` or `afterAll` hook (which belongs to no single test).
    SuiteHook,
    /// A test case with its each-hooks.
    Case(u32),
    /// Nothing of the user's: between files, or taking a realm down.
    Swapping,
}

/// Receives what happens in a session, on the JS thread, in order.
pub trait Observer {
    /// The file is loaded; every case it declares, before the first runs.
    fn collected(&mut self, cases: &[CollectedCase]);
    /// What runs from now on, and how long it may take (`None`: no bound). Cheap: called for every phase.
    fn activity(&mut self, activity: Activity, limit: Option<Duration>);
    /// A case ended.
    fn case_finished(&mut self, end: CaseEnd);
    /// Whether the file is to end: asked after each case. No further one runs; suites that were entered are left by their hooks.
    fn asks_to_end(&mut self) -> bool {
        false
    }
    /// Something went wrong that belongs to no case.
    fn file_error(&mut self, problem: Problem);
    /// Somebody asked by a signal what runs, and this is its stack. Nothing of the engine's may be used.
    fn inquired(&mut self, _: Vec<StackFrame>) {}
    /// Text from `console.*` or `process.stdout.write`; `case` is the test it belongs to.
    fn output(&mut self, case: Option<u32>, stream: OutputStream, text: &str);
    /// The file with this number left something behind. It may have ended long ago.
    fn leaked(&mut self, file: u32, leaks: Vec<Leak>);
}
