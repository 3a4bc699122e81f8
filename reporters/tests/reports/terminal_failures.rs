//! Failures: in their file's block, and again at the end.

use trun_reporters::{CodeFrame, Failure, FailureKind, FrameOwner, Style};

use crate::support::{Run, failure, frame, location, mismatch, thrown};

/// One file that passes, one with this failure.
fn with(failure: Failure) -> Run {
    Run::of(&["tests/a.test.ts", "tests/b.test.ts"])
        .file(0, |file| file.cases(&["one"]).pass(0))
        .file(1, |file| {
            file.cases(&["math > adds", "math > subtracts"])
                .fail(0, failure)
                .pass(1)
        })
}

/// The failure as the end of the run shows it.
fn recap(text: &str) -> String {
    let from = text.find("1) FAIL").expect("failures are repeated at the end");
    let to = text.find("\nFiles  ").expect("totals are last");
    text[from..to].trim_end().to_owned()
}

#[test]
fn a_failure_is_shown_at_once_and_again() {
    insta::assert_snapshot!(with(mismatch()).plain(), @"
    trun 0.1.0  2 files, 2 workers

    PASS    tests/a.test.ts  1 passed  5.0 ms
    FAIL    tests/b.test.ts  1 passed, 1 failed  9.0 ms

      FAIL tests/b.test.ts > math > adds
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

    ──── Failures ──────────────────────────────────────────────────────────────────

    1) FAIL tests/b.test.ts > math > adds
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

      rerun: trun tests/b.test.ts -t '^math adds$'

    Files  1 passed, 1 failed
    Tests  2 passed, 1 failed
    Time   1.23 s
    ");
}

#[test]
fn a_diff_is_shown_as_it_is() {
    let message = "expect(received).toEqual(expected)\n\n- Expected  - 1\n+ Received  + 1\n\n  {\n-   \"a\": 1,\n+   \"a\": 2,\n  }";
    let diff = Failure {
        message: message.to_owned(),
        code_frame: None,
        stack: Vec::new(),
        ..mismatch()
    };
    insta::assert_snapshot!(recap(&with(diff).plain()), @r#"
    1) FAIL tests/b.test.ts > math > adds
      AssertionError: expect(received).toEqual(expected)

      - Expected  - 1
      + Received  + 1

        {
      -   "a": 1,
      +   "a": 2,
        }

      rerun: trun tests/b.test.ts -t '^math adds$'
    "#);
}

