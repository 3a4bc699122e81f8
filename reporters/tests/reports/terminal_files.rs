//! The blocks of files: lines, counts, listed tests, output.

use trun_reporters::{EventKind, FailureKind, Outcome, Stream, Style};

use crate::support::{Run, failure, mismatch};

#[test]
fn several_files_get_a_line_each() {
    let text = Run::of(&[
        "tests/a.test.ts",
        "tests/deep/b.test.ts",
        "tests/c.test.ts",
        "tests/d.test.ts",
    ])
    .file(0, |file| file.cases(&["one", "two"]).pass(0).pass(1))
    .file(1, |file| file.cases(&["one", "two", "three"]).pass(0).skip(1).todo(2))
    .file(2, |file| file.cases(&["one"]).skip(0))
    .file(3, |file| file.cases(&[]))
    .plain();
    insta::assert_snapshot!(text, @"
    trun 0.1.0  4 files, 2 workers

    PASS    tests/a.test.ts  2 passed  9.0 ms
    PASS    tests/deep/b.test.ts  1 passed, 1 skipped, 1 todo  13 ms
    SKIP    tests/c.test.ts  1 skipped  5.0 ms
    PASS    tests/d.test.ts  no tests  1.0 ms

    Files  4 passed, 0 failed
    Tests  3 passed, 0 failed, 2 skipped, 1 todo
    Time   1.23 s
    ");
}

#[test]
fn a_single_file_lists_its_tests() {
    let text = Run::of(&["tests/a.test.ts"])
        .file(0, |file| {
            file.cases(&["math > adds", "math > subtracts", "skipped", "later", "slow"])
                .pass(0)
                .print(Some(0), Stream::Stdout, "hello\nfrom adds\n")
                .fail(1, mismatch())
                .skip(2)
                .todo(3)
                .finish(
                    4,
                    Outcome::TimedOut,
                    vec![failure(FailureKind::Timeout, "", "timed out after 5000 ms")],
                )
                .print(None, Stream::Stderr, "bye\n")
        })
        .plain();
    insta::assert_snapshot!(text, @"
    trun 0.1.0  1 file, 2 workers

    FAIL    tests/a.test.ts  1 passed, 2 failed, 1 skipped, 1 todo  21 ms
      stderr | tests/a.test.ts
        bye
      PASS    math > adds  4.0 ms
      stdout | math > adds
        hello
        from adds
      FAIL    math > subtracts  4.0 ms
      SKIP    skipped  (needs a network)
      TODO    later
      TIMEOUT slow  4.0 ms

    ──── Failures ──────────────────────────────────────────────────────────────────

    1) FAIL tests/a.test.ts > math > subtracts
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

      rerun: trun tests/a.test.ts -t '^math subtracts$'

    2) FAIL tests/a.test.ts > slow
      timed out after 5000 ms

      rerun: trun tests/a.test.ts -t '^slow$'

    Files  0 passed, 1 failed
    Tests  1 passed, 2 failed, 1 skipped, 1 todo
    Time   1.23 s
    ");
}

#[test]
fn output_stands_under_its_test_and_file() {
    let text = Run::of(&["tests/a.test.ts", "tests/b.test.ts"])
        .file(0, |file| {
            file.print(None, Stream::Stdout, "loading\n")
                .cases(&["suite > one", "suite > two"])
                .print(Some(0), Stream::Stdout, "one, ")
                .print(Some(1), Stream::Stdout, "two\n")
                .print(Some(0), Stream::Stdout, "still one\n")
                .print(Some(0), Stream::Stderr, "warning\n")
                .pass(0)
                .pass(1)
        })
        .file(1, |file| file.cases(&["one"]).pass(0))
        .plain();
    insta::assert_snapshot!(text, @"
    trun 0.1.0  2 files, 2 workers

    PASS    tests/a.test.ts  2 passed  9.0 ms
      stdout | tests/a.test.ts
        loading
      stdout | suite > one
        one, still one
      stderr | suite > one
        warning
      stdout | suite > two
        two
    PASS    tests/b.test.ts  1 passed  5.0 ms

    Files  2 passed, 0 failed
    Tests  3 passed, 0 failed
    Time   1.23 s
    ");
}

#[test]
fn nothing_is_printed_before_its_file_is_over() {
    let run = Run::of(&["a.test.ts", "b.test.ts"]).file(0, |file| {
        file.cases(&["one"]).print(Some(0), Stream::Stdout, "early\n").pass(0)
    });
    let unfinished: Vec<_> = run
        .events
        .iter()
        .filter(|event| !matches!(event.kind, EventKind::FileFinished { .. }))
        .cloned()
        .collect();
    let text = crate::support::report(trun_reporters::Kind::Default, Style::plain(), &unfinished);
    assert!(!text.contains("early"), "{text}");
}

fn widths() -> Run {
    Run::of(&["tests/a/long/way/down/to/日本語.test.ts", "b.test.ts"])
        .file(0, |file| file.cases(&["one", "two"]).pass(0).skip(1))
        .file(1, |file| file.cases(&["one"]).pass(0))
}

#[test]
fn paths_are_cut_on_the_left_to_fit() {
    for width in [40, 60, 100] {
        let text = widths().terminal(Style {
            width,
            ..Style::plain()
        });
        let line = text
            .lines()
            .find(|line| line.contains(".test.ts"))
            .expect("the file has a line")
            .to_owned();
        assert!(
            unicode_width::UnicodeWidthStr::width(line.as_str()) <= width,
            "{width}: {line}"
        );
    }
    let narrow = widths().terminal(Style {
        width: 60,
        ..Style::plain()
    });
    insta::assert_snapshot!(narrow.lines().nth(2).unwrap_or_default(), @"PASS    …ong/way/down/to/日本語.test.ts  1 passed, 1 skipped");
    let ascii = widths().terminal(Style {
        width: 60,
        unicode: false,
        ..Style::plain()
    });
    insta::assert_snapshot!(ascii.lines().nth(2).unwrap_or_default(), @"PASS    ...g/way/down/to/日本語.test.ts  1 passed, 1 skipped");
}

#[test]
fn files_outside_the_root_are_shown_from_it() {
    let text = Run::of(&["/home/me/other/a.test.ts", "/opt/b.test.ts"])
        .file(0, |file| file.cases(&["one"]).pass(0))
        .file(1, |file| file.cases(&["one"]).pass(0))
        .plain();
    assert!(text.contains("PASS    ../other/a.test.ts  1 passed"), "{text}");
    assert!(text.contains("PASS    /opt/b.test.ts  1 passed"), "{text}");
}
