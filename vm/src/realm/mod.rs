//! Realms that tests run in: only this module creates or drops a global.
//!
//! A VM has one *parking realm*, as old as itself, with nothing but the engine's intrinsics: native addons see it between two files, and
//! what must outlive a file's realm is a function of it. Each test file gets a realm of its own ([`Realm::open`]), which
//! [`swap`] takes down again.

pub mod builtins;
pub mod census;
pub mod collection;
pub mod leaks;
mod module_natives;
mod process_state;
pub mod swap;

use std::rc::Rc;

use crate::engine::{Ctx, Global, JsResult, Object, Persistent, Vm};
use crate::host::Host;

pub use builtins::Builtins;
pub use process_state::{Part, ProcessState, Touched};

/// The parking realm.
pub struct Parking {
    global: Global,
    make_handler: Persistent,
    rejected: Persistent,
}

impl Parking {
    /// Makes it. Once per VM.
    #[must_use]
    pub fn new(vm: &Vm) -> Self {
        let global = vm.create_global();
        let (make_handler, rejected) = global.enter(|cx| {
            let make = cx
                .eval(builtins::MAKE_REJECTION_HANDLER, "trun:parking")
                .ok()
                .and_then(|v| v.as_object(cx));
            let native = builtins::PARKING
                .instantiate(cx)
                .get(cx, "rejected")
                .ok()
                .and_then(|v| v.as_object(cx));
            (
                global.persist(make.unwrap_or_else(|| cx.object()), leaks::RUNTIME),
                global.persist(native.unwrap_or_else(|| cx.object()), leaks::RUNTIME),
            )
        });
        Self {
            global,
            make_handler,
            rejected,
        }
    }

    /// Its global.
    #[must_use]
    pub fn global(&self) -> &Global {
        &self.global
    }

    fn rejection_handler(&self, realm: u32) -> Option<Persistent> {
        self.global.enter(|cx| {
            let make = self.make_handler.open(cx)?;
            let native = self.rejected.open(cx)?;
            let handler = make.call(cx, &[native.into(), cx.number(realm)]).ok()?.as_object(cx)?;
            Some(self.global.persist(handler, leaks::RUNTIME))
        })
    }
}

/// A realm with the runtime in it.
pub struct Realm {
    /// Dropped first: it holds functions of the global.
    entries: Entries,
    global: Global,
}

macro_rules! entries {
    ($($(#[$doc:meta])* $field:ident = $name:literal),* $(,)?) => {
        /// The functions of the bootstrap that native code calls.
        pub struct Entries { $($(#[$doc])* pub $field: Persistent,)* }

        impl Entries {
            fn read<'r>(cx: Ctx<'r>, global: &Global, made: Object<'r>) -> JsResult<'r, Self> {
                Ok(Self { $($field: global.persist(made.get(cx, $name)?.expect_object(cx, $name)?, leaks::RUNTIME),)* })
            }
        }
    };
}

entries! {
    /// Evaluates the test file and collects its tests.
    load = "load",
    /// What that failed with.
    take_load_failure = "takeLoadFailure",
    /// The collected cases.
    cases = "cases",
    /// Fixes what will run.
    start = "start",
    /// The next step.
    next = "next",
    /// Leaves out the cases that have not run.
    leave_out = "leaveOut",
    /// Runs a phase.
    invoke = "invoke",
    /// Gives a phase up.
    abandon = "abandon",
    /// Puts right what a stop by force has left half done; names the test or hook that was stopped if it had ended.
    after_stop = "afterStop",
    /// Forgets waiting `process.nextTick` callbacks; names the test or hook whose code ran last.
    clear_ticks = "clearTicks",
    /// What the file leaves behind in the realm.
    list_leftovers = "listLeftovers",
    /// Makes the realm ready for another file.
    end_file = "endFile",
    /// An error nobody caught.
    uncaught = "uncaught",
    /// A rejection nobody handled.
    unhandled_rejection = "unhandledRejection",
    /// The engine's stack.
    capture_raw = "captureRaw",
    /// The async context that is current.
    async_frame = "asyncFrame",
    /// Makes an async context current.
    enter_frame = "enterFrame",
    /// `Buffer.prototype`.
    buffer_prototype = "bufferPrototype",
    /// `process.nextTick` callbacks.
    run_ticks = "runTicks",
    /// A timer that is due.
    run_timer = "runTimer",
    /// An immediate that is due.
    run_immediate = "runImmediate",
}

impl Realm {
    /// A fresh realm with the runtime's globals, current from now on. `audit`: it notes enough for a thorough leak report.
    ///
    /// # Errors
    /// The text of what the bootstrap threw: a bug of ours.
    pub fn open(host: &Rc<Host>, parking: &Parking, audit: bool) -> Result<Rc<Self>, String> {
        let global = host.vm.create_global();
        let entries = global.enter(|cx| {
            Self::bootstrap(cx, host, &global, audit).map_err(|thrown| {
                let stack = thrown
                    .0
                    .as_object(cx)
                    .and_then(|e| e.get(cx, "stack").ok())
                    .and_then(|s| s.to_text(cx).ok())
                    .unwrap_or_default();
                format!("{}\n{stack}", thrown.0.to_text(cx).unwrap_or_default())
            })
        })?;
        if let Some(handler) = parking.rejection_handler(global.id()) {
            global.on_unhandled_rejection(parking.global(), &handler);
        }
        let realm = Rc::new(Self { entries, global });
        host.set_realm(Some(Rc::clone(&realm)));
        Ok(realm)
    }

    fn bootstrap<'r>(cx: Ctx<'r>, host: &Host, global: &Global, audit: bool) -> JsResult<'r, Entries> {
        let bootstrap = host
            .builtins
            .bootstrap(cx, &host.vm)?
            .expect_object(cx, "the bootstrap")?;
        let source = cx.function("source", builtins::source);
        let tables = cx.function("tables", builtins::tables);
        let made = bootstrap
            .call(
                cx,
                &[
                    source.into(),
                    tables.into(),
                    cx.boolean(audit),
                    cx.boolean(host.thread.is_some()),
                ],
            )?
            .expect_object(cx, "the bootstrap's result")?;
        Entries::read(cx, global, made)
    }

    /// Its global.
    #[must_use]
    pub fn global(&self) -> &Global {
        &self.global
    }

    /// Its entry points.
    #[must_use]
    pub fn entries(&self) -> &Entries {
        &self.entries
    }
}
