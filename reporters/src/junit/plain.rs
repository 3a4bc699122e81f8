//! The dialect `plain`: suites, cases, one result each and nothing that came later.
//!
//! What has no element in it is text: failed attempts stand in the body of the last failure or, if the test passed in the
//! end, in its output; what a file left behind stands in its suite's.

use std::{io, time::Duration};

use junit_report::{Report, TestCase, TestResult, TestSuite};

use super::{
    encode::{attribute, finish, moment, section},
    model::{Case, Document, FailedRun, Status, Suite},
    sanitise::Clean,
};

/// The document's text.
pub(super) fn write(document: &Document) -> io::Result<String> {
    let mut report = Report::new();
    for suite in &document.suites {
        report.add_testsuite(test_suite(suite, document.hostname.as_ref()));
    }
    let mut bytes = Vec::new();
    report.write_xml(&mut bytes).map_err(io::Error::other)?;
    bytes.push(b'\n');
    finish(bytes)
}

fn test_suite(suite: &Suite, hostname: Option<&Clean>) -> TestSuite {
    let mut out = TestSuite::new(&attribute(&suite.name));
    // Readers put it in front of the name, which is a path and complete.
    out.package = String::new();
    if let Some(hostname) = hostname {
        out.hostname = attribute(hostname);
    }
    out.set_timestamp(moment(suite.started_at_ms));
    out.add_testcases(suite.cases.iter().map(test_case));
    let leaks = suite.leaks.iter().map(|leak| format!("left behind: {leak}"));
    out.system_out = suite.output.stdout.as_ref().map(|text| section(text.as_str()));
    out.system_err = joined(suite.output.stderr.as_ref(), leaks);
    out
}

fn test_case(case: &Case) -> TestCase {
    let mut out = TestCase::success(&attribute(&case.name), rounded(case.time));
    out.set_classname(&attribute(&case.classname));
    out.filepath = case.file.as_ref().map(attribute);
    out.system_out = case.output.stdout.as_ref().map(|text| section(text.as_str()));
    let mut notes = Vec::new();
    out.result = match &case.status {
        Status::Passed { failed_before } => {
            notes = attempts(failed_before, "flaky: it passed after");
            TestResult::Success
        }
        Status::Failed { first, again } => failed(first, again),
        Status::Skipped { kind, reason } => TestResult::SkippedWithCause {
            type_: (*kind).to_owned(),
            message: attribute(reason),
            cause: Some(section(reason.as_str())),
        },
    };
    out.system_err = joined(case.output.stderr.as_ref(), notes.into_iter());
    out
}

fn failed(first: &FailedRun, again: &[FailedRun]) -> TestResult {
    let (type_, message) = (attribute(&first.class), attribute(&first.message));
    let cause = joined(Some(&first.body), attempts(again, "tried again:").into_iter());
    if first.is_error {
        TestResult::Error { type_, message, cause }
    } else {
        TestResult::Failure { type_, message, cause }
    }
}

/// A line about them, then each attempt's body.
fn attempts(runs: &[FailedRun], about: &str) -> Vec<String> {
    if runs.is_empty() {
        return Vec::new();
    }
    let heading = format!("{about} {}", crate::duration::counted(runs.len(), "failed attempt"));
    let bodies = runs.iter().map(|run| run.body.to_string());
    std::iter::once(heading).chain(bodies).collect()
}

/// Text and what is to be said below it, ready for a section.
fn joined(text: Option<&Clean>, more: impl Iterator<Item = String>) -> Option<String> {
    let parts: Vec<String> = text.map(Clean::to_string).into_iter().chain(more).collect();
    (!parts.is_empty()).then(|| section(&parts.join("\n\n")))
}

/// The writer prints a time with all its decimals; readers are promised three at most.
fn rounded(time: Duration) -> junit_report::Duration {
    let millis = (time.as_micros() + 500) / 1000;
    junit_report::Duration::milliseconds(i64::try_from(millis).unwrap_or(i64::MAX))
}
