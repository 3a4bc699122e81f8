//! The `default` reporter: what people read.
//!
//! Each file is one block, printed when the file is over: a line with its numbers, what its tests printed, its failures.
//! Nothing of two files is ever mixed. A run of a single file lists every test. At the end all failures come again,
//! numbered, then what did not run and why the run ended, then three lines of totals which scripts rely on:
//!
//! ```text
//! Files  2 passed, 1 failed
//! Tests  12 passed, 1 failed, 3 skipped
//! Time   1.23 s
//! ```
//!
//! In a run of a single file block and end would say the same thing twice in a row: there the failures come only once.
//! Never moves the cursor. A progress view would live beside this file and be driven by `Tick`.

mod block;
mod failure;
mod output;
mod page;
mod source;
mod summary;

use std::{
    fmt,
    io::{self, Write},
};

use page::{Page, View};

use crate::{
    event::{EventKind, RunEnd, RunEvent},
    ledger::Ledger,
    model::{FileId, FileOutcome},
    reporter::Reporter,
    style::{Ink, Style},
    text::visible_lines,
};

/// Prints blocks and totals.
pub struct TerminalReporter {
    out: Box<dyn Write + Send>,
    style: Style,
    ledger: Ledger,
    /// Whether the last line written is empty.
    below_blank: bool,
}

impl TerminalReporter {
    /// Prints to `out`, looking like `style` says.
    #[must_use]
    pub fn new(out: Box<dyn Write + Send>, style: Style) -> Self {
        Self {
            out,
            style,
            ledger: Ledger::default(),
            below_blank: true,
        }
    }

    fn view(&self) -> View<'_> {
        View {
            style: &self.style,
            root: &self.ledger.root,
            alone: self.ledger.files.len() == 1,
        }
    }

    /// What this event adds to the screen. The ledger has already taken it in.
    fn render(&self, event: &EventKind) -> Page {
        let mut page = Page::below(self.below_blank);
        match event {
            EventKind::RunStarted { .. } => summary::heading(&mut page, self.view(), &self.ledger),
            EventKind::FileFinished { file, outcome, .. } => self.render_file(&mut page, *file, outcome),
            EventKind::FileError { file, failure } => self.render_late_error(&mut page, *file, failure),
            EventKind::RunError { message } => {
                page.line(0, self.style.paint(Ink::Bad, &summary::error_line(message)));
            }
            EventKind::RunFinished { end } => self.render_end(&mut page, end),
            EventKind::Output { file, text, .. } => self.render_late_output(&mut page, *file, text),
            EventKind::FileStarted { .. }
            | EventKind::FileCollected { .. }
            | EventKind::CaseFinished { .. }
            | EventKind::Leaked { .. }
            | EventKind::Tick { .. } => {}
        }
        page
    }

    /// A file that no worker ever had is only listed at the end.
    fn render_file(&self, page: &mut Page, file: FileId, outcome: &FileOutcome) {
        let Some(record) = self.ledger.file(file) else { return };
        if record.has_results() || !matches!(outcome, FileOutcome::NotRun(_)) {
            block::file_block(page, self.view(), record);
        }
    }

    /// What a process that a finished file left behind prints, under that file's name.
    fn render_late_output(&self, page: &mut Page, file: FileId, text: &str) {
        let Some(record) = self.ledger.file(file).filter(|record| record.outcome.is_some()) else {
            return;
        };
        let path = self.view().path(&record.path);
        page.line(
            0,
            self.style.paint(Ink::Dim, &format!("printed after {path} had ended")),
        );
        for line in crate::text::visible_lines(text).lines() {
            page.line(4, line);
        }
    }

    /// An error that comes when its file's block is already printed: say it at once, under the file's name.
    fn render_late_error(&self, page: &mut Page, file: FileId, failure: &crate::model::Failure) {
        if let Some(record) = self.ledger.file(file)
            && record.outcome.is_some()
        {
            failure::late_error(page, self.view(), &record.path, failure);
        }
    }

    fn render_end(&self, page: &mut Page, end: &RunEnd) {
        let view = self.view();
        for record in &self.ledger.files {
            // Its end was never told: what it did must be seen all the same.
            if record.outcome.is_none() && record.has_results() {
                block::file_block(page, view, record);
            }
        }
        summary::failures(page, view, &self.ledger);
        summary::not_run(page, view, &self.ledger);
        summary::ending(page, view, &self.ledger, end);
        summary::totals(page, view, &self.ledger);
    }
}

impl Reporter for TerminalReporter {
    fn handle(&mut self, event: &RunEvent) -> io::Result<()> {
        self.ledger.fold(event);
        let page = self.render(&event.kind);
        if let EventKind::FileFinished { file, .. } = &event.kind {
            // Printed: the end repeats failures, never output.
            self.ledger.file_mut(*file).output = Vec::new();
        }
        if page.is_empty() {
            return Ok(());
        }
        self.below_blank = page.ends_blank();
        self.out.write_all(page.as_bytes())?;
        self.out.flush()
    }
}

impl fmt::Debug for TerminalReporter {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("TerminalReporter")
            .field("style", &self.style)
            .finish_non_exhaustive()
    }
}

/// Text of the runner or an engine that may span lines, each to be indented by its place.
fn lines_of(text: &str) -> Vec<String> {
    visible_lines(text).lines().map(str::to_owned).collect()
}
