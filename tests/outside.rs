//! What comes from outside: signals to the coordinator, once and twice, Ctrl-Z, and who ignored them before.

use std::fs;
use std::io::Read;

use nix::sys::signal::Signal;

use crate::support::process::is_alive;
use crate::support::readers::read_junit;
use crate::support::{Project, Running, eventually};

/// Files that wait until they are told to go on: with two workers one is queued.
fn waiting() -> Project {
    let body = "
        const fs = require('node:fs');
        test('finished before', () => {});
        test('waits', async () => {
          fs.writeFileSync(`pid-${process.env.TRUN_WORKER_ID}`, String(process.pid));
          while (!fs.existsSync('go')) await new Promise((resolve) => setTimeout(resolve, 1));
        }, 1e8);
        test('after it', () => {});";
    Project::new()
        .file("a.test.js", body)
        .file("b.test.js", body)
        .file("c.test.js", body)
}

/// The worker's process id, once its file waits.
fn worker(project: &Project, slot: u32) -> i32 {
    let read = || {
        fs::read_to_string(project.path(&format!("pid-{slot}")))
            .ok()?
            .parse()
            .ok()
    };
    eventually(|| read().is_some(), || format!("no file waits in worker {slot}"));
    read().expect("it was there")
}

fn spawn_waiting(project: &Project, args: &[&str]) -> (Running, [i32; 2]) {
    let json = format!("--reporter=json:{}", project.beside("report.json").display());
    let args: Vec<&str> = args.iter().copied().chain(["--parallel=2", &json]).collect();
    let run = project.trun(&args).spawn();
    let workers = [1, 2].map(|slot| worker(project, slot));
    (run, workers)
}

#[test]
fn the_first_signal_ends_the_run_with_all_reports() {
    for (signal, code, name) in [
        (Signal::SIGINT, 130, "SIGINT"),
        (Signal::SIGTERM, 143, "SIGTERM"),
        (Signal::SIGHUP, 129, "SIGHUP"),
        (Signal::SIGQUIT, 131, "SIGQUIT"),
    ] {
        let project = waiting();
        let junit = project.beside("report.xml");
        let junit_flag = format!("--reporter=junit:{}", junit.display());
        let (run, _) = spawn_waiting(&project, &["--reporter=default", &junit_flag]);
        run.signal(signal);
        let outcome = run.wait();
        outcome
            .exits(code)
            .counts(2, 0)
            .shows(&format!("Interrupted by {name}"));
        assert_eq!(
            outcome.stdout.matches(".test.js  1 passed, 2 not run").count(),
            2,
            "{}",
            outcome.all()
        );
        outcome.shows("NOT RUN waits  (interrupted while running)");
        let json: serde_json::Value =
            serde_json::from_slice(&fs::read(project.beside("report.json")).expect("a report")).expect("JSON");
        assert_eq!(
            (&json["wasInterrupted"], &json["numPassedTests"]),
            (&true.into(), &2.into())
        );
        let reading = &read_junit(std::slice::from_ref(&junit))[0];
        let passed = reading
            .names()
            .iter()
            .filter(|name| name.contains("finished before"))
            .count();
        assert_eq!(passed, 2, "{:#}", reading.junitparser);
    }
}

#[test]
fn the_second_signal_ends_a_run_whose_output_nobody_takes() {
    let talks = "
        const fs = require('node:fs');
        test('talks', () => { for (let n = 0; n < 4000; n += 1) console.log('x'.repeat(99)); });";
    let project = waiting().file("0.test.js", talks);
    let (mut reader, writer) = std::io::pipe().expect("a pipe");
    let run = project.trun(&["--parallel=2"]).stdout(writer).spawn();
    let workers = [1, 2].map(|slot| worker(&project, slot));
    run.signal(Signal::SIGINT);
    for pid in workers {
        eventually(|| !is_alive(pid), || "a worker outlives the interrupt".to_owned());
    }
    // More than a pipe holds waits to be read: without anybody reading the run cannot end by itself.
    run.signal(Signal::SIGINT);
    run.wait().exits(130);
    let mut rest = Vec::new();
    reader.read_to_end(&mut rest).expect("what was written before");
    assert!(rest.len() >= 1 << 12);
}

/// The state letter of a process.
fn state(pid: i32) -> Option<char> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    stat.rsplit_once(") ")?.1.chars().next()
}

#[test]
fn a_run_that_is_stopped_and_goes_on_misses_no_deadline() {
    let body = "
        const fs = require('node:fs');
        fs.writeFileSync(`pid-${process.env.TRUN_WORKER_ID}`, String(process.pid));
        test('takes its time', async () => {
          while (!fs.existsSync('go')) await new Promise((resolve) => setTimeout(resolve, 1));
        }, 6000);
        test('computes', () => { const end = Date.now() + 50; while (Date.now() < end); }, 6000);";
    let project = Project::new().file("a.test.js", body).file("b.test.js", body);
    let run = project.trun(&["--parallel=2"]).spawn();
    let workers = [1, 2].map(|slot| worker(&project, slot));
    run.signal(Signal::SIGTSTP);
    for pid in workers.into_iter().chain([run.pid()]) {
        eventually(
            || state(pid) == Some('T'),
            || format!("{pid} is not stopped: {:?}", state(pid)),
        );
    }
    // Longer than the tests may take and the grace that they are given: the length of the stop is what is tested.
    std::thread::sleep(std::time::Duration::from_millis(8500));
    project.write("go", "");
    run.signal(Signal::SIGCONT);
    run.wait().exits(0).counts(4, 0);
}

#[test]
fn a_run_that_is_stopped_can_be_ended() {
    let project = waiting();
    let (run, workers) = spawn_waiting(&project, &["--reporter=default"]);
    run.signal(Signal::SIGTSTP);
    for pid in workers.into_iter().chain([run.pid()]) {
        eventually(
            || state(pid) == Some('T'),
            || format!("{pid} is not stopped: {:?}", state(pid)),
        );
    }
    run.signal(Signal::SIGTERM);
    run.signal(Signal::SIGCONT);
    run.wait().exits(143).counts(2, 0);
    // And by force: nothing of it stays, stopped or not.
    let project = waiting();
    let (run, workers) = spawn_waiting(&project, &["--reporter=default"]);
    run.signal(Signal::SIGTSTP);
    eventually(|| state(run.pid()) == Some('T'), || "it is not stopped".to_owned());
    run.signal(Signal::SIGKILL);
    for pid in workers {
        eventually(|| !is_alive(pid), || "a worker outlives the coordinator".to_owned());
    }
    run.wait().exits(137);
}

#[test]
fn signals_that_were_ignored_stay_ignored() {
    for (name, signal) in [
        ("HUP", Signal::SIGHUP),
        ("INT", Signal::SIGINT),
        ("QUIT", Signal::SIGQUIT),
    ] {
        let project = waiting();
        let run = project
            .trun(&["--parallel=2"])
            .after(&format!("trap '' {name}"))
            .spawn();
        let _ = [1, 2].map(|slot| worker(&project, slot));
        run.signal(signal);
        run.signal(signal);
        project.write("go", "");
        run.wait().exits(0).counts(9, 0);
    }
}
