//! What native functions reach of the VM they run in.
//!
//! One per JS thread, found through [`host`]. Owns no run state of a test: sessions do. Everything here is used on the JS thread.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::path::PathBuf;
use std::rc::Rc;
use std::time::{Duration, Instant};

use crate::addons::AddonHost;
use crate::engine::{Ctx, ErrorClass, JsResult, Object, Persistent, Script, Value, Vm};
use crate::event_loop::EventLoop;
use crate::handles::Handles;
use crate::harness::observer::Observer;
use crate::harness::phases::Phases;
use crate::modules::graph::ModuleGraph;
use crate::realm::{Builtins, Realm, Touched};
use crate::workers::{Family, Membership};

/// Flags that JavaScript and native code share as plain bytes, to save calls on hot paths.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SharedFlag {
    /// `process.nextTick` callbacks wait.
    Ticks = 0,
}

/// Keeper of the callbacks of operations.
pub const OPERATION: &str = "an operation in flight";

/// Number of [`SharedFlag`]s.
const FLAGS: usize = 8;

/// The native side of one VM.
pub struct Host {
    /// Timers, completions, waiting.
    pub event_loop: EventLoop,
    /// Transpiled and linked modules, shared by all realms.
    pub modules: RefCell<ModuleGraph>,
    /// The runtime's own JavaScript.
    pub builtins: Builtins,
    /// Scripts of chunks, by number.
    pub chunks: RefCell<HashMap<u32, Rc<Script>>>,
    /// Where results and output go.
    pub observer: RefCell<Box<dyn Observer>>,
    /// The phase that runs and what has settled.
    pub phases: Phases,
    /// Errors of the running file that belong to none of its tests, counted.
    pub stray_errors: Cell<u32>,
    /// Native addons.
    pub addons: Box<dyn AddonHost>,
    /// What the running file has open.
    pub handles: Handles,
    /// What the running file has changed of the process.
    pub touched: Touched,
    /// What every realm evaluates before its test file, as imports would name it.
    pub preload: Vec<String>,
    /// The directory the run was started in.
    pub root: PathBuf,
    /// This process runs test files and nothing else.
    pub owns_process: bool,
    /// 1-based worker slot.
    pub slot: u32,
    /// When this VM started; `performance.timeOrigin`.
    pub started: Instant,
    /// The worker thread that this VM is of; `None` on the main thread.
    pub thread: Option<Rc<Membership>>,
    /// What native addons may take to end, at the end of their realm or thread.
    pub addon_timeout: Duration,
    /// Worker threads that JavaScript of this VM has started.
    pub workers: Family,
    /// How many operations have begun and not told their callback.
    pub operations: Cell<u32>,
    flags: &'static [Cell<u8>],
    realm: RefCell<Option<Rc<Realm>>>,
    /// Last: everything above ends before it.
    pub vm: Vm,
}

thread_local! {
    static HOST: RefCell<Option<Rc<Host>>> = const { RefCell::new(None) };
}

/// The host of this thread's VM.
///
/// # Panics
/// On a thread without one, where no native function can run.
#[must_use]
pub fn host() -> Rc<Host> {
    current_host().expect("native functions run on a thread with a VM")
}

/// The host of this thread's VM, unless it has ended or the thread itself is ending.
#[must_use]
pub fn current_host() -> Option<Rc<Host>> {
    HOST.try_with(|host| host.try_borrow().ok().and_then(|host| host.as_ref().map(Rc::clone)))
        .ok()
        .flatten()
}

impl Host {
    /// Makes it the host of this thread.
    #[must_use]
    pub fn install(parts: HostParts) -> Rc<Self> {
        let host = Rc::new(Self {
            event_loop: parts.event_loop,
            modules: RefCell::new(parts.modules),
            builtins: parts.builtins,
            chunks: RefCell::default(),
            observer: RefCell::new(parts.observer),
            phases: Phases::default(),
            stray_errors: Cell::new(0),
            addons: parts.addons,
            handles: Handles::default(),
            touched: Touched::default(),
            preload: parts.preload,
            root: parts.root,
            owns_process: parts.owns_process,
            slot: parts.slot,
            started: Instant::now(),
            thread: parts.thread,
            addon_timeout: parts.addon_timeout,
            workers: Family::default(),
            operations: Cell::new(0),
            flags: Box::leak(Box::new([const { Cell::new(0) }; FLAGS])),
            realm: RefCell::default(),
            vm: parts.vm,
        });
        HOST.set(Some(Rc::clone(&host)));
        host
    }

    /// Ends it: native functions find no host from here on.
    pub fn uninstall() {
        HOST.set(None);
    }

