//! The documents of real runs, read by the programs of others.

use std::collections::HashSet;
use std::path::PathBuf;

use nix::sys::signal::Signal;
use rayon::prelude::*;
use serde_json::Value;

use crate::support::model::Model;
use crate::support::readers::{Reading, list, read_json_as_editors, read_junit, read_junit_as_ctrf, text};
use crate::support::{Project, eventually};

/// Fixtures that fail, crash, hang, skip and print, each in its way.
const FIXTURES: [&str; 22] = [
    "crash-continue",
    "crash-each-hook",
    "crash-loading",
    "crash-sigsegv",
    "each",
    "exit-loading",
    "exit-zero",
    "failing-assertion",
    "failing-throw",
    "filter-by-name",
    "hook-afterall-fails",
    "hook-beforeall-fails",
    "load-missing-module",
    "load-no-tests",
    "load-syntax-error",
    "nested",
    "output-console",
    "output-raw",
    "passing",
    "skip-todo",
    "throws-odd-values",
    "uncaught-timer",
];

/// A run with both documents.
struct Run {
    name: String,
    /// Keeps the files.
    _project: Project,
    junit: PathBuf,
    json_file: PathBuf,
    json: Value,
}

fn run_fixture(model: &Model) -> Run {
    let project = Project::fixture(&model.name);
    let (junit, json_file) = (project.beside("report.xml"), project.beside("report.json"));
    let reporters = [
        "--reporter=none".to_owned(),
        format!("--reporter=junit:{}", junit.display()),
        format!("--reporter=json:{}", json_file.display()),
    ];
    let args: Vec<&str> = reporters.iter().chain(&model.args).map(String::as_str).collect();
    project.trun(&args).run().exits(model.exit);
    let json = std::fs::read(&json_file).expect("the JSON report");
    Run {
        name: model.name.clone(),
        _project: project,
        junit,
        json_file,
        json: serde_json::from_slice(&json).expect("the report is JSON"),
    }
}

fn runs() -> Vec<Run> {
    let models: Vec<Model> = Model::all()
        .into_iter()
        .filter(|model| FIXTURES.contains(&model.name.as_str()))
        .collect();
    assert_eq!(models.len(), FIXTURES.len(), "a fixture is gone");
    models.par_iter().map(run_fixture).collect()
}

#[test]
fn documents_of_fixtures_are_read_by_all_and_agree() {
    let runs = runs();
    let documents: Vec<PathBuf> = runs.iter().map(|run| run.junit.clone()).collect();
    let reports: Vec<PathBuf> = runs.iter().map(|run| run.json_file.clone()).collect();
    let (read, converted) = (read_junit(&documents), read_junit_as_ctrf(&documents));
    let shown = read_json_as_editors(&reports);
    for (index, run) in runs.iter().enumerate() {
        counts_add_up(run, &read[index]);
        names_are_unique(run, &read[index]);
        counts_agree(run, &read[index]);
        converted_as_read(run, &read[index], &converted[index]);
        editors_find_their_way(run, &shown[index]);
    }
}

#[track_caller]
fn counts_add_up(run: &Run, read: &Reading) {
    let suites = list(&read.junitparser["suites"]);
    for name in ["tests", "failures", "errors", "skipped"] {
        let root: i64 = text(&read.junitparser["root"][name]).parse().expect("a count");
        let sum: i64 = suites.iter().map(|suite| suite[name].as_i64().expect("a count")).sum();
        assert_eq!(root, sum, "{name} of {}", run.name);
    }
}

#[track_caller]
fn names_are_unique(run: &Run, read: &Reading) {
    let mut seen = HashSet::new();
    for case in read.cases() {
        let pair = (text(&case["classname"]), text(&case["name"]));
        assert!(seen.insert(pair), "{pair:?} is twice in {}", run.name);
        assert!(!pair.0.is_empty() && !pair.1.is_empty());
    }
    assert!(list(&read.jenkins).iter().all(|case| case["class"] != ""));
}

