//! `trun list`.

use serde_json::{Value, json};

use crate::support::{Outcome, Project};

const SUITE: &str = "\
describe('sums', () => {
  test('adds', () => {});
  test('adds', () => {});
  test.skip('later', () => {});
  test.todo('never');
});
test.each([1, 2])('each %i', () => {});
";

fn two_files() -> Project {
    Project::new()
        .file("b.test.js", "test('b > c', () => { throw new Error('it ran'); });")
        .file("src/a.test.js", SUITE)
}

fn array(outcome: &Outcome) -> Vec<Value> {
    serde_json::from_str(&outcome.stdout).unwrap_or_else(|error| panic!("{error}: {}", outcome.all()))
}

fn values<'v>(entries: &'v [Value], key: &str) -> Vec<&'v Value> {
    entries.iter().map(|entry| &entry[key]).collect()
}

#[test]
fn tests_are_listed_in_order_with_any_number_of_workers() {
    let expected = "\
b.test.js > b > c
src/a.test.js > sums > adds
src/a.test.js > sums > adds
src/a.test.js > sums > later
src/a.test.js > sums > never
src/a.test.js > each 1
src/a.test.js > each 2
";
    for workers in ["--parallel=1", "--parallel=4", "--seed=3"] {
        let outcome = two_files().trun(&["list", workers]).run();
        outcome.exits(0);
        assert_eq!(outcome.stdout, expected, "{}", outcome.all());
        assert_eq!(outcome.stderr, "", "{}", outcome.all());
    }
}

#[test]
fn entries_have_all_that_an_editor_needs() {
    let project = two_files();
    let outcome = project.trun(&["list", "--json", "src"]).run();
    outcome.exits(0);
    let mut entries = array(&outcome);
    assert!(entries[1]["column"].take().is_u64(), "{}", outcome.all());
    assert_eq!(
        entries[1],
        json!({
            "id": "src/a.test.js#sums>adds#2",
            "name": "sums > adds",
            "ancestors": ["sums"],
            "title": "adds",
            "file": project.path("src/a.test.js"),
            "line": 3,
            "column": null,
            "mode": "run",
        })
    );
    assert_eq!(values(&entries, "mode"), ["run", "run", "skip", "todo", "run", "run"]);
    assert_eq!(
        values(&entries, "id")[3..],
        [
            "src/a.test.js#sums>never#1",
            "src/a.test.js#each 1#1",
            "src/a.test.js#each 2#1"
        ]
    );
}

#[test]
fn ids_outlive_moved_lines_and_patterns() {
    let project = two_files();
    let ids = |args: &[&str]| -> Vec<String> {
        let outcome = project.trun(args).run();
        let entries = array(outcome.exits(0));
        values(&entries, "id").into_iter().map(Value::to_string).collect()
    };
    let before = ids(&["list", "--json", "src"]);
    project.write("src/a.test.js", &format!("// moved\n\n{SUITE}"));
    assert_eq!(ids(&["list", "--json", "src"]), before);
    assert_eq!(ids(&["list", "--json", "src", "-t", "adds"]), before[..2]);
}

#[test]
fn what_the_pattern_leaves_out_is_not_listed() {
    let outcome = two_files().trun(&["list", "-t", "each 1"]).run();
    outcome.exits(0);
    assert_eq!(outcome.stdout, "src/a.test.js > each 1\n");
    let outcome = two_files().trun(&["list", "--files-only", "-t", "each 1"]).run();
    outcome.exits(0);
    assert_eq!(outcome.stdout, "src/a.test.js\n");
    let nothing = two_files().trun(&["list", "--json", "-t", "nowhere"]).run();
    nothing.exits(3).complains("no test matches -t nowhere");
    assert_eq!(nothing.stdout, "[]\n");
    two_files()
        .trun(&["list", "-t", "(open"])
        .run()
        .exits(2)
        .complains("(open");
}

