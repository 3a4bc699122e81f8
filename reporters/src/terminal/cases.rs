//! The lines of single tests in a file's block: all of them, or only those that need a word.

use std::collections::BTreeMap;

use super::{
    output,
    page::{Page, View},
    verb::{self, VERB},
};
use crate::{
    duration::{counted, duration},
    ledger::{FileRecord, TimedResult},
    model::{CaseId, CaseMode, CaseResult, FailureKind, FileId, FileOutcome, Outcome},
    style::Ink,
    text::{visible, width},
};

/// Tests that never ran, or were flaky, are listed up to this many per file, then counted.
const LISTED: usize = 20;

/// Every test with its output beneath it; what no test printed comes first. What a failed test printed stands with its
/// failure instead, if all of it does.
pub(super) fn list(page: &mut Page, view: View<'_>, file: FileId, record: &FileRecord) {
    let mut by_case = output::by_case(record);
    by_case.retain(|case, _| !view.story.tails.is_whole(file, *case));
    output::runs(page, view, record, &by_case.remove(&None).unwrap_or_default());
    let mut rows: BTreeMap<CaseId, Vec<&TimedResult>> = BTreeMap::new();
    for timed in &record.results {
        rows.entry(timed.result.case).or_default().push(timed);
    }
    let is_filtered = |case: &CaseId| record.case(*case).mode == CaseMode::Filtered;
    let filtered = rows.keys().filter(|case| is_filtered(case)).count();
    for (case, results) in rows.iter().filter(|(case, _)| !is_filtered(case)) {
        for timed in results {
            test_line(page, view, record, &timed.result);
        }
        output::runs(page, view, record, &by_case.remove(&Some(*case)).unwrap_or_default());
    }
    // Output of tests that have no result: the worker died in them.
    for (_, rest) in by_case {
        output::runs(page, view, record, &rest);
    }
    if filtered > 0 {
        let line = format!("{} left out by -t", counted(filtered, "test"));
        page.line(2, view.paint(Ink::Dim, &line));
    }
}

fn test_line(page: &mut Page, view: View<'_>, record: &FileRecord, result: &CaseResult) {
    let died = result
        .failures
        .iter()
        .any(|failure| failure.kind == FailureKind::Worker);
    let (verb, ink) = match result.outcome {
        Outcome::Passed if result.is_flaky() => return flaky_line(page, view, record, result),
        Outcome::Passed => ("PASS", Ink::Good),
        Outcome::Failed if died => ("CRASH", Ink::Bad),
        Outcome::Failed => ("FAIL", Ink::Bad),
        Outcome::TimedOut => ("TIMEOUT", Ink::Bad),
        Outcome::Skipped => ("SKIP", Ink::Warn),
        Outcome::Todo => ("TODO", Ink::Warn),
    };
    let tail = match result.outcome {
        Outcome::Skipped | Outcome::Todo => result.note.as_deref().map(|note| format!("({})", visible(note))),
        _ => Some(duration(result.duration)),
    };
    let name = view.title(&record.case(result.case));
    row(
        page,
        view,
        &verb::cell(view, verb, ink),
        &name,
        &tail.unwrap_or_default(),
    );
}

/// `FLAKY 2/3`: of three attempts two failed.
fn flaky_line(page: &mut Page, view: View<'_>, record: &FileRecord, result: &CaseResult) {
    let name = view.title(&record.case(result.case));
    row(
        page,
        view,
        &verb::flaky(view, result),
        &name,
        &duration(result.duration),
    );
}

/// A line that fits: the name gives way to what follows it.
fn row(page: &mut Page, view: View<'_>, verb: &str, name: &str, tail: &str) {
    let gap = if tail.is_empty() { "" } else { "  " };
    let taken = 2 + verb::columns(verb) + 1 + gap.len() + width(tail);
    let name = view.fit_start(name, taken);
    page.line(2, format!("{verb} {name}{gap}{}", view.paint(Ink::Dim, tail)));
}

/// The flaky tests of a file whose tests are not all listed.
pub(super) fn flaky(page: &mut Page, view: View<'_>, record: &FileRecord) {
    let results = record.sorted_results().into_iter().map(|timed| &timed.result);
    let flaky: Vec<_> = results.filter(|result| result.is_flaky()).collect();
    for result in flaky.iter().take(LISTED) {
        flaky_line(page, view, record, result);
    }
    page.more(view, 2 + VERB + 1, flaky.len().saturating_sub(LISTED), "");
}

/// Tests that have no result, and which of them had begun.
pub(super) fn not_run(page: &mut Page, view: View<'_>, file: FileId, record: &FileRecord) {
    let missing = record.cases_not_run();
    let was_cut = matches!(record.outcome, Some(FileOutcome::NotRun(_)));
    for case in missing.iter().take(LISTED) {
        let ran = was_cut && view.story.running.was_interrupted(file, *case);
        let tail = if ran { "(interrupted while running)" } else { "" };
        let name = view.title(&record.case(*case));
        row(page, view, &verb::cell(view, "NOT RUN", Ink::Warn), &name, tail);
    }
    page.more(view, 2 + VERB + 1, missing.len().saturating_sub(LISTED), "");
}
