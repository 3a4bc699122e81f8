//! Which worker runs which file, and when: seen by process ids, worker numbers and the order in which files begin.
//!
//! Files that must run at the same time wait for each other; nothing is told from how long it takes.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use crate::support::{Outcome, Project};

/// Logs that the file has begun, and gives it `reached(name)` to wait until another one has.
const PRELUDE: &str = "
const fs = require('node:fs');
const name = require('node:path').basename(__filename, '.test.js');
fs.appendFileSync('log', `${name} ${process.env.TRUN_WORKER_ID} ${process.pid}\\n`);
const begun = (other) => fs.readFileSync('log', 'utf8').split('\\n').some((line) => line.startsWith(`${other} `));
const reached = async (other) => {
  while (!begun(other)) await new Promise((resolve) => setTimeout(resolve, 2));
};
";

/// What a file has logged.
#[derive(Debug, Clone)]
struct Begun {
    file: String,
    worker: String,
    pid: String,
}

/// Files by name, each with the body of its one test.
fn project(files: &[(&str, &str)]) -> Project {
    let project = Project::new();
    for (name, body) in files {
        let text = format!("{PRELUDE}\ntest('t', async () => {{ {body} }}, 1e8);\n");
        project.write(&format!("{name}.test.js"), &text);
    }
    project
}

fn trivial(names: &[&str]) -> Project {
    project(&names.iter().map(|name| (*name, "")).collect::<Vec<_>>())
}

fn run(project: &Project, args: &[&str]) -> (Outcome, Vec<Begun>) {
    let _ = fs::remove_file(project.path("log"));
    let outcome = project.trun(args).run();
    let log = fs::read_to_string(project.path("log")).unwrap_or_default();
    let begun = log
        .lines()
        .map(|line| {
            let words: Vec<String> = line.split(' ').map(str::to_owned).collect();
            let [file, worker, pid] = words.try_into().expect("three words");
            Begun { file, worker, pid }
        })
        .collect();
    (outcome, begun)
}

fn names(begun: &[Begun]) -> Vec<&str> {
    begun.iter().map(|begun| begun.file.as_str()).collect()
}

fn pids(begun: &[Begun]) -> BTreeSet<&str> {
    begun.iter().map(|begun| begun.pid.as_str()).collect()
}

fn of_worker<'a>(begun: &'a [Begun], worker: &str) -> Vec<&'a str> {
    let of = begun.iter().filter(|begun| begun.worker == worker);
    of.map(|begun| begun.file.as_str()).collect()
}

#[test]
fn quick_files_need_one_worker() {
    let project = trivial(&["a", "b", "c", "d", "e"]);
    let (outcome, begun) = run(&project, &["--parallel=4", "--parallel-delay=1h", "--no-cache"]);
    outcome.exits(0).counts(5, 0);
    assert_eq!(names(&begun), ["a", "b", "c", "d", "e"]);
    assert_eq!(pids(&begun).len(), 1, "{begun:?}");
}

#[test]
fn files_that_take_their_time_call_for_more_workers() {
    let project = project(&[("a", "await reached('b')"), ("b", "await reached('c')"), ("c", "")]);
    let (outcome, begun) = run(&project, &["--parallel=3", "--no-cache"]);
    outcome.exits(0).counts(3, 0);
    assert!(pids(&begun).len() >= 2, "{begun:?}");
}

#[test]
fn there_are_never_more_workers_than_asked_for() {
    let project = project(&[("a", "await reached('b')"), ("b", ""), ("c", ""), ("d", "")]);
    let (outcome, begun) = run(&project, &["--parallel=2", "--parallel-delay=0", "--no-cache"]);
    outcome.exits(0).counts(4, 0);
    let workers: BTreeSet<&str> = begun.iter().map(|begun| begun.worker.as_str()).collect();
    assert_eq!(workers, BTreeSet::from(["1", "2"]));
}

#[test]
fn neighbouring_files_run_in_one_worker() {
    // Pairs wait for each other, so that both workers advance in step and none has a reason to steal.
    let step = |other: &'static str| format!("await reached('{other}')");
    let bodies: Vec<(&str, String)> = [
        ("a1", "b1"),
        ("a2", "b2"),
        ("a3", "b3"),
        ("b1", "a1"),
        ("b2", "a2"),
        ("b3", "a3"),
    ]
    .into_iter()
    .map(|(name, other)| (name, step(other)))
    .collect();
    let files: Vec<(&str, &str)> = bodies.iter().map(|(name, body)| (*name, body.as_str())).collect();
    let project = project(&files);
    let (outcome, begun) = run(&project, &["--parallel=2", "--parallel-delay=0", "--no-cache"]);
    outcome.exits(0).counts(6, 0);
    assert_eq!(of_worker(&begun, "1"), ["a1", "a2", "a3"]);
    assert_eq!(of_worker(&begun, "2"), ["b1", "b2", "b3"]);
}