/// The JUnit document and the JSON report of one run count the same.
#[track_caller]
fn counts_agree(run: &Run, read: &Reading) {
    let of = |status: &str| {
        list(&read.jenkins)
            .iter()
            .filter(|case| case["status"] == status)
            .count() as u64
    };
    let number = |value: &Value| value.as_u64().expect("a count");
    let (json, x) = (&run.json, &run.json["x"]);
    let tests = list(&json["testResults"])
        .iter()
        .flat_map(|file| list(&file["assertionResults"]));
    let filtered = tests.filter(|test| test["x"]["mode"] == "filtered").count() as u64;
    let ended_early = u64::from(x["end"]["kind"] != "completed");
    let run_errors = list(&x["runErrors"]).len() as u64;
    let counts = [
        (of("passed"), number(&json["numPassedTests"])),
        (
            of("failed"),
            number(&json["numFailedTests"]) + number(&x["numFileErrors"]) + ended_early + run_errors,
        ),
        (
            of("skipped"),
            number(&json["numPendingTests"]) + number(&json["numTodoTests"]) + number(&x["numNotRunTests"]) - filtered,
        ),
    ];
    for (found, expected) in counts {
        assert_eq!(found, expected, "cases in {}: {:#}", run.name, read.jenkins);
    }
    assert_eq!(of("failed") == 0, json["success"] == true, "in {}", run.name);
}

#[track_caller]
fn converted_as_read(run: &Run, read: &Reading, converted: &Value) {
    let status = |test: &Value| (text(&test["name"]).to_owned(), text(&test["status"]).to_owned());
    let converted: Vec<_> = list(&converted["tests"]).iter().map(status).collect();
    let read: Vec<_> = list(&read.jenkins).iter().map(status).collect();
    assert_eq!(converted, read, "in {}", run.name);
}

/// Editors need a place for every test and, in the text of a failure, a line of its file.
#[track_caller]
fn editors_find_their_way(run: &Run, shown: &Value) {
    for file in list(shown) {
        let errors_only = list(&file["assertions"]).is_empty();
        assert!(
            !errors_only || !text(&file["message"]).is_empty(),
            "{file:#} in {}",
            run.name
        );
        for test in list(&file["assertions"]) {
            assert!(test["location"]["line"].is_u64(), "{test:#} in {}", run.name);
            assert_ne!(test["status"], "Unknown");
            let failed = test["status"] == "KnownFail";
            assert_eq!(failed, test["line"].is_u64(), "{test:#} in {}", run.name);
            assert_eq!(failed, !text(&test["message"]).is_empty());
        }
    }
}

#[test]
fn editors_show_each_test_where_it_is() {
    let project = Project::new().file(
        "math.test.js",
        "describe('math', () => {\n  test('adds', () => {});\n  test('fails', () => {\n    expect(1).toBe(2);\n  });\n  \
         test.skip('later', () => {});\n  test.todo('never');\n});",
    );
    let outcome = project.trun(&["--reporter=json:report.json"]).run();
    outcome.exits(1).complains("Test results written to: report.json\n");
    let shown = read_json_as_editors(&[project.path("report.json")]);
    let [file] = list(&shown[0]) else {
        panic!("one file in {shown:#?}")
    };
    assert_eq!(file["status"], "KnownFail");
    assert_eq!(file["file"], project.path("math.test.js").to_str().expect("UTF-8"));
    let tests = list(&file["assertions"]);
    let seen: Vec<(&str, &str, u64)> = tests
        .iter()
        // Lines of editors begin at 0.
        .map(|test| {
            (
                text(&test["fullName"]),
                text(&test["status"]),
                test["location"]["line"].as_u64().expect("a line"),
            )
        })
        .collect();
    assert_eq!(
        seen,
        [
            ("math adds", "KnownSuccess", 1),
            ("math fails", "KnownFail", 2),
            ("math later", "KnownSkip", 5),
            ("math never", "KnownTodo", 6),
        ]
    );
    assert_eq!(tests[1]["line"], 4);
    assert!(text(&tests[1]["shortMessage"]).contains("expect(received).toBe(expected)"));
    assert_eq!(tests[1]["terseMessage"], "Expected: 2, Received: 1");
}

#[test]
fn a_run_that_is_interrupted_leaves_a_whole_document() {
    let project = Project::new().file(
        "a.test.js",
        "test('done', () => {});\ntest('waits', async () => { require('fs').writeFileSync('waits', ''); await new Promise(() => {}); }, 1e8);\n\
         test('queued', () => {});",
    );
    let run = project.trun(&["--reporter=junit:report.xml"]).spawn();
    eventually(
        || project.path("waits").exists(),
        || "the test does not begin".to_owned(),
    );
    run.signal(Signal::SIGINT);
    run.wait().exits(130);
    let read = &read_junit(&[project.path("report.xml")])[0];
    assert_eq!(read.in_jenkins("done")["status"], "passed");
    assert_eq!(read.in_jenkins("[interrupted]")["status"], "failed");
    assert_eq!(read.in_jenkins("queued")["status"], "skipped");
}

