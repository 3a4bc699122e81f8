//! What a run said so far, kept per file: the memory that the terminal and the JSON reporter print from.
//!
//! Owns the records, counts nothing (`stats` does) and prints nothing.

use std::{collections::HashSet, time::Duration};

use crate::{
    event::{EventKind, RunEnd, RunEvent},
    model::{CaseId, CaseMode, CaseResult, Failure, FailureKind, FileId, FileOutcome, Leak, Outcome, Stream, TestCase},
    paths,
    stats::{RunStats, Verdict, judge},
};

/// What of the tests' output a report will tell. The rest is forgotten when its file is over: it would grow with the run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum KeptOutput {
    /// All of it, or as much as the reporter itself keeps.
    #[default]
    All,
    /// That of tests that did not simply pass, and of no test.
    OfFailures,
    /// None.
    Nothing,
}

/// Everything about the run.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    kept_output: KeptOutput,
    pub(crate) root: String,
    pub(crate) version: String,
    pub(crate) workers: usize,
    pub(crate) started_at_ms: u64,
    /// Of a random order.
    pub(crate) seed: Option<u32>,
    /// What a command that reruns a test begins with.
    pub(crate) rerun: Vec<String>,
    /// Of the last event.
    pub(crate) elapsed: Duration,
    /// Indexed by [`FileId`].
    pub(crate) files: Vec<FileRecord>,
    pub(crate) run_errors: Vec<String>,
    pub(crate) stats: RunStats,
}

/// Everything about one file.
#[derive(Debug, Default)]
pub(crate) struct FileRecord {
    /// Absolute.
    pub(crate) path: String,
    /// Worker slot, once a worker took it.
    pub(crate) slot: Option<u32>,
    /// Since the run began.
    pub(crate) started: Duration,
    /// Since the run began.
    pub(crate) ended: Duration,
    /// Wall time.
    pub(crate) duration: Duration,
    pub(crate) cases: Vec<TestCase>,
    /// In the order they came.
    pub(crate) results: Vec<TimedResult>,
    pub(crate) errors: Vec<Failure>,
    pub(crate) leaks: Vec<Leak>,
    pub(crate) output: Vec<Chunk>,
    pub(crate) outcome: Option<FileOutcome>,
}

/// A result and when its test began, since the run began.
#[derive(Debug)]
pub(crate) struct TimedResult {
    pub(crate) result: CaseResult,
    /// Reckoned from when the result was read, and so late by as much as that was.
    pub(crate) started: Duration,
}

/// Neighbouring writes of one test to one stream.
#[derive(Debug)]
pub(crate) struct Chunk {
    pub(crate) case: Option<CaseId>,
    pub(crate) stream: Stream,
    pub(crate) text: String,
}

impl Ledger {
    /// A ledger that keeps this much of the output.
    pub(crate) fn keeping(kept_output: KeptOutput) -> Self {
        Self {
            kept_output,
            ..Self::default()
        }
    }

    pub(crate) fn fold(&mut self, event: &RunEvent) {
        self.elapsed = event.elapsed;
        self.stats.fold(event);
        match &event.kind {
            EventKind::RunStarted {
                root,
                files,
                workers,
                version,
                started_at_ms,
                seed,
                rerun,
            } => {
                self.root.clone_from(root);
                self.version.clone_from(version);
                self.workers = *workers;
                self.started_at_ms = *started_at_ms;
                self.seed = *seed;
                self.rerun.clone_from(rerun);
                self.files = files
                    .iter()
                    .map(|path| FileRecord {
                        path: path.clone(),
                        ..Default::default()
                    })
                    .collect();
            }
            EventKind::FileStarted { file, slot } => {
                let record = self.file_mut(*file);
                record.slot = Some(*slot);
                record.started = event.elapsed;
            }
            EventKind::FileCollected { file, cases } => self.file_mut(*file).cases.clone_from(cases),
            EventKind::Output {
                file,
                case,
                stream,
                text,
            } if self.kept_output != KeptOutput::Nothing => self.file_mut(*file).add_output(*case, *stream, text),
            EventKind::CaseFinished { file, result } => {
                let timed = TimedResult {
                    started: event.elapsed.saturating_sub(result.duration),
                    result: explained(result),
                };
                self.file_mut(*file).results.push(timed);
            }
            EventKind::FileError { file, failure } => self.file_mut(*file).errors.push(failure.clone()),
            EventKind::Leaked { file, leaks } => self.file_mut(*file).leaks.extend_from_slice(leaks),
            EventKind::FileFinished {
                file,
                outcome,
                duration,
            } => {
                let record = self.file_mut(*file);
                record.ended = event.elapsed;
                record.duration = *duration;
                record.settle_starts();
                record.finish(outcome);
                if self.kept_output == KeptOutput::OfFailures {
                    self.file_mut(*file).forget_output_of_passed();
                }
            }
            EventKind::RunError { message } => self.run_errors.push(message.clone()),
            EventKind::Output { .. }
            | EventKind::Tick { .. }
            | EventKind::Inquired(_)
            | EventKind::RunFinished { .. } => {}
        }
    }

