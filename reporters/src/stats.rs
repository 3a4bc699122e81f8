//! The numbers of a run, and the rules by which they are counted: nobody else counts.
//!
//! - A timed-out test is a failed test; so is the one that ran when its worker died.
//! - What fails and belongs to no test is a *file error*. A file with a failed test or a file error is a failed file, and
//!   so is a crashed one. If a crash was charged to no test and no file error, it counts as a file error itself.
//! - A file that ran to its end without failing is a passed file, even if all its tests were skipped.
//! - A file that never ran, or was cut short before anything failed, is not run: neither passed nor failed.
//! - A test that was collected and has no result is not run: neither skipped nor counted anywhere else. If its file claims
//!   to have finished all the same, the file failed: a result went missing.

use crate::{
    event::{EventKind, RunEnd, RunEvent},
    model::{FileId, FileOutcome, Outcome},
};

/// What became of a file, by the rules above.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    Passed,
    Failed,
    NotRun,
}

/// Judges a file by how it ended and what was counted in it.
pub(crate) fn judge(outcome: Option<&FileOutcome>, failed: usize, errors: usize, missing: usize) -> Verdict {
    if failed > 0 || errors > 0 {
        return Verdict::Failed;
    }
    match outcome {
        Some(FileOutcome::Finished) if missing == 0 => Verdict::Passed,
        Some(FileOutcome::Finished | FileOutcome::Crashed(_)) => Verdict::Failed,
        Some(FileOutcome::NotRun(_)) | None => Verdict::NotRun,
    }
}

/// The numbers of a run, up to the last event folded.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RunStats {
    /// Files of the run.
    pub files_total: usize,
    /// Files that ran and had no failure.
    pub files_passed: usize,
    /// Files with a failed test, a file error or a crash.
    pub files_failed: usize,
    /// Files that never ran or were cut short before anything failed.
    pub files_not_run: usize,
    /// Files with at least one file error. They are among the failed.
    pub files_with_errors: usize,
    /// Tests that passed.
    pub tests_passed: usize,
    /// Tests that failed or timed out.
    pub tests_failed: usize,
    /// Those of the failed that timed out.
    pub tests_timed_out: usize,
    /// Those of the passed that failed first and passed when they were tried again.
    pub tests_flaky: usize,
    /// Tests that were skipped.
    pub tests_skipped: usize,
    /// Tests declared as todo.
    pub tests_todo: usize,
    /// Tests that were collected and then never ran.
    pub tests_not_run: usize,
    /// Failures that belong to a file and to none of its tests.
    pub file_errors: usize,
    /// Things that files left behind. No failure by themselves: `--fail-on-leak` adds a file error.
    pub leaks: usize,
    /// Files that left something behind.
    pub files_leaking: usize,
    /// Failures that belong to no file.
    pub run_errors: usize,
    /// Why the run ended, once it has.
    pub end: Option<RunEnd>,
    tallies: Vec<Tally>,
}

/// What one file added to the numbers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Tally {
    collected: usize,
    finished: usize,
    failed: usize,
    errors: usize,
    leaked: bool,
    outcome: Option<FileOutcome>,
    counted: Option<Counted>,
}

/// How a file that is over stands in the run's numbers, to be taken back if something comes late.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Counted {
    verdict: Verdict,
    has_errors: bool,
    missing: usize,
}

impl RunStats {
    /// Takes the next event into account.
    pub fn fold(&mut self, event: &RunEvent) {
        match &event.kind {
            EventKind::RunStarted { files, .. } => {
                self.files_total = files.len();
                self.tallies.resize_with(files.len(), Tally::default);
            }
            EventKind::FileCollected { file, cases } => self.tally(*file).collected = cases.len(),
            EventKind::CaseFinished { file, result } => {
                self.count_case(result.outcome);
                self.tests_flaky += usize::from(result.is_flaky());
                let tally = self.tally(*file);
                tally.finished += 1;
                tally.failed += usize::from(result.outcome.is_failure());
                self.recount(*file);
            }
            EventKind::FileError { file, .. } => {
                self.file_errors += 1;
                self.tally(*file).errors += 1;
                self.recount(*file);
            }
            EventKind::Leaked { file, leaks } => {
                self.leaks += leaks.len();
                let first = !std::mem::replace(&mut self.tally(*file).leaked, true);
                self.files_leaking += usize::from(first);
            }
            EventKind::FileFinished { file, outcome, .. } => self.finish_file(*file, outcome),
            EventKind::RunError { .. } => self.run_errors += 1,
            EventKind::RunFinished { end } => self.finish_run(end),
            EventKind::FileStarted { .. }
            | EventKind::Output { .. }
            | EventKind::Tick { .. }
            | EventKind::Inquired(_) => {}
        }
    }

