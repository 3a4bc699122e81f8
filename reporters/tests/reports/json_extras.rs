//! What the JSON document says of attempts, leaks, the seed and tests that were left out.

use serde_json::{Value, json};
use trun_reporters::{CaseMode, EventKind, Outcome, RunEnd};

use crate::{
    documents::{run_of, skipped, story},
    support::{Run, absolute, document, mismatch, thrown},
};

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
