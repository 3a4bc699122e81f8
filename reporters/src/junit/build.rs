//! From the ledger to the document.
//!
//! The rules that make the document true: every failure of the run is a case of it, also those that belong to no test
//! and no file, so a document without a failed case means a run that did not fail. A test that never ran in a file that
//! began is skipped with the reason; a file that never began has no suite, so that whoever merges documents sees it
//! missing. Tests that `-t` leaves out are left out here as well: another run's document has them.

use std::time::Duration;

use super::{
    failed::failed_run,
    model::{Case, Document, Output, Status, Suite},
    names::{Names, classname},
    sanitise::Clean,
};
use crate::{
    captured::{Captured, Printed},
    failure_text::failed_at,
    ledger::{FileRecord, Ledger, TimedResult},
    model::{CaseId, CaseMode, Failure, FailureKind, FileOutcome, Leak, Location, Outcome, TestCase},
    problems,
};

pub(super) fn document(ledger: &Ledger, hostname: Option<&str>) -> Document {
    let mut names = Names::default();
    let files = ledger.files.iter().filter(|file| file.has_results());
    let mut suites: Vec<Suite> = files
        .map(|file| FileView::of(ledger, file).suite(&mut names))
        .filter(|suite| !suite.cases.is_empty() || !suite.leaks.is_empty())
        .collect();
    suites.extend(run_suite(ledger, &mut names));
    Document {
        started_at_ms: ledger.started_at_ms,
        time: ledger.elapsed,
        hostname: hostname.map(Clean::line),
        suites,
    }
}

/// What every case of a file shares.
struct FileView<'a> {
    ledger: &'a Ledger,
    file: &'a FileRecord,
    path: Clean,
    classname: Clean,
}

impl<'a> FileView<'a> {
    fn of(ledger: &'a Ledger, file: &'a FileRecord) -> Self {
        let relative = ledger.relative(&file.path);
        Self {
            ledger,
            file,
            path: Clean::line(&relative),
            classname: classname(&relative),
        }
    }

    fn suite(&self, names: &mut Names) -> Suite {
        let mut captured = Captured::of(self.file);
        let mut cases = self.errors(names);
        cases.extend(self.tests(names, &mut captured));
        Suite {
            name: self.path.clone(),
            file: Some(self.path.clone()),
            started_at_ms: epoch(self.ledger, self.file.started),
            time: self.file.duration,
            cases,
            leaks: self
                .file
                .leaks
                .iter()
                .map(|leak| leak_line(self.ledger, leak))
                .collect(),
            seed: self.ledger.seed,
            output: output(&captured.take(None)),
        }
    }

    /// What failed in the file and belongs to none of its tests.
    fn errors(&self, names: &mut Names) -> Vec<Case> {
        let case = |failure: &Failure| {
            let line = failed_at(failure).and_then(|place| self.line(place));
            let label = problems::label(failure);
            let name = names.unique(&self.classname, Clean::line(&format!("[{label}]")));
            let status = error_status(self.ledger, failure);
            Case {
                file: Some(self.path.clone()),
                line,
                ..extra_case(self.classname.clone(), name, status)
            }
        };
        problems::of_file(self.file).iter().map(case).collect()
    }

    /// All tests in declaration order, those without a result too.
    fn tests(&self, names: &mut Names, captured: &mut Captured) -> Vec<Case> {
        let ran = self.file.results.iter().map(|timed| (timed.result.case, Some(timed)));
        let not_run = self.file.cases_not_run().into_iter().map(|id| (id, None));
        let mut all: Vec<(CaseId, Option<&TimedResult>)> = ran.chain(not_run).collect();
        all.sort_by_key(|(id, _)| *id);
        let case = |(id, timed): (CaseId, Option<&TimedResult>)| {
            let declared = self.file.case(id);
            let failed = timed.is_some_and(|timed| timed.result.outcome.is_failure());
            if declared.mode == CaseMode::Filtered && !failed {
                return None;
            }
            let name = names.unique(&self.classname, case_name(&declared));
            Some(match timed {
                Some(timed) => self.ran(&declared, name, timed, captured.take(Some(id))),
                None => self.not_run(&declared, name),
            })
        };
        all.into_iter().filter_map(case).collect()
    }

