//! Reports that cannot be written: trun's own failure, told by its name, and no other report's.

use std::fs;

use crate::support::Project;

const TESTS: &str = "test('passes', () => {});\ntest('fails', () => { expect(1).toBe(2); });";

/// A project with enough tests for a document that is longer than a small limit.
fn project() -> Project {
    (0..20).fold(Project::new(), |project, n| {
        project.file(&format!("{n}.test.js"), TESTS)
    })
}

#[track_caller]
fn is_whole(project: &Project, name: &str) {
    let text = fs::read_to_string(project.beside(name)).unwrap_or_default();
    let report: serde_json::Value = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error} in {text:?}"));
    assert_eq!(report["numTotalTests"], 40);
}

#[test]
fn a_report_that_cannot_be_written_costs_no_other() {
    for kind in ["json", "junit", "default"] {
        let project = project();
        let bad = format!("--reporter={kind}:/dev/full");
        let good = format!("--reporter=json:{}", project.beside("good.json").display());
        project
            .trun(&[&bad, &good])
            .run()
            .exits(4)
            .complains("/dev/full: No space left on device");
        is_whole(&project, "good.json");
    }
}

/// Before the tests run, not after: who asks for a report wants to know at once.
#[test]
fn a_place_where_nothing_can_be_written_is_refused() {
    let project = project();
    project
        .trun(&["--reporter=json:/proc/nowhere.json"])
        .run()
        .exits(4)
        .complains("/proc/nowhere.json");
}

/// The system's signal for a file that is too long ends no run: the report is named and the short ones are whole.
#[test]
fn a_report_beyond_the_limit_of_file_sizes_is_an_error_of_that_report() {
    let project = project();
    let json = format!("--reporter=json:{}", project.beside("long.json").display());
    let outcome = project
        .trun(&[&json, "--reporter=default", "--no-cache"])
        .limited("fsize=4096")
        .run();
    outcome.exits(4).complains("long.json: File too large").counts(20, 20);
    assert!(!project.beside("long.json").exists(), "half a report is left");
}
