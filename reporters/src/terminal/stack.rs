//! The way to a failure, without the frames that are nobody's business.

use super::page::{Page, View};
use crate::{
    model::{Frame, FrameOwner},
    style::Ink,
    text::visible,
};

/// Frames of one stack that are printed: a recursion without end has hundreds.
const FRAMES: usize = 10;

/// As [`frames`], below an empty line if there are any.
pub(super) fn below(page: &mut Page, view: View<'_>, stack: &[Frame], indent: usize) {
    if stack.iter().any(|frame| frame.owner != FrameOwner::Internal) {
        page.blank();
    }
    frames(page, view, stack, indent);
}

/// The user's frames. Without any, the dependency's: somewhere it must have come from. trun's own are never shown.
pub(super) fn frames(page: &mut Page, view: View<'_>, stack: &[Frame], indent: usize) {
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
    for frame in shown.iter().take(FRAMES) {
        page.line(indent, frame_line(view, frame));
    }
    page.more(view, indent, shown.len().saturating_sub(FRAMES), "");
    page.more(view, indent, hidden, " in node_modules");
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
