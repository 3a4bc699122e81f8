//! Arguments, what is selected by them, exit codes.

use crate::support::Project;

const PASSES: &str = "test('passes', () => {});";
const FAILS: &str = "test('fails', () => { throw new Error('as it should'); });";

/// Files that selection chooses from; each holds a test that passes.
fn tree() -> Project {
    let files = [
        "a.test.js",
        "b.spec.ts",
        "c_test.mjs",
        "d_spec.cts",
        "src/__tests__/e.jsx",
        "src/deep/f.test.tsx",
        "dist/g.test.js",
    ];
    let others = [
        "a.js",
        "test.js",
        "src/helper.ts",
        "node_modules/package/h.test.js",
        ".git/i.test.js",
        "src/notes.test.md",
    ];
    let project = files
        .iter()
        .fold(Project::new(), |project, file| project.file(file, PASSES));
    others.iter().fold(project, |project, file| {
        project.file(file, "throw new Error('not a test file');")
    })
}

#[test]
fn a_folder_is_walked() {
    let outcome = tree().trun(&[]).run();
    outcome.exits(0).counts(7, 0);
    tree().trun(&["src"]).run().exits(0).counts(2, 0);
    tree().trun(&["./src/deep/"]).run().exits(0).counts(1, 0);
    tree().trun(&["."]).within("src").run().exits(0).counts(2, 0);
}

#[test]
fn an_existing_file_always_runs() {
    let project = tree()
        .file("odd-name.js", PASSES)
        .file("node_modules/own/j.test.js", PASSES);
    project.trun(&["odd-name.js"]).run().exits(0).counts(1, 0);
    project
        .trun(&["./node_modules/own/j.test.js"])
        .run()
        .exits(0)
        .counts(1, 0);
    let absolute = project.path("a.test.js");
    project.trun(&[absolute.to_str().unwrap()]).run().exits(0).counts(1, 0);
}

#[test]
fn glob_characters_make_a_glob() {
    tree().trun(&["**/*.test.*"]).run().exits(0).counts(3, 0);
    tree().trun(&["src/**/*.?sx"]).run().exits(0).counts(2, 0);
    tree().trun(&["{a.test,b.spec}.*"]).run().exits(0).counts(2, 0);
    tree()
        .trun(&["nothing/*.test.js"])
        .run()
        .exits(3)
        .complains("nothing/*.test.js");
}

#[test]
fn anything_else_is_a_part_of_the_path() {
    tree().trun(&["deep"]).run().exits(0).counts(1, 0);
    tree().trun(&["rc/__tes"]).run().exits(0).counts(1, 0);
    tree().trun(&[".spec"]).run().exits(0).counts(1, 0);
    tree().trun(&["nowhere"]).run().exits(3).complains("nowhere");
}

#[test]
fn several_are_a_union() {
    tree()
        .trun(&["a.test.js", "src", "**/*.test.js", "a.test"])
        .run()
        .exits(0)
        .counts(4, 0);
    tree()
        .trun(&["a.test.js", "nowhere"])
        .run()
        .exits(3)
        .complains("nowhere");
}

#[test]
fn a_file_in_brackets_is_a_file() {
    let project = Project::new().file("[id].test.js", PASSES).file("i.test.js", FAILS);
    project.trun(&["[id].test.js"]).run().exits(0).counts(1, 0);
}

#[test]
fn exit_0_if_everything_passed() {
    Project::new()
        .file("a.test.js", PASSES)
        .trun(&[])
        .run()
        .exits(0)
        .counts(1, 0);
    Project::new()
        .file("a.test.js", "test.skip('all of it', () => {});")
        .trun(&[])
        .run()
        .exits(0)
        .counts(0, 0);
}

#[test]
fn exit_1_if_something_failed() {
    Project::new()
        .file("a.test.js", FAILS)
        .trun(&[])
        .run()
        .exits(1)
        .counts(0, 1);
    Project::new()
        .file("a.test.js", "throw 1;")
        .trun(&[])
        .run()
        .exits(1)
        .counts(0, 0);
}

#[test]
fn exit_2_if_the_command_is_wrong() {
    let project = Project::new().file("a.test.js", PASSES);
    let wrong = [
        ("--parallel=0", "--parallel"),
        ("--parallel=many", "many"),
        ("--timeout=soon", "soon"),
        ("--reporter=jsom", "json"),
        ("--on-crash=shrug", "shrug"),
        ("--worker-memory=plenty", "plenty"),
        ("--no-such-flag", "--no-such-flag"),
    ];
    for (flag, named) in wrong {
        let outcome = project.trun(&[flag]).run();
        outcome.exits(2).complains(named).complains("error:");
        assert!(outcome.stdout.is_empty(), "nothing runs: {}", outcome.all());
    }
}

#[test]
fn a_mistyped_flag_is_corrected() {
    Project::new()
        .trun(&["--paralel=2"])
        .run()
        .exits(2)
        .complains("--parallel");
}

#[test]
fn a_wrong_pattern_is_a_wrong_command() {
    Project::new()
        .file("a.test.js", PASSES)
        .trun(&["-t", "(open"])
        .run()
        .exits(2)
        .complains("(open");
}

