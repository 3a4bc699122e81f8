//! The one sanitiser: whatever tests wrote becomes text that XML 1.0 can hold.
//!
//! Documents are made of [`Clean`] only, so that what reaches a writer is legal by type. Escape sequences and control
//! characters go (a line end or a tab stays, `\r\n` and a lone `\r` are line ends), the two noncharacters that XML forbids
//! become U+FFFD, what is too long loses its middle. Escaping is not done here: it depends on the writer.

use std::fmt;

use crate::text::strip_ansi;

/// Bytes of a body or of captured output that are kept.
pub(super) const TEXT_LIMIT: usize = 64 * 1024;

/// Bytes of a name, a message or another attribute that are kept.
pub(super) const LINE_LIMIT: usize = 4 * 1024;

/// Text without anything that XML 1.0 forbids: no control characters but `\n` and `\t`, no U+FFFE, no U+FFFF.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(super) struct Clean(String);

impl Clean {
    /// Text of many lines: a failure's body, captured output.
    pub(super) fn text(text: &str) -> Self {
        Self(shorten(clean(text), TEXT_LIMIT))
    }

    /// What goes into an attribute: a name, a path, a message.
    pub(super) fn line(text: &str) -> Self {
        Self(shorten(clean(text), LINE_LIMIT))
    }

    /// Text of many lines, or nothing if there is nothing to read in it.
    pub(super) fn unless_blank(text: &str) -> Option<Self> {
        let text = Self::text(text);
        (!text.0.trim().is_empty()).then_some(text)
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Clean {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

fn clean(text: &str) -> String {
    let is_hostile = |char: char| (char.is_control() && !matches!(char, '\n' | '\t')) || is_forbidden(char);
    if !text.contains(is_hostile) {
        return text.to_owned();
    }
    strip_ansi(text).replace(is_forbidden, "\u{fffd}")
}

/// Noncharacters that parsers reject. Lone surrogates, the other thing they reject, cannot be in a string here.
fn is_forbidden(char: char) -> bool {
    matches!(char, '\u{fffe}' | '\u{ffff}')
}

/// Keeps the first and the last half of `limit` bytes: what happened begins at the one and ends at the other.
fn shorten(text: String, limit: usize) -> String {
    if text.len() <= limit {
        return text;
    }
    let head = text.floor_char_boundary(limit / 2);
    let tail = text.ceil_char_boundary(text.len() - limit / 2);
    let left_out = tail - head;
    format!("{}\n[… {left_out} bytes left out …]\n{}", &text[..head], &text[tail..])
}
