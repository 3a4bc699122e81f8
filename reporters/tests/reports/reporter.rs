//! Making reporters by name, and several that listen at once.

use std::io::{self, Write};

use trun_reporters::{EventKind, Fanout, Kind, ReporterOptions, RunEnd, RunEvent, Style, build};

use crate::support::{Run, Sink};

/// A disk that is full from the start.
struct Full;

impl Write for Full {
    fn write(&mut self, _bytes: &[u8]) -> io::Result<usize> {
        Err(io::Error::new(io::ErrorKind::StorageFull, "no space left"))
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn kinds_have_names() {
    for kind in Kind::ALL {
        assert_eq!(kind.to_string().parse(), Ok(kind));
    }
    let error = "dto\x1bts".parse::<Kind>().expect_err("no such reporter");
    assert_eq!(
        error.to_string(),
        "unknown reporter \"dto\\x1bts\"; there are: default, dots, json, junit, github, none"
    );
}

#[test]
fn one_that_fails_is_named_once_and_the_others_go_on() {
    let sink = Sink::default();
    let mut fanout = Fanout::new();
    fanout.add(
        "json:report.json",
        build(Kind::Json, Box::new(Full), Style::plain(), ReporterOptions::default()),
    );
    fanout.add(
        "none",
        build(Kind::None, Box::new(Full), Style::plain(), ReporterOptions::default()),
    );
    fanout.add(
        "default",
        build(
            Kind::Default,
            Box::new(sink.clone()),
            Style::plain(),
            ReporterOptions::default(),
        ),
    );
    let run = Run::of(&["a.test.ts"])
        .file(0, |file| file.cases(&["one"]).pass(0))
        .end(RunEnd::Completed);
    let mut failures: Vec<String> = Vec::new();
    for event in run.events.iter().chain(run.events.last()) {
        failures.extend(fanout.handle(event).iter().map(ToString::to_string));
    }
    assert_eq!(
        failures,
        ["failed to write the report of json:report.json: no space left"]
    );
    assert!(sink.text().contains("Tests  1 passed, 0 failed"));
}

#[test]
fn none_says_nothing() {
    let run = Run::of(&["a.test.ts"])
        .file(0, |file| file.cases(&["one"]).pass(0))
        .end(RunEnd::Completed);
    assert_eq!(crate::support::report(Kind::None, Style::plain(), &run.events), "");
    let event = RunEvent {
        elapsed: std::time::Duration::ZERO,
        kind: EventKind::Tick { running: Vec::new() },
    };
    assert_eq!(crate::support::report(Kind::Default, Style::plain(), &[event]), "");
}
