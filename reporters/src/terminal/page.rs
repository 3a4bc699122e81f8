//! Lines on their way to the terminal, and what every line needs to know about the run.

use super::story::Story;
use crate::{
    ledger::FileRecord,
    model::{CaseId, FileId, Location, TestCase},
    paths,
    style::{Ink, Style},
    text::{fit_start, strip_ansi, visible, width},
};

/// Columns of a title, however wide the terminal is: some are made of the data they test.
const TITLE: usize = 240;
/// A name is not cut shorter than this, however narrow the terminal.
const SHORTEST: usize = 10;

/// What rendering depends on besides the thing rendered.
#[derive(Clone, Copy)]
pub(crate) struct View<'a> {
    pub(crate) style: &'a Style,
    pub(crate) story: &'a Story,
    /// Whether the run has a single file, whose tests are then listed.
    pub(crate) alone: bool,
}

impl<'a> View<'a> {
    /// The view of a run that is told in blocks.
    pub(crate) fn of(style: &'a Style, story: &'a Story) -> Self {
        Self {
            style,
            story,
            alone: story.ledger.files.len() == 1,
        }
    }

    /// A path as it is shown: relative, on one line.
    pub(super) fn path(self, path: &str) -> String {
        visible(&paths::relative(&self.story.ledger.root, path)).into_owned()
    }

    /// The declared test.
    pub(super) fn case(self, file: FileId, case: CaseId) -> TestCase {
        let none = FileRecord::default();
        self.story.ledger.file(file).unwrap_or(&none).case(case)
    }

    /// All titles of a test on one line.
    pub(super) fn title(self, case: &TestCase) -> String {
        fit_start(&visible(&case.full_name(" > ")), TITLE, self.style.ellipsis())
    }

    pub(super) fn paint(self, ink: Ink, text: &str) -> String {
        self.style.paint(ink, text)
    }

    /// The start of a name that fits beside what else stands on its line. Some of it always does.
    pub(super) fn fit_start(self, name: &str, taken: usize) -> String {
        fit_start(name, self.room(taken).max(SHORTEST), self.style.ellipsis())
    }

    /// Columns left beside an indent.
    pub(super) fn room(self, taken: usize) -> usize {
        self.style.width.saturating_sub(taken)
    }
}

/// Text that is written in one piece, so that two writers of one terminal cannot tear a block apart.
pub(crate) struct Page {
    text: String,
    /// Whether the page before it ended with an empty line.
    below_blank: bool,
}

impl Page {
    /// A page that continues one which ended with an empty line, or did not.
    pub(crate) fn below(blank: bool) -> Self {
        Self {
            text: String::new(),
            below_blank: blank,
        }
    }

    pub(crate) fn ends_blank(&self) -> bool {
        if self.text.is_empty() {
            self.below_blank
        } else {
            self.text == "\n" || self.text.ends_with("\n\n")
        }
    }

    pub(crate) fn line(&mut self, indent: usize, line: impl AsRef<str>) {
        let line = line.as_ref();
        if !line.is_empty() {
            self.text.extend(std::iter::repeat_n(' ', indent));
            self.text.push_str(line);
        }
        self.text.push('\n');
    }

    /// Says how much of a list was left out, if anything was.
    pub(super) fn more(&mut self, view: View<'_>, indent: usize, count: usize, what: &str) {
        if count > 0 {
            let line = format!("{} {count} more{what}", view.style.ellipsis());
            self.line(indent, view.paint(Ink::Dim, &line));
        }
    }

    /// A line and where it happened: behind it, or below it where there is no room.
    pub(super) fn placed(&mut self, view: View<'_>, indent: usize, line: &str, place: Option<&Location>) {
        let Some(place) = place else {
            return self.line(indent, line);
        };
        let place = format!("{}:{}:{}", view.path(&place.file), place.line, place.column);
        let columns = width(&strip_ansi(line)) + 2 + width(&place);
        let place = view.paint(Ink::Dim, &place);
        if columns <= view.room(indent) {
            self.line(indent, format!("{line}  {place}"));
        } else {
            self.line(indent, line);
            self.line(indent + 2, place);
        }
    }

    /// Adds to the end of the last line.
    pub(super) fn same_line(&mut self, more: &str) {
        let ended = self.text.pop().is_some_and(|last| last == '\n');
        self.text.push_str(more);
        if ended {
            self.text.push('\n');
        }
    }

    /// An empty line, unless there is one already.
    pub(crate) fn blank(&mut self) {
        if !self.ends_blank() {
            self.text.push('\n');
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }
}
