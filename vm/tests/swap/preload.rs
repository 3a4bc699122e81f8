//! Modules that every realm evaluates before its test file.

use std::time::Duration;

use trun_vm::host::host;

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

/// Sets up one of everything that a file could leave behind.
const THOROUGH_SETUP: &str = "
import fs from 'node:fs';
globalThis.fromPreload = { files: 0 };
Array.prototype.preloaded = () => true;
process.env.TRUN_TEST_PRELOADED = 'by the preload';
process.env.TZ = 'Asia/Tokyo';
process.title = 'preloaded';
process.on('exit', () => {});
process.on('SIGUSR2', () => {});
setInterval(() => {}, 60000);
setImmediate(() => {});
globalThis.descriptor = fs.openSync('/dev/null');
beforeAll(() => { fromPreload.files += 1; });
";

#[test]
fn what_they_set_up_is_no_leak_of_a_file() {
    for (audit, isolate) in [(false, true), (true, true), (false, false), (true, false)] {
        let mut worker = Worker::with(|options| {
            options.audit = audit;
            options.isolate = isolate;
            options.preload = vec!["./setup.ts".to_owned(), "./later.ts".to_owned()];
        });
        worker.write("setup.ts", THOROUGH_SETUP);
        worker.write(
            "later.ts",
            "await new Promise((resolve) => setTimeout(resolve, 1)); setTimeout(() => {}, 60000);",
        );
        for _ in 1..=2 {
            let file = worker.pass(
                "test('sees it', () => {
  expect(process.env.TRUN_TEST_PRELOADED).toBe('by the preload');
  expect(new Date(0).getHours()).toBe(9);
});",
            );
            assert_eq!(worker.leaks(file), [""; 0], "audit: {audit}, isolate: {isolate}");
        }
        drop(worker);
        assert_eq!(std::env::var_os("TRUN_TEST_PRELOADED"), None, "it goes with its realm");
    }
}

#[test]
fn what_a_file_leaves_besides_their_setup_is_told_with_its_own_place() {
    let mut worker = preloading(&["./setup.ts"], true);
    worker.write("setup.ts", THOROUGH_SETUP);
    let file = worker.pass(
        "test('leaves', () => {
  globalThis.own = 1;
  process.env.TRUN_TEST_PRELOADED = 'by the test';
  delete process.env.TZ;
  process.on('exit', () => {});
  setInterval(() => {}, 250);
  setImmediate(() => {});
});",
    );
    assert_eq!(
        worker.leaks(file),
        [
            "Timer: a timer (setInterval, 250 ms) (line 6)",
            "Timer: an immediate (setImmediate) (line 7)",
            "Listener: a listener of process for exit (line 5)",
            "Global: the global own",
            "ProcessState: the env var TRUN_TEST_PRELOADED (changed) (line 3)",
            "ProcessState: the time zone (env var TZ, removed) (line 4)",
        ]
    );
    assert!(
        std::env::var_os("TRUN_TEST_PRELOADED").is_none(),
        "it goes with the realm"
    );
}

#[test]
fn a_shared_realm_tells_of_each_listener_once() {
    let mut worker = preloading(&["./setup.ts"], false);
    worker.write(
        "setup.ts",
        "process.on('SIGUSR2', () => {}); process.on('exit', () => {});",
    );
    let leaves = "test('leaves', () => { process.on('SIGUSR2', () => {}); process.on('exit', () => {}); });";
    for _ in 1..=2 {
        let file = worker.pass(leaves);
        let mut told = worker.leaks(file);
        told.sort();
        assert_eq!(
            told,
            ["SIGUSR2", "exit"].map(|event| format!("Listener: a listener of process for {event} (line 1)"))
        );
    }
    let innocent = worker.pass("test('leaves nothing', () => {});");
    assert_eq!(worker.leaks(innocent), [""; 0]);
}

#[test]
fn one_that_took_too_long_fails_the_later_files_of_its_shared_realm_at_once() {
    let mut worker = Worker::with(|options| {
        options.isolate = false;
        options.load_timeout = Some(Duration::from_millis(50));
        options.preload = vec!["./setup.ts".to_owned(), "./endless.ts".to_owned()];
    });
    worker.write("setup.ts", "console.log('evaluated;');");
    worker.write("endless.ts", "await new Promise(() => {});");
    for _ in 1..=3 {
        worker.run("test('never', () => {});");
    }
    let failures = worker.heard.failures.borrow();
    let took_too_long = "loading the file took longer than 50 ms (--load-timeout)";
    let said_again = "the preload module ./endless.ts did not end in time when this worker loaded an earlier file";
    assert_eq!(*failures, [took_too_long, said_again, said_again]);
    assert_eq!(output(&worker), "evaluated; ");
}

#[test]
fn one_that_ends_after_its_time_runs_no_file_in_anothers() {
    let mut worker = Worker::with(|options| {
        options.isolate = false;
        options.load_timeout = Some(Duration::from_millis(50));
        options.preload = vec!["./late.ts".to_owned()];
    });
    worker.write(
        "late.ts",
        "await new Promise((resolve) => { globalThis.endLate = resolve; });",
    );
    // Ends it when the second file begins to load: the first one's load was given up.
    worker.heard.on_load.replace(Some(Box::new(|| {
        host().realm().global().enter(|cx| {
            let ended = cx.eval("globalThis.endLate?.()", "trun:test");
            assert!(ended.is_ok());
        });
    })));
    for _ in 1..=2 {
        worker.run("console.log('evaluated;'); test('never', () => {});");
    }
    assert_eq!(output(&worker), "");
    assert_eq!(worker.heard.failures.borrow().len(), 2);
}
