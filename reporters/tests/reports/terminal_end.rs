//! How runs end: crashes, aborts, interrupts, and the three lines that scripts read.

use trun_reporters::{EventKind, Failure, FailureKind, FileId, Kind, RunEnd, Style};

use crate::support::{Run, failure, mismatch, report, thrown};

fn crash() -> Failure {
    Failure::plain(
        FailureKind::Worker,
        "the worker process crashed with SIGSEGV while this test ran",
    )
}

#[test]
fn a_crash_keeps_what_had_finished_and_aborts_the_run() {
    let text = Run::of(&["tests/a.test.ts", "tests/b.test.ts", "tests/c.test.ts"])
        .file(0, |file| {
            file.cases(&["done", "crashes", "never"])
                .pass(0)
                .fail(1, crash())
                .crashed("SIGSEGV")
        })
        .file(1, |file| {
            file.cases(&["busy"])
                .error(Failure::plain(FailureKind::Aborted, "aborted: another worker crashed"))
                .cut_short("aborted: another worker crashed")
        })
        .never(2, "aborted: another worker crashed")
        .end(RunEnd::Aborted(
            "error: a test worker process crashed with SIGSEGV while running tests/a.test.ts".to_owned(),
        ))
        .plain();
    insta::assert_snapshot!(text, @"
    trun 0.1.0  3 files, 2 workers

    CRASH   tests/a.test.ts  1 passed, 1 failed, 1 not run  (SIGSEGV)  9.0 ms
      NOT RUN never

      FAIL tests/a.test.ts > crashes
        the worker process crashed with SIGSEGV while this test ran

    FAIL    tests/b.test.ts  1 not run, 1 file error  (aborted: another worker crashed)  1.0 ms
      NOT RUN busy

      FAIL tests/b.test.ts
        aborted: another worker crashed

    ──── Failures ──────────────────────────────────────────────────────────────────

    1) FAIL tests/a.test.ts > crashes
      the worker process crashed with SIGSEGV while this test ran

      rerun: trun tests/a.test.ts -t '^crashes$'

    2) FAIL tests/b.test.ts
      aborted: another worker crashed

      rerun: trun tests/b.test.ts

    Not run
      tests/c.test.ts  (aborted: another worker crashed)

    error: a test worker process crashed with SIGSEGV while running tests/a.test.ts

    Errors 1 file error in 1 file
    Not run 1 file, 2 tests
    Files  0 passed, 2 failed
    Tests  1 passed, 1 failed
    Time   1.23 s
    ");
}

#[test]
fn a_crash_in_a_single_file_shows_what_never_ran() {
    let text = Run::of(&["tests/a.test.ts"])
        .file(0, |file| {
            file.cases(&["done", "exits", "never"])
                .pass(0)
                .fail(1, crash())
                .crashed("exit code 0")
        })
        .plain();
    insta::assert_snapshot!(text, @"
    trun 0.1.0  1 file, 2 workers

    CRASH   tests/a.test.ts  1 passed, 1 failed, 1 not run  (exit code 0)  9.0 ms
      PASS    done  4.0 ms
      CRASH   exits  4.0 ms
      NOT RUN never

    ──── Failures ──────────────────────────────────────────────────────────────────

    1) FAIL tests/a.test.ts > exits
      the worker process crashed with SIGSEGV while this test ran

      rerun: trun tests/a.test.ts -t '^exits$'

    Not run 1 test
    Files  0 passed, 1 failed
    Tests  1 passed, 1 failed
    Time   1.23 s
    ");
}

#[test]
fn a_crash_that_nobody_was_charged_with_is_a_file_error() {
    let text = Run::of(&["a.test.ts", "b.test.ts"])
        .file(0, |file| file.crashed("SIGKILL"))
        .file(1, |file| file.cases(&["one"]).pass(0))
        .plain();
    insta::assert_snapshot!(text, @"
    trun 0.1.0  2 files, 2 workers

    CRASH   a.test.ts  1 file error  (SIGKILL)  1.0 ms

      FAIL a.test.ts
        the worker process died while it ran this file: SIGKILL

    PASS    b.test.ts  1 passed  5.0 ms

    ──── Failures ──────────────────────────────────────────────────────────────────

    1) FAIL a.test.ts
      the worker process died while it ran this file: SIGKILL

      rerun: trun a.test.ts

    Errors 1 file error in 1 file
    Files  1 passed, 1 failed
    Tests  1 passed, 0 failed
    Time   1.23 s
    ");
}