#[test]
fn an_idle_worker_takes_over_what_a_busy_one_has_waiting() {
    let project = project(&[
        ("a", "await reached('b')"),
        ("b", ""),
        ("c", ""),
        ("d", ""),
        ("e", ""),
        ("f", ""),
    ]);
    let (outcome, begun) = run(&project, &["--parallel=2", "--parallel-delay=0", "--no-cache"]);
    outcome.exits(0).counts(6, 0);
    assert_eq!(of_worker(&begun, "1")[0], "a");
    // Of what waited behind `a`, first the back half, then the rest.
    assert_eq!(of_worker(&begun, "2"), ["d", "e", "f", "c", "b"]);
}

#[test]
fn the_slowest_files_of_past_runs_start_first() {
    let project = trivial(&["a", "b", "c", "d", "e", "f"]);
    let cache = project.beside("cache");
    let args = ["--parallel=2", "--cache-dir", cache.to_str().unwrap()];
    run(&project, &args).0.exits(0);

    let durations = only_file_in(&cache);
    let text = fs::read_to_string(&durations).unwrap();
    let mut stored: serde_json::Value = serde_json::from_str(&text).unwrap();
    for (name, micros) in [("a", 1), ("b", 2), ("c", 900_000), ("d", 1), ("e", 3), ("f", 800_000)] {
        let known = &mut stored["durations"][format!("{name}.test.js")];
        assert!(known.is_u64(), "{name} was measured: {text}");
        *known = micros.into();
    }
    fs::write(&durations, stored.to_string()).unwrap();

    let (outcome, begun) = run(&project, &args);
    outcome.exits(0).counts(6, 0);
    let first: BTreeMap<&str, &str> = begun
        .iter()
        .rev()
        .map(|b| (b.worker.as_str(), b.file.as_str()))
        .collect();
    assert_eq!(first, BTreeMap::from([("1", "c"), ("2", "f")]), "{begun:?}");
}

fn only_file_in(folder: &std::path::Path) -> std::path::PathBuf {
    let files: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    assert_eq!(files.len(), 1, "{files:?}");
    files[0].clone()
}

#[test]
fn without_a_cache_nothing_is_kept() {
    let project = trivial(&["a"]);
    fs::create_dir(project.path("node_modules")).unwrap();
    run(&project, &["--no-cache"]).0.exits(0);
    assert_eq!(fs::read_dir(project.path("node_modules")).unwrap().count(), 0);
    run(&project, &[]).0.exits(0);
    assert!(project.path("node_modules/.cache/trun/durations.json").exists());
}

#[test]
fn a_cache_that_cannot_be_written_is_a_warning() {
    let project = trivial(&["a"]).file("in-the-way", "");
    let (outcome, _) = run(&project, &["--cache-dir=in-the-way"]);
    outcome
        .exits(0)
        .complains("warning: the durations of this run are not kept");
}

