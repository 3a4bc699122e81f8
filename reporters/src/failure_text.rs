//! Failures as plain text in the form of `error.stack`: headline, message, then `    at fn (path:line:column)`.
//!
//! What documents hold, as opposed to what a terminal shows: no colours, no code frame, nothing that depends on a width.
//! Editors and CI services find the failing line by searching this text for a file's name and a number, so the first
//! frames are the user's and a failure without any user frame points at its test's declaration.

use crate::{
    model::{Failure, Frame, FrameOwner, Location},
    paths,
};

/// How places are written.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Places<'a> {
    /// Paths are relative to it; `None`: absolute, as they are.
    root: Option<&'a str>,
    /// Whether a place without a function is in brackets too, for readers that search for `(path:line:column)`.
    bracketed: bool,
}

impl<'a> Places<'a> {
    /// Absolute, as engines write them.
    pub(crate) fn absolute() -> Self {
        Self {
            root: None,
            bracketed: false,
        }
    }

    /// Relative to `root` and always in brackets.
    pub(crate) fn below(root: &'a str) -> Self {
        Self {
            root: Some(root),
            bracketed: true,
        }
    }

    fn position(self, place: &Location) -> String {
        let file = match self.root {
            Some(root) => paths::relative(root, &place.file),
            None => place.file.clone(),
        };
        format!("{file}:{}:{}", place.line, place.column)
    }

    fn frame(self, function: Option<&str>, place: Option<&Location>) -> String {
        match (function, place.map(|place| self.position(place))) {
            (Some(function), Some(place)) => format!("{function} ({place})"),
            (None, Some(place)) if self.bracketed => format!("<anonymous> ({place})"),
            (None, Some(place)) => place,
            (Some(function), None) => format!("{function} (<anonymous>)"),
            (None, None) => "<anonymous>".to_owned(),
        }
    }
}

/// The text of a failure with its causes. `declared` is where its test was declared.
pub(crate) fn failure_text(failure: &Failure, declared: Option<&Location>, places: Places<'_>) -> String {
    let mut text = String::new();
    let (mut next, mut declared) = (Some(failure), declared);
    while let Some(failure) = next {
        if !text.is_empty() {
            text.push_str("\n\nCaused by: ");
        }
        add(&mut text, failure, declared.take(), places);
        next = failure.cause.as_deref();
    }
    text
}

fn add(text: &mut String, failure: &Failure, declared: Option<&Location>, places: Places<'_>) {
    text.push_str(&headline(failure));
    if let Some(hook) = &failure.hook {
        text.push_str(&format!("\n({hook} hook failed)"));
    }
    let is_shown = |frame: &&Frame| frame.owner != FrameOwner::Internal;
    if user_place(failure).is_none()
        && let Some(place) = failure.code_frame.as_ref().map(|code| &code.at).or(declared)
    {
        text.push_str(&format!("\n    at {}", places.frame(None, Some(place))));
    }
    for frame in failure.stack.iter().filter(is_shown) {
        let line = places.frame(frame.function.as_deref(), frame.location.as_ref());
        text.push_str(&format!("\n    at {line}"));
    }
}

/// `Name: message`, or what of it there is.
pub(crate) fn headline(failure: &Failure) -> String {
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

/// Where the user's own code failed: the marked place, else the innermost frame of theirs.
pub(crate) fn failed_at(failure: &Failure) -> Option<&Location> {
    let marked = failure.code_frame.as_ref().map(|code| &code.at);
    marked.or_else(|| user_place(failure))
}

fn user_place(failure: &Failure) -> Option<&Location> {
    let users = failure.stack.iter().filter(|frame| frame.owner == FrameOwner::User);
    users.filter_map(|frame| frame.location.as_ref()).next()
}
