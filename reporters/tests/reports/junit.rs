//! JUnit documents as readers see them: their shape, names, places and times. Results and text have files of their own.

use trun_reporters::{EventKind, FailureKind, JunitDialect, Kind, Outcome, ReporterOptions, RunEnd, RunEvent, Stream};

use crate::{
    documents::{Story, report_with, run_of, story},
    support::{Run, failure, mismatch, thrown},
    xml::Node,
};

pub(crate) const DIALECTS: [JunitDialect; 2] = [JunitDialect::Rich, JunitDialect::Plain];

pub(crate) fn text(dialect: JunitDialect, events: &[RunEvent]) -> String {
    let options = ReporterOptions {
        junit_dialect: dialect,
        hostname: Some("builder-7".to_owned()),
        ..ReporterOptions::default()
    };
    report_with(Kind::Junit, options, events)
}

pub(crate) fn completed(stories: Vec<Story>) -> Vec<RunEvent> {
    run_of(stories).end(RunEnd::Completed).events
}

/// The document of the rich dialect.
pub(crate) fn rich(stories: Vec<Story>) -> Node {
    Node::parse(&text(JunitDialect::Rich, &completed(stories)))
}

pub(crate) fn plain(stories: Vec<Story>) -> Node {
    Node::parse(&text(JunitDialect::Plain, &completed(stories)))
}

/// All cases of a document.
pub(crate) fn cases(document: &Node) -> Vec<&Node> {
    document
        .all("testsuite")
        .flat_map(|suite| suite.all("testcase"))
        .collect()
}

#[track_caller]
pub(crate) fn case<'a>(document: &'a Node, name: &str) -> &'a Node {
    let found = cases(document).into_iter().find(|case| case.attribute("name") == name);
    found.unwrap_or_else(|| panic!("no case {name:?} in {document:?}"))
}

pub(crate) fn names(document: &Node) -> Vec<&str> {
    cases(document).iter().map(|case| case.attribute("name")).collect()
}

pub(crate) fn property<'a>(node: &'a Node, name: &str) -> Option<&'a str> {
    let properties = node.all("properties").flat_map(|all| all.children.iter());
    properties
        .filter(|one| one.attribute("name") == name)
        .map(|one| one.attribute("value"))
        .next()
}

fn a_bit_of_everything() -> Vec<Story> {
    vec![
        story("tests/math.test.ts")
            .prints(None, Stream::Stdout, "loading\n")
            .passes("math > adds")
            .fails("math > subtracts", mismatch())
            .prints(Some(1), Stream::Stderr, "a hint\n")
            .ends("math > waits", Outcome::Skipped, Vec::new())
            .ends("later", Outcome::Todo, Vec::new())
            .tried("sometimes", vec![thrown("not yet")], Outcome::Passed, Vec::new())
            .leaks("a timer (setTimeout, 60000 ms)"),
        story("tests/broken.test.ts").error(failure(FailureKind::Load, "SyntaxError", "Unexpected token")),
    ]
}

#[test]
fn the_rich_dialect_tells_everything() {
    insta::assert_snapshot!(text(JunitDialect::Rich, &completed(a_bit_of_everything())));
}

#[test]
fn the_plain_dialect_tells_what_it_can() {
    insta::assert_snapshot!(text(JunitDialect::Plain, &completed(a_bit_of_everything())));
}

#[test]
fn nothing_is_written_before_the_end() {
    let events = completed(a_bit_of_everything());
    for dialect in DIALECTS {
        assert_eq!(text(dialect, &events[..events.len() - 1]), "");
    }
}

#[test]
fn names_are_titles_and_classnames_dotted_paths() {
    let paths = [
        ("tests/api/user.test.ts", "tests.api.user"),
        ("a.b.spec.mjs", "a.b"),
        ("src/__tests__/thing.js", "src.__tests__.thing"),
        ("go_test.ts", "go"),
        ("test.ts", "test"),
        ("/elsewhere/x.test.js", "elsewhere.x"),
        ("/home/me/other/y.test.js", "other.y"),
        ("deep/.test.ts", "deep..test"),
    ];
    for (path, expected) in paths {
        let document = rich(vec![story(path).passes("outer > inner > title")]);
        let case = case(&document, "outer > inner > title");
        assert_eq!(case.attribute("classname"), expected, "of {path}");
    }
}