#[test]
fn a_seed_repeats_its_order() {
    let project = trivial(&["a", "b", "c", "d", "e", "f", "g", "h"]);
    let order = |seed: &str| {
        let (outcome, begun) = run(&project, &["--parallel=1", "--no-cache", "--seed", seed]);
        outcome.exits(0);
        names(&begun).into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    let first = order("7");
    assert!(!first.is_sorted(), "{first:?}");
    assert_eq!(order("7"), first);
    assert_ne!(order("8"), first);
}

#[test]
fn a_random_order_says_how_to_repeat_it() {
    let project = trivial(&["a", "b", "c", "d", "e", "f", "g", "h"]);
    let (outcome, begun) = run(&project, &["--parallel=1", "--no-cache", "--randomize"]);
    let line = outcome.stdout.lines().find(|line| line.starts_with("Seed "));
    let seed = line
        .and_then(|line| line.split_whitespace().nth(1))
        .unwrap_or_else(|| panic!("{}", outcome.all()));
    let (_, again) = run(&project, &["--parallel=1", "--no-cache", "--seed", seed]);
    assert_eq!(names(&again), names(&begun));
}

#[test]
fn bailing_out_ends_the_file_after_its_test_and_starts_no_other() {
    let failing = "
        test('holds', () => {});
        test('fails', () => { throw new Error('no'); });
        test('never', () => fs.writeFileSync('never', ''));
        afterAll(() => fs.writeFileSync('cleaned-up', ''));
    ";
    let project = Project::new()
        .file("a.test.js", &format!("{PRELUDE}{failing}"))
        .file("b.test.js", PRELUDE);
    let (outcome, begun) = run(&project, &["--parallel=1", "--bail"]);
    outcome.exits(1).shows("bailed out after 1 failure");
    assert_eq!(names(&begun), ["a"]);
    assert!(project.path("cleaned-up").exists(), "{}", outcome.all());
    assert!(!project.path("never").exists(), "{}", outcome.all());
    let counts = outcome.json_counts();
    assert_eq!((counts.files_failed, counts.files_not_run), (1, 1), "{}", outcome.all());
    assert_eq!(
        (counts.passed, counts.failed, counts.tests_not_run),
        (1, 1, 1),
        "{}",
        outcome.all()
    );
}

#[test]
fn a_worker_that_has_grown_is_replaced() {
    let project = trivial(&["a", "b", "c"]);
    let (outcome, begun) = run(&project, &["--parallel=1", "--worker-recycle=1"]);
    outcome.exits(0).counts(3, 0);
    assert_eq!(pids(&begun).len(), 3);
    assert_eq!(of_worker(&begun, "1"), ["a", "b", "c"]);
}

#[test]
fn every_worker_has_an_empty_folder_for_temporary_files() {
    let body = |other: &str| {
        format!(
            "await reached('{other}');
             const folder = require('node:os').tmpdir();
             expect(fs.readdirSync(folder)).toEqual([]);
             fs.mkdirSync(folder + '/left/behind', {{ recursive: true }});
             fs.appendFileSync('folders', folder + '\\n');"
        )
    };
    let bodies = [("a", body("c")), ("b", body("d")), ("c", body("a")), ("d", body("b"))];
    let project = project(&bodies.each_ref().map(|(name, body)| (*name, body.as_str())));
    let (outcome, _) = run(&project, &["--parallel=2", "--parallel-delay=0", "--no-cache"]);
    outcome.exits(0).counts(4, 0);
    let folders = project.read("folders");
    assert_eq!(folders.lines().collect::<BTreeSet<_>>().len(), 2, "{folders}");
    assert_eq!(
        fs::read_dir(project.beside("tmp")).unwrap().count(),
        0,
        "the run's folder is gone"
    );
}

#[test]
fn whatever_a_file_does_to_its_folder_the_next_one_has_an_empty_one() {
    let spoil = [
        (
            "a",
            "fs.rmSync(folder, { recursive: true }); fs.symlinkSync(precious, folder);",
        ),
        (
            "b",
            "fs.rmSync(folder, { recursive: true }); fs.writeFileSync(folder, '');",
        ),
        (
            "c",
            "fs.mkdirSync(folder + '/deep'); fs.chmodSync(folder + '/deep', 0o500); fs.chmodSync(folder, 0o300);",
        ),
        ("d", ""),
    ];
    let body = |act: &str| {
        format!(
            "const folder = require('node:os').tmpdir();
             const precious = process.cwd() + '/precious';
             fs.mkdirSync(precious + '/data', {{ recursive: true }});
             expect(fs.readdirSync(folder)).toEqual([]);
             {act}"
        )
    };
    let bodies = spoil.map(|(name, act)| (name, body(act)));
    let project = project(&bodies.each_ref().map(|(name, body)| (*name, body.as_str())));
    let (outcome, _) = run(&project, &["--parallel=1"]);
    outcome.exits(0).counts(4, 0);
    assert!(
        project.path("precious/data").exists(),
        "nothing is removed through a link"
    );
    assert_eq!(
        fs::read_dir(project.beside("tmp")).unwrap().count(),
        0,
        "the run's folder is gone"
    );
}

#[test]
fn a_part_of_a_file_says_nothing_of_how_long_it_takes() {
    let project = trivial(&["a"]);
    let cache = project.beside("cache");
    run(&project, &["-t", "t", "--cache-dir", cache.to_str().unwrap()])
        .0
        .exits(0);
    assert!(!cache.exists());
}
