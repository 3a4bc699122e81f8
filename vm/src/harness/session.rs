//! One test file in one worker: opens a realm, loads the file, drives the plan phase by phase, takes the realm down.
//!
//! The plan itself (order, hooks, outcomes) is JavaScript (`vm/js/harness/plan.js`); this file is its driver from outside, so that stopping
//! user code by force stops no code of ours. Owns deadlines of the first stage: JavaScript that runs too long is stopped by the
//! watchdog, waiting that takes too long is given up. The second stage, killing the process, is the coordinator's.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::{Duration, Instant};

use crate::engine::{Ctx, JsResult, Object, Persistent, Thrown};
use crate::harness::case_clock::CaseClock;
use crate::harness::limits::announce_limit;
use crate::harness::observer::{Activity, CaseEnd, Problem, ProblemKind};
use crate::harness::problem;
use crate::harness::steps::{Phase, Step, optional_text, read_cases, read_step};
use crate::harness::turns::{Stray, Turns};
use crate::host::{Host, SharedFlag, host};
use crate::realm::Realm;
use crate::times::{Part, span};

pub use crate::harness::rules::{FileRequest, Rules};

/// How long the harness's own JavaScript may take where no user code should run: it still can (getters of thrown values).
/// Well below the coordinator's grace period, which counts from the deadline of the phase before.
const OWN_LIMIT: Duration = Duration::from_secs(1);
/// Tests of a library that runs them by itself would otherwise fail unseen.
const NO_TESTS: &str = "the file declares no tests with trun's API (globals, vitest, @jest/globals, bun:test); \
                        --pass-with-no-tests accepts that";
/// An endless loop that a test or hook left to a callback. Follows its name.
const STOPPED_AFTER_END: &str = "had ended, but callbacks it left behind ran on without end and were stopped";
/// Phase number of loading the file; the plan's start at 1.
const LOAD_PHASE: u32 = 0;

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

/// Runs a file in an open realm.
pub struct Session<'a> {
    host: &'a Rc<Host>,
    realm: &'a Rc<Realm>,
    rules: Rules,
    clock: CaseClock,
    /// Whose code was stopped inside of an entry, if that was asked there.
    stray: Stray,
}

impl<'a> Session<'a> {
    /// A session in `realm`, which is fresh.
    #[must_use]
    pub fn new(host: &'a Rc<Host>, realm: &'a Rc<Realm>, rules: Rules) -> Self {
        Self {
            host,
            realm,
            rules,
            clock: CaseClock::default(),
            stray: RefCell::default(),
        }
    }

    /// Runs it to its end. Everything there is to know goes to the observer.
    pub fn run(mut self, request: &FileRequest) {
        self.host.stray_errors.set(0);
        let evaluating = span(Part::Evaluate);
        let is_collected = self.load(request) && self.collect(request);
        drop(evaluating);
        if is_collected && !self.rules.collect_only {
            let _executing = span(Part::Tests);
            self.execute();
            if self.host.workers.has_started_any() {
                self.host.workers.let_end();
                self.hear_workers_late();
            }
        }
        self.host.phases.end();
        self.host.vm.watchdog().set_deadline(None);
    }

