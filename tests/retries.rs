//! Tests that are tried again: what the run as a whole makes of it.

use crate::support::Project;

#[test]
fn a_test_that_passes_in_the_end_fails_no_run() {
    let body = "let n = 0; test('flaky', { retry: 2 }, () => { n += 1; console.log(`try ${n}`); if (n < 3) throw new Error('no'); });";
    let outcome = Project::new().file("a.test.js", body).trun(&["--parallel=1"]).run();
    outcome.exits(0).counts(1, 0);
    let test = outcome.test("flaky");
    assert_eq!(test["x"]["outcome"], "passed");
    assert!(test["x"]["note"].is_null(), "{test}");
    // What the attempts that failed have printed is the test's own output.
    outcome.shows("try 1").shows("try 3");
}

#[test]
fn a_test_may_wait_between_attempts_for_longer_than_its_timeout() {
    // Longer than the timeout and the time after which a worker that overruns it is killed, together.
    let body = "import { test } from 'vitest';
        let n = 0;
        test('waits', { timeout: 100, retry: { count: 1, delay: 2500 } }, () => { n += 1; if (n === 1) throw new Error('no'); });";
    let outcome = Project::new().file("a.test.js", body).trun(&["--parallel=1"]).run();
    outcome.exits(0).counts(1, 0);
}

#[test]
fn a_test_that_kills_its_worker_in_a_later_attempt_is_not_tried_again() {
    let body = "let n = 0;
        test('dies', { retry: 5 }, () => { n += 1; console.log(`try ${n}`); if (n === 2) process.kill(process.pid, 'SIGKILL'); throw new Error('no'); });
        test('never runs', () => {});";
    let outcome = Project::new()
        .file("a.test.js", body)
        .file("b.test.js", "test('another file', () => {});")
        .trun(&["--parallel=1"])
        .run();
    outcome.exits(1).counts(1, 1).shows("try 2").hides("try 3");
    assert_eq!(outcome.test("dies")["x"]["outcome"], "failed");
}
