//! The answer to a question in the middle of a run: what runs now, and where in it.

use super::{
    page::{Page, View},
    stack,
};
use crate::{
    duration::{counted, duration},
    event::{Answer, Doing, Inquired, Work},
    style::Ink,
    text::visible,
};

/// Prints what every worker does.
pub(crate) fn show(page: &mut Page, view: View<'_>, now: std::time::Duration, inquired: &Inquired) {
    page.blank();
    let waiting = counted(inquired.waiting, "file");
    let heading = format!(
        "Running {} after the start, with {waiting} still to begin:",
        duration(now)
    );
    page.line(0, view.style.shout(Ink::Accent, &heading));
    for doing in &inquired.running {
        one(page, view, doing);
    }
    if inquired.running.is_empty() {
        page.line(2, "no worker has a file");
    }
    page.blank();
}

fn one(page: &mut Page, view: View<'_>, doing: &Doing) {
    let path = view.story.ledger.file(doing.file).map(|record| view.path(&record.path));
    let mut line = path.unwrap_or_default();
    match doing.work {
        Work::Case(case) => line.push_str(&format!(" > {}", view.title(&view.case(doing.file, case)))),
        Work::Loading => line.push_str(" (loads)"),
        Work::SuiteHook => line.push_str(" (in a beforeAll or afterAll hook)"),
        Work::Swapping => line.push_str(" (what it left is taken down)"),
        Work::Between => line.push_str(" (between two steps)"),
    }
    page.line(2, line);
    let process = doing.process.map(|pid| format!(", process {pid}")).unwrap_or_default();
    let native = doing.native.as_ref().map(|native| format!(", in {}", visible(native)));
    let facts = format!(
        "for {}, worker {}{process}{}",
        duration(doing.age),
        doing.slot,
        native.unwrap_or_default()
    );
    page.line(4, view.paint(Ink::Dim, &facts));
    match &doing.answer {
        Answer::Stack(frames) => stack::frames(page, view, frames, 6),
        Answer::Waits => page.line(6, "waits for something to happen; no JavaScript runs"),
        Answer::None => page.line(
            6,
            "does not answer: it is in native code, or in JavaScript that cannot be interrupted",
        ),
    }
}
