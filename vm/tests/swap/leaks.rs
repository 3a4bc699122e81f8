//! What was left behind is named, with the place where it was made.

use trun_vm::engine::{Args, Ctx, JsResult};
use trun_vm::harness::observer::LeakKind;
use trun_vm::host::host;

use crate::support::{StubbornAddon, Worker};

/// Uses much of what there is and leaves nothing.
const TIDY: &str = r"
import fs from 'node:fs';
import { spawn, spawnSync, exec } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
afterAll(() => {});
test('uses', async () => {
  clearTimeout(setTimeout(() => {}, 1000));
  clearInterval(setInterval(() => {}, 1000));
  clearImmediate(setImmediate(() => {}));
  setTimeout(() => {}, 1000).unref();
  setImmediate(() => {}).unref();
  await sleep(1);
  await new Promise((resolve) => setImmediate(resolve));
  fs.closeSync(fs.openSync('/dev/null', 'r'));
  await (await fs.promises.open('/dev/null')).close();
  fs.readFileSync('/dev/null');
  const listener = () => {};
  process.on('SIGUSR2', listener).off('SIGUSR2', listener);
  process.once('exit', listener).removeListener('exit', listener);
  process.env.X = '1';
  delete process.env.X;
  process.chdir(process.cwd());
  process.umask(process.umask());
  process.nextTick(() => {});
  queueMicrotask(() => {});
  spawnSync('true');
  const child = spawn('true');
  await new Promise((resolve) => child.on('close', resolve));
  await new Promise((resolve) => exec('true', { timeout: 10_000 }, resolve));
  await vi.waitFor(() => true);
  const spy = vi.spyOn(Math, 'random');
  spy.mockRestore();
  globalThis.fleeting = 1;
  delete globalThis.fleeting;
  structuredClone([new Map(), new Date()]);
  new URL('http://a/b'); new TextEncoder(); new Blob([]); new AbortController(); performance.now();
  AbortSignal.timeout(100_000);
  expect([1].map(String)).toEqual(['1']);
});
";

#[test]
fn a_tidy_file_leaves_nothing() {
    for audit in [false, true] {
        let mut worker = Worker::with(|options| options.audit = audit);
        for _ in 0..2 {
            let file = worker.pass(TIDY);
            assert_eq!(worker.leaks(file), [""; 0], "audit: {audit}");
        }
    }
}

#[test]
fn timers_are_named_with_their_delay_and_place() {
    let mut worker = Worker::new();
    let file = worker.pass(
        "test('leaves', () => {
  setTimeout(() => {}, 60000);
  const every = () => setInterval(() => {}, 250);
  every();
  for (let i = 0; i < 3; i++) setImmediate(() => {});
});",
    );
    assert_eq!(
        worker.leaks(file),
        [
            "Timer: a timer (setTimeout, 60000 ms) (line 2)",
            "Timer: a timer (setInterval, 250 ms) (line 3)",
            "Timer: an immediate (setImmediate), 3 times (line 5)",
        ]
    );
}

#[test]
fn what_after_all_ends_is_no_leak_and_what_it_starts_is_one() {
    let mut worker = Worker::new();
    let file = worker.pass(
        "let timer;
afterAll(() => { clearTimeout(timer); setTimeout(() => {}, 7); });
test('starts', () => { timer = setTimeout(() => {}, 60000); });",
    );
    assert_eq!(worker.leaks(file), ["Timer: a timer (setTimeout, 7 ms) (line 2)"]);
}

#[test]
fn many_timers_are_counted() {
    let mut worker = Worker::new();
    let file =
        worker.pass("test('leaves', () => { for (let i = 1; i <= 500; i++) setTimeout(() => {}, 60000 + i); });");
    let leaks = worker.leaks(file);
    assert_eq!(leaks.len(), 21);
    assert_eq!(leaks[20], "Timer: 480 more of the kind");
}

