//! The host of a build without Node-API.

use std::path::Path;
use std::time::Duration;

use trun_vm::addons::{AddonHost, AddonLeak, TeardownState};
use trun_vm::engine::{Ctx, ErrorClass, JsResult, Value};

/// Refuses every addon and has nothing to take down.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoAddons;

impl AddonHost for NoAddons {
    fn load<'r>(&self, cx: Ctx<'r>, path: &Path) -> JsResult<'r, Value<'r>> {
        let message = format!("{}: native addons are not supported yet by trun", path.display());
        Err(cx.coded_error(ErrorClass::Error, "ERR_DLOPEN_FAILED", &message))
    }

    fn leave_realm(&self, _parking: Ctx<'_>) {}

    fn begin_teardown(&self, _parking: Ctx<'_>) {}

    fn poll_teardown(&self, _parking: Ctx<'_>) -> TeardownState {
        TeardownState::Done
    }

    fn leaks(&self, _waited: Duration) -> Vec<AddonLeak> {
        Vec::new()
    }

    fn enter_realm(&self, _cx: Ctx<'_>) {}

    fn drain_finalizers(&self, _cx: Ctx<'_>) {}

    fn shut_down(&self, _parking: Ctx<'_>) {}

    fn describe_running(&self) -> Option<String> {
        None
    }
}
