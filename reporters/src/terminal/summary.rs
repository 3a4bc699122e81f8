//! The beginning and the end of a run: all failures again, what did not run, why it ended, the totals.

use super::{
    block::passed_words,
    failure, notable,
    page::{Page, View},
};
use crate::{
    duration::{counted, seconds},
    event::RunEnd,
    ledger::Ledger,
    model::FileId,
    stats::{RunStats, Verdict},
    style::Ink,
    text::{visible, visible_lines},
};

pub(super) fn heading(page: &mut Page, view: View<'_>) {
    let ledger = &view.story.ledger;
    let files = counted(ledger.files.len(), "file");
    let workers = counted(ledger.workers, "worker");
    let name = view.paint(Ink::Strong, "trun");
    let rest = format!("{}  {files}, {workers}", visible(&ledger.version));
    page.line(0, format!("{name} {}", view.paint(Ink::Dim, &rest)));
    page.blank();
}

/// Everything below the last block.
pub(super) fn end(page: &mut Page, view: View<'_>, end: &RunEnd) {
    let ledger = &view.story.ledger;
    notable::slowest(page, view, ledger);
    notable::flaky(page, view, ledger);
    failures(page, view, ledger);
    not_run(page, view, ledger);
    ending(page, view, ledger, end);
    totals(page, view, ledger);
}

/// Every failure of the run in file order, numbered, under a rule.
fn failures(page: &mut Page, view: View<'_>, ledger: &Ledger) {
    let files = (0_u32..).zip(&ledger.files).map(|(index, _)| FileId(index));
    let entries: Vec<_> = files.flat_map(|file| failure::entries(view, file)).collect();
    if entries.is_empty() {
        return;
    }
    page.blank();
    page.line(0, rule(view, "Failures"));
    page.blank();
    for (index, entry) in entries.iter().enumerate() {
        failure::at_end(page, view, entry, index + 1);
    }
}

fn rule(view: View<'_>, title: &str) -> String {
    let dash = if view.style.unicode { "─" } else { "-" };
    let rest = view.style.page().saturating_sub(title.len() + 6);
    view.paint(
        Ink::Bad,
        &format!("{} {title} {}", dash.repeat(4), dash.repeat(rest.max(4))),
    )
}

/// Files that did not run, in file order, each with its reason.
fn not_run(page: &mut Page, view: View<'_>, ledger: &Ledger) {
    let files: Vec<_> = ledger
        .files
        .iter()
        .filter(|file| file.verdict() == Verdict::NotRun)
        .collect();
    if files.is_empty() {
        return;
    }
    page.blank();
    page.line(0, view.style.shout(Ink::Warn, "Not run"));
    for file in files {
        let reason = view.paint(Ink::Dim, &format!("({})", visible(file.reason())));
        page.line(2, format!("{}  {reason}", view.path(&file.path)));
    }
}

/// What belongs to no file, and why the run did not run to its end.
fn ending(page: &mut Page, view: View<'_>, ledger: &Ledger, end: &RunEnd) {
    let mut lines: Vec<String> = ledger.run_errors.iter().map(|message| error_line(message)).collect();
    match end {
        RunEnd::Completed => {}
        RunEnd::Bailed(failures) => lines.push(bailed(*failures as usize, ledger.stats.files_not_run)),
        RunEnd::Aborted(reason) | RunEnd::Broken(reason) => lines.push(error_line(reason)),
        RunEnd::Interrupted(signal) => lines.push(format!("Interrupted by {}", visible(signal))),
    }
    if lines.is_empty() {
        return;
    }
    page.blank();
    for line in lines {
        page.line(0, view.style.shout(Ink::Bad, &line));
    }
}

fn bailed(failures: usize, files_not_run: usize) -> String {
    let line = format!("Bailed out after {}", counted(failures, "failure"));
    match files_not_run {
        0 => line,
        files => format!("{line}: {} did not run to the end", counted(files, "file")),
    }
}

/// An error that belongs to no file, said at once.
pub(super) fn run_error(page: &mut Page, view: View<'_>, message: &str) {
    page.line(0, view.paint(Ink::Bad, &error_line(message)));
}

/// The line of an error that stops more than a test, begun as all of them are.
fn error_line(message: &str) -> String {
    let message = visible_lines(message);
    if message.starts_with("error:") {
        message.into_owned()
    } else {
        format!("error: {message}")
    }
}

/// The numbers. Scripts read the last three lines, and the last `N passed` of a run must be that of its tests: whatever
/// else there is to count stands above them.
fn totals(page: &mut Page, view: View<'_>, ledger: &Ledger) {
    let stats = &ledger.stats;
    page.blank();
    if let Some(seed) = ledger.seed {
        total(page, view, "Seed", &[seed.to_string()]);
    }
    if stats.leaks > 0 {
        let text = format!("{} in {}", stats.leaks, counted(stats.files_leaking, "file"));
        total(page, view, "Leaks", &[view.paint(Ink::Warn, &text)]);
    }
    if stats.file_errors > 0 {
        let place = counted(stats.files_with_errors, "file");
        let text = format!("{} in {place}", counted(stats.file_errors, "file error"));
        total(page, view, "Errors", &[view.paint(Ink::Bad, &text)]);
    }
    let not_run = [(stats.files_not_run, "file"), (stats.tests_not_run, "test")];
    let parts = not_run.iter().filter(|(count, _)| *count > 0);
    let parts: Vec<String> = parts
        .map(|(count, noun)| view.paint(Ink::Warn, &counted(*count, noun)))
        .collect();
    if !parts.is_empty() {
        total(page, view, "Not run", &parts);
    }
    let files = [
        count(view, stats.files_passed, "passed", Ink::Good),
        count(view, stats.files_failed, "failed", Ink::Bad),
    ];
    total(page, view, "Files", &files);
    total(page, view, "Tests", &tests(view, stats));
    total(page, view, "Time", &[seconds(ledger.elapsed)]);
}

fn tests(view: View<'_>, stats: &RunStats) -> Vec<String> {
    let passed = passed_words(stats.tests_passed, stats.tests_flaky);
    let ink = if stats.tests_passed == 0 { Ink::Dim } else { Ink::Good };
    let mut parts = vec![
        view.paint(ink, &passed),
        count(view, stats.tests_failed, "failed", Ink::Bad),
    ];
    for (number, word) in [(stats.tests_skipped, "skipped"), (stats.tests_todo, "todo")] {
        if number > 0 {
            parts.push(count(view, number, word, Ink::Warn));
        }
    }
    parts
}

/// A number that stands there even if it is nothing to speak of.
fn count(view: View<'_>, number: usize, word: &str, ink: Ink) -> String {
    view.paint(if number == 0 { Ink::Dim } else { ink }, &format!("{number} {word}"))
}

fn total(page: &mut Page, view: View<'_>, label: &str, parts: &[String]) {
    let gap = " ".repeat(7_usize.saturating_sub(label.len()).max(1));
    page.line(
        0,
        format!("{}{gap}{}", view.paint(Ink::Strong, label), parts.join(", ")),
    );
}
