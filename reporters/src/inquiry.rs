//! The reporter that says nothing unless it is asked: where no other reporter talks to people.

use std::{fmt, io};

use crate::{
    event::{EventKind, RunEvent},
    outlet::Outlet,
    reporter::Reporter,
    style::Style,
    terminal::{Page, Story, View, inquiry},
};

/// Prints the answers to inquiries and nothing else.
pub struct InquiryReporter {
    out: Outlet,
    story: Story,
}

impl InquiryReporter {
    /// Prints to `out`.
    #[must_use]
    pub fn new(out: impl Into<Outlet>) -> Self {
        Self {
            out: out.into(),
            story: Story::default(),
        }
    }
}

impl Reporter for InquiryReporter {
    fn handle(&mut self, event: &RunEvent) -> io::Result<()> {
        self.story.fold(event);
        match &event.kind {
            EventKind::Inquired(inquired) => {
                let style = Style::plain();
                let mut page = Page::below(true);
                inquiry(&mut page, View::of(&style, &self.story), event.elapsed, inquired);
                self.out.send(page.as_str().as_bytes())
            }
            EventKind::FileFinished { file, .. } => {
                self.story.forget_output(*file);
                Ok(())
            }
            _ => Ok(()),
        }
    }
}

impl fmt::Debug for InquiryReporter {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("InquiryReporter").finish_non_exhaustive()
    }
}