#[test]
fn no_two_cases_have_one_classname_and_name() {
    let stories = || {
        vec![
            story("a.spec.ts")
                .passes("same")
                .passes("same [2]")
                .passes("same")
                .passes("same"),
            story("a.test.ts")
                .passes("same")
                .error(thrown("one"))
                .error(thrown("two")),
        ]
    };
    for document in [rich(stories()), plain(stories())] {
        let mut pairs: Vec<(&str, &str)> = cases(&document)
            .into_iter()
            .map(|case| (case.attribute("classname"), case.attribute("name")))
            .collect();
        assert_eq!(
            names(&document),
            [
                "same",
                "same [2]",
                "same [3]",
                "same [4]",
                "[file error]",
                "[file error] [2]",
                "same [5]"
            ]
        );
        pairs.sort_unstable();
        pairs.dedup();
        assert_eq!(pairs.len(), 7);
    }
}

#[test]
fn a_test_without_a_title_has_a_name() {
    assert_eq!(names(&rich(vec![story("a.test.ts").passes("")])), ["(no title)"]);
}

#[test]
fn a_failure_reads_back_with_its_lines_and_frames() {
    let document = rich(vec![story("tests/b.test.ts").fails("one", mismatch())]);
    let failure = case(&document, "one").only("failure");
    assert_eq!(
        failure.attribute("message"),
        "expect(received).toBe(expected)\n\nExpected: 3\nReceived: 2"
    );
    insta::assert_snapshot!(failure.text, @"
    AssertionError: expect(received).toBe(expected)

    Expected: 3
    Received: 2
        at check (tests/b.test.ts:4:7)
        at <anonymous> (tests/b.test.ts:9:7)
        at run (node_modules/dep/index.js:1:7)
        at loop (node_modules/dep/index.js:2:7)
    ");
}

#[test]
fn values_that_a_message_does_not_tell_are_added() {
    let mut silent = mismatch();
    silent.message = "not equal".to_owned();
    let document = rich(vec![story("a.test.ts").fails("one", silent)]);
    let failure = case(&document, "one").only("failure");
    assert!(
        failure
            .text
            .starts_with("AssertionError: not equal\n\nExpected: 3\nReceived: 2\n    at check")
    );
    assert_eq!(failure.attribute("message"), "not equal");
}

#[test]
fn cases_have_places_and_times() {
    let document = rich(vec![story("tests/a.test.ts").passes("one").case("two")]);
    let suite = document.only("testsuite");
    assert_eq!(
        (suite.attribute("name"), suite.attribute("file")),
        ("tests/a.test.ts", "tests/a.test.ts")
    );
    assert_eq!(
        (suite.attribute("time"), suite.attribute("hostname")),
        ("0.005", "builder-7")
    );
    assert_eq!(suite.attribute("timestamp"), "2023-11-14T22:13:20.000+00:00");
    assert_eq!(
        (document.attribute("name"), document.attribute("time")),
        ("trun", "1.234")
    );
    let one = case(&document, "one");
    assert_eq!(
        (one.attribute("file"), one.attribute("line")),
        ("tests/a.test.ts", "10")
    );
    assert_eq!((one.attribute("time"), one.attribute("assertions")), ("0.004", "2"));
    assert!(one.get("timestamp").is_some());
    let two = case(&document, "two");
    assert_eq!((two.attribute("line"), two.get("timestamp")), ("20", None));
}

#[test]
fn a_line_in_another_file_is_not_told() {
    // Tests of this language are declared in tests/declared.test.ts.
    let run = Run::of(&["a.test.ts"]).file(0, |file| file.cases(&["one"]).pass(0));
    let document = Node::parse(&text(JunitDialect::Rich, &run.end(RunEnd::Completed).events));
    assert_eq!(case(&document, "one").get("line"), None);
}

#[test]
fn leaks_and_the_seed_are_told_of_the_suite() {
    let mut run = run_of(vec![
        story("a.test.ts")
            .passes("one")
            .leaks("a timer (setTimeout, 60000 ms)")
            .leaks("a server"),
    ]);
    if let EventKind::RunStarted { seed, .. } = &mut run.events[0].kind {
        *seed = Some(42);
    }
    let events = run.end(RunEnd::Completed).events;
    let document = Node::parse(&text(JunitDialect::Rich, &events));
    let suite = document.only("testsuite");
    assert_eq!(property(suite, "trun.seed"), Some("42"));
    assert_eq!(
        property(suite, "trun.leak.1"),
        Some("a timer (setTimeout, 60000 ms) at a.test.ts:5:7")
    );
    assert_eq!(property(suite, "trun.leak.2"), Some("a server at a.test.ts:5:7"));
    let document = Node::parse(&text(JunitDialect::Plain, &events));
    let told = &document.only("testsuite").only("system-err").text;
    assert!(
        told.contains("left behind: a timer (setTimeout, 60000 ms) at a.test.ts:5:7"),
        "{told}"
    );
}
