//! Things without measure are cut, and say so.

use trun_reporters::{Failure, FailureKind, Stream};

use crate::support::{Run, failure, mismatch, thrown};

fn with(failure: Failure) -> String {
    let text = Run::of(&["a.test.ts"])
        .file(0, |file| file.cases(&["one"]).fail(0, failure))
        .plain();
    let from = text.find("1) FAIL").expect("a failure");
    text[from..text.find("\nFiles").expect("totals")].to_owned()
}

#[test]
fn causes_that_form_a_circle_are_told_once() {
    let mut chain = thrown("a");
    for name in ["b", "a", "b", "a", "b"] {
        chain = Failure {
            cause: Some(Box::new(chain)),
            ..thrown(name)
        };
    }
    insta::assert_snapshot!(with(chain), @"
    1) FAIL a.test.ts > one
      TypeError: b

        at parse (src/parse.ts:12:7)

      caused by:
        TypeError: a

          at parse (src/parse.ts:12:7)

      caused by: TypeError: b (see above: the causes form a circle)

      rerun: trun a.test.ts -t '^one$'
    ");
}

#[test]
fn a_long_chain_of_causes_ends() {
    let chain = (0..20).fold(thrown("root"), |cause, n| Failure {
        cause: Some(Box::new(cause)),
        ..thrown(&n.to_string())
    });
    let text = with(chain);
    assert_eq!(text.matches("caused by:").count(), 5, "{text}");
    assert!(text.contains("… and further causes"), "{text}");
}

#[test]
fn a_huge_diff_shows_its_beginning() {
    let diff: String = (0..5000).map(|n| format!("- {n}\n+ -{n}\n")).collect();
    let text = with(Failure {
        message: format!("expect(received).toEqual(expected)\n\n{diff}"),
        ..mismatch()
    });
    assert!(
        text.contains("\n  … 9921 more lines; the json report has them all\n"),
        "{text}"
    );
    assert!(text.lines().count() < 110, "{text}");
}

#[test]
fn a_huge_line_shows_its_beginning() {
    let text = with(failure(FailureKind::Thrown, "Error", &"x".repeat(1 << 20)));
    assert!(text.contains(" [1047576 more bytes]"), "{}", text.len());
    let text = Run::of(&["a.test.ts"])
        .file(0, |file| {
            file.cases(&["one"])
                .print(Some(0), Stream::Stdout, &"y".repeat(1 << 20))
                .fail(0, thrown("no"))
        })
        .plain();
    assert!(
        text.len() < 3000 && text.contains(" [1047576 more bytes]"),
        "{}",
        text.len()
    );
}

#[test]
fn a_huge_title_shows_its_beginning() {
    let title = "t".repeat(100_000);
    let text = Run::of(&["a.test.ts"])
        .file(0, |file| file.cases(&[&title]).fail(0, thrown("no")))
        .plain();
    assert!(text.len() < 3000, "{}", text.len());
    assert!(
        text.contains(&format!("FAIL a.test.ts > {}…\n", "t".repeat(239))),
        "{text}"
    );
    assert!(text.contains(&format!("-t '^{}'\n", "t".repeat(400))), "{text}");
}

#[test]
fn prose_is_broken_at_spaces_and_long_words_are_not() {
    let prose = format!(
        "the file {} could not be read because it is not there",
        "/very/long/path".repeat(6)
    );
    let text = Run::of(&["a.test.ts"])
        .file(0, |file| {
            file.cases(&["one"])
                .fail(0, failure(FailureKind::Thrown, "Error", &prose))
        })
        .terminal(trun_reporters::Style {
            width: 40,
            ..trun_reporters::Style::plain()
        });
    assert!(text.contains("\n  Error: the file\n  /very/long/path/very"), "{text}");
    assert!(
        text.contains("\n  could not be read because it is not\n  there\n"),
        "{text}"
    );
}
