//! One realm for all files: `--no-isolate`.

use crate::support::Worker;

fn sharing() -> Worker {
    Worker::with(|options| options.isolate = false)
}

#[test]
fn globals_and_modules_stay_and_test_files_run_anew() {
    let mut worker = sharing();
    worker.write("shared.ts", "export const state = { visits: 0 };");
    worker.write("shared.cjs", "exports.visits = 0;");
    let text = |visits: u32| {
        format!(
            "import {{ state }} from './shared.ts';
import common from './shared.cjs';
globalThis.loads = (globalThis.loads ?? 0) + 1;
let own = 0;
test('counts', () => {{
  expect([++state.visits, ++common.visits, loads, ++own]).toEqual([{visits}, {visits}, {visits}, 1]);
  expect(Array.prototype.first).toBe({});
  Array.prototype.first = 'patched';
}});",
            if visits == 1 { "undefined" } else { "'patched'" }
        )
    };
    for visits in 1..=3 {
        worker.pass(&text(visits));
    }
    assert_eq!(worker.heard.passed.get(), 3);
    assert_eq!(
        worker.runtime().live_realms(),
        2,
        "the parking realm and the one for all files"
    );
}

#[test]
fn the_same_file_runs_again() {
    let mut worker = sharing();
    for name in ["again.test.ts", "again.test.cjs"] {
        worker.write(
            name,
            "globalThis.runs = (globalThis.runs ?? 0) + 1; test('runs', () => {});",
        );
        worker.run_path(name);
        worker.run_path(name);
    }
    worker.pass("test('four', () => expect(runs).toBe(4));");
    assert_eq!(worker.heard.passed.get(), 5);
}

#[test]
fn a_test_file_that_another_one_imports_still_has_its_tests() {
    let mut worker = sharing();
    worker.write("a.test.ts", "export const a = 1; test('a', () => {});");
    worker.pass("import { a } from './a.test.ts'; test('imports', () => expect(a).toBe(1));");
    worker.run_path("a.test.ts");
    assert_eq!(worker.heard.passed.get(), 3, "its test runs in both files");
    assert_eq!(*worker.heard.failures.borrow(), [""; 0]);
}

#[test]
fn what_a_file_declared_does_not_reach_the_next_one() {
    let mut worker = sharing();
    worker.pass(
        "beforeEach(() => { globalThis.hooks = 'ran'; });
afterAll(() => { delete globalThis.hooks; });
jest.setTimeout(1);
jest.retryTimes(3);
describe.only('only', () => { test('one', () => expect(hooks).toBe('ran')); });",
    );
    worker.pass(
        "let attempts = 0;
test('slow', async () => {
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(globalThis.hooks).toBeUndefined();
  attempts += 1;
});
test('first attempt', () => expect(attempts).toBe(1));",
    );
    worker.run("let tries = 0; test('fails once', () => { tries += 1; throw new Error(`try ${tries}`); });");
    assert_eq!(*worker.heard.failures.borrow(), ["try 1"]);
    assert_eq!(worker.heard.passed.get(), 3);
}

#[test]
fn a_file_that_fails_to_load_does_not_spoil_the_next_one() {
    let mut worker = sharing();
    worker.run("describe('half', () => { test('a', () => {}); });\nthrow new Error('in the middle');");
    worker.heard.failures.take();
    worker.pass("test('b', () => {});");
    assert_eq!(worker.heard.passed.get(), 1);
}

#[test]
fn what_a_file_left_open_is_told_and_stopped() {
    let mut worker = sharing();
    let first = worker.pass(
        "test('leaves', () => {
  process.on('SIGUSR2', () => { globalThis.signalled = true; });
  setInterval(() => { globalThis.ticked = true; }, 1);
  setImmediate(() => { globalThis.ticked = true; });
  process.nextTick(() => {});
});",
    );
    assert_eq!(
        worker.leaks(first),
        [
            "Timer: a timer (setInterval, 1 ms) (line 3)",
            "Timer: an immediate (setImmediate) (line 4)",
            "Listener: a listener of process for SIGUSR2 (line 2)",
        ]
    );
    let second = worker.pass(
        "test('sees nothing', async () => {
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(globalThis.ticked).toBeUndefined();
  expect(process.listenerCount('SIGUSR2')).toBe(0);
  const heard = new Promise((resolve) => process.once('SIGUSR2', resolve));
  process.kill(process.pid, 'SIGUSR2');
  await heard;
  expect(globalThis.signalled).toBeUndefined();
});",
    );
    assert_eq!(worker.leaks(second), [""; 0]);
}

#[test]
fn state_is_shared_and_told_of_the_file_that_changed_it() {
    let mut worker = sharing();
    let first = worker.pass(
        "test('changes', () => {
  process.env.TRUN_TEST_SHARED = 'x';
  process.title = 'shared';
  globalThis.mine = 1;
  process.on('exit', () => {});
});",
    );
    assert_eq!(worker.leaks(first).len(), 4, "{:?}", worker.leaks(first));
    let second = worker.pass(
        "test('sees it', () => {
  expect(process.env.TRUN_TEST_SHARED).toBe('x');
  expect(process.title).toBe('shared');
  expect(mine).toBe(1);
  delete process.env.TRUN_TEST_SHARED;
});",
    );
    assert_eq!(
        worker.leaks(second),
        ["ProcessState: the env var TRUN_TEST_SHARED (removed) (line 5)"]
    );
}

#[test]
fn a_realm_that_a_file_has_broken_is_replaced_and_told() {
    for (broken, why) in [
        ("throw new Error('broken');", "Error: broken"),
        ("for (;;);", "its code did not end"),
    ] {
        let mut worker = sharing();
        worker.run(&format!(
            "globalThis.first = 1;
test('breaks', () => {{
  process.on('SIGUSR2', () => {{}});
  process.removeAllListeners = () => {{ {broken} }};
}});"
        ));
        let told = format!(
            "the realm that all files share cannot go on after this file ({why}); the next file starts in a new one"
        );
        assert_eq!(worker.heard.failures.take(), [told]);
        worker.pass("test('starts anew', () => expect(globalThis.first).toBeUndefined());");
        assert_eq!(worker.heard.passed.get(), 2);
    }
}