    /// Whether the run must not end with success. Holds back nothing: a file or test that is missing is a failure too.
    #[must_use]
    pub fn is_failed(&self) -> bool {
        self.files_failed > 0
            || self.tests_failed > 0
            || self.file_errors > 0
            || self.run_errors > 0
            || self.files_not_run > 0
            || self.tests_not_run > 0
            || self.end.as_ref().is_some_and(|end| *end != RunEnd::Completed)
    }

    /// Whether no test ran, nothing failed, and the tests themselves do not say why: a run that looks like a success and proves nothing.
    /// `filtered`: tests were left out by their names.
    #[must_use]
    pub fn found_nothing(&self, filtered: bool) -> bool {
        let ran = self.tests_passed + self.tests_failed + self.tests_todo;
        let is_for_a_reason = !filtered && self.tests_total() > 0;
        ran == 0 && !is_for_a_reason && self.files_failed == 0 && self.file_errors == 0
    }

    /// Tests that have a result.
    #[must_use]
    pub fn tests_total(&self) -> usize {
        self.tests_passed + self.tests_failed + self.tests_skipped + self.tests_todo
    }

    fn count_case(&mut self, outcome: Outcome) {
        match outcome {
            Outcome::Passed => self.tests_passed += 1,
            Outcome::Failed => self.tests_failed += 1,
            Outcome::TimedOut => {
                self.tests_failed += 1;
                self.tests_timed_out += 1;
            }
            Outcome::Skipped => self.tests_skipped += 1,
            Outcome::Todo => self.tests_todo += 1,
        }
    }

    fn finish_file(&mut self, file: FileId, outcome: &FileOutcome) {
        let tally = self.tally(file);
        let uncharged = matches!(outcome, FileOutcome::Crashed(_)) && tally.failed == 0 && tally.errors == 0;
        tally.errors += usize::from(uncharged);
        tally.outcome = Some(outcome.clone());
        self.file_errors += usize::from(uncharged);
        self.count_file(file);
    }

    /// Files without an end were never reached: they count as not run.
    fn finish_run(&mut self, end: &RunEnd) {
        self.end = Some(end.clone());
        for index in 0..self.tallies.len() {
            if self.tallies[index].counted.is_none() {
                self.count_file(FileId(u32::try_from(index).unwrap_or(u32::MAX)));
            }
        }
    }

    /// Something came after the end of its file: count the file anew.
    fn recount(&mut self, file: FileId) {
        if self.tally(file).counted.is_some() {
            self.count_file(file);
        }
    }

    fn count_file(&mut self, file: FileId) {
        let tally = self.tally(file);
        let missing = tally.collected.saturating_sub(tally.finished);
        let now = Counted {
            verdict: judge(tally.outcome.as_ref(), tally.failed, tally.errors, missing),
            has_errors: tally.errors > 0,
            missing,
        };
        if let Some(before) = tally.counted.replace(now) {
            *self.files_by(before.verdict) -= 1;
            self.files_with_errors -= usize::from(before.has_errors);
            self.tests_not_run -= before.missing;
        }
        *self.files_by(now.verdict) += 1;
        self.files_with_errors += usize::from(now.has_errors);
        self.tests_not_run += now.missing;
    }

    fn files_by(&mut self, verdict: Verdict) -> &mut usize {
        match verdict {
            Verdict::Passed => &mut self.files_passed,
            Verdict::Failed => &mut self.files_failed,
            Verdict::NotRun => &mut self.files_not_run,
        }
    }

    fn tally(&mut self, file: FileId) -> &mut Tally {
        let index = file.0 as usize;
        if index >= self.tallies.len() {
            self.tallies.resize_with(index + 1, Tally::default);
        }
        &mut self.tallies[index]
    }
}
