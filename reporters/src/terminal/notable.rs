//! Tests worth a word although they passed: the flaky ones, and the slowest.

use std::{cmp::Reverse, time::Duration};

use super::{
    message::headline,
    page::{Page, View},
    progress::fitted,
    verb,
};
use crate::{
    duration::duration,
    ledger::{FileRecord, Ledger},
    model::{CaseResult, Failure},
    style::Ink,
    text::visible,
};

/// A test that takes longer is worth a look.
const SLOW: Duration = Duration::from_millis(300);
/// How many of the slow ones are named.
const SLOWEST: usize = 5;
/// How many of the flaky ones are named.
const FLAKY: usize = 20;

fn results(ledger: &Ledger) -> impl Iterator<Item = (&FileRecord, &CaseResult)> {
    let of_file = |record| {
        FileRecord::sorted_results(record)
            .into_iter()
            .map(move |timed| (record, &timed.result))
    };
    ledger.files.iter().flat_map(of_file)
}

/// Tests that failed first and then passed, each with its first failure.
pub(super) fn flaky(page: &mut Page, view: View<'_>, ledger: &Ledger) {
    let flaky: Vec<_> = results(ledger).filter(|(_, result)| result.is_flaky()).collect();
    if flaky.is_empty() {
        return;
    }
    page.blank();
    page.line(0, view.style.shout(Ink::Warn, "Flaky"));
    for (record, result) in flaky.iter().take(FLAKY) {
        let name = view.title(&record.case(result.case));
        let path = view.path(&record.path);
        page.line(2, format!("{} {path} > {name}", verb::flaky(view, result)));
        let first = result
            .earlier_attempts
            .first()
            .and_then(|attempt| attempt.failures.first());
        if let Some(failure) = first {
            in_short(page, view, failure);
        }
    }
    page.more(view, 2, flaky.len().saturating_sub(FLAKY), "");
}

/// A failure on one line: its headline and where it happened.
fn in_short(page: &mut Page, view: View<'_>, failure: &Failure) {
    let hook = failure
        .hook
        .as_deref()
        .map(|hook| format!("{hook} hook: "))
        .unwrap_or_default();
    let line = format!("first: {hook}{}", headline(failure));
    let line = view.fit_start(&visible(&line), 4);
    let frame = failure.code_frame.as_ref().map(|frame| &frame.at);
    let place = frame.or_else(|| failure.stack.iter().find_map(|frame| frame.location.as_ref()));
    page.placed(view, 4, &line, place);
}

/// The slowest tests of a run of several files, whatever became of them.
pub(super) fn slowest(page: &mut Page, view: View<'_>, ledger: &Ledger) {
    if ledger.files.len() < 2 {
        return;
    }
    let mut slow: Vec<_> = results(ledger).filter(|(_, result)| result.duration > SLOW).collect();
    slow.sort_by_key(|(_, result)| Reverse(result.duration));
    for (index, (record, result)) in slow.iter().take(SLOWEST).enumerate() {
        if index == 0 {
            page.blank();
            page.line(0, view.paint(Ink::Dim, "Slowest tests"));
        }
        let time = duration(result.duration);
        let title = view.title(&record.case(result.case));
        let name = fitted(view, &view.path(&record.path), Some(&title), view.room(2 + 9 + 2));
        let line = format!("{time:>9}  {name}");
        page.line(2, view.paint(Ink::Dim, &line));
    }
}
