//! From a position in a module's function back to its file.
//!
//! Two steps: the edits (byte offsets), then, for what was lowered, oxc's source map of the printed text.

use oxc_sourcemap::OwnedSourceMap;

use super::edits::EditMap;
use crate::modules::position::{LineIndex, Position};

/// The printed text between the file and the edits, with its source map.
#[derive(Debug)]
pub(super) struct Lowered {
    pub(super) text: String,
    pub(super) map: OwnedSourceMap,
}

/// Maps offsets in a module's code to positions in its file.
#[derive(Debug, Default)]
pub struct CodeMap {
    pub(super) edits: EditMap,
    pub(super) lowered: Option<Box<Lowered>>,
}

impl CodeMap {
    /// The position in `source` (the file's text) of the byte at `offset` of the module's code.
    #[must_use]
    pub fn original(&self, source: &str, offset: u32) -> Option<Position> {
        self.original_of_input(source, self.edits.source_offset(offset))
    }

    /// As [`Self::original`], for an offset in the text that was edited: what spans of requests and names are.
    #[must_use]
    pub fn original_of_input(&self, source: &str, offset: u32) -> Option<Position> {
        let Some(lowered) = &self.lowered else {
            let source = source.strip_prefix('\u{feff}').unwrap_or(source);
            return Some(LineIndex::new(source).position(source, offset));
        };
        let at = LineIndex::new(&lowered.text).position(&lowered.text, offset);
        lowered.lookup(at.line - 1, at.column - 1)
    }
}

impl Lowered {
    /// The last mapped place at or before a position (from 0) on its line; before the first one, the first.
    fn lookup(&self, line: u32, column: u32) -> Option<Position> {
        let mut best = None;
        for token in self.map.get_tokens() {
            match token.get_dst_line().cmp(&line) {
                std::cmp::Ordering::Less => {}
                std::cmp::Ordering::Equal if token.get_dst_col() <= column || best.is_none() => best = Some(token),
                _ => break,
            }
        }
        best.map(|token| Position {
            line: token.get_src_line() + 1,
            column: token.get_src_col() + 1,
        })
    }
}
