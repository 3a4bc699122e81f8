//! Old realms go, and memory stays.

use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::process::Command;

use trun_vm::engine::{Ctx, Global};
use trun_vm::harness::observer::LeakKind;
use trun_vm::host::host;

use crate::support::{Worker, resident};

/// The parking realm, the newest ones, and what a stack slot keeps by accident.
const MOST_REALMS: usize = 4;
const SLACK: u64 = 8 << 20;
const ALONE: &str = "TRUN_TEST_ALONE";

fn is_within(early: u64, late: u64) -> bool {
    late <= early + early * 15 / 100 + SLACK
}

/// Runs a test in a process of its own: the memory that other tests of this one have used would hide what it uses.
fn alone(name: &str, test: fn()) {
    if std::env::var_os(ALONE).is_some() {
        return test();
    }
    let this = std::env::current_exe().expect("this program");
    let status = Command::new(this)
        .args(["--exact", name, "--nocapture"])
        .env(ALONE, "1")
        .status();
    assert!(status.expect("it can be started").success(), "see above");
}

/// Leaves timers, promises, closures and globals behind, as careless files do.
fn careless(index: u32) -> String {
    format!(
        "const big = Array.from({{ length: 500 }}, (_, i) => ({{ i, text: `${{i}} of {index}` }}));
globalThis.kept = big;
describe('suite {index}', () => {{
  beforeEach(() => {{}});
  test('one', () => {{ setTimeout(() => big, 3600000); setInterval(() => big, 1000); }});
  test('two', async () => {{ await 0; new Promise(() => {{}}).then(() => big); }});
  test('three', () => {{ process.on('exit', () => big); Array.prototype.big = big; }});
}});"
    )
}

#[test]
fn a_thousand_files_leave_the_memory_of_a_hundred() {
    alone(
        "memory::a_thousand_files_leave_the_memory_of_a_hundred",
        a_thousand_files,
    );
}

fn a_thousand_files() {
    let mut worker = Worker::new();
    let (mut early, mut most) = (0, 0);
    for index in 1..=1000 {
        let file = worker.pass(&careless(index));
        assert!(!worker.leaked(file, LeakKind::Realm), "file {index}");
        if index % 50 == 0 || index < 5 {
            most = most.max(realms_after_a_collection(&mut worker));
        }
        if index == 100 {
            early = resident();
        }
    }
    let late = resident();
    println!(
        "resident after 100 files: {} KB, after 1000: {} KB; at most {most} realms",
        early >> 10,
        late >> 10
    );
    assert!(is_within(early, late), "{early} bytes at file 100, {late} at file 1000");
    assert_eq!(worker.heard.passed.get(), 3000);
}

/// Asked for now and then: a worker that collects at every file would be another one than those of runs.
fn realms_after_a_collection(worker: &mut Worker) -> usize {
    worker.runtime().collect();
    let realms = worker.runtime().live_realms();
    assert!((1..=MOST_REALMS).contains(&realms), "{realms} realms");
    realms
}

#[test]
fn an_audit_tells_of_the_last_realm_too() {
    let mut worker = Worker::with(|options| options.audit = true);
    worker.pass("test('innocent', () => {});");
    open_other();
    worker
        .heard
        .on_load
        .replace(Some(Box::new(|| host().realm().global().enter(smuggle))));
    let leaky = worker.pass("test('leaky', () => {});");
    worker.runtime().settle();
    close_other();
    let told: Vec<u32> = worker.heard.leaks.borrow().keys().copied().collect();
    assert_eq!(told, [leaky]);
}

fn packages() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/npm/node_modules")
}

#[test]
fn files_that_load_large_packages_go_like_small_ones() {
    alone(
        "memory::files_that_load_large_packages_go_like_small_ones",
        sixty_files_with_packages,
    );
}

fn sixty_files_with_packages() {
    assert!(
        packages().is_dir(),
        "the npm packages are not installed: run `make npm`"
    );
    let mut worker = Worker::new();
    std::os::unix::fs::symlink(packages(), worker.path("node_modules")).expect("a fresh project has no packages");
    let (mut early, mut most) = (0, 0);
    for index in 1..=60 {
        let file = worker.pass(&format!(
            "import * as zod from 'zod';
import * as dates from 'date-fns';
import * as lodash from 'lodash-es';
test('{index}', () => {{
  expect(zod.z.string().parse('x')).toBe('x');
  expect(dates.addDays(new Date(0), 1).getTime()).toBe(86400000);
  expect(lodash.chunk([1, 2, 3], 2)).toEqual([[1, 2], [3]]);
}});"
        ));
        assert!(!worker.leaked(file, LeakKind::Realm), "file {index}");
        if index % 10 == 0 {
            most = most.max(realms_after_a_collection(&mut worker));
        }
        if index == 30 {
            early = resident();
        }
    }
    let late = resident();
    println!(
        "at most {most} realms, resident {} KB at file 30, {} KB at 60",
        early >> 10,
        late >> 10
    );
    assert!(is_within(early, late), "{early} bytes at file 30, {late} at file 60");
}

thread_local! {
    static OTHER: RefCell<Option<Global>> = const { RefCell::new(None) };
}

// In functions of their own: the collector sees what the test's own frame still holds.
#[inline(never)]
fn open_other() {
    OTHER.set(Some(host().vm.create_global()));
}

#[inline(never)]
fn close_other() {
    OTHER.set(None);
}

/// A value of the running realm in one that lives on is what leaks a realm.
fn smuggle(cx: Ctx<'_>) {
    let smuggled = cx.global();
    OTHER.with_borrow(|other| {
        let other = other.as_ref().expect("it was made");
        other.enter(|theirs| {
            let foreign = theirs.adopt(smuggled.into());
            assert!(theirs.global().set(theirs, "smuggled", foreign).is_ok());
        });
    });
}

#[test]
fn a_realm_that_stays_is_told_once_with_the_file_that_made_it() {
    let mut worker = Worker::new();
    worker.pass("test('innocent', () => {});");
    open_other();
    worker
        .heard
        .on_load
        .replace(Some(Box::new(|| host().realm().global().enter(smuggle))));
    let leaky = worker.pass("test('leaky', () => {});");
    worker.heard.on_load.replace(None);
    for _ in 0..4 {
        let innocent = worker.pass("test('innocent too', () => {});");
        worker.runtime().collect();
        assert_eq!(worker.leaks(innocent), [""; 0]);
    }
    assert_eq!(
        worker.leaks(leaky),
        ["Realm: its whole realm: native code or another realm still refers to it"]
    );
    close_other();
    worker.pass("test('innocent to the end', () => {});");
    worker.runtime().collect();
    let alive = worker.runtime().live_realms();
    assert!(alive <= 2, "it goes with what kept it: {alive} realms");
}
