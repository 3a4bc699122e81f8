//! The progress view: what it looks like, when it is there, and that nothing of it stays.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use trun_reporters::{
    EventKind, FileId, FileOutcome, Gauge, Kind, Outlet, Reporter, ReporterOptions, RunEnd, RunEvent, Style, build,
};

use crate::{
    scenes::{at, tick},
    screen::Screen,
    support::{File, Run, Sink, failure, report, thrown},
};

fn live(width: usize) -> Style {
    Style {
        width,
        live: true,
        ..Style::plain()
    }
}

fn names(count: usize) -> Vec<String> {
    (0..count).map(|n| format!("tests/deep/down/f{n:02}.test.ts")).collect()
}

fn run_of(files: usize) -> Run {
    let names = names(files);
    Run::of(&names.iter().map(String::as_str).collect::<Vec<_>>())
}

/// The events of one file, from its start at `from` to its end at `to`.
fn file(file: usize, from: u64, to: u64, fill: impl FnOnce(File) -> File) -> Vec<RunEvent> {
    let mut events = run_of(file + 1).file(file, fill).events.split_off(1);
    for event in &mut events {
        event.elapsed = Duration::from_millis(from);
    }
    events.last_mut().expect("the end of the file").elapsed = Duration::from_millis(to);
    events
}

fn passes(file: File) -> File {
    file.cases(&["suite > one"]).pass(0)
}

/// Forty files, four of them done, ten running.
fn busy() -> Vec<RunEvent> {
    let mut events = run_of(40).events;
    for index in 0..3 {
        events.extend(file(index, 100, 150, passes));
    }
    events.extend(file(3, 100, 200, |file| file.cases(&["one"]).fail(0, thrown("no"))));
    for index in 4..14 {
        let mut begun = file(index, 210, 210, |file| {
            file.cases(&["suite with a name > a test whose title is long enough to be cut where it is narrow, 日本語"])
        });
        begun.pop();
        events.extend(begun);
    }
    let running: Vec<_> = (4..14)
        .map(|n| (n, (n % 5 != 0).then_some(0), 4500 - u64::from(n) * 300))
        .collect();
    events.push(tick(5000, &running));
    events
}

/// The lines from the bar on.
fn view(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let bar = lines.iter().rposition(|line| line.contains("/40 files"));
    lines[bar.expect("there is a bar")..].join("\n")
}

fn feed(reporter: &mut dyn Reporter, events: &[RunEvent]) {
    for event in events {
        reporter.handle(event).expect("the sink takes everything");
    }
}

/// What `events` show, without the end of the reporter, which would take the view away.
fn shown(style: Style, events: &[RunEvent]) -> String {
    let sink = Sink::default();
    let mut reporter = build(Kind::Default, Box::new(sink.clone()), style, ReporterOptions::default());
    feed(&mut *reporter, events);
    sink.text()
}

