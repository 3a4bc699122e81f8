//! The last lines that failed tests printed, kept for the end of the run. All other output is forgotten once it is shown.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::{
    lines::cut_line,
    output,
    page::{Page, View},
};
use crate::{
    event::{EventKind, RunEvent},
    ledger::{Chunk, FileRecord, Ledger},
    model::{CaseId, FileId, Outcome, Stream},
    style::Ink,
};

/// Lines kept for each failure.
const LINES: usize = 30;

/// By file and test; no test for what a file with a file error printed outside of its tests.
#[derive(Debug, Default)]
pub(crate) struct Tails(BTreeMap<(FileId, Option<CaseId>), Tail>);

/// The end of what one test printed.
#[derive(Debug, Default)]
pub(super) struct Tail {
    /// Lines before these.
    earlier: usize,
    lines: VecDeque<(Stream, String)>,
}

impl Tails {
    pub(super) fn fold(&mut self, event: &RunEvent, ledger: &Ledger) {
        match &event.kind {
            EventKind::FileFinished { file, .. } => self.keep(*file, ledger),
            EventKind::RunFinished { .. } => {
                let untold = (0_u32..)
                    .zip(&ledger.files)
                    .filter(|(_, record)| record.outcome.is_none());
                untold.for_each(|(index, _)| self.keep(FileId(index), ledger));
            }
            _ => {}
        }
    }

    fn keep(&mut self, file: FileId, ledger: &Ledger) {
        let Some(record) = ledger.file(file) else { return };
        let failed = failed(record);
        if failed.is_empty() {
            return;
        }
        for (case, chunks) in output::by_case(record) {
            if failed.contains(&case) {
                self.0.insert((file, case), Tail::of(&chunks));
            }
        }
    }

    pub(super) fn of(&self, file: FileId, case: Option<CaseId>) -> Option<&Tail> {
        self.0.get(&(file, case))
    }

    /// Whether the end of the run will show all that this test printed.
    pub(super) fn is_whole(&self, file: FileId, case: Option<CaseId>) -> bool {
        self.of(file, case).is_some_and(|tail| tail.earlier == 0)
    }
}

fn failed(record: &FileRecord) -> BTreeSet<Option<CaseId>> {
    let results = record.results.iter().map(|timed| &timed.result);
    let cases = results.filter(|result| Outcome::is_failure(result.outcome));
    let mut failed: BTreeSet<_> = cases.map(|result| Some(result.case)).collect();
    if !record.errors.is_empty() {
        failed.insert(None);
    }
    failed
}

impl Tail {
    fn of(chunks: &[&Chunk]) -> Self {
        let mut tail = Self::default();
        for (stream, text) in output::joined(chunks) {
            for line in text.lines() {
                if tail.lines.len() == LINES {
                    tail.lines.pop_front();
                    tail.earlier += 1;
                }
                tail.lines.push_back((stream, cut_line(line)));
            }
        }
        tail
    }
}

/// What the test printed last, under a line that says to which stream.
pub(super) fn show(page: &mut Page, view: View<'_>, tail: &Tail, indent: usize) {
    page.blank();
    if tail.earlier > 0 {
        let cut = format!("{} {} earlier lines", view.style.ellipsis(), tail.earlier);
        page.line(indent, view.paint(Ink::Dim, &cut));
    }
    let mut lines = tail.lines.iter().peekable();
    while let Some((stream, first)) = lines.next() {
        let mut text = first.clone();
        while let Some((_, line)) = lines.next_if(|(next, _)| next == stream) {
            text.push('\n');
            text.push_str(line);
        }
        output::run(page, view, (*stream, None), &text, indent);
    }
}
