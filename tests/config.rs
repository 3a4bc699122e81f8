//! Where settings come from: the command line, the environment, `trun.toml`, package.json.

use crate::support::{Outcome, Project};

const PASSES: &str = "test('passes', () => {});";

/// Three tests, of which a pattern chooses one.
fn three() -> Project {
    Project::new().file(
        "a.test.js",
        "test('one', () => {}); test('two', () => {}); test('three', () => {});",
    )
}

/// The names of the tests that passed.
fn passed(outcome: &Outcome) -> Vec<&str> {
    let tests = outcome
        .files()
        .flat_map(|file| file["assertionResults"].as_array().unwrap());
    tests
        .filter(|test| test["status"] == "passed")
        .map(|test| test["fullName"].as_str().unwrap())
        .collect()
}

#[test]
fn what_is_typed_wins_over_the_environment_and_that_over_the_file() {
    let project = three().file("trun.toml", "test-name-pattern = 'one'");
    assert_eq!(passed(project.trun(&[]).run().exits(0)), ["one"]);
    let by_env = |args: &[&str]| project.trun(args).env("TRUN_TEST_NAME_PATTERN", "two").run();
    assert_eq!(passed(by_env(&[]).exits(0)), ["two"]);
    assert_eq!(passed(by_env(&["-t", "three"]).exits(0)), ["three"]);
    assert_eq!(passed(project.trun(&["--no-config"]).run().exits(0)).len(), 3);
}

#[test]
fn package_json_has_the_same_keys() {
    for key in ["testNamePattern", "test-name-pattern"] {
        let text = format!("{{\"name\": \"x\", \"trun\": {{\"{key}\": \"two\"}}}}");
        let project = three().file("package.json", &text);
        assert_eq!(passed(project.trun(&[]).run().exits(0)), ["two"], "{key}");
    }
}

#[test]
fn a_configuration_says_what_runs_if_no_path_is_typed() {
    let project = Project::new()
        .file("trun.toml", "paths = ['b']")
        .file("a/x.test.js", PASSES)
        .file("b/x.test.js", PASSES)
        .file("b/y.test.js", PASSES);
    project.trun(&[]).run().exits(0).counts(2, 0);
    project.trun(&["a"]).run().exits(0).counts(1, 0);
}

#[test]
fn a_configuration_names_report_files() {
    let project = Project::new()
        .file("trun.toml", "[output-file]\ndots = 'out/dots.txt'")
        .file("a.test.js", PASSES);
    project.trun(&[]).run().exits(0);
    assert!(project.path("out/dots.txt").is_file());
}

#[test]
fn mistakes_in_a_configuration_end_the_run_before_it_begins() {
    let cases = [
        (
            "retry = 1\n\nparalel = 2\n",
            "error: trun.toml:3: unknown key paralel, did you mean parallel?",
        ),
        (
            "parallel = 'x'",
            "error: trun.toml:1: invalid value \"x\" for parallel: ",
        ),
        (
            "\nretry = true",
            "error: trun.toml:2: retry is true, but a number is needed",
        ),
        ("retry = ", "error: trun.toml:1: not valid TOML: "),
        (
            "preload = './no.ts'",
            "error: trun.toml:1: invalid value \"./no.ts\" for preload: there is no file /",
        ),
    ];
    for (text, expected) in cases {
        let project = Project::new().file("a.test.js", PASSES).file("trun.toml", text);
        let outcome = project.trun(&[]).run();
        outcome.exits(2).complains(expected);
        assert!(outcome.stdout.is_empty(), "nothing runs: {}", outcome.all());
    }
}

#[test]
fn mistakes_in_package_json_have_a_line() {
    let project = Project::new().file("a.test.js", PASSES);
    project.write("package.json", "{\n  \"trun\": {\n    \"bial\": 1\n  }\n}\n");
    let outcome = project.trun(&[]).run();
    outcome
        .exits(2)
        .complains("error: package.json:3: unknown key bial, did you mean bail?");
    project.write("package.json", "{\n  \"name\": \"x\",,\n}\n");
    project
        .trun(&[])
        .run()
        .exits(2)
        .complains("error: package.json:2: not valid JSON: ");
    project.trun(&["--no-config", "--help"]).run().exits(0);
}

#[test]
fn two_configurations_are_refused_and_one_can_be_chosen() {
    let project = three()
        .file("trun.toml", "test-name-pattern = 'one'")
        .file("package.json", "{\"trun\": {\"testNamePattern\": \"two\"}}");
    let outcome = project.trun(&[]).run();
    outcome.exits(2).complains("trun.toml").complains("package.json");
    assert_eq!(passed(project.trun(&["--config=trun.toml"]).run().exits(0)), ["one"]);
    let by_env = project.trun(&[]).env("TRUN_CONFIG", "package.json").run();
    assert_eq!(passed(by_env.exits(0)), ["two"]);
    project
        .trun(&["--config=none.toml"])
        .run()
        .exits(2)
        .complains("none.toml");
}

#[test]
fn mistakes_in_the_environment_are_named() {
    let project = Project::new().file("a.test.js", PASSES);
    let outcome = project.trun(&[]).env("TRUN_PARALLEL", "x").run();
    outcome
        .exits(2)
        .complains("error: invalid value \"x\" for TRUN_PARALLEL: ");
    let outcome = project.trun(&[]).env("TRUN_PARALEL", "2").run();
    outcome
        .exits(0)
        .complains("warning: unknown environment variable TRUN_PARALEL, did you mean TRUN_PARALLEL?");
}
