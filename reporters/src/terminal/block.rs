//! The block of one file: its line, its tests if they are listed, what they printed, its failures.

use std::collections::BTreeMap;

use super::{
    failure, output,
    page::{Page, View},
};
use crate::{
    duration::{counted, duration},
    ledger::{FileRecord, TimedResult},
    model::{CaseId, FailureKind, FileOutcome, Outcome},
    stats::Verdict,
    style::Ink,
    text::{fit_end, fit_start, visible, width},
};

/// Columns of the longest verb, `TIMEOUT`, and of `NOT RUN`.
const VERB: usize = 7;
/// A path is not cut shorter than this, however narrow the terminal.
const SHORTEST: usize = 10;
/// Tests that never ran are listed up to this many per file, then counted.
const LISTED: usize = 20;

pub(super) fn file_block(page: &mut Page, view: View<'_>, record: &FileRecord) {
    let verdict = record.verdict();
    file_line(page, view, record);
    if view.alone {
        list_tests(page, view, record);
    } else {
        output::all(page, view, record);
    }
    if !record.cases_not_run().is_empty() {
        tests_not_run(page, view, record);
    }
    if verdict == Verdict::Failed && !view.alone {
        page.blank();
        for entry in failure::entries(record) {
            failure::entry(page, view, &entry, 2, "");
            page.blank();
        }
    }
}

fn file_line(page: &mut Page, view: View<'_>, record: &FileRecord) {
    let (verb, ink) = file_verb(record);
    let mut tail = file_counts(view, record);
    if let Some(FileOutcome::Crashed(reason) | FileOutcome::NotRun(reason)) = &record.outcome {
        let reason = format!("({})", visible(reason));
        tail.push(Piece {
            width: width(&reason),
            text: view.paint(ink, &reason),
        });
    }
    let room = |tail: &[Piece]| view.room(VERB + 1 + tail.iter().map(|piece| piece.width + 2).sum::<usize>());
    let time = duration(record.duration);
    tail.push(Piece {
        width: width(&time),
        text: view.paint(Ink::Dim, &time),
    });
    if room(&tail) < SHORTEST {
        // On a narrow terminal the time is the first to go.
        tail.pop();
    }
    let path = view.path(&record.path);
    let path = fit_end(&path, room(&tail).max(SHORTEST), view.style.ellipsis());
    let tail: String = tail.iter().map(|piece| format!("  {}", piece.text)).collect();
    page.line(0, format!("{} {path}{tail}", verb_cell(view, verb, ink)));
}

/// Text whose width is not its length, because it may be coloured.
struct Piece {
    width: usize,
    text: String,
}

fn file_verb(record: &FileRecord) -> (&'static str, Ink) {
    if matches!(record.outcome, Some(FileOutcome::Crashed(_))) {
        return ("CRASH", Ink::Bad);
    }
    let ran = record.count(|outcome| !matches!(outcome, Outcome::Skipped | Outcome::Todo));
    match record.verdict() {
        Verdict::Failed => ("FAIL", Ink::Bad),
        Verdict::NotRun => ("NOT RUN", Ink::Warn),
        Verdict::Passed if ran == 0 && !record.results.is_empty() => ("SKIP", Ink::Warn),
        Verdict::Passed => ("PASS", Ink::Good),
    }
}

fn verb_cell(view: View<'_>, verb: &str, ink: Ink) -> String {
    let padding = " ".repeat(VERB.saturating_sub(verb.len()));
    format!("{}{padding}", view.style.shout(ink, verb))
}

/// What the file's tests did, in one piece: only what is not zero.
fn file_counts(view: View<'_>, record: &FileRecord) -> Vec<Piece> {
    let parts = [
        (record.count(|outcome| outcome == Outcome::Passed), "passed", Ink::Good),
        (record.count(Outcome::is_failure), "failed", Ink::Bad),
        (
            record.count(|outcome| outcome == Outcome::Skipped),
            "skipped",
            Ink::Warn,
        ),
        (record.count(|outcome| outcome == Outcome::Todo), "todo", Ink::Warn),
        (record.cases_not_run().len(), "not run", Ink::Warn),
    ];
    let mut words: Vec<(String, Ink)> = parts
        .into_iter()
        .filter(|(count, ..)| *count > 0)
        .map(|(count, word, ink)| (format!("{count} {word}"), ink))
        .collect();
    if !record.errors.is_empty() {
        words.push((counted(record.errors.len(), "file error"), Ink::Bad));
    }
    if words.is_empty() {
        words.push(("no tests".to_owned(), Ink::Warn));
    }
    let plain: Vec<&str> = words.iter().map(|(word, _)| word.as_str()).collect();
    let width = width(&plain.join(", "));
    let painted: Vec<String> = words.iter().map(|(word, ink)| view.paint(*ink, word)).collect();
    vec![Piece {
        width,
        text: painted.join(", "),
    }]
}

/// Every test with its output beneath it; what no test printed comes first.
fn list_tests(page: &mut Page, view: View<'_>, record: &FileRecord) {
    let mut by_case = output::by_case(record);
    output::runs(page, view, record, by_case.remove(&None).unwrap_or_default());
    let mut rows: BTreeMap<CaseId, Vec<&TimedResult>> = BTreeMap::new();
    for timed in &record.results {
        rows.entry(timed.result.case).or_default().push(timed);
    }
    for (case, results) in rows {
        for timed in results {
            test_line(page, view, record, timed);
        }
        output::runs(page, view, record, by_case.remove(&Some(case)).unwrap_or_default());
    }
    // Output of tests that have no result: the worker died in them.
    for (_, rest) in by_case {
        output::runs(page, view, record, rest);
    }
}

fn test_line(page: &mut Page, view: View<'_>, record: &FileRecord, timed: &TimedResult) {
    let result = &timed.result;
    let died = result
        .failures
        .iter()
        .any(|failure| failure.kind == FailureKind::Worker);
    let (verb, ink) = match result.outcome {
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
    let tail = tail.unwrap_or_default();
    let name = visible(&record.case(result.case).full_name(" > ")).into_owned();
    let room = view.room(2 + VERB + 1 + 2 + width(&tail)).max(SHORTEST);
    let name = fit_start(&name, room, view.style.ellipsis());
    let gap = if tail.is_empty() { "" } else { "  " };
    page.line(
        2,
        format!(
            "{} {name}{gap}{}",
            verb_cell(view, verb, ink),
            view.paint(Ink::Dim, &tail)
        ),
    );
}

fn tests_not_run(page: &mut Page, view: View<'_>, record: &FileRecord) {
    let missing = record.cases_not_run();
    for case in missing.iter().take(LISTED) {
        let name = record.case(*case).full_name(" > ");
        let name = fit_start(
            &visible(&name),
            view.room(2 + VERB + 1).max(SHORTEST),
            view.style.ellipsis(),
        );
        page.line(2, format!("{} {name}", verb_cell(view, "NOT RUN", Ink::Warn)));
    }
    if missing.len() > LISTED {
        let more = format!("{} and {} more", view.style.ellipsis(), missing.len() - LISTED);
        page.line(2 + VERB + 1, view.paint(Ink::Dim, &more));
    }
}
