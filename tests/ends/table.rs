//! Runs a project of rows once and holds every report against them.

use serde_json::Value;

use super::row::{End, Line, What};
use crate::support::command::Trun;
use crate::support::outcome::Counts;
use crate::support::readers::{Reading, list, read_junit, text};
use crate::support::{Outcome, Project};

/// A run of rows.
pub(super) struct Table {
    pub(super) project: Project,
    rows: Vec<End>,
}

impl Table {
    pub(super) fn new(rows: Vec<End>) -> Self {
        let project = Project::new();
        for row in &rows {
            project.write(&row.file, &row.code);
        }
        Self { project, rows }
    }

    /// Runs it and demands that all is as stated. That no process is left is checked by the support of every run.
    #[track_caller]
    pub(super) fn check(&self, args: &[&str], exit: i32) -> Outcome {
        self.check_with(args, exit, |command| command)
    }

    /// As [`Table::check`], under a limit of the system's.
    #[track_caller]
    pub(super) fn check_limited(&self, args: &[&str], limit: &str, exit: i32) -> Outcome {
        self.check_with(args, exit, |command| command.limited(limit))
    }

    #[track_caller]
    fn check_with<'p>(&'p self, args: &[&str], exit: i32, change: impl FnOnce(Trun<'p>) -> Trun<'p>) -> Outcome {
        let (json, junit) = (self.project.beside("report.json"), self.project.beside("junit.xml"));
        let reporters = [
            "--reporter=default".to_owned(),
            format!("--reporter=json:{}", json.display()),
            format!("--reporter=junit:{}", junit.display()),
        ];
        let all: Vec<&str> = reporters
            .iter()
            .map(String::as_str)
            .chain(args.iter().copied())
            .collect();
        let mut outcome = change(self.project.trun(&all)).run();
        outcome.json = std::fs::read(json)
            .ok()
            .and_then(|text| serde_json::from_slice(&text).ok());
        outcome.exits(exit);
        let mut faults = Vec::new();
        self.check_counts(&outcome, &mut faults);
        let documents = read_junit(&[junit]);
        for row in &self.rows {
            let mut own = Vec::new();
            on_terminal(row, &outcome, &mut own);
            in_json(row, &outcome, &mut own);
            in_junit(row, &documents[0], &mut own);
            faults.extend(own.into_iter().map(|fault| format!("{}: {fault}", row.file)));
        }
        assert!(
            faults.is_empty(),
            "{} faults\n  {}\n{}",
            faults.len(),
            faults.join("\n  "),
            outcome.all()
        );
        outcome
    }

    fn check_counts(&self, outcome: &Outcome, faults: &mut Vec<String>) {
        let sum = |kinds: &[What]| self.rows.iter().map(|row| row.count(kinds)).sum::<u64>();
        let failing = [What::Failed, What::TimedOut, What::Error, What::Crash];
        let files = |fails: bool| {
            let begun = self.rows.iter().filter(|row| row.count(&[What::LeftOut]) == 0);
            begun.filter(|row| (row.count(&failing) > 0) == fails).count() as u64
        };
        let stated = Counts {
            files_passed: files(false),
            files_failed: files(true),
            files_not_run: sum(&[What::LeftOut]),
            passed: sum(&[What::Passed]),
            failed: sum(&[What::Failed, What::TimedOut]),
            skipped: sum(&[What::Skipped]),
            todo: sum(&[What::Todo]),
            tests_not_run: sum(&[What::NotRun]),
            file_errors: sum(&[What::Error]),
        };
        for (report, counts) in [
            ("terminal", outcome.terminal_counts()),
            ("JSON report", outcome.json_counts()),
        ] {
            if counts != stated {
                faults.push(format!(
                    "the {report} counts\n    {counts:?} instead of\n    {stated:?}"
                ));
            }
        }
        if outcome.report()["success"] != (outcome.code() == 0) {
            faults.push("`success` of the JSON report is not that of the exit code".to_owned());
        }
    }
}

