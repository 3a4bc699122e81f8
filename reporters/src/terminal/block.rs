//! The block of one file: its line, its tests if they are listed, what they printed, its failures.

use super::{
    cases, failure, leak, output,
    page::{Page, View},
    verb::{self, VERB},
};
use crate::{
    duration::{counted, duration},
    ledger::FileRecord,
    model::{FileId, FileOutcome, Outcome},
    stats::Verdict,
    style::Ink,
    text::{fit_end, visible, width},
};

/// A path is not cut shorter than this, however narrow the terminal.
const SHORTEST: usize = 10;
/// Nor shorter than this if something else on its line can be left out.
const COMFORTABLE: usize = 24;

pub(super) fn file_block(page: &mut Page, view: View<'_>, file: FileId) {
    let Some(record) = view.story.ledger.file(file) else {
        return;
    };
    file_line(page, view, record);
    if view.alone {
        cases::list(page, view, file, record);
    } else {
        output::all(page, view, record);
        cases::flaky(page, view, record);
    }
    cases::not_run(page, view, file, record);
    leak::list(page, view, &record.leaks, 2);
    if record.verdict() == Verdict::Failed && !view.alone {
        page.blank();
        for entry in failure::entries(view, file) {
            failure::in_block(page, view, &entry);
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
    let path = view.path(&record.path);
    // On a narrow terminal the time is the first to go, then the reason: the end says it again.
    while tail.len() > 1 && room(&tail) < width(&path).min(COMFORTABLE) {
        tail.pop();
    }
    let path = fit_end(&path, room(&tail).max(SHORTEST), view.style.ellipsis());
    let tail: String = tail.iter().map(|piece| format!("  {}", piece.text)).collect();
    page.line(0, format!("{} {path}{tail}", verb::cell(view, verb, ink)));
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

/// What the file's tests did, in one piece: only what is not zero.
fn file_counts(view: View<'_>, record: &FileRecord) -> Vec<Piece> {
    let flaky = record.results.iter().filter(|timed| timed.result.is_flaky()).count();
    let passed = record.count(|outcome| outcome == Outcome::Passed);
    let parts = [
        (record.count(Outcome::is_failure), "failed", Ink::Bad),
        (
            record.count(|outcome| outcome == Outcome::Skipped),
            "skipped",
            Ink::Warn,
        ),
        (record.count(|outcome| outcome == Outcome::Todo), "todo", Ink::Warn),
        (record.cases_not_run().len(), "not run", Ink::Warn),
    ];
    let mut words = Vec::new();
    if passed > 0 {
        words.push((passed_words(passed, flaky), Ink::Good));
    }
    let others = parts.into_iter().filter(|(count, ..)| *count > 0);
    words.extend(others.map(|(count, word, ink)| (format!("{count} {word}"), ink)));
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

/// `12 passed (1 flaky)`.
pub(super) fn passed_words(passed: usize, flaky: usize) -> String {
    if flaky == 0 {
        return format!("{passed} passed");
    }
    format!("{passed} passed ({flaky} flaky)")
}
