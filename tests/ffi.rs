//! Native functions in tests: the suites of `fixtures/ffi`, which compile C of their own, and what a run makes of native code that
//! misbehaves.
//!
//! `FFI_SCALE=full` runs everything as often and as long as it was asked for (`make ffi-stress`); without it each part is as long as a
//! quick run can afford.

use crate::support::{Outcome, Project};

fn is_full() -> bool {
    std::env::var("FFI_SCALE").is_ok_and(|scale| scale == "full")
}

/// Runs what is called so, in a copy of the project whose libraries are compiled once for all tests.
fn run(args: &[&str], env: &[(&str, &str)]) -> Outcome {
    let project = Project::fixture("../ffi");
    let mut command = project
        .trun(args)
        .env("TRUN_CACHE_DIR", concat!(env!("CARGO_TARGET_TMPDIR"), "/ffi"))
        .env("FFI_SCALE", if is_full() { "full" } else { "" });
    for (name, value) in env {
        command = command.env(name, value);
    }
    command.run()
}

#[track_caller]
fn passes(outcome: &Outcome) {
    outcome.exits(0);
    let is_quiet = outcome
        .stderr
        .lines()
        .all(|line| line.starts_with("Test results written to"));
    assert!(is_quiet, "{}", outcome.all());
}

#[test]
fn every_type_goes_through_c_and_back() {
    passes(&run(&["types.test.js"], &[]));
}

#[test]
fn what_cannot_be_called_is_an_error_that_names_it() {
    passes(&run(&["errors.test.js", "cc.test.js"], &[]));
}

/// Also under constant collection, and in two files one after the other: each has an env of its own.
#[test]
fn functions_may_speak_node_api() {
    for stress in ["", "20"] {
        let outcome = run(&["--parallel=1", "node_api"], &[("TRUN_GC_STRESS", stress)]);
        passes(&outcome);
        outcome.counts(9, 0);
    }
}

#[test]
fn pointers_stay_true() {
    passes(&run(&["pointers.test.js"], &[]));
}

#[test]
fn pointers_stay_true_under_constant_collection() {
    passes(&run(
        &["pointers.test.js", "types.test.js"],
        &[("TRUN_GC_STRESS", "20")],
    ));
}

#[test]
fn calls_of_other_threads_arrive_exactly_once() {
    for _ in 0..if is_full() { 50 } else { 1 } {
        passes(&run(&["threadsafe.test.js"], &[]));
    }
}

#[test]
fn calls_of_other_threads_arrive_exactly_once_under_constant_collection() {
    for _ in 0..if is_full() { 20 } else { 1 } {
        passes(&run(&["threadsafe.test.js"], &[("TRUN_GC_STRESS", "20")]));
    }
}

/// Files follow each other in one worker, and its end follows, while threads of the first call on and on.
#[test]
fn threads_may_go_on_across_files_and_the_end_of_the_worker() {
    for _ in 0..if is_full() { 50 } else { 3 } {
        let outcome = run(&["--parallel=1", "swap"], &[]);
        passes(&outcome);
        outcome.counts(3, 0);
    }
}

#[test]
fn a_library_is_released_with_its_file() {
    let outcome = run(&["--parallel=1", "state"], &[]);
    passes(&outcome);
    outcome.counts(2, 0);
}

#[test]
fn a_deallocator_is_there_when_its_buffer_ends_after_the_file() {
    for stress in ["", "20"] {
        passes(&run(&["--parallel=1", "outlive"], &[("TRUN_GC_STRESS", stress)]));
    }
}

#[test]
fn a_callback_on_a_foreign_thread_fails_the_running_test() {
    let outcome = run(&["--parallel=1", "foreign"], &[]);
    outcome.exits(1).counts(2, 3);
    for name in ["answer", "later", "last"] {
        outcome.shows(&format!(
            "the callback {name} was called on a thread that is not the JavaScript thread, but it is not threadsafe"
        ));
    }
}

#[test]
fn a_deallocator_that_calls_back_fails_the_running_test() {
    let outcome = run(&["collection"], &[]);
    outcome
        .exits(1)
        .counts(0, 1)
        .shows("the callback ended was called while memory was being collected")
        .shows("run 0 times")
        .hides("run 1 times");
}

#[test]
fn a_crash_in_a_native_function_is_charged_to_the_running_test() {
    let outcome = run(&["faults"], &[]);
    outcome
        .exits(1)
        .counts(1, 1)
        .shows("crashed with SIGSEGV while running faults/a.test.js");
    assert_eq!(outcome.test("crashes in C")["status"], "failed");
}

#[test]
fn a_callback_without_end_is_stopped_and_the_file_goes_on() {
    let outcome = run(&["endless"], &[]);
    outcome.exits(1).counts(1, 1).shows("did not finish within 300 ms");
    assert_eq!(outcome.test("the next test")["status"], "passed");
}

/// What the allocator makes of its own bytes being overwritten is its affair: either nothing of the engine has changed, or the end of the
/// worker is told for what it is.
#[test]
fn an_overrun_changes_no_object_or_is_reported_as_the_crash_it_is() {
    let outcome = run(&["--parallel=1", "overrun"], &[]);
    if outcome.code() != 0 {
        outcome.shows("a test worker process crashed with SIG");
        assert_eq!(outcome.file("overrun/a.test.js")["status"], "failed");
    }
}

#[test]
fn a_missing_compiler_is_named() {
    let outcome = run(&["nocompiler"], &[("PATH", "/no/such/folder")]);
    outcome.exits(1).shows("no C compiler was found");
}
