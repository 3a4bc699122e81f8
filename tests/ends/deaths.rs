//! Workers that die: of what, and at which moment.

use std::path::PathBuf;
use std::process::Command;

use super::row::End;
use super::table::Table;

/// Faults of native code, each of which the processor or the kernel answers with its signal.
const FAULTS: &str = r#"
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>
static volatile int seven = 7, zero;
int fault_SIGSEGV(void) { return *(volatile int *)8; }
int fault_SIGABRT(void) { abort(); }
int fault_SIGBUS(void) {
  char name[] = "/tmp/trun-test-XXXXXX";
  int file = mkstemp(name);
  unlink(name);
  return *(volatile char *)mmap(0, 4096, PROT_READ, MAP_SHARED, file, 0);
}
#if defined(__x86_64__)
int fault_SIGFPE(void) { return seven / zero; }
int fault_SIGILL(void) { __asm__ volatile("ud2"); return 0; }
int fault_SIGTRAP(void) { __asm__ volatile("int3"); return 0; }
#else
int fault_SIGFPE(void) { return raise(SIGFPE); }
int fault_SIGILL(void) { return raise(SIGILL); }
int fault_SIGTRAP(void) { return raise(SIGTRAP); }
#endif
"#;

/// A way to die.
struct Way {
    name: String,
    /// Called as `die()`.
    code: String,
    /// As the file's end names it.
    cause: String,
    /// As the failure says it, before it says when.
    says: String,
}

fn exit(code: u8) -> Way {
    Way {
        name: format!("exit-{code}"),
        code: format!("process.exit({code})"),
        cause: format!("exit code {code}"),
        says: format!("the worker process exited with code {code}"),
    }
}

fn signal(how: &str, name: &str, verb: &str) -> Way {
    let code = match how {
        "kill" => format!("process.kill(process.pid, '{name}')"),
        "raise" => format!(
            "require('bun:ffi').dlopen('libc.so.6', {{ raise: {{ args: ['i32'], returns: 'i32' }} }}).symbols.raise(require('node:os').constants.signals.{name})"
        ),
        "fault" => format!(
            "require('bun:ffi').dlopen(require('node:path').resolve('faults.so'), {{ fault_{name}: {{ args: [], returns: 'i32' }} }}).symbols.fault_{name}()"
        ),
        _ => "process.abort()".to_owned(),
    };
    Way {
        name: format!("{how}-{name}"),
        code,
        cause: name.to_owned(),
        says: format!("the worker process {verb} {name}"),
    }
}

/// A row for each moment in which user code can run.
fn moments(way: &Way) -> Vec<End> {
    let Way {
        name,
        code,
        cause,
        says,
    } = way;
    let head = format!("const die = () => {code};\nconst never = () => new Promise(() => {{}});\n");
    let row = |moment: &str, body: &str, end: &str| {
        End::new(
            format!("{name}.{moment}"),
            format!("{head}{body}"),
            &format!("{end}\nCRASH: {cause}"),
        )
    };
    vec![
        row(
            "loading",
            "test('never', () => {});\ndie();\nmodule.exports = never();",
            &format!("ERROR: {says} while the file was loading"),
        ),
        row(
            "test",
            "test('before', () => {});\ntest('dies', () => { die(); return never(); }, 60000);\ntest('after', () => {});",
            &format!("PASS before\n FAIL dies: {says} while this was running\n NOT RUN after"),
        ),
        row(
            "hook",
            "test('before', () => {});\ndescribe('suite', () => { beforeAll(() => { die(); return never(); }, 60000); test('inside', () => {}); });",
            &format!("PASS before\n NOT RUN suite > inside\n ERROR: {says} in a beforeAll or afterAll hook"),
        ),
        row(
            "each",
            "test('before', () => {});\ndescribe('suite', () => { afterEach(() => { die(); return never(); }, 60000); test('inside', () => {}); });",
            &format!("PASS before\n FAIL suite > inside: {says} while this was running"),
        ),
        row(
            "timer",
            "test('waits', () => { setTimeout(die, 1); return never(); }, 60000);\ntest('after', () => {});",
            &format!("FAIL waits: {says} while this was running\n NOT RUN after"),
        ),
    ]
}

fn unharmed(name: &str) -> End {
    End::new(name, "test('unharmed', () => {});", "PASS unharmed")
}

/// One after the other in one slot, so that no worker ever gets to a second file.
#[test]
fn a_worker_that_leaves_costs_its_file_alone() {
    let ways = [
        exit(0),
        exit(3),
        signal("kill", "SIGKILL", "was killed by"),
        signal("kill", "SIGTERM", "was killed by"),
    ];
    let mut rows: Vec<End> = ways.iter().flat_map(moments).collect();
    rows.push(unharmed("a-first"));
    rows.push(unharmed("z-last"));
    Table::new(rows).check(&["--parallel=1"], 1);
}

