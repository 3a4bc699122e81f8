//! How results of every kind stand in JUnit documents, and that nothing which failed is missing there.

use trun_reporters::{
    CaseMode, EventKind, FailureKind, FileOutcome, JunitDialect, Outcome, RunEnd, RunEvent, RunStats, Stream,
};

use crate::{
    documents::{Story, run_of, skipped, story},
    junit::{DIALECTS, case, cases, completed, names, plain, property, rich, text},
    support::{Run, failure, mismatch, thrown},
    xml::Node,
};

/// What is red in a document must be what fails a run, and root and suites must count alike.
#[test]
fn a_document_is_red_if_and_only_if_the_run_failed() {
    let one = |path: &str| story(path).passes("one");
    let end = |stories: Vec<Story>, end: RunEnd| run_of(stories).end(end).events;
    let runs: Vec<(&str, Vec<RunEvent>)> = vec![
        ("passed", completed(vec![one("a.test.ts")])),
        ("failed", completed(vec![story("a.test.ts").fails("one", mismatch())])),
        ("broken file", completed(vec![story("a.test.ts").error(thrown("no"))])),
        ("no files", completed(vec![])),
        (
            "interrupted",
            end(vec![one("a.test.ts")], RunEnd::Interrupted("SIGINT".to_owned())),
        ),
        (
            "broken",
            end(vec![one("a.test.ts")], RunEnd::Broken("no zygote".to_owned())),
        ),
        (
            "aborted",
            end(vec![one("a.test.ts")], RunEnd::Aborted("a worker crashed".to_owned())),
        ),
        (
            "run error",
            run_of(vec![one("a.test.ts")])
                .event(EventKind::RunError {
                    message: "worker 2 does not start".to_owned(),
                })
                .end(RunEnd::Completed)
                .events,
        ),
        (
            "lost result",
            completed(vec![story("a.test.ts").passes("told").case("never told")]),
        ),
        (
            "crashed",
            completed(vec![
                one("a.test.ts")
                    .case("never")
                    .over(FileOutcome::Crashed("SIGSEGV".to_owned())),
            ]),
        ),
        (
            "cut short",
            completed(vec![
                one("a.test.ts")
                    .case("never")
                    .over(FileOutcome::NotRun("bail".to_owned())),
            ]),
        ),
        (
            "never started",
            Run::of(&["a.test.ts"])
                .never(0, "bailed out")
                .end(RunEnd::Bailed(1))
                .events,
        ),
        (
            "filtered",
            completed(vec![
                story("a.test.ts")
                    .case_in(CaseMode::Filtered, "other")
                    .over(FileOutcome::Finished),
            ]),
        ),
    ];
    for (name, events) in runs {
        let mut stats = RunStats::default();
        events.iter().for_each(|event| stats.fold(event));
        for dialect in DIALECTS {
            let document = Node::parse(&text(dialect, &events));
            let is_red = |case: &&Node| case.has("failure") || case.has("error");
            let red = cases(&document).iter().any(is_red);
            // The result of a filtered case was never told above: such a run has failed too.
            assert_eq!(red, stats.is_failed(), "{name}, {dialect:?}: {document:?}");
            counts_hold(&document, dialect);
        }
    }
}

#[track_caller]
fn counts_hold(document: &Node, dialect: JunitDialect) {
    let mut sums = [0; 4];
    for suite in document.all("testsuite") {
        let of = |child: &str| suite.all("testcase").filter(|case| case.has(child)).count();
        let counted = [suite.all("testcase").count(), of("failure"), of("error"), of("skipped")];
        assert_eq!(suite.number("tests"), counted[0]);
        assert_eq!(suite.number("failures"), counted[1]);
        assert_eq!(suite.number("errors"), counted[2]);
        if dialect == JunitDialect::Rich {
            assert_eq!(suite.number("skipped"), counted[3]);
        }
        for (sum, count) in sums.iter_mut().zip(counted) {
            *sum += count;
        }
    }
    if dialect == JunitDialect::Rich {
        let root = ["tests", "failures", "errors", "skipped"].map(|name| document.number(name));
        assert_eq!(root, sums);
    }
}