    fn load(&mut self, request: &FileRequest) -> bool {
        self.announce(Activity::Loading, self.rules.load);
        self.begin_phase(LOAD_PHASE, None, self.rules.load);
        let path = request.path.to_string_lossy();
        let end = self.run_phase(|cx, realm| {
            let preload = cx.string_array(&self.host.preload)?;
            open(cx, &realm.entries().load)?
                .call(cx, &[cx.string(&path), preload.into()])
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
        self.file_error(failure);
        false
    }

    fn load_timeout(&self, stack: Option<String>) -> Problem {
        let limit = self.rules.load.unwrap_or_default().as_millis();
        let mut failure = problem::plain(
            ProblemKind::Load,
            format!("loading the file took longer than {limit} ms (--load-timeout)"),
        );
        problem::place(&mut failure, stack);
        failure
    }

    fn collect(&mut self, request: &FileRequest) -> bool {
        let rules = self.rules;
        let order_key = rules.order_key(&request.path, &self.host.root);
        let collected = self.ask(|cx, realm| {
            let settings = [
                cx.optional_string(request.name_pattern.as_deref()),
                cx.number(rules.test.map_or(0.0, |t| t.as_secs_f64() * 1000.0)),
                cx.number(rules.retry),
                cx.number(rules.repeat_each),
                cx.boolean(rules.seed.is_some()),
                cx.number(order_key),
            ];
            open(cx, &realm.entries().start)?.call(cx, &settings)?;
            let flat = open(cx, &realm.entries().cases)?
                .call(cx, &[])?
                .expect_object(cx, "the collected cases")?;
            read_cases(cx, flat)
        });
        match collected {
            Ok(cases) => {
                self.host.observer.borrow_mut().collected(&cases);
                if cases.is_empty() && !rules.empty_file_passes && !rules.collect_only {
                    self.file_error(problem::plain(ProblemKind::Load, NO_TESTS));
                }
                true
            }
            Err(failure) => {
                self.file_error(*failure);
                false
            }
        }
    }

    fn execute(&mut self) {
        loop {
            match self.next_step() {
                Ok(Step::Phase(phase)) => self.execute_phase(&phase),
                Ok(Step::Again { failed }) => self.clock.attempt_ends(failed, Instant::now()),
                Ok(Step::Report(end)) => {
                    if self.report(end) {
                        self.leave_out();
                    }
                }
                Ok(Step::FileError(problem)) => self.file_error(problem),
                Ok(Step::End) => return,
                Err(problem) => {
                    self.file_error(*problem);
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

    fn execute_phase(&mut self, phase: &Phase) {
        let &Phase { id, case, limit, .. } = phase;
        if let Some(case) = case {
            self.clock.phase_begins(case, phase.is_pause, Instant::now());
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
                self.file_error(problem::plain(ProblemKind::Thrown, why));
                None
            }
        };
        self.tell(self.ask(|cx, realm| {
            let stack = cx.optional_string(stack.as_deref());
            open(cx, &realm.entries().abandon)?
                .call(cx, &[cx.number(id), stack])
                .map(|_| ())
        }));
        self.hear_workers_late();
    }

    /// Tells the end of a case; true if the file is to end now.
    fn report(&mut self, mut end: CaseEnd) -> bool {
        let times = self.clock.case_ends(end.case, Instant::now());
        end.duration = times.whole;
        for (attempt, duration) in end.earlier_attempts.iter_mut().zip(times.failed_attempts) {
            attempt.duration = duration;
        }
        let mut observer = self.host.observer.borrow_mut();
        observer.case_finished(end);
        observer.asks_to_end()
    }

    fn leave_out(&self) {
        self.tell(self.ask(|cx, realm| open(cx, &realm.entries().leave_out)?.call(cx, &[]).map(|_| ())));
    }

    fn file_error(&self, problem: Problem) {
        self.host.observer.borrow_mut().file_error(problem);
    }

    /// What the harness's own code failed with is the file's.
    fn tell(&self, answer: Result<(), Box<Problem>>) {
        if let Err(problem) = answer {
            self.file_error(*problem);
        }
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
        self.turns().enter(start);
        let mut has_heard = false;
        loop {
            let watchdog = self.host.vm.watchdog();
            if watchdog.stopped() {
                let stack = watchdog.take_stack();
                self.recover();
                match self.stray_owner() {
                    Some(owner) if self.host.phases.start_anew() => self.blame(&owner, stack),
                    _ => return self.overdue(stack),
                }
            }
            if self.host.flag(SharedFlag::Ticks) {
                // Ticks that make ticks: `enter` gave them up at the deadline.
                return self.overdue(None);
            }
            if self.host.phases.is_settled() {
                if !std::mem::replace(&mut has_heard, true) && self.hear_workers() {
                    continue;
                }
                return PhaseEnd::Settled;
            }
            let deadline = self.host.phases.deadline();
            if deadline.is_some_and(|deadline| Instant::now() >= deadline) {
                return PhaseEnd::Overdue { stack: None };
            }
            match self.host.event_loop.next(self.realm.global().id()) {
                Some(due) => self.turns().dispatch(due),
                None => {
                    let until = if self.turns().finish() | self.host.phases.is_settled() {
                        Some(Instant::now())
                    } else {
                        deadline
                    };
                    if let Err(error) = self.host.event_loop.wait(&self.host.vm, until) {
                        return PhaseEnd::Broken(format!("the event loop cannot wait: {error}"));
                    }
                    // The engine's own callbacks (asynchronous WebAssembly, finalization) run inside the wait.
                    if self.host.flag(SharedFlag::Ticks) {
                        self.turns().enter(|_, _| Ok(()));
                    }
                }
            }
        }
    }

    /// What worker threads have told by now belongs to what runs, which may not have given the loop a turn. False if there is nothing of theirs.
    fn hear_workers(&self) -> bool {
        if !self.host.workers.has_started_any() {
            return false;
        }
        let watchdog = self.host.vm.watchdog();
        // Those that are there: nobody holds up the end by telling more.
        for _ in 0..self.host.event_loop.letters() {
            let letter = self.host.event_loop.next_letter(self.realm.global().id());
            let Some(letter) = letter.filter(|_| !watchdog.stopped()) else {
                break;
            };
            self.turns().dispatch(letter);
        }
        true
    }

    /// As [`Session::hear_workers`], after what ran was given up: that has no time left.
    fn hear_workers_late(&self) {
        let watchdog = self.host.vm.watchdog();
        watchdog.set_deadline(Some(Instant::now() + OWN_LIMIT));
        self.hear_workers();
        if watchdog.stopped() {
            watchdog.take_stack();
            self.recover();
        }
        watchdog.set_deadline(None);
    }

    /// Code ran past the deadline and was stopped. The phase may have settled before: then nothing of it can fail any more, and the file
    /// has to.
    fn overdue(&self, stack: Option<String>) -> PhaseEnd {
        if !self.host.phases.is_settled() {
            return PhaseEnd::Overdue { stack };
        }
        let cleared = self.ask(|cx, realm| {
            let owner = open(cx, &realm.entries().clear_ticks)?.call(cx, &[])?;
            optional_text(cx, owner)
        });
        let owner = cleared
            .as_ref()
            .ok()
            .and_then(Option::as_deref)
            .unwrap_or("a test or hook");
        self.tell_stopped(owner, stack);
        self.tell(cleared.map(|_| ()));
        PhaseEnd::Settled
    }

    /// Puts right what a stop by force has left half done. Whose code it was, if that has ended and what runs is not to blame.
    fn stray_owner(&self) -> Option<String> {
        if let Some(owner) = self.stray.take() {
            return owner;
        }
        let owner = self.ask(|cx, realm| {
            let owner = open(cx, &realm.entries().after_stop)?.call(cx, &[])?;
            optional_text(cx, owner)
        });
        owner.unwrap_or_else(|problem| {
            self.file_error(*problem);
            None
        })
    }

    /// Code that `owner` left behind took the time of the phase that runs: that one has its time anew.
    fn blame(&self, owner: &str, stack: Option<String>) {
        self.tell_stopped(owner, stack);
        announce_limit(self.host.phases.limit());
    }

    fn tell_stopped(&self, owner: &str, stack: Option<String>) {
        let mut problem = problem::plain(ProblemKind::Timeout, format!("{owner} {STOPPED_AFTER_END}"));
        problem::place(&mut problem, stack);
        self.file_error(problem);
    }

    fn turns(&self) -> Turns<'_> {
        Turns::new(self.host, self.realm).noting_strays(&self.stray)
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
            problem::place(&mut problem, stack);
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

pub(crate) fn open<'r>(cx: Ctx<'r>, entry: &Persistent) -> JsResult<'r, Object<'r>> {
    entry
        .open(cx)
        .ok_or_else(|| cx.type_error("bug in trun: an entry point of another realm"))
}

/// The engine's stack of the running JavaScript.
///
/// # Errors
/// Only if a test broke the engine's own prototypes.
pub fn capture_stack(cx: Ctx<'_>) -> JsResult<'_, String> {
    let realm = host().realm();
    open(cx, &realm.entries().capture_raw)?.call(cx, &[])?.to_text(cx)
}
