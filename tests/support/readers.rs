//! Programs of others that read reports: PyPI's junitparser, npm's junit-to-ctrf and jest-editor-support.
//!
//! They are pinned in `tests/python` and `tests/npm` and installed by `make test`. Each is started once for many documents,
//! because starting is what takes its time.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

/// What a JUnit document is to its readers.
#[derive(Debug)]
pub(crate) struct Reading {
    /// By junitparser: `root`, and `suites` with their `cases`.
    pub(crate) junitparser: Value,
    /// By the rules of Jenkins: a list of cases.
    pub(crate) jenkins: Value,
}

impl Reading {
    /// All cases as junitparser has them.
    pub(crate) fn cases(&self) -> impl Iterator<Item = &Value> {
        let suites = list(&self.junitparser["suites"]).iter();
        suites.flat_map(|suite| list(&suite["cases"]))
    }

    /// The case of this name as junitparser has it.
    #[track_caller]
    pub(crate) fn case(&self, name: &str) -> &Value {
        let found = self.cases().find(|case| case["name"] == name);
        found.unwrap_or_else(|| panic!("no case {name:?} in {:#}", self.junitparser))
    }

    /// The case of this name as Jenkins has it.
    #[track_caller]
    pub(crate) fn in_jenkins(&self, name: &str) -> &Value {
        let found = list(&self.jenkins).iter().find(|case| case["name"] == name);
        found.unwrap_or_else(|| panic!("no case {name:?} in {:#}", self.jenkins))
    }

    /// Names of all cases, in order.
    pub(crate) fn names(&self) -> Vec<&str> {
        self.cases().map(|case| text(&case["name"])).collect()
    }
}

/// Reads JUnit documents by junitparser and by the rules of Jenkins.
#[track_caller]
pub(crate) fn read_junit(documents: &[PathBuf]) -> Vec<Reading> {
    let python = repository("target/python/bin/python");
    assert!(
        python.exists(),
        "the Python packages are not installed: run `make pypi`"
    );
    let read = output(
        Command::new(python)
            .arg(repository("tests/python/read_junit.py"))
            .args(documents),
    );
    let reading = |one: &Value| Reading {
        junitparser: one["junitparser"].clone(),
        jenkins: one["jenkins"].clone(),
    };
    list(&read).iter().map(reading).collect()
}

/// Reads JUnit documents by junit-to-ctrf: a list of tests for each.
#[track_caller]
pub(crate) fn read_junit_as_ctrf(documents: &[PathBuf]) -> Vec<Value> {
    list(&by_node("read_junit.mjs", documents)).to_vec()
}

/// Reads JSON reports by jest-editor-support: a list of files for each.
#[track_caller]
pub(crate) fn read_json_as_editors(reports: &[PathBuf]) -> Vec<Value> {
    list(&by_node("read_json.cjs", reports)).to_vec()
}

#[track_caller]
fn by_node(script: &str, documents: &[PathBuf]) -> Value {
    let packages = repository("tests/npm/node_modules/jest-editor-support");
    assert!(packages.is_dir(), "the npm packages are not installed: run `make npm`");
    output(
        Command::new("node")
            .arg(repository("tests/npm").join(script))
            .args(documents),
    )
}

/// What a program prints as JSON. It must end well.
#[track_caller]
fn output(command: &mut Command) -> Value {
    let done = command
        .stdin(Stdio::null())
        .output()
        .unwrap_or_else(|error| panic!("{command:?} does not start: {error}"));
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{command:?} ended with {}\n{said}", done.status);
    serde_json::from_slice(&done.stdout).unwrap_or_else(|error| panic!("{command:?} printed no JSON: {error}\n{said}"))
}

fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path)
}

/// The elements of a list.
#[track_caller]
pub(crate) fn list(value: &Value) -> &[Value] {
    value.as_array().unwrap_or_else(|| panic!("{value:#} is no list"))
}

/// The text of a string.
#[track_caller]
pub(crate) fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("{value:#} is no text"))
}
