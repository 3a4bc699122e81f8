//! The door through which a VM calls whatever hosts native addons. `trun-napi` implements it; the worker plugs it in.
//!
//! Declared here because the VM calls it at fixed points of the realm swap and must not depend on Node-API. All calls come
//! from the JS thread.

use std::ffi::c_void;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use crate::engine::{Ctx, ErrorClass, JsResult, Object, Value};
use crate::event_loop::Poster;

/// Where the envs of a finished file stand after a teardown poll.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TeardownState {
    /// Everything native that the file started has ended.
    Done,
    /// Cleanup hooks, async work or threadsafe functions are still open.
    Pending,
}

/// When the envs of a file end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TeardownMode {
    /// With their file.
    #[default]
    File,
    /// With the worker: until then they belong to the file that runs.
    Run,
}

/// How envs end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Teardown {
    /// When.
    pub mode: TeardownMode,
    /// What one may take.
    pub timeout: Duration,
}

/// Native code that a finished file has left running, whether or not it could be ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddonLeak {
    /// Path of the addon.
    pub addon: String,
    /// What was left, ready to print: "1 threadsafe function and 1 async work".
    pub left: String,
}

/// Makes hosts of native addons, on whatever thread has a VM for one.
pub type MakeAddonHost = Arc<dyn Fn() -> Box<dyn AddonHost> + Send + Sync>;

/// Hosts native addons for one VM.
pub trait AddonHost {
    /// Makes the hosts of the VMs of worker threads, one each.
    fn for_threads(&self) -> MakeAddonHost {
        Arc::new(|| Box::new(NoAddons))
    }

    /// The VM is there; `parking` is its parking realm, which lives as long, and `poster` reaches its thread from any other. Called once,
    /// before anything else.
    fn attach(&self, parking: Ctx<'_>, poster: Poster);

    /// Loads the shared library at `path` into the current realm and lets it fill `module.exports`. `flags` are `dlopen`'s.
    ///
    /// # Errors
    /// Throws a JavaScript error that names the file and the reason, or what the addon threw.
    fn load<'r>(&self, cx: Ctx<'r>, module: Object<'r>, path: &Path, flags: i32) -> JsResult<'r, ()>;

    /// Runs native code that was not loaded as an addon and yet speaks Node-API: a function of FFI with `napi_env` or `napi_value` among its
    /// types. `run` is called once with an env of the current realm for `library`, which is made at its first use and ends as those of addons do.
    ///
    /// # Errors
    /// What the code let wait as an exception, or that there are no envs.
    fn run_native<'r>(&self, cx: Ctx<'r>, library: &Path, run: &mut dyn FnMut(*mut c_void)) -> JsResult<'r, ()>;

    /// The current realm is about to go: every env leaves it for the parking realm `parking`.
    fn leave_realm(&self, parking: Ctx<'_>);

    /// Starts ending the envs of the finished file, in Node's order.
    fn begin_teardown(&self, parking: Ctx<'_>);

    /// Runs what is due of a teardown that was begun.
    fn poll_teardown(&self, parking: Ctx<'_>) -> TeardownState;

    /// The time of the teardown is over, `waited` long: what is stuck stays parked and valid, everything else ends now.
    fn give_up(&self, parking: Ctx<'_>, waited: Duration);

    /// What the finished file had left running, in time ended or not. Asked once after each teardown.
    fn leaks(&self) -> Vec<AddonLeak>;

    /// A new realm is current; envs that survived the swap belong to it from now on.
    fn enter_realm(&self, cx: Ctx<'_>);

    /// Whether native code has something under way that a thread with nothing else to do waits for.
    fn keeps_alive(&self) -> bool {
        false
    }

    /// Whether [`AddonHost::drain_finalizers`] has something to do. Cheap: asked at every turn of the event loop.
    fn has_finalizers(&self) -> bool;

    /// Runs finalizers of what the collector has taken.
    ///
    /// # Errors
    /// What one of them threw; the others wait for the next call.
    fn drain_finalizers<'r>(&self, cx: Ctx<'r>) -> JsResult<'r, ()>;

    /// Whether a value is one of the opaque objects by which addons pass pointers around.
    fn is_external<'r>(&self, cx: Ctx<'r>, value: Value<'r>) -> bool;

    /// What native code is running right now, for messages: "addon X (finalizer)".
    fn describe_running(&self) -> Option<String>;
}

/// Where no addons can be loaded.
pub struct NoAddons;

impl AddonHost for NoAddons {
    fn attach(&self, _parking: Ctx<'_>, _poster: Poster) {}

    fn load<'r>(&self, cx: Ctx<'r>, _module: Object<'r>, path: &Path, _flags: i32) -> JsResult<'r, ()> {
        let message = format!("{}: native addons cannot be loaded here", path.display());
        Err(cx.coded_error(ErrorClass::Error, "ERR_DLOPEN_FAILED", &message))
    }

    fn run_native<'r>(&self, cx: Ctx<'r>, library: &Path, _run: &mut dyn FnMut(*mut c_void)) -> JsResult<'r, ()> {
        let message = format!("{}: Node-API cannot be used here", library.display());
        Err(cx.coded_error(ErrorClass::Error, "ERR_DLOPEN_FAILED", &message))
    }

    fn leave_realm(&self, _parking: Ctx<'_>) {}

    fn begin_teardown(&self, _parking: Ctx<'_>) {}

    fn poll_teardown(&self, _parking: Ctx<'_>) -> TeardownState {
        TeardownState::Done
    }

    fn give_up(&self, _parking: Ctx<'_>, _waited: Duration) {}

    fn leaks(&self) -> Vec<AddonLeak> {
        Vec::new()
    }

    fn enter_realm(&self, _cx: Ctx<'_>) {}

    fn has_finalizers(&self) -> bool {
        false
    }

    fn drain_finalizers<'r>(&self, _cx: Ctx<'r>) -> JsResult<'r, ()> {
        Ok(())
    }

    fn is_external<'r>(&self, _cx: Ctx<'r>, _value: Value<'r>) -> bool {
        false
    }

    fn describe_running(&self) -> Option<String> {
        None
    }
}
