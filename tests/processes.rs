//! What happens to processes: ends, deaths, signals, orphans. That nothing is left behind is checked after every run.

use std::fs;
use std::io::Read as _;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::support::process::{is_alive, parent};
use crate::support::{Project, Running, eventually};

/// A test that says its process id through a file and then waits for ever.
const WAITS: &str = "
const fs = require('node:fs');
test('finished before', () => {});
test('waits', () => {
  fs.writeFileSync('pid', String(process.pid));
  return new Promise(() => {});
}, 1e8);
test('after it', () => {});
";

/// As above, with a child of its own that has left the process group.
const WAITS_WITH_CHILDREN: &str = "
const fs = require('node:fs');
const { spawn } = require('node:child_process');
test('waits', () => {
  const near = spawn('sleep', ['100000'], { stdio: 'inherit' });
  const far = spawn('sh', ['-c', 'setsid sleep 100000 & sleep 100000'], { detached: true });
  fs.writeFileSync('pid', String(process.pid));
  return new Promise(() => {});
}, 1e8);
";

/// The worker's process id, once the test has written it.
fn worker(project: &Project) -> i32 {
    let read = || {
        fs::read_to_string(project.path("pid"))
            .ok()
            .and_then(|text| text.parse::<i32>().ok())
    };
    eventually(|| read().is_some(), || "the test never ran".to_owned());
    read().unwrap()
}

fn waiting(project: &Project) -> (Running, i32) {
    let run = project.trun(&["--parallel=1"]).spawn();
    let worker = worker(project);
    (run, worker)
}

fn send(pid: i32, signal: Signal) {
    kill(Pid::from_raw(pid), signal).expect("the process is there");
}

#[test]
fn nothing_is_left_after_a_normal_end() {
    let body = "
        const { spawn } = require('node:child_process');
        test('leaves children', () => {
          spawn('sleep', ['100000']).unref();
          spawn('sleep', ['100000'], { detached: true, stdio: 'ignore' }).unref();
          spawn('sh', ['-c', 'setsid sleep 100000 & sleep 100000'], { detached: true, stdio: 'inherit' });
        });";
    Project::new()
        .file("a.test.js", body)
        .file("b.test.js", "test('next', () => {});")
        .trun(&["--parallel=1"])
        .run()
        .exits(0)
        .counts(2, 0);
}

#[test]
fn children_of_a_file_are_gone_in_the_next() {
    let leaves = "
        const { spawn } = require('node:child_process');
        const fs = require('node:fs');
        test('leaves a child', () => fs.writeFileSync('child', String(spawn('sleep', ['100000']).pid)));";
    let looks = "
        const fs = require('node:fs');
        test('finds it dead', async () => {
          const pid = Number(fs.readFileSync('child', 'utf8'));
          const alive = () => { try { process.kill(pid, 0); return true; } catch { return false; } };
          while (alive()) await new Promise((resolve) => setTimeout(resolve, 1));
        });";
    let project = Project::new().file("a.test.js", leaves).file("b.test.js", looks);
    project
        .trun(&["--parallel=1", "--timeout=60s"])
        .run()
        .exits(0)
        .counts(2, 0);
}

#[test]
fn everything_dies_with_the_coordinator() {
    let project = Project::new().file("a.test.js", WAITS_WITH_CHILDREN);
    let (run, worker) = waiting(&project);
    // Zygote, worker, three sleeps and a shell.
    eventually(
        || run.others().len() >= 6,
        || format!("the children of the test do not start: {:?}", run.others()),
    );
    let others = run.others();
    assert!(others.contains(&worker));
    run.signal(Signal::SIGKILL);
    for pid in others {
        eventually(|| !is_alive(pid), || format!("{pid} outlives the coordinator"));
    }
    run.wait().exits(137);
}

