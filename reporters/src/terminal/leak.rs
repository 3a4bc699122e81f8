//! What files left behind: lines in their blocks, or after them.

use super::{
    page::{Page, View},
    verb::{self, VERB},
};
use crate::{
    ledger::{FileRecord, Ledger},
    model::Leak,
    style::Ink,
    text::visible,
};

/// Leaks of one file that are listed, then counted.
const LISTED: usize = 10;

/// The lines of a file's leaks.
pub(super) fn list(page: &mut Page, view: View<'_>, leaks: &[Leak], indent: usize) {
    for leak in leaks.iter().take(LISTED) {
        let verb = verb::cell(view, "LEAK", Ink::Warn);
        let what = view.fit_start(&visible(&leak.what), indent + VERB + 1);
        page.placed(view, indent, &format!("{verb} {what}"), leak.location());
    }
    let cut = leaks.len().saturating_sub(LISTED);
    page.more(view, indent + VERB + 1, cut, "");
}

/// Leaks that were found when their file's block was already printed.
pub(super) fn late(page: &mut Page, view: View<'_>, record: &FileRecord, leaks: &[Leak]) {
    let line = format!("found after {} had ended", view.path(&record.path));
    page.line(0, view.paint(Ink::Dim, &line));
    list(page, view, leaks, 2);
}

/// Every leak of the run, for a report that has no blocks.
pub(super) fn all(page: &mut Page, view: View<'_>, ledger: &Ledger) {
    let leaking = ledger.files.iter().filter(|record| !record.leaks.is_empty());
    for (index, record) in leaking.enumerate() {
        if index == 0 {
            page.blank();
            page.line(0, view.style.shout(Ink::Warn, "Leaks"));
        }
        page.line(2, view.path(&record.path));
        list(page, view, &record.leaks, 4);
    }
}
