//! What tests printed: indented under a line that says who and where, never mixed with another test's.

use std::collections::BTreeMap;

use super::page::{Page, View};
use crate::{
    ledger::{Chunk, FileRecord},
    model::{CaseId, Stream},
    style::Ink,
    text::{keep_colours, strip_ansi},
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
        runs(page, view, record, &chunks);
    }
}

/// One test's chunks as they were written. Concurrent tests split each other's writes, so neighbours of one stream are
/// joined again: a line that was written in two pieces is one line.
pub(super) fn joined(chunks: &[&Chunk]) -> Vec<(Stream, String)> {
    let mut runs: Vec<(Stream, String)> = Vec::new();
    for chunk in chunks {
        match runs.last_mut() {
            Some((stream, text)) if *stream == chunk.stream => text.push_str(&chunk.text),
            _ => runs.push((chunk.stream, chunk.text.clone())),
        }
    }
    runs
}

/// One test's chunks, under lines that name it.
pub(super) fn runs(page: &mut Page, view: View<'_>, record: &FileRecord, chunks: &[&Chunk]) {
    let Some(first) = chunks.first() else { return };
    let name = match first.case {
        Some(case) => view.title(&record.case(case)),
        None => view.path(&record.path),
    };
    for (stream, text) in joined(chunks) {
        run(page, view, (stream, Some(&name)), &text, 2);
    }
}

/// What was written to one stream, under a line that says to which, and whose it is unless that is clear.
pub(super) fn run(page: &mut Page, view: View<'_>, (stream, whose): (Stream, Option<&str>), text: &str, indent: usize) {
    let shown = if view.style.colour {
        keep_colours(text)
    } else {
        strip_ansi(text)
    };
    if shown.is_empty() {
        return;
    }
    let (stream, ink) = match stream {
        Stream::Stdout => ("stdout", Ink::Dim),
        Stream::Stderr => ("stderr", Ink::Warn),
    };
    let label = whose.map_or_else(|| format!("{stream}:"), |name| format!("{stream} | {name}"));
    page.line(indent, view.paint(ink, &view.fit_start(&label, indent)));
    for line in shown.lines() {
        page.line(indent + 2, line);
    }
    // What a test left on must not run into our own lines.
    if shown.contains("\x1b]8;") {
        page.same_line(LINK_OFF);
    }
    if shown.contains("\x1b[") {
        page.same_line(COLOURS_OFF);
    }
}
