//! What failed in a run and is no test's failure, as documents tell it: each of them must show all of it, or a failed run
//! would look like a passed one to whoever reads the document alone.

use crate::{
    duration::counted,
    event::RunEnd,
    ledger::{FileRecord, Ledger},
    model::{Failure, FailureKind, FileOutcome},
};

/// What failed in the file and belongs to none of its tests.
pub(crate) fn of_file(file: &FileRecord) -> Vec<Failure> {
    let mut errors = file.errors.clone();
    errors.extend(lost_results(file));
    errors
}

/// A file that claims to have finished and owes results has failed, though nothing in it has.
fn lost_results(file: &FileRecord) -> Option<Failure> {
    if file.outcome != Some(FileOutcome::Finished) {
        return None;
    }
    let missing = file.cases_not_run().len();
    let text = || format!("the file finished without a result of {}", counted(missing, "test"));
    (missing > 0).then(|| Failure::plain(FailureKind::Thrown, text()))
}

/// What a failure that belongs to no test is called: a hook's name, or a few words on its family.
pub(crate) fn label(failure: &Failure) -> &str {
    match (&failure.hook, &failure.kind) {
        (Some(hook), _) => hook,
        (None, FailureKind::Load) => "load",
        (None, FailureKind::Worker) => "worker crashed",
        (None, FailureKind::Aborted) => "aborted",
        (None, FailureKind::Leak) => "leak",
        (None, FailureKind::Timeout) => "timeout",
        (None, FailureKind::Assertion | FailureKind::Thrown) => "file error",
    }
}

/// What belongs to no file either: a label and a message each.
pub(crate) fn of_run(ledger: &Ledger) -> Vec<(&'static str, String)> {
    let errors = ledger.run_errors.iter();
    let mut problems: Vec<_> = errors.map(|message| ("run error", message.clone())).collect();
    problems.extend(ending(ledger));
    let stats = &ledger.stats;
    let is_silent = problems.is_empty() && ledger.files.iter().all(|file| !has_failure(file));
    if is_silent && stats.is_failed() {
        let files = counted(stats.files_not_run, "file");
        let tests = counted(stats.tests_not_run, "test");
        problems.push((
            "not run",
            format!("the run did not complete: {files} and {tests} did not run"),
        ));
    }
    problems
}

fn has_failure(file: &FileRecord) -> bool {
    !file.errors.is_empty() || lost_results(file).is_some() || file.count(crate::Outcome::is_failure) > 0
}

/// An end that came too early and is no failure of a test. Before `--bail` ends a run there are failures enough.
fn ending(ledger: &Ledger) -> Option<(&'static str, String)> {
    match ledger.end()? {
        RunEnd::Completed | RunEnd::Bailed(_) => None,
        RunEnd::Aborted(reason) => Some(("aborted", reason.clone())),
        RunEnd::Interrupted(signal) => Some(("interrupted", format!("the run was interrupted by {signal}"))),
        RunEnd::Broken(reason) => Some(("trun failed", reason.clone())),
    }
}
