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
//!
//! On a terminal a progress view stands below all this while the run lasts (`live`, `progress`, `canvas`). Elsewhere the
//! cursor is never moved, and a line tells from time to time that a silent run goes on.

mod block;
mod canvas;
mod cases;
mod cause;
mod failure;
mod inquiry;
mod leak;
mod lines;
mod live;
mod message;
mod notable;
mod output;
mod page;
mod progress;
mod rerun;
mod running;
mod source;
mod stack;
mod story;
mod summary;
mod tail;
mod verb;

use std::{fmt, io, time::Duration};

pub(crate) use inquiry::show as inquiry;
use live::Live;
pub(crate) use page::{Page, View};
pub(crate) use story::Story;

use crate::{
    event::{EventKind, RunEnd, RunEvent},
    model::{Failure, FileId, FileOutcome, Leak},
    outlet::Outlet,
    reporter::Reporter,
    style::{Ink, Style},
};

/// A log is silent for this long before it is told that the run goes on.
const HEARTBEAT: Duration = Duration::from_secs(30);

/// Prints blocks and totals.
pub struct TerminalReporter {
    out: Outlet,
    style: Style,
    story: Story,
    /// The progress view, where there is one.
    live: Option<Live>,
    /// Whether the last line written is empty.
    below_blank: bool,
    heartbeat: Heartbeat,
}

impl TerminalReporter {
    /// Prints to `out`, looking like `style` says.
    #[must_use]
    pub fn new(out: impl Into<Outlet>, style: Style) -> Self {
        Self {
            out: out.into(),
            style,
            story: Story::default(),
            live: style.live.then(Live::new),
            below_blank: true,
            heartbeat: Heartbeat::default(),
        }
    }

    /// Takes over the width of a window that has been resized.
    fn measure(&mut self, event: &EventKind) {
        // Not for every test, let alone every line that one prints: it is a system call.
        let is_time = matches!(
            event,
            EventKind::Tick { .. } | EventKind::FileFinished { .. } | EventKind::RunFinished { .. }
        );
        if is_time && let Some((columns, _)) = self.out.size().filter(|_| self.live.is_some()) {
            self.style.width = columns;
        }
    }

    /// What this event adds to the screen. The story has already taken it in.
    fn render(&self, event: &RunEvent) -> Page {
        let mut page = Page::below(self.below_blank);
        let is_due = self.live.is_none() && self.heartbeat.is_due(event);
        let view = View::of(&self.style, &self.story);
        match &event.kind {
            EventKind::RunStarted { .. } => summary::heading(&mut page, view),
            EventKind::FileFinished { file, outcome, .. } => render_file(&mut page, view, *file, outcome),
            EventKind::FileError { file, failure } => render_late_error(&mut page, view, *file, failure),
            EventKind::RunError { message } => summary::run_error(&mut page, view, message),
            EventKind::RunFinished { end } => render_end(&mut page, view, end),
            EventKind::Output { file, text, .. } => render_late_output(&mut page, view, *file, text),
            EventKind::Leaked { file, leaks } => render_late_leaks(&mut page, view, *file, leaks),
            EventKind::Inquired(inquired) => inquiry(&mut page, view, event.elapsed, inquired),
            EventKind::Tick { .. } if is_due => page.line(0, heartbeat(view, event.elapsed)),
            EventKind::FileStarted { .. }
            | EventKind::FileCollected { .. }
            | EventKind::CaseFinished { .. }
            | EventKind::Tick { .. } => {}
        }
        page
    }

    fn write(&mut self, event: &RunEvent, page: &Page) -> io::Result<()> {
        let view = View::of(&self.style, &self.story);
        match (&mut self.live, &event.kind) {
            (None, _) => self.out.send(page.as_str().as_bytes()),
            (Some(live), EventKind::RunFinished { .. }) => live.end(&mut self.out, page.as_str()),
            (Some(live), _) => live.update(&mut self.out, view, event, page.as_str()),
        }
    }
}

/// Since when nothing was printed.
#[derive(Debug, Default)]
pub(crate) struct Heartbeat(Duration);

