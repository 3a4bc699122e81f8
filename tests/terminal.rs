//! What people see: the progress view on a terminal, plain lines elsewhere, and commands that can be pasted.

use std::path::Path;
use std::process::Command;

use crate::support::Project;
use crate::support::terminal::on_terminal;

/// A test that goes on once there is a file `go`.
const WAITS: &str = "
const fs = require('node:fs');
test('goes on when told', async () => {
  while (!fs.existsSync('go')) await new Promise((resolve) => setTimeout(resolve, 1));
}, 1e8);";

fn two_files() -> Project {
    Project::new()
        .file("a.test.js", WAITS)
        .file("b.test.js", "test('is quick', () => {});")
}

#[test]
fn a_terminal_shows_what_runs_and_nothing_of_it_in_the_end() {
    let project = two_files();
    let (run, seen) = on_terminal(project.trun(&["--parallel=2", "--no-color"]));
    let run = run.spawn();
    seen.shows("a.test.js > goes on when told");
    seen.shows("1/2 files");
    project.write("go", "");
    run.wait().exits(0);
    seen.shows("\nTime ");
    let text = seen.text();
    let last = text.rfind("\x1b[J").expect("the view is erased");
    assert!(!text[last..].contains("/2 files"), "{text:?}");
    assert!(text.contains("\x1b[JPASS    a.test.js  1 passed"), "{text:?}");
}

#[test]
fn an_interrupt_takes_the_view_away_and_says_what_was_running() {
    let project = two_files();
    let (run, seen) = on_terminal(project.trun(&["--parallel=2", "--no-color"]));
    let run = run.spawn();
    seen.shows("a.test.js > goes on when told");
    run.signal(nix::sys::signal::Signal::SIGINT);
    run.wait().exits(130);
    seen.shows("\nTime ");
    let text = seen.text();
    let last = text.rfind("\x1b[J").expect("the view is erased");
    assert!(!text[last..].contains("/2 files"), "{text:?}");
    assert!(
        text.contains("NOT RUN goes on when told  (interrupted while running)"),
        "{text:?}"
    );
}

#[test]
fn a_terminal_that_is_a_log_gets_plain_lines() {
    for (name, value) in [("CI", "true"), ("TERM", "dumb")] {
        let project = two_files();
        let (run, seen) = on_terminal(project.trun(&["--parallel=2", "--no-color"]));
        let run = run.env(name, value).spawn();
        seen.shows("b.test.js  1 passed");
        project.write("go", "");
        run.wait().exits(0);
        seen.shows("\nTime ");
        assert!(!seen.text().contains('\x1b'), "{name}: {:?}", seen.text());
    }
}

/// The `rerun:` commands that a run printed.
fn commands(stdout: &str) -> Vec<String> {
    let lines = stdout.lines().filter_map(|line| line.trim().strip_prefix("rerun: "));
    lines.map(str::to_owned).collect()
}

/// What a command comes to in a shell that stands in the project.
fn paste(project: &Project, command: &str) -> String {
    let binary = Path::new(env!("CARGO_BIN_EXE_trun"));
    let folder = binary.parent().expect("the binary is in a folder").display();
    let path = std::env::var("PATH").unwrap_or_default();
    let output = Command::new("sh")
        .args(["-c", command])
        .current_dir(project.path(""))
        .env("PATH", format!("{folder}:{path}"))
        .env("NO_COLOR", "1")
        .output()
        .expect("a shell");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn each_failure_comes_with_a_command_that_runs_it_alone() {
    let body = r"
        describe('outer (x)', () => {
          test(`it's $5 \\ [a-z]+ | 'quoted' \``, () => { throw new Error('first'); });
          test('two\nlines\tand \u001b[31mcolour', () => { throw new Error('second'); });
          test('half a pair \ud800', () => { throw new Error('third'); });
          test('', () => { throw new Error('fourth'); });
          test('  spaces  日本語 ', () => { throw new Error('fifth'); });
          test(`it's $5`, () => { throw new Error('sixth'); });
        });";
    let project = Project::new()
        .file("tests/it's a [x] $HOME.test.js", body)
        .file("tests/other.test.js", "test('passes', () => {});");
    let outcome = project.trun(&["--parallel=1"]).run();
    let commands = commands(&outcome.counts(1, 6).stdout);
    let words = ["first", "second", "third", "fourth", "fifth", "sixth"];
    assert_eq!(commands.len(), words.len(), "{}", outcome.all());
    for (command, word) in commands.iter().zip(words) {
        let text = paste(&project, command);
        assert!(text.contains(&format!("Error: {word}\n")), "{command}\n{text}");
        assert!(
            text.contains("\nTests  0 passed, 1 failed, 5 skipped\n"),
            "{command}\n{text}"
        );
    }
}

#[test]
fn a_file_error_comes_with_a_command_that_runs_the_file() {
    let project = Project::new()
        .file("new\nline.test.js", "throw new Error('at top level');")
        .file("other.test.js", "test('passes', () => {});");
    let outcome = project.trun(&["--parallel=1"]).run();
    let commands = commands(&outcome.exits(1).stdout);
    let text = paste(&project, &commands[0]);
    assert!(
        text.contains("Error: at top level\n") && text.contains("\nFiles  0 passed, 1 failed\n"),
        "{text}"
    );
}

#[test]
fn dots_are_a_character_for_each_test() {
    let body =
        "test('a', () => {}); test('b', () => { throw new Error('no'); }); test.skip('c', () => {}); test.todo('d');";
    let project = Project::new().file("a.test.js", body);
    let outcome = project.trun(&["--reporter=dots"]).run();
    outcome.exits(1).counts(1, 1);
    assert!(outcome.stdout.starts_with(".Fst\n\n"), "{}", outcome.all());
}
