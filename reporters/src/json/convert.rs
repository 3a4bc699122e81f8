//! From the ledger to the document.

use std::{collections::HashMap, time::Duration};

use super::{
    document::{
        Assertion, AttemptView, Document, End, FailureDetail, FailureView, FileExtras, FrameView, LeakView,
        MatcherResult, NotRunFile, NotRunTest, Place, RunExtras, Snapshot, TestExtras, TestFile,
    },
    message::matcher_name,
};
use rayon::prelude::*;

use crate::{
    captured::{Captured, Printed},
    event::RunEnd,
    failure_text::{self, Places},
    ledger::{FileRecord, Ledger, TimedResult},
    model::{Attempt, CaseId, CaseResult, Failure, FailureKind, FileOutcome, Frame, Leak, Location, Outcome, TestCase},
    stats::Verdict,
};

pub(super) fn document(ledger: &Ledger) -> Document {
    let stats = &ledger.stats;
    Document {
        num_failed_test_suites: stats.files_failed,
        num_failed_tests: stats.tests_failed,
        num_passed_test_suites: stats.files_passed,
        num_passed_tests: stats.tests_passed,
        num_pending_test_suites: stats.files_not_run,
        num_pending_tests: stats.tests_skipped,
        num_runtime_error_test_suites: stats.files_with_errors,
        num_todo_tests: stats.tests_todo,
        num_total_test_suites: stats.files_total,
        num_total_tests: stats.tests_total(),
        open_handles: [],
        snapshot: Snapshot::default(),
        start_time: ledger.started_at_ms,
        success: !stats.is_failed(),
        // The workers have ended, and their cores are free.
        test_results: ledger
            .files
            .par_iter()
            .filter(|file| file.has_results())
            .map(|file| test_file(ledger, file))
            .collect(),
        was_interrupted: ledger.end() != Some(&RunEnd::Completed),
        x: run_extras(ledger),
    }
}

fn run_extras(ledger: &Ledger) -> RunExtras {
    let not_run = ledger.files.iter().filter(|file| file.verdict() == Verdict::NotRun);
    RunExtras {
        version: ledger.version.clone(),
        root: ledger.root.clone(),
        workers: ledger.workers,
        duration: millis(ledger.elapsed),
        end: end(ledger.end()),
        num_file_errors: ledger.stats.file_errors,
        num_timed_out_tests: ledger.stats.tests_timed_out,
        num_flaky_tests: ledger.stats.tests_flaky,
        num_not_run_tests: ledger.stats.tests_not_run,
        num_leaks: ledger.stats.leaks,
        seed: ledger.seed,
        run_errors: ledger.run_errors.clone(),
        not_run: not_run
            .map(|file| NotRunFile {
                file: file.path.clone(),
                reason: file.reason().to_owned(),
            })
            .collect(),
        not_run_tests: ledger
            .files
            .iter()
            .flat_map(|file| not_run_tests(ledger, file))
            .collect(),
    }
}

fn end(end: Option<&RunEnd>) -> End {
    let (kind, reason) = match end {
        Some(RunEnd::Completed) => ("completed", None),
        Some(RunEnd::Bailed(failures)) => ("bailed", Some(format!("{failures} failures"))),
        Some(RunEnd::Aborted(reason)) => ("aborted", Some(reason.clone())),
        Some(RunEnd::Interrupted(signal)) => ("interrupted", Some(signal.clone())),
        Some(RunEnd::Broken(reason)) => ("broken", Some(reason.clone())),
        None => ("running", None),
    };
    End { kind, reason }
}

fn not_run_tests(ledger: &Ledger, file: &FileRecord) -> Vec<NotRunTest> {
    let missing = file.cases_not_run();
    if missing.is_empty() {
        return Vec::new();
    }
    let ids = Ids::of(ledger, file);
    let entry = |id: CaseId| {
        let case = file.case(id);
        NotRunTest {
            id: ids.id(id, &case),
            file: file.path.clone(),
            full_name: case.full_name(" "),
            location: case.location.as_ref().map(place),
            reason: file.reason().to_owned(),
            ancestor_titles: case.ancestors,
            title: case.title,
        }
    };
    missing.into_iter().map(entry).collect()
}

fn test_file(ledger: &Ledger, file: &FileRecord) -> TestFile {
    let ids = Ids::of(ledger, file);
    let mut captured = Captured::of(file);
    let epoch = |since: Duration| ledger.started_at_ms + u64::try_from(since.as_millis()).unwrap_or(u64::MAX);
    let assertion = |timed: &TimedResult| {
        let start = epoch(timed.started);
        let printed = captured.take(Some(timed.result.case));
        assertion(file, &timed.result, &ids, start, printed)
    };
    TestFile {
        assertion_results: file.sorted_results().into_iter().map(assertion).collect(),
        start_time: epoch(file.started),
        end_time: epoch(file.ended.max(file.started)),
        message: file_message(file),
        name: file.path.clone(),
        status: match file.verdict() {
            Verdict::Passed => "passed",
            Verdict::Failed => "failed",
            Verdict::NotRun => "pending",
        },
        summary: "",
        x: file_extras(ledger, file, captured.take(None)),
    }
}

fn file_extras(ledger: &Ledger, file: &FileRecord, printed: Printed) -> FileExtras {
    let (outcome, reason) = match &file.outcome {
        Some(FileOutcome::Finished) => ("finished", None),
        Some(FileOutcome::Crashed(how)) => ("crashed", Some(how.clone())),
        Some(FileOutcome::NotRun(why)) => ("notRun", Some(why.clone())),
        None => ("notRun", Some(file.reason().to_owned())),
    };
    FileExtras {
        path: ledger.relative(&file.path),
        worker: file.slot,
        duration: millis(file.duration),
        outcome,
        reason,
        errors: file.errors.iter().map(failure_view).collect(),
        leaks: file.leaks.iter().map(leak_view).collect(),
        stdout: printed.stdout,
        stderr: printed.stderr,
    }
}