#[test]
fn an_interrupt_ends_the_run_with_reports() {
    for (signal, code, name) in [
        (Signal::SIGINT, 130, "SIGINT"),
        (Signal::SIGTERM, 143, "SIGTERM"),
        (Signal::SIGHUP, 129, "SIGHUP"),
    ] {
        let project = Project::new()
            .file("a.test.js", WAITS)
            .file("b.test.js", "test('queued', () => {});");
        let (run, _) = waiting(&project);
        run.signal(signal);
        let outcome = run.wait();
        outcome
            .exits(code)
            .shows(&format!("Interrupted by {name}"))
            .counts(1, 0);
        assert_eq!(outcome.terminal_counts(), outcome.json_counts(), "{}", outcome.all());
        assert_eq!(outcome.report()["wasInterrupted"], true);
        assert_eq!(outcome.test("finished before")["status"], "passed");
        let not_run = outcome.report()["x"]["notRun"].as_array().unwrap();
        assert!(
            not_run
                .iter()
                .any(|file| file["file"].as_str().unwrap().ends_with("b.test.js")),
            "{not_run:?}"
        );
    }
}

#[test]
fn a_worker_that_is_killed_fails_its_test() {
    let project = Project::new()
        .file("a.test.js", WAITS)
        .file("b.test.js", "test('next', () => {});");
    let (run, worker) = waiting(&project);
    send(worker, Signal::SIGTERM);
    let outcome = run.wait();
    outcome.exits(1).counts(2, 1).shows("SIGTERM");
    assert_eq!(outcome.test("waits")["status"], "failed");
    assert_eq!(outcome.test("next")["status"], "passed");
}

#[test]
fn without_the_zygote_trun_cannot_go_on() {
    let project = Project::new()
        .file("a.test.js", WAITS)
        .file("b.test.js", "test('queued', () => {});");
    let (run, worker) = waiting(&project);
    let zygote = parent(worker).expect("the worker has a parent");
    assert_ne!(zygote, run.pid(), "workers are children of the zygote");
    send(zygote, Signal::SIGKILL);
    let outcome = run.wait();
    outcome.exits(4).counts(1, 0).shows("error:");
    assert_eq!(outcome.test("finished before")["status"], "passed");
    eventually(|| !is_alive(worker), || "the worker outlives the zygote".to_owned());
}

#[test]
fn a_closed_stdout_ends_the_run_with_reports() {
    let waits = "
        const fs = require('node:fs');
        test('finished before', () => {});
        test('goes on when told', async () => {
          fs.writeFileSync('pid', String(process.pid));
          while (!fs.existsSync('go')) await new Promise((resolve) => setTimeout(resolve, 1));
        }, 1e8);";
    let project = Project::new()
        .file("a.test.js", waits)
        .file("b.test.js", WAITS)
        .file("c.test.js", "test('queued', () => {});");
    let (mut reader, writer) = std::io::pipe().expect("a pipe");
    let run = project.trun(&["--parallel=1"]).stdout(writer).spawn();
    worker(&project);
    let mut first = [0; 4];
    reader.read_exact(&mut first).expect("the first line");
    drop(reader);
    project.write("go", "");
    let outcome = run.wait();
    outcome.exits(141);
    assert_eq!(outcome.test("finished before")["status"], "passed");
    assert_eq!(outcome.report()["wasInterrupted"], true);
}

#[test]
fn a_slow_reader_loses_no_result() {
    let body = "test('talks much', () => { for (let n = 0; n < 3000; n += 1) console.log('y'.repeat(200)); });";
    let project = (0..4).fold(Project::new(), |project, n| project.file(&format!("{n}.test.js"), body));
    project.trun(&["--parallel=2"]).run().exits(0).counts(4, 0);
}

#[test]
fn garbage_on_the_channel_fails_the_file_alone() {
    let body = "
        const fs = require('node:fs');
        test('finished before', () => {});
        test('writes where it must not', async () => {
          for (const name of fs.readdirSync('/proc/self/fd')) {
            if (Number(name) > 2) try { fs.writeSync(Number(name), 'garbage garbage garbage garbage'); } catch {}
          }
          await new Promise((resolve) => setTimeout(resolve, 1e8));
        }, 1e8);";
    let project = Project::new()
        .file("a.test.js", body)
        .file("b.test.js", "test('next', () => {});");
    let outcome = project.trun(&["--parallel=1"]).run();
    outcome.exits(1).counts(2, 1).shows("corrupt");
    assert_eq!(outcome.test("writes where it must not")["status"], "failed");
    assert_eq!(outcome.test("next")["status"], "passed");
}

