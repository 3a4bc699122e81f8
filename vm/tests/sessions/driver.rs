//! Runs one test file in a VM of its own and keeps what its observer heard.

use std::cell::RefCell;
use std::path::Path;
use std::rc::Rc;
use std::sync::{Mutex, Once, PoisonError};
use std::time::Duration;

use trun_vm::addons::{AddonHost, AddonLeak, Teardown, TeardownMode, TeardownState};
use trun_vm::engine::{Ctx, ErrorClass, JsResult, Object, Value};
use trun_vm::event_loop::Poster;
use trun_vm::harness::observer::{
    Activity, CaseEnd, CaseOutcome, CollectedCase, FailedAttempt, Leak, Observer, OutputStream, Problem,
};
use trun_vm::harness::session::FileRequest;
use trun_vm::{Runtime, RuntimeOptions, prepare_process};

/// What a session is to be run with.
#[derive(Default)]
pub(crate) struct Session {
    retry: u32,
    repeat_each: Option<u32>,
    seed: Option<u32>,
    collect_only: bool,
    name_pattern: Option<String>,
    last: Option<u32>,
}

/// What its observer heard.
#[derive(Default)]
pub(crate) struct Heard {
    pub(crate) cases: Vec<CollectedCase>,
    /// In the order they were told.
    pub(crate) ends: Vec<CaseEnd>,
    pub(crate) file_errors: Vec<Problem>,
    /// Lines the file printed, with the case they belong to.
    pub(crate) printed: Vec<(Option<u32>, String)>,
}

impl Session {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// `--retry`.
    pub(crate) fn retry(self, retry: u32) -> Self {
        Self { retry, ..self }
    }

    /// `--repeat-each`.
    pub(crate) fn repeat_each(self, times: u32) -> Self {
        Self {
            repeat_each: Some(times),
            ..self
        }
    }

    /// `--seed`.
    pub(crate) fn seed(self, seed: u32) -> Self {
        Self {
            seed: Some(seed),
            ..self
        }
    }

    /// `trun list`.
    pub(crate) fn collect_only(self) -> Self {
        Self {
            collect_only: true,
            ..self
        }
    }

    /// `-t`.
    pub(crate) fn only_named(self, pattern: &str) -> Self {
        Self {
            name_pattern: Some(pattern.to_owned()),
            ..self
        }
    }

    /// The file is to end after this case.
    pub(crate) fn end_after(self, case: u32) -> Self {
        Self {
            last: Some(case),
            ..self
        }
    }

    /// Runs a file with this text.
    pub(crate) fn run(self, text: &str) -> Heard {
        // What a session restores at its end is the process's, so there is one at a time.
        static ONE: Mutex<()> = Mutex::new(());
        static PREPARED: Once = Once::new();
        let _turn = ONE.lock().unwrap_or_else(PoisonError::into_inner);
        PREPARED.call_once(|| prepare_process(None));

        let folder = tempfile::tempdir().expect("a temporary folder");
        let root = folder.path().canonicalize().expect("its real path");
        let path = root.join("the.test.js");
        std::fs::write(&path, text).expect("a test file");
        let heard = Rc::new(RefCell::new(Heard::default()));
        let mut runtime = Runtime::new(
            self.options(&root),
            Box::new(WithoutAddons),
            Box::new(Recorder {
                heard: Rc::clone(&heard),
                last: self.last,
            }),
        )
        .expect("the engine is installed");
        runtime.run_file(&FileRequest {
            number: 0,
            path,
            name_pattern: self.name_pattern,
        });
        runtime.shut_down();
        heard.take()
    }

    fn options(&self, root: &Path) -> RuntimeOptions {
        RuntimeOptions {
            owns_process: false,
            gc_stress: false,
            default_timeout: Some(Duration::from_secs(60)),
            load_timeout: Some(Duration::from_secs(60)),
            pass_with_no_tests: false,
            retry: self.retry,
            repeat_each: self.repeat_each.unwrap_or(1),
            seed: self.seed,
            collect_only: self.collect_only,
            isolate: true,
            lazy_modules: true,
            preload: Vec::new(),
            audit: false,
            addon_teardown: Teardown {
                mode: TeardownMode::File,
                timeout: Duration::from_secs(2),
            },
            root: root.to_owned(),
            slot: 1,
        }
    }
}