#[test]
fn failures_are_assertions_of_tests_and_all_else_is_an_error() {
    let mut in_hook = mismatch();
    in_hook.hook = Some("beforeEach".to_owned());
    let document = rich(vec![
        story("a.test.ts")
            .fails("asserts", mismatch())
            .fails("throws", thrown("no"))
            .fails("hook", in_hook)
            .ends(
                "slow",
                Outcome::TimedOut,
                vec![failure(FailureKind::Timeout, "", "timed out after 5 ms")],
            )
            .fails("dies", failure(FailureKind::Worker, "", "SIGSEGV"))
            .ends("both", Outcome::Failed, vec![mismatch(), thrown("and then")]),
    ]);
    let kinds: Vec<(&str, &str)> = cases(&document)
        .iter()
        .map(|case| (case.children[0].name.as_str(), case.children[0].attribute("type")))
        .collect();
    assert_eq!(
        kinds,
        [
            ("failure", "AssertionError"),
            ("error", "TypeError"),
            ("error", "AssertionError"),
            ("error", "timeout"),
            ("error", "worker crash"),
            ("failure", "AssertionError"),
        ]
    );
    let hook = case(&document, "hook").only("error");
    assert!(hook.attribute("message").starts_with("beforeEach hook failed: expect("));
    let both = case(&document, "both").only("failure");
    assert!(
        both.text.contains("Expected: 3") && both.text.contains("and then"),
        "{}",
        both.text
    );
}

#[test]
fn a_pass_after_failures_is_flaky() {
    let stories = || {
        vec![
            story("a.test.ts")
                .tried(
                    "sometimes",
                    vec![thrown("one\ntwo"), mismatch()],
                    Outcome::Passed,
                    Vec::new(),
                )
                .prints(Some(0), Stream::Stdout, "it says\n"),
        ]
    };
    let document = rich(stories());
    let case = case(&document, "sometimes");
    assert_eq!(
        case.names(),
        ["properties", "flakyFailure", "flakyFailure", "system-out"]
    );
    assert_eq!(
        (property(case, "trun.attempts"), property(case, "trun.flaky")),
        (Some("3"), Some("true"))
    );
    let first = case.all("flakyFailure").next().expect("an attempt");
    assert_eq!(
        (first.attribute("message"), first.attribute("type")),
        ("one\ntwo", "TypeError")
    );
    assert_eq!(
        first.only("stackTrace").text,
        "TypeError: one\ntwo\n    at parse (src/parse.ts:12:7)"
    );
    assert_eq!(first.attribute("time"), "0.007");

    let document = plain(stories());
    let case = &cases(&document)[0];
    assert_eq!(case.names(), ["system-out", "system-err"]);
    let told = &case.only("system-err").text;
    assert!(
        told.starts_with("flaky: it passed after 2 failed attempts\n\nTypeError: one"),
        "{told}"
    );
}

#[test]
fn a_test_that_failed_every_time_begins_with_the_first() {
    let stories = || {
        let before = vec![thrown("first"), thrown("second")];
        vec![story("a.test.ts").tried("never", before, Outcome::Failed, vec![mismatch()])]
    };
    let document = rich(stories());
    let case = case(&document, "never");
    assert_eq!(case.names(), ["properties", "error", "rerunFailure", "rerunFailure"]);
    assert_eq!(case.only("error").attribute("message"), "first");
    let again: Vec<&str> = case.all("rerunFailure").map(|one| one.attribute("message")).collect();
    assert_eq!(again[0], "second");
    assert!(again[1].starts_with("expect(received)"));
    assert_eq!(
        (property(case, "trun.attempts"), property(case, "trun.flaky")),
        (Some("3"), None)
    );

    let document = plain(stories());
    let body = &cases(&document)[0].only("error").text;
    assert!(
        body.starts_with("TypeError: first") && body.contains("tried again: 2 failed attempts"),
        "{body}"
    );
}

#[test]
fn skipped_tests_say_why_in_the_attribute_and_the_text() {
    let stories = || {
        vec![
            story("a.test.ts")
                .case("noted")
                .result(skipped(0, Some("needs a network"))),
            story("b.test.ts").case("plain").result(skipped(0, None)),
            story("c.test.ts").ends("later", Outcome::Todo, Vec::new()),
        ]
    };
    for document in [rich(stories()), plain(stories())] {
        let told: Vec<(&str, &str, &str)> = cases(&document)
            .iter()
            .map(|case| case.only("skipped"))
            .map(|one| (one.attribute("type"), one.attribute("message"), one.text.as_str()))
            .collect();
        assert_eq!(
            told,
            [
                ("skipped", "needs a network", "needs a network"),
                ("skipped", "skipped", "skipped"),
                ("todo", "todo", "todo"),
            ]
        );
    }
}