#[test]
fn closing_the_channel_fails_the_file_alone() {
    let body = "
        const fs = require('node:fs');
        test('closes everything', async () => {
          for (const name of fs.readdirSync('/proc/self/fd')) {
            if (Number(name) > 2) try { fs.closeSync(Number(name)); } catch {}
          }
          await new Promise((resolve) => setTimeout(resolve, 1e8));
        }, 1e8);";
    let project = Project::new()
        .file("a.test.js", body)
        .file("b.test.js", "test('next', () => {});");
    let outcome = project.trun(&["--parallel=1"]).run();
    outcome.exits(1).counts(1, 1);
    assert_eq!(outcome.test("next")["status"], "passed");
}

#[test]
fn a_stopped_worker_is_killed_at_its_deadline() {
    let body = "test('stops itself', async () => { process.kill(process.pid, 'SIGSTOP'); await new Promise(() => {}); }, 300);";
    let project = Project::new()
        .file("a.test.js", body)
        .file("b.test.js", "test('next', () => {});");
    let outcome = project.trun(&["--parallel=1"]).run();
    outcome.exits(1).counts(1, 1);
    assert_eq!(outcome.test("stops itself")["x"]["outcome"], "timedOut");
}

#[test]
fn a_worker_over_its_memory_is_killed() {
    let body = "test('hoards', async () => { const hoard = []; for (;;) { hoard.push(new Uint8Array(8 << 20).fill(1)); await new Promise((resolve) => setTimeout(resolve, 1)); } }, 1e8);";
    let project = Project::new()
        .file("a.test.js", body)
        .file("b.test.js", "test('next', () => {});");
    let outcome = project.trun(&["--parallel=1", "--worker-memory=300M"]).run();
    outcome.exits(1).counts(1, 1).shows("memory limit");
}

#[test]
fn signals_that_others_swallow() {
    let by_default = [
        "SIGUSR1", "SIGUSR2", "SIGALRM", "SIGHUP", "SIGINT", "SIGTERM", "SIGPIPE",
    ];
    for name in by_default {
        let body = format!(
            "test('is sent {name}', async () => {{ process.kill(process.pid, '{name}'); await new Promise(() => {{}}); }}, 20000);"
        );
        let outcome = Project::new().file("a.test.js", &body).trun(&["--parallel=1"]).run();
        assert_eq!(outcome.terminal_counts().failed, 1, "{name}: {}", outcome.all());
    }
}

#[test]
fn every_fatal_signal_ends_the_run() {
    for name in ["SIGILL", "SIGTRAP", "SIGABRT", "SIGBUS", "SIGFPE", "SIGSEGV", "SIGSYS"] {
        let body = format!(
            "test('dies', async () => {{ process.kill(process.pid, '{name}'); await new Promise(() => {{}}); }});"
        );
        let project = Project::new()
            .file("a.test.js", &body)
            .file("b.test.js", "test('queued', () => {});");
        let outcome = project.trun(&["--parallel=1"]).run();
        outcome.exits(1).counts(0, 1).shows(&format!(
            "error: a test worker process crashed with {name} while running a.test.js"
        ));
        assert_eq!(outcome.terminal_counts().files_not_run, 1, "{name}: {}", outcome.all());
    }
}

#[test]
fn stdin_is_empty() {
    let body =
        "const fs = require('node:fs'); test('reads nothing', () => { expect(fs.readFileSync(0, 'utf8')).toBe(''); });";
    Project::new()
        .file("a.test.js", body)
        .trun(&["--parallel=1"])
        .run()
        .exits(0);
}
