//! One test file in one worker: opens a realm, loads the file, drives the plan phase by phase, takes the realm down.
//!
//! The plan itself (order, hooks, outcomes) is JavaScript (`vm/js/harness/plan.js`); this file is its driver from outside, so that stopping
//! user code by force stops no code of ours. Owns deadlines of the first stage: JavaScript that runs too long is stopped by the
//! watchdog, waiting that takes too long is given up. The second stage, killing the process, is the coordinator's.

use std::path::PathBuf;
use std::rc::Rc;
use std::time::{Duration, Instant};

use crate::engine::{Ctx, JsResult, Object, Persistent, Thrown, Value};
use crate::event_loop::Due;
use crate::harness::bindings::LONGEST_LIMIT;
use crate::harness::observer::{
    Activity, CaseEnd, CaseMode, CaseOutcome, CollectedCase, Problem, ProblemKind, SourceLocation,
};
use crate::harness::problem;
use crate::harness::stack::user_frames;
use crate::host::{Host, SharedFlag, host};
use crate::realm::Realm;

/// How long the harness's own JavaScript may take where no user code should run: it still can (getters of thrown values).
/// Well below the coordinator's grace period, which counts from the deadline of the phase before.
const OWN_LIMIT: Duration = Duration::from_secs(1);
/// Errors that belong to no test are listed up to this number per file: a callback that fails for ever would fill any report.
const MAX_STRAY_ERRORS: u32 = 100;
/// Tests of a library that runs them by itself would otherwise fail unseen.
const NO_TESTS: &str = "the file declares no tests with trun's API (globals, vitest, @jest/globals, bun:test); \
                        --pass-with-no-tests accepts that";
/// An endless loop that a test or hook left to a callback.
const STOPPED_AFTER_END: &str =
    "a test or hook had ended, but callbacks it left behind ran on without end and were stopped";
/// Phase number of loading the file; the plan's start at 1.
const LOAD_PHASE: u32 = 0;

/// One file to run.
#[derive(Debug, Clone)]
pub struct FileRequest {
    /// The run's number for it, for what is said of it after it has ended.
    pub number: u32,
    /// Absolute path.
    pub path: PathBuf,
    /// `-t`: source of a JavaScript regular expression.
    pub name_pattern: Option<String>,
}

/// What holds for every session of a run.
#[derive(Debug, Clone, Copy)]
pub struct Rules {
    /// Limit of tests and hooks that set none.
    pub test: Option<Duration>,
    /// Limit of loading a file.
    pub load: Option<Duration>,
    /// Whether a file may declare no test at all.
    pub empty_file_passes: bool,
    /// How often a failed test is tried again, unless the test or its file says otherwise.
    pub retry: u32,
    /// How often each test runs; all of these must pass.
    pub repeat_each: u32,
    /// Seed of a random order of tests.
    pub seed: Option<u32>,
    /// Tests are listed and not run.
    pub collect_only: bool,
}

/// How a phase ended.
enum PhaseEnd {
    Settled,
    /// Its time was over while it waited, or the watchdog stopped it; the stack is where it ran.
    Overdue {
        stack: Option<String>,
    },
    /// The event loop broke: nothing can be waited for any more.
    Broken(String),
}

/// What the plan wants next.
enum Step {
    Phase {
        id: u32,
        case: Option<u32>,
        limit: Option<Duration>,
    },
    Report(CaseEnd),
    FileError(Problem),
    End,
}

/// Runs a file in an open realm.
pub struct Session<'a> {
    host: &'a Rc<Host>,
    realm: &'a Rc<Realm>,
    rules: Rules,
    case_started: Option<(u32, Instant)>,
}

impl<'a> Session<'a> {
    /// A session in `realm`, which is fresh.
    #[must_use]
    pub fn new(host: &'a Rc<Host>, realm: &'a Rc<Realm>, rules: Rules) -> Self {
        Self {
            host,
            realm,
            rules,
            case_started: None,
        }
    }

    /// Runs it to its end. Everything there is to know goes to the observer.
    pub fn run(mut self, request: &FileRequest) {
        self.host.stray_errors.set(0);
        if self.load(request) && self.collect(request) {
            self.execute();
        }
        self.host.phases.end();
        self.host.vm.watchdog().set_deadline(None);
    }