/// File errors first: they explain what is missing below. Then each failed test under its name.
fn file_message(file: &FileRecord) -> String {
    let mut parts: Vec<String> = file.errors.iter().map(|error| failure_text(error, None)).collect();
    for timed in file.sorted_results() {
        let case = file.case(timed.result.case);
        for failure in &timed.result.failures {
            let text = failure_text(failure, case.location.as_ref());
            parts.push(format!("{}\n\n{text}", case.full_name(" > ")));
        }
    }
    if parts.is_empty() && file.verdict() != Verdict::Passed {
        parts.push(file.reason().to_owned());
    }
    parts.join("\n\n")
}

fn assertion(file: &FileRecord, result: &CaseResult, ids: &Ids, start: u64, printed: Printed) -> Assertion {
    let case = file.case(result.case);
    let has_run = !matches!(result.outcome, Outcome::Skipped | Outcome::Todo);
    let earlier = result.earlier_attempts.iter();
    let retries: Vec<String> = earlier.map(|one| texts(&one.failures, &case).join("\n\n")).collect();
    Assertion {
        duration: has_run.then(|| millis(result.duration)),
        failing: false,
        failure_details: result.failures.iter().map(failure_detail).collect(),
        failure_messages: texts(&result.failures, &case),
        full_name: case.full_name(" "),
        invocations: if has_run { attempts(result) } else { 0 },
        location: case.location.as_ref().map(place),
        num_passing_asserts: result.assertions,
        retry_messages: retries.clone(),
        retry_reasons: retries,
        start_at: has_run.then_some(start),
        status: match result.outcome {
            Outcome::Passed => "passed",
            Outcome::Failed | Outcome::TimedOut => "failed",
            Outcome::Skipped => "pending",
            Outcome::Todo => "todo",
        },
        x: TestExtras {
            id: ids.id(result.case, &case),
            outcome: result.outcome,
            mode: case.mode,
            flaky: result.is_flaky(),
            attempts: result.earlier_attempts.iter().map(attempt_view).collect(),
            worker: file.slot,
            note: result.note.clone(),
            failures: result.failures.iter().map(failure_view).collect(),
            stdout: printed.stdout,
            stderr: printed.stderr,
        },
        ancestor_titles: case.ancestors,
        title: case.title,
    }
}

fn attempts(result: &CaseResult) -> u32 {
    u32::try_from(result.earlier_attempts.len() + 1).unwrap_or(u32::MAX)
}

fn texts(failures: &[Failure], case: &TestCase) -> Vec<String> {
    let declared = case.location.as_ref();
    failures.iter().map(|one| failure_text(one, declared)).collect()
}

fn failure_text(failure: &Failure, declared: Option<&Location>) -> String {
    failure_text::failure_text(failure, declared, Places::absolute())
}

fn attempt_view(attempt: &Attempt) -> AttemptView {
    AttemptView {
        outcome: attempt.outcome,
        duration: millis(attempt.duration),
        failures: attempt.failures.iter().map(failure_view).collect(),
    }
}

fn leak_view(leak: &Leak) -> LeakView {
    LeakView {
        kind: leak.kind,
        what: leak.what.clone(),
        stack: leak.stack.iter().map(frame_view).collect(),
    }
}

fn failure_detail(failure: &Failure) -> FailureDetail {
    let is_matcher = failure.kind == FailureKind::Assertion;
    let matcher_result = is_matcher.then(|| MatcherResult {
        actual: failure.received.clone(),
        expected: failure.expected.clone(),
        message: failure.message.clone(),
        name: matcher_name(failure),
        pass: false,
    });
    FailureDetail { matcher_result }
}

fn failure_view(failure: &Failure) -> FailureView {
    FailureView {
        kind: failure.kind.clone(),
        name: failure.name.clone(),
        message: failure.message.clone(),
        hook: failure.hook.clone(),
        expected: failure.expected.clone(),
        received: failure.received.clone(),
        stack: failure.stack.iter().map(frame_view).collect(),
        cause: failure.cause.as_deref().map(|cause| Box::new(failure_view(cause))),
    }
}

fn frame_view(frame: &Frame) -> FrameView {
    let place = frame.location.as_ref();
    FrameView {
        function: frame.function.clone(),
        file: place.map(|place| place.file.clone()),
        line: place.map(|place| place.line),
        column: place.map(|place| place.column),
        owner: frame.owner,
    }
}

fn place(location: &Location) -> Place {
    Place {
        column: location.column,
        line: location.line,
    }
}

/// Milliseconds with three decimals.
fn millis(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 1e6).round() / 1e3
}

/// Names that stay the same when lines move: `path#outer>inner>title#n`, where n numbers tests of the same name.
struct Ids {
    path: String,
    /// By [`CaseId`]: which of its name it is.
    numbers: Vec<u32>,
}

impl Ids {
    fn of(ledger: &Ledger, file: &FileRecord) -> Self {
        let mut seen: HashMap<String, u32> = HashMap::new();
        let mut number = |case: &TestCase| {
            let count = seen.entry(case.full_name(">")).or_default();
            *count += 1;
            *count
        };
        Self {
            path: ledger.relative(&file.path),
            numbers: file.cases.iter().map(&mut number).collect(),
        }
    }

    fn id(&self, id: CaseId, case: &TestCase) -> String {
        let number = self.numbers.get(id.0 as usize).copied().unwrap_or(1);
        format!("{}#{}#{number}", self.path, case.full_name(">"))
    }
}
