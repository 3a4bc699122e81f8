//! What can go wrong before a module runs: a message, a place, a code frame.
//!
//! Owns the shape in which such errors reach the realm (JSON, made into an error by the loader) and the drawing of code
//! frames. Must not know how an error was found.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use super::position::{LineIndex, Position};

/// A marked range of the source, with an optional remark.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Label {
    /// First character.
    pub start: Position,
    /// After the last character.
    pub end: Position,
    /// What is said about it.
    pub text: Option<String>,
}

/// An error of parsing, resolution or linking.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Diagnostic {
    /// The JavaScript class of the error: `SyntaxError`, `Error`, `TypeError`.
    pub name: &'static str,
    /// Node's code, such as `ERR_MODULE_NOT_FOUND`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<&'static str>,
    /// One sentence.
    pub message: String,
    /// The file in which the fault is written (the importer, for a missing module).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<PathBuf>,
    /// Where in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub position: Option<Position>,
    /// Further places, the first of them at `position`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub labels: Vec<Label>,
    /// How to mend it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
    /// The lines around the place, drawn.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub frame: Option<String>,
    /// The specifier, for resolution errors.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub specifier: Option<String>,
}

impl Diagnostic {
    /// An error without a place.
    #[must_use]
    pub fn new(name: &'static str, code: Option<&'static str>, message: impl Into<String>) -> Self {
        Self {
            name,
            code,
            message: message.into(),
            file: None,
            position: None,
            labels: Vec::new(),
            help: None,
            frame: None,
            specifier: None,
        }
    }

    /// Names the file.
    #[must_use]
    pub fn in_file(mut self, file: &Path) -> Self {
        self.file = Some(file.to_path_buf());
        self
    }

    /// Sets the remedy.
    #[must_use]
    pub fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Marks byte ranges of `source` and draws the frame around the first.
    #[must_use]
    pub fn mark(mut self, source: &str, ranges: &[(u32, u32, Option<String>)]) -> Self {
        let index = LineIndex::new(source);
        self.labels = ranges
            .iter()
            .map(|(start, end, text)| Label {
                start: index.position(source, *start),
                end: index.position(source, *end),
                text: text.clone(),
            })
            .collect();
        self.position = self.labels.first().map(|label| label.start);
        self.frame = (!self.labels.is_empty()).then(|| draw_frame(source, &index, &self.labels));
        self
    }

    /// The JSON that crosses into the realm.
    #[must_use]
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_else(|_| "{}".to_owned())
    }
}

/// How many lines are shown before and after the marked one.
const CONTEXT_LINES: u32 = 2;
/// Longer lines are cut around the marked place: minified files have lines of a megabyte.
const MAX_WIDTH: usize = 160;

/// Draws the lines around the first label; labels on other shown lines are drawn too.
fn draw_frame(source: &str, index: &LineIndex, labels: &[Label]) -> String {
    let main = labels[0].start;
    let first = main.line.saturating_sub(CONTEXT_LINES).max(1);
    let last = (main.line + CONTEXT_LINES).min(index.len());
    let gutter = last.to_string().len();
    let mut out = String::new();
    for line in first..=last {
        let text = index.line(source, line).unwrap_or("");
        let from = if line == main.line {
            window_start(text, main.column)
        } else {
            0
        };
        let shown: String = text
            .chars()
            .skip(from)
            .take(MAX_WIDTH)
            .map(|c| if c == '\t' { ' ' } else { c })
            .collect();
        let marker = if line == main.line { '>' } else { ' ' };
        let _ = writeln!(out, "{marker} {line:>gutter$} | {shown}");
        for label in labels.iter().filter(|label| label.start.line == line) {
            let (indent, width) = underline(text, from, label);
            let remark = label.text.as_deref().map(|text| format!(" {text}")).unwrap_or_default();
            let _ = writeln!(
                out,
                "  {:gutter$} | {}{}{remark}",
                "",
                " ".repeat(indent),
                "^".repeat(width)
            );
        }
    }
    out.truncate(out.trim_end().len());
    out
}

fn window_start(text: &str, column: u32) -> usize {
    let column = column as usize;
    if text.len() <= MAX_WIDTH || column < MAX_WIDTH / 2 {
        0
    } else {
        column - MAX_WIDTH / 2
    }
}

/// Indent and width of the carets, in characters (columns are UTF-16 units).
fn underline(text: &str, from: usize, label: &Label) -> (usize, usize) {
    let chars_before = |column: u32| {
        let mut units = column.saturating_sub(1) as usize;
        text.chars()
            .take_while(|c| {
                let fits = units >= c.len_utf16();
                units = units.saturating_sub(c.len_utf16());
                fits
            })
            .count()
    };
    let start = chars_before(label.start.column);
    let end = if label.end.line == label.start.line {
        chars_before(label.end.column)
    } else {
        text.chars().count()
    };
    let indent = start.saturating_sub(from);
    (indent, end.saturating_sub(start).clamp(1, MAX_WIDTH))
}