#[test]
fn colours_mark_verbs_diffs_and_places() {
    let text = with(mismatch()).terminal(Style::coloured(80));
    insta::assert_snapshot!(text.replace('\x1b', "^"), @"
    ^[1mtrun^[0m ^[2m0.1.0  2 files, 2 workers^[0m

    ^[1m^[32mPASS^[0m^[0m    tests/a.test.ts  ^[32m1 passed^[0m  ^[2m5.0 ms^[0m
    ^[1m^[31mFAIL^[0m^[0m    tests/b.test.ts  ^[32m1 passed^[0m, ^[31m1 failed^[0m  ^[2m9.0 ms^[0m

      ^[1m^[31mFAIL^[0m^[0m tests/b.test.ts > ^[1mmath > adds^[0m
        ^[31mAssertionError: expect(received).toBe(expected)^[0m

        Expected: ^[32m3^[0m
        Received: ^[31m2^[0m

            ^[2m3 |^[0m function check() {
          ^[1m^[31m>^[0m^[0m ^[2m4 |^[0m   expect(1 + 1).toBe(3);
            ^[2m  |^[0m           ^[1m^[31m^^[0m^[0m
            ^[2m5 |^[0m }

          ^[2mat^[0m check (^[36mtests/b.test.ts:4:7^[0m)
          ^[2mat^[0m ^[36mtests/b.test.ts:9:7^[0m
          ^[2m… 2 more in node_modules^[0m

    ^[31m──── Failures ──────────────────────────────────────────────────────────────────^[0m

    1) ^[1m^[31mFAIL^[0m^[0m tests/b.test.ts > ^[1mmath > adds^[0m
      ^[31mAssertionError: expect(received).toBe(expected)^[0m

      Expected: ^[32m3^[0m
      Received: ^[31m2^[0m

          ^[2m3 |^[0m function check() {
        ^[1m^[31m>^[0m^[0m ^[2m4 |^[0m   expect(1 + 1).toBe(3);
          ^[2m  |^[0m           ^[1m^[31m^^[0m^[0m
          ^[2m5 |^[0m }

        ^[2mat^[0m check (^[36mtests/b.test.ts:4:7^[0m)
        ^[2mat^[0m ^[36mtests/b.test.ts:9:7^[0m
        ^[2m… 2 more in node_modules^[0m

      ^[2mrerun:^[0m trun tests/b.test.ts -t '^math adds$'

    ^[1mFiles^[0m  ^[32m1 passed^[0m, ^[31m1 failed^[0m
    ^[1mTests^[0m  ^[32m2 passed^[0m, ^[31m1 failed^[0m
    ^[1mTime^[0m   1.23 s
    ");
}

#[test]
fn values_are_shown_if_the_message_lacks_them() {
    let bare = Failure {
        expected: Some("{\n  \"a\": 1\n}".to_owned()),
        received: Some("undefined".to_owned()),
        ..failure(FailureKind::Assertion, "AssertionError", "they differ")
    };
    insta::assert_snapshot!(recap(&with(bare).plain()), @r#"
    1) FAIL tests/b.test.ts > math > adds
      AssertionError: they differ

      Expected:
        {
          "a": 1
        }
      Received: undefined

      rerun: trun tests/b.test.ts -t '^math adds$'
    "#);
}

#[test]
fn causes_follow_their_effect() {
    let root = thrown("no such key");
    let middle = Failure {
        cause: Some(Box::new(root)),
        ..failure(FailureKind::Thrown, "Error", "cannot parse")
    };
    let top = Failure {
        cause: Some(Box::new(middle)),
        ..thrown("cannot load")
    };
    insta::assert_snapshot!(recap(&with(top).plain()), @"
    1) FAIL tests/b.test.ts > math > adds
      TypeError: cannot load

        at parse (src/parse.ts:12:7)

      caused by:
        Error: cannot parse

      caused by:
        TypeError: no such key

          at parse (src/parse.ts:12:7)

      rerun: trun tests/b.test.ts -t '^math adds$'
    ");
}

#[test]
fn a_stack_without_user_frames_shows_the_dependency() {
    let stack = vec![frame(
        Some("tick"),
        "node_modules/dep/index.js",
        8,
        FrameOwner::Dependency,
    )];
    insta::assert_snapshot!(recap(&with(Failure { stack, ..thrown("late") }).plain()), @"
    1) FAIL tests/b.test.ts > math > adds
      TypeError: late

        at tick (node_modules/dep/index.js:8:7)

      rerun: trun tests/b.test.ts -t '^math adds$'
    ");
}

#[test]
fn an_endless_recursion_shows_ten_frames() {
    let stack = (0..100)
        .map(|_| frame(Some("again"), "src/again.ts", 2, FrameOwner::User))
        .collect();
    let failure = Failure {
        stack,
        ..failure(FailureKind::Thrown, "RangeError", "Maximum call stack size exceeded.")
    };
    let text = recap(&with(failure).plain());
    assert_eq!(text.matches("at again").count(), 10, "{text}");
    assert!(text.contains("… 90 more"), "{text}");
}

#[test]
fn a_message_may_be_missing() {
    let text = recap(&with(failure(FailureKind::Thrown, "", "")).plain());
    insta::assert_snapshot!(text, @"
    1) FAIL tests/b.test.ts > math > adds
      failed without a message

      rerun: trun tests/b.test.ts -t '^math adds$'
    ");
}

#[test]
fn tests_that_one_before_all_failed_share_an_entry() {
    let broken = || Failure {
        hook: Some("beforeAll".to_owned()),
        ..thrown("no database")
    };
    let text = Run::of(&["a.test.ts", "b.test.ts"])
        .file(0, |file| {
            file.cases(&["db > one", "db > two", "db > three"])
                .fail(0, broken())
                .fail(1, broken())
                .fail(2, broken())
        })
        .file(1, |file| file.cases(&["one"]).pass(0))
        .plain();
    insta::assert_snapshot!(text, @"
    trun 0.1.0  2 files, 2 workers

    FAIL    a.test.ts  3 failed  13 ms

      FAIL a.test.ts > db > one
        and 2 tests for the same reason:
          db > two
          db > three
        beforeAll hook failed
        TypeError: no database

          at parse (src/parse.ts:12:7)

    PASS    b.test.ts  1 passed  5.0 ms

    ──── Failures ──────────────────────────────────────────────────────────────────

    1) FAIL a.test.ts > db > one
      and 2 tests for the same reason:
        db > two
        db > three
      beforeAll hook failed
      TypeError: no database

        at parse (src/parse.ts:12:7)

      rerun: trun a.test.ts -t '^db one$'

    Files  1 passed, 1 failed
    Tests  1 passed, 3 failed
    Time   1.23 s
    ");
}

#[test]
fn equal_failures_of_their_own_are_told_apart() {
    let text = Run::of(&["a.test.ts"])
        .file(0, |file| {
            file.cases(&["one", "two"]).fail(0, thrown("no")).fail(1, thrown("no"))
        })
        .plain();
    assert!(
        text.contains("1) FAIL a.test.ts > one") && text.contains("2) FAIL a.test.ts > two"),
        "{text}"
    );
}

#[test]
fn each_hooks_are_named() {
    let failure = Failure {
        hook: Some("beforeEach".to_owned()),
        ..thrown("no table")
    };
    insta::assert_snapshot!(recap(&with(failure).plain()), @"
    1) FAIL tests/b.test.ts > math > adds
      beforeEach hook failed
      TypeError: no table

        at parse (src/parse.ts:12:7)

      rerun: trun tests/b.test.ts -t '^math adds$'
    ");
}

#[test]
fn a_file_that_does_not_load_is_a_file_error() {
    let load = Failure {
        code_frame: Some(CodeFrame {
            at: location("tests/b.test.ts", 1, 22),
            first_line: 1,
            lines: vec!["import { missing } from './gone';".to_owned()],
        }),
        ..failure(
            FailureKind::Load,
            "Error",
            "Cannot find module './gone' imported from tests/b.test.ts",
        )
    };
    let text = Run::of(&["tests/a.test.ts", "tests/b.test.ts"])
        .file(0, |file| file.cases(&["one"]).pass(0))
        .file(1, |file| file.error(load))
        .plain();
    insta::assert_snapshot!(text, @"
    trun 0.1.0  2 files, 2 workers

    PASS    tests/a.test.ts  1 passed  5.0 ms
    FAIL    tests/b.test.ts  1 file error  1.0 ms

      FAIL tests/b.test.ts
        failed to load the file
        Error: Cannot find module './gone' imported from tests/b.test.ts

          > 1 | import { missing } from './gone';
              |                      ^

    ──── Failures ──────────────────────────────────────────────────────────────────

    1) FAIL tests/b.test.ts
      failed to load the file
      Error: Cannot find module './gone' imported from tests/b.test.ts

        > 1 | import { missing } from './gone';
            |                      ^

      rerun: trun tests/b.test.ts

    Errors 1 file error in 1 file
    Files  1 passed, 1 failed
    Tests  1 passed, 0 failed
    Time   1.23 s
    ");
}

#[test]
fn long_source_lines_scroll_to_the_caret() {
    let line = format!("{}fail();", "step(); ".repeat(20));
    let code = CodeFrame {
        at: location("b.test.ts", 1, 161),
        first_line: 1,
        lines: vec![line, "next();".to_owned()],
    };
    let text = with(Failure {
        code_frame: Some(code),
        ..thrown("far right")
    });
    let text = text.terminal(Style {
        width: 40,
        ..Style::plain()
    });
    let row = text
        .lines()
        .find(|line| line.contains("> 1 |"))
        .expect("the line is marked");
    let below = text
        .lines()
        .find(|line| line.trim_start().starts_with("|"))
        .expect("there is a caret");
    assert_eq!(row.find("fail();"), below.find('^'), "{row}\n{below}");
}
