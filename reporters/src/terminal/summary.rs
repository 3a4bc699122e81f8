//! The beginning and the end of a run: all failures again, what did not run, why it ended, the totals.

use super::{
    failure,
    page::{Page, View},
};
use crate::{
    duration::{counted, seconds},
    event::RunEnd,
    ledger::Ledger,
    stats::Verdict,
    style::Ink,
    text::{visible, visible_lines},
};

pub(super) fn heading(page: &mut Page, view: View<'_>, ledger: &Ledger) {
    let files = counted(ledger.files.len(), "file");
    let workers = counted(ledger.workers, "worker");
    let name = view.paint(Ink::Strong, "trun");
    let rest = format!("{}  {files}, {workers}", visible(&ledger.version));
    page.line(0, format!("{name} {}", view.paint(Ink::Dim, &rest)));
    page.blank();
}

/// Every failure of the run in file order, numbered, under a rule.
pub(super) fn failures(page: &mut Page, view: View<'_>, ledger: &Ledger) {
    let entries: Vec<_> = ledger.files.iter().flat_map(failure::entries).collect();
    if entries.is_empty() {
        return;
    }
    page.blank();
    page.line(0, rule(view, "Failures"));
    page.blank();
    for (index, entry) in entries.iter().enumerate() {
        failure::entry(page, view, entry, 0, &format!("{}) ", index + 1));
        page.blank();
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
pub(super) fn not_run(page: &mut Page, view: View<'_>, ledger: &Ledger) {
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
pub(super) fn ending(page: &mut Page, view: View<'_>, ledger: &Ledger, end: &RunEnd) {
    let mut lines: Vec<String> = ledger.run_errors.iter().map(|message| error_line(message)).collect();
    match end {
        RunEnd::Completed => {}
        RunEnd::Bailed(failures) => lines.push(format!("Bailed out after {}", counted(*failures as usize, "failure"))),
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

/// The line of an error that stops more than a test, begun as all of them are.
pub(super) fn error_line(message: &str) -> String {
    let message = visible_lines(message);
    if message.starts_with("error:") {
        message.into_owned()
    } else {
        format!("error: {message}")
    }
}

/// The numbers. Scripts read the last three lines, and the last `N passed` of a run must be that of its tests: whatever
/// else there is to count stands above them.
pub(super) fn totals(page: &mut Page, view: View<'_>, ledger: &Ledger) {
    let stats = &ledger.stats;
    page.blank();
    if stats.file_errors > 0 {
        let place = counted(stats.files_with_errors, "file");
        let text = format!("{} in {place}", counted(stats.file_errors, "file error"));
        total(page, view, "Errors", &[view.paint(Ink::Bad, &text)]);
    }
    let not_run = [(stats.files_not_run, "file"), (stats.tests_not_run, "test")];
    if not_run.iter().any(|(count, _)| *count > 0) {
        let parts = not_run.iter().filter(|(count, _)| *count > 0);
        let parts: Vec<String> = parts
            .map(|(count, noun)| view.paint(Ink::Warn, &counted(*count, noun)))
            .collect();
        total(page, view, "Not run", &parts);
    }
    let must = |count: usize, word: &str, ink: Ink| {
        view.paint(if count == 0 { Ink::Dim } else { ink }, &format!("{count} {word}"))
    };
    total(
        page,
        view,
        "Files",
        &[
            must(stats.files_passed, "passed", Ink::Good),
            must(stats.files_failed, "failed", Ink::Bad),
        ],
    );
    let mut tests = vec![
        must(stats.tests_passed, "passed", Ink::Good),
        must(stats.tests_failed, "failed", Ink::Bad),
    ];
    for (count, word) in [(stats.tests_skipped, "skipped"), (stats.tests_todo, "todo")] {
        if count > 0 {
            tests.push(must(count, word, Ink::Warn));
        }
    }
    total(page, view, "Tests", &tests);
    total(page, view, "Time", &[seconds(ledger.elapsed)]);
}

fn total(page: &mut Page, view: View<'_>, label: &str, parts: &[String]) {
    let gap = " ".repeat(7_usize.saturating_sub(label.len()).max(1));
    page.line(
        0,
        format!("{}{gap}{}", view.paint(Ink::Strong, label), parts.join(", ")),
    );
}
