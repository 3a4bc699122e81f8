//! What does not end: by kind and by place.
//!
//! Limits are short where something is stuck, so that it is stopped soon, and long where nothing is, so that a busy machine stops nothing
//! else. What is reported is stated, never when.

use super::row::End;
use super::table::Table;

/// What every file of this part may use.
const HEAD: &str = "
const again = () => Promise.resolve().then(again);
const deeper = (n) => 1 + deeper(n + 1);
const cell = new Int32Array(new SharedArrayBuffer(8));
const hoard = [];
function spin() { for (let n = 0; ; n += 1); }
async function chain() { for (;;) await 0; }
function wait() { for (;;) Atomics.wait(cell, 0, 0, 20); }
function match() { return /^(?:(a|aa|aaa|aaaa)\\1?)+$/.test(`${'a'.repeat(4000)}b`); }
function child() { require('node:child_process').spawnSync('sleep', ['100000']); }
function shell() { require('node:child_process').execSync('sleep 100000 & sleep 100000'); }
function sleep() {
  const { usleep } = require('bun:ffi').dlopen('libc.so.6', { usleep: { args: ['u32'], returns: 'i32' } }).symbols;
  for (;;) usleep(20000);
}
function fifo() { require('node:fs').readFileSync('fifo'); }
function eat() { for (;;) hoard.push(new Uint8Array(1 << 24).fill(1)); }
function later() { return require('node:fs/promises').readFile('fifo'); }
";

/// A kind of being stuck.
struct Kind {
    name: &'static str,
    /// The expression that does not end.
    code: &'static str,
    /// What the stack says of it.
    says: &'static str,
}

const fn kind(name: &'static str, code: &'static str, says: &'static str) -> Kind {
    Kind { name, code, says }
}

/// What the first stage stops where it runs, and shows.
const STOPPED: [Kind; 6] = [
    kind("loop", "spin()", "at spin ("),
    kind("awaits", "chain()", ".js:7:"),
    kind("thens", "again()", "at again ("),
    kind("child", "child()", "at child ("),
    kind("shell", "shell()", "at shell ("),
    kind("waits", "wait()", "at wait ("),
];

/// What is waited for in vain: nothing runs, so the place is that of the test or hook.
const AWAITED: [Kind; 2] = [
    kind("never", "new Promise(() => {})", ".test.js:2"),
    kind("fifo-later", "later()", ".test.js:2"),
];

/// What cannot be stopped from inside.
const KILLED: [Kind; 2] = [kind("sleeps", "sleep()", ""), kind("fifo", "fifo()", "")];

fn in_test(kind: &Kind, limit: u32) -> String {
    let code = kind.code;
    format!(
        "{HEAD}
afterEach(() => console.log('afterEach ran'));
afterAll(() => console.log('afterAll ran'));
test('before', () => {{}});
test('stuck', () => {code}, {limit});
test('after', () => {{}});"
    )
}

fn in_hook(hook: &str, kind: &Kind) -> String {
    let code = kind.code;
    format!(
        "{HEAD}
test('before', () => {{}});
describe('suite', () => {{
  {hook}(() => {code}, 150);
  afterEach(() => console.log('afterEach ran'));
  afterAll(() => console.log('afterAll ran'));
  test('inside', () => {{}});
}});
test('after', () => {{}});"
    )
}

/// A timer that one test leaves behind is stuck while another one runs.
fn in_timer(kind: &Kind) -> String {
    let code = kind.code;
    format!(
        "{HEAD}
let begun;
const stuck = new Promise((resolve) => {{ begun = resolve; }});
test('leaves', () => {{ setTimeout(() => {{ begun(); return {code}; }}, 1); }});
test('bystander', async () => {{ await stuck; await new Promise((resolve) => setTimeout(resolve, 1)); }}, 1000);
test('after', () => {{}});"
    )
}

fn hooks_that_are_stopped(kind: &Kind) -> Vec<End> {
    let Kind { name, says, .. } = *kind;
    let failed = |hook: &str, word: &str| {
        let end = format!(
            "PASS before
             {word} suite > inside: {hook} hook failed | the {hook} hook did not finish within 150 ms | {says}
             PASS after"
        );
        End::new(format!("{hook}.{name}"), in_hook(hook, kind), &end)
    };
    let after_all = format!(
        "PASS before
         PASS suite > inside
         PASS after
         ERROR: afterAll hook failed | the afterAll hook did not finish within 150 ms | {says}"
    );
    vec![
        failed("beforeEach", "TIMEOUT"),
        failed("afterEach", "TIMEOUT"),
        failed("beforeAll", "FAIL"),
        End::new(format!("afterAll.{name}"), in_hook("afterAll", kind), &after_all),
    ]
}

