//! Errors of what has ended: whose they were is said.

use trun_vm::harness::observer::CaseOutcome;

use crate::driver::{Session, messages};

#[test]
fn an_error_that_comes_after_its_test_names_the_test() {
    let text = "
        describe('a', () => {
          test('b', () => { setTimeout(() => { throw new Error('from the past'); }, 1); });
        });
        test('is not to blame', () => new Promise((resolve) => setTimeout(resolve, 20)));";
    let heard = Session::new().run(text);
    assert_eq!(
        messages(&heard.file_errors),
        ["from the past\n\nafter the test \"a > b\" had ended"]
    );
    assert!(heard.ends.iter().all(|end| end.outcome == CaseOutcome::Passed));
    let place = heard.file_errors[0].code_frame.as_ref().map(|frame| frame.at.line);
    assert_eq!(place, Some(3));
}

#[test]
fn a_rejection_that_comes_after_its_test_names_the_test() {
    let text = "
        test('leaves it', () => { setTimeout(() => Promise.reject(new Error('unheard')), 1); });
        test('is not to blame', () => new Promise((resolve) => setTimeout(resolve, 20)));";
    let heard = Session::new().run(text);
    assert_eq!(
        messages(&heard.file_errors),
        ["unheard\n\nafter the test \"leaves it\" had ended"]
    );
}

#[test]
fn an_error_that_comes_after_its_hook_names_the_hook() {
    let text = "
        describe('suite', () => {
          beforeAll(() => { setTimeout(() => { throw new Error('from the hook'); }, 1); });
          test('waits', () => new Promise((resolve) => setTimeout(resolve, 20)));
        });";
    let heard = Session::new().run(text);
    assert_eq!(
        messages(&heard.file_errors),
        ["from the hook\n\nafter the beforeAll hook of \"suite\" had ended"]
    );
    assert_eq!(heard.end("suite > waits").outcome, CaseOutcome::Passed);
}

#[test]
fn a_storage_of_the_users_own_changes_nothing_about_whose_an_error_is() {
    let text = "import { AsyncLocalStorage } from 'node:async_hooks';
        const storage = new AsyncLocalStorage();
        test('stores', () => { storage.run(1, () => setTimeout(() => { throw new Error('stored'); }, 1)); });
        test('waits', () => new Promise((resolve) => setTimeout(resolve, 20)));
        test('fails itself', () => new Promise(() => {
          storage.run(2, () => setTimeout(() => { throw new Error('own'); }, 1));
        }));";
    let heard = Session::new().run(text);
    assert_eq!(
        messages(&heard.file_errors),
        ["stored\n\nafter the test \"stores\" had ended"]
    );
    assert_eq!(messages(&heard.end("fails itself").problems), ["own"]);
}

#[test]
fn an_error_that_was_caught_takes_no_blame_away_from_the_next_one() {
    let text = "import { AsyncLocalStorage } from 'node:async_hooks';
        const storage = new AsyncLocalStorage();
        test('catches', () => { try { storage.run(1, () => { throw new Error('caught'); }); } catch {} });
        test('rejects', async () => { Promise.reject(new Error('unheard')); await new Promise(() => {}); });";
    let heard = Session::new().run(text);
    assert_eq!(messages(&heard.file_errors), [""; 0]);
    assert_eq!(messages(&heard.end("rejects").problems), ["unheard"]);
}