impl Heard {
    /// The end of the case with this name (titles joined by ` > `).
    #[track_caller]
    pub(crate) fn end(&self, name: &str) -> &CaseEnd {
        let found = self.ends.iter().find(|end| self.name(end.case) == name);
        found.unwrap_or_else(|| panic!("{name:?} has not ended; there are {:?}", self.order()))
    }

    /// The name of a case.
    pub(crate) fn name(&self, case: u32) -> String {
        let case = &self.cases[case as usize];
        let mut titles = case.ancestors.clone();
        titles.push(case.title.clone());
        titles.join(" > ")
    }

    /// The names of the cases in the order they ended.
    pub(crate) fn order(&self) -> Vec<String> {
        self.ends.iter().map(|end| self.name(end.case)).collect()
    }

    /// What was printed, line by line.
    pub(crate) fn lines(&self) -> Vec<&str> {
        self.printed.iter().map(|(_, line)| line.as_str()).collect()
    }

    /// Demands that all went well, and gives itself back.
    #[track_caller]
    pub(crate) fn passed(self) -> Self {
        let failed: Vec<_> = self
            .ends
            .iter()
            .filter(|end| end.outcome != CaseOutcome::Passed)
            .collect();
        assert!(
            failed.is_empty() && self.file_errors.is_empty(),
            "{failed:#?} {:#?}",
            self.file_errors
        );
        self
    }
}

/// The messages of the problems of one attempt.
pub(crate) fn messages(problems: &[Problem]) -> Vec<&str> {
    problems.iter().map(|problem| problem.message.as_str()).collect()
}

/// The first message of each earlier attempt.
pub(crate) fn headlines(attempts: &[FailedAttempt]) -> Vec<&str> {
    attempts
        .iter()
        .map(|attempt| attempt.problems[0].message.as_str())
        .collect()
}

struct Recorder {
    heard: Rc<RefCell<Heard>>,
    last: Option<u32>,
}

impl Observer for Recorder {
    fn collected(&mut self, cases: &[CollectedCase]) {
        self.heard.borrow_mut().cases = cases.to_vec();
    }

    fn activity(&mut self, _: Activity, _: Option<Duration>) {}

    fn case_finished(&mut self, end: CaseEnd) {
        self.heard.borrow_mut().ends.push(end);
    }

    fn asks_to_end(&mut self) -> bool {
        let heard = self.heard.borrow();
        self.last
            .is_some_and(|last| heard.ends.iter().any(|end| end.case == last))
    }

    fn file_error(&mut self, problem: Problem) {
        self.heard.borrow_mut().file_errors.push(problem);
    }

    fn output(&mut self, case: Option<u32>, _: OutputStream, text: &str) {
        let lines = text.lines().map(|line| (case, line.to_owned()));
        self.heard.borrow_mut().printed.extend(lines);
    }

    fn leaked(&mut self, _: u32, _: Vec<Leak>) {}
}

struct WithoutAddons;

impl AddonHost for WithoutAddons {
    fn attach(&self, _: Ctx<'_>, _: Poster) {}

    fn load<'r>(&self, cx: Ctx<'r>, _: Object<'r>, _: &Path, _: i32) -> JsResult<'r, ()> {
        Err(cx.error(ErrorClass::Error, "there are no addons here"))
    }

    fn run_native<'r>(&self, _: Ctx<'r>, _: &Path, _: &mut dyn FnMut(*mut std::ffi::c_void)) -> JsResult<'r, ()> {
        unreachable!("no test calls native code")
    }

    fn leave_realm(&self, _: Ctx<'_>) {}

    fn begin_teardown(&self, _: Ctx<'_>) {}

    fn poll_teardown(&self, _: Ctx<'_>) -> TeardownState {
        TeardownState::Done
    }

    fn give_up(&self, _: Ctx<'_>, _: Duration) {}

    fn leaks(&self) -> Vec<AddonLeak> {
        Vec::new()
    }

    fn enter_realm(&self, _: Ctx<'_>) {}

    fn has_finalizers(&self) -> bool {
        false
    }

    fn drain_finalizers<'r>(&self, _: Ctx<'r>) -> JsResult<'r, ()> {
        Ok(())
    }

    fn is_external<'r>(&self, _: Ctx<'r>, _: Value<'r>) -> bool {
        false
    }

    fn describe_running(&self) -> Option<String> {
        None
    }
}
