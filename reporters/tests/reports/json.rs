//! The JSON document: Jest's keys, editors' needs, our extras.

use serde_json::{Value, json};
use trun_reporters::{CaseMode, EventKind, Failure, FailureKind, FileId, Outcome, RunEnd, Stream};

use crate::{
    documents::{run_of, skipped, story},
    support::{Run, absolute, document, failure, mismatch, thrown},
};

fn keys(value: &Value) -> Vec<&str> {
    let mut keys: Vec<&str> = value
        .as_object()
        .expect("an object")
        .keys()
        .map(String::as_str)
        .collect();
    keys.sort_unstable();
    keys
}

fn mixed() -> Value {
    Run::of(&["tests/a.test.ts"])
        .file(0, |file| {
            file.cases(&["math > adds", "math > subtracts", "skipped", "later", "slow"])
                .print(Some(0), Stream::Stdout, "hello\n")
                .print(Some(0), Stream::Stderr, "oh\n")
                .print(None, Stream::Stdout, "file\n")
                .pass(0)
                .fail(1, mismatch())
                .skip(2)
                .todo(3)
                .finish(
                    4,
                    Outcome::TimedOut,
                    vec![failure(FailureKind::Timeout, "", "timed out after 5000 ms")],
                )
        })
        .json()
}

#[test]
fn every_key_of_jest_is_there() {
    let document = mixed();
    assert_eq!(
        keys(&document),
        [
            "numFailedTestSuites",
            "numFailedTests",
            "numPassedTestSuites",
            "numPassedTests",
            "numPendingTestSuites",
            "numPendingTests",
            "numRuntimeErrorTestSuites",
            "numTodoTests",
            "numTotalTestSuites",
            "numTotalTests",
            "openHandles",
            "snapshot",
            "startTime",
            "success",
            "testResults",
            "wasInterrupted",
            "x",
        ]
    );
    assert_eq!(
        keys(&document["snapshot"]),
        [
            "added",
            "didUpdate",
            "failure",
            "filesAdded",
            "filesRemoved",
            "filesRemovedList",
            "filesUnmatched",
            "filesUpdated",
            "matched",
            "total",
            "unchecked",
            "uncheckedKeysByFile",
            "unmatched",
            "updated",
        ]
    );
    let file = &document["testResults"][0];
    assert_eq!(
        keys(file),
        [
            "assertionResults",
            "endTime",
            "message",
            "name",
            "startTime",
            "status",
            "summary",
            "x",
        ]
    );
    assert_eq!(
        keys(&file["assertionResults"][0]),
        [
            "ancestorTitles",
            "duration",
            "failing",
            "failureDetails",
            "failureMessages",
            "fullName",
            "invocations",
            "location",
            "numPassingAsserts",
            "retryMessages",
            "retryReasons",
            "startAt",
            "status",
            "title",
            "x",
        ]
    );
}

#[test]
fn tests_have_jests_statuses_and_our_extras() {
    let document = mixed();
    let file = &document["testResults"][0];
    assert_eq!(file["name"], absolute("tests/a.test.ts"));
    assert_eq!(
        (&file["status"], &file["startTime"], &file["endTime"]),
        (
            &json!("failed"),
            &json!(1_700_000_000_000_u64),
            &json!(1_700_000_000_021_u64)
        )
    );
    let tests = file["assertionResults"].as_array().expect("a list");
    let statuses: Vec<&Value> = tests.iter().map(|test| &test["status"]).collect();
    assert_eq!(statuses, ["passed", "failed", "pending", "todo", "failed"]);
    assert_eq!(tests[0]["fullName"], "math adds");
    assert_eq!(tests[0]["ancestorTitles"], json!(["math"]));
    assert_eq!(tests[0]["location"], json!({"line": 10, "column": 3}));
    assert_eq!(tests[0]["numPassingAsserts"], 2);
    assert_eq!(
        (&tests[0]["duration"], &tests[2]["duration"]),
        (&json!(4.0), &Value::Null)
    );
    assert_eq!(tests[0]["startAt"], json!(1_700_000_000_000_u64));
    assert_eq!(
        (&tests[0]["x"]["stdout"], &tests[0]["x"]["stderr"]),
        (&json!("hello\n"), &json!("oh\n"))
    );
    assert_eq!(
        (&file["x"]["stdout"], &file["x"]["worker"]),
        (&json!("file\n"), &json!(1))
    );
    assert_eq!(tests[0]["x"]["id"], "tests/a.test.ts#math>adds#1");
    assert_eq!(
        (&tests[4]["x"]["outcome"], &tests[2]["x"]["note"]),
        (&json!("timedOut"), &json!("needs a network"))
    );
}