#[test]
fn a_run_in_a_workflow_is_annotated_below_what_people_read() {
    let project = Project::new().file("sub/a.test.js", "test('fails', () => { expect(1).toBe(2); });");
    let workspace = project.path("");
    let workspace = workspace.to_str().expect("UTF-8");
    let summary = project.beside("summary.md");
    std::fs::write(&summary, "what another step wrote\n").expect("a file");
    let run = |args: &[&str]| {
        let command = project.trun(args).within("sub");
        let command = command.env("GITHUB_ACTIONS", "true").env("GITHUB_WORKSPACE", workspace);
        command
            .env("GITHUB_STEP_SUMMARY", summary.to_str().expect("UTF-8"))
            .run()
    };
    let command = "\n::error file=sub/a.test.js,line=1,col=37,title=fails::";
    let outcome = run(&["--reporter=default", "--reporter=json:report.json"]);
    outcome.exits(1).shows(command);
    assert!(
        outcome.stdout.find("\nTests ") < outcome.stdout.find("::error "),
        "{}",
        outcome.all()
    );
    let page = std::fs::read_to_string(&summary).expect("the page");
    assert!(page.starts_with("what another step wrote\n## Tests failed\n"), "{page}");
    // What is named once is there once, and documents are left alone.
    let outcome = run(&["--reporter=github", "--reporter=default"]);
    assert_eq!(outcome.exits(1).stdout.matches("::error").count(), 1);
    run(&["--reporter=json"]).exits(1).hides("::error");
    run(&["--reporter=default:page.txt"]).exits(1).hides("::error");
}

#[test]
fn annotations_are_made_wherever_they_are_asked_for() {
    let project = Project::new().file("a.test.js", "test('fails', () => { expect(1).toBe(2); });");
    let outcome = project.trun(&["--reporter=github"]).run();
    assert!(
        outcome.exits(1).stdout.starts_with("::error file=a.test.js,"),
        "{}",
        outcome.all()
    );
    let outcome = project
        .trun(&["--reporter=default", "--reporter=json:report.json"])
        .run();
    outcome.exits(1).hides("::error");
    for others in [&["json"][..], &["junit"], &["default", "dots"]] {
        let named = others.iter().map(|name| format!("--reporter={name}"));
        let args: Vec<String> = std::iter::once("--reporter=github".to_owned()).chain(named).collect();
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        project
            .trun(&args)
            .run()
            .exits(2)
            .complains("cannot both write to stdout");
    }
}

#[test]
fn a_page_that_cannot_be_written_is_warned_of_and_no_failure() {
    let project = Project::new().file("a.test.js", "test('passes', () => {});");
    let command = project
        .trun(&["--reporter=github"])
        .env("GITHUB_STEP_SUMMARY", "/nowhere/at/all.md");
    command
        .run()
        .exits(0)
        .complains("GITHUB_STEP_SUMMARY names /nowhere/at/all.md");
}

#[test]
fn a_test_that_passes_when_tried_again_is_flaky_to_readers() {
    let body = "let n = 0; test('flaky', () => { n += 1; if (n < 3) throw new Error('no ' + n); });";
    let project = Project::new().file("a.test.js", body);
    let outcome = project
        .trun(&[
            "--retry=2",
            "--reporter=default",
            "--reporter=junit:r.xml",
            "--reporter=json:r.json",
        ])
        .run();
    outcome.exits(0).shows("FLAKY 2/3").shows("1 flaky");
    let read = &read_junit(&[project.path("r.xml")])[0];
    assert_eq!(list(&read.case("flaky")["flaky"]).len(), 2);
    let json: Value = serde_json::from_str(&project.read("r.json")).expect("the report is JSON");
    let test = &json["testResults"][0]["assertionResults"][0];
    assert_eq!((&test["status"], &test["invocations"]), (&"passed".into(), &3.into()));
    assert_eq!(list(&test["retryReasons"]).len(), 2);
    assert_eq!(list(&test["failureMessages"]).len(), 0);
}
