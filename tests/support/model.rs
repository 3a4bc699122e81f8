//! The fixture model: `expected.json` of each fixture states once what a run of it must come to.
//!
//! ```json
//! {
//!   "about": "what the fixture shows, in a sentence",
//!   "args": ["--parallel=1"],
//!   "exit": 1,
//!   "counts": { "filesFailed": 1, "failed": 1 },
//!   "tests": { "suite title": "failed", "late one": ["failed", "timedOut"], "after it": "notRun" },
//!   "shows": ["on the terminal"],
//!   "hides": ["not there"]
//! }
//! ```
//!
//! Counts left out are zero. `tests` is complete if it is there; a list means that either is right.

use std::collections::BTreeMap;
use std::fs;

use serde::Deserialize;
use serde_json::Value;

use super::outcome::{Counts, Outcome};
use super::project::{Project, fixtures};

/// One fixture and what must come of it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Model {
    #[serde(skip)]
    pub(crate) name: String,
    pub(crate) about: String,
    #[serde(default = "one_worker")]
    pub(crate) args: Vec<String>,
    pub(crate) exit: i32,
    pub(crate) counts: Counts,
    #[serde(default)]
    tests: Option<BTreeMap<String, OneOf>>,
    #[serde(default)]
    shows: Vec<String>,
    #[serde(default)]
    hides: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum OneOf {
    Exactly(String),
    Either(Vec<String>),
}

fn one_worker() -> Vec<String> {
    vec!["--parallel=1".to_owned()]
}

impl Model {
    /// All fixtures in the order of their names.
    pub(crate) fn all() -> Vec<Self> {
        let entries = fs::read_dir(fixtures()).expect("the fixtures");
        let mut names: Vec<String> = entries
            .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names.iter().map(|name| Self::of(name)).collect()
    }

    fn of(name: &str) -> Self {
        let path = fixtures().join(name).join("expected.json");
        let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("the fixture {name} has no model: {error}"));
        let model: Self =
            serde_json::from_str(&text).unwrap_or_else(|error| panic!("the model of {name} is wrong: {error}"));
        Self {
            name: name.to_owned(),
            ..model
        }
    }

    /// Runs the fixture. Says what is not as stated, and shows the whole run then.
    pub(crate) fn check(&self) -> Result<(), String> {
        let args: Vec<&str> = self.args.iter().map(String::as_str).collect();
        let outcome = Project::fixture(&self.name).trun(&args).run();
        let mut faults = Vec::new();
        if outcome.code() != self.exit {
            faults.push(format!("exit code {} instead of {}", outcome.code(), self.exit));
        }
        self.check_counts(&outcome, &mut faults);
        self.check_tests(&outcome, &mut faults);
        self.check_text(&outcome, &mut faults);
        if faults.is_empty() {
            return Ok(());
        }
        Err(format!(
            "== {}: {}\n  {}\n{}",
            self.name,
            self.about,
            faults.join("\n  "),
            outcome.all()
        ))
    }

    fn check_counts(&self, outcome: &Outcome, faults: &mut Vec<String>) {
        let Some(report) = &outcome.json else {
            faults.push("no JSON report".to_owned());
            return;
        };
        let (terminal, json) = (outcome.terminal_counts(), outcome.json_counts());
        if terminal != self.counts {
            faults.push(format!(
                "the terminal counts\n    {terminal:?} instead of\n    {:?}",
                self.counts
            ));
        }
        if json != terminal {
            faults.push(format!(
                "the JSON report counts\n    {json:?}, the terminal\n    {terminal:?}"
            ));
        }
        if report["success"] != (self.exit == 0) {
            faults.push("`success` of the JSON report is wrong".to_owned());
        }
        let listed = listed_counts(outcome);
        if listed != (json.passed, json.failed, json.skipped, json.todo) {
            faults.push(format!(
                "the tests listed in the JSON report are (passed, failed, skipped, todo) {listed:?}"
            ));
        }
        let with_errors = outcome
            .files()
            .filter(|file| file["x"]["errors"].as_array().is_some_and(|errors| !errors.is_empty()))
            .count();
        if report["numRuntimeErrorTestSuites"] != with_errors {
            faults.push(
                "`numRuntimeErrorTestSuites` of the JSON report is not the number of its files with errors".to_owned(),
            );
        }
        if let Some(file) = outcome
            .files()
            .find(|file| file["status"] == "failed" && file["message"].as_str().is_none_or(str::is_empty))
        {
            faults.push(format!(
                "{} failed without a message in the JSON report",
                file["x"]["path"]
            ));
        }
    }

    fn check_tests(&self, outcome: &Outcome, faults: &mut Vec<String>) {
        let (Some(expected), Some(_)) = (&self.tests, &outcome.json) else {
            return;
        };
        let found = statuses(outcome);
        for (name, wanted) in expected {
            let allowed = match wanted {
                OneOf::Exactly(one) => std::slice::from_ref(one),
                OneOf::Either(several) => several,
            };
            match found.get(name) {
                Some(status) if allowed.contains(status) => {}
                Some(status) => faults.push(format!("{name:?} is {status} instead of {}", allowed.join(" or "))),
                None => faults.push(format!("{name:?} is not in the JSON report")),
            }
        }
        for (name, status) in found.iter().filter(|(name, _)| !expected.contains_key(*name)) {
            faults.push(format!("{name:?} ({status}) should not be in the JSON report"));
        }
    }

    fn check_text(&self, outcome: &Outcome, faults: &mut Vec<String>) {
        faults.extend(
            self.shows
                .iter()
                .filter(|text| !outcome.stdout.contains(*text))
                .map(|text| format!("{text:?} is not shown")),
        );
        faults.extend(
            self.hides
                .iter()
                .filter(|text| outcome.stdout.contains(*text))
                .map(|text| format!("{text:?} is shown")),
        );
        let last = outcome.stdout.rmatch_indices(" passed").next().map(|(at, _)| at);
        let line = outcome.stdout.rfind("\nTests ");
        if last.zip(line).is_none_or(|(last, line)| last < line) {
            faults.push("the last `N passed` is not that of the tests".to_owned());
        }
        let is_note = |line: &str| line.starts_with("Test results written to: ");
        if !outcome.stderr.lines().all(is_note) {
            faults.push("something is on stderr".to_owned());
        }
    }
}

/// Passed, failed, skipped and todo tests as listed one by one in the JSON report.
fn listed_counts(outcome: &Outcome) -> (u64, u64, u64, u64) {
    let mut counts = (0, 0, 0, 0);
    for test in outcome
        .files()
        .flat_map(|file| file["assertionResults"].as_array().into_iter().flatten())
    {
        match test["status"].as_str() {
            Some("passed") => counts.0 += 1,
            Some("failed") => counts.1 += 1,
            Some("pending") => counts.2 += 1,
            Some("todo") => counts.3 += 1,
            other => panic!("an unknown status {other:?}"),
        }
    }
    counts
}

/// The outcome of every test by its full name, of those that never ran too.
fn statuses(outcome: &Outcome) -> BTreeMap<String, String> {
    let text = |value: &Value| value.as_str().unwrap_or("?").to_owned();
    let ran = outcome
        .files()
        .flat_map(|file| file["assertionResults"].as_array().into_iter().flatten());
    let ran = ran.map(|test| (text(&test["fullName"]), text(&test["x"]["outcome"])));
    let not_run = outcome.report()["x"]["notRunTests"].as_array().into_iter().flatten();
    let not_run = not_run.map(|test| (text(&test["fullName"]), "notRun".to_owned()));
    ran.chain(not_run).collect()
}
