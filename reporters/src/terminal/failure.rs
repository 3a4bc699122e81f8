//! Failures as people read them: who, what, where in the source, how it came there, and why.

use super::{
    lines_of,
    page::{Page, View},
    source,
};
use crate::{
    duration::counted,
    ledger::FileRecord,
    model::{CaseId, Failure, FailureKind, Frame, FrameOwner},
    style::Ink,
    text::visible,
};

/// Frames of one stack that are printed: a recursion without end has hundreds.
const FRAMES: usize = 10;
/// Causes of causes that are printed.
const CAUSES: usize = 5;
/// Names of tests that share a failure which are printed.
const SHARERS: usize = 10;
/// Lines of an expected or received value that are printed beside a message which lacks them.
const VALUE_LINES: usize = 20;

/// Something failed, and who it is charged to.
pub(super) struct Entry<'a> {
    path: &'a str,
    /// Titles joined by ` > `; none for a file error.
    name: Option<String>,
    /// Further tests with the very same failures, as when their `beforeAll` fails.
    sharers: Vec<String>,
    failures: &'a [Failure],
}

/// A file's failures: file errors first, then its tests in declaration order. Neighbours that failed for the same
/// reason are one entry.
pub(super) fn entries(record: &FileRecord) -> Vec<Entry<'_>> {
    let file_error = |failure| Entry {
        path: &record.path,
        name: None,
        sharers: Vec::new(),
        failures: std::slice::from_ref(failure),
    };
    let mut entries: Vec<Entry<'_>> = record.errors.iter().map(file_error).collect();
    for timed in record.sorted_results() {
        let result = &timed.result;
        if !result.outcome.is_failure() {
            continue;
        }
        let name = name_of(record, result.case);
        match entries.last_mut() {
            Some(last) if last.name.is_some() && is_shared(&result.failures) && last.failures == result.failures => {
                last.sharers.push(name);
            }
            _ => entries.push(Entry {
                path: &record.path,
                name: Some(name),
                sharers: Vec::new(),
                failures: &result.failures,
            }),
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

fn name_of(record: &FileRecord, case: CaseId) -> String {
    visible(&record.case(case).full_name(" > ")).into_owned()
}

/// Prints an entry. `number` goes in front of its header: `3) `, or nothing.
pub(super) fn entry(page: &mut Page, view: View<'_>, entry: &Entry<'_>, indent: usize, number: &str) {
    header(page, view, entry.path, entry.name.as_deref(), indent, number);
    sharers(page, view, &entry.sharers, indent + 2);
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

fn sharers(page: &mut Page, view: View<'_>, names: &[String], indent: usize) {
    if names.is_empty() {
        return;
    }
    page.line(
        indent,
        view.paint(
            Ink::Dim,
            &format!("and {} for the same reason:", counted(names.len(), "test")),
        ),
    );
    for name in names.iter().take(SHARERS) {
        page.line(indent + 2, view.paint(Ink::Dim, name));
    }
    if names.len() > SHARERS {
        let more = format!("{} and {} more", view.style.ellipsis(), names.len() - SHARERS);
        page.line(indent + 2, view.paint(Ink::Dim, &more));
    }
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
    stack(page, view, &failure.stack, indent + 2);
    causes(page, view, failure, indent);
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

fn message(page: &mut Page, view: View<'_>, failure: &Failure, indent: usize) {
    let lines = lines_of(&failure.message);
    let name = visible(&failure.name);
    let mut rest = lines.as_slice();
    // A diff has no headline of its own.
    let headline = match lines.first() {
        Some(first) if !is_diff_line(first) => {
            rest = &lines[1..];
            first.as_str()
        }
        _ => "",
    };
    let named = headline
        .strip_prefix(&*name)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with(':'));
    let headline = match (name.is_empty() || named, headline.is_empty()) {
        (true, _) => headline.to_owned(),
        (false, true) => name.into_owned(),
        (false, false) => format!("{name}: {headline}"),
    };
    if headline.is_empty() && rest.is_empty() {
        page.line(indent, view.paint(Ink::Bad, "failed without a message"));
    } else if !headline.is_empty() {
        page.line(indent, view.paint(Ink::Bad, &headline));
    }
    for line in rest {
        page.line(indent, message_line(view, failure, line));
    }
}

/// Jest's colours: what was expected is green, what was received is red.
fn message_line(view: View<'_>, failure: &Failure, line: &str) -> String {
    if failure.kind != FailureKind::Assertion {
        return line.to_owned();
    }
    if line.starts_with("- ") || line == "-" {
        return view.paint(Ink::Good, line);
    }
    if line.starts_with("+ ") || line == "+" {
        return view.paint(Ink::Bad, line);
    }
    if line.starts_with("@@ ") {
        return view.paint(Ink::Accent, line);
    }
    let ink = match line {
        _ if line.starts_with("Expected") => Ink::Good,
        _ if line.starts_with("Received") => Ink::Bad,
        _ => return line.to_owned(),
    };
    match line.split_once(": ") {
        Some((label, value)) => format!("{label}: {}", view.paint(ink, value)),
        None => line.to_owned(),
    }
}

fn is_diff_line(line: &str) -> bool {
    line.starts_with("- ") || line.starts_with("+ ") || line == "-" || line == "+"
}

/// Expected and received value, if the message shows neither them nor a diff.
fn values(page: &mut Page, view: View<'_>, failure: &Failure, indent: usize) {
    let (Some(expected), Some(received)) = (&failure.expected, &failure.received) else {
        return;
    };
    let message = &failure.message;
    let told = message.lines().any(is_diff_line)
        || (message.contains("Expected") && message.contains("Received"))
        || (message.contains(expected.as_str()) && message.contains(received.as_str()));
    if told {
        return;
    }
    page.blank();
    value(page, view, ("Expected:", Ink::Good), expected, indent);
    value(page, view, ("Received:", Ink::Bad), received, indent);
}

fn value(page: &mut Page, view: View<'_>, (label, ink): (&str, Ink), value: &str, indent: usize) {
    let lines = lines_of(value);
    if let [line] = lines.as_slice() {
        page.line(indent, format!("{label} {}", view.paint(ink, line)));
        return;
    }
    page.line(indent, label);
    for line in lines.iter().take(VALUE_LINES) {
        page.line(indent + 2, view.paint(ink, line));
    }
    if lines.len() > VALUE_LINES {
        let more = format!("{} {} more lines", view.style.ellipsis(), lines.len() - VALUE_LINES);
        page.line(indent + 2, view.paint(Ink::Dim, &more));
    }
}

/// The user's frames. Without any, the dependency's: somewhere it must have come from. trun's own are never shown.
fn stack(page: &mut Page, view: View<'_>, stack: &[Frame], indent: usize) {
    let of = |owner: FrameOwner| {
        stack
            .iter()
            .filter(move |frame| frame.owner == owner)
            .collect::<Vec<_>>()
    };
    let (users, dependencies) = (of(FrameOwner::User), of(FrameOwner::Dependency));
    let (shown, hidden) = if users.is_empty() {
        (dependencies, 0)
    } else {
        (users, dependencies.len())
    };
    if shown.is_empty() {
        return;
    }
    page.blank();
    for frame in shown.iter().take(FRAMES) {
        page.line(indent, frame_line(view, frame));
    }
    let ellipsis = view.style.ellipsis();
    if shown.len() > FRAMES {
        page.line(
            indent,
            view.paint(Ink::Dim, &format!("{ellipsis} {} more", shown.len() - FRAMES)),
        );
    }
    if hidden > 0 {
        page.line(
            indent,
            view.paint(Ink::Dim, &format!("{ellipsis} {hidden} more in node_modules")),
        );
    }
}

fn frame_line(view: View<'_>, frame: &Frame) -> String {
    let at = view.paint(Ink::Dim, "at");
    let place = frame.location.as_ref().map(|place| {
        let position = format!("{}:{}:{}", view.path(&place.file), place.line, place.column);
        view.paint(Ink::Accent, &position)
    });
    match (&frame.function, place) {
        (Some(function), Some(place)) => format!("{at} {} ({place})", visible(function)),
        (Some(function), None) => format!("{at} {} (<anonymous>)", visible(function)),
        (None, Some(place)) => format!("{at} {place}"),
        (None, None) => format!("{at} <anonymous>"),
    }
}

fn causes(page: &mut Page, view: View<'_>, failure: &Failure, indent: usize) {
    let mut next = failure.cause.as_deref();
    let mut depth = 0;
    while let Some(cause) = next {
        page.blank();
        if depth == CAUSES {
            page.line(
                indent,
                view.paint(Ink::Dim, &format!("{} and further causes", view.style.ellipsis())),
            );
            return;
        }
        page.line(indent, view.paint(Ink::Strong, "caused by:"));
        message(page, view, cause, indent + 2);
        if let Some(code) = &cause.code_frame {
            page.blank();
            source::code_frame(page, view, code, indent + 4);
        }
        stack(page, view, &cause.stack, indent + 4);
        next = cause.cause.as_deref();
        depth += 1;
    }
}
