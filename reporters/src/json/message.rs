//! Failures as plain text in the form of `error.stack`: headline, message, then `    at fn (path:line:column)`.
//!
//! Editors find the failing line by searching this text for the test file's name and a number, so the first frames are
//! the user's, paths are absolute, and a failure without any user frame points at its test's declaration.

use crate::model::{Failure, FailureKind, Frame, FrameOwner, Location};

/// The text of a failure with its causes. `declared` is where its test was declared.
pub(super) fn failure_text(failure: &Failure, declared: Option<&Location>) -> String {
    let mut text = headline(failure);
    if let Some(hook) = &failure.hook {
        text.push_str(&format!("\n({hook} hook failed)"));
    }
    let frames: Vec<&Frame> = failure
        .stack
        .iter()
        .filter(|frame| frame.owner != FrameOwner::Internal)
        .collect();
    if !frames
        .iter()
        .any(|frame| frame.owner == FrameOwner::User && frame.location.is_some())
        && let Some(place) = failure.code_frame.as_ref().map(|code| &code.at).or(declared)
    {
        text.push_str(&format!("\n    at {}", position(place)));
    }
    for frame in frames {
        text.push_str(&format!("\n    at {}", frame_text(frame)));
    }
    if let Some(cause) = &failure.cause {
        text.push_str(&format!("\n\nCaused by: {}", failure_text(cause, None)));
    }
    text
}

/// `Name: message`, or what of it there is.
fn headline(failure: &Failure) -> String {
    let (name, message) = (failure.name.as_str(), failure.message.as_str());
    let named = message
        .strip_prefix(name)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with(':'));
    match (name.is_empty() || named, message.is_empty()) {
        (true, true) => "failed without a message".to_owned(),
        (true, false) => message.to_owned(),
        (false, true) => name.to_owned(),
        (false, false) => format!("{name}: {message}"),
    }
}

fn frame_text(frame: &Frame) -> String {
    match (&frame.function, &frame.location) {
        (Some(function), Some(place)) => format!("{function} ({})", position(place)),
        (None, Some(place)) => position(place),
        (Some(function), None) => format!("{function} (<anonymous>)"),
        (None, None) => "<anonymous>".to_owned(),
    }
}

fn position(place: &Location) -> String {
    format!("{}:{}:{}", place.file, place.line, place.column)
}

/// The matcher of a message like `expect(received).not.toBe(expected)`.
pub(super) fn matcher_name(failure: &Failure) -> Option<String> {
    if failure.kind != FailureKind::Assertion {
        return None;
    }
    let mut call = failure
        .message
        .lines()
        .next()?
        .split_once("expect(")?
        .1
        .split_once(").")?
        .1;
    while let Some(rest) = ["not.", "resolves.", "rejects."]
        .iter()
        .find_map(|word| call.strip_prefix(word))
    {
        call = rest;
    }
    let name = call.split_once('(')?.0;
    let is_word = !name.is_empty()
        && name
            .chars()
            .all(|char| char.is_ascii_alphanumeric() || matches!(char, '_' | '$'));
    is_word.then(|| name.to_owned())
}
