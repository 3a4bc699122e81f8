//! Files that kill and stop the processes around them.

use std::process::Command;

use crate::support::{Project, note};

const BEFORE: &str = "
const fs = require('node:fs');
const parent = (pid) => Number(fs.readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').pop().split(' ')[1]);
test('finished before', () => {});";

/// A file whose second test does this and then waits for ever, and one that follows.
fn project(act: &str, limit: &str) -> Project {
    let body = format!("{BEFORE}\ntest('acts', async () => {{ {act}; await new Promise(() => {{}}); }}, {limit});");
    Project::new()
        .file("a.test.js", &body)
        .file("b.test.js", "test('next', () => {});")
}

#[test]
fn the_parent_is_killed() {
    let outcome = project("process.kill(process.ppid, 'SIGKILL')", "1e8")
        .trun(&["--parallel=1"])
        .run();
    outcome
        .exits(4)
        .counts(1, 0)
        .shows("the process that starts workers has died");
    assert_eq!(outcome.test("finished before")["status"], "passed");
    assert_eq!(outcome.terminal_counts().files_not_run, 2, "{}", outcome.all());
    assert_eq!(outcome.terminal_counts(), outcome.json_counts());
}

#[test]
fn the_parent_is_told_to_leave() {
    // What the zygote ignores, and what its job is to survive.
    for signal in ["SIGINT", "SIGHUP", "SIGTSTP", "SIGQUIT", "SIGCHLD", "SIGCONT"] {
        let act = format!("process.kill(process.ppid, '{signal}'); return");
        project(&act, "1e8").trun(&["--parallel=1"]).run().exits(0).counts(3, 0);
    }
}

#[test]
fn the_parent_is_stopped() {
    // Nobody above it would ever hear of its workers again.
    let outcome = project("process.kill(process.ppid, 'SIGSTOP')", "500")
        .trun(&["--parallel=1"])
        .run();
    outcome.exits(1).counts(2, 1);
    assert_eq!(outcome.test("acts")["x"]["outcome"], "timedOut");
    // Also at the very end, when only the zygote's leave is waited for.
    project("process.kill(process.ppid, 'SIGSTOP'); return", "1e8")
        .trun(&["--parallel=1"])
        .run()
        .exits(0)
        .counts(3, 0);
    // And when the worker is gone before anybody can be told.
    let outcome = project(
        "process.kill(process.ppid, 'SIGSTOP'); process.kill(process.pid, 'SIGKILL')",
        "1e8",
    )
    .trun(&["--parallel=1"])
    .run();
    outcome.exits(1).counts(2, 1);
}

#[test]
fn the_coordinator_is_killed() {
    let outcome = project("process.kill(parent(process.ppid), 'SIGKILL')", "1e8")
        .trun(&["--parallel=1"])
        .run();
    // That no process is left is checked after every run.
    outcome.exits(137);
}

#[test]
fn the_coordinator_is_interrupted() {
    let outcome = project("process.kill(parent(process.ppid), 'SIGTERM')", "1e8")
        .trun(&["--parallel=1"])
        .run();
    outcome.exits(143).counts(1, 0).shows("Interrupted by SIGTERM");
}

#[test]
fn another_worker_is_killed() {
    let victim = "
        const fs = require('node:fs');
        test('says who it is', async () => { fs.writeFileSync('victim', String(process.pid)); await new Promise(() => {}); }, 1e8);";
    let act = "while (!fs.existsSync('victim')) await new Promise((resolve) => setTimeout(resolve, 1)); process.kill(Number(fs.readFileSync('victim', 'utf8')), 'SIGKILL'); return";
    let project = project(act, "1e8").file("victim.test.js", victim);
    let outcome = project.trun(&["--parallel=2", "--parallel-delay=0"]).run();
    outcome.exits(1).counts(3, 1).shows("SIGKILL");
    assert_eq!(outcome.test("says who it is")["status"], "failed");
}

/// Whether this machine lets a test have process ids of its own. Elsewhere `kill(-1)` would meet strangers.
fn may_have_namespace() -> bool {
    let tried = Command::new("unshare").args(["-Upf", "--mount-proc", "true"]).output();
    let may = tried.is_ok_and(|output| output.status.success());
    if !may {
        note("skipped: this machine does not allow a namespace of process ids");
    }
    may
}

#[test]
fn everybody_is_killed() {
    if !may_have_namespace() {
        return;
    }
    // Everything but the first process of the namespace and the killer itself: the run and the zygote die, the shell tells of it.
    let guard = "if (process.pid > 50) throw new Error('not in a namespace')";
    let act = format!("{guard}; process.kill(-1, 'SIGKILL')");
    let project = project(&act, "1e8");
    let script = format!(
        r#"'{}' --parallel=1 --reporter=json:../report.json; echo "ended $?"
        left() {{ grep -l '^State:.[RSDT]' $(grep -sl '^Name:.trun' /proc/[0-9]*/status) /dev/null; }}
        n=0; while left >/dev/null 2>&1 && [ $n -lt 1000 ]; do n=$((n+1)); sleep 0.01; done; echo "left: $(left)""#,
        env!("CARGO_BIN_EXE_trun")
    );
    let output = Command::new("unshare")
        .args(["-Upf", "--mount-proc", "sh", "-c", &script])
        .current_dir(project.path(""))
        .env("HOME", project.beside("home"))
        .output()
        .expect("unshare runs");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(
        text.contains("ended 137\n") && text.ends_with("left: \n"),
        "{text}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    // As the first process itself trun survives, without a zygote.
    let report = project.beside("second.json");
    let output = Command::new("unshare")
        .args([
            "-Upf",
            "--mount-proc",
            env!("CARGO_BIN_EXE_trun"),
            "--parallel=1",
            "--reporter=default",
        ])
        .arg(format!("--reporter=json:{}", report.display()))
        .current_dir(project.path(""))
        .env("HOME", project.beside("home"))
        .output()
        .expect("unshare runs");
    let text = String::from_utf8_lossy(&output.stdout);
    assert_eq!(
        output.status.code(),
        Some(4),
        "{text}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let report: serde_json::Value = serde_json::from_slice(&std::fs::read(report).expect("a report")).expect("JSON");
    assert_eq!(report["numPassedTests"], 1);
}
