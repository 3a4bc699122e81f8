//! The `dots` reporter: one character a test, then what failed.
//!
//! `.` passed, `!` passed after it had failed (flaky), `F` failed, `s` skipped, `t` todo, `E` a failure that belongs to no
//! test. The end is that of the `default` reporter, and lists the leaks, which have no block here.

use std::{fmt, io};

use crate::{
    event::{EventKind, RunEvent},
    model::{CaseResult, Outcome},
    outlet::Outlet,
    reporter::Reporter,
    style::{Ink, Style},
    terminal::{Heartbeat, Page, Story, View, end_without_blocks, heartbeat, inquiry, run_error},
};

/// Characters in a line of a log.
const LOG_WIDTH: usize = 80;

/// The `dots` reporter: one character a test, then what failed.
pub struct DotsReporter {
    out: Outlet,
    style: Style,
    story: Story,
    /// Characters in the line so far.
    column: usize,
    /// File errors that have their character.
    errors: usize,
    heartbeat: Heartbeat,
}

impl DotsReporter {
    /// Writes to `out`, looking like `style` says.
    #[must_use]
    pub fn new(out: impl Into<Outlet>, style: Style) -> Self {
        Self {
            out: out.into(),
            style,
            story: Story::default(),
            column: 0,
            errors: 0,
            heartbeat: Heartbeat::default(),
        }
    }

    /// What this event adds to the output.
    fn render(&mut self, event: &RunEvent) -> String {
        let mut text = String::new();
        match &event.kind {
            EventKind::CaseFinished { result, .. } => {
                let (char, ink) = character(result);
                self.mark(&mut text, char, ink);
            }
            EventKind::RunError { message } => text = self.lines(|page, view| run_error(page, view, message)),
            EventKind::RunFinished { end } => text = self.lines(|page, view| end_without_blocks(page, view, end)),
            EventKind::Inquired(inquired) => {
                text = self.lines(|page, view| inquiry(page, view, event.elapsed, inquired));
            }
            EventKind::Tick { .. } if self.heartbeat.is_due(event) => {
                text = self.lines(|page, view| page.line(0, heartbeat(view, event.elapsed)));
            }
            _ => {}
        }
        // A crash that was charged to nothing is an error without an event of its own.
        while self.errors < self.story.ledger.stats.file_errors && !matches!(event.kind, EventKind::RunFinished { .. })
        {
            self.errors += 1;
            self.mark(&mut text, 'E', Ink::Bad);
        }
        text
    }

    fn mark(&mut self, text: &mut String, char: char, ink: Ink) {
        let width = if self.style.width == usize::MAX {
            LOG_WIDTH
        } else {
            self.style.width
        };
        text.push_str(&self.style.paint(ink, &char.to_string()));
        self.column += 1;
        if self.column >= width {
            text.push('\n');
            self.column = 0;
        }
    }

    /// Whole lines, below the characters.
    fn lines(&mut self, fill: impl FnOnce(&mut Page, View<'_>)) -> String {
        let mut text = String::new();
        if std::mem::take(&mut self.column) > 0 {
            text.push('\n');
        }
        let mut page = Page::below(false);
        let view = View {
            style: &self.style,
            story: &self.story,
            alone: false,
        };
        fill(&mut page, view);
        text + page.as_str()
    }
}

fn character(result: &CaseResult) -> (char, Ink) {
    match result.outcome {
        Outcome::Passed if result.is_flaky() => ('!', Ink::Warn),
        Outcome::Passed => ('.', Ink::Good),
        Outcome::Failed | Outcome::TimedOut => ('F', Ink::Bad),
        Outcome::Skipped => ('s', Ink::Warn),
        Outcome::Todo => ('t', Ink::Warn),
    }
}

impl Reporter for DotsReporter {
    fn handle(&mut self, event: &RunEvent) -> io::Result<()> {
        self.story.fold(event);
        if let EventKind::FileFinished { file, .. } = event.kind {
            // What failed tests printed is kept apart; the rest is never shown.
            self.story.forget_output(file);
        }
        let text = self.render(event);
        if !text.is_empty() {
            self.heartbeat.reset(event.elapsed);
        }
        self.out.send(text.as_bytes())
    }
}

impl fmt::Debug for DotsReporter {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("DotsReporter").finish_non_exhaustive()
    }
}
