//! Whole reports as they look on terminals of several widths, with colours and without.

use trun_reporters::{Kind, Style, strip_ansi};
use unicode_width::UnicodeWidthStr as _;

use crate::{
    scenes::everything,
    support::{Run, report},
};

fn shown(style: Style) -> String {
    report(Kind::Default, style, &everything().events)
}

fn plain(width: usize) -> Style {
    Style {
        width,
        ..Style::plain()
    }
}

#[test]
fn sixty_columns() {
    insta::assert_snapshot!(shown(plain(60)));
}

#[test]
fn a_hundred_columns() {
    insta::assert_snapshot!(shown(plain(100)));
}

#[test]
fn a_hundred_and_sixty_columns_of_ascii() {
    let text = shown(Style {
        unicode: false,
        ..plain(160)
    });
    assert!(text.is_ascii(), "{text}");
    insta::assert_snapshot!(text);
}

#[test]
fn a_hundred_columns_in_colour() {
    insta::assert_snapshot!(shown(Style::coloured(100)).replace('\x1b', "^"));
}

#[test]
fn colours_change_no_word() {
    for width in [60, 100, 160] {
        assert_eq!(strip_ansi(&shown(Style::coloured(width))), shown(plain(width)));
    }
}

#[test]
fn lines_fit() {
    for width in [60, 100, 160] {
        let text = shown(plain(width));
        // Failures are named whole, and a command is one line, so that it can be copied.
        let may_be_longer = |line: &str| line.contains("rerun: ") || line.contains(" FAIL tests/");
        let long: Vec<&str> = text
            .lines()
            .filter(|line| line.width() > width && !may_be_longer(line))
            .collect();
        assert!(long.is_empty(), "{width}: {long:#?}");
    }
}

#[test]
fn two_thousand_tests_are_a_line_for_each_file() {
    let names: Vec<String> = (0..100).map(|n| format!("tests/f{n:03}.test.ts")).collect();
    let mut run = Run::of(&names.iter().map(String::as_str).collect::<Vec<_>>());
    let titles: Vec<String> = (0..20).map(|n| format!("suite > case {n}")).collect();
    let titles: Vec<&str> = titles.iter().map(String::as_str).collect();
    for index in 0..100 {
        run = run.file(index, |file| {
            (0..20).fold(file.cases(&titles), |file, case| file.pass(case))
        });
    }
    let text = run.terminal(plain(60));
    assert_eq!(text.lines().count(), 2 + 100 + 1 + 3, "{text}");
    assert!(
        text.ends_with("\nFiles  100 passed, 0 failed\nTests  2000 passed, 0 failed\nTime   1.23 s\n"),
        "{text}"
    );
}
