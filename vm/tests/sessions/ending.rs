//! Files that are to end before all of their tests have run.

use crate::driver::Session;

const FILE: &str = "
    afterAll(() => console.log('leave file'));
    describe('one', () => {
      beforeAll(() => console.log('enter one'));
      afterAll(() => console.log('leave one'));
      afterEach(() => console.log('after each'));
      test('a', () => {});
      test('b', () => console.log('b ran'));
    });
    describe('two', () => {
      beforeAll(() => console.log('enter two'));
      test('c', () => {});
    });";

#[test]
fn what_was_entered_is_left_and_nothing_else_begins() {
    let heard = Session::new().end_after(0).run(FILE).passed();
    assert_eq!(heard.order(), ["one > a"]);
    assert_eq!(heard.lines(), ["enter one", "after each", "leave one", "leave file"]);
}

#[test]
fn an_end_after_the_last_case_leaves_nothing_out() {
    let heard = Session::new().end_after(2).run(FILE).passed();
    assert_eq!(heard.ends.len(), 3);
}

#[test]
fn a_test_has_its_attempts_first() {
    let text =
        "let n = 0; test('flaky', () => { n += 1; if (n === 1) throw new Error('no'); }); test('next', () => {});";
    let heard = Session::new().retry(1).end_after(0).run(text).passed();
    assert_eq!(heard.order(), ["flaky"]);
    assert_eq!(heard.end("flaky").earlier_attempts.len(), 1);
}