#[test]
fn it_shows_how_far_the_run_is_and_what_runs_longest() {
    insta::assert_snapshot!(view(&Screen::of(&shown(live(100), &busy()), 100)), @"
    ━━━╸──────────────────────────  4/40 files  3 passed, 1 failed  5.0 s  about 45 s left
        3.3 s  tests/deep/down/f04.test.ts > suite with a name > a test whose title is long enough t…
        3.0 s  tests/deep/down/f05.test.ts
        2.7 s  tests/deep/down/f06.test.ts > suite with a name > a test whose title is long enough t…
        2.4 s  tests/deep/down/f07.test.ts > suite with a name > a test whose title is long enough t…
        2.1 s  tests/deep/down/f08.test.ts > suite with a name > a test whose title is long enough t…
        1.8 s  tests/deep/down/f09.test.ts > suite with a name > a test whose title is long enough t…
        1.5 s  tests/deep/down/f10.test.ts
        1.2 s  tests/deep/down/f11.test.ts > suite with a name > a test whose title is long enough t…
               and 2 more
    ");
}

#[test]
fn it_fits_narrow_and_wide_terminals() {
    insta::assert_snapshot!(view(&Screen::of(&shown(live(60), &busy()), 60)), @"
    ━╸────────────────  4/40 files  3 passed, 1 failed  5.0 s
        3.3 s  …eep/down/f04.test.ts > suite with a name > a…
        3.0 s  tests/deep/down/f05.test.ts
        2.7 s  …eep/down/f06.test.ts > suite with a name > a…
        2.4 s  …eep/down/f07.test.ts > suite with a name > a…
        2.1 s  …eep/down/f08.test.ts > suite with a name > a…
        1.8 s  …eep/down/f09.test.ts > suite with a name > a…
        1.5 s  tests/deep/down/f10.test.ts
        1.2 s  …eep/down/f11.test.ts > suite with a name > a…
               and 2 more
    ");
    insta::assert_snapshot!(view(&Screen::of(&shown(live(30), &busy()), 30)), @"
    ━╸─────────────  4/40 files
        3.3 s  …st.ts > suite …
        3.0 s  …own/f05.test.ts
        2.7 s  …st.ts > suite …
        2.4 s  …st.ts > suite …
        2.1 s  …st.ts > suite …
        1.8 s  …st.ts > suite …
        1.5 s  …own/f10.test.ts
        1.2 s  …st.ts > suite …
               and 2 more
    ");
    let wide = Screen::of(&shown(live(160), &busy()), 160);
    assert!(
        wide.contains(
            "f04.test.ts > suite with a name > a test whose title is long enough to be cut where it is narrow, 日本語"
        ),
        "{wide}"
    );
    let ascii = Style {
        unicode: false,
        ..live(60)
    };
    let ascii = Screen::of(&shown(ascii, &busy()), 60).replace("日本語", "");
    assert!(ascii.is_ascii(), "{ascii}");
}

#[test]
fn slow_tests_are_highlighted() {
    let coloured = Style {
        colour: true,
        ..live(100)
    };
    let text = shown(coloured, &busy());
    assert!(
        text.contains("\x1b[33m    3.3 s\x1b[0m") && text.contains("\x1b[2m    1.2 s\x1b[0m"),
        "{text:?}"
    );
}

#[test]
fn a_run_of_one_file_counts_its_tests() {
    let mut events = Run::of(&["a.test.ts"]).events;
    let mut begun = file(0, 100, 100, |file| file.cases(&["one", "two", "three"]).pass(0));
    begun.pop();
    events.extend(begun);
    events.push(tick(2500, &[(0, Some(1), 2400)]));
    let text = Screen::of(&shown(live(100), &events), 100);
    insta::assert_snapshot!(text, @"
    trun 0.1.0  1 file, 2 workers

    ━━━━━━━━━━╸───────────────────  1/3 tests  1 passed  2.5 s
        2.4 s  a.test.ts > two
    ");
}

#[test]
fn a_quick_run_never_shows_it() {
    let mut events = run_of(20).events;
    for index in 0..20 {
        events.extend(file(index, 10 * index as u64, 10 * index as u64 + 10, passes));
        events.push(tick(10 * index as u64, &[(index as u32, Some(0), 5)]));
    }
    let end = RunEnd::Completed;
    events.push(at(900, EventKind::RunFinished { end }));
    let still = Style {
        live: false,
        ..live(100)
    };
    assert_eq!(shown(live(100), &events), shown(still, &events));
}

/// A run with everything: results all the time, ticks, late output, an error.
fn long(end: RunEnd) -> Vec<RunEvent> {
    let mut events = run_of(12).events;
    for index in 0..10_u32 {
        let start = u64::from(index) * 90;
        events.extend(file(index as usize, start, start + 60, |file| match index % 3 {
            0 => file.cases(&["one"]).fail(0, thrown("no")),
            1 => file.error(failure(trun_reporters::FailureKind::Load, "Error", "gone")),
            _ => passes(file),
        }));
        events.push(tick(start + 80, &[(index, Some(0), 70), (index + 1, None, 5)]));
    }
    let message = "a worker ended badly".to_owned();
    events.push(at(1000, EventKind::RunError { message }));
    for file in 10..12 {
        let outcome = FileOutcome::NotRun("it was over".to_owned());
        let (file, duration) = (FileId(file), Duration::ZERO);
        events.push(at(
            1010,
            EventKind::FileFinished {
                file,
                outcome,
                duration,
            },
        ));
    }
    events.push(at(1020, EventKind::RunFinished { end }));
    events
}

#[test]
fn nothing_of_it_stays_and_nothing_else_is_lost() {
    let ends = [
        RunEnd::Completed,
        RunEnd::Interrupted("SIGINT".to_owned()),
        RunEnd::Aborted("a worker crashed".to_owned()),
    ];
    for (end, width) in ends
        .into_iter()
        .flat_map(|end| [60, 100].map(|width| (end.clone(), width)))
    {
        let events = long(end);
        let still = Style {
            live: false,
            ..live(width)
        };
        let (drawn, printed) = (shown(live(width), &events), shown(still, &events));
        assert!(drawn.contains("\x1b[J"), "a view was drawn");
        assert_eq!(Screen::of(&drawn, width), Screen::of(&printed, width));
    }
}

#[test]
fn it_is_drawn_ten_times_a_second_at_most() {
    let mut events = run_of(500).events;
    for index in 0..500_u32 {
        let start = 400 + u64::from(index) * 2;
        events.push(tick(start, &[(index, Some(0), 1)]));
        events.extend(file(index as usize, start, start + 2, passes));
    }
    let text = shown(live(100), &events);
    let frames = text.matches("/500 files").count();
    assert!((9..=11).contains(&frames), "{frames} frames in a second");
}

#[test]
fn a_result_in_a_quiet_run_is_shown_at_once() {
    let mut events = run_of(40).events;
    events.push(tick(1000, &[(0, None, 900)]));
    events.extend(file(0, 1200, 1200, passes));
    let text = Screen::of(&shown(live(100), &events), 100);
    assert!(text.contains("PASS    tests/deep/down/f00.test.ts  1 passed"), "{text}");
    assert!(view(&text).contains("1/40 files"), "{text}");
}

#[test]
fn a_reporter_that_is_dropped_leaves_results_and_no_view() {
    let sink = Sink::default();
    let mut reporter = build(
        Kind::Default,
        Box::new(sink.clone()),
        live(100),
        ReporterOptions::default(),
    );
    feed(&mut *reporter, &run_of(40).events);
    feed(&mut *reporter, &[tick(1000, &[(0, None, 900)])]);
    // The second comes too soon after the first: it waits.
    feed(&mut *reporter, &file(0, 1010, 1010, passes));
    feed(&mut *reporter, &file(1, 1020, 1020, passes));
    assert_eq!(sink.text().matches("PASS").count(), 1, "{}", sink.text());
    drop(reporter);
    let text = Screen::of(&sink.text(), 100);
    assert!(
        text.contains("PASS    tests/deep/down/f01.test.ts  1 passed") && !text.contains("/40 files"),
        "{text}"
    );
}

/// A terminal whose answers the test decides.
#[derive(Clone)]
struct Terminal(Arc<Mutex<(bool, (usize, usize))>>);

impl Terminal {
    fn new(is_idle: bool, size: (usize, usize)) -> Self {
        Self(Arc::new(Mutex::new((is_idle, size))))
    }

    fn becomes(&self, is_idle: bool, size: (usize, usize)) {
        *self.0.lock().expect("nobody panicked") = (is_idle, size);
    }
}

impl Gauge for Terminal {
    fn is_idle(&self) -> bool {
        self.0.lock().expect("nobody panicked").0
    }

    fn size(&self) -> Option<(usize, usize)> {
        Some(self.0.lock().expect("nobody panicked").1)
    }
}

fn on(terminal: &Terminal) -> (Sink, Box<dyn Reporter>) {
    let sink = Sink::default();
    let out = Outlet::gauged(Box::new(sink.clone()), Box::new(terminal.clone()));
    (sink, build(Kind::Default, out, live(100), ReporterOptions::default()))
}

#[test]
fn a_slow_terminal_gets_all_results_and_no_frames() {
    let terminal = Terminal::new(false, (100, 24));
    let (sink, mut reporter) = on(&terminal);
    let events = long(RunEnd::Completed);
    feed(&mut *reporter, &events);
    let still = Style {
        live: false,
        ..live(100)
    };
    assert_eq!(sink.text(), report(Kind::Default, still, &events));
}

#[test]
fn a_terminal_that_falls_behind_keeps_its_last_frame_until_something_is_printed() {
    let terminal = Terminal::new(true, (100, 24));
    let (sink, mut reporter) = on(&terminal);
    feed(&mut *reporter, &run_of(40).events);
    feed(&mut *reporter, &[tick(1000, &[(0, None, 900)])]);
    let frame = sink.text();
    terminal.becomes(false, (100, 24));
    feed(&mut *reporter, &[tick(2000, &[(0, None, 1900)])]);
    assert_eq!(sink.text(), frame);
    feed(&mut *reporter, &file(0, 3000, 3000, passes));
    let text = Screen::of(&sink.text(), 100);
    assert!(text.contains("PASS") && !text.contains("/40 files"), "{text}");
}

#[test]
fn a_window_made_narrower_is_cleared_by_the_rows_the_view_takes_then() {
    let terminal = Terminal::new(true, (100, 24));
    let (sink, mut reporter) = on(&terminal);
    feed(&mut *reporter, &run_of(40).events);
    feed(&mut *reporter, &[tick(5000, &[(0, None, 900)])]);
    let before = sink.text().len();
    terminal.becomes(true, (20, 24));
    feed(&mut *reporter, &[tick(6000, &[(0, None, 1900)])]);
    // The 59 columns of the bar's line are now three rows, the 38 of the file's are two: from the last of them, four up.
    let text = sink.text();
    assert!(text[before..].starts_with("\x1b[4A\r\x1b[J"), "{text:?}");
    assert!(
        text[before..].lines().all(|line| line.chars().count() <= 30),
        "{text:?}"
    );
}

#[test]
fn a_low_terminal_is_not_filled() {
    for rows in [1, 4, 6, 10, 24] {
        let terminal = Terminal::new(true, (100, rows));
        let (sink, mut reporter) = on(&terminal);
        feed(&mut *reporter, &busy());
        feed(&mut *reporter, &[tick(7000, &[(4, Some(0), 6500)])]);
        // Panics if the view is higher than the screen.
        let mut screen = Screen::new(100, rows);
        screen.write(&sink.text());
        assert!(
            view(&screen.text()).lines().count() <= rows.max(2) / 2,
            "{rows}: {}",
            screen.text()
        );
    }
}
