//! What follows from the end of a worker, and the ways in which a run ends before its time.

use std::time::Duration;

use trun_reporters::event::{EventKind, RunEnd};
use trun_reporters::model::{CaseResult, Failure, FailureKind, FileId, FileOutcome, Outcome};
use trun_reporters::relative;

use super::{Control, Dispatcher, Ending, MAX_FAILED_STARTS};
use crate::cli::OnCrash;
use crate::coordinator::death::Death;
use crate::coordinator::event::Slot;
use crate::coordinator::slot::{KillReason, Session, State};
use crate::os::Running;
use crate::zygote::ProcessEnd;

/// Why files were not begun when a worker's crash has ended the run. There may never have been another worker.
const ABORTED: &str = "aborted: a worker crashed";

impl<C: Control> Dispatcher<C> {
    /// Once a worker's exit status and the end of its channel are there, draws the conclusions.
    pub(super) fn settle(&mut self, slot: Slot) {
        let now = self.now;
        let place = self.place(slot);
        if !place.has_ended() {
            place.half_gone.get_or_insert(now);
            return;
        }
        let end = place.end.unwrap_or(ProcessEnd::Code(-1));
        let killed = place.killed.take();
        let bug = place.bug.take();
        let state = std::mem::replace(&mut place.state, State::Vacant);
        let native = self.native_code(slot);
        let when = match &native {
            Some(native) => format!("{}, in {native}", self.when(slot, &state)),
            None => self.when(slot, &state).to_owned(),
        };
        let death = match &bug {
            Some(message) => Death::by_bug(message, &when),
            None => Death::of(end, killed.as_ref(), &when),
        };
        match state {
            State::Running(session) => match self.left_over_from(slot, &session) {
                Some(former) => self.give_back(slot, session.file, former, &death),
                None => self.lose_file(slot, session, death, native),
            },
            State::Starting { .. } => self.lose_start(slot, &death),
            // A worker that is told to leave exits with 0; that it has no file is no reason to trust another end.
            State::Leaving { .. } if killed.is_none() && end == ProcessEnd::Code(0) => {}
            State::Leaving { .. } => self.lose_leaver("after its last file", &death),
            // Killed for the file it has just finished in time after all.
            State::Idle if killed.is_some() => {}
            State::Idle => self.lose_leaver("between two files", &death),
            State::Vacant => {}
        }
        if let Some(message) = bug {
            self.break_run(&format!("bug in trun: a worker panicked: {message}"));
        }
        self.bail_if_enough();
        if self.ending == Ending::No && !self.queue.is_empty() && self.place(slot).is_vacant() {
            self.spawn(slot);
        }
    }

