//! Documents of runs that no fixture can stage, made from events and read by the programs of others, in both dialects.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;
use trun_reporters::{
    Attempt, CaseId, CaseMode, CaseResult, EventKind, Failure, FailureKind, FileId, FileOutcome, Frame, FrameOwner,
    JunitDialect, Kind, Location, Outcome, ReporterOptions, RunEnd, RunEvent, Stream, Style, TestCase, build,
};

use crate::support::readers::{Reading, list, read_json_as_editors, read_junit, read_junit_as_ctrf, text};

/// Control characters, colours, noncharacters, what ends a section or an attribute, and what is read in their place.
const HOSTILE: &str =
    "nul\0 esc\x1b[31mred\x1b[0m \u{fffe}\u{ffff} c1\u{9b}1m del\x7f ]]> <![CDATA[ <&>\"' line\nline\ttab 😀";
const READ: &str = "nul escred \u{fffd}\u{fffd} c1 del ]]> <![CDATA[ <&>\"' line\nline\ttab 😀";

/// Documents of one run.
struct Made {
    folder: TempDir,
}

impl Made {
    fn of(events: &[EventKind]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let dialects = [("rich.xml", JunitDialect::Rich), ("plain.xml", JunitDialect::Plain)];
        for (name, dialect) in dialects {
            write(folder.path().join(name), Kind::Junit, dialect, events);
        }
        write(
            folder.path().join("report.json"),
            Kind::Json,
            JunitDialect::Rich,
            events,
        );
        Self { folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn junit(&self) -> [PathBuf; 2] {
        ["rich.xml", "plain.xml"].map(|name| self.path(name))
    }
}

fn write(path: PathBuf, kind: Kind, junit_dialect: JunitDialect, events: &[EventKind]) {
    let file = fs::File::create(path).expect("a file");
    let options = ReporterOptions {
        junit_dialect,
        ..ReporterOptions::default()
    };
    let mut reporter = build(kind, Box::new(file), Style::plain(), options);
    for kind in events {
        let event = RunEvent {
            elapsed: Duration::from_millis(40),
            kind: kind.clone(),
        };
        reporter.handle(&event).expect("a file takes everything");
    }
}

/// A run of one file with these tests.
fn run(tests: Vec<(&str, CaseResult)>, more: Vec<EventKind>, outcome: FileOutcome) -> Vec<EventKind> {
    let file = FileId(0);
    let case = |(index, (title, _)): (usize, &(&str, CaseResult))| TestCase {
        ancestors: vec!["suite".to_owned()],
        title: (*title).to_owned(),
        location: Some(place(u32::try_from(index).expect("few tests") + 1)),
        mode: CaseMode::Run,
    };
    let mut events = vec![
        EventKind::RunStarted {
            root: "/project".to_owned(),
            files: vec!["/project/tests/a.test.ts".to_owned()],
            workers: 1,
            version: "0.1.0".to_owned(),
            started_at_ms: 1_700_000_000_000,
            seed: Some(42),
            rerun: Vec::new(),
        },
        EventKind::FileStarted { file, slot: 1 },
        EventKind::FileCollected {
            file,
            cases: tests.iter().enumerate().map(case).collect(),
        },
    ];
    let results = (0..).zip(tests);
    events.extend(results.map(|(index, (_, result))| EventKind::CaseFinished {
        file,
        result: CaseResult {
            case: CaseId(index),
            ..result
        },
    }));
    events.extend(more);
    events.push(EventKind::FileFinished {
        file,
        outcome,
        duration: Duration::from_millis(40),
    });
    events.push(EventKind::RunFinished { end: RunEnd::Completed });
    events
}

fn place(line: u32) -> Location {
    Location {
        file: "/project/tests/a.test.ts".to_owned(),
        line,
        column: 5,
    }
}

fn error(message: &str) -> Failure {
    Failure {
        name: "TypeError".to_owned(),
        stack: vec![Frame {
            function: Some("fails".to_owned()),
            location: Some(place(7)),
            owner: FrameOwner::User,
        }],
        ..Failure::plain(FailureKind::Thrown, message)
    }
}

fn result(outcome: Outcome, before: &[&str], failures: Vec<Failure>) -> CaseResult {
    let attempt = |message: &&str| Attempt {
        outcome: Outcome::Failed,
        duration: Duration::from_millis(3),
        failures: vec![error(message)],
    };
    CaseResult {
        case: CaseId(0),
        outcome,
        duration: Duration::from_millis(3),
        failures,
        earlier_attempts: before.iter().map(attempt).collect(),
        assertions: 1,
        note: None,
    }
}

fn passed() -> CaseResult {
    result(Outcome::Passed, &[], Vec::new())
}

#[track_caller]
fn retried() -> Made {
    let tests = vec![
        ("flaky", result(Outcome::Passed, &["one", "two"], Vec::new())),
        ("never", result(Outcome::Failed, &["first"], vec![error("last")])),
        ("always", passed()),
    ];
    Made::of(&run(tests, Vec::new(), FileOutcome::Finished))
}

#[test]
fn a_flaky_test_is_flaky_to_readers() {
    let made = retried();
    let read = &read_junit(&made.junit())[0];
    let case = read.case("suite > flaky");
    assert_eq!(case["results"], json!([]));
    let messages: Vec<&Value> = list(&case["flaky"]).iter().map(|run| &run["message"]).collect();
    assert_eq!(messages, ["one", "two"]);
    assert_eq!(
        case["properties"],
        json!({ "trun.attempts": "3", "trun.flaky": "true" })
    );
    let jenkins = read.in_jenkins("suite > flaky");
    assert_eq!(jenkins["status"], "passed");
    assert_eq!(
        jenkins["flaky"][0],
        "TypeError: one\n    at fails (tests/a.test.ts:7:5)"
    );

    let converted = &read_junit_as_ctrf(&made.junit()[..1])[0];
    let flaky = list(&converted["tests"]).iter().filter(|test| test["flaky"] == true);
    let flaky: Vec<(&Value, &Value)> = flaky.map(|test| (&test["name"], &test["retries"])).collect();
    assert_eq!(flaky, [(&json!("suite > flaky"), &json!(2))]);
    assert_eq!(converted["summary"]["failed"], 1);
}

#[test]
fn a_test_that_failed_every_time_is_failed_to_readers() {
    let made = retried();
    for read in &read_junit(&made.junit()) {
        let case = read.case("suite > never");
        assert_eq!(case["results"][0]["message"], "first");
        assert_eq!(read.in_jenkins("suite > never")["status"], "failed");
        assert_eq!(read.in_jenkins("suite > flaky")["status"], "passed");
    }
    let rich = &read_junit(&made.junit())[0];
    assert_eq!(rich.case("suite > never")["rerun"][0]["message"], "last");
}

#[test]
fn a_flaky_test_shows_no_error_in_editors() {
    let made = retried();
    let shown = &read_json_as_editors(&[made.path("report.json")])[0][0];
    let seen: Vec<(&str, &str)> = list(&shown["assertions"])
        .iter()
        .map(|test| (text(&test["status"]), text(&test["message"])))
        .collect();
    assert_eq!(seen[0], ("KnownSuccess", ""));
    assert_eq!(seen[1].0, "KnownFail");
    assert!(
        seen[1]
            .1
            .starts_with("TypeError: last\n    at fails (/project/tests/a.test.ts:7:5)")
    );
}

#[test]
fn hostile_text_is_read_by_all() {
    let mut hostile = error(HOSTILE);
    hostile.name = HOSTILE.to_owned();
    let print = |stream| EventKind::Output {
        file: FileId(0),
        case: Some(CaseId(0)),
        stream,
        text: HOSTILE.to_owned(),
    };
    let more = vec![print(Stream::Stdout), print(Stream::Stderr)];
    let tests = vec![(HOSTILE, result(Outcome::Failed, &[], vec![hostile]))];
    let made = Made::of(&run(tests, more, FileOutcome::Crashed(HOSTILE.to_owned())));
    for read in &read_junit(&made.junit()) {
        let case = read.case(&format!("suite > {READ}"));
        let told = &case["results"][0];
        assert_eq!((text(&told["message"]), text(&told["type"])), (READ, READ));
        assert!(text(&told["text"]).starts_with(&format!("{READ}\n    at fails (")));
        assert_eq!((text(&case["stdout"]), text(&case["stderr"])), (READ, READ));
    }
    for converted in &read_junit_as_ctrf(&made.junit()) {
        // This reader takes an emoji for broken text.
        let readable = READ.trim_end_matches('😀');
        assert!(text(&converted["tests"][0]["name"]).starts_with(&format!("suite > {readable}")));
        assert_eq!(converted["tests"][0]["status"], "failed");
    }
}

#[test]
fn ten_thousand_tests_are_read_by_all() {
    const MANY: usize = 10_000;
    let failing = || result(Outcome::Failed, &[], vec![error("no")]);
    let made = Made::of(&run(vec![("same", failing()); MANY], Vec::new(), FileOutcome::Finished));
    for read in &read_junit(&made.junit()) {
        let mut names = read.names();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), MANY);
        assert_eq!(failures(read), MANY);
    }
    assert_eq!(list(&read_junit_as_ctrf(&made.junit()[..1])[0]["tests"]).len(), MANY);
}

fn failures(read: &Reading) -> usize {
    let suites = list(&read.junitparser["suites"]).iter();
    let errors = suites.map(|suite| suite["errors"].as_u64().expect("a count"));
    usize::try_from(errors.sum::<u64>()).expect("few")
}
