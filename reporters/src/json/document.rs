//! The document's shape, key for key. Plain data: `convert` fills it in.

use serde::Serialize;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Document {
    pub(super) num_failed_test_suites: usize,
    pub(super) num_failed_tests: usize,
    pub(super) num_passed_test_suites: usize,
    pub(super) num_passed_tests: usize,
    pub(super) num_pending_test_suites: usize,
    pub(super) num_pending_tests: usize,
    pub(super) num_runtime_error_test_suites: usize,
    pub(super) num_todo_tests: usize,
    pub(super) num_total_test_suites: usize,
    pub(super) num_total_tests: usize,
    pub(super) open_handles: [(); 0],
    pub(super) snapshot: Snapshot,
    pub(super) start_time: u64,
    pub(super) success: bool,
    pub(super) test_results: Vec<TestFile>,
    pub(super) was_interrupted: bool,
    pub(super) x: RunExtras,
}

/// Jest's snapshot summary. All zero: trun has no snapshots yet.
#[derive(Serialize, Default)]
#[serde(rename_all = "camelCase")]
pub(super) struct Snapshot {
    added: usize,
    did_update: bool,
    failure: bool,
    files_added: usize,
    files_removed: usize,
    files_removed_list: [(); 0],
    files_unmatched: usize,
    files_updated: usize,
    matched: usize,
    total: usize,
    unchecked: usize,
    unchecked_keys_by_file: [(); 0],
    unmatched: usize,
    updated: usize,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RunExtras {
    pub(super) version: String,
    pub(super) root: String,
    pub(super) workers: usize,
    pub(super) duration: f64,
    pub(super) end: End,
    pub(super) num_file_errors: usize,
    pub(super) num_timed_out_tests: usize,
    /// They are among the passed.
    pub(super) num_flaky_tests: usize,
    pub(super) num_not_run_tests: usize,
    pub(super) num_leaks: usize,
    /// Of a random order.
    pub(super) seed: Option<u32>,
    pub(super) run_errors: Vec<String>,
    pub(super) not_run: Vec<NotRunFile>,
    pub(super) not_run_tests: Vec<NotRunTest>,
}

/// Why the run ended.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct End {
    pub(super) kind: &'static str,
    pub(super) reason: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct NotRunFile {
    pub(super) file: String,
    pub(super) reason: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct NotRunTest {
    pub(super) id: String,
    pub(super) file: String,
    pub(super) ancestor_titles: Vec<String>,
    pub(super) title: String,
    pub(super) full_name: String,
    pub(super) location: Option<Place>,
    pub(super) reason: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct TestFile {
    pub(super) assertion_results: Vec<Assertion>,
    pub(super) end_time: u64,
    pub(super) message: String,
    pub(super) name: String,
    pub(super) start_time: u64,
    pub(super) status: &'static str,
    pub(super) summary: &'static str,
    pub(super) x: FileExtras,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct FileExtras {
    pub(super) path: String,
    pub(super) worker: Option<u32>,
    pub(super) duration: f64,
    pub(super) outcome: &'static str,
    pub(super) reason: Option<String>,
    pub(super) errors: Vec<FailureView>,
    /// What it left behind.
    pub(super) leaks: Vec<LeakView>,
    /// Output that belongs to no test.
    pub(super) stdout: String,
    pub(super) stderr: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Assertion {
    pub(super) ancestor_titles: Vec<String>,
    pub(super) duration: Option<f64>,
    pub(super) failing: bool,
    pub(super) failure_details: Vec<FailureDetail>,
    pub(super) failure_messages: Vec<String>,
    pub(super) full_name: String,
    pub(super) invocations: u32,
    pub(super) location: Option<Place>,
    pub(super) num_passing_asserts: u32,
    pub(super) retry_messages: Vec<String>,
    pub(super) retry_reasons: Vec<String>,
    pub(super) start_at: Option<u64>,
    pub(super) status: &'static str,
    pub(super) title: String,
    pub(super) x: TestExtras,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct TestExtras {
    pub(super) id: String,
    pub(super) outcome: crate::model::Outcome,
    pub(super) mode: crate::model::CaseMode,
    pub(super) flaky: bool,
    /// The failed attempts before the last one.
    pub(super) attempts: Vec<AttemptView>,
    pub(super) worker: Option<u32>,
    pub(super) note: Option<String>,
    pub(super) failures: Vec<FailureView>,
    pub(super) stdout: String,
    pub(super) stderr: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct AttemptView {
    pub(super) outcome: crate::model::Outcome,
    pub(super) duration: f64,
    pub(super) failures: Vec<FailureView>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct LeakView {
    pub(super) kind: crate::model::LeakKind,
    pub(super) what: String,
    pub(super) stack: Vec<FrameView>,
}

#[derive(Serialize)]
pub(super) struct Place {
    pub(super) column: u32,
    pub(super) line: u32,
}

/// Jest keeps the matcher's own words here; what no matcher threw has none.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct FailureDetail {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) matcher_result: Option<MatcherResult>,
}

#[derive(Serialize)]
pub(super) struct MatcherResult {
    pub(super) actual: Option<String>,
    pub(super) expected: Option<String>,
    pub(super) message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) name: Option<String>,
    pub(super) pass: bool,
}

/// A failure with nothing left out, for tools that know trun.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct FailureView {
    pub(super) kind: crate::model::FailureKind,
    pub(super) name: String,
    pub(super) message: String,
    pub(super) hook: Option<String>,
    pub(super) expected: Option<String>,
    pub(super) received: Option<String>,
    pub(super) stack: Vec<FrameView>,
    pub(super) cause: Option<Box<FailureView>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct FrameView {
    pub(super) function: Option<String>,
    pub(super) file: Option<String>,
    pub(super) line: Option<u32>,
    pub(super) column: Option<u32>,
    pub(super) owner: crate::model::FrameOwner,
}
