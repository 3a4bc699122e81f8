//! How much of one text is shown: a message of a megabyte must not bury all others.

use crate::text::{strip_ansi, visible_lines, width};

/// Columns of a line in a message, a value or a repeated output.
const COLUMNS: usize = 1000;

/// Text of the runner or an engine that may span lines, each to be indented by its place.
pub(super) fn lines_of(text: &str) -> Vec<String> {
    visible_lines(text).lines().map(cut_line).collect()
}

/// A line as it is, or its beginning and how much is missing.
pub(super) fn cut_line(line: &str) -> String {
    if line.len() <= COLUMNS || width(line) <= COLUMNS {
        return line.to_owned();
    }
    // Cut in the middle of a sequence of a terminal, it would command the terminal with what follows.
    let line = strip_ansi(line);
    let Some((at, _)) = line.char_indices().nth(COLUMNS) else {
        return line;
    };
    format!("{} [{} more bytes]", &line[..at], line.len() - at)
}
