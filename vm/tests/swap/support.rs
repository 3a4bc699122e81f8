//! A worker without a process: a runtime, a folder with test files, and what the observer heard.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::{Mutex, MutexGuard, Once, PoisonError};
use std::time::Duration;

use tempfile::TempDir;
use trun_vm::addons::{AddonHost, AddonLeak, Teardown, TeardownMode, TeardownState};
use trun_vm::engine::{Ctx, ErrorClass, JsResult, Object, Value};
use trun_vm::event_loop::Poster;
use trun_vm::harness::observer::{
    Activity, CaseEnd, CaseOutcome, CollectedCase, Leak, LeakKind, Observer, OutputStream, Problem,
};
use trun_vm::harness::session::FileRequest;
use trun_vm::{Runtime, RuntimeOptions, prepare_process};

/// What stubborn addons are given.
const ADDON_TIMEOUT: Duration = Duration::from_millis(50);

/// What belongs to the process is changed by one test at a time.
static TURN: Mutex<()> = Mutex::new(());

/// Everything an observer hears, by file.
#[derive(Default)]
pub(crate) struct Heard {
    pub(crate) passed: Cell<u32>,
    /// Texts of what failed, of tests and files.
    pub(crate) failures: RefCell<Vec<String>>,
    pub(crate) leaks: RefCell<BTreeMap<u32, Vec<Leak>>>,
    pub(crate) output: RefCell<String>,
    /// Called when a file begins to load, in its realm.
    pub(crate) on_load: RefCell<Option<Box<dyn Fn()>>>,
}

struct Recorder(Rc<Heard>);

impl Observer for Recorder {
    fn collected(&mut self, _: &[CollectedCase]) {}

    fn activity(&mut self, activity: Activity, _: Option<Duration>) {
        if activity == Activity::Loading
            && let Some(on_load) = &*self.0.on_load.borrow()
        {
            on_load();
        }
    }

    fn case_finished(&mut self, end: CaseEnd) {
        if end.outcome == CaseOutcome::Passed {
            self.0.passed.set(self.0.passed.get() + 1);
        }
        let texts = end.problems.into_iter().map(|problem| problem.message);
        self.0.failures.borrow_mut().extend(texts);
    }

    fn file_error(&mut self, problem: Problem) {
        self.0.failures.borrow_mut().push(problem.message);
    }

    fn output(&mut self, _: Option<u32>, _: OutputStream, text: &str) {
        self.0.output.borrow_mut().push_str(text);
    }

    fn leaked(&mut self, file: u32, leaks: Vec<Leak>) {
        self.0.leaks.borrow_mut().entry(file).or_default().extend(leaks);
    }
}

/// An addon that never ends, if it is told to.
#[derive(Default)]
pub(crate) struct StubbornAddon {
    pub(crate) is_stubborn: bool,
    gave_up: Cell<bool>,
}

impl StubbornAddon {
    pub(crate) fn new() -> Self {
        Self {
            is_stubborn: true,
            ..Self::default()
        }
    }
}

