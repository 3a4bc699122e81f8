//! The terminal as `indicatif` sees it: collects what it draws, so that a frame is written in one piece.
//!
//! Drawn lines are ended by line feeds, not by filling them up with spaces as the crate does, and the last frame is erased
//! as a whole, by the rows that it takes at the terminal's present width. So a frame survives that the window is made
//! narrower, and nothing is drawn that a copied text would show.

use std::{
    io,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use indicatif::TermLike;

use crate::text::{strip_ansi, width};

/// Shared by the bar, which draws, and its owner, who takes the bytes away.
#[derive(Debug, Clone, Default)]
pub(super) struct Canvas(Arc<Mutex<Sheet>>);

#[derive(Debug, Default)]
struct Sheet {
    columns: usize,
    rows: usize,
    bytes: String,
    /// Columns of the lines on the terminal.
    drawn: Vec<usize>,
    /// Column of the line being drawn; all columns once it is full.
    column: usize,
}

impl Canvas {
    /// The terminal has this size from now on.
    pub(super) fn resize(&self, (columns, rows): (usize, usize)) {
        let mut sheet = self.sheet();
        (sheet.columns, sheet.rows) = (columns, rows);
    }

    /// Takes the last frame off the terminal.
    pub(super) fn erase(&self) {
        self.sheet().erase();
    }

    /// Writes where the last frame was; it must have been erased.
    pub(super) fn print(&self, text: &str) {
        self.sheet().bytes.push_str(text);
    }

    /// The bytes that bring the terminal up to date. They must be written.
    pub(super) fn take(&self) -> String {
        std::mem::take(&mut self.sheet().bytes)
    }

    fn sheet(&self) -> MutexGuard<'_, Sheet> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Sheet {
    fn erase(&mut self) {
        if self.drawn.is_empty() {
            return;
        }
        let columns = self.columns.max(1);
        let rows: usize = self.drawn.drain(..).map(|line| line.div_ceil(columns).max(1)).sum();
        if rows > 1 {
            self.bytes.push_str(&format!("\x1b[{}A", rows - 1));
        }
        self.bytes.push_str("\r\x1b[J");
        self.column = 0;
    }

    /// A line, or what fills it up: `indicatif` writes them in turn and never ends a line otherwise.
    fn write(&mut self, text: &str) {
        let columns = width(&strip_ansi(text));
        if self.column + columns == self.columns && text.bytes().all(|byte| byte == b' ') {
            self.column = self.columns;
            return;
        }
        if self.column >= self.columns && !self.drawn.is_empty() {
            self.bytes.push('\n');
            self.column = 0;
        }
        if self.column == 0 {
            self.drawn.push(0);
        }
        self.column += columns;
        self.bytes.push_str(text);
        if let Some(line) = self.drawn.last_mut() {
            *line = self.column;
        }
    }
}

impl TermLike for Canvas {
    fn width(&self) -> u16 {
        u16::try_from(self.sheet().columns).unwrap_or(u16::MAX)
    }

    fn height(&self) -> u16 {
        u16::try_from(self.sheet().rows).unwrap_or(u16::MAX)
    }

    /// All moves serve to reach the lines of the last frame, which [`TermLike::clear_line`] takes away together.
    fn move_cursor_up(&self, _: usize) -> io::Result<()> {
        Ok(())
    }

    fn move_cursor_down(&self, _: usize) -> io::Result<()> {
        Ok(())
    }

    fn move_cursor_right(&self, _: usize) -> io::Result<()> {
        Ok(())
    }

    fn move_cursor_left(&self, _: usize) -> io::Result<()> {
        Ok(())
    }

    fn write_line(&self, text: &str) -> io::Result<()> {
        let mut sheet = self.sheet();
        sheet.write(text);
        sheet.column = sheet.columns;
        Ok(())
    }

    fn write_str(&self, text: &str) -> io::Result<()> {
        self.sheet().write(text);
        Ok(())
    }

    fn clear_line(&self) -> io::Result<()> {
        self.sheet().erase();
        Ok(())
    }

    fn flush(&self) -> io::Result<()> {
        Ok(())
    }
}
