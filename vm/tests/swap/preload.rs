//! Modules that every realm evaluates before its test file.

use std::time::Duration;

use crate::support::Worker;

fn preloading(names: &[&str], isolate: bool) -> Worker {
    Worker::with(|options| {
        options.isolate = isolate;
        options.preload = names.iter().map(|name| (*name).to_owned()).collect();
    })
}

const SETUP: &str = "
console.log('evaluated;');
globalThis.fromPreload = { files: 0 };
expect.extend({ toBeSetUp: (value) => ({ pass: value === 'set up', message: () => 'no' }) });
beforeAll(() => { fromPreload.files += 1; console.log('before all;'); });
beforeEach(() => { console.log('before each;'); });
afterEach(() => { console.log('after each;'); });
afterAll(() => { console.log('after all;'); });
";

const FILE: &str = "
beforeAll(() => { console.log('own before all;'); });
afterAll(() => { console.log('own after all;'); });
test('sees it', () => {
  expect('set up').toBeSetUp();
  console.log(`test ${fromPreload.files};`);
});
";

/// Lines without their ends.
fn output(worker: &Worker) -> String {
    worker.heard.output.borrow().replace('\n', " ")
}

#[test]
fn every_realm_evaluates_them_and_their_hooks_wrap_every_file() {
    let mut worker = preloading(&["./setup.ts"], true);
    worker.write("setup.ts", SETUP);
    let around = "before all; own before all; before each; test 1; after each; after all; own after all; ";
    for file in 1..=2 {
        worker.pass(FILE);
        assert_eq!(output(&worker), format!("evaluated; {around}").repeat(file));
    }
}

#[test]
fn a_shared_realm_evaluates_them_once_and_their_hooks_wrap_every_file_all_the_same() {
    let mut worker = preloading(&["./setup.ts"], false);
    worker.write("setup.ts", SETUP);
    let around =
        |n| format!("before all; own before all; before each; test {n}; after each; after all; own after all; ");
    let mut expected = "evaluated; ".to_owned();
    for file in 1..=3 {
        worker.pass(FILE);
        expected.push_str(&around(file));
        assert_eq!(output(&worker), expected);
    }
}

#[test]
fn they_run_in_order_and_are_found_by_path_and_by_name() {
    let mut worker = Worker::with(|options| {
        let absolute = options.root.join("absolute.mjs").to_string_lossy().into_owned();
        options.preload = vec![
            "./slow.ts".to_owned(),
            "package".to_owned(),
            absolute,
            "node:fs".to_owned(),
        ];
    });
    std::fs::create_dir_all(worker.path("node_modules/package")).expect("a folder");
    worker.write("node_modules/package/index.js", "globalThis.order += 'package ';");
    worker.write(
        "slow.ts",
        "await new Promise((resolve) => setTimeout(resolve, 5));\nglobalThis.order = 'slow ';",
    );
    worker.write("absolute.mjs", "globalThis.order += 'absolute';");
    worker.pass("test('order', () => expect(order).toBe('slow package absolute'));");
}

#[test]
fn one_that_fails_is_named_and_no_test_of_the_file_runs() {
    for isolate in [true, false] {
        let mut worker = preloading(&["./good.ts", "./bad.ts"], isolate);
        worker.write("good.ts", "");
        worker.write("bad.ts", "throw new Error('out of order');");
        for file in 1..=2 {
            worker.run("test('never', () => {});");
            let told = "the preload module ./bad.ts failed: out of order";
            assert_eq!(*worker.heard.failures.borrow(), vec![told; file], "isolate: {isolate}");
        }
        assert_eq!(worker.heard.passed.get(), 0);
    }
}

#[test]
fn one_that_does_not_exist_is_named() {
    let mut worker = preloading(&["./missing.ts"], true);
    worker.run("test('never', () => {});");
    let failures = worker.heard.failures.borrow();
    assert!(
        failures[0].starts_with("the preload module ./missing.ts failed: "),
        "{failures:?}"
    );
}

#[test]
fn the_time_they_take_is_that_of_loading() {
    let mut worker = Worker::with(|options| {
        options.load_timeout = Some(Duration::from_millis(50));
        options.preload = vec!["./endless.ts".to_owned()];
    });
    worker.write("endless.ts", "await new Promise(() => {});");
    worker.run("test('never', () => {});");
    let failures = worker.heard.failures.borrow();
    assert_eq!(*failures, ["loading the file took longer than 50 ms (--load-timeout)"]);
}
