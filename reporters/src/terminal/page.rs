//! Lines on their way to the terminal, and what every line needs to know about the run.

use crate::{
    paths,
    style::{Ink, Style},
    text::visible,
};

/// What rendering depends on besides the thing rendered.
#[derive(Clone, Copy)]
pub(super) struct View<'a> {
    pub(super) style: &'a Style,
    /// Paths are shown relative to it.
    pub(super) root: &'a str,
    /// Whether the run has a single file, whose tests are then listed.
    pub(super) alone: bool,
}

impl View<'_> {
    /// A path as it is shown: relative, on one line.
    pub(super) fn path(self, path: &str) -> String {
        visible(&paths::relative(self.root, path)).into_owned()
    }

    pub(super) fn paint(self, ink: Ink, text: &str) -> String {
        self.style.paint(ink, text)
    }

    /// Columns left beside an indent.
    pub(super) fn room(self, taken: usize) -> usize {
        self.style.width.saturating_sub(taken)
    }
}

/// Text that is written in one piece, so that two writers of one terminal cannot tear a block apart.
pub(super) struct Page {
    text: String,
    /// Whether the page before it ended with an empty line.
    below_blank: bool,
}

impl Page {
    /// A page that continues one which ended with an empty line, or did not.
    pub(super) fn below(blank: bool) -> Self {
        Self {
            text: String::new(),
            below_blank: blank,
        }
    }

    pub(super) fn ends_blank(&self) -> bool {
        if self.text.is_empty() {
            self.below_blank
        } else {
            self.text == "\n" || self.text.ends_with("\n\n")
        }
    }

    pub(super) fn line(&mut self, indent: usize, line: impl AsRef<str>) {
        let line = line.as_ref();
        if !line.is_empty() {
            self.text.extend(std::iter::repeat_n(' ', indent));
            self.text.push_str(line);
        }
        self.text.push('\n');
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
    pub(super) fn blank(&mut self) {
        if !self.ends_blank() {
            self.text.push('\n');
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        self.text.as_bytes()
    }
}
