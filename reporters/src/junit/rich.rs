//! The dialect `rich`: everything the document knows, in the elements that Jenkins, GitLab and their like read.
//!
//! Attempts that failed are always `flakyFailure` and `rerunFailure`, never their `…Error` twins: Jenkins does not see those.

use std::io;

use quick_junit::{NonSuccessKind, Property, Report, TestCase, TestCaseStatus, TestRerun, TestSuite, XmlString};

use super::{
    encode::{attribute, finish, text, timestamp},
    model::{Case, Document, FailedRun, Output, Status, Suite},
    sanitise::Clean,
};

/// The document's text.
pub(super) fn write(document: &Document) -> io::Result<String> {
    let mut report = Report::new("trun");
    // The field's type is of a crate that we do not name: its parser makes the value.
    report.timestamp = timestamp(document.started_at_ms).parse().ok();
    report.set_time(document.time);
    for (id, suite) in document.suites.iter().enumerate() {
        report.add_test_suite(test_suite(id, suite, document.hostname.as_ref()));
    }
    let mut bytes = Vec::new();
    report.serialize(&mut bytes).map_err(io::Error::other)?;
    finish(bytes)
}

fn test_suite(id: usize, suite: &Suite, hostname: Option<&Clean>) -> TestSuite {
    let mut out = TestSuite::new(attribute(&suite.name));
    out.timestamp = timestamp(suite.started_at_ms).parse().ok();
    out.set_time(suite.time);
    out.add_test_cases(suite.cases.iter().map(test_case));
    out.extra.insert("id".into(), id.to_string().into());
    let named = [("file", suite.file.as_ref()), ("hostname", hostname)];
    for (name, value) in named {
        if let Some(value) = value {
            out.extra.insert(name.into(), attribute(value).into());
        }
    }
    if let Some(seed) = suite.seed {
        out.add_property(Property::new("trun.seed", seed.to_string()));
    }
    for (number, leak) in (1..).zip(&suite.leaks) {
        out.add_property(Property::new(format!("trun.leak.{number}"), attribute(leak)));
    }
    (out.system_out, out.system_err) = outputs(&suite.output);
    out
}

fn test_case(case: &Case) -> TestCase {
    let mut out = TestCase::new(attribute(&case.name), status(case));
    out.set_classname(attribute(&case.classname));
    out.set_time(case.time);
    out.timestamp = case.started_at_ms.and_then(|at| timestamp(at).parse().ok());
    out.assertions = case.assertions.map(|count| count as usize);
    if let Some(file) = &case.file {
        out.extra.insert("file".into(), attribute(file).into());
    }
    if let Some(line) = case.line {
        out.extra.insert("line".into(), line.to_string().into());
    }
    if let Some(attempts) = case.attempts {
        out.add_property(Property::new("trun.attempts", attempts.to_string()));
        if matches!(case.status, Status::Passed { .. }) {
            out.add_property(Property::new("trun.flaky", "true"));
        }
    }
    (out.system_out, out.system_err) = outputs(&case.output);
    out
}

fn status(case: &Case) -> TestCaseStatus {
    match &case.status {
        Status::Passed { failed_before } => {
            let mut status = TestCaseStatus::success();
            status.add_reruns(failed_before.iter().map(rerun));
            status
        }
        Status::Failed { first, again } => {
            let mut status = TestCaseStatus::non_success(if first.is_error {
                NonSuccessKind::Error
            } else {
                NonSuccessKind::Failure
            });
            status
                .set_type(attribute(&first.class))
                .set_message(attribute(&first.message))
                .set_description(text(&first.body))
                .add_reruns(again.iter().map(rerun));
            status
        }
        Status::Skipped { kind, reason } => {
            let mut status = TestCaseStatus::skipped();
            status
                .set_type(*kind)
                .set_message(attribute(reason))
                .set_description(text(reason));
            status
        }
    }
}

fn rerun(run: &FailedRun) -> TestRerun {
    let mut out = TestRerun::new(NonSuccessKind::Failure);
    out.set_time(run.time)
        .set_type(attribute(&run.class))
        .set_message(attribute(&run.message))
        .set_stack_trace(text(&run.body));
    out
}

fn outputs(output: &Output) -> (Option<XmlString>, Option<XmlString>) {
    let written = |printed: &Option<Clean>| printed.as_ref().map(|printed| XmlString::new(text(printed)));
    (written(&output.stdout), written(&output.stderr))
}
