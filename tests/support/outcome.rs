//! What a run left: its status, what it printed, its JSON report. Every check shows all of it when it fails.

use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;

use serde_json::Value;

/// The end of a command.
#[derive(Debug)]
pub(crate) struct Outcome {
    /// As it was started.
    pub(crate) command: String,
    /// How the process ended.
    pub(crate) status: ExitStatus,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    /// The report, if the test did not name reporters itself.
    pub(crate) json: Option<Value>,
}

/// The numbers by which a run is judged, by name. What is zero may be left out where they are stated.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(crate) struct Counts {
    pub(crate) files_passed: u64,
    pub(crate) files_failed: u64,
    pub(crate) files_not_run: u64,
    pub(crate) passed: u64,
    pub(crate) failed: u64,
    pub(crate) skipped: u64,
    pub(crate) todo: u64,
    pub(crate) tests_not_run: u64,
    pub(crate) file_errors: u64,
}

impl Outcome {
    /// The exit code, as a shell has it.
    pub(crate) fn code(&self) -> i32 {
        self.status
            .code()
            .or_else(|| self.status.signal().map(|number| 128 + number))
            .unwrap_or(-1)
    }

    /// Demands an exit code.
    #[track_caller]
    pub(crate) fn exits(&self, code: i32) -> &Self {
        assert_eq!(self.code(), code, "exit code of {}", self.all());
        self
    }

    /// Demands a text on stdout.
    #[track_caller]
    pub(crate) fn shows(&self, text: &str) -> &Self {
        assert!(
            self.stdout.contains(text),
            "{text:?} is not on stdout of {}",
            self.all()
        );
        self
    }

    /// Demands that a text is not on stdout.
    #[track_caller]
    pub(crate) fn hides(&self, text: &str) -> &Self {
        assert!(!self.stdout.contains(text), "{text:?} is on stdout of {}", self.all());
        self
    }

    /// Demands a text on stderr.
    #[track_caller]
    pub(crate) fn complains(&self, text: &str) -> &Self {
        assert!(
            self.stderr.contains(text),
            "{text:?} is not on stderr of {}",
            self.all()
        );
        self
    }

    /// Demands the numbers of passed and failed tests.
    #[track_caller]
    pub(crate) fn counts(&self, passed: u64, failed: u64) -> &Self {
        let counts = self.terminal_counts();
        assert_eq!(
            (counts.passed, counts.failed),
            (passed, failed),
            "passed and failed tests of {}",
            self.all()
        );
        self
    }

    /// The report.
    #[track_caller]
    pub(crate) fn report(&self) -> &Value {
        self.json
            .as_ref()
            .unwrap_or_else(|| panic!("no report was written by {}", self.all()))
    }

    /// The first test of this full name in the report.
    #[track_caller]
    pub(crate) fn test(&self, full_name: &str) -> &Value {
        let tests = self
            .files()
            .flat_map(|file| file["assertionResults"].as_array().into_iter().flatten());
        let found = tests.into_iter().find(|test| test["fullName"] == full_name);
        found.unwrap_or_else(|| panic!("no test {full_name:?} in the report of {}", self.all()))
    }

    /// The file of this relative path in the report.
    #[track_caller]
    pub(crate) fn file(&self, path: &str) -> &Value {
        let found = self.files().find(|file| file["x"]["path"] == path);
        found.unwrap_or_else(|| panic!("no file {path:?} in the report of {}", self.all()))
    }

    /// All files in the report.
    #[track_caller]
    pub(crate) fn files(&self) -> impl Iterator<Item = &Value> {
        self.report()["testResults"].as_array().expect("a list of files").iter()
    }

    /// The numbers as the terminal's last lines have them.
    #[track_caller]
    pub(crate) fn terminal_counts(&self) -> Counts {
        let lines: Vec<&str> = self.stdout.trim_end().lines().collect();
        let [.., files, tests, time] = lines[..] else {
            panic!("there are no totals in {}", self.all())
        };
        assert!(time.starts_with("Time "), "the last line is the time in {}", self.all());
        let files = self.total(files, "Files");
        let tests = self.total(tests, "Tests");
        let above = |label: &str| {
            lines
                .iter()
                .rev()
                .take(5)
                .find(|line| line.starts_with(label))
                .copied()
                .unwrap_or_default()
        };
        let (errors, not_run) = (numbers(above("Errors ")), numbers(above("Not run ")));
        Counts {
            files_passed: number(&files, "passed"),
            files_failed: number(&files, "failed"),
            files_not_run: number(&not_run, "file"),
            passed: number(&tests, "passed"),
            failed: number(&tests, "failed"),
            skipped: number(&tests, "skipped"),
            todo: number(&tests, "todo"),
            tests_not_run: number(&not_run, "test"),
            file_errors: number(&errors, "file error"),
        }
    }

    #[track_caller]
    fn total(&self, line: &str, label: &str) -> Vec<(u64, String)> {
        assert!(
            line.starts_with(label),
            "{line:?} is not the line of {label} in {}",
            self.all()
        );
        let parts = numbers(line);
        let must = |word: &str| {
            assert!(
                parts.iter().any(|(_, found)| found == word),
                "{word} is missing in {line:?} of {}",
                self.all()
            )
        };
        must("passed");
        must("failed");
        parts
    }

    /// The numbers as the JSON report has them.
    #[track_caller]
    pub(crate) fn json_counts(&self) -> Counts {
        let report = self.report();
        let number = |value: &Value| {
            value
                .as_u64()
                .unwrap_or_else(|| panic!("a count is missing in {}", self.all()))
        };
        Counts {
            files_passed: number(&report["numPassedTestSuites"]),
            files_failed: number(&report["numFailedTestSuites"]),
            files_not_run: number(&report["numPendingTestSuites"]),
            passed: number(&report["numPassedTests"]),
            failed: number(&report["numFailedTests"]),
            skipped: number(&report["numPendingTests"]),
            todo: number(&report["numTodoTests"]),
            tests_not_run: number(&report["x"]["numNotRunTests"]),
            file_errors: number(&report["x"]["numFileErrors"]),
        }
    }

    /// Everything, for the message of a failed check.
    pub(crate) fn all(&self) -> String {
        format!(
            "`{}` ({})\n--- stdout\n{}\n--- stderr\n{}",
            self.command, self.status, self.stdout, self.stderr
        )
    }
}

/// `Tests  3 passed, 1 failed` as numbers with their words; plural, place ("in 2 files") and remark ("(1 flaky)") are dropped.
fn numbers(line: &str) -> Vec<(u64, String)> {
    let start = line.find(|char: char| char.is_ascii_digit()).unwrap_or(line.len());
    let part = |part: &str| {
        let (count, words) = part.trim().split_once(' ')?;
        let word = words.split(" in ").next()?.split(" (").next()?.trim_end_matches('s');
        Some((count.parse().ok()?, word.to_owned()))
    };
    line[start..].split(',').filter_map(part).collect()
}

fn number(parts: &[(u64, String)], word: &str) -> u64 {
    parts
        .iter()
        .find(|(_, found)| found == word)
        .map_or(0, |(count, _)| *count)
}