    fn ran(&self, declared: &TestCase, name: Clean, timed: &TimedResult, printed: Printed) -> Case {
        let result = &timed.result;
        let has_run = !matches!(result.outcome, Outcome::Skipped | Outcome::Todo);
        let tells_output = result.outcome.is_failure() || result.is_flaky();
        let attempts = result.earlier_attempts.len() + 1;
        Case {
            classname: self.classname.clone(),
            name,
            file: Some(self.path.clone()),
            line: declared.location.as_ref().and_then(|place| self.line(place)),
            started_at_ms: has_run.then(|| epoch(self.ledger, timed.started)),
            time: result.duration,
            assertions: has_run.then_some(result.assertions),
            status: self.status(declared, timed),
            attempts: (attempts > 1).then_some(attempts),
            output: if tells_output {
                output(&printed)
            } else {
                Output::default()
            },
        }
    }

    fn status(&self, declared: &TestCase, timed: &TimedResult) -> Status {
        let result = &timed.result;
        let root = &self.ledger.root;
        let place = declared.location.as_ref();
        let earlier = result.earlier_attempts.iter();
        let mut runs: Vec<_> = earlier
            .map(|attempt| failed_run(&attempt.failures, place, attempt.duration, root))
            .collect();
        match result.outcome {
            Outcome::Passed => Status::Passed { failed_before: runs },
            Outcome::Failed | Outcome::TimedOut => {
                runs.push(failed_run(&result.failures, place, result.duration, root));
                let first = runs.remove(0);
                Status::Failed { first, again: runs }
            }
            Outcome::Skipped => skipped("skipped", result.note.as_deref()),
            Outcome::Todo => skipped("todo", result.note.as_deref()),
        }
    }

    fn not_run(&self, declared: &TestCase, name: Clean) -> Case {
        let reason = match &self.file.outcome {
            Some(FileOutcome::Crashed(how)) => format!("not run: the worker process died before ({how})"),
            _ => format!("not run: {}", self.file.reason()),
        };
        let status = skipped("not run", Some(&reason));
        Case {
            file: Some(self.path.clone()),
            line: declared.location.as_ref().and_then(|place| self.line(place)),
            ..extra_case(self.classname.clone(), name, status)
        }
    }

    /// A line that readers look up in the suite's file: none if the place is in another one.
    fn line(&self, place: &Location) -> Option<u32> {
        (place.file == self.file.path).then_some(place.line)
    }
}

/// What failed and belongs to no file, if anything did.
fn run_suite(ledger: &Ledger, names: &mut Names) -> Option<Suite> {
    let classname = Clean::line("trun");
    let case = |(label, message): (&str, String)| {
        let name = names.unique(&classname, Clean::line(&format!("[{label}]")));
        let status = error_status(ledger, &Failure::plain(FailureKind::Aborted, message));
        extra_case(classname.clone(), name, status)
    };
    let cases: Vec<Case> = problems::of_run(ledger).into_iter().map(case).collect();
    (!cases.is_empty()).then(|| Suite {
        name: classname.clone(),
        file: None,
        started_at_ms: ledger.started_at_ms,
        time: Duration::ZERO,
        cases,
        leaks: Vec::new(),
        seed: ledger.seed,
        output: Output::default(),
    })
}

/// A case that is no test, or a test that did not run.
fn extra_case(classname: Clean, name: Clean, status: Status) -> Case {
    Case {
        classname,
        name,
        file: None,
        line: None,
        started_at_ms: None,
        time: Duration::ZERO,
        assertions: None,
        status,
        attempts: None,
        output: Output::default(),
    }
}

/// What failed outside of tests is an error, whatever it is.
fn error_status(ledger: &Ledger, failure: &Failure) -> Status {
    let mut first = failed_run(std::slice::from_ref(failure), None, Duration::ZERO, &ledger.root);
    first.is_error = true;
    Status::Failed {
        first,
        again: Vec::new(),
    }
}

fn skipped(kind: &'static str, reason: Option<&str>) -> Status {
    let reason = Clean::line(reason.filter(|reason| !reason.trim().is_empty()).unwrap_or(kind));
    Status::Skipped { kind, reason }
}

fn case_name(declared: &TestCase) -> Clean {
    let name = declared.full_name(" > ");
    Clean::line(if name.trim().is_empty() { "(no title)" } else { &name })
}

fn leak_line(ledger: &Ledger, leak: &Leak) -> Clean {
    let place = leak.location().map(|place| {
        let file = ledger.relative(&place.file);
        format!(" at {file}:{}:{}", place.line, place.column)
    });
    Clean::line(&format!("{}{}", leak.what, place.unwrap_or_default()))
}

fn output(printed: &Printed) -> Output {
    Output {
        stdout: Clean::unless_blank(&printed.stdout),
        stderr: Clean::unless_blank(&printed.stderr),
    }
}

fn epoch(ledger: &Ledger, since: Duration) -> u64 {
    ledger.started_at_ms + u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}