/// Each text of the line that is not in `told`.
fn missing<'l>(line: &'l Line, told: &str) -> impl Iterator<Item = String> + use<'l> {
    let told = told.to_owned();
    let name = line.name.clone();
    line.says
        .iter()
        .filter(move |text| !told.contains(*text))
        .map(move |text| format!("{name:?} does not say {text:?}"))
}

fn on_terminal(row: &End, outcome: &Outcome, faults: &mut Vec<String>) {
    let page = &outcome.stdout;
    for line in &row.lines {
        match line.what {
            What::Failed | What::TimedOut | What::Error => {
                let title = match line.what {
                    What::Error => format!(") FAIL {}\n", row.file),
                    _ => format!(") FAIL {} > {}\n", row.file, line.name),
                };
                let blocks: Vec<&str> = page.split(&title).skip(1).map(block).collect();
                let found = blocks.iter().any(|block| missing(line, block).next().is_none());
                if !found {
                    faults.push(format!("the terminal does not show {title:?} with {:?}", line.says));
                }
            }
            What::NotRun if !page.lines().any(|shown| is_not_run(shown, &line.name)) => {
                faults.push(format!("the terminal does not show that {:?} was not run", line.name));
            }
            What::Crash => {
                let head = format!("CRASH   {} ", row.file);
                let shown = page.lines().find(|shown| shown.starts_with(&head)).unwrap_or_default();
                faults.extend(missing(line, shown).map(|fault| format!("on the terminal {fault}")));
            }
            What::LeftOut => {
                let shown = page
                    .lines()
                    .find(|shown| shown.trim_start().starts_with(&format!("{}  (", row.file)));
                faults.extend(missing(line, shown.unwrap_or_default()).map(|fault| format!("on the terminal {fault}")));
            }
            _ => {}
        }
    }
}

/// Whether a line of the page says that a test was not run, with a reason or without.
fn is_not_run(shown: &str, name: &str) -> bool {
    let rest = shown
        .trim_start()
        .strip_prefix("NOT RUN ")
        .and_then(|rest| rest.strip_prefix(name));
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with("  ("))
}

/// A failure's part of the page, from below its title to the next one's.
fn block(rest: &str) -> &str {
    rest.split("\n  rerun: ").next().unwrap_or(rest)
}

fn in_json(row: &End, outcome: &Outcome, faults: &mut Vec<String>) {
    let report = outcome.report();
    let path = outcome_path(&row.file);
    let of_row = |entry: &&Value| text(&entry["file"]).ends_with(&path);
    if let Some(line) = row.of(What::LeftOut).next() {
        match list(&report["x"]["notRun"]).iter().find(of_row) {
            Some(entry) => faults.extend(missing(line, text(&entry["reason"])).map(|fault| format!("in JSON {fault}"))),
            None => faults.push("JSON does not list it as not run".to_owned()),
        }
        return;
    }
    let file = outcome.file(&row.file);
    let tests = list(&file["assertionResults"]);
    let ran: Vec<&Line> = row.lines.iter().filter(|line| line.outcome().is_some()).collect();
    let found: Vec<(&str, &str)> = tests
        .iter()
        .map(|test| (text(&test["fullName"]), text(&test["x"]["outcome"])))
        .collect();
    let names: Vec<String> = ran.iter().map(|line| line.full_name()).collect();
    let stated: Vec<(&str, &str)> = names
        .iter()
        .map(String::as_str)
        .zip(ran.iter().filter_map(|line| line.outcome()))
        .collect();
    if found != stated {
        faults.push(format!("the tests in JSON are {found:?} instead of {stated:?}"));
    }
    for (line, test) in ran.iter().zip(tests) {
        faults.extend(
            missing(
                line,
                &list(&test["failureMessages"]).iter().map(text).collect::<String>(),
            )
            .map(|fault| format!("in JSON {fault}")),
        );
    }
    let left: Vec<&str> = list(&report["x"]["notRunTests"])
        .iter()
        .filter(of_row)
        .map(|test| text(&test["fullName"]))
        .collect();
    let stated: Vec<String> = row.of(What::NotRun).map(Line::full_name).collect();
    if left != stated {
        faults.push(format!("JSON says that {left:?} were not run instead of {stated:?}"));
    }
    errors_in_json(row, file, faults);
}

