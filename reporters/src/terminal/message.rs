//! What a failure says: its headline, its message with a diff, the values it compared.

use super::{
    lines::lines_of,
    page::{Page, View},
};
use crate::{
    model::{Failure, FailureKind},
    style::Ink,
    text::{visible, wrap},
};

/// Lines of an expected or received value that are printed beside a message which lacks them.
const VALUE_LINES: usize = 20;
/// Lines of a message, with its diff, that are printed. The JSON report has them all.
const MESSAGE_LINES: usize = 80;
/// Prose is not broken into shorter lines than this.
const NARROWEST: usize = 30;

/// The first line of a failure: the name of the error and what it says. A message that begins with a diff has none.
pub(super) fn headline(failure: &Failure) -> String {
    split(failure).0
}

/// The headline, and the lines below it.
fn split(failure: &Failure) -> (String, Vec<String>) {
    let mut lines = lines_of(&failure.message);
    let name = visible(&failure.name);
    let first = match lines.first() {
        Some(first) if !is_diff_line(first) => lines.remove(0),
        _ => String::new(),
    };
    let named = first
        .strip_prefix(&*name)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with(':'));
    let headline = match (name.is_empty() || named, first.is_empty()) {
        (true, _) => first,
        (false, true) => name.into_owned(),
        (false, false) => format!("{name}: {first}"),
    };
    if headline.is_empty() && lines.is_empty() {
        return ("failed without a message".to_owned(), lines);
    }
    (headline, lines)
}

pub(super) fn message(page: &mut Page, view: View<'_>, failure: &Failure, indent: usize) {
    let (headline, rest) = split(failure);
    let room = view.room(indent).max(NARROWEST);
    for line in wrap(&headline, room).iter().filter(|line| !line.is_empty()) {
        page.line(indent, view.paint(Ink::Bad, line));
    }
    for line in rest.iter().take(MESSAGE_LINES) {
        if failure.kind == FailureKind::Assertion {
            page.line(indent, assertion_line(view, line));
        } else {
            wrap(line, room).iter().for_each(|line| page.line(indent, line));
        }
    }
    let cut = rest.len().saturating_sub(MESSAGE_LINES);
    page.more(view, indent, cut, " lines; the json report has them all");
}

/// Jest's colours: what was expected is green, what was received is red.
fn assertion_line(view: View<'_>, line: &str) -> String {
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
pub(super) fn values(page: &mut Page, view: View<'_>, failure: &Failure, indent: usize) {
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
    page.more(view, indent + 2, lines.len().saturating_sub(VALUE_LINES), " lines");
}