#[test]
fn a_file_that_does_not_load_tells_what_it_left_all_the_same() {
    let mut worker = Worker::new();
    let file = worker.run("setTimeout(() => {}, 60000);\nthrow new Error('no');");
    assert_eq!(*worker.heard.failures.borrow(), ["no"]);
    assert_eq!(worker.leaks(file), ["Timer: a timer (setTimeout, 60000 ms) (line 1)"]);
}

#[test]
fn children_are_named_with_their_command() {
    let mut worker = Worker::new();
    let file = worker.pass(
        "import { spawn } from 'node:child_process';
test('leaves', () => {
  globalThis.numbers = [spawn('sleep', ['1000']).pid, spawn('sleep', ['1001'], { detached: true, stdio: 'ignore' }).pid];
  const ended = spawn('sleep', ['1002']);
  ended.kill('SIGKILL');
  delete globalThis.numbers;
});",
    );
    assert_eq!(
        worker.leaks(file),
        [
            "ChildProcess: a child process (sleep 1000) (line 3)",
            "ChildProcess: a child process (sleep 1001) (line 3)",
        ]
    );
}

#[test]
fn a_child_that_ended_without_being_waited_for_is_no_leak() {
    let mut worker = Worker::new();
    // The pipe's end is seen before the child's.
    let file = worker.pass(
        "import { spawn } from 'node:child_process';
test('does not wait', async () => {
  const child = spawn('sh', ['-c', 'exit 0']);
  const { readFileSync } = await import('node:fs');
  for (;;) {
    const state = readFileSync(`/proc/${child.pid}/stat`, 'utf8').split(') ')[1][0];
    if (state === 'Z') break;
  }
});",
    );
    assert_eq!(worker.leaks(file), [""; 0]);
}

#[test]
fn descriptors_are_named_with_their_file() {
    let mut worker = Worker::new();
    let file = worker.pass(
        "import fs from 'node:fs';
test('leaves', async () => {
  fs.openSync('/dev/null', 'r');
  await new Promise((resolve, reject) =>
    fs.open('/dev/zero', (error) => error ? reject(error) : resolve()));
});",
    );
    assert_eq!(
        worker.leaks(file),
        [
            "FileDescriptor: an open file descriptor (/dev/null) (line 3)",
            "FileDescriptor: an open file descriptor (/dev/zero) (line 5)",
        ]
    );
}

#[test]
fn listeners_of_process_are_named_with_their_event() {
    let mut worker = Worker::new();
    let file = worker.pass(
        "test('leaves', () => {
  process.on('SIGUSR2', () => {});
  process.on('exit', () => {});
  process.once('exit', () => {});
});",
    );
    assert_eq!(
        worker.leaks(file),
        [
            "Listener: a listener of process for SIGUSR2 (line 2)",
            "Listener: 2 listeners of process for exit (line 3)",
        ]
    );
}

#[test]
fn new_globals_and_changed_intrinsics_are_named() {
    let mut worker = Worker::new();
    let file = worker.pass(
        "test('leaves', () => {
  globalThis.leaked = 1;
  Array.prototype.first = function first() { return this[0]; };
  Object.prototype.polluted = true;
});",
    );
    assert_eq!(
        worker.leaks(file),
        [
            "Global: the global leaked",
            "Global: the changed intrinsic Object.prototype.polluted",
            "Global: the changed intrinsic Array.prototype.first",
        ]
    );
}

#[test]
fn an_audit_finds_what_is_hidden_and_what_is_replaced() {
    let text = "test('leaves', () => {
  Object.defineProperty(globalThis, 'hidden', { value: 1 });
  globalThis.Date = class {};
  Math.random = () => 4;
  Object.defineProperty(String.prototype, 'shout', { value: 1 });
  Array.prototype.map = function map() { return []; };
  Reflect.ownKeys = () => [];
  delete RegExp.prototype.exec;
});";
    let mut worker = Worker::with(|options| options.audit = true);
    let file = worker.pass(text);
    let mut leaks = worker.leaks(file);
    leaks.sort();
    assert_eq!(
        leaks,
        [
            "Global: the changed intrinsic Array.prototype.map (replaced)",
            "Global: the changed intrinsic Date (replaced)",
            "Global: the changed intrinsic Math.random (replaced)",
            "Global: the changed intrinsic Reflect.ownKeys (replaced)",
            "Global: the changed intrinsic RegExp.prototype.exec (removed)",
            "Global: the changed intrinsic String.prototype.shout",
            "Global: the global hidden",
        ]
    );
}

