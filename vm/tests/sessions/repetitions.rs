//! Tests that run several times, all of which must pass.

use trun_vm::harness::observer::CaseOutcome;

use crate::driver::{Session, headlines, messages};

#[test]
fn each_test_runs_as_often_as_asked_in_its_place() {
    let text = "beforeEach(() => console.log('each'));
        test('a', () => console.log('a'));
        test('b', () => console.log('b'));";
    let heard = Session::new().repeat_each(2).run(text).passed();
    assert_eq!(heard.lines(), ["each", "a", "each", "a", "each", "b", "each", "b"]);
    assert_eq!(heard.order(), ["a", "b"]);
}

#[test]
fn the_first_repetition_that_fails_ends_the_test_and_is_named() {
    let text = "let n = 0; test('sometimes', () => { n += 1; console.log(n); if (n === 3) throw new Error('no'); });";
    let heard = Session::new().repeat_each(5).run(text);
    let end = heard.end("sometimes");
    assert_eq!(end.outcome, CaseOutcome::Failed);
    assert_eq!(messages(&end.problems), ["no\n\nrepetition 3 of 5"]);
    assert!(end.earlier_attempts.is_empty());
    assert_eq!(heard.lines(), ["1", "2", "3"]);
}

#[test]
fn each_repetition_has_its_retries() {
    let text =
        "let n = 0; test('flaky', () => { n += 1; console.log(n); if (n % 2 === 1) throw new Error(`no ${n}`); });";
    let heard = Session::new().repeat_each(2).retry(1).run(text).passed();
    let end = heard.end("flaky");
    assert_eq!(
        headlines(&end.earlier_attempts),
        ["no 1\n\nrepetition 1 of 2", "no 3\n\nrepetition 2 of 2"]
    );
    assert_eq!(heard.lines(), ["1", "2", "3", "4"]);
}

#[test]
fn repeats_of_a_test_or_its_suite_add_to_those_of_the_run() {
    let text = "import { describe, test } from 'vitest';
        test('own', { repeats: 2 }, () => console.log('own'));
        test('plain', () => console.log('plain'));
        describe('suite', { repeats: 1 }, () => {
          test('of suite', () => console.log('of suite'));
          test('none', { repeats: 0 }, () => console.log('none'));
        });";
    for times in [1, 2] {
        let heard = Session::new().repeat_each(times).run(text).passed();
        let count = |name: &str| heard.lines().iter().filter(|line| **line == name).count();
        let times = times as usize;
        assert_eq!(
            ["own", "plain", "of suite", "none"].map(count),
            [times + 2, times, times + 1, times]
        );
    }
}

#[test]
fn a_late_error_of_a_repetition_that_passed_fails_the_one_that_runs() {
    let text = "let n = 0;
        test('leaves one behind', async () => {
          n += 1;
          if (n === 1) setTimeout(() => { throw new Error('late'); }, 1);
          else await new Promise((resolve) => setTimeout(resolve, 20));
        });";
    let heard = Session::new().repeat_each(2).run(text);
    let end = heard.end("leaves one behind");
    assert_eq!(messages(&end.problems), ["late\n\nrepetition 2 of 2"]);
    assert!(heard.file_errors.is_empty());
}

#[test]
fn a_test_that_skips_itself_is_not_repeated() {
    let heard = Session::new()
        .repeat_each(3)
        .run("import { test } from 'vitest'; test('not here', (context) => { console.log('asked'); context.skip('no network'); });");
    assert_eq!(heard.end("not here").outcome, CaseOutcome::Skipped);
    assert_eq!(heard.end("not here").note.as_deref(), Some("no network"));
    assert_eq!(heard.lines(), ["asked"]);
}
