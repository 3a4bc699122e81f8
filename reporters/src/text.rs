//! Text that others wrote, made safe to print.
//!
//! Two needs, not to be mixed up. What names or explains something (titles, messages, paths, source) must not move the
//! cursor or hide itself: every control character becomes *visible*. What a test printed is shown as it was meant:
//! colours stay if the terminal has them, everything else that commands a terminal goes.

use std::borrow::Cow;

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// `text` on one line, with every control and direction-changing character spelt out: `\n`, `\x1b`, `\u{202e}`.
#[must_use]
pub fn visible(text: &str) -> Cow<'_, str> {
    spell_out(text, |_| false)
}

/// Like [`visible`], but line ends and tabs keep their meaning. `\r\n` counts as a line end.
#[must_use]
pub fn visible_lines(text: &str) -> Cow<'_, str> {
    if text.contains("\r\n") {
        return Cow::Owned(spell_out(&text.replace("\r\n", "\n"), |char| matches!(char, '\n' | '\t')).into_owned());
    }
    spell_out(text, |char| matches!(char, '\n' | '\t'))
}

fn spell_out(text: &str, keep: impl Fn(char) -> bool) -> Cow<'_, str> {
    if !text.chars().any(|char| is_hostile(char) && !keep(char)) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for char in text.chars() {
        match char {
            _ if !is_hostile(char) || keep(char) => out.push(char),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            _ if u32::from(char) < 0x100 => out.push_str(&format!("\\x{:02x}", u32::from(char))),
            _ => out.push_str(&format!("\\u{{{:x}}}", u32::from(char))),
        }
    }
    Cow::Owned(out)
}

/// Control characters, line separators, invisible marks and what turns the direction of text around. Joiners stay:
/// emoji and several scripts need them.
pub(crate) fn is_hostile(char: char) -> bool {
    char.is_control()
        || matches!(char, '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// `text` without escape sequences and control characters; line ends and tabs stay.
#[must_use]
pub fn strip_ansi(text: &str) -> String {
    filter_output(text, |_| false)
}

/// What a test printed, for a terminal with colours: colours and links stay, other commands go.
pub(crate) fn keep_colours(text: &str) -> String {
    filter_output(text, |sequence| is_colour(sequence) || sequence.starts_with("\x1b]8;"))
}

fn is_colour(sequence: &str) -> bool {
    sequence
        .strip_prefix("\x1b[")
        .and_then(|rest| rest.strip_suffix('m'))
        .is_some_and(|middle| middle.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b';' | b':')))
}

fn filter_output(text: &str, keep: impl Fn(&str) -> bool) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(char) = rest.chars().next() {
        let mut taken = char.len_utf8();
        match char {
            '\x1b' | '\u{9b}' => {
                taken = escape_length(rest);
                if keep(&rest[..taken]) {
                    out.push_str(&rest[..taken]);
                }
            }
            // A carriage return alone restarts the line: keep both versions rather than the last.
            '\r' => {
                taken += usize::from(rest[1..].starts_with('\n'));
                out.push('\n');
            }
            '\n' | '\t' => out.push(char),
            _ if char.is_control() => {}
            _ => out.push(char),
        }
        rest = &rest[taken..];
    }
    out
}

/// Bytes of the escape sequence at the start of `text`. One without an end is only its introducer: the text behind it
/// must not disappear with it.
fn escape_length(text: &str) -> usize {
    let introducer = text.chars().next().map_or(0, char::len_utf8);
    if text.starts_with('\u{9b}') {
        return csi_length(text, introducer);
    }
    match text.as_bytes().get(1) {
        Some(b'[') => csi_length(text, 2),
        Some(b']' | b'P' | b'X' | b'^' | b'_') => string_length(text),
        Some(0x20..=0x2f) => text[1..].find(|char: char| !matches!(char, ' '..='/')).map_or(1, |at| {
            1 + at
                + text[1 + at..]
                    .chars()
                    .next()
                    .map_or(0, |last| if last.is_ascii_graphic() { 1 } else { 0 })
        }),
        Some(0x30..=0x7e) => 2,
        _ => introducer,
    }
}

fn csi_length(text: &str, introducer: usize) -> usize {
    let end = text[introducer..]
        .bytes()
        .position(|byte| !matches!(byte, 0x20..=0x3f))
        .map(|at| introducer + at);
    match end.map(|at| (at, text.as_bytes()[at])) {
        Some((at, 0x40..=0x7e)) => at + 1,
        _ => introducer,
    }
}

fn string_length(text: &str) -> usize {
    for (at, char) in text.char_indices().skip(2) {
        match char {
            '\x07' => return at + 1,
            '\x1b' if text[at + 1..].starts_with('\\') => return at + 2,
            '\x1b' | '\n' => break,
            _ => {}
        }
    }
    2
}

/// Columns that `text` takes.
pub(crate) fn width(text: &str) -> usize {
    UnicodeWidthStr::width(text)
}

/// The end of `text` that fits into `room` columns, with an ellipsis in front if something was cut.
pub(crate) fn fit_end(text: &str, room: usize, ellipsis: &str) -> String {
    if width(text) <= room {
        return text.to_owned();
    }
    let mut left = room.saturating_sub(width(ellipsis));
    let mut start = text.len();
    for (at, char) in text.char_indices().rev() {
        let wide = UnicodeWidthChar::width(char).unwrap_or(0);
        if wide > left {
            break;
        }
        left -= wide;
        start = at;
    }
    format!("{ellipsis}{}", &text[start..])
}

/// The start of `text` that fits into `room` columns, with an ellipsis behind if something was cut.
pub(crate) fn fit_start(text: &str, room: usize, ellipsis: &str) -> String {
    if width(text) <= room {
        return text.to_owned();
    }
    let mut left = room.saturating_sub(width(ellipsis));
    let mut out = String::new();
    for char in text.chars() {
        let wide = UnicodeWidthChar::width(char).unwrap_or(0);
        if wide > left {
            break;
        }
        left -= wide;
        out.push(char);
    }
    out + ellipsis
}

/// `line` broken at spaces into lines of at most `room` columns; what follows is indented as `line` is. A word that is longer
/// stays whole: it may be a path or an address that somebody wants to copy.
pub(crate) fn wrap(line: &str, room: usize) -> Vec<String> {
    if width(line) <= room {
        return vec![line.to_owned()];
    }
    let indent = &line[..line.len() - line.trim_start().len()];
    let mut lines = vec![String::new()];
    for word in line.split_inclusive(' ') {
        if let Some(last) = lines.last_mut() {
            if last.trim().is_empty() || width(last) + width(word.trim_end()) <= room {
                last.push_str(word);
            } else {
                last.truncate(last.trim_end().len());
                lines.push(format!("{indent}{word}"));
            }
        }
    }
    lines
}

/// `text` with its first `columns` columns cut away.
pub(crate) fn skip_columns(text: &str, columns: usize) -> &str {
    let mut skipped = 0;
    for (at, char) in text.char_indices() {
        if skipped >= columns {
            return &text[at..];
        }
        skipped += UnicodeWidthChar::width(char).unwrap_or(0);
    }
    ""
}
