//! What tests printed: indented under a line that says who and where, never mixed with another test's.

use std::collections::BTreeMap;

use super::page::{Page, View};
use crate::{
    ledger::{Chunk, FileRecord},
    model::{CaseId, Stream},
    style::Ink,
    text::{keep_colours, strip_ansi, visible},
};

const COLOURS_OFF: &str = "\x1b[0m";
const LINK_OFF: &str = "\x1b]8;;\x1b\\";

/// The file's chunks by the test they belong to, each list in the order of writing.
pub(super) fn by_case(record: &FileRecord) -> BTreeMap<Option<CaseId>, Vec<&Chunk>> {
    let mut groups: BTreeMap<Option<CaseId>, Vec<&Chunk>> = BTreeMap::new();
    for chunk in &record.output {
        groups.entry(chunk.case).or_default().push(chunk);
    }
    groups
}

/// Everything the file printed: what belongs to no test first, then test by test.
pub(super) fn all(page: &mut Page, view: View<'_>, record: &FileRecord) {
    for (_, chunks) in by_case(record) {
        runs(page, view, record, chunks);
    }
}

/// One test's chunks. Concurrent tests split each other's writes, so neighbours of one stream are joined again here:
/// a line that was written in two pieces is one line.
pub(super) fn runs(page: &mut Page, view: View<'_>, record: &FileRecord, chunks: Vec<&Chunk>) {
    let mut chunks = chunks.into_iter().peekable();
    while let Some(first) = chunks.next() {
        let mut text = first.text.clone();
        while let Some(next) = chunks.next_if(|next| next.stream == first.stream) {
            text.push_str(&next.text);
        }
        run(page, view, record, first, &text);
    }
}

fn run(page: &mut Page, view: View<'_>, record: &FileRecord, whose: &Chunk, text: &str) {
    let shown = if view.style.colour {
        keep_colours(text)
    } else {
        strip_ansi(text)
    };
    if shown.is_empty() {
        return;
    }
    let (stream, ink) = match whose.stream {
        Stream::Stdout => ("stdout", Ink::Dim),
        Stream::Stderr => ("stderr", Ink::Warn),
    };
    let name = match whose.case {
        Some(case) => visible(&record.case(case).full_name(" > ")).into_owned(),
        None => view.path(&record.path),
    };
    page.line(2, view.paint(ink, &format!("{stream} | {name}")));
    for line in shown.lines() {
        page.line(4, line);
    }
    // What a test left on must not run into our own lines.
    if shown.contains("\x1b]8;") {
        page.same_line(LINK_OFF);
    }
    if shown.contains("\x1b[") {
        page.same_line(COLOURS_OFF);
    }
}
