//! The progress view: a bar and the running tests, below everything that is printed.
//!
//! Drawn on events and by their time alone, about ten times a second at most, so that the same events give the same
//! frames. Text is printed at once, or a tenth of a second after the text before it, and the view is drawn anew below it;
//! without text, ticks do that. Nothing printed is ever left out, but frames are, while the terminal has not taken the last
//! one. There is no thread, and the cursor stays visible.

use std::{
    io,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

use super::{
    canvas::Canvas,
    page::View,
    progress::{Picture, picture},
};
use crate::{
    event::{EventKind, RunEvent},
    outlet::Outlet,
    style::Ink,
};

/// Before this nothing is drawn: a run that is over by then shows no bar at all.
const FIRST_FRAME: Duration = Duration::from_millis(300);
/// Between two frames, and between two texts.
const INTERVAL: Duration = Duration::from_millis(100);
/// Rows of a terminal that does not tell.
const USUAL_ROWS: usize = 24;

/// The view and what waits for its next frame.
#[derive(Debug)]
pub(super) struct Live {
    canvas: Canvas,
    bar: ProgressBar,
    /// What the bar's style prints behind the bar.
    words: Arc<Mutex<String>>,
    /// On the terminal.
    shown: Option<Picture>,
    /// When, since the run began, something was written.
    written: Option<Duration>,
    /// When text was.
    printed: Option<Duration>,
    /// Printed text that waits for the next frame.
    held: String,
}

impl Live {
    pub(super) fn new() -> Self {
        let canvas = Canvas::default();
        let target = ProgressDrawTarget::term_like(Box::new(canvas.clone()));
        Self {
            bar: ProgressBar::with_draw_target(Some(0), target),
            canvas,
            words: Arc::default(),
            shown: None,
            written: None,
            printed: None,
            held: String::new(),
        }
    }

    /// Prints `text` above the view and brings it up to date, now or with a later event.
    pub(super) fn update(&mut self, out: &mut Outlet, view: View<'_>, event: &RunEvent, text: &str) -> io::Result<()> {
        self.held.push_str(text);
        let now = event.elapsed;
        if now < FIRST_FRAME {
            return out.send(std::mem::take(&mut self.held).as_bytes());
        }
        if !self.is_due(event) {
            return Ok(());
        }
        let size = (view.style.width, out.size().map_or(USUAL_ROWS, |(_, rows)| rows));
        self.canvas.resize(size);
        let wanted = out.is_idle().then(|| picture(view, now, size));
        if self.held.is_empty() && (wanted.is_none() || wanted == self.shown) {
            return Ok(());
        }
        self.written = Some(now);
        if !self.held.is_empty() {
            self.printed = Some(now);
        }
        self.print();
        if let Some(picture) = wanted {
            self.draw(view, picture);
        }
        out.send(self.canvas.take().as_bytes())
    }

    fn is_due(&self, event: &RunEvent) -> bool {
        let is_over = |last: Option<Duration>| last.is_none_or(|last| event.elapsed >= last + INTERVAL);
        if self.held.is_empty() {
            matches!(event.kind, EventKind::Tick { .. }) && is_over(self.written)
        } else {
            is_over(self.printed)
        }
    }

    /// Takes the view away for good and prints `text`.
    pub(super) fn end(&mut self, out: &mut Outlet, text: &str) -> io::Result<()> {
        if let Some((columns, rows)) = out.size() {
            self.canvas.resize((columns, rows));
        }
        self.held.push_str(text);
        self.print();
        out.send(self.canvas.take().as_bytes())
    }

    fn print(&mut self) {
        self.canvas.erase();
        self.shown = None;
        self.canvas.print(&std::mem::take(&mut self.held));
    }

    fn draw(&mut self, view: View<'_>, picture: Picture) {
        let mut words = picture.numbers.clone();
        for line in &picture.running {
            words.push('\n');
            words.push_str(line);
        }
        *self.words.lock().unwrap_or_else(PoisonError::into_inner) = words;
        self.bar.set_style(style(view, picture.bar, &self.words));
        let (done, total) = (picture.done as u64, picture.total as u64);
        self.bar.update(|state| {
            state.set_len(total);
            state.set_pos(done);
        });
        self.shown = Some(picture);
    }
}

fn style(view: View<'_>, columns: usize, words: &Arc<Mutex<String>>) -> ProgressStyle {
    let bar = view.paint(Ink::Good, &format!("{{bar:{columns}}}"));
    let template = if columns == 0 {
        "{words}".to_owned()
    } else {
        format!("{bar}  {{words}}")
    };
    let style = ProgressStyle::with_template(&template).unwrap_or_else(|_| ProgressStyle::default_bar());
    let words = Arc::clone(words);
    style
        .progress_chars(if view.style.unicode { "━╸─" } else { "=>-" })
        .with_key("words", move |_: &ProgressState, out: &mut dyn std::fmt::Write| {
            // The writer is a string: it takes everything.
            let _ = out.write_str(&words.lock().unwrap_or_else(PoisonError::into_inner));
        })
}
