//! Text made to harm a terminal: none of it may act, all of it must be seen.

use trun_reporters::{Failure, FailureKind, Stream, Style};

use crate::support::{Run, failure};

const CLEAR: &str = "\x1b[2J\x1b[H";

fn hostile() -> Run {
    Run::of(&["bad\x1b[31m\nname.test.ts", "b.test.ts"])
        .file(0, |file| {
            let message = format!("wiped {CLEAR}\r\nsecond\u{202e}line\u{7}\rthird");
            let title = format!("clears {CLEAR}\nTests  9 passed");
            file.cases(&[&title])
                .print(
                    Some(0),
                    Stream::Stdout,
                    &format!("\x1b[31mred {CLEAR}\x1b]0;title\x07 text\x07\rover\x08\n"),
                )
                .fail(
                    0,
                    Failure {
                        hook: Some("before\x1bEach".to_owned()),
                        ..failure(FailureKind::Thrown, "E\x1b", &message)
                    },
                )
        })
        .file(1, |file| file.cases(&["one"]).pass(0))
}

#[test]
fn nothing_acts_on_a_log() {
    let text = hostile().plain();
    assert!(text.chars().all(|char| char == '\n' || !char.is_control()), "{text:?}");
    insta::assert_snapshot!(text, @r#"
    trun 0.1.0  2 files, 2 workers

    FAIL    bad\x1b[31m\nname.test.ts  1 failed  5.0 ms
      stdout | clears \x1b[2J\x1b[H\nTests  9 passed
        red  text
        over

      FAIL bad\x1b[31m\nname.test.ts > clears \x1b[2J\x1b[H\nTests  9 passed
        before\x1bEach hook failed
        E\x1b: wiped \x1b[2J\x1b[H
        second\u{202e}line\x07\rthird

    PASS    b.test.ts  1 passed  5.0 ms

    ──── Failures ──────────────────────────────────────────────────────────────────

    1) FAIL bad\x1b[31m\nname.test.ts > clears \x1b[2J\x1b[H\nTests  9 passed
      before\x1bEach hook failed
      E\x1b: wiped \x1b[2J\x1b[H
      second\u{202e}line\x07\rthird

      stdout:
        red  text
        over

      rerun: trun "$(printf 'bad\033[31m\012name.test.ts')" -t '^clears \u001b\[2J\u001b\[H\nTests  9 passed$'

    Files  1 passed, 1 failed
    Tests  1 passed, 1 failed
    Time   1.23 s
    "#);
}

#[test]
fn only_colours_act_on_a_terminal() {
    let text = hostile().terminal(Style::coloured(100));
    let output: Vec<&str> = text.lines().filter(|line| line.contains("red ")).collect();
    insta::assert_snapshot!(output.join("\n").replace('\x1b', "^"), @"
    ^[31mred  text
    ^[31mred  text
    ");
    assert!(
        !text.contains(CLEAR) && !text.contains("\x1b]0;") && !text.contains('\r'),
        "{text:?}"
    );
}

#[test]
fn a_colour_left_on_is_turned_off() {
    let text = Run::of(&["a.test.ts"])
        .file(0, |file| {
            file.cases(&["one"])
                .print(Some(0), Stream::Stdout, "\x1b[35mpurple\n")
                .pass(0)
        })
        .terminal(Style::coloured(100));
    assert!(text.contains("\x1b[35mpurple\x1b[0m\n"), "{text:?}");
}

#[test]
fn what_looks_like_a_total_is_not_at_the_end() {
    let text = Run::of(&["a.test.ts"])
        .file(0, |file| {
            file.cases(&["99 passed"])
                .print(None, Stream::Stderr, "98 passed")
                .pass(0)
        })
        .plain();
    let last = text.rfind(" passed").expect("there are totals");
    assert!(text[..last].ends_with("\nTests  1"), "{text}");
}
