//! A failed attempt in a document's words: failure or error, class, message, body.

use std::{borrow::Cow, time::Duration};

use super::{
    model::FailedRun,
    sanitise::{Clean, TEXT_LIMIT},
};
use crate::{
    failure_text::{Places, failure_text, headline},
    model::{Failure, FailureKind, Location},
};

/// Lines of a message that its attribute shows; the body has them all.
const MESSAGE_LINES: usize = 10;

/// What failed in one attempt. The first failure decides how it is classed; the body tells all of them.
pub(super) fn failed_run(failures: &[Failure], declared: Option<&Location>, time: Duration, root: &str) -> FailedRun {
    let Some(first) = failures.first() else {
        let unexplained = Failure::plain(FailureKind::Thrown, "the attempt failed without saying why");
        return failed_run(&[unexplained], declared, time, root);
    };
    FailedRun {
        is_error: first.kind != FailureKind::Assertion || first.hook.is_some(),
        class: Clean::line(class(first)),
        message: Clean::line(&message(first)),
        body: Clean::text(&body(failures, declared, root)),
        time,
    }
}

fn class(failure: &Failure) -> &str {
    if !failure.name.trim().is_empty() {
        return &failure.name;
    }
    match failure.kind {
        FailureKind::Assertion => "AssertionError",
        FailureKind::Thrown => "thrown value",
        FailureKind::Timeout => "timeout",
        FailureKind::Load => "load error",
        FailureKind::Worker => "worker crash",
        FailureKind::Aborted => "aborted",
        FailureKind::Leak => "leak",
    }
}

fn message(failure: &Failure) -> String {
    let text = if failure.message.is_empty() {
        headline(failure)
    } else {
        failure.message.clone()
    };
    let lines: Vec<&str> = text.trim_end().lines().take(MESSAGE_LINES).collect();
    match &failure.hook {
        Some(hook) => format!("{hook} hook failed: {}", lines.join("\n")),
        None => lines.join("\n"),
    }
}

fn body(failures: &[Failure], declared: Option<&Location>, root: &str) -> String {
    let mut body = String::new();
    for failure in failures {
        if !body.is_empty() {
            body.push_str("\n\n");
        }
        body.push_str(&failure_text(&with_values(failure), declared, Places::below(root)));
        if body.len() > 2 * TEXT_LIMIT {
            break;
        }
    }
    body
}

/// Puts expected and received value below a message that does not tell them.
fn with_values(failure: &Failure) -> Cow<'_, Failure> {
    let (Some(expected), Some(received)) = (&failure.expected, &failure.received) else {
        return Cow::Borrowed(failure);
    };
    if tells_values(&failure.message, expected, received) {
        return Cow::Borrowed(failure);
    }
    let message = format!("{}\n\nExpected: {expected}\nReceived: {received}", failure.message);
    Cow::Owned(Failure {
        message,
        ..failure.clone()
    })
}

/// Whether a message has a difference, or both values.
fn tells_values(message: &str, expected: &str, received: &str) -> bool {
    let is_difference = |line: &str| line.starts_with("- ") || line.starts_with("+ ");
    message.lines().any(is_difference)
        || (message.contains("Expected") && message.contains("Received"))
        || (message.contains(expected) && message.contains(received))
}