    pub(crate) fn file(&self, file: FileId) -> Option<&FileRecord> {
        self.files.get(file.0 as usize)
    }

    pub(crate) fn file_mut(&mut self, file: FileId) -> &mut FileRecord {
        let index = file.0 as usize;
        if index >= self.files.len() {
            self.files.resize_with(index + 1, FileRecord::default);
        }
        &mut self.files[index]
    }

    /// A path as it is shown.
    pub(crate) fn relative(&self, path: &str) -> String {
        paths::relative(&self.root, path)
    }

    pub(crate) fn end(&self) -> Option<&RunEnd> {
        self.stats.end.as_ref()
    }
}

/// A failed test always says something, so that no report shows a failure without a word.
fn explained(result: &CaseResult) -> CaseResult {
    let mut result = result.clone();
    if result.outcome.is_failure() && result.failures.is_empty() {
        let (kind, message) = match result.outcome {
            Outcome::TimedOut => (FailureKind::Timeout, "the test ran longer than its timeout"),
            _ => (FailureKind::Thrown, "the test failed without saying why"),
        };
        result.failures.push(Failure::plain(kind, message));
    }
    result
}

impl FileRecord {
    fn add_output(&mut self, case: Option<CaseId>, stream: Stream, text: &str) {
        match self.output.last_mut() {
            Some(last) if last.case == case && last.stream == stream => last.text.push_str(text),
            _ => self.output.push(Chunk {
                case,
                stream,
                text: text.to_owned(),
            }),
        }
    }

    fn forget_output_of_passed(&mut self) {
        let passed: HashSet<CaseId> = self
            .results
            .iter()
            .map(|timed| &timed.result)
            .filter(|result| result.outcome == Outcome::Passed && !result.is_flaky())
            .map(|result| result.case)
            .collect();
        self.output
            .retain(|chunk| chunk.case.is_none_or(|case| !passed.contains(&case)));
        self.output.shrink_to_fit();
    }

    /// Tests run one after the other, but their results may be read late and several at once: each test has begun early enough to be
    /// over when the next one begins.
    fn settle_starts(&mut self) {
        let mut next = self.ended;
        for timed in self.results.iter_mut().rev() {
            let latest = next.saturating_sub(timed.result.duration);
            timed.started = timed.started.min(latest).max(self.started.min(next));
            next = timed.started;
        }
    }

    /// Mirrors the rule of `stats` that a crash which was charged to nothing is a file error.
    fn finish(&mut self, outcome: &FileOutcome) {
        if let FileOutcome::Crashed(how) = outcome
            && self.errors.is_empty()
            && self.count(Outcome::is_failure) == 0
        {
            let message = format!("the worker process died while it ran this file: {how}");
            self.errors.push(Failure::plain(FailureKind::Worker, message));
        }
        self.outcome = Some(outcome.clone());
    }

    pub(crate) fn count(&self, wanted: impl Fn(Outcome) -> bool) -> usize {
        self.results.iter().filter(|timed| wanted(timed.result.outcome)).count()
    }

    pub(crate) fn verdict(&self) -> Verdict {
        let missing = self.cases.len().saturating_sub(self.results.len());
        judge(
            self.outcome.as_ref(),
            self.count(Outcome::is_failure),
            self.errors.len(),
            missing,
        )
    }

    /// Whether the file belongs into a list of results: a worker had it, or something is known about it.
    pub(crate) fn has_results(&self) -> bool {
        self.slot.is_some() || !self.errors.is_empty() || !self.results.is_empty()
    }

    /// The declared case; one that was never declared has a name all the same, so that its result is not lost.
    pub(crate) fn case(&self, case: CaseId) -> TestCase {
        self.cases.get(case.0 as usize).cloned().unwrap_or_else(|| TestCase {
            ancestors: Vec::new(),
            title: format!("test number {}", case.0 + 1),
            location: None,
            mode: CaseMode::Run,
        })
    }

