//! What becomes of the processes that tests have started when trun itself dies.
//!
//! All of them hold one pipe open. Whoever reads it sees its end when the last of them has gone, wherever they have moved to, whatever
//! their environment says.

use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Read};
use std::os::unix::fs::OpenOptionsExt;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::support::process::parent;
use crate::support::{Project, Running, eventually};

/// A worker with a child in its group, a detached one, a grandchild, one in a session of its own and one that was reparented, with an
/// empty environment. Each says a letter once it holds the pipe.
const FAMILY: &str = "
const fs = require('node:fs');
const { spawn } = require('node:child_process');
test('finished before', () => {});
test('waits', () => {
  const held = fs.openSync('held', 'w');
  const start = (script, options) => spawn('sh', ['-c', script], { stdio: ['ignore', held, held], ...options });
  start('echo n; exec sleep 100000', {});
  start('echo d; exec sleep 100000', { detached: true });
  start('sh -c \"echo g; exec sleep 100000\"; true', {});
  start('setsid sh -c \"echo s; exec sleep 100000\" & exec sleep 100000', {});
  start('(env -i /bin/sh -c \"echo r; exec /bin/sleep 100000\" &) ; exit 0', { detached: true });
  start('(setsid env -i /bin/sh -c \"echo t; exec /bin/sleep 100000\" &) ; exit 0', {});
  fs.writeSync(held, `${process.pid}.`);
  return new Promise(() => {});
}, 1e8);";

/// The family, once all of it is there; the worker's process id; the end of the pipe.
fn started(project: &Project) -> (Running, i32, File) {
    let path = project.path("held");
    nix::unistd::mkfifo(&path, nix::sys::stat::Mode::S_IRWXU).expect("a named pipe");
    let mut held = OpenOptions::new()
        .read(true)
        .custom_flags(nix::libc::O_NONBLOCK)
        .open(&path)
        .expect("the pipe");
    let run = project.trun(&["--parallel=1"]).spawn();
    let mut said = String::new();
    eventually(
        || {
            let _ = held.read_to_string(&mut said);
            "ndgsrt.".chars().all(|letter| said.contains(letter))
        },
        || "not all processes have started".to_owned(),
    );
    let digits = said
        .split('.')
        .next()
        .expect("what the worker said")
        .chars()
        .filter(char::is_ascii_digit)
        .collect::<String>();
    (run, digits.parse().expect("the worker's process id"), held)
}

/// Waits until nobody holds the pipe.
fn nobody_holds(held: &mut File) {
    let mut is_over = || match held.read(&mut [0; 64]) {
        Ok(count) => count == 0,
        Err(error) => {
            assert_eq!(error.kind(), ErrorKind::WouldBlock);
            false
        }
    };
    eventually(&mut is_over, || "a process still holds the pipe".to_owned());
}

#[test]
fn no_process_outlives_a_coordinator_that_is_killed() {
    let project = Project::new().file("a.test.js", FAMILY);
    let (run, _, mut held) = started(&project);
    run.signal(Signal::SIGKILL);
    nobody_holds(&mut held);
    run.wait().exits(137);
}

#[test]
fn no_process_outlives_a_worker_that_is_killed() {
    let project = Project::new()
        .file("a.test.js", FAMILY)
        .file("b.test.js", "test('next', () => {});");
    let (run, worker, mut held) = started(&project);
    kill(Pid::from_raw(worker), Signal::SIGKILL).expect("the worker is there");
    nobody_holds(&mut held);
    let outcome = run.wait();
    outcome
        .exits(1)
        .counts(2, 1)
        .shows("the worker process was killed by SIGKILL while this was running");
}

#[test]
fn no_process_outlives_a_zygote_that_is_killed() {
    let project = Project::new()
        .file("a.test.js", FAMILY)
        .file("b.test.js", "test('queued', () => {});");
    let (run, worker, mut held) = started(&project);
    kill(Pid::from_raw(parent(worker).expect("the zygote")), Signal::SIGKILL).expect("the zygote is there");
    nobody_holds(&mut held);
    let outcome = run.wait();
    outcome
        .exits(4)
        .counts(1, 0)
        .shows("error: the process that starts workers has died");
}
