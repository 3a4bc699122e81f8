//! Listing the tests of a file without running one.

use trun_vm::harness::observer::CaseMode;

use crate::driver::Session;

#[test]
fn nothing_runs_but_the_file_itself() {
    let text = "console.log('loaded');
        beforeAll(() => console.log('hook'));
        afterAll(() => console.log('hook'));
        beforeEach(() => console.log('hook'));
        describe('suite', () => { test('a', () => console.log('test')); test.skip('b', () => {}); test.todo('c'); });";
    let heard = Session::new().collect_only().run(text);
    assert_eq!(heard.lines(), ["loaded"]);
    assert!(heard.ends.is_empty() && heard.file_errors.is_empty());
    let listed: Vec<_> = (0..3)
        .map(|case| (heard.name(case), heard.cases[case as usize].mode))
        .collect();
    let expected = [("a", CaseMode::Run), ("b", CaseMode::Skip), ("c", CaseMode::Todo)];
    assert_eq!(listed, expected.map(|(title, mode)| (format!("suite > {title}"), mode)));
    assert_eq!(heard.cases[0].location.as_ref().map(|at| at.line), Some(5));
}

#[test]
fn a_name_pattern_says_which_would_run() {
    let text = "test('this one', () => {}); test('another', () => {}); test.skip('one skipped', () => {});";
    let heard = Session::new().collect_only().only_named("one").run(text);
    let modes: Vec<_> = heard.cases.iter().map(|case| case.mode).collect();
    assert_eq!(modes, [CaseMode::Run, CaseMode::Filtered, CaseMode::Skip]);
}

#[test]
fn a_file_without_tests_is_no_error() {
    let heard = Session::new().collect_only().run("console.log('nothing here');");
    assert!(heard.cases.is_empty() && heard.file_errors.is_empty());
    let ran = Session::new().run("console.log('nothing here');");
    assert_eq!(ran.file_errors.len(), 1);
}

#[test]
fn a_file_that_cannot_be_loaded_is_one() {
    let heard = Session::new().collect_only().run("throw new Error('broken');");
    assert_eq!(heard.file_errors[0].message, "broken");
}

#[test]
fn a_seed_changes_nothing_about_a_list() {
    let text = "for (const name of 'abcdef') test(name, () => {});";
    let heard = Session::new().collect_only().seed(1).run(text);
    let titles: String = heard.cases.iter().map(|case| case.title.as_str()).collect();
    assert_eq!(titles, "abcdef");
}