#[test]
fn every_fault_is_named_and_with_on_crash_continue_costs_its_file_alone() {
    let names = ["SIGILL", "SIGTRAP", "SIGABRT", "SIGBUS", "SIGFPE", "SIGSEGV", "SIGSYS"];
    let mut rows = vec![unharmed("a-first"), unharmed("z-last")];
    rows.extend(moments(&signal("abort", "SIGABRT", "crashed with")));
    for name in names {
        let how = if name == "SIGSYS" {
            &["kill", "raise"][..]
        } else {
            &["kill", "raise", "fault"]
        };
        for how in how {
            let mut moments = moments(&signal(how, name, "crashed with"));
            rows.push(moments.swap_remove(1));
        }
    }
    rows.extend(
        moments(&signal("fault", "SIGSEGV", "crashed with"))
            .into_iter()
            .enumerate()
            .filter(|(at, _)| *at != 1)
            .map(|(_, row)| row),
    );
    let table = Table::new(rows);
    compile(&table.project.path("faults.c"), &table.project.path("faults.so"));
    table.check(&["--parallel=2", "--on-crash=continue"], 1);
}

/// By default a fault ends the run: what was in flight says so, what waited is listed, what had finished is kept.
#[test]
fn a_fault_ends_the_run_with_the_founding_message() {
    let rows = vec![
        End::new(
            "a-waits",
            "const fs = require('node:fs');\ntest('finished', () => {});\ntest('waits', () => { fs.writeFileSync('waits', ''); return new Promise(() => {}); }, 1e8);",
            "PASS finished\n NOT RUN waits\n ERROR: aborted: another worker crashed",
        ),
        End::new(
            "c-dies",
            "const fs = require('node:fs');
test('before', () => {});
test('dies', async () => {
  while (!fs.existsSync('waits')) await new Promise((resolve) => setTimeout(resolve, 1));
  process.abort();
}, 1e8);
test('after', () => {});",
            "PASS before
             FAIL dies: the worker process crashed with SIGABRT while this was running
             NOT RUN after
             CRASH: SIGABRT",
        ),
        End::new(
            "b-queued",
            "test('queued', () => {});",
            "LEFT OUT: aborted: a worker crashed",
        ),
        End::new(
            "d-queued",
            "test('queued', () => {});",
            "LEFT OUT: aborted: a worker crashed",
        ),
    ];
    let table = Table::new(rows);
    let outcome = table.check(&["--parallel=2", "--parallel-delay=0"], 1);
    outcome.shows("error: a test worker process crashed with SIGABRT while running c-dies.test.js");
}

/// Nobody else's crash is spoken of where nobody else was.
#[test]
fn a_crash_of_the_only_worker_is_not_called_another_ones() {
    let rows = vec![
        End::new(
            "a",
            "process.abort();",
            "ERROR: crashed with SIGABRT while the file was loading\n CRASH: SIGABRT",
        ),
        End::new("b", "test('queued', () => {});", "LEFT OUT: aborted: a worker crashed"),
    ];
    Table::new(rows).check(&["--parallel=1"], 1).hides("another worker");
}

/// In the swap: the crash counts against the file that has just ended, whose tests keep their results.
#[test]
fn a_crash_while_a_file_is_taken_down_is_that_files() {
    let body = "const addon = require('./addon.node'); addon.log_to(require('node:path').resolve('log')); addon.add_hook('crash', 'crashing');\ntest('passes', () => {});";
    let rows = vec![
        End::new(
            "a",
            body,
            "PASS passes\n ERROR: crashed with SIGSEGV while what the file left was taken down, in addon addon.node\n CRASH: SIGSEGV",
        ),
        unharmed("b"),
    ];
    let table = Table::new(rows);
    std::fs::copy(
        crate::support::addon::addon("teardown", "addon"),
        table.project.path("addon.node"),
    )
    .expect("the addon");
    table.check(&["--parallel=1", "--on-crash=continue"], 1);
}

/// Memory for data is limited to less than the engine needs: it aborts while it starts, each time.
#[test]
fn workers_that_never_get_ready_end_the_run() {
    let table = Table::new(vec![End::new(
        "a",
        "test('never', () => {});",
        "LEFT OUT: worker processes end before they are ready: SIGABRT",
    )]);
    table
        .check_limited(&["--parallel=1"], "data=300000000", 4)
        .shows("error: worker processes end before they are ready: SIGABRT");
}

fn compile(source: &PathBuf, library: &PathBuf) {
    std::fs::write(source, FAULTS).expect("the source");
    let done = Command::new("cc")
        .args(["-shared", "-fPIC", "-O0", "-o"])
        .arg(library)
        .arg(source)
        .status();
    assert!(
        done.expect("the system's C compiler runs").success(),
        "the faults do not compile"
    );
}
