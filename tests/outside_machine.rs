//! What a run finds when it starts: closed streams, ignored children, few descriptors, no shared memory, folders that cannot be written,
//! and another run beside it.

use std::process::Command;

use crate::support::{Outcome, Project, note};

/// Files of every kind of work: output, children, temporary files, a failure.
fn suite() -> Project {
    let works = "
        const fs = require('node:fs');
        const os = require('node:os');
        const { execFileSync } = require('node:child_process');
        test('prints', () => { console.log('said'); process.stdout.write('written\\n'); });
        test('has children', () => { expect(execFileSync('echo', ['child'], { encoding: 'utf8' })).toBe('child\\n'); });
        test('writes', () => { fs.writeFileSync(os.tmpdir() + '/x', 'x'); expect(fs.readFileSync(os.tmpdir() + '/x', 'utf8')).toBe('x'); });";
    (0..4)
        .fold(Project::new(), |project, n| {
            project.file(&format!("works-{n}.test.js"), works)
        })
        .file(
            "fails.test.js",
            "test('fails', () => { throw new Error('for a reason'); });",
        )
}

#[track_caller]
fn is_as_ever(outcome: &Outcome) {
    outcome.exits(1).counts(12, 1).shows("for a reason");
    assert_eq!(outcome.terminal_counts(), outcome.json_counts(), "{}", outcome.all());
}

#[test]
fn without_stdin() {
    is_as_ever(&suite().trun(&["--parallel=4"]).after("exec <&-").run());
}

#[test]
fn without_any_stream() {
    let outcome = suite().trun(&["--parallel=4"]).after("exec <&- >&- 2>&-").run();
    outcome.exits(1);
    assert_eq!((outcome.json_counts().passed, outcome.json_counts().failed), (12, 1));
}

#[test]
fn with_a_parent_that_ignores_its_children() {
    is_as_ever(
        &suite()
            .trun(&["--parallel=4"])
            .through(&["env", "--ignore-signal=CHLD"])
            .run(),
    );
}

#[test]
fn with_a_parent_that_blocks_signals() {
    is_as_ever(
        &suite()
            .trun(&["--parallel=4"])
            .through(&["env", "--block-signal=CHLD"])
            .run(),
    );
}

#[test]
fn with_64_open_files() {
    is_as_ever(
        &suite()
            .trun(&["--parallel=4"])
            .through(&["prlimit", "--nofile=64:64"])
            .run(),
    );
}

/// Whether this machine lets a test mount something for itself alone.
fn may_mount() -> bool {
    let tried = Command::new("unshare").args(["-m", "true"]).output();
    let may = tried.is_ok_and(|output| output.status.success());
    if !may {
        note("skipped: this machine does not allow a mount namespace");
    }
    may
}

#[test]
fn without_shared_memory_in_the_file_system() {
    if may_mount() {
        let run = suite().trun(&["--parallel=4"]).through(&["unshare", "-m"]).after("umount -l /dev/shm || exit 99\nmkdir /dev/shm/x 2>/dev/null && rmdir /dev/shm/x\nmount -t tmpfs -o ro none /dev/shm || exit 98").run();
        is_as_ever(&run);
    }
}

#[test]
fn with_a_project_that_cannot_be_written() {
    if may_mount() {
        let project = suite();
        project.write("node_modules/some/index.js", "");
        let mount = "mount --bind . . && mount -o remount,ro,bind . && cd . || exit 99";
        let outcome = project
            .trun(&["--parallel=4"])
            .through(&["unshare", "-m"])
            .after(mount)
            .run();
        is_as_ever(&outcome);
    }
}

#[test]
fn with_a_cache_that_cannot_be_written() {
    // Nobody can make a folder there, whoever the user is.
    let outcome = suite()
        .trun(&["--parallel=4"])
        .env("TRUN_CACHE_DIR", "/proc/none/cache")
        .run();
    is_as_ever(outcome.complains("warning: the durations of this run are not kept"));
    let project = suite();
    project.write("file", "");
    let outcome = project
        .trun(&["--parallel=4"])
        .env("TRUN_CACHE_DIR", &project.path("file/cache").to_string_lossy())
        .run();
    is_as_ever(outcome.complains("warning: the durations of this run are not kept"));
}

#[test]
fn two_runs_at_once_in_one_project() {
    let project = suite();
    project.write("node_modules/some/index.js", "");
    for _ in 0..3 {
        let runs = [1, 2].map(|number| {
            let report = format!(
                "--reporter=json:{}",
                project.beside(&format!("{number}.json")).display()
            );
            (
                number,
                project.trun(&["--reporter=default", &report, "--parallel=2"]).spawn(),
            )
        });
        for (number, run) in runs {
            run.wait().exits(1).counts(12, 1);
            let text = std::fs::read(project.beside(&format!("{number}.json"))).expect("a report");
            let report: serde_json::Value = serde_json::from_slice(&text).expect("JSON");
            assert_eq!(report["numPassedTests"], 12);
        }
    }
}
