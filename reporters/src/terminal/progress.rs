//! What the progress view says: one line about the run, and one for each of the tests that run longest.
//!
//! Words and widths only; `live` draws them.

use std::time::Duration;

use super::page::View;
use crate::{
    duration::counted,
    event::RunningCase,
    style::Ink,
    text::{fit_end, fit_start, width},
};

/// Running tests that are shown.
const SHOWN: usize = 8;
/// A test that runs longer is highlighted.
const SLOW: Duration = Duration::from_secs(2);
/// Columns of an age.
const AGE: usize = 9;
/// Columns of the bar: at most, and at least to be drawn at all.
const BAR: std::ops::RangeInclusive<usize> = 10..=30;
/// Columns kept free on the right: what the terminal itself prints at the end of a line (`^C`) must not wrap it.
const MARGIN: usize = 3;
/// No guess at the time left before so much of it has passed, nor before so many files have ended.
const TIME_TO_GUESS: Duration = Duration::from_secs(2);
const FILES_TO_GUESS: usize = 4;

/// One picture of a run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Picture {
    /// Columns of the bar; 0 for none.
    pub(super) bar: usize,
    pub(super) done: usize,
    pub(super) total: usize,
    /// What stands beside the bar.
    pub(super) numbers: String,
    /// The running tests.
    pub(super) running: Vec<String>,
}

/// What is to be seen at `now` in so many columns and rows.
pub(super) fn picture(view: View<'_>, now: Duration, (columns, rows): (usize, usize)) -> Picture {
    let (done, total, noun) = progress(view);
    let room = columns.saturating_sub(MARGIN);
    let mut parts = vec![
        Part::of(view, Ink::Strong, &format!("{done}/{total} {noun}")),
        tests(view),
    ];
    parts.push(Part::of(view, Ink::Dim, &clock(now)));
    if let Some(left) = time_left(now, done, total).filter(|_| noun == "files") {
        parts.push(Part::of(view, Ink::Dim, &format!("about {left} left")));
    }
    let taken = |parts: &[Part]| parts.iter().map(|part| part.columns + 2).sum::<usize>();
    // Rather a bar than the times, and rather the numbers of tests than a bar.
    while parts.len() > 1 && taken(&parts) + if parts.len() > 2 { *BAR.start() } else { 0 } > room {
        parts.pop();
    }
    let left = room.saturating_sub(taken(&parts));
    let parts: Vec<String> = parts.into_iter().map(|part| part.text).collect();
    Picture {
        bar: if left < *BAR.start() { 0 } else { left.min(*BAR.end()) },
        done,
        total,
        numbers: parts.join("  "),
        // Half of the terminal is left to what is printed.
        running: running(view, now, room, SHOWN.min((rows / 2).saturating_sub(2))),
    }
}

/// A piece of the line beside the bar: left out whole where there is no room.
struct Part {
    columns: usize,
    text: String,
}

impl Part {
    fn of(view: View<'_>, ink: Ink, text: &str) -> Self {
        Self {
            columns: width(text),
            text: view.paint(ink, text),
        }
    }
}

/// Files that are done; the tests of a run that has but one file.
fn progress(view: View<'_>) -> (usize, usize, &'static str) {
    let ledger = &view.story.ledger;
    match ledger.files.as_slice() {
        [file] if !file.cases.is_empty() => (file.results.len(), file.cases.len(), "tests"),
        files => {
            let done = files.iter().filter(|file| file.outcome.is_some()).count();
            (done, files.len(), "files")
        }
    }
}

fn tests(view: View<'_>) -> Part {
    let stats = &view.story.ledger.stats;
    let passed = Part::of(view, Ink::Good, &format!("{} passed", stats.tests_passed));
    let failed = match stats.tests_failed + stats.file_errors {
        0 => return passed,
        failed => Part::of(view, Ink::Bad, &format!("{failed} failed")),
    };
    Part {
        columns: passed.columns + 2 + failed.columns,
        text: format!("{}, {}", passed.text, failed.text),
    }
}

/// As if the files to come took as long as those that are done. In whole seconds: it is a guess.
fn time_left(now: Duration, done: usize, total: usize) -> Option<String> {
    if now < TIME_TO_GUESS || done < FILES_TO_GUESS || done >= total {
        return None;
    }
    let left = now.mul_f64((total - done) as f64 / done as f64).as_secs();
    match left {
        0 => None,
        1..60 => Some(format!("{left} s")),
        _ => Some(format!("{} m", left.div_ceil(60))),
    }
}

fn running(view: View<'_>, now: Duration, room: usize, most: usize) -> Vec<String> {
    let cases = view.story.running.at(now);
    let count = cases.len();
    let mut lines: Vec<String> = cases.iter().take(most).map(|case| row(view, case, room)).collect();
    if count > most && most > 0 {
        let line = format!("{:AGE$}  and {} more", "", count - most);
        lines.push(view.paint(Ink::Dim, &line));
    }
    lines
}

fn row(view: View<'_>, case: &RunningCase, room: usize) -> String {
    let ink = if case.age >= SLOW { Ink::Warn } else { Ink::Dim };
    let age = view.paint(ink, &format!("{:>AGE$}", clock(case.age)));
    format!("{age}  {}", name(view, case, room.saturating_sub(AGE + 2)))
}

/// What runs, in so many columns.
fn name(view: View<'_>, case: &RunningCase, room: usize) -> String {
    let record = view.story.ledger.file(case.file);
    let path = record.map(|record| view.path(&record.path)).unwrap_or_default();
    let title = case.case.map(|id| view.title(&view.case(case.file, id)));
    fitted(view, &path, title.as_deref(), room)
}

/// File and test in so many columns: the path loses its beginning, the title its end.
pub(super) fn fitted(view: View<'_>, path: &str, title: Option<&str>, room: usize) -> String {
    let ellipsis = view.style.ellipsis();
    let Some(title) = title else {
        return fit_end(path, room, ellipsis);
    };
    let room = room.saturating_sub(3);
    let path = fit_end(path, (room / 2).max(room.saturating_sub(width(title))), ellipsis);
    let title = fit_start(title, room.saturating_sub(width(&path)), ellipsis);
    format!("{path} > {title}")
}

/// A time as a clock would show it: it changes no more often than can be read.
pub(super) fn clock(time: Duration) -> String {
    match time.as_secs() {
        0..10 => format!("{:.1} s", time.as_millis() as f64 / 1000.0),
        seconds @ 10..60 => format!("{seconds} s"),
        seconds => format!("{} m {:02} s", seconds / 60, seconds % 60),
    }
}

/// One line for a log in which nothing has happened for long: how far the run is, and what it waits for.
pub(super) fn heartbeat(view: View<'_>, now: Duration) -> String {
    /// Tests that are named, and the columns that one name may take.
    const NAMED: usize = 3;
    const NAME: usize = 160;
    let (done, total, noun) = progress(view);
    let cases = view.story.running.at(now);
    let others = cases.len().saturating_sub(NAMED);
    let name = |case: &RunningCase| format!("{} ({})", name(view, case, NAME), clock(case.age));
    let mut names: Vec<String> = cases.iter().take(NAMED).map(name).collect();
    if others > 0 {
        names.push(counted(others, "other"));
    }
    let waits = if names.is_empty() {
        "no test".to_owned()
    } else {
        names.join(", ")
    };
    format!("{done}/{total} {noun} after {}, still running: {waits}", clock(now))
}