    fn load(&mut self, request: &FileRequest) -> bool {
        self.announce(Activity::Loading, self.rules.load);
        self.begin_phase(LOAD_PHASE, None, self.rules.load);
        let path = request.path.to_string_lossy();
        let end = self.run_phase(|cx, realm| {
            open(cx, &realm.entries().load)?
                .call(cx, &[cx.string(&path)])
                .map(|_| ())
        });
        let failure = match end {
            PhaseEnd::Settled => self.ask(|cx, realm| {
                let failure = open(cx, &realm.entries().take_load_failure)?.call(cx, &[])?;
                if failure.is_undefined(cx) {
                    Ok(None)
                } else {
                    problem::read(cx, failure, Some(ProblemKind::Load), None).map(Some)
                }
            }),
            PhaseEnd::Overdue { stack } => Ok(Some(self.load_timeout(stack))),
            PhaseEnd::Broken(why) => Ok(Some(problem::plain(ProblemKind::Load, why))),
        };
        let Some(failure) = failure.unwrap_or_else(|problem| Some(*problem)) else {
            return true;
        };
        self.host.observer.borrow_mut().file_error(failure);
        false
    }

    fn load_timeout(&self, stack: Option<String>) -> Problem {
        let limit = self.rules.load.unwrap_or_default().as_millis();
        let mut failure = problem::plain(
            ProblemKind::Load,
            format!("loading the file took longer than {limit} ms (--load-timeout)"),
        );
        place(&mut failure, stack);
        failure
    }

    fn collect(&mut self, request: &FileRequest) -> bool {
        let timeout = self.rules.test.map_or(0.0, |t| t.as_secs_f64() * 1000.0);
        let collected = self.ask(|cx, realm| {
            let pattern = cx.optional_string(request.name_pattern.as_deref());
            open(cx, &realm.entries().start)?.call(cx, &[pattern, cx.number(timeout)])?;
            let flat = open(cx, &realm.entries().cases)?
                .call(cx, &[])?
                .expect_object(cx, "the collected cases")?;
            read_cases(cx, flat)
        });
        match collected {
            Ok(cases) => {
                self.host.observer.borrow_mut().collected(&cases);
                if cases.is_empty() && !self.rules.empty_file_passes {
                    self.host
                        .observer
                        .borrow_mut()
                        .file_error(problem::plain(ProblemKind::Load, NO_TESTS));
                }
                true
            }
            Err(failure) => {
                self.host.observer.borrow_mut().file_error(*failure);
                false
            }
        }
    }

    fn execute(&mut self) {
        loop {
            match self.next_step() {
                Ok(Step::Phase { id, case, limit }) => self.execute_phase(id, case, limit),
                Ok(Step::Report(end)) => self.report(end),
                Ok(Step::FileError(problem)) => self.host.observer.borrow_mut().file_error(problem),
                Ok(Step::End) => return,
                Err(problem) => {
                    self.host.observer.borrow_mut().file_error(*problem);
                    return;
                }
            }
        }
    }

    fn next_step(&mut self) -> Result<Step, Box<Problem>> {
        self.ask(|cx, realm| {
            let step = open(cx, &realm.entries().next)?.call(cx, &[])?;
            match step.as_object(cx) {
                Some(step) => read_step(cx, step),
                None => Ok(Step::End),
            }
        })
    }

    fn execute_phase(&mut self, id: u32, case: Option<u32>, limit: Option<Duration>) {
        if let Some(case) = case
            && self.case_started.is_none_or(|(started, _)| started != case)
        {
            self.case_started = Some((case, Instant::now()));
        }
        self.announce(case.map_or(Activity::SuiteHook, Activity::Case), limit);
        self.begin_phase(id, case, limit);
        let end = self.run_phase(|cx, realm| {
            open(cx, &realm.entries().invoke)?
                .call(cx, &[cx.number(id)])
                .map(|_| ())
        });
        let stack = match end {
            PhaseEnd::Settled => return,
            PhaseEnd::Overdue { stack } => stack,
            PhaseEnd::Broken(why) => {
                self.host
                    .observer
                    .borrow_mut()
                    .file_error(problem::plain(ProblemKind::Thrown, why));
                None
            }
        };
        let abandoned = self.ask(|cx, realm| {
            let stack = cx.optional_string(stack.as_deref());
            open(cx, &realm.entries().abandon)?
                .call(cx, &[cx.number(id), stack])
                .map(|_| ())
        });
        if let Err(problem) = abandoned {
            self.host.observer.borrow_mut().file_error(*problem);
        }
    }

    fn report(&mut self, mut end: CaseEnd) {
        if let Some((case, started)) = self.case_started
            && case == end.case
        {
            end.duration = started.elapsed();
        }
        self.host.observer.borrow_mut().case_finished(end);
    }

    fn begin_phase(&self, id: u32, case: Option<u32>, limit: Option<Duration>) {
        self.host.phases.begin(id, case, limit);
        self.host.vm.watchdog().set_deadline(self.host.phases.deadline());
    }