/// The stack, the hooks, and the rest of the file.
#[test]
fn what_the_first_stage_stops_costs_the_file_nothing_else() {
    let mut rows = Vec::new();
    for kind in STOPPED.iter().chain(&AWAITED) {
        let Kind { name, says, .. } = *kind;
        let end = format!(
            "PASS before
             TIMEOUT stuck: the test did not finish within 150 ms | {says}
             PASS after"
        );
        rows.push(End::new(format!("test.{name}"), in_test(kind, 150), &end));
    }
    for kind in [&STOPPED[0], &STOPPED[2], &AWAITED[0]] {
        rows.extend(hooks_that_are_stopped(kind));
    }
    let files: Vec<String> = rows.iter().map(|row| row.file.clone()).collect();
    let table = Table::new(rows);
    make_fifo(&table);
    let outcome = table.check(&["--parallel=2", "--timeout=60s"], 1);
    for file in files.iter().filter(|file| file.starts_with("test.")) {
        let ran = |what: &str| outcome.file(file).to_string().matches(what).count();
        // Each test's own output, in all the places where the report has it.
        assert_eq!(
            ran("afterEach ran"),
            3 * ran("afterAll ran"),
            "hooks of {file} in {}",
            outcome.all()
        );
        assert!(ran("afterAll ran") > 0, "hooks of {file} in {}", outcome.all());
    }
}

#[test]
fn a_callback_without_end_is_charged_to_the_test_that_left_it() {
    let mut rows = Vec::new();
    for kind in &STOPPED[..4] {
        let Kind { name, says, .. } = *kind;
        let end = format!(
            "PASS leaves
             PASS bystander
             PASS after
             ERROR: the test \"leaves\" had ended, but callbacks it left behind ran on without end and were stopped | {says}"
        );
        rows.push(End::new(format!("timer.{name}"), in_timer(kind), &end));
    }
    let interval = format!(
        "{HEAD}
let begun;
const stuck = new Promise((resolve) => {{ begun = resolve; }});
test('leaves', () => {{ setInterval(() => {{ begun(); spin(); }}, 1); }});
test('bystander', async () => {{ await stuck; await new Promise((resolve) => setTimeout(resolve, 50)); }}, 1000);
test('after', () => {{}});"
    );
    rows.push(End::new(
        "timer.interval",
        interval,
        "PASS leaves
         PASS bystander
         PASS after
         ERROR: the test \"leaves\" had ended, but callbacks | at spin (",
    ));
    Table::new(rows).check(&["--parallel=2", "--timeout=60s"], 1);
}

#[test]
fn what_cannot_be_stopped_from_inside_costs_the_rest_of_its_file() {
    let killed = |when: &str| {
        format!(
            "did not finish within 150 ms and could not be stopped from inside; the worker process was killed {when}"
        )
    };
    let mut rows = Vec::new();
    for kind in &KILLED {
        let Kind { name, .. } = *kind;
        let this = killed("while this was running");
        let hook = killed("in a beforeAll or afterAll hook");
        let test = format!("PASS before\n TIMEOUT stuck: {this}\n NOT RUN after\n CRASH: timeout");
        let each = format!("PASS before\n TIMEOUT suite > inside: {this}\n NOT RUN after\n CRASH: timeout");
        let all = format!("PASS before\n PASS suite > inside\n NOT RUN after\n ERROR: {hook}\n CRASH: timeout");
        rows.push(End::new(format!("test.{name}"), in_test(kind, 150), &test));
        rows.push(End::new(
            format!("beforeEach.{name}"),
            in_hook("beforeEach", kind),
            &each,
        ));
        rows.push(End::new(format!("afterAll.{name}"), in_hook("afterAll", kind), &all));
    }
    let regexp = kind("regexp", "match()", "");
    let end = format!(
        "PASS before\n TIMEOUT stuck: {}\n NOT RUN after\n CRASH: timeout",
        killed("while this was running")
    );
    rows.push(End::new("test.regexp", in_test(&regexp, 150), &end));
    rows.push(End::new("unharmed", "test('unharmed', () => {});", "PASS unharmed"));
    let table = Table::new(rows);
    make_fifo(&table);
    table.check(&["--parallel=7", "--parallel-delay=0", "--timeout=60s"], 1);
}

/// Every file of it is stuck, so that the short limit of loading can stop no other.
#[test]
fn loading_without_end_is_an_error_of_the_file() {
    let mut rows = Vec::new();
    let text = |code: &str| format!("{HEAD}\ntest('before', () => {{}});\n{code};\ntest('after', () => {{}});");
    for Kind { name, code, says } in &STOPPED {
        let code = if matches!(*name, "awaits" | "thens") {
            format!("describe('suite', () => {code})")
        } else {
            (*code).to_owned()
        };
        let end = format!("ERROR: failed to load the file | took longer than 400 ms (--load-timeout) | {says}");
        // The terminal alone says what failed.
        let end = end.replace("failed to load the file | ", "");
        rows.push(End::new(format!("top.{name}"), text(&code), &end));
    }
    let awaited = "test('before', () => {});\nawait new Promise(() => {});\nexport {};";
    rows.push(End::new(
        "top-level-await.test.mjs",
        awaited,
        "ERROR: took longer than 400 ms (--load-timeout)",
    ));
    for Kind { name, code, .. } in &KILLED {
        let end = "ERROR: did not finish within 400 ms and could not be stopped from inside; the worker process was killed while the file was loading
                   CRASH: timeout";
        rows.push(End::new(format!("top.{name}"), text(code), end));
    }
    let table = Table::new(rows);
    make_fifo(&table);
    table.check(&["--parallel=4", "--parallel-delay=0", "--load-timeout=400"], 1);
}

