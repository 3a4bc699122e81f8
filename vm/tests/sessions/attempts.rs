//! Retries: how often a failed test is tried again, and what is told of each attempt.

use std::time::Duration;

use trun_vm::harness::observer::{CaseOutcome, ProblemKind};

use crate::driver::{Session, headlines, messages};

#[test]
fn a_pass_after_failures_tells_each_of_them() {
    let heard = Session::new()
        .retry(2)
        .run("let n = 0; test('flaky', () => { n += 1; if (n < 3) throw new Error(`no ${n}`); });");
    let end = heard.end("flaky");
    assert_eq!(end.outcome, CaseOutcome::Passed);
    assert_eq!(headlines(&end.earlier_attempts), ["no 1", "no 2"]);
    assert!(end.earlier_attempts.iter().all(|attempt| !attempt.timed_out));
    assert!(end.problems.is_empty());
    assert_eq!(end.note, None);
    assert_eq!(heard.ends.len(), 1);
}

#[test]
fn the_last_failure_is_no_earlier_attempt() {
    let heard = Session::new()
        .retry(1)
        .run("let n = 0; test('broken', () => { n += 1; throw new Error(`no ${n}`); });");
    let end = heard.end("broken");
    assert_eq!(end.outcome, CaseOutcome::Failed);
    assert_eq!(messages(&end.problems), ["no 2"]);
    assert_eq!(headlines(&end.earlier_attempts), ["no 1"]);
    assert_eq!(end.note, None);
}

#[test]
fn a_test_that_passes_has_one_attempt() {
    let heard = Session::new()
        .retry(5)
        .run("test('fine', () => console.log('ran'));")
        .passed();
    assert_eq!(heard.lines(), ["ran"]);
    assert!(heard.end("fine").earlier_attempts.is_empty());
}

#[test]
fn an_attempt_that_timed_out_says_so_and_has_its_own_time() {
    let heard = Session::new().retry(1).run(
        "let n = 0; test('slow at first', () => { n += 1; return n === 1 ? new Promise(() => {}) : undefined; }, 30);",
    );
    let end = heard.end("slow at first");
    assert_eq!(end.outcome, CaseOutcome::Passed);
    let [first] = end.earlier_attempts.as_slice() else {
        panic!("{end:#?}")
    };
    assert!(first.timed_out);
    assert_eq!(first.problems[0].kind, ProblemKind::Timeout);
    assert!(first.duration >= Duration::from_millis(30), "{:?}", first.duration);
    assert!(end.duration >= first.duration, "{:?}", end.duration);
}

#[test]
fn the_nearest_word_on_retries_counts() {
    let text = "
        jest.retryTimes(1);
        const fail = (name) => () => { console.log(name); throw new Error(name); };
        test('file', fail('file'));
        test('own', { retry: 3 }, fail('own'));
        test('none', fail('none'), { retry: 0 });
        describe('suite', { retry: 2 }, () => {
          test('of suite', fail('of suite'));
          test('own', { retry: 0 }, fail('suite own'));
        });";
    let heard = Session::new().retry(6).run(text);
    let times = |name: &str| heard.lines().iter().filter(|line| **line == name).count();
    let seen = ["file", "own", "none", "of suite", "suite own"].map(times);
    assert_eq!(seen, [2, 4, 1, 3, 1]);
    assert_eq!(heard.end("suite > of suite").earlier_attempts.len(), 2);
}

#[test]
fn a_setting_of_the_file_wins_over_the_runs() {
    let text = "import { test, vi } from 'vitest';
        let n = 0;
        vi.setConfig({ retry: 1 });
        test('twice', () => { throw new Error(`no ${n += 1}`); });";
    let heard = Session::new().retry(4).run(text);
    assert_eq!(headlines(&heard.end("twice").earlier_attempts), ["no 1"]);
}

#[test]
fn every_attempt_starts_from_nothing() {
    let text = "import { test, beforeEach, afterEach, expect } from 'vitest';
        const contexts = new Set();
        let n = 0;
        beforeEach((context) => { console.log('before'); context.mark = n; });
        afterEach(() => console.log('after'));
        test('again', function (context) {
          n += 1;
          contexts.add(context);
          expect.assertions(2);
          expect(contexts.size).toBe(n);
          console.log(`retries ${context.task.result.retryCount}, errors ${context.task.result.errors.length}`);
          if (n === 1) throw new Error('no');
          expect(context.mark).toBe(1);
        });";
    let heard = Session::new().retry(1).run(text).passed();
    assert_eq!(
        heard.lines(),
        [
            "before",
            "retries 0, errors 0",
            "after",
            "before",
            "retries 1, errors 0",
            "after"
        ]
    );
    assert_eq!(heard.end("again").assertions, 2);
    assert!(
        heard.printed.iter().all(|(case, _)| *case == Some(0)),
        "{:?}",
        heard.printed
    );
}

#[test]
fn a_broken_hook_is_tried_again_with_its_test() {
    let text = "let n = 0;
        beforeEach(() => { n += 1; if (n === 1) throw new Error('not ready'); });
        test('waits for it', () => console.log('ran'));";
    let heard = Session::new().retry(1).run(text).passed();
    let [first] = heard.end("waits for it").earlier_attempts.as_slice() else {
        panic!("one failed attempt")
    };
    assert_eq!(first.problems[0].hook.as_deref(), Some("beforeEach"));
    assert_eq!(heard.lines(), ["ran"]);
}

