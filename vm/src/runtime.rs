//! The door to this crate: one VM that runs test files, each in a realm of its own.

use std::io;
use std::path::PathBuf;
use std::rc::Rc;
use std::time::Duration;

use crate::addons::{AddonHost, Teardown};
use crate::engine::{EngineOptions, Vm, VmError, configure, overwrite_stack};
use crate::event_loop::EventLoop;
use crate::harness::observer::{Activity, Observer, ProblemKind};
use crate::harness::problem;
use crate::harness::session::{FileRequest, Rules, Session};
use crate::harness::stack::user_frames;
use crate::host::{Host, HostParts, host};
use crate::modules::graph::ModuleGraph;
use crate::realm::census::SURVIVALS_OF_A_LEAK;
use crate::realm::swap::Swaps;
use crate::realm::{Builtins, Parking, Realm};
use crate::times::{Part, span};

/// Settings of a runtime.
#[derive(Debug, Clone)]
pub struct RuntimeOptions {
    /// This process runs test files and nothing else: whatever process descends from it was left by one of them.
    pub owns_process: bool,
    /// `TRUN_GC_STRESS`: a full collection at every swap, besides what [`prepare_process`] set.
    pub gc_stress: bool,
    /// Timeout of tests and hooks that set none; `None`: no limit.
    pub default_timeout: Option<Duration>,
    /// How long loading a file may take.
    pub load_timeout: Option<Duration>,
    /// Whether a file may declare no test at all.
    pub pass_with_no_tests: bool,
    /// How often a failed test is tried again.
    pub retry: u32,
    /// How often each test runs.
    pub repeat_each: u32,
    /// Seed of a random order of tests.
    pub seed: Option<u32>,
    /// Tests are listed and not run.
    pub collect_only: bool,
    /// Whether every file gets a realm of its own.
    pub isolate: bool,
    /// Of packages that declare no side effects, only what is used is evaluated.
    pub lazy_modules: bool,
    /// Modules that every realm evaluates before its test file; absolute paths, or names as an import would have them.
    pub preload: Vec<String>,
    /// A thorough leak report: every intrinsic is compared and every swap collects, which costs each file about a millisecond.
    pub audit: bool,
    /// When and how native addons end.
    pub addon_teardown: Teardown,
    /// The directory the run was started in.
    pub root: PathBuf,
    /// 1-based worker slot.
    pub slot: u32,
}

