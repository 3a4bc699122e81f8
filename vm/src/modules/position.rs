//! Lines and columns: between byte offsets of a text and what people and engines count.
//!
//! Lines and columns are 1-based; columns count UTF-16 units, as the engine, editors and source maps do.

/// A place in a text, for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub struct Position {
    /// Line, from 1.
    pub line: u32,
    /// Column in UTF-16 units, from 1.
    pub column: u32,
}

/// Byte offsets at which the lines of a text start, by the line terminators of JavaScript.
#[derive(Debug, Clone)]
pub struct LineIndex {
    starts: Vec<u32>,
}

impl LineIndex {
    /// Indexes `text`.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let bytes = text.as_bytes();
        let mut starts = vec![0];
        for at in memchr::memchr3_iter(b'\n', b'\r', 0xe2, bytes) {
            let end = match bytes[at] {
                // `\r\n` is one terminator and is counted at its `\n`.
                b'\r' if bytes.get(at + 1) == Some(&b'\n') => continue,
                // U+2028 and U+2029 end a line for the engine.
                0xe2 if matches!(bytes.get(at + 1..at + 3), Some([0x80, 0xa8 | 0xa9])) => at + 3,
                0xe2 => continue,
                _ => at + 1,
            };
            starts.push(end as u32);
        }
        Self { starts }
    }

    /// The byte offset of a position, clamped into the line.
    #[must_use]
    pub fn offset(&self, text: &str, position: Position) -> Option<u32> {
        let line = position.line.checked_sub(1)? as usize;
        let start = *self.starts.get(line)? as usize;
        let end = self.starts.get(line + 1).map_or(text.len(), |&end| end as usize);
        let mut units = position.column.saturating_sub(1);
        let mut offset = start;
        for ch in text[start..end].chars() {
            if units == 0 {
                break;
            }
            units = units.saturating_sub(ch.len_utf16() as u32);
            offset += ch.len_utf8();
        }
        Some(offset as u32)
    }

    /// The position of a byte offset.
    #[must_use]
    pub fn position(&self, text: &str, offset: u32) -> Position {
        let offset = offset.min(text.len() as u32);
        let line = self.starts.partition_point(|&start| start <= offset) - 1;
        let start = self.starts[line] as usize;
        let before = text.get(start..offset as usize).unwrap_or("");
        Position {
            line: line as u32 + 1,
            column: before.encode_utf16().count() as u32 + 1,
        }
    }

    /// The text of a line (from 1) without its terminator.
    #[must_use]
    pub fn line<'t>(&self, text: &'t str, line: u32) -> Option<&'t str> {
        let index = line.checked_sub(1)? as usize;
        let start = *self.starts.get(index)? as usize;
        let end = self.starts.get(index + 1).map_or(text.len(), |&end| end as usize);
        Some(text[start..end].trim_end_matches(['\n', '\r', '\u{2028}', '\u{2029}']))
    }

    /// Number of lines.
    #[must_use]
    pub fn len(&self) -> u32 {
        self.starts.len() as u32
    }

    /// Never true: even an empty text has one line.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.starts.is_empty()
    }
}
