//! The `dots` reporter.

use trun_reporters::{EventKind, Failure, FailureKind, Kind, Outcome, RunEnd, Stream, Style};

use crate::{
    scenes::{everything, leaked, retried, tick, within},
    support::{Run, mismatch, report, thrown},
};

fn dots(run: Run) -> String {
    report(Kind::Dots, Style::plain(), &run.end(RunEnd::Completed).events)
}

#[test]
fn a_character_for_each_test_and_the_end_of_the_default_reporter() {
    let run = Run::of(&["a.test.ts", "b.test.ts"])
        .file(0, |file| {
            file.cases(&["one", "two", "three", "four", "five"])
                .print(Some(0), Stream::Stdout, "hello\n")
                .pass(0)
                .skip(1)
                .todo(2)
                .print(Some(3), Stream::Stdout, "why\n")
                .fail(3, mismatch())
        })
        .file(1, |file| {
            file.error(Failure::plain(FailureKind::Load, "no such module"))
        });
    let run = within(run, 0, retried(0, 4, Outcome::Passed, vec![thrown("once")]));
    insta::assert_snapshot!(dots(within(run, 0, leaked(0, 1))), @"
    .stF!E

    Leaks
      a.test.ts
        LEAK    a timer (setTimeout, 1000 ms)  tests/leaky.test.ts:3:7

    Flaky
      FLAKY 1/2 a.test.ts > five
        first: TypeError: once  src/parse.ts:12:7

    ──── Failures ──────────────────────────────────────────────────────────────────

    1) FAIL a.test.ts > four
      AssertionError: expect(received).toBe(expected)

      Expected: 3
      Received: 2

          3 | function check() {
        > 4 |   expect(1 + 1).toBe(3);
            |           ^
          5 | }

        at check (tests/b.test.ts:4:7)
        at tests/b.test.ts:9:7
        … 2 more in node_modules

      stdout:
        why

      rerun: trun a.test.ts -t '^four$'

    2) FAIL b.test.ts
      failed to load the file
      no such module

      rerun: trun b.test.ts

    Leaks  1 in 1 file
    Errors 1 file error in 1 file
    Files  0 passed, 2 failed
    Tests  2 passed (1 flaky), 1 failed, 1 skipped, 1 todo
    Time   1.23 s
    ");
}

#[test]
fn its_end_is_that_of_the_default_reporter() {
    let run = everything();
    let (dots, blocks) = (
        report(Kind::Dots, Style::plain(), &run.events),
        report(Kind::Default, Style::plain(), &run.events),
    );
    let end = |text: &str| text[text.find("\nSlowest").expect("an end")..].to_owned();
    assert_eq!(end(&dots), end(&blocks));
}

#[test]
fn rows_are_as_long_as_the_terminal_is_wide() {
    let titles: Vec<String> = (0..100).map(|n| n.to_string()).collect();
    let titles: Vec<&str> = titles.iter().map(String::as_str).collect();
    let run = || {
        Run::of(&["a.test.ts"])
            .file(0, |file| {
                (0..100).fold(file.cases(&titles), |file, case| file.pass(case))
            })
            .end(RunEnd::Completed)
    };
    let narrow = Style {
        width: 40,
        ..Style::plain()
    };
    let (full, rest) = (".".repeat(40), ".".repeat(20));
    let text = report(Kind::Dots, narrow, &run().events);
    assert!(text.starts_with(&format!("{full}\n{full}\n{rest}\n\nFiles")), "{text}");
    let text = report(Kind::Dots, Style::plain(), &run().events);
    assert!(text.starts_with(&format!("{full}{full}\n{rest}\n\nFiles")), "{text}");
}

#[test]
fn each_character_is_there_at_once() {
    let run = Run::of(&["a.test.ts"]).file(0, |file| file.cases(&["one", "two"]).pass(0));
    assert_eq!(report(Kind::Dots, Style::plain(), &run.events), ".");
    assert_eq!(report(Kind::Dots, Style::coloured(80), &run.events), "\x1b[32m.\x1b[0m");
}

#[test]
fn a_crash_that_nobody_was_charged_with_and_errors_of_the_run_are_seen() {
    let message = "worker 1 does not start".to_owned();
    let text = dots(
        Run::of(&["a.test.ts", "b.test.ts"])
            .file(0, |file| file.cases(&["one"]).crashed("SIGKILL"))
            .event(EventKind::RunError { message })
            .file(1, |file| file.cases(&["one"]).pass(0)),
    );
    assert!(text.starts_with("E\nerror: worker 1 does not start\n.\n\n"), "{text}");
}

#[test]
fn a_silent_log_is_told_what_the_run_waits_for() {
    let mut events = Run::of(&["a.test.ts"])
        .file(0, |file| file.cases(&["one", "two"]).pass(0))
        .events;
    events.pop();
    events.push(tick(29_000, &[(0, Some(1), 28_000)]));
    events.push(tick(31_000, &[(0, Some(1), 30_000)]));
    assert_eq!(
        report(Kind::Dots, Style::plain(), &events),
        ".\n1/2 tests after 31 s, still running: a.test.ts > two (30 s)\n"
    );
}
