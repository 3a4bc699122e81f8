//! The words that lines begin with, padded so that what follows them is aligned.

use super::page::View;
use crate::{
    model::CaseResult,
    style::Ink,
    text::{strip_ansi, width},
};

/// Columns of the longest verb, `TIMEOUT`, and of `NOT RUN`.
pub(super) const VERB: usize = 7;

pub(super) fn cell(view: View<'_>, verb: &str, ink: Ink) -> String {
    let padding = " ".repeat(VERB.saturating_sub(verb.len()));
    format!("{}{padding}", view.style.shout(ink, verb))
}

/// `FLAKY 2/3`: of three attempts two failed.
pub(super) fn flaky(view: View<'_>, result: &CaseResult) -> String {
    let failed = result.earlier_attempts.len();
    let share = format!(" {failed}/{}", failed + 1);
    format!(
        "{}{}",
        view.style.shout(Ink::Warn, "FLAKY"),
        view.paint(Ink::Warn, &share)
    )
}

/// Columns of a verb with its colours.
pub(super) fn columns(verb: &str) -> usize {
    width(&strip_ansi(verb))
}