#[test]
fn exit_3_if_there_are_no_tests() {
    Project::new().trun(&[]).run().exits(3).complains("no test");
    Project::new().trun(&["--pass-with-no-tests"]).run().exits(0);
    Project::new()
        .file("a.test.js", PASSES)
        .trun(&["nowhere", "--pass-with-no-tests"])
        .run()
        .exits(0);
}

#[test]
fn exit_3_if_no_test_matches() {
    let project = Project::new().file("a.test.js", PASSES);
    let outcome = project.trun(&["-t", "nothing is called like this"]).run();
    outcome.exits(3).shows("no test matches -t nothing is called like this");
    assert_eq!(outcome.report()["success"], false);
    project
        .trun(&["-t", "nothing is called like this", "--pass-with-no-tests"])
        .run()
        .exits(0);
}

#[test]
fn names_are_matched_as_javascript_does() {
    let text = "describe('a b', () => { test('c (d)', () => {}); test('Ünï', () => {}); });";
    let project = Project::new().file("a.test.js", text);
    for (pattern, passed) in [
        ("^a b c", 1),
        ("\\(d\\)$", 1),
        ("(?<=b )Ü", 1),
        ("[cÜ]", 2),
        ("a b", 2),
        ("A B", 0),
    ] {
        let outcome = project.trun(&["-t", pattern]).run();
        assert_eq!(
            outcome.terminal_counts().passed,
            passed,
            "-t {pattern}: {}",
            outcome.all()
        );
    }
    project.trun(&["--test-name-pattern=Ünï"]).run().exits(0).counts(1, 0);
}

#[test]
fn parallel_needs_an_equals_sign() {
    let project = Project::new()
        .file("2", "")
        .file("a.test.js", PASSES)
        .file("b.test.js", PASSES);
    project.trun(&["--parallel", "a.test.js"]).run().exits(0).counts(1, 0);
    project.trun(&["--parallel=2"]).run().exits(0).counts(2, 0);
}

#[test]
fn time_limits_have_units() {
    let project = Project::new().file("a.test.js", "test('waits', () => new Promise(() => {}));");
    project.trun(&["--timeout=0.1s"]).run().exits(1).shows("100 ms");
}

#[test]
fn versions_are_printed() {
    let outcome = Project::new().trun(&["--version"]).run();
    outcome.exits(0).shows("trun ").shows("JavaScriptCore ");
}

#[test]
fn help_is_printed() {
    let project = Project::new();
    let outcome = project.trun(&["--help"]).run();
    outcome.exits(0).shows("--parallel").shows("--reporter").shows("Exit:");
    for args in [&["help", "workers"][..], &["--help=workers"]] {
        project
            .trun(args)
            .run()
            .exits(0)
            .shows("--worker-memory")
            .hides("--reporter");
    }
    project
        .trun(&["help", "worker"])
        .run()
        .exits(2)
        .complains("did you mean workers?");
}

#[test]
fn flags_of_other_runners_are_understood_or_refused() {
    let project = tree();
    project
        .trun(&[
            "--runInBand",
            "--ci",
            "--watchAll=false",
            "--testPathPattern",
            "deep|a\\.test",
        ])
        .run()
        .exits(0)
        .counts(2, 0);
    let escaped = project.path("src/deep/f.test.tsx").display().to_string();
    let escaped = escaped.replace('/', "\\/").replace('-', "\\-");
    project.trun(&[&escaped]).run().exits(0).counts(1, 0);
    project
        .trun(&["--watch"])
        .run()
        .exits(2)
        .complains("error: --watch is not possible: trun does not watch files yet");
    project
        .trun(&["--testPathPattern=(open"])
        .run()
        .exits(2)
        .complains("(open");
}

#[test]
fn a_preloaded_file_must_be_there() {
    tree()
        .trun(&["--preload=./setup.ts"])
        .run()
        .exits(2)
        .complains("invalid value \"./setup.ts\" for --preload: there is no file /");
}

#[test]
fn a_file_whose_name_is_not_unicode_fails_the_run_and_the_others_run() {
    use std::os::unix::ffi::OsStrExt;
    let project = Project::new().file("a.test.js", PASSES);
    let name = std::ffi::OsStr::from_bytes(b"b\xff.test.js");
    std::fs::write(project.path("").join(name), PASSES).unwrap();
    let outcome = project.trun(&[]).run();
    outcome
        .exits(1)
        .counts(1, 0)
        .shows("cannot run: its path is not valid UTF-8; rename it");
    assert_eq!(outcome.report()["success"], false);
}

#[test]
fn no_colours_without_a_terminal() {
    let project = Project::new().file("a.test.js", FAILS);
    assert!(!project.trun(&[]).run().stdout.contains('\u{1b}'));
    assert!(
        project
            .trun(&[])
            .env("FORCE_COLOR", "1")
            .run()
            .stdout
            .contains('\u{1b}')
    );
    assert!(
        !project
            .trun(&["--no-color"])
            .env("FORCE_COLOR", "1")
            .run()
            .stdout
            .contains('\u{1b}')
    );
}

#[test]
fn tests_see_which_worker_they_are_in() {
    let text = "test('has a number', () => { expect(process.env.JEST_WORKER_ID).toBe('1'); });";
    Project::new()
        .file("a.test.js", text)
        .trun(&["--parallel=1"])
        .run()
        .exits(0);
}
