//! What runs, asked in the middle of a run: by SIGUSR1, by a key, and what keys must not break.

use nix::sys::signal::Signal;

use crate::support::terminal::in_terminal;
use crate::support::{Project, Running, addon, eventually};

const SPINS: &str = "
const fs = require('node:fs');
function inner() { for (let n = 0; ; n += 1) if (n === 0.5) return; }
function outer() { inner(); }
test('spins', () => { fs.writeFileSync('spins', ''); outer(); }, 1e8);";

const WAITS: &str = "
const fs = require('node:fs');
test('waits', async () => { fs.writeFileSync('waits', ''); await new Promise(() => {}); }, 1e8);";

const BLOCKS: &str = "
const fs = require('node:fs');
const { execFileSync } = require('node:child_process');
test('blocks', () => { fs.writeFileSync('blocks', ''); execFileSync('sleep', ['100000']); }, 1e8);";

/// Three files that run without end, each in its way.
fn project() -> Project {
    Project::new()
        .file("spins.test.js", SPINS)
        .file("waits.test.js", WAITS)
        .file("blocks.test.js", BLOCKS)
}

fn all_run(project: &Project) {
    for name in ["spins", "waits", "blocks"] {
        eventually(
            || project.path(name).exists(),
            || format!("the test {name:?} never ran"),
        );
    }
}

/// Asks until the answer has all the words: right after its start, JavaScript is not compiled yet.
fn ask(ask: impl Fn(), seen: impl Fn() -> String, words: &[&str]) {
    let last = || seen().rsplit("Running ").next().unwrap_or_default().to_owned();
    eventually(
        || {
            let before = seen().matches("after the start").count();
            ask();
            eventually(
                || seen().matches("after the start").count() > before && last().contains("waits.test.js"),
                || format!("there is no answer in {:?}", seen()),
            );
            words.iter().all(|word| last().contains(word))
        },
        || format!("{words:?} are not in {:?}", last()),
    );
}

const ANSWERS: [&str; 6] = [
    "spins.test.js > spins",
    "at inner (spins.test.js:3:",
    "at outer (spins.test.js:4:",
    "waits for something to happen; no JavaScript runs",
    "blocks.test.js > blocks",
    "does not answer",
];

fn interrupt(run: Running) {
    run.signal(Signal::SIGINT);
    run.wait().exits(130).counts(0, 0);
}

#[test]
fn a_signal_asks_what_runs() {
    let project = project();
    let run = project.trun(&["--parallel=3"]).spawn();
    all_run(&project);
    let mut words = ANSWERS.to_vec();
    words.extend(["with 0 files still to begin", ", worker 1, process "]);
    ask(|| run.signal(Signal::SIGUSR1), || run.stdout(), &words);
    interrupt(run);
}

#[test]
fn where_no_report_is_for_people_the_answer_goes_to_stderr() {
    let project = project();
    let report = format!("--reporter=json:{}", project.beside("report.json").display());
    let run = project.trun(&[&report, "--parallel=3"]).spawn();
    all_run(&project);
    ask(|| run.signal(Signal::SIGUSR1), || run.stderr(), &ANSWERS);
    run.signal(Signal::SIGINT);
    run.wait().exits(130);
}

#[test]
fn a_run_that_is_asked_all_the_time_comes_to_its_end() {
    let body = "
        const spin = (ms) => { const end = Date.now() + ms; let n = 0; while (Date.now() < end) n += 1; return n; };
        for (let n = 0; n < 20; n += 1) {
          test('spins ' + n, () => { expect(spin(20)).toBeGreaterThan(0); });
          test('waits ' + n, async () => { for (let i = 0; i < 20; i += 1) await new Promise((resolve) => setTimeout(resolve, 1)); });
        }";
    let project = (0..3).fold(Project::new(), |project, n| project.file(&format!("{n}.test.js"), body));
    let run = project.trun(&["--parallel=3"]).spawn();
    // Before it can answer, the signal has its default action.
    eventually(|| run.stdout().contains("workers"), || "it does not begin".to_owned());
    while run.is_running() {
        run.try_signal(Signal::SIGUSR1);
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    run.wait().exits(0).counts(120, 0);
}

#[test]
fn an_addon_that_runs_is_named() {
    let project = addon::topic("inquiry");
    let run = project.trun(&["--parallel=1"]).spawn();
    eventually(
        || project.path("inside").exists(),
        || "the addon was never called".to_owned(),
    );
    run.signal(Signal::SIGUSR1);
    eventually(
        || run.stdout().contains(", in addon addon.node ("),
        || format!("the addon is not named in {:?}", run.stdout()),
    );
    assert!(run.stdout().contains("does not answer"), "{}", run.stdout());
    run.signal(Signal::SIGINT);
    run.wait().exits(130);
}

#[test]
fn a_key_asks_what_runs_and_others_do_what_they_always_do() {
    let project = project();
    let (run, seen) = in_terminal(project.trun(&["--parallel=3", "--no-color"]));
    assert!(seen.is_usual());
    let run = run.spawn();
    all_run(&project);
    eventually(|| !seen.is_usual(), || "it does not listen".to_owned());
    ask(|| seen.types("qt\n"), || seen.text(), &ANSWERS[..5]);
    // Ctrl-C, by the terminal's own hand.
    seen.types("\u{3}");
    run.wait().exits(130);
    seen.shows("Interrupted by SIGINT");
    assert!(seen.is_usual(), "the terminal keeps the settings of the run");
}

#[test]
fn the_terminal_is_as_before_after_any_end() {
    for (body, code) in [
        ("test('passes', () => {});", 0),
        (
            "test('kills the zygote', async () => { process.kill(process.ppid, 'SIGKILL'); await new Promise(() => {}); });",
            4,
        ),
    ] {
        let project = Project::new().file("a.test.js", body);
        let (run, seen) = in_terminal(project.trun(&["--parallel=1"]));
        run.run().exits(code);
        assert!(seen.is_usual(), "{code}");
    }
}

#[test]
fn a_stop_by_the_keyboard_gives_the_terminal_back() {
    let project = project();
    // With a shell above it that lets it go on: elsewhere the system does not stop it.
    let shell = "set -m; \"$@\"; while [ ! -e go ]; do sleep 0.01; done; fg";
    let run = project
        .trun(&["--parallel=3", "--no-color"])
        .through(&["sh", "-c", shell, "sh"]);
    let (run, seen) = in_terminal(run);
    let run = run.spawn();
    all_run(&project);
    eventually(|| !seen.is_usual(), || "it does not listen".to_owned());
    seen.types("\u{1a}");
    eventually(
        || seen.is_usual(),
        || format!("the terminal is not given back: {:?}", seen.text()),
    );
    project.write("go", "");
    eventually(|| !seen.is_usual(), || "it does not listen again".to_owned());
    ask(|| seen.types("t"), || seen.text(), &ANSWERS[..1]);
    seen.types("\u{3}");
    run.wait().exits(130);
    assert!(seen.is_usual());
}
