//! Where reports go and how they get there.

use std::fs::{self, File, OpenOptions};
use std::io::Read;
use std::os::unix::fs::{FileTypeExt, MetadataExt, OpenOptionsExt, symlink};
use std::thread;

use nix::sys::stat::Mode;
use serde_json::Value;

use crate::support::{Outcome, Project};

fn project() -> Project {
    Project::new().file(
        "a.test.js",
        "test('passes', () => {});\ntest('fails', () => { expect(1).toBe(2); });",
    )
}

#[track_caller]
fn holds_report(text: &str) -> Value {
    let report: Value = serde_json::from_str(text).unwrap_or_else(|error| panic!("{error} in {text:?}"));
    assert_eq!(
        (&report["numPassedTests"], &report["numFailedTests"]),
        (&1.into(), &1.into())
    );
    report
}

#[track_caller]
fn holds_page(text: &str) {
    assert!(text.contains("Tests  1 passed, 1 failed\n"), "no totals in {text:?}");
}

#[test]
fn json_on_stdout_is_alone_there() {
    let outcome = project().trun(&["--reporter=json"]).run();
    holds_report(&outcome.exits(1).stdout);
}

#[test]
fn none_is_silent() {
    let outcome = project().trun(&["--reporter=none"]).run();
    outcome.exits(1);
    assert_eq!((outcome.stdout.as_str(), outcome.stderr.as_str()), ("", ""));
}

#[test]
fn both_at_once() {
    let project = project();
    let outcome = project.trun(&["--reporter=default", "--reporter=json:out.json"]).run();
    holds_page(&outcome.exits(1).stdout);
    holds_report(&project.read("out.json"));
    let outcome = project.trun(&["--reporter=default:page.txt", "--reporter=json"]).run();
    holds_report(&outcome.exits(1).stdout);
    holds_page(&project.read("page.txt"));
}

#[test]
fn several_files() {
    let project = project();
    let outcome = project
        .trun(&[
            "--reporter=none",
            "--reporter=json:one.json",
            "--reporter=json:deep/er/two.json",
        ])
        .run();
    assert_eq!(outcome.exits(1).stdout, "");
    holds_report(&project.read("one.json"));
    holds_report(&project.read("deep/er/two.json"));
}

#[test]
fn as_other_runners_name_files() {
    for args in [
        &["--outputFile=out.json"][..],
        &["--outputFile", "out.json"],
        &["--reporter=json", "--outputFile=out.json"],
        &["--outputFile.json=out.json"],
        &["--reporter=json", "--reporter-outfile=out.json"],
        &["--reporter=default", "--reporter=json", "--reporter-outfile=out.json"],
    ] {
        let project = project();
        project.trun(args).run().exits(1);
        holds_report(&project.read("out.json"));
    }
}

#[test]
fn one_reporter_has_stdout() {
    project()
        .trun(&["--reporter=default", "--reporter=json"])
        .run()
        .exits(2)
        .complains("stdout");
    project()
        .trun(&["--reporter=json:a", "--reporter=json:a"])
        .run()
        .exits(2);
}

#[test]
fn a_report_replaces_the_one_before_in_one_step() {
    let project = project().file("out.json", "what was there before");
    // Whoever has the old file open keeps the old text: it was not written into.
    let mut before = File::open(project.path("out.json")).unwrap();
    let inode = fs::metadata(project.path("out.json")).unwrap().ino();
    project.trun(&["--reporter=json:out.json"]).run().exits(1);
    let mut text = String::new();
    before.read_to_string(&mut text).unwrap();
    assert_eq!(text, "what was there before");
    holds_report(&project.read("out.json"));
    assert_ne!(fs::metadata(project.path("out.json")).unwrap().ino(), inode);
    let left: Vec<_> = fs::read_dir(project.path(""))
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(left.len(), 2, "something is left beside it: {left:?}");
}

#[test]
fn a_run_that_does_not_start_leaves_the_old_report() {
    let project = Project::new().file("out.json", "what was there before");
    project.trun(&["--reporter=json:out.json"]).run().exits(3);
    assert_eq!(project.read("out.json"), "what was there before");
}

