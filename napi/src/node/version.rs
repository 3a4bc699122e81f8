//! What an addon can ask about its host.

use crate::abi::status::Status;
use crate::abi::types::napi_node_version;
use crate::entry::{basic_api, out};
use crate::uv::uv_loop_t;

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

    /// libuv's loop of the VM. Where the system has no libuv, an exception says so.
    fn napi_get_uv_event_loop(env, result: *mut *mut uv_loop_t) {
        let result = out(result)?;
        let event_loop = env.instance().uv_loop().map_err(|why| {
            env.instance().blame_running(|env| format!("{}: {why}", env.path().display()));
            Status::GenericFailure
        })?;
        result.set(event_loop);
        Ok(())
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