    /// What went on when a worker died, in words that follow "the worker process crashed".
    fn when(&self, slot: Slot, state: &State) -> &'static str {
        let State::Running(session) = state else {
            return "without a file";
        };
        let running = self.views[slot as usize - 1].running;
        match running {
            Running::Case(_) if session.open_case(running).is_some() => "while this was running",
            Running::Case(_) => "between two tests",
            Running::Loading => "while the file was loading",
            Running::SuiteHook => "in a beforeAll or afterAll hook",
            Running::Swapping => "while what the file left was taken down",
            Running::Nothing => "before the file began",
        }
    }

    /// The native code that ran when a worker died, as far as its page tells: "addon x.node (finalizer)".
    pub(super) fn native_code(&mut self, slot: Slot) -> Option<String> {
        let native = self.views[slot as usize - 1].native?;
        let path = self.place(slot).addon(native.addon)?.to_owned();
        Some(format!(
            "addon {} ({})",
            relative(&self.plan.root, &path),
            native.activity
        ))
    }

    /// The worker died before it began with this file: by what an earlier one has left. Which; `None` if it has begun, if there was none
    /// before it, or if that has happened to it already.
    fn left_over_from(&self, slot: Slot, session: &Session) -> Option<FileId> {
        let has_begun = self.views[slot as usize - 1].running != Running::Nothing || session.finished.is_some();
        let former = self.places[slot as usize - 1].former_file;
        former.filter(|_| !has_begun && !self.is_leaving() && !self.given_back.contains(&session.file))
    }

    /// None of the file's code has run, so that another worker may take it: that is no second try. The death is an error of the run.
    fn give_back(&mut self, slot: Slot, file: FileId, former: FileId, death: &Death) {
        self.given_back.insert(file);
        self.queue.put_back(slot, file);
        let former = relative(&self.plan.root, &self.plan.files[former.0 as usize]);
        self.lose_leaver(&format!("after {former}"), death);
        if death.fatal && self.plan.on_crash == OnCrash::Abort {
            let banner = format!(
                "a test worker process crashed with {} after running {former}",
                death.cause
            );
            self.end_run(RunEnd::Aborted(banner), ABORTED);
        }
    }

    /// The worker died with a file: the running test, or else the file, is charged; what had finished stays.
    fn lose_file(&mut self, slot: Slot, mut session: Session, death: Death, native: Option<String>) {
        let file = session.file;
        let view = self.views[slot as usize - 1];
        let duration = self.now_since(session.started);
        if self.is_leaving() {
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
                    earlier_attempts: Vec::new(),
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
            let path = relative(&self.plan.root, &self.plan.files[file.0 as usize]);
            let native = native.map(|native| format!(", in {native}")).unwrap_or_default();
            let banner = format!(
                "a test worker process crashed with {} while running {path}{native}",
                death.cause
            );
            self.end_run(RunEnd::Aborted(banner), ABORTED);
        }
    }

    /// A file that was in flight when the run ended.
    fn cut_short(&mut self, file: FileId, duration: Duration) {
        let mut reason = self.not_run.clone();
        if matches!(self.ending, Ending::Leaving(RunEnd::Aborted(_))) {
            reason = "aborted: another worker crashed".to_owned();
            self.emit(EventKind::FileError {
                file,
                failure: Failure::plain(FailureKind::Aborted, reason.clone()),
            });
        }
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
            let words = self.last_words(slot);
            self.break_run(&format!(
                "worker processes end before they are ready: {}{words}",
                death.cause
            ));
        }
    }

    fn lose_leaver(&mut self, when: &str, death: &Death) {
        if self.ending == Ending::No {
            let message = format!("a worker ended badly {when}: {}", death.failure.message);
            self.emit(EventKind::RunError { message });
        }
    }

    /// What a worker that never had a file wrote, to be shown after a message.
    fn last_words(&mut self, slot: Slot) -> String {
        let words: String = std::mem::take(&mut self.place(slot).early_output)
            .into_iter()
            .map(|(_, text)| text)
            .collect();
        if words.trim().is_empty() {
            String::new()
        } else {
            format!("\n{}", words.trim_end())
        }
    }

    /// Ends the run before its time: what runs is killed, what waits is not run.
    pub(super) fn end_run(&mut self, end: RunEnd, why: &str) {
        if self.is_leaving() {
            return;
        }
        self.ending = Ending::Leaving(end);
        // Reports tell what was interrupted from what never ran.
        let running = self.running_cases();
        self.emit(EventKind::Tick { running });
        self.leave_out_what_waits(why);
        for slot in self.slots() {
            if !self.place(slot).is_vacant() {
                self.kill(slot, KillReason::RunEnded);
            }
        }
    }

    fn is_leaving(&self) -> bool {
        matches!(self.ending, Ending::Leaving(_))
    }

    fn leave_out_what_waits(&mut self, why: &str) {
        self.not_run = why.to_owned();
        for file in self.queue.drain() {
            let outcome = FileOutcome::NotRun(why.to_owned());
            self.emit(EventKind::FileFinished {
                file,
                outcome,
                duration: Duration::ZERO,
            });
        }
    }

    /// `--bail`: with enough failures no further file starts, and files that run end after the test that runs. Their `afterAll` hooks
    /// still run, so that nothing of the tests' own is left behind.
    pub(super) fn bail_if_enough(&mut self) {
        let failures = self.stats.tests_failed + self.stats.file_errors;
        let Some(most) = self.plan.bail.filter(|most| failures >= *most as usize) else {
            return;
        };
        if self.ending != Ending::No {
            return;
        }
        let failures = u32::try_from(failures).unwrap_or(most);
        self.ending = Ending::Stopping(RunEnd::Bailed(failures));
        let times = if failures == 1 { "failure" } else { "failures" };
        self.leave_out_what_waits(&format!("bailed out after {failures} {times}"));
        for slot in self.slots() {
            self.control.ask_to_stop(slot);
            self.feed(slot);
        }
    }

    /// trun cannot do its job any more. The zygote may be gone, and nobody report the workers' ends: they are taken as ended.
    pub(super) fn break_run(&mut self, why: &str) {
        self.end_run(RunEnd::Broken(why.to_owned()), why);
        for index in 0..self.places.len() {
            if let State::Running(session) = std::mem::replace(&mut self.places[index].state, State::Vacant) {
                let duration = self.now_since(session.started);
                let outcome = FileOutcome::NotRun(why.to_owned());
                self.emit(EventKind::FileFinished {
                    file: session.file,
                    outcome,
                    duration,
                });
            }
        }
    }
}