#[test]
fn a_failure_that_is_expected_is_not_tried_again() {
    let text = "let n = 0;
        test.failing('fails as it should', () => { console.log('one'); throw new Error('yes'); });
        test.failing('fails at the second try', () => { n += 1; if (n === 2) throw new Error('yes'); });
        test.failing('never fails', () => {});";
    let heard = Session::new().retry(1).run(text);
    assert_eq!(heard.lines(), ["one"]);
    assert!(heard.end("fails as it should").earlier_attempts.is_empty());
    let flaky = heard.end("fails at the second try");
    assert_eq!((flaky.outcome, flaky.earlier_attempts.len()), (CaseOutcome::Passed, 1));
    let broken = heard.end("never fails");
    assert_eq!(
        (broken.outcome, broken.earlier_attempts.len()),
        (CaseOutcome::Failed, 1)
    );
    assert_eq!(broken.problems.len(), 1);
}

#[test]
fn a_pause_between_attempts_lets_the_loop_run_and_belongs_to_neither() {
    let text = "let n = 0; let fired = false; let failedAt;
        jest.retryTimes(1, { waitBeforeRetry: 300, logErrorsBeforeRetry: true, retryImmediately: true });
        test('later', () => {
          n += 1;
          if (n === 2) {
            expect(fired).toBe(true);
            expect(performance.now() - failedAt).toBeGreaterThanOrEqual(299);
            return;
          }
          setTimeout(() => { fired = true; }, 1);
          failedAt = performance.now();
          throw new Error('no');
        });";
    let heard = Session::new().run(text).passed();
    let end = heard.end("later");
    let attempt = end.earlier_attempts[0].duration;
    assert!(end.duration - attempt >= Duration::from_millis(299), "{end:?}");
}

#[test]
fn a_condition_decides_which_failures_are_tried_again() {
    let text = "import { test } from 'vitest';
        const fail = (text) => () => { console.log(text); throw new Error(text); };
        test('pattern', { retry: { count: 2, condition: /busy/g } }, fail('busy'));
        test('other pattern', { retry: { count: 2, condition: /busy/ } }, fail('broken'));
        test('function', { retry: { count: 1, delay: 1, condition: (error) => error.message === 'net' } }, fail('net'));
        test('async function', { retry: { count: 1, condition: async () => false } }, fail('io'));
        test('count alone', { retry: { count: 1 } }, fail('counted'));";
    let heard = Session::new().run(text);
    let times = |name: &str| heard.lines().iter().filter(|line| **line == name).count();
    assert_eq!(["busy", "broken", "net", "io", "counted"].map(times), [3, 1, 2, 1, 2]);
}

#[test]
fn a_condition_that_throws_is_a_failure_too() {
    let text = "import { test } from 'vitest';
        const condition = () => { throw new Error('no idea'); };
        test('undecided', { retry: { count: 3, condition } }, () => { throw new Error('no'); });";
    let heard = Session::new().run(text);
    let end = heard.end("undecided");
    assert_eq!(messages(&end.problems), ["no", "no idea"]);
    assert_eq!(end.problems[1].hook.as_deref(), Some("retry condition"));
    assert!(end.earlier_attempts.is_empty());
}

#[test]
fn what_is_no_rule_for_retries_is_an_error_that_names_it() {
    let of = |text: &str| {
        let heard = Session::new().run(text);
        assert_eq!(heard.file_errors.len(), 1, "{text}");
        heard.file_errors[0].message.clone()
    };
    let cases = [
        (
            "test('x', { retry: { times: 2 } }, () => {})",
            "there are count, delay, condition",
        ),
        (
            "test('x', { retry: { count: 1, delay: -1 } }, () => {})",
            "\"retry.delay\" must be",
        ),
        (
            "test('x', { retry: { count: 1, condition: 'busy' } }, () => {})",
            "\"retry.condition\" must be",
        ),
        ("test('x', { retry: -1 }, () => {})", "\"retry\" must be"),
        ("jest.retryTimes(1.5)", "jest.retryTimes() must be"),
        ("jest.retryTimes(1, { wait: 5 })", "no option \"wait\""),
        ("jest.retryTimes(1, { waitBeforeRetry: 'long' })", "\"waitBeforeRetry\""),
    ];
    for (text, words) in cases {
        let message = of(text);
        assert!(message.contains(words), "{text}: {message}");
    }
}

#[test]
fn a_late_error_of_a_failed_attempt_belongs_to_that_attempt() {
    let text = "let n = 0;
        test('flaky', async () => {
          n += 1;
          if (n === 1) {
            setTimeout(() => { throw new Error('late'); }, 1);
            throw new Error('first');
          }
          await new Promise((resolve) => setTimeout(resolve, 20));
        });";
    let heard = Session::new().retry(1).run(text).passed();
    let end = heard.end("flaky");
    assert_eq!(messages(&end.earlier_attempts[0].problems), ["first", "late"]);
    assert_eq!(end.earlier_attempts.len(), 1);
}

#[test]
fn an_error_during_a_pause_belongs_to_the_failed_attempt_and_cuts_nothing_short() {
    let text = "import { test, expect } from 'vitest';
        let n = 0; let failedAt;
        test('flaky', { retry: { count: 1, delay: 300 } }, () => {
          n += 1;
          if (n === 2) {
            expect(performance.now() - failedAt).toBeGreaterThanOrEqual(299);
            return;
          }
          setTimeout(() => { throw new Error('late'); }, 1);
          failedAt = performance.now();
          throw new Error('first');
        });";
    let heard = Session::new().run(text).passed();
    let end = heard.end("flaky");
    assert_eq!(messages(&end.earlier_attempts[0].problems), ["first", "late"]);
    assert_eq!(end.earlier_attempts.len(), 1);
}