    fn announce(&self, activity: Activity, limit: Option<Duration>) {
        self.host.observer.borrow_mut().activity(activity, limit);
    }

    /// Runs user code and then the event loop, until the phase has settled or its time is over.
    fn run_phase(&self, start: impl for<'r> FnOnce(Ctx<'r>, &Realm) -> JsResult<'r, ()>) -> PhaseEnd {
        self.enter(start);
        loop {
            let watchdog = self.host.vm.watchdog();
            if watchdog.stopped() {
                let stack = watchdog.take_stack();
                self.recover();
                return self.overdue(stack);
            }
            if self.host.flag(SharedFlag::Ticks) {
                // Ticks that make ticks: `enter` gave them up at the deadline.
                return self.overdue(None);
            }
            if self.host.phases.is_settled() {
                return PhaseEnd::Settled;
            }
            let deadline = self.host.phases.deadline();
            if deadline.is_some_and(|deadline| Instant::now() >= deadline) {
                return PhaseEnd::Overdue { stack: None };
            }
            match self.host.event_loop.next(self.realm.global().id()) {
                Some(due) => self.dispatch(due),
                // At the end of a turn, as Node runs them: never in the middle of the JavaScript that made them due.
                None if self.host.addons.has_finalizers() => {
                    self.enter(|cx, _| self.host.addons.drain_finalizers(cx));
                }
                None => {
                    if let Err(error) = self.host.event_loop.wait(&self.host.vm, deadline) {
                        return PhaseEnd::Broken(format!("the event loop cannot wait: {error}"));
                    }
                    // The engine's own callbacks (asynchronous WebAssembly, finalization) run inside the wait.
                    if self.host.flag(SharedFlag::Ticks) {
                        self.enter(|_, _| Ok(()));
                    }
                }
            }
        }
    }

    /// Code ran past the deadline and was stopped. The phase may have settled before: then nothing of it can fail any more, and the file
    /// has to.
    fn overdue(&self, stack: Option<String>) -> PhaseEnd {
        if !self.host.phases.is_settled() {
            return PhaseEnd::Overdue { stack };
        }
        let cleared = self.ask(|cx, realm| open(cx, &realm.entries().clear_ticks)?.call(cx, &[]).map(|_| ()));
        let mut problem = problem::plain(ProblemKind::Timeout, STOPPED_AFTER_END);
        place(&mut problem, stack);
        let mut observer = self.host.observer.borrow_mut();
        observer.file_error(problem);
        if let Err(problem) = cleared {
            observer.file_error(*problem);
        }
        PhaseEnd::Settled
    }

    fn dispatch(&self, due: Due) {
        self.enter(|cx, realm| match due {
            Due::Timer(id) => open(cx, &realm.entries().run_timer)?
                .call(cx, &[cx.number(id)])
                .map(|_| ()),
            Due::Immediate(id) => open(cx, &realm.entries().run_immediate)?
                .call(cx, &[cx.number(id)])
                .map(|_| ()),
            Due::Completion(completion) => completion(cx),
            Due::Letter(letter) => letter(cx),
        });
    }

    /// One macrotask: `work`, then ticks, then (on leaving) microtasks, then ticks those have queued, and so on.
    fn enter(&self, work: impl for<'r> FnOnce(Ctx<'r>, &Realm) -> JsResult<'r, ()>) {
        let watchdog = self.host.vm.watchdog();
        watchdog.rearm();
        self.realm.global().enter(|cx| {
            if let Err(thrown) = work(cx, self.realm)
                && !watchdog.stopped()
            {
                report_uncaught(cx, thrown.0);
            }
            self.run_ticks(cx);
        });
        // The clock is looked at here: the engine's own limit restarts at each of these short calls.
        while self.host.flag(SharedFlag::Ticks) && !watchdog.stopped() && !watchdog.is_due() {
            self.realm.global().enter(|cx| self.run_ticks(cx));
        }
    }

    fn run_ticks(&self, cx: Ctx<'_>) {
        let watchdog = self.host.vm.watchdog();
        while self.host.flag(SharedFlag::Ticks) && !watchdog.stopped() && !watchdog.is_due() {
            let ran = open(cx, &self.realm.entries().run_ticks).and_then(|run| run.call(cx, &[]));
            if let Err(thrown) = ran
                && !self.host.vm.watchdog().stopped()
            {
                report_uncaught(cx, thrown.0);
            }
        }
    }

    /// Calls the harness's own JavaScript, which answers at once.
    fn ask<T>(&self, question: impl for<'r> FnOnce(Ctx<'r>, &Realm) -> JsResult<'r, T>) -> Result<T, Box<Problem>> {
        let watchdog = self.host.vm.watchdog();
        watchdog.set_deadline(Some(Instant::now() + OWN_LIMIT));
        let answer = self
            .realm
            .global()
            .enter(|cx| question(cx, self.realm).map_err(|thrown| self.describe(cx, thrown)));
        if watchdog.stopped() {
            let stack = watchdog.take_stack();
            self.recover();
            let mut problem = problem::plain(
                ProblemKind::Timeout,
                "code that the test left behind (a getter, a proxy) did not end",
            );
            place(&mut problem, stack);
            return Err(Box::new(problem));
        }
        answer
    }

    fn describe<'r>(&self, cx: Ctx<'r>, thrown: Thrown<'r>) -> Box<Problem> {
        let text = thrown
            .0
            .to_text(cx)
            .unwrap_or_else(|_| "a value that cannot be printed".to_owned());
        let mut problem = problem::plain(ProblemKind::Thrown, format!("the test harness failed: {text}"));
        let stack = thrown
            .0
            .as_object(cx)
            .and_then(|error| error.get(cx, "stack").ok())
            .and_then(|stack| stack.to_text(cx).ok());
        if let Some(stack) = stack {
            problem.message.push('\n');
            problem.message.push_str(&stack);
        }
        Box::new(problem)
    }

    /// After a stop by force: takes the pending termination away and lets JavaScript run again.
    fn recover(&self) {
        self.host.vm.watchdog().set_deadline(None);
        self.host.vm.absorb_termination(self.realm.global());
    }
}