#[test]
fn a_crash_keeps_results_and_tells_what_did_not_run() {
    let crash = failure(FailureKind::Worker, "", "the worker process crashed with SIGSEGV");
    let stories = || {
        vec![
            story("a.test.ts")
                .passes("done")
                .fails("crashes", crash.clone())
                .case("never")
                .over(FileOutcome::Crashed("SIGSEGV".to_owned())),
            story("b.test.ts")
                .passes("busy")
                .case("cut")
                .over(FileOutcome::NotRun("interrupted".to_owned())),
        ]
    };
    for document in [rich(stories()), plain(stories())] {
        assert_eq!(names(&document), ["done", "crashes", "never", "busy", "cut"]);
        assert_eq!(
            case(&document, "crashes").only("error").attribute("type"),
            "worker crash"
        );
        let never = case(&document, "never").only("skipped");
        assert_eq!(never.text, "not run: the worker process died before (SIGSEGV)");
        assert_eq!(
            case(&document, "cut").only("skipped").attribute("message"),
            "not run: interrupted"
        );
    }
}

#[test]
fn a_file_that_never_started_has_no_suite() {
    let run = Run::of(&["a.test.ts", "b.test.ts"])
        .file(0, |file| file.cases(&["one"]).fail(0, thrown("no")))
        .never(1, "bailed out")
        .end(RunEnd::Bailed(1));
    for dialect in DIALECTS {
        let document = Node::parse(&text(dialect, &run.events));
        let suites: Vec<&str> = document.all("testsuite").map(|suite| suite.attribute("name")).collect();
        assert_eq!(suites, ["a.test.ts"]);
    }
}

#[test]
fn what_belongs_to_no_test_is_an_error_case_of_its_file() {
    let mut hook = thrown("in a hook");
    hook.hook = Some("afterAll".to_owned());
    let document = rich(vec![
        story("tests/a.test.ts")
            .passes("one")
            .error(failure(FailureKind::Load, "SyntaxError", "no"))
            .error(failure(FailureKind::Worker, "", "died"))
            .error(failure(FailureKind::Aborted, "", "another worker crashed"))
            .error(failure(FailureKind::Leak, "", "left a timer behind"))
            .error(hook)
            .error(mismatch()),
    ]);
    assert_eq!(
        names(&document),
        [
            "[load]",
            "[worker crashed]",
            "[aborted]",
            "[leak]",
            "[afterAll]",
            "[file error]",
            "one"
        ]
    );
    assert!(cases(&document).iter().take(6).all(|case| case.has("error")));
    assert!(
        cases(&document)
            .iter()
            .all(|case| case.attribute("classname") == "tests.a")
    );
}

#[test]
fn what_belongs_to_no_file_has_a_suite_of_its_own() {
    let run = || {
        run_of(vec![story("trun.test.ts").passes("[aborted]")]).event(EventKind::RunError {
            message: "worker 2 does not start".to_owned(),
        })
    };
    let ends = [
        (
            RunEnd::Aborted("a worker crashed".to_owned()),
            "[aborted] [2]",
            "a worker crashed",
        ),
        (RunEnd::Broken("no zygote".to_owned()), "[trun failed]", "no zygote"),
        (
            RunEnd::Interrupted("SIGTERM".to_owned()),
            "[interrupted]",
            "the run was interrupted by SIGTERM",
        ),
    ];
    for (end, name, message) in ends {
        for dialect in DIALECTS {
            let document = Node::parse(&text(dialect, &run().end(end.clone()).events));
            let own = document.all("testsuite").last().expect("a suite");
            assert_eq!((own.attribute("name"), own.get("file")), ("trun", None));
            assert_eq!(names(&document), ["[aborted]", "[run error]", name]);
            assert_eq!(case(&document, name).only("error").attribute("message"), message);
        }
    }
}

#[test]
fn tests_that_the_pattern_leaves_out_are_left_out() {
    let filtered = |story: Story, case: u32| story.case_in(CaseMode::Filtered, "other").result(skipped(case, None));
    let stories = || {
        vec![
            filtered(story("a.test.ts").passes("wanted"), 1),
            filtered(story("b.test.ts"), 0),
            story("c.test.ts")
                .fails("crashes", thrown("SIGSEGV"))
                .case_in(CaseMode::Filtered, "other")
                .case_in(CaseMode::Skip, "skipped")
                .over(FileOutcome::Crashed("SIGSEGV".to_owned())),
        ]
    };
    for document in [rich(stories()), plain(stories())] {
        assert_eq!(names(&document), ["wanted", "crashes", "skipped"]);
        assert_eq!(document.all("testsuite").count(), 2);
    }
}
