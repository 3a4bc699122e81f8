//! How terminal output looks: decided once by the caller, never by looking at the environment.
//!
//! Owns the palette. What `NO_COLOR`, `FORCE_COLOR`, `--color` or the terminal say belongs to the runner.

use console::Style as Paint;

/// The look of the `default` reporter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// Whether to write colours, and to let the tests' own colours through.
    pub colour: bool,
    /// Columns of the terminal; `usize::MAX` where nothing should be cut (a log, a file).
    pub width: usize,
    /// Whether characters outside ASCII may be used for rules and ellipses.
    pub unicode: bool,
    /// Whether a progress view may be drawn and erased again: on a terminal that obeys, before somebody's eyes.
    pub live: bool,
}

/// What a piece of text means. The palette maps it to a colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ink {
    Good,
    Bad,
    Warn,
    Dim,
    Strong,
    Accent,
}

impl Style {
    /// No colour, no width, for logs and files.
    #[must_use]
    pub fn plain() -> Self {
        Self {
            colour: false,
            width: usize::MAX,
            unicode: true,
            live: false,
        }
    }

    /// A terminal that shows colours, this many columns wide.
    #[must_use]
    pub fn coloured(width: usize) -> Self {
        Self {
            colour: true,
            width,
            unicode: true,
            live: false,
        }
    }

    pub(crate) fn paint(&self, ink: Ink, text: &str) -> String {
        if !self.colour || text.is_empty() {
            return text.to_owned();
        }
        // The caller decided; the crate's own look at the environment must not overrule it.
        let paint = Paint::new().force_styling(true);
        let paint = match ink {
            Ink::Good => paint.green(),
            Ink::Bad => paint.red(),
            Ink::Warn => paint.yellow(),
            Ink::Dim => paint.dim(),
            Ink::Strong => paint.bold(),
            Ink::Accent => paint.cyan(),
        };
        paint.apply_to(text).to_string()
    }

    /// Bold and coloured, for verbs.
    pub(crate) fn shout(&self, ink: Ink, text: &str) -> String {
        self.paint(Ink::Strong, &self.paint(ink, text))
    }

    pub(crate) fn ellipsis(&self) -> &'static str {
        if self.unicode { "…" } else { "..." }
    }

    /// Width for things that fill a line: never wider than a page.
    pub(crate) fn page(&self) -> usize {
        self.width.min(80)
    }
}