fn place(problem: &mut Problem, stack: Option<String>) {
    problem.stack = stack.map(|s| user_frames(&s)).unwrap_or_default();
    problem.code_frame = problem
        .stack
        .iter()
        .find_map(|f| f.location.clone())
        .and_then(problem::code_frame);
}

fn open<'r>(cx: Ctx<'r>, entry: &Persistent) -> JsResult<'r, Object<'r>> {
    entry
        .open(cx)
        .ok_or_else(|| cx.type_error("bug in trun: an entry point of another realm"))
}

fn read_cases<'r>(cx: Ctx<'r>, flat: Object<'r>) -> JsResult<'r, Vec<CollectedCase>> {
    let mut cases = Vec::new();
    for at in (0..flat.length(cx)?).step_by(5) {
        let titles = flat.get_index(cx, at)?.expect_object(cx, "titles")?;
        let mut ancestors = (0..titles.length(cx)?)
            .map(|i| titles.get_index(cx, i)?.to_text(cx))
            .collect::<JsResult<'r, Vec<String>>>()?;
        let title = ancestors.pop().unwrap_or_default();
        let file = flat.get_index(cx, at + 1)?;
        let location = if file.is_nullish(cx) {
            None
        } else {
            Some(SourceLocation {
                file: file.to_text(cx)?,
                line: small(cx, flat.get_index(cx, at + 2)?),
                column: small(cx, flat.get_index(cx, at + 3)?),
            })
        };
        cases.push(CollectedCase {
            ancestors,
            title,
            location,
            mode: case_mode(cx, flat.get_index(cx, at + 4)?)?,
        });
    }
    Ok(cases)
}

fn case_mode<'r>(cx: Ctx<'r>, mode: Value<'r>) -> JsResult<'r, CaseMode> {
    Ok(match mode.to_text(cx)?.as_str() {
        "skip" => CaseMode::Skip,
        "todo" => CaseMode::Todo,
        "filtered" => CaseMode::Filtered,
        _ => CaseMode::Run,
    })
}

fn small<'r>(cx: Ctx<'r>, value: Value<'r>) -> u32 {
    value.as_integer(cx).and_then(|n| u32::try_from(n).ok()).unwrap_or(0)
}

