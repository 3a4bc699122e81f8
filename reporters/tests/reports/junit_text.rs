//! What tests wrote, in JUnit documents: whose it is, how much of it, and whatever it holds.

use trun_reporters::{FileOutcome, Outcome, Stream};

use crate::{
    documents::story,
    junit::{case, cases, plain, rich},
    support::{mismatch, thrown},
};

#[test]
fn output_is_told_of_failed_tests_and_of_files() {
    let stories = || {
        vec![
            story("a.test.ts")
                .prints(None, Stream::Stdout, "loading\n")
                .passes("passes")
                .prints(Some(0), Stream::Stdout, "quiet\n")
                .fails("fails", thrown("no"))
                .prints(Some(1), Stream::Stdout, "one ")
                .prints(Some(0), Stream::Stdout, "between\n")
                .prints(Some(1), Stream::Stdout, "line\n")
                .prints(Some(1), Stream::Stderr, " \n"),
        ]
    };
    for document in [rich(stories()), plain(stories())] {
        assert!(!case(&document, "passes").has("system-out"));
        let fails = case(&document, "fails");
        assert_eq!(fails.only("system-out").text, "one line\n");
        assert!(!fails.has("system-err"), "nothing is to be read on stderr");
        assert_eq!(document.only("testsuite").only("system-out").text, "loading\n");
    }
}

#[test]
fn long_output_keeps_its_beginning_and_its_end() {
    let long = format!("first{}last", "ö".repeat(100_000));
    let stories = || {
        vec![
            story("a.test.ts")
                .fails(&format!("title {long}"), thrown(&long))
                .prints(Some(0), Stream::Stdout, &long),
        ]
    };
    for document in [rich(stories()), plain(stories())] {
        let case = cases(&document)[0];
        let error = case.only("error");
        let kept = [
            (case.attribute("name"), 4 * 1024, "title first"),
            (error.attribute("message"), 4 * 1024, "first"),
            (case.only("system-out").text.as_str(), 64 * 1024, "first"),
            (error.text.as_str(), 64 * 1024, "TypeError: first"),
        ];
        for (text, limit, start) in kept {
            assert!(text.starts_with(start), "{text}");
            assert!(
                (limit..limit + 100).contains(&(text.len() + 2)),
                "{} bytes are left",
                text.len()
            );
            assert!(text.contains("bytes left out"));
        }
        assert!(case.only("system-out").text.ends_with("last"));
    }
}

/// Everything that breaks parsers, terminals or attributes, and what is to be read in its place.
const HOSTILE: &str = "nul\0 bell\x07 esc\x1b[31mred\x1b[0m link\x1b]8;;http://x\x1b\\text del\x7f c1\u{85}\u{9b}1m \
     <&>\"' ]]> <![CDATA[ --> line\nline\r\nline\rtab\t \u{fffe}\u{ffff} \u{fffd} 日本 😀";
const READ: &str = "nul bell escred linktext del c1 \
     <&>\"' ]]> <![CDATA[ --> line\nline\nline\ntab\t \u{fffd}\u{fffd} \u{fffd} 日本 😀";

#[test]
fn hostile_text_reads_back_without_what_xml_forbids() {
    let mut error = thrown(HOSTILE);
    error.name = HOSTILE.to_owned();
    error.hook = Some(HOSTILE.to_owned());
    error.stack[0].function = Some(HOSTILE.to_owned());
    error.cause = Some(Box::new(thrown(HOSTILE)));
    let stories = || {
        vec![
            story(&format!("tests/{}.test.ts", HOSTILE.replace('/', "")))
                .fails(HOSTILE, error.clone())
                .prints(Some(0), Stream::Stdout, HOSTILE)
                .prints(Some(0), Stream::Stderr, HOSTILE)
                .tried("flaky", vec![error.clone()], Outcome::Passed, Vec::new())
                .prints(None, Stream::Stdout, HOSTILE)
                .prints(None, Stream::Stderr, HOSTILE)
                .leaks(HOSTILE)
                .case("not run")
                .over(FileOutcome::Crashed(HOSTILE.to_owned())),
        ]
    };
    for document in [rich(stories()), plain(stories())] {
        let failed = cases(&document)[0];
        assert_eq!(failed.attribute("name"), READ);
        assert_eq!(failed.only("error").attribute("type"), READ);
        assert!(failed.only("error").attribute("message").ends_with(READ));
        assert!(
            failed
                .only("error")
                .text
                .contains(&format!("at {READ} (src/parse.ts:12:7)"))
        );
        assert_eq!(failed.only("system-out").text, READ);
        assert_eq!(failed.only("system-err").text, READ);
        let skipped = case(&document, "not run").only("skipped");
        assert_eq!(skipped.attribute("message"), skipped.text);
        assert!(skipped.text.contains(READ), "{}", skipped.text);
        let suite = document.only("testsuite");
        assert_eq!(suite.only("system-out").text, READ);
        assert!(suite.only("system-err").text.starts_with(READ));
    }
}

#[test]
fn ten_thousand_tests_are_all_told() {
    const MANY: usize = 10_000;
    let stories = || {
        let empty = story("a.test.ts");
        let full = (0..MANY).fold(empty, |story, index| {
            let number = u32::try_from(index).expect("few tests");
            story
                .fails("one name for all", mismatch())
                .prints(Some(number), Stream::Stdout, "printed\n")
        });
        vec![full]
    };
    for document in [rich(stories()), plain(stories())] {
        let cases = cases(&document);
        assert_eq!(cases.len(), MANY);
        assert_eq!(cases[MANY - 1].attribute("name"), format!("one name for all [{MANY}]"));
        assert!(cases.iter().all(|case| case.only("system-out").text == "printed\n"));
    }
}