impl AddonHost for StubbornAddon {
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
        if self.is_stubborn {
            TeardownState::Pending
        } else {
            TeardownState::Done
        }
    }
    fn give_up(&self, _: Ctx<'_>, waited: Duration) {
        assert!(waited >= ADDON_TIMEOUT, "it was given its time");
        self.gave_up.set(true);
    }
    fn leaks(&self) -> Vec<AddonLeak> {
        if !self.gave_up.take() {
            return Vec::new();
        }
        vec![AddonLeak {
            addon: "/p/stubborn.node".to_owned(),
            left: "1 threadsafe function".to_owned(),
        }]
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

/// A runtime with a project folder.
pub(crate) struct Worker {
    pub(crate) heard: Rc<Heard>,
    runtime: Option<Runtime>,
    folder: PathBuf,
    files: u32,
    _temp: TempDir,
    home: PathBuf,
    _turn: MutexGuard<'static, ()>,
}

impl Worker {
    /// One that isolates its files.
    pub(crate) fn new() -> Self {
        Self::with(|_| ())
    }

    /// One with other settings.
    pub(crate) fn with(change: impl FnOnce(&mut RuntimeOptions)) -> Self {
        Self::with_addons(change, StubbornAddon::default())
    }

    pub(crate) fn with_addons(change: impl FnOnce(&mut RuntimeOptions), addons: StubbornAddon) -> Self {
        let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
        let stress = std::env::var("TRUN_GC_STRESS").ok().and_then(|text| text.parse().ok());
        static ONCE: Once = Once::new();
        ONCE.call_once(|| prepare_process(stress));
        let temp = tempfile::tempdir().expect("a temporary folder");
        let folder = temp.path().canonicalize().expect("its real path");
        let mut options = RuntimeOptions {
            owns_process: false,
            gc_stress: stress.is_some(),
            default_timeout: Some(Duration::from_secs(60)),
            load_timeout: Some(Duration::from_secs(60)),
            pass_with_no_tests: false,
            retry: 0,
            repeat_each: 1,
            seed: None,
            collect_only: false,
            isolate: true,
            lazy_modules: true,
            preload: Vec::new(),
            audit: false,
            addon_teardown: Teardown {
                mode: TeardownMode::File,
                timeout: ADDON_TIMEOUT,
            },
            root: folder.clone(),
            slot: 1,
        };
        change(&mut options);
        let heard = Rc::new(Heard::default());
        let observer = Box::new(Recorder(Rc::clone(&heard)));
        Self {
            runtime: Some(Runtime::new(options, Box::new(addons), observer).expect("the engine is installed")),
            heard,
            folder,
            files: 0,
            _temp: temp,
            home: std::env::current_dir().expect("a working directory"),
            _turn: turn,
        }
    }

    pub(crate) fn runtime(&mut self) -> &mut Runtime {
        self.runtime.as_mut().expect("it is there until the end")
    }

    /// The absolute path of something in the project.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).expect("a file");
    }

    /// Runs a file with this text; its number.
    pub(crate) fn run(&mut self, text: &str) -> u32 {
        let name = format!("f{}.test.ts", self.files + 1);
        self.write(&name, text);
        self.run_path(&name)
    }

    /// Runs a file that is there.
    pub(crate) fn run_path(&mut self, name: &str) -> u32 {
        self.files += 1;
        let request = FileRequest {
            number: self.files,
            path: self.path(name),
            name_pattern: None,
        };
        self.runtime().run_file(&request);
        self.files
    }

    /// Runs a file that must pass.
    #[track_caller]
    pub(crate) fn pass(&mut self, text: &str) -> u32 {
        let number = self.run(text);
        assert_eq!(*self.heard.failures.borrow(), [""; 0], "file {number} passes:\n{text}");
        number
    }

    /// What a file left, as `kind: what (line)`.
    pub(crate) fn leaks(&self, file: u32) -> Vec<String> {
        let leaks = self.heard.leaks.borrow();
        let text = |leak: &Leak| {
            let line = leak
                .stack
                .iter()
                .find_map(|frame| frame.location.as_ref())
                .map(|at| at.line);
            let place = line.map_or_else(String::new, |line| format!(" (line {line})"));
            format!("{:?}: {}{place}", leak.kind, leak.what)
        };
        leaks.get(&file).into_iter().flatten().map(text).collect()
    }

    /// Whether a file left something of a kind.
    pub(crate) fn leaked(&self, file: u32, kind: LeakKind) -> bool {
        self.heard
            .leaks
            .borrow()
            .get(&file)
            .is_some_and(|leaks| leaks.iter().any(|leak| leak.kind == kind))
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shut_down();
        }
        std::env::set_current_dir(&self.home).expect("it is still there");
    }
}

/// Resident memory of this process in bytes.
pub(crate) fn resident() -> u64 {
    let statm = fs::read_to_string("/proc/self/statm").expect("Linux tells");
    let pages: u64 = statm.split(' ').nth(1).and_then(|n| n.parse().ok()).expect("a number");
    pages * 4096
}
