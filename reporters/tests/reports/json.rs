//! The JSON document: Jest's keys, editors' needs, our extras.

use serde_json::{Value, json};
use trun_reporters::{EventKind, Failure, FailureKind, FileId, Outcome, RunEnd, Stream};

use crate::support::{Run, absolute, failure, mismatch, thrown};

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
