//! Failures as people read them: who, what, where in the source, how it came there, and why.

use super::{
    cause,
    message::{message, values},
    page::{Page, View},
    rerun, source, stack, tail,
};
use crate::{
    duration::counted,
    model::{CaseId, Failure, FailureKind, FileId},
    style::Ink,
    text::visible,
};

/// Names of tests that share a failure which are printed.
const SHARERS: usize = 10;

/// Something failed, and who it is charged to.
pub(super) struct Entry<'a> {
    file: FileId,
    path: &'a str,
    /// None for a file error.
    case: Option<CaseId>,
    /// Further tests with the very same failures, as when their `beforeAll` fails.
    sharers: Vec<CaseId>,
    failures: &'a [Failure],
    /// Attempts that failed before this one.
    earlier: usize,
    /// Whether what was printed is repeated here: what a file printed outside of its tests is, with its first error.
    has_output: bool,
}

/// A file's failures: file errors first, then its tests in declaration order. Neighbours that failed for the same
/// reason are one entry.
pub(super) fn entries(view: View<'_>, file: FileId) -> Vec<Entry<'_>> {
    let Some(record) = view.story.ledger.file(file) else {
        return Vec::new();
    };
    let entry = |case, failures, earlier, has_output| Entry {
        file,
        path: &record.path,
        case,
        sharers: Vec::new(),
        failures,
        earlier,
        has_output,
    };
    let errors = record.errors.chunks(1).enumerate();
    let mut entries: Vec<Entry<'_>> = errors.map(|(index, error)| entry(None, error, 0, index == 0)).collect();
    for timed in record.sorted_results() {
        let result = &timed.result;
        if !result.outcome.is_failure() {
            continue;
        }
        match entries.last_mut() {
            Some(last) if last.case.is_some() && is_shared(&result.failures) && last.failures == result.failures => {
                last.sharers.push(result.case);
            }
            _ => {
                let earlier = result.earlier_attempts.len();
                entries.push(entry(Some(result.case), result.failures.as_slice(), earlier, true));
            }
        }
    }
    entries
}

/// Only what a suite's hook did to its tests is said once for all of them: equal failures of their own are not the same.
fn is_shared(failures: &[Failure]) -> bool {
    failures
        .iter()
        .all(|failure| failure.hook.as_deref() == Some("beforeAll"))
}

/// Prints an entry in its file's block.
pub(super) fn in_block(page: &mut Page, view: View<'_>, entry: &Entry<'_>) {
    show(page, view, entry, 2, "");
}

/// Prints an entry at the end of the run: numbered, with what its test printed and how to run it again.
pub(super) fn at_end(page: &mut Page, view: View<'_>, entry: &Entry<'_>, number: usize) {
    show(page, view, entry, 0, &format!("{number}) "));
    if let Some(tail) = view.story.tails.of(entry.file, entry.case).filter(|_| entry.has_output) {
        tail::show(page, view, tail, 2);
    }
    let case = entry.case.map(|case| view.case(entry.file, case));
    let command = rerun::command(view, entry.path, case.as_ref());
    page.blank();
    page.line(2, format!("{} {command}", view.paint(Ink::Dim, "rerun:")));
    page.blank();
}

fn show(page: &mut Page, view: View<'_>, entry: &Entry<'_>, indent: usize, number: &str) {
    let name_of = |case: CaseId| view.title(&view.case(entry.file, case));
    header(
        page,
        view,
        entry.path,
        entry.case.map(name_of).as_deref(),
        indent,
        number,
    );
    let sharers: Vec<String> = entry.sharers.iter().take(SHARERS).copied().map(name_of).collect();
    shared_by(page, view, &sharers, entry.sharers.len(), indent + 2);
    if entry.earlier > 0 {
        let line = format!("failed in all {} attempts; this is the last", entry.earlier + 1);
        page.line(indent + 2, view.paint(Ink::Warn, &line));
    }
    for failure in entry.failures {
        body(page, view, failure, indent + 2);
        page.blank();
    }
}

/// An error that came after its file's block.
pub(super) fn late_error(page: &mut Page, view: View<'_>, path: &str, failure: &Failure) {
    header(page, view, path, None, 2, "");
    body(page, view, failure, 4);
    page.blank();
}

fn header(page: &mut Page, view: View<'_>, path: &str, name: Option<&str>, indent: usize, number: &str) {
    let path = view.path(path);
    let name = name
        .map(|name| format!(" > {}", view.paint(Ink::Strong, name)))
        .unwrap_or_default();
    page.line(
        indent,
        format!("{number}{} {path}{name}", view.style.shout(Ink::Bad, "FAIL")),
    );
}

fn shared_by(page: &mut Page, view: View<'_>, names: &[String], count: usize, indent: usize) {
    if count == 0 {
        return;
    }
    let line = format!("and {} for the same reason:", counted(count, "test"));
    page.line(indent, view.paint(Ink::Dim, &line));
    for name in names {
        page.line(indent + 2, view.paint(Ink::Dim, name));
    }
    page.more(view, indent + 2, count - names.len(), "");
}

fn body(page: &mut Page, view: View<'_>, failure: &Failure, indent: usize) {
    if let Some(label) = label(failure) {
        page.line(indent, view.paint(Ink::Warn, &label));
    }
    message(page, view, failure, indent);
    values(page, view, failure, indent);
    if let Some(code) = &failure.code_frame {
        page.blank();
        source::code_frame(page, view, code, indent + 2);
    }
    stack::below(page, view, &failure.stack, indent + 2);
    cause::causes(page, view, failure, indent);
}

/// What the message alone would not tell: where in the life of a file it happened.
fn label(failure: &Failure) -> Option<String> {
    if let Some(hook) = &failure.hook {
        return Some(format!("{} hook failed", visible(hook)));
    }
    match failure.kind {
        FailureKind::Load => Some("failed to load the file".to_owned()),
        _ => None,
    }
}