fn errors_in_json(row: &End, file: &Value, faults: &mut Vec<String>) {
    let errors = list(&file["x"]["errors"]);
    let stated = row.of(What::Error).count();
    if errors.len() != stated {
        faults.push(format!(
            "JSON has {} errors of the file instead of {stated}",
            errors.len()
        ));
    }
    for line in row.of(What::Error) {
        faults.extend(missing(line, text(&file["message"])).map(|fault| format!("in JSON {fault}")));
    }
    let crashed = file["x"]["outcome"] == "crashed";
    match row.of(What::Crash).next() {
        Some(line) if crashed => {
            faults.extend(missing(line, text(&file["x"]["reason"])).map(|fault| format!("in JSON {fault}")))
        }
        None if !crashed => {}
        _ => faults.push(format!("the file's end in JSON is {}", file["x"]["outcome"])),
    }
}

fn outcome_path(file: &str) -> String {
    format!("/{file}")
}

fn in_junit(row: &End, reading: &Reading, faults: &mut Vec<String>) {
    let suites = list(&reading.junitparser["suites"]);
    let suite = suites.iter().find(|suite| suite["name"] == row.file.as_str());
    if row.count(&[What::LeftOut]) > 0 {
        if suite.is_some() {
            faults.push("JUnit has a suite of a file that was never begun".to_owned());
        }
        return;
    }
    let cases = suite.map(|suite| list(&suite["cases"])).unwrap_or_default();
    let (errors, tests): (Vec<&Value>, Vec<&Value>) =
        cases.iter().partition(|case| text(&case["name"]).starts_with('['));
    let stated: Vec<&Line> = row.lines.iter().filter(|line| line.is_test()).collect();
    let (found, wanted): (Vec<&str>, Vec<&str>) = (
        tests.iter().map(|case| text(&case["name"])).collect(),
        stated.iter().map(|line| line.name.as_str()).collect(),
    );
    if found.len() != wanted.len() {
        faults.push(format!("the tests in JUnit are {found:?} instead of {wanted:?}"));
    }
    for (line, case) in stated.iter().zip(tests) {
        faults.extend(case_in_junit(line, case).map(|fault| format!("in JUnit {:?} {fault}", line.name)));
    }
    if errors.len() != row.of(What::Error).count() {
        faults.push(format!("JUnit has {} errors of the file", errors.len()));
    }
    for line in row.of(What::Error) {
        if !errors.iter().any(|case| missing(line, &results(case)).next().is_none()) {
            faults.push(format!("JUnit has no error of the file that says {:?}", line.says));
        }
    }
}

/// What is wrong with a case of a JUnit document.
fn case_in_junit(line: &Line, case: &Value) -> Option<String> {
    // Names that occur twice are told apart by what follows them.
    if !text(&case["name"]).starts_with(&line.name) {
        return Some(format!("is called {}", case["name"]));
    }
    let kinds: Vec<&str> = list(&case["results"])
        .iter()
        .map(|result| text(&result["kind"]))
        .collect();
    let fits = match line.what {
        What::Passed => kinds.is_empty(),
        What::Skipped | What::Todo | What::NotRun => kinds == ["skipped"],
        _ => kinds == ["failure"] || kinds == ["error"],
    };
    if !fits {
        return Some(format!("has the results {kinds:?}"));
    }
    missing(line, &results(case)).next()
}

fn results(case: &Value) -> String {
    let told = |result: &Value| {
        format!(
            "{} {}",
            result["message"].as_str().unwrap_or_default(),
            result["text"].as_str().unwrap_or_default()
        )
    };
    list(&case["results"]).iter().map(told).collect::<Vec<_>>().join("\n")
}