    /// Results in declaration order.
    pub(crate) fn sorted_results(&self) -> Vec<&TimedResult> {
        let mut sorted: Vec<&TimedResult> = self.results.iter().collect();
        sorted.sort_by_key(|timed| timed.result.case);
        sorted
    }

    /// Cases that were collected and have no result, in declaration order.
    pub(crate) fn cases_not_run(&self) -> Vec<CaseId> {
        let mut done = vec![false; self.cases.len()];
        for timed in &self.results {
            if let Some(done) = done.get_mut(timed.result.case.0 as usize) {
                *done = true;
            }
        }
        let ids = (0_u32..).zip(done).filter(|(_, done)| !done);
        ids.map(|(index, _)| CaseId(index)).collect()
    }

    /// Why tests or the whole file did not run.
    pub(crate) fn reason(&self) -> &str {
        match &self.outcome {
            Some(FileOutcome::Crashed(reason) | FileOutcome::NotRun(reason)) => reason,
            Some(FileOutcome::Finished) => "no result was reported",
            None => "the run ended before",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finished(case: u32, outcome: Outcome, duration: Duration) -> EventKind {
        let result = CaseResult {
            case: CaseId(case),
            outcome,
            duration,
            failures: Vec::new(),
            earlier_attempts: Vec::new(),
            assertions: 0,
            note: None,
        };
        let file = FileId(0);
        EventKind::CaseFinished { file, result }
    }

    /// The starts of tests, in ms, of each of which `(read, duration)` is given in ms; the file has started after 100 ms.
    fn starts(results: &[(u64, u64)]) -> Vec<u128> {
        let (mut ledger, file) = (Ledger::keeping(KeptOutput::All), FileId(0));
        let mut tell = |at, kind| {
            let elapsed = Duration::from_millis(at);
            ledger.fold(&RunEvent { elapsed, kind });
        };
        tell(100, EventKind::FileStarted { file, slot: 1 });
        for (case, &(read, duration)) in (0..).zip(results) {
            tell(read, finished(case, Outcome::Passed, Duration::from_millis(duration)));
        }
        let (outcome, duration) = (FileOutcome::Finished, Duration::ZERO);
        tell(
            1000,
            EventKind::FileFinished {
                file,
                outcome,
                duration,
            },
        );
        let results = &ledger.file_mut(file).results;
        results.iter().map(|timed| timed.started.as_millis()).collect()
    }

    #[test]
    fn tests_begin_in_their_order_however_late_results_are_read() {
        assert_eq!(starts(&[(150, 10), (170, 10)]), [140, 160]);
        // The second was read when the third ran already.
        assert_eq!(starts(&[(150, 10), (176, 1), (205, 31)]), [140, 173, 174]);
        assert_eq!(starts(&[(205, 5), (205, 6), (205, 7)]), [187, 192, 198]);
        // Clocks are not to be trusted: none begins before its file.
        assert_eq!(starts(&[(120, 5), (120, 30)]), [100, 100]);
    }

    fn printed_by_all(kept: KeptOutput) -> Vec<Option<CaseId>> {
        let mut ledger = Ledger::keeping(kept);
        let file = FileId(0);
        let mut tell = |kind| {
            ledger.fold(&RunEvent {
                elapsed: Duration::ZERO,
                kind,
            });
        };
        for case in [None, Some(CaseId(0)), Some(CaseId(1))] {
            tell(EventKind::Output {
                file,
                case,
                stream: Stream::Stdout,
                text: "text".to_owned(),
            });
        }
        for (case, outcome) in [(0, Outcome::Passed), (1, Outcome::Failed)] {
            tell(finished(case, outcome, Duration::ZERO));
        }
        tell(EventKind::FileFinished {
            file,
            outcome: FileOutcome::Finished,
            duration: Duration::ZERO,
        });
        ledger.file_mut(file).output.iter().map(|chunk| chunk.case).collect()
    }

    #[test]
    fn output_that_no_report_tells_is_forgotten_with_its_file() {
        let (first, second) = (Some(CaseId(0)), Some(CaseId(1)));
        assert_eq!(printed_by_all(KeptOutput::All), [None, first, second]);
        assert_eq!(printed_by_all(KeptOutput::OfFailures), [None, second]);
        assert_eq!(printed_by_all(KeptOutput::Nothing), []);
    }
}