    /// Makes `realm` the one that completions and timers enter.
    pub fn set_realm(&self, realm: Option<Rc<Realm>>) {
        self.realm.replace(realm);
    }

    /// The current realm.
    ///
    /// # Panics
    /// Between two files, when nothing may ask.
    #[must_use]
    pub fn realm(&self) -> Rc<Realm> {
        self.open_realm().expect("a realm is open while JavaScript runs")
    }

    /// The current realm, if there is one.
    #[must_use]
    pub fn open_realm(&self) -> Option<Rc<Realm>> {
        self.realm.borrow().as_ref().map(Rc::clone)
    }

    /// Keeps `object` until the realm's end. `keeper` says who does, should it still be kept then.
    #[must_use]
    pub fn persist(&self, object: Object<'_>, keeper: &'static str) -> Persistent {
        self.realm().global().persist(object, keeper)
    }

    /// The memory of the shared flags.
    #[must_use]
    pub fn flags(&self) -> &'static [Cell<u8>] {
        self.flags
    }

    /// Whether a flag is set.
    #[must_use]
    pub fn flag(&self, flag: SharedFlag) -> bool {
        self.flags[flag as usize].get() != 0
    }

    /// Runs `work` on a thread of the pool; then, in a turn of its own, `finish` makes the value and `callback(error, value)` is called.
    /// Dropped unfinished at the realm's end (work that has started runs on, its result is dropped).
    pub fn run_blocking<T: Send + 'static>(
        self: &Rc<Self>,
        callback: Object<'_>,
        work: impl FnOnce() -> T + Send + 'static,
        finish: impl for<'r> FnOnce(Ctx<'r>, T) -> JsResult<'r> + 'static,
    ) {
        let callback = self.persist(callback, OPERATION);
        self.spawn_then(
            callback,
            async move { tokio::task::spawn_blocking(work).await },
            |cx, joined| match joined {
                Ok(result) => finish(cx, result),
                Err(panic) => Err(cx.error(
                    ErrorClass::Error,
                    &format!("bug in trun: a background operation failed: {panic}"),
                )),
            },
        );
    }

    /// Runs `operation` on the event loop; then, in a turn of its own, `finish` makes the value and `callback(error, value)` is called.
    pub fn run_async<T: 'static>(
        self: &Rc<Self>,
        callback: Object<'_>,
        operation: impl Future<Output = T> + 'static,
        finish: impl for<'r> FnOnce(Ctx<'r>, T) -> JsResult<'r> + 'static,
    ) {
        let callback = self.persist(callback, OPERATION);
        self.spawn_then(callback, operation, finish);
    }

    fn spawn_then<T: 'static>(
        self: &Rc<Self>,
        callback: Persistent,
        operation: impl Future<Output = T> + 'static,
        finish: impl for<'r> FnOnce(Ctx<'r>, T) -> JsResult<'r> + 'static,
    ) {
        // Weak, or an operation that never ends would keep the host alive through the loop it owns.
        let host = Rc::downgrade(self);
        self.operations.set(self.operations.get() + 1);
        self.event_loop.spawn(async move {
            let result = operation.await;
            if let Some(host) = host.upgrade() {
                host.operations.set(host.operations.get().saturating_sub(1));
                host.event_loop
                    .complete(Box::new(move |cx| answer(cx, &callback, finish(cx, result))));
            }
        });
    }
}

/// Calls `callback(error)` or `callback(null, value)`.
fn answer<'r>(cx: Ctx<'r>, callback: &Persistent, result: JsResult<'r>) -> JsResult<'r, ()> {
    let Some(callback) = callback.open(cx) else {
        return Ok(());
    };
    let args: [Value<'r>; 2] = match result {
        Ok(value) => [cx.null(), value],
        Err(thrown) => [thrown.0, cx.undefined()],
    };
    callback.call(cx, &args).map(|_| ())
}

/// What a host is made of.
pub struct HostParts {
    /// The loop of this thread.
    pub event_loop: EventLoop,
    /// The module graph of this process.
    pub modules: ModuleGraph,
    /// The runtime's own JavaScript.
    pub builtins: Builtins,
    /// Where results go.
    pub observer: Box<dyn Observer>,
    /// Native addons.
    pub addons: Box<dyn AddonHost>,
    /// Modules to preload.
    pub preload: Vec<String>,
    /// The run's directory.
    pub root: PathBuf,
    /// Worker slot.
    pub slot: u32,
    /// See [`Host`].
    pub owns_process: bool,
    /// See [`Host`].
    pub addon_timeout: Duration,
    /// See [`Host`].
    pub thread: Option<Rc<Membership>>,
    /// The VM.
    pub vm: Vm,
}
