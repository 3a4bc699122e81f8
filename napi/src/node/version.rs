//! What an addon can ask about its host.

use std::ffi::c_void;

use crate::abi::status::Status;
use crate::abi::types::napi_node_version;
use crate::entry::{basic_api, out};

/// As `process.version` has it.
static NODE: napi_node_version = napi_node_version {
    major: 22,
    minor: 15,
    patch: 0,
    release: c"node".as_ptr(),
};

basic_api! {
    /// The version of Node whose behaviour this is.
    fn napi_get_node_version(env, result: *mut *const napi_node_version) {
        let _ = env;
        out(result)?.set(&raw const NODE);
        Ok(())
    }

    /// There is no libuv here, so there is no loop of it to be had.
    fn napi_get_uv_event_loop(env, result: *mut *mut c_void) {
        let _ = env;
        out(result)?;
        Err(Status::GenericFailure)
    }
}

#[cfg(test)]
mod tests {
    use super::NODE;

    #[test]
    fn the_version_is_that_of_process() {
        let text = include_str!("../../../vm/js/internal/process_object.js");
        let said = format!("const NODE_VERSION = '{}.{}.{}';", NODE.major, NODE.minor, NODE.patch);
        assert!(text.contains(&said), "{said}");
    }
}