impl Heartbeat {
    /// Something was printed at that time of the run.
    pub(crate) fn reset(&mut self, now: Duration) {
        self.0 = now;
    }

    /// Whether it is time to say that the run goes on.
    pub(crate) fn is_due(&self, event: &RunEvent) -> bool {
        matches!(event.kind, EventKind::Tick { .. }) && event.elapsed.saturating_sub(self.0) >= HEARTBEAT
    }
}

/// The line that says so.
pub(crate) fn heartbeat(view: View<'_>, now: Duration) -> String {
    view.paint(Ink::Dim, &progress::heartbeat(view, now))
}

/// A file that no worker ever had is only listed at the end.
fn render_file(page: &mut Page, view: View<'_>, file: FileId, outcome: &FileOutcome) {
    let Some(record) = view.story.ledger.file(file) else {
        return;
    };
    if record.has_results() || !matches!(outcome, FileOutcome::NotRun(_)) {
        block::file_block(page, view, file);
    }
}

/// What a process that a finished file left behind prints, under that file's name.
fn render_late_output(page: &mut Page, view: View<'_>, file: FileId, text: &str) {
    let Some(record) = view.story.ledger.file(file).filter(|record| record.outcome.is_some()) else {
        return;
    };
    let line = format!("printed after {} had ended", view.path(&record.path));
    page.line(0, view.paint(Ink::Dim, &line));
    for line in crate::text::visible_lines(text).lines() {
        page.line(4, line);
    }
}

/// An error that comes when its file's block is already printed: say it at once, under the file's name.
fn render_late_error(page: &mut Page, view: View<'_>, file: FileId, failure: &Failure) {
    if let Some(record) = view.story.ledger.file(file)
        && record.outcome.is_some()
    {
        failure::late_error(page, view, &record.path, failure);
    }
}

fn render_late_leaks(page: &mut Page, view: View<'_>, file: FileId, leaks: &[Leak]) {
    if let Some(record) = view.story.ledger.file(file)
        && record.outcome.is_some()
    {
        leak::late(page, view, record, leaks);
    }
}

fn render_end(page: &mut Page, view: View<'_>, end: &RunEnd) {
    for (index, record) in (0_u32..).zip(&view.story.ledger.files) {
        // Its end was never told: what it did must be seen all the same.
        if record.outcome.is_none() && record.has_results() {
            block::file_block(page, view, FileId(index));
        }
    }
    summary::end(page, view, end);
}

/// What stands at the end of a report that printed no blocks.
pub(crate) fn end_without_blocks(page: &mut Page, view: View<'_>, end: &RunEnd) {
    leak::all(page, view, &view.story.ledger);
    summary::end(page, view, end);
}

/// The line of an error that belongs to no file.
pub(crate) fn run_error(page: &mut Page, view: View<'_>, message: &str) {
    summary::run_error(page, view, message);
}

impl Reporter for TerminalReporter {
    fn handle(&mut self, event: &RunEvent) -> io::Result<()> {
        self.story.fold(event);
        self.measure(&event.kind);
        let page = self.render(event);
        if let Some(file) = settled(event, &self.story) {
            self.story.forget_output(file);
        }
        if !page.is_empty() {
            self.below_blank = page.ends_blank();
            self.heartbeat.reset(event.elapsed);
        }
        self.write(event, &page)
    }
}

/// The file all of whose output has been printed.
fn settled(event: &RunEvent, story: &Story) -> Option<FileId> {
    match event.kind {
        EventKind::FileFinished { file, .. } => Some(file),
        EventKind::Output { file, .. } => story.ledger.file(file)?.outcome.is_some().then_some(file),
        _ => None,
    }
}

impl Drop for TerminalReporter {
    /// A run that breaks off must not leave a bar behind, nor results that waited for it.
    fn drop(&mut self) {
        if let Some(live) = &mut self.live {
            // Nobody is left to be told.
            let _ = live.end(&mut self.out, "");
        }
    }
}

impl fmt::Debug for TerminalReporter {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("TerminalReporter")
            .field("style", &self.style)
            .finish_non_exhaustive()
    }
}