fn read_step<'r>(cx: Ctx<'r>, step: Object<'r>) -> JsResult<'r, Step> {
    match small(cx, step.get_index(cx, 0)?) {
        0 => {
            let case = step
                .get_index(cx, 2)?
                .as_integer(cx)
                .and_then(|n| u32::try_from(n).ok());
            let limit = limit_from(step.get_index(cx, 3)?.to_number(cx)?);
            let case = if step.get_index(cx, 4)?.to_bool(cx) { case } else { None };
            Ok(Step::Phase {
                id: small(cx, step.get_index(cx, 1)?),
                case,
                limit,
            })
        }
        1 => {
            let outcome = match step.get_index(cx, 2)?.to_text(cx)?.as_str() {
                "passed" => CaseOutcome::Passed,
                "timedOut" => CaseOutcome::TimedOut,
                "skipped" => CaseOutcome::Skipped,
                "todo" => CaseOutcome::Todo,
                _ => CaseOutcome::Failed,
            };
            let note = step.get_index(cx, 4)?;
            Ok(Step::Report(CaseEnd {
                case: small(cx, step.get_index(cx, 1)?),
                outcome,
                duration: Duration::ZERO,
                problems: read_problems(cx, outcome, step.get_index(cx, 5)?)?,
                earlier_attempts: Vec::new(),
                assertions: small(cx, step.get_index(cx, 3)?),
                note: if note.is_nullish(cx) {
                    None
                } else {
                    Some(note.to_text(cx)?)
                },
            }))
        }
        _ => {
            let hook = step.get_index(cx, 2)?;
            let hook = if hook.is_nullish(cx) {
                None
            } else {
                Some(hook.to_text(cx)?)
            };
            Ok(Step::FileError(problem::read(cx, step.get_index(cx, 1)?, None, hook)?))
        }
    }
}

fn read_problems<'r>(cx: Ctx<'r>, outcome: CaseOutcome, list: Value<'r>) -> JsResult<'r, Vec<Problem>> {
    if outcome == CaseOutcome::Passed {
        return Ok(Vec::new());
    }
    let mut problems = problem::read_list(cx, list)?;
    // By the outcome and not by the name alone: a test can throw a `TimeoutError` of its own (`AbortSignal.timeout`).
    if outcome == CaseOutcome::TimedOut {
        for problem in problems.iter_mut().filter(|p| p.name == "TimeoutError") {
            problem.kind = ProblemKind::Timeout;
        }
    }
    Ok(problems)
}

/// A limit in milliseconds as JavaScript gives it; zero, negative, infinite and very long ones are none.
#[must_use]
pub fn limit_from(ms: f64) -> Option<Duration> {
    (ms > 0.0 && ms < LONGEST_LIMIT.as_secs_f64() * 1000.0).then(|| Duration::from_secs_f64(ms / 1000.0))
}

/// The running phase got another limit: tells the watchdog and the observer.
pub fn announce_limit(limit: Option<Duration>) {
    let host = host();
    host.vm.watchdog().set_deadline(host.phases.deadline());
    host.observer
        .borrow_mut()
        .activity(host.phases.case().map_or(Activity::SuiteHook, Activity::Case), limit);
}

/// Whether the running phase is past its deadline.
#[must_use]
pub fn is_due() -> bool {
    let host = host();
    let watchdog = host.vm.watchdog();
    watchdog.rearm();
    watchdog.is_due()
}

/// The engine's stack of the running JavaScript.
///
/// # Errors
/// Only if a test broke the engine's own prototypes.
pub fn capture_stack(cx: Ctx<'_>) -> JsResult<'_, String> {
    let realm = host().realm();
    open(cx, &realm.entries().capture_raw)?.call(cx, &[])?.to_text(cx)
}

/// An error that nobody caught: goes to the file's own handlers, to the test it belongs to, or becomes a file error.
pub fn report_uncaught<'r>(cx: Ctx<'r>, error: Value<'r>) {
    let realm = host().realm();
    let described = open(cx, &realm.entries().uncaught).and_then(|uncaught| uncaught.call(cx, &[error]));
    report_described(cx, described);
}

/// A rejection that nobody handled: as [`report_uncaught`].
pub fn report_rejection<'r>(cx: Ctx<'r>, promise: Value<'r>, reason: Value<'r>) {
    let realm = host().realm();
    let described =
        open(cx, &realm.entries().unhandled_rejection).and_then(|report| report.call(cx, &[promise, reason]));
    report_described(cx, described);
}

fn report_described<'r>(cx: Ctx<'r>, described: JsResult<'r>) {
    let host = host();
    let problem = match described {
        Ok(described) if described.is_undefined(cx) => return,
        Ok(described) => problem::read(cx, described, None, None),
        // The file's own handler threw: that error is the report.
        Err(thrown) => Err(thrown),
    };
    let seen = host.stray_errors.replace(host.stray_errors.get() + 1);
    if seen > MAX_STRAY_ERRORS {
        return;
    }
    if seen == MAX_STRAY_ERRORS {
        let text = "more errors that belong to no test came after these; they are not listed";
        return host
            .observer
            .borrow_mut()
            .file_error(problem::plain(ProblemKind::Thrown, text));
    }
    let problem =
        problem.unwrap_or_else(|thrown| problem::plain(ProblemKind::Thrown, thrown.0.to_text(cx).unwrap_or_default()));
    host.observer.borrow_mut().file_error(problem);
}
