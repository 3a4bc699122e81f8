//! What led to a failure: `error.cause`, and the causes of causes.

use super::{
    message::{headline, message},
    page::{Page, View},
    source, stack,
};
use crate::{model::Failure, style::Ink};

/// Causes of causes that are printed.
const CAUSES: usize = 5;

pub(super) fn causes(page: &mut Page, view: View<'_>, failure: &Failure, indent: usize) {
    let mut told = vec![failure];
    while let Some(cause) = told.last().and_then(|last| last.cause.as_deref()) {
        page.blank();
        if told.iter().any(|above| is_same(above, cause)) {
            let line = format!("caused by: {} (see above: the causes form a circle)", headline(cause));
            page.line(indent, view.paint(Ink::Strong, &line));
            return;
        }
        if told.len() > CAUSES {
            let line = format!("{} and further causes", view.style.ellipsis());
            page.line(indent, view.paint(Ink::Dim, &line));
            return;
        }
        page.line(indent, view.paint(Ink::Strong, "caused by:"));
        message(page, view, cause, indent + 2);
        if let Some(code) = &cause.code_frame {
            page.blank();
            source::code_frame(page, view, code, indent + 4);
        }
        stack::below(page, view, &cause.stack, indent + 4);
        told.push(cause);
    }
}

/// Whether two failures are one error. Where a chain goes in a circle, each turn is told with its own causes.
fn is_same(one: &Failure, other: &Failure) -> bool {
    (&one.name, &one.message, &one.stack) == (&other.name, &other.message, &other.stack)
}