#[test]
fn failures_are_text_for_editors_and_data_for_tools() {
    let document = mixed();
    let test = &document["testResults"][0]["assertionResults"][1];
    let text = test["failureMessages"][0].as_str().expect("text");
    insta::assert_snapshot!(text, @"
    AssertionError: expect(received).toBe(expected)

    Expected: 3
    Received: 2
        at check (/home/me/project/tests/b.test.ts:4:7)
        at /home/me/project/tests/b.test.ts:9:7
        at run (/home/me/project/node_modules/dep/index.js:1:7)
        at loop (/home/me/project/node_modules/dep/index.js:2:7)
    ");
    assert_eq!(test["failureDetails"][0]["matcherResult"]["name"], "toBe");
    assert_eq!(test["failureDetails"][0]["matcherResult"]["expected"], "3");
    assert_eq!(test["failureDetails"][0]["matcherResult"]["actual"], "2");
    assert_eq!(test["failureDetails"][0]["matcherResult"]["pass"], false);
    assert_eq!(test["x"]["failures"][0]["stack"][0]["line"], 4);
    let timeout = &document["testResults"][0]["assertionResults"][4];
    assert_eq!(
        timeout["failureMessages"][0],
        format!(
            "timed out after 5000 ms\n    at {}:50:3",
            absolute("tests/declared.test.ts")
        )
    );
    assert_eq!(timeout["failureDetails"], json!([{}]));
}

#[test]
fn a_file_error_is_a_failed_file_with_a_message() {
    let document = Run::of(&["a.test.ts", "b.test.ts"])
        .file(0, |file| {
            file.error(failure(FailureKind::Load, "SyntaxError", "Unexpected token"))
        })
        .file(1, |file| {
            file.cases(&["one"])
                .pass(0)
                .error(thrown("between tests"))
                .error(thrown("and again"))
        })
        .json();
    assert_eq!(document["numRuntimeErrorTestSuites"], 2);
    assert_eq!(document["x"]["numFileErrors"], 3);
    assert_eq!(document["testResults"][0]["status"], "failed");
    assert_eq!(document["testResults"][0]["message"], "SyntaxError: Unexpected token");
    assert_eq!(document["testResults"][0]["assertionResults"], json!([]));
    assert_eq!(document["testResults"][1]["assertionResults"][0]["status"], "passed");
    let expected = format!(
        "TypeError: between tests\n    at parse ({}:12:7)",
        absolute("src/parse.ts")
    );
    assert!(
        document["testResults"][1]["message"]
            .as_str()
            .expect("text")
            .starts_with(&expected)
    );
    assert_eq!(document["success"], false);
}

#[test]
fn an_aborted_run_keeps_results_and_lists_the_rest() {
    let crash = Failure::plain(FailureKind::Worker, "the worker process crashed with SIGSEGV");
    let document = Run::of(&["a.test.ts", "b.test.ts", "c.test.ts"])
        .file(0, |file| {
            file.cases(&["done", "crashes", "never"])
                .pass(0)
                .fail(1, crash)
                .crashed("SIGSEGV")
        })
        .file(1, |file| file.cases(&["busy"]).cut_short("interrupted"))
        .never(2, "aborted: another worker crashed")
        .end(RunEnd::Aborted(
            "error: a test worker process crashed with SIGSEGV while running a.test.ts".to_owned(),
        ))
        .json();
    assert_eq!(document["wasInterrupted"], true);
    assert_eq!(document["x"]["end"]["kind"], "aborted");
    let statuses: Vec<&Value> = document["testResults"]
        .as_array()
        .expect("files")
        .iter()
        .map(|file| &file["status"])
        .collect();
    assert_eq!(statuses, ["failed", "pending"]);
    assert_eq!(document["testResults"][0]["x"]["reason"], "SIGSEGV");
    assert_eq!(
        document["x"]["notRun"],
        json!([
            {"file": absolute("b.test.ts"), "reason": "interrupted"},
            {"file": absolute("c.test.ts"), "reason": "aborted: another worker crashed"},
        ])
    );
    let missing: Vec<&Value> = document["x"]["notRunTests"]
        .as_array()
        .expect("tests")
        .iter()
        .map(|test| &test["id"])
        .collect();
    assert_eq!(missing, ["a.test.ts#never#1", "b.test.ts#busy#1"]);
    assert_eq!(
        (&document["numTotalTests"], &document["numPendingTests"]),
        (&json!(2), &json!(0))
    );
    assert_eq!(
        (&document["numTotalTestSuites"], &document["numPendingTestSuites"]),
        (&json!(3), &json!(2))
    );
}

#[test]
fn tests_of_one_name_have_ids_of_their_own() {
    let document = Run::of(&["a.test.ts"])
        .file(0, |file| file.cases(&["same", "same"]).pass(0).pass(1))
        .json();
    let tests = &document["testResults"][0]["assertionResults"];
    assert_eq!(
        (&tests[0]["x"]["id"], &tests[1]["x"]["id"]),
        (&json!("a.test.ts#same#1"), &json!("a.test.ts#same#2"))
    );
}

#[test]
fn text_is_not_touched() {
    let title = "tab\tescape\x1b[31m null\0 \u{ffff} 日本";
    let document = Run::of(&["a.test.ts"])
        .file(0, |file| {
            file.cases(&[title])
                .print(Some(0), Stream::Stdout, "\x1b[31mred\r\n")
                .pass(0)
        })
        .json();
    let test = &document["testResults"][0]["assertionResults"][0];
    assert_eq!(
        (&test["title"], &test["x"]["stdout"]),
        (&json!(title), &json!("\x1b[31mred\r\n"))
    );
}

#[test]
fn a_run_error_is_no_success() {
    let document = Run::of(&["a.test.ts"])
        .file(0, |file| file.cases(&["one"]).pass(0))
        .event(EventKind::RunError {
            message: "worker 2 exited outside a test file".to_owned(),
        })
        .json();
    assert_eq!(document["success"], false);
    assert_eq!(
        document["x"]["runErrors"],
        json!(["worker 2 exited outside a test file"])
    );
}

#[test]
fn an_error_after_its_file_fails_it() {
    let document = Run::of(&["a.test.ts"])
        .file(0, |file| file.cases(&["one"]).pass(0))
        .event(EventKind::FileError {
            file: FileId(0),
            failure: thrown("too late"),
        })
        .json();
    assert_eq!(document["testResults"][0]["status"], "failed");
    assert_eq!(
        (&document["numFailedTestSuites"], &document["numPassedTestSuites"]),
        (&json!(1), &json!(0))
    );
}

fn attempts() -> Value {
    let events = run_of(vec![
        story("tests/a.test.ts")
            .tried(
                "sometimes",
                vec![thrown("one"), mismatch()],
                Outcome::Passed,
                Vec::new(),
            )
            .tried("never", vec![thrown("first")], Outcome::Failed, vec![thrown("last")])
            .passes("always")
            .case_in(CaseMode::Filtered, "other")
            .leaks("a timer (setTimeout, 60000 ms)"),
    ]);
    document(&events.end(RunEnd::Completed).events)
}

/// Editors show the failure messages of a test as errors, also those of one that passed.
#[test]
fn a_flaky_test_has_passed_and_says_elsewhere_what_failed_before() {
    let document = attempts();
    let test = &document["testResults"][0]["assertionResults"][0];
    assert_eq!((&test["status"], &test["invocations"]), (&json!("passed"), &json!(3)));
    assert_eq!(
        (&test["failureMessages"], &test["failureDetails"]),
        (&json!([]), &json!([]))
    );
    assert_eq!(test["retryReasons"].as_array().expect("a list").len(), 2);
    assert_eq!(test["retryReasons"], test["retryMessages"]);
    let first = format!("TypeError: one\n    at parse ({}:12:7)", absolute("src/parse.ts"));
    assert_eq!(test["retryReasons"][0], first);
    assert_eq!(test["x"]["flaky"], true);
    let attempt = &test["x"]["attempts"][0];
    assert_eq!(
        (&attempt["outcome"], &attempt["duration"]),
        (&json!("failed"), &json!(7.0))
    );
    assert_eq!(attempt["failures"][0]["message"], "one");
    assert_eq!(document["x"]["numFlakyTests"], 1);
}

#[test]
fn a_test_that_failed_every_time_shows_its_last_attempt() {
    let document = attempts();
    let test = &document["testResults"][0]["assertionResults"][1];
    assert_eq!((&test["status"], &test["invocations"]), (&json!("failed"), &json!(2)));
    let texts = (&test["failureMessages"][0], &test["retryReasons"][0]);
    assert!(texts.0.as_str().expect("text").starts_with("TypeError: last"));
    assert!(texts.1.as_str().expect("text").starts_with("TypeError: first"));
    assert_eq!(test["x"]["flaky"], false);
}

#[test]
fn a_test_that_was_not_tried_again_has_one_invocation() {
    let document = attempts();
    let test = &document["testResults"][0]["assertionResults"][2];
    assert_eq!(
        (
            &test["invocations"],
            &test["retryReasons"],
            &test["x"]["attempts"],
            &test["x"]["mode"]
        ),
        (&json!(1), &json!([]), &json!([]), &json!("run"))
    );
}

#[test]
fn leaks_are_told_of_their_file() {
    let document = attempts();
    let leak = &document["testResults"][0]["x"]["leaks"][0];
    assert_eq!(
        (&leak["kind"], &leak["what"]),
        (&json!("timer"), &json!("a timer (setTimeout, 60000 ms)"))
    );
    assert_eq!(
        (&leak["stack"][0]["file"], &leak["stack"][0]["line"]),
        (&json!(absolute("tests/a.test.ts")), &json!(5))
    );
    assert_eq!(document["x"]["numLeaks"], 1);
}

#[test]
fn the_seed_is_told() {
    let mut run = Run::of(&["a.test.ts"]);
    if let EventKind::RunStarted { seed, .. } = &mut run.events[0].kind {
        *seed = Some(42);
    }
    assert_eq!(run.json()["x"]["seed"], 42);
    assert_eq!(Run::of(&["a.test.ts"]).json()["x"]["seed"], Value::Null);
}

#[test]
fn a_test_that_the_pattern_leaves_out_is_pending_and_says_so() {
    let run = run_of(vec![
        story("a.test.ts")
            .case_in(CaseMode::Filtered, "other")
            .result(skipped(0, None)),
    ]);
    let document = document(&run.end(RunEnd::Completed).events);
    let test = &document["testResults"][0]["assertionResults"][0];
    assert_eq!(
        (&test["status"], &test["x"]["mode"]),
        (&json!("pending"), &json!("filtered"))
    );
    assert_eq!(
        (&test["invocations"], &test["location"]["line"]),
        (&json!(0), &json!(10))
    );
}