/// Why no runtime could be made.
#[derive(Debug, thiserror::Error)]
pub enum RuntimeError {
    /// The engine.
    #[error(transparent)]
    Engine(#[from] VmError),
    /// The event loop.
    #[error("failed to set up the event loop: {0}")]
    EventLoop(#[from] io::Error),
}

/// A VM with everything around it, on the thread that made it.
pub struct Runtime {
    host: Rc<Host>,
    parking: Parking,
    rules: Rules,
    isolate: bool,
    audit: bool,
    /// The realm that all files share when they are not isolated.
    shared: Option<Rc<Realm>>,
    last_file: u32,
    swaps: Swaps,
}

/// Sets what the engine wants to be told before the first VM of a process. Call it once, before threads exist.
pub fn prepare_process(gc_stress: Option<u32>) {
    configure(EngineOptions { gc_stress });
}

/// Whether `pattern` is the source of a regular expression; makes a VM for the question.
///
/// # Errors
/// What the engine says is wrong with it.
pub fn check_pattern(pattern: &str) -> Result<(), String> {
    let vm = Vm::new().map_err(|error| error.to_string())?;
    vm.create_global().enter(|cx| {
        let checked = cx
            .eval("(source) => void new RegExp(source)", "trun:pattern")
            .and_then(|check| check.expect_object(cx, "the check"))
            .and_then(|check| check.call(cx, &[cx.string(pattern)]));
        checked
            .map(|_| ())
            .map_err(|thrown| thrown.0.to_text(cx).unwrap_or_default())
    })
}

/// In the middle of whatever runs: what somebody below has borrowed is left alone, and the question is asked again.
fn answer_inquiry(stack: &str) {
    let host = host();
    if host.modules.try_borrow_mut().is_err() {
        return;
    }
    let frames = user_frames(stack);
    if let Ok(mut observer) = host.observer.try_borrow_mut() {
        observer.inquired(frames);
    }
}

impl Runtime {
    /// Makes the VM. `observer` hears of everything that happens in the files it runs.
    ///
    /// # Errors
    /// The engine does not fit or the system has no descriptors left.
    pub fn new(
        options: RuntimeOptions,
        addons: Box<dyn AddonHost>,
        observer: Box<dyn Observer>,
    ) -> Result<Self, RuntimeError> {
        let vm = Vm::new()?;
        let parking = Parking::new(&vm);
        if options.owns_process {
            crate::node::adopt_orphans();
        }
        let host = Host::install(HostParts {
            event_loop: EventLoop::new()?,
            modules: ModuleGraph::new(options.lazy_modules),
            builtins: Builtins::default(),
            observer,
            addons,
            preload: options.preload,
            owns_process: options.owns_process,
            root: options.root,
            slot: options.slot,
            addon_timeout: options.addon_teardown.timeout,
            thread: None,
            vm,
        });
        let poster = host.event_loop.mailbox().vm_poster();
        parking.global().enter(|cx| host.addons.attach(cx, poster));
        if options.owns_process {
            host.vm.watchdog().answer_inquiries(answer_inquiry);
        }
        Ok(Self {
            swaps: Swaps::new(&host, options.gc_stress || options.audit, options.addon_teardown),
            shared: None,
            last_file: 0,
            isolate: options.isolate,
            audit: options.audit,
            host,
            parking,
            rules: Rules {
                test: options.default_timeout,
                load: options.load_timeout,
                empty_file_passes: options.pass_with_no_tests,
                retry: options.retry,
                repeat_each: options.repeat_each,
                seed: options.seed,
                collect_only: options.collect_only,
            },
        })
    }

    /// Runs one test file from a fresh realm (or the one all files share) to its end. Returns when the next one can run.
    pub fn run_file(&mut self, request: &FileRequest) {
        self.run_one(request);
        if self.swaps.is_collection_due() {
            self.collect();
        }
    }

    /// Not inlined: what its frames leave on the stack is overwritten before the collection.
    #[inline(never)]
    fn run_one(&mut self, request: &FileRequest) {
        self.last_file = request.number;
        self.host.modules.borrow_mut().begin_realm();
        match self.realm() {
            Ok(realm) => self.run_in(realm, request),
            Err(message) => {
                let problem = problem::plain(
                    ProblemKind::Load,
                    format!("bug in trun: the realm could not be set up: {message}"),
                );
                self.host.observer.borrow_mut().file_error(problem);
            }
        }
        self.forget_entry(request);
    }

    fn realm(&mut self) -> Result<Rc<Realm>, String> {
        if let Some(realm) = &self.shared {
            return Ok(Rc::clone(realm));
        }
        let _span = span(Part::Realm);
        let realm = Realm::open(&self.host, &self.parking, self.audit)?;
        self.parking.global().enter(|_| ());
        realm.global().enter(|cx| self.host.addons.enter_realm(cx));
        if !self.isolate {
            self.shared = Some(Rc::clone(&realm));
        }
        Ok(realm)
    }

    fn run_in(&mut self, realm: Rc<Realm>, request: &FileRequest) {
        Session::new(&self.host, &realm, self.rules).run(request);
        let _span = span(Part::Swap);
        self.host.observer.borrow_mut().activity(Activity::Swapping, None);
        if !self.rules.collect_only {
            self.swaps.tell_leaks(&self.host, &realm, request.number);
        }
        if self.isolate {
            self.swaps.close(&self.host, &self.parking, realm, request.number);
        } else if !self.swaps.pass_on(&self.host, &realm) {
            self.shared = None;
            self.swaps.close(&self.host, &self.parking, realm, request.number);
        }
    }

    /// What was kept of the test file itself goes with its realm; what it imported stays for the next ones.
    fn forget_entry(&self, request: &FileRequest) {
        if let Some(chunk) = self.host.modules.borrow_mut().retire_entry(&request.path) {
            self.host.chunks.borrow_mut().remove(&chunk);
        }
    }

    /// Collects everything that can go, now; realms that turn out to be leaked are told to the observer.
    pub fn collect(&mut self) {
        let _span = span(Part::Collect);
        overwrite_stack();
        self.swaps.collect(&self.host, &self.parking);
    }

    /// No other file follows: judges the realms of the last ones too.
    pub fn settle(&mut self) {
        for _ in 0..SURVIVALS_OF_A_LEAK {
            self.swaps.pass_blank(&self.host, &self.parking);
            self.collect();
        }
    }

    /// How many realms exist, as far as is known: the parking realm, the one all files share if they do, and those that were released and
    /// not collected.
    #[must_use]
    pub fn live_realms(&self) -> usize {
        1 + usize::from(self.shared.is_some()) + self.swaps.released_realms()
    }

    /// Ends the VM. What the last files leaked may be told now.
    pub fn shut_down(mut self) {
        if let Some(realm) = self.shared.take() {
            self.swaps.close(&self.host, &self.parking, realm, self.last_file);
        }
        if self.audit {
            self.settle();
        }
        self.swaps.end_addons(&self.host, &self.parking);
        Host::uninstall();
    }
}