#[test]
fn changes_of_the_process_are_named_without_values() {
    let mut worker = Worker::new();
    let file = worker.pass(
        "test('leaves', () => {
  process.env.TRUN_TEST_ADDED = 'secret';
  process.env.HOME = 'secret';
  delete process.env.PATH;
  process.env.TZ = 'Asia/Tokyo';
  process.chdir('/');
  process.umask(0o123);
  process.title = 'other';
});",
    );
    assert_eq!(
        worker.leaks(file),
        [
            "ProcessState: another working directory (/) (line 6)",
            "ProcessState: another umask (0123) (line 7)",
            "ProcessState: another process.title (line 8)",
            "ProcessState: the env var HOME (changed) (line 3)",
            "ProcessState: the env var TRUN_TEST_ADDED (added) (line 2)",
            "ProcessState: the time zone (env var TZ, added) (line 5)",
            "ProcessState: the env var PATH (removed) (line 4)",
        ]
    );
}

fn hold<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    let kept = host().persist(args.object(cx, 0, "what to hold")?, "a test's own host function");
    std::mem::forget(kept);
    Ok(cx.undefined())
}

#[test]
fn a_persistent_that_is_left_is_named_with_its_file() {
    let mut worker = Worker::new();
    worker.heard.on_load.replace(Some(Box::new(|| {
        let realm = host().realm();
        realm.global().enter(|cx| {
            let hold = cx.function("hold", hold);
            assert!(cx.global().set_hidden(cx, "hold", hold).is_ok());
        });
    })));
    let holds = worker.pass("test('holds', () => { hold({}); hold([]); delete globalThis.hold; });");
    let clean = worker.pass("test('holds nothing', () => { delete globalThis.hold; });");
    assert_eq!(
        worker.leaks(holds),
        ["Persistent: a value kept by a test's own host function, 2 times"]
    );
    assert_eq!(worker.leaks(clean), [""; 0]);
    worker.runtime().collect();
    worker.runtime().collect();
    assert!(
        !worker.leaked(holds, LeakKind::Realm),
        "what was kept is dropped with the realm"
    );
}

#[test]
fn an_addon_that_does_not_end_is_named() {
    let mut worker = Worker::with_addons(|_| (), StubbornAddon::new());
    let file = worker.pass("test('a', () => {});");
    assert_eq!(
        worker.leaks(file),
        ["Addon: 1 threadsafe function of the native addon /p/stubborn.node"]
    );
}

#[test]
fn what_was_put_back_to_undefined_is_no_leak() {
    for audit in [false, true] {
        let mut worker = Worker::with(|options| options.audit = audit);
        let file = worker.pass(
            "test('restores', () => {
  const before = Error.prepareStackTrace;
  Error.prepareStackTrace = (_, sites) => sites;
  Error.prepareStackTrace = before;
  globalThis.mine = undefined;
  Array.prototype.mine = undefined;
  const own = globalThis.structuredClone;
  globalThis.structuredClone = undefined;
  globalThis.structuredClone = own;
});",
        );
        assert_eq!(worker.leaks(file), [""; 0], "audit: {audit}");
    }
}

#[test]
fn the_pause_before_another_attempt_is_no_leak() {
    let mut worker = Worker::new();
    let file = worker.run(
        "import { test } from 'vitest';
let n = 0;
test('flaky', { retry: { count: 1, delay: 50 } }, () => {
  n += 1;
  if (n === 2) return;
  setTimeout(() => { throw new Error('late'); }, 1);
  throw new Error('first');
});",
    );
    assert_eq!(worker.leaks(file), [""; 0]);
    assert_eq!(worker.heard.passed.get(), 1);
}