#[test]
fn runaway_recursion_is_an_error_like_any_other() {
    let kind = kind("recursion", "deeper(1)", "");
    let says = "Maximum call stack size exceeded | at deeper (";
    let rows = vec![
        End::new(
            "test.recursion",
            in_test(&kind, 60000),
            &format!("PASS before\n FAIL stuck: {says}\n PASS after"),
        ),
        End::new(
            "beforeAll.recursion",
            in_hook("beforeAll", &kind),
            &format!("PASS before\n FAIL suite > inside: {says}\n PASS after"),
        ),
        End::new(
            "afterAll.recursion",
            in_hook("afterAll", &kind),
            &format!("PASS before\n PASS suite > inside\n PASS after\n ERROR: {says}"),
        ),
        End::new(
            "top.recursion",
            format!("{HEAD}\ntest('never', () => {{}});\ndeeper(1);"),
            &format!("ERROR: {says}"),
        ),
        End::new(
            "timer.recursion",
            in_timer(&kind),
            &format!("PASS leaves\n PASS bystander\n PASS after\n ERROR: {says} | after the test \"leaves\" had ended"),
        ),
    ];
    Table::new(rows).check(&["--parallel=1", "--timeout=60s"], 1);
}

#[test]
fn runaway_memory_costs_the_rest_of_its_file() {
    let kind = kind("memory", "eat()", "");
    let says = |when: &str| format!("MiB of memory {when}, its limit is 512 MiB (--worker-memory)");
    let this = says("while this was running");
    let hook = in_hook("beforeAll", &kind).replace("150", "60000");
    let timer = in_timer(&kind).replace("1000);", "60000);");
    let rows = vec![
        End::new(
            "test.memory",
            in_test(&kind, 60000),
            &format!("PASS before\n FAIL stuck: {this}\n NOT RUN after\n CRASH: over the memory limit"),
        ),
        End::new(
            "beforeAll.memory",
            hook,
            &format!(
                "PASS before\n NOT RUN suite > inside\n NOT RUN after\n ERROR: {}\n CRASH: over the memory limit",
                says("in a beforeAll or afterAll hook")
            ),
        ),
        End::new(
            "top.memory",
            format!("{HEAD}\ntest('never', () => {{}});\neat();"),
            &format!(
                "ERROR: {}\n CRASH: over the memory limit",
                says("while the file was loading")
            ),
        ),
        End::new(
            "timer.memory",
            timer,
            &format!("PASS leaves\n FAIL bystander: {this}\n NOT RUN after\n CRASH: over the memory limit"),
        ),
        End::new("unharmed", "test('unharmed', () => {});", "PASS unharmed"),
    ];
    Table::new(rows).check(&["--parallel=2", "--timeout=60s", "--worker-memory=512M"], 1);
}

/// What a stop leaves half done is done anew, or says so: nobody finds a module that is there in part.
#[test]
fn a_module_whose_evaluation_was_stopped_is_never_found_in_part() {
    let body = "
        const whole = { early: 1, late: 2 };
        test('required first', () => { require('./slow.js'); }, 150);
        test('required again', () => { globalThis.enough = true; expect(require('./slow.js')).toEqual(whole); globalThis.enough = false; });
        test('imported first', () => import('./slow.mjs'), 150);
        test('imported again', () => { globalThis.enough = true; return import('./slow.mjs'); });";
    let table = Table::new(vec![End::new(
        "modules",
        body,
        "TIMEOUT required first: did not finish within 150 ms | slow.js:2
         PASS required again
         TIMEOUT imported first: did not finish within 150 ms | slow.mjs:2
         FAIL imported again: slow.mjs took too long: its evaluation was stopped",
    )]);
    table.project.write(
        "slow.js",
        "exports.early = 1;\nfor (let n = 0; !globalThis.enough; n += 1);\nexports.late = 2;",
    );
    table.project.write(
        "slow.mjs",
        "export const early = 1;\nfor (let n = 0; !globalThis.enough; n += 1);\nexport const late = 2;",
    );
    table.check(&["--parallel=1", "--timeout=60s"], 1);
}

fn make_fifo(table: &Table) {
    nix::unistd::mkfifo(&table.project.path("fifo"), nix::sys::stat::Mode::S_IRWXU).expect("a named pipe");
}