#[test]
fn links_are_written_through() {
    let project = project().file("target.json", "old");
    symlink("target.json", project.path("link.json")).unwrap();
    project.trun(&["--reporter=json:link.json"]).run().exits(1);
    assert!(fs::symlink_metadata(project.path("link.json")).unwrap().is_symlink());
    holds_report(&project.read("target.json"));
}

#[test]
fn a_named_pipe_is_written_through() {
    let project = project();
    let pipe = project.path("pipe");
    nix::unistd::mkfifo(&pipe, Mode::from_bits_truncate(0o600)).unwrap();
    let reader = thread::spawn({
        let pipe = pipe.clone();
        move || fs::read_to_string(pipe).unwrap()
    });
    project.trun(&["--reporter=json:pipe"]).run().exits(1);
    // Should nobody have opened it, the reader ends here and the check fails instead of hanging.
    let _ = OpenOptions::new()
        .write(true)
        .custom_flags(nix::fcntl::OFlag::O_NONBLOCK.bits())
        .open(&pipe);
    holds_report(&reader.join().unwrap());
    assert!(fs::metadata(pipe).unwrap().file_type().is_fifo());
}

#[test]
fn exit_4_if_a_report_cannot_be_written() {
    project()
        .trun(&["--reporter=none", "--reporter=json:/dev/full"])
        .run()
        .exits(4)
        .complains("/dev/full");
    project()
        .trun(&["--reporter=none", "--reporter=json:a.test.js/out.json"])
        .run()
        .exits(4)
        .complains("out.json");
    Project::new()
        .file("a.test.js", "test('passes', () => {});")
        .trun(&["--reporter=none", "--reporter=json:/dev/full"])
        .run()
        .exits(4);
}

#[test]
fn exit_4_if_stdout_is_full() {
    let full = || OpenOptions::new().write(true).open("/dev/full").unwrap();
    project().trun(&["--reporter=default"]).stdout(full()).run().exits(4);
}

#[test]
fn a_device_that_takes_everything_is_fine() {
    project()
        .trun(&["--reporter=none", "--reporter=json:/dev/null"])
        .run()
        .exits(1);
}

#[test]
fn the_report_tells_where_tests_are() {
    let outcome = project().trun(&["--parallel=1"]).run();
    assert_eq!(outcome.test("fails")["location"]["line"], 2);
    assert_eq!(outcome.file("a.test.js")["status"], "failed");
    let message = outcome.test("fails")["failureMessages"][0].as_str().unwrap();
    assert!(
        message.contains("toBe") && message.contains("a.test.js:2:"),
        "{message}"
    );
}

#[test]
fn hostile_text_survives() {
    let text = r"test('a\u0000b\u001b[31m\ud800\u{1f600}\n<&]]>', () => { throw new Error('x'.repeat(3_000_000) + '\u0007'); });";
    let outcome = Project::new().file("a.test.js", text).trun(&["--parallel=1"]).run();
    outcome.exits(1).counts(0, 1);
    assert!(
        !outcome.stdout.contains(['\0', '\u{1b}', '\u{7}']),
        "control characters reach the terminal"
    );
    let title = outcome.files().next().unwrap()["assertionResults"][0]["title"]
        .as_str()
        .unwrap();
    assert!(
        title.starts_with("a\0b\u{1b}[31m") && title.ends_with("\n<&]]>"),
        "{title:?}"
    );
}

/// What a run says of its own files must hold for every order in which workers end.
#[test]
fn reports_are_in_order_of_files() {
    let project = (0..12).fold(Project::new(), |project, n| {
        project.file(&format!("{n:02}.test.js"), "test('one', async () => {});")
    });
    let names = |outcome: &Outcome| -> Vec<String> {
        outcome
            .files()
            .map(|file| file["x"]["path"].as_str().unwrap().to_owned())
            .collect()
    };
    let (one, four) = (
        project.trun(&["--parallel=1"]).run(),
        project.trun(&["--parallel=4"]).run(),
    );
    assert_eq!(names(&one), names(&four));
    assert_eq!(one.json_counts(), four.json_counts());
    let mut sorted = names(&one);
    sorted.sort();
    assert_eq!(names(&one), sorted);
}
