//! From a position in a module's function back to its file.
//!
//! Two steps: the edits (byte offsets), then, for what was lowered, oxc's source map of the printed text. Every test asks once, for its
//! own place, so what a text's lines are is found out once per module and not once per question.

use std::sync::OnceLock;

use oxc_sourcemap::OwnedSourceMap;

use super::edits::EditMap;
use crate::modules::position::{LineIndex, Position};

/// The printed text between the file and the edits, with its source map.
#[derive(Debug)]
pub(super) struct Lowered {
    pub(super) text: String,
    pub(super) map: OwnedSourceMap,
    /// By line of the printed text (from 0): how many mapped places come before it.
    tokens_before: OnceLock<Vec<u32>>,
}

/// Maps offsets in a module's code to positions in its file.
#[derive(Debug, Default)]
pub struct CodeMap {
    pub(super) edits: EditMap,
    pub(super) lowered: Option<Box<Lowered>>,
    /// Lines of the text that was edited: the printed one or the file's.
    lines: OnceLock<LineIndex>,
}

impl CodeMap {
    /// The map of a text that was edited and not lowered.
    pub(super) fn of_edits(edits: EditMap) -> Self {
        Self {
            edits,
            ..Self::default()
        }
    }

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
            return Some(self.lines_of(source).position(source, offset));
        };
        let at = self.lines_of(&lowered.text).position(&lowered.text, offset);
        lowered.lookup(at.line - 1, at.column - 1)
    }

    fn lines_of(&self, text: &str) -> &LineIndex {
        self.lines.get_or_init(|| LineIndex::new(text))
    }
}

impl Lowered {
    pub(super) fn new(text: String, map: OwnedSourceMap) -> Self {
        Self {
            text,
            map,
            tokens_before: OnceLock::new(),
        }
    }

    /// The last mapped place at or before a position (from 0) on its line; before the first one, the first.
    fn lookup(&self, line: u32, column: u32) -> Option<Position> {
        let before = self.tokens_before.get_or_init(|| self.count_tokens());
        let mut best = None;
        for index in *before.get(line as usize)?.. {
            match self.map.get_token(index) {
                Some(token) if token.get_dst_line() == line && (token.get_dst_col() <= column || best.is_none()) => {
                    best = Some(token);
                }
                _ => break,
            }
        }
        best.map(|token| Position {
            line: token.get_src_line() + 1,
            column: token.get_src_col() + 1,
        })
    }

    fn count_tokens(&self) -> Vec<u32> {
        let mut before = Vec::new();
        for (index, token) in (0..).zip(self.map.get_tokens()) {
            while before.len() <= token.get_dst_line() as usize {
                before.push(index);
            }
        }
        before
    }
}
