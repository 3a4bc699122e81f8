//! What deserves a word besides failures: flaky tests, leaks, slow tests, seeds, tests that were cut short.

use trun_reporters::{EventKind, Failure, FailureKind, FileId, FileOutcome, Kind, Outcome, RunEnd, Stream, Style};

use crate::{
    scenes::{at, lasting, leaked, retried, seeded, tick, within},
    support::{Run, mismatch, report, thrown},
};

/// Two files, the first with one test and what `kind` adds to it.
fn with(kind: EventKind) -> Run {
    let run = Run::of(&["a.test.ts", "b.test.ts"])
        .file(0, |file| file.cases(&["suite > one", "two"]).pass(1))
        .file(1, |file| file.cases(&["one"]).pass(0));
    within(run, 0, kind)
}

#[test]
fn flaky_tests_are_counted_and_named_with_their_first_failure() {
    let text = with(retried(0, 0, Outcome::Passed, vec![mismatch(), thrown("again")])).plain();
    insta::assert_snapshot!(text, @"
    trun 0.1.0  2 files, 2 workers

    PASS    a.test.ts  2 passed (1 flaky)  5.0 ms
      FLAKY 2/3 suite > one  4.0 ms
    PASS    b.test.ts  1 passed  5.0 ms

    Flaky
      FLAKY 2/3 a.test.ts > suite > one
        first: AssertionError: expect(received).toBe(expected)  tests/b.test.ts:4:10

    Files  2 passed, 0 failed
    Tests  3 passed (1 flaky), 0 failed
    Time   1.23 s
    ");
}

#[test]
fn the_list_of_a_single_file_says_which_test_is_flaky() {
    let run = Run::of(&["a.test.ts"]).file(0, |file| file.cases(&["one", "two"]).pass(1));
    let text = within(run, 0, retried(0, 0, Outcome::Passed, vec![thrown("no")])).plain();
    assert!(
        text.contains("\n  FLAKY 1/2 one  4.0 ms\n  PASS    two  4.0 ms\n"),
        "{text}"
    );
}

#[test]
fn a_test_that_fails_whenever_it_is_tried_says_so() {
    let text = with(retried(0, 0, Outcome::Failed, vec![thrown("no"), thrown("no")])).plain();
    assert!(
        text.contains("\n1) FAIL a.test.ts > suite > one\n  failed in all 3 attempts; this is the last\n"),
        "{text}"
    );
    assert!(!text.contains("flaky"), "{text}");
}

#[test]
fn leaks_are_listed_up_to_ten_and_counted() {
    let text = with(leaked(0, 12)).plain();
    insta::assert_snapshot!(text, @"
    trun 0.1.0  2 files, 2 workers

    FAIL    a.test.ts  1 passed, 1 not run  5.0 ms
      NOT RUN suite > one
      LEAK    a timer (setTimeout, 1000 ms)  tests/leaky.test.ts:3:7
      LEAK    a timer (setTimeout, 2000 ms)
      LEAK    a timer (setTimeout, 3000 ms)
      LEAK    a timer (setTimeout, 4000 ms)
      LEAK    a timer (setTimeout, 5000 ms)
      LEAK    a timer (setTimeout, 6000 ms)
      LEAK    a timer (setTimeout, 7000 ms)
      LEAK    a timer (setTimeout, 8000 ms)
      LEAK    a timer (setTimeout, 9000 ms)
      LEAK    a timer (setTimeout, 10000 ms)
              … 2 more

    PASS    b.test.ts  1 passed  5.0 ms

    Leaks  12 in 1 file
    Not run 1 test
    Files  1 passed, 1 failed
    Tests  2 passed, 0 failed
    Time   1.23 s
    ");
}

#[test]
fn leaks_that_are_found_late_name_their_file() {
    let text = with(lasting(0, 0, 4)).event(leaked(0, 1)).plain();
    assert!(
        text.contains(
            "\nfound after a.test.ts had ended\n  LEAK    a timer (setTimeout, 1000 ms)  tests/leaky.test.ts:3:7\n"
        ),
        "{text}"
    );
    assert!(text.contains("\nLeaks  1 in 1 file\n"), "{text}");
}

#[test]
fn a_leak_that_fails_its_file_is_a_failure_of_the_file() {
    let failure = Failure::plain(FailureKind::Leak, "left behind: a timer (setTimeout, 1000 ms)");
    let file = FileId(0);
    let text = with(EventKind::FileError { file, failure }).plain();
    insta::assert_snapshot!(&text[text.find("1) ").expect("a failure")..], @"
    1) FAIL a.test.ts
      left behind: a timer (setTimeout, 1000 ms)

      rerun: trun a.test.ts

    Errors 1 file error in 1 file
    Not run 1 test
    Files  1 passed, 1 failed
    Tests  2 passed, 0 failed
    Time   1.23 s
    ");
}

#[test]
fn the_slowest_tests_of_several_files_are_named() {
    let run = (2..9).fold(with(lasting(0, 0, 299)), |run, n| {
        within(run, 1, lasting(1, 0, n * 150))
    });
    let text = run.plain();
    let from = text.find("Slowest tests").expect("there are slow tests");
    insta::assert_snapshot!(&text[from..text.find("\nFiles").expect("totals")], @"
    Slowest tests
         1.20 s  b.test.ts > one
         1.05 s  b.test.ts > one
         900 ms  b.test.ts > one
         750 ms  b.test.ts > one
         600 ms  b.test.ts > one
    ");
}

#[test]
fn a_single_file_has_no_slowest_tests() {
    let run = Run::of(&["a.test.ts"]).file(0, |file| file.cases(&["one"]));
    let text = within(run, 0, lasting(0, 0, 5000)).plain();
    assert!(!text.contains("Slowest"), "{text}");
}

#[test]
fn the_seed_is_in_the_totals_and_in_the_commands() {
    let run = Run::of(&["a.test.ts"]).file(0, |file| file.cases(&["one"]).fail(0, thrown("no")));
    let text = seeded(run, 7, &["trun", "--seed=7", "it's"]).plain();
    assert!(text.contains("\nSeed   7\nFiles  0 passed"), "{text}");
    assert!(
        text.contains(r"  rerun: trun --seed=7 'it'\''s' a.test.ts -t '^one$'"),
        "{text}"
    );
}

#[test]
fn commands_quote_what_a_shell_and_a_pattern_would_take_apart() {
    let text = Run::of(&["tests/a b.test.ts", "-x.test.ts"])
        .file(0, |file| {
            file.cases(&["outer > adds 1+1 (it's $5)"]).fail(0, thrown("no"))
        })
        .file(1, |file| file.cases(&["two\nlines"]).fail(0, thrown("no")))
        .plain();
    assert!(
        text.contains(r"  rerun: trun 'tests/a b.test.ts' -t '^outer adds 1\+1 \(it'\''s \$5\)$'"),
        "{text}"
    );
    assert!(text.contains(r"  rerun: trun ./-x.test.ts -t '^two\nlines$'"), "{text}");
}

#[test]
fn the_end_repeats_the_last_lines_that_a_failed_test_printed() {
    let lines: String = (0..100).map(|n| format!("line {n}\n")).collect();
    let text = Run::of(&["a.test.ts", "b.test.ts"])
        .file(0, |file| {
            file.cases(&["one", "two"])
                .print(Some(0), Stream::Stdout, &lines)
                .print(Some(0), Stream::Stderr, "and this")
                .print(Some(1), Stream::Stdout, "of the one that passes\n")
                .fail(0, thrown("no"))
                .pass(1)
        })
        .file(1, |file| file.cases(&["one"]).pass(0))
        .plain();
    let end = &text[text.find("1) FAIL").expect("a failure")..];
    assert!(
        end.contains("\n  … 71 earlier lines\n  stdout:\n    line 71\n"),
        "{text}"
    );
    assert!(
        end.contains("    line 99\n  stderr:\n    and this\n\n  rerun: "),
        "{text}"
    );
    assert!(!end.contains("passes"), "{text}");
    assert!(text.contains("  stdout | one\n    line 0\n"), "{text}");
}

#[test]
fn a_single_file_shows_what_a_failed_test_printed_once() {
    let text = Run::of(&["a.test.ts"])
        .file(0, |file| {
            file.cases(&["one"])
                .print(Some(0), Stream::Stdout, "hello\n")
                .fail(0, thrown("no"))
        })
        .plain();
    assert_eq!(text.matches("hello").count(), 1, "{text}");
    assert!(text.contains("  stdout:\n    hello\n\n  rerun: "), "{text}");
}

#[test]
fn a_test_that_was_running_when_the_run_was_interrupted_is_told_from_the_others() {
    let mut run = Run::of(&["a.test.ts", "b.test.ts"])
        .file(0, |file| {
            file.cases(&["one", "two", "three"])
                .pass(0)
                .cut_short("interrupted by SIGINT")
        })
        .never(1, "interrupted by SIGINT");
    let end = run.events.len() - 2;
    run.events.insert(end, tick(1000, &[(0, Some(1), 900)]));
    let text = run.end(RunEnd::Interrupted("SIGINT".to_owned())).plain();
    assert!(
        text.contains("\n  NOT RUN two  (interrupted while running)\n  NOT RUN three\n"),
        "{text}"
    );
}

#[test]
fn a_test_that_ended_is_not_taken_for_running() {
    let mut run = Run::of(&["a.test.ts", "b.test.ts"]);
    run.events.push(tick(1000, &[(0, Some(0), 900)]));
    let text = run
        .file(0, |file| file.cases(&["one", "two"]).pass(0).cut_short("x"))
        .plain();
    assert!(text.contains("\n  NOT RUN two\n"), "{text}");
}

#[test]
fn tests_that_the_pattern_leaves_out_are_counted_and_not_listed() {
    let mut run = Run::of(&["a.test.ts"]).file(0, |file| file.cases(&["one", "two", "three"]).pass(0).skip(1).skip(2));
    for event in &mut run.events {
        if let EventKind::FileCollected { cases, .. } = &mut event.kind {
            cases[1].mode = trun_reporters::CaseMode::Filtered;
            cases[2].mode = trun_reporters::CaseMode::Filtered;
        }
    }
    let text = run.plain();
    assert!(
        text.contains("\n  PASS    one  4.0 ms\n  2 tests left out by -t\n\n"),
        "{text}"
    );
}

#[test]
fn a_silent_log_is_told_twice_a_minute_what_the_run_waits_for() {
    let mut events = Run::of(&["a.test.ts", "b.test.ts"])
        .file(0, |file| file.cases(&["suite > one"]))
        .events;
    events.pop();
    for second in 1..=65 {
        events.push(tick(second * 1000, &[(0, Some(0), second * 1000), (1, None, 500)]));
    }
    let outcome = FileOutcome::Finished;
    let (file, duration) = (FileId(0), std::time::Duration::from_secs(65));
    events.push(at(
        65_500,
        EventKind::FileFinished {
            file,
            outcome,
            duration,
        },
    ));
    events.push(tick(94_000, &[]));
    events.push(tick(96_000, &[]));
    insta::assert_snapshot!(report(Kind::Default, Style::plain(), &events), @"
    trun 0.1.0  2 files, 2 workers

    0/2 files after 30 s, still running: a.test.ts > suite > one (30 s), b.test.ts (0.5 s)
    0/2 files after 1 m 00 s, still running: a.test.ts > suite > one (1 m 00 s), b.test.ts (0.5 s)
    FAIL    a.test.ts  1 not run  1 m 05 s
      NOT RUN suite > one

    1/2 files after 1 m 36 s, still running: no test
    ");
    let live = Style {
        live: true,
        ..Style::coloured(100)
    };
    assert!(!report(Kind::Default, live, &events).contains("still running"));
}