#[test]
fn an_interrupt_lists_what_did_not_run() {
    let text = Run::of(&["a.test.ts", "b.test.ts", "c.test.ts"])
        .file(0, |file| file.cases(&["one"]).pass(0))
        .file(1, |file| {
            file.cases(&["one", "two"]).pass(0).cut_short("interrupted by SIGINT")
        })
        .never(2, "interrupted by SIGINT")
        .end(RunEnd::Interrupted("SIGINT".to_owned()))
        .plain();
    insta::assert_snapshot!(text, @"
    trun 0.1.0  3 files, 2 workers

    PASS    a.test.ts  1 passed  5.0 ms
    NOT RUN b.test.ts  1 passed, 1 not run  (interrupted by SIGINT)  5.0 ms
      NOT RUN two

    Not run
      b.test.ts  (interrupted by SIGINT)
      c.test.ts  (interrupted by SIGINT)

    Interrupted by SIGINT

    Not run 2 files, 1 test
    Files  1 passed, 0 failed
    Tests  2 passed, 0 failed
    Time   1.23 s
    ");
}

#[test]
fn bail_says_after_how_many_failures() {
    let text = Run::of(&["a.test.ts", "b.test.ts"])
        .file(0, |file| file.cases(&["one"]).fail(0, thrown("no")))
        .never(1, "bailed out")
        .end(RunEnd::Bailed(1))
        .plain();
    assert!(
        text.contains("\nBailed out after 1 failure: 1 file did not run to the end\n"),
        "{text}"
    );
    assert!(text.contains("\nNot run\n  b.test.ts  (bailed out)\n"), "{text}");
}

#[test]
fn run_errors_are_said_at_once_and_at_the_end() {
    let text = Run::of(&["a.test.ts"])
        .event(EventKind::RunError {
            message: "worker 1 does not start".to_owned(),
        })
        .never(0, "no live workers")
        .end(RunEnd::Broken("the zygote died".to_owned()))
        .plain();
    insta::assert_snapshot!(text, @"
    trun 0.1.0  1 file, 2 workers

    error: worker 1 does not start

    Not run
      a.test.ts  (no live workers)

    error: worker 1 does not start
    error: the zygote died

    Not run 1 file
    Files  0 passed, 0 failed
    Tests  0 passed, 0 failed
    Time   1.23 s
    ");
}

#[test]
fn an_error_after_its_file_is_shown_and_counted() {
    let text = Run::of(&["a.test.ts", "b.test.ts"])
        .file(0, |file| file.cases(&["one"]).pass(0))
        .event(EventKind::FileError {
            file: FileId(0),
            failure: thrown("too late"),
        })
        .file(1, |file| file.cases(&["one"]).pass(0))
        .plain();
    assert_eq!(text.matches("TypeError: too late").count(), 2, "{text}");
    assert!(text.contains("\nFiles  1 passed, 1 failed\n"), "{text}");
}

#[test]
fn a_file_whose_end_was_never_told_is_shown_all_the_same() {
    let mut run = Run::of(&["a.test.ts", "b.test.ts"]).file(0, |file| file.cases(&["one"]).fail(0, thrown("no")));
    run.events
        .retain(|event| !matches!(event.kind, EventKind::FileFinished { .. }));
    let text = run.end(RunEnd::Broken("the zygote died".to_owned())).plain();
    assert!(text.contains("FAIL    a.test.ts  1 failed"), "{text}");
    assert!(text.contains("b.test.ts  (the run ended before)"), "{text}");
}

#[test]
fn the_last_three_lines_are_the_totals() {
    let runs = [
        Run::of(&[]),
        Run::of(&["a.test.ts"]).file(0, |file| file.cases(&["one"]).pass(0)),
        Run::of(&["a.test.ts"]).file(0, |file| {
            file.cases(&["a", "b", "c"]).skip(0).todo(1).fail(2, mismatch())
        }),
        Run::of(&["a.test.ts"]).file(0, |file| file.error(thrown("no"))),
    ];
    let expected = [
        [
            "Files  0 passed, 0 failed",
            "Tests  0 passed, 0 failed",
            "Time   1.23 s",
        ],
        [
            "Files  1 passed, 0 failed",
            "Tests  1 passed, 0 failed",
            "Time   1.23 s",
        ],
        [
            "Files  0 passed, 1 failed",
            "Tests  0 passed, 1 failed, 1 skipped, 1 todo",
            "Time   1.23 s",
        ],
        [
            "Files  0 passed, 1 failed",
            "Tests  0 passed, 0 failed",
            "Time   1.23 s",
        ],
    ];
    for (run, expected) in runs.into_iter().zip(expected) {
        let text = run.plain();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[lines.len() - 3..], expected, "{text}");
    }
}

#[test]
fn the_summary_keeps_its_words_under_colours() {
    let run = Run::of(&["a.test.ts"])
        .file(0, |file| file.cases(&["one"]).pass(0))
        .end(RunEnd::Completed);
    let text = report(Kind::Default, Style::coloured(60), &run.events);
    let last = trun_reporters::strip_ansi(&text);
    assert!(
        last.ends_with("Files  1 passed, 0 failed\nTests  1 passed, 0 failed\nTime   1.23 s\n"),
        "{text}"
    );
}

#[test]
fn a_failure_without_a_word_still_says_something() {
    let run = Run::of(&["a.test.ts"]).file(0, |file| {
        file.cases(&["one"])
            .finish(0, trun_reporters::Outcome::Failed, Vec::new())
    });
    assert!(run.plain().contains("the test failed without saying why"));
    assert_eq!(
        failure(FailureKind::Thrown, "", "x"),
        Failure::plain(FailureKind::Thrown, "x")
    );
}