#[test]
fn a_file_that_cannot_be_loaded_is_an_entry_and_an_error() {
    let project = two_files()
        .file("broken.test.js", "const x = 1;\n  throw new TypeError('no');")
        .file("gone.test.js", "process.exit(0);");
    let outcome = project.trun(&["list", "--json"]).run();
    outcome
        .exits(1)
        .complains("error: broken.test.js:2:")
        .complains(": TypeError: no\n")
        .complains("error: gone.test.js: ");
    let mut entries = array(&outcome);
    let broken = entries
        .iter_mut()
        .find(|entry| entry["id"] == "broken.test.js")
        .unwrap();
    assert!(broken["column"].take().is_u64(), "{}", outcome.all());
    assert_eq!(
        *broken,
        json!({
            "id": "broken.test.js",
            "name": "",
            "ancestors": [],
            "title": "",
            "file": project.path("broken.test.js"),
            "line": 2,
            "column": null,
            "mode": "error",
            "error": "TypeError: no",
        })
    );
    // The others are there all the same.
    assert_eq!(entries.len(), 9, "{}", outcome.all());
}

#[test]
fn files_are_listed_without_loading_them() {
    let project = Project::new()
        .file("a.test.js", "throw new Error('it was loaded');")
        .file("src/b.test.js", "");
    let lines = project.trun(&["list", "--files-only"]).run();
    lines.exits(0);
    assert_eq!(lines.stdout, "a.test.js\nsrc/b.test.js\n");
    let (a, b) = (project.path("a.test.js"), project.path("src/b.test.js"));
    let objects = project.trun(&["list", "--filesOnly", "--json"]).run();
    assert_eq!(array(objects.exits(0)), [json!({"file": a}), json!({"file": b})]);
    let jest = project.trun(&["--listTests", "--json", "--watchAll=false"]).run();
    assert_eq!(array(jest.exits(0)), [json!(a), json!(b)]);
    let lines = project.trun(&["--listTests", "src"]).run();
    assert_eq!(lines.exits(0).stdout, format!("{}\n", b.display()));
}

#[test]
fn nothing_to_list_is_an_empty_list() {
    for args in [&["list", "--json"][..], &["--listTests", "--json"]] {
        let outcome = Project::new().trun(args).run();
        outcome.exits(3).complains("no test files found");
        assert_eq!(outcome.stdout, "[]\n");
    }
}

#[test]
fn what_files_print_is_not_in_the_list() {
    let project = Project::new().file(
        "a.test.js",
        "console.log('noise'); process.stdout.write('more'); test('x', () => {});",
    );
    let outcome = project.trun(&["list"]).run();
    outcome.exits(0);
    assert_eq!(outcome.stdout, "a.test.js > x\n");
}

#[test]
fn a_reader_that_has_seen_enough_ends_it_quietly() {
    let (reader, writer) = nix::unistd::pipe().unwrap();
    drop(reader);
    let outcome = two_files().trun(&["list"]).stdout(writer).run();
    outcome.exits(141);
    assert_eq!(outcome.stderr, "", "{}", outcome.all());
}

#[test]
fn a_list_that_cannot_be_written_is_a_failure() {
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    two_files()
        .trun(&["list"])
        .stdout(full)
        .run()
        .exits(4)
        .complains("failed to write to standard output");
}

#[test]
fn control_characters_in_titles_stay_on_their_line() {
    let project = Project::new().file("a.test.js", "test('two\\nlines \\x1b[31m', () => {});");
    let outcome = project.trun(&["list"]).run();
    assert_eq!(outcome.exits(0).stdout, "a.test.js > two\\nlines \\x1b[31m\n");
}

#[test]
fn nothing_of_a_file_runs_but_its_declarations() {
    let project = Project::new().file(
        "a.test.js",
        "const ran = (what) => () => require('node:fs').writeFileSync(what, '');
         beforeAll(ran('hook')); afterAll(ran('hook')); beforeEach(ran('hook'));
         test('t', ran('test'));",
    );
    let outcome = project.trun(&["list"]).run();
    outcome.exits(0).shows("a.test.js > t");
    assert!(!project.path("hook").exists() && !project.path("test").exists());
}
