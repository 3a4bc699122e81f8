//! Shared array buffers.

use std::ffi::c_void;

use trun_vm::engine::{JsResult, Value};
use trun_vm::messaging;

use crate::abi::status::Status;
use crate::abi::types::napi_value;
use crate::entry::{Call, api, optional_out};
use crate::kit::Tool;

/// `node_api_noenv_finalize`: may run on any thread.
type FinalizeWithoutEnv = unsafe extern "C" fn(data: *mut c_void, hint: *mut c_void);

/// Whether it is a `SharedArrayBuffer`, of whatever realm.
pub(crate) fn is_shared<'r>(call: Call<'r>, value: Value<'r>) -> JsResult<'r, bool> {
    if messaging::is_shared(call.cx, value) {
        return Ok(true);
    }
    // Shared WebAssembly memory has the engine's own.
    Ok(call
        .instance()
        .tool(call.cx, Tool::IsShared, &[value])?
        .to_bool(call.cx))
}

api! {
    /// Whether it is a `SharedArrayBuffer`.
    Plain fn node_api_is_sharedarraybuffer(call, value: napi_value, result: *mut bool) {
        let value = call.value(value)?;
        let result = call.out(result)?;
        result.set(is_shared(call, value)?);
        Ok(())
    }

    /// A shared buffer over the addon's memory: the engine has none. The answer is the one that the interface has for runtimes without
    /// buffers over foreign memory, upon which addons copy; the finalizer is not theirs to expect then.
    Plain fn node_api_create_external_sharedarraybuffer(
        call, data: *mut c_void, length: usize, callback: Option<FinalizeWithoutEnv>, hint: *mut c_void,
        result: *mut napi_value,
    ) {
        let _ = (data, length, callback, hint);
        call.out(result)?;
        Err(Status::NoExternalBuffersAllowed.into())
    }

    /// A zeroed shared buffer.
    Js fn node_api_create_sharedarraybuffer(call, length: usize, data: *mut *mut c_void, result: *mut napi_value) {
        let result = call.out(result)?;
        let constructor = call.cx.global().get(call.cx, "SharedArrayBuffer")?;
        let constructor = constructor.expect_object(call.cx, "SharedArrayBuffer")?;
        let buffer = constructor.construct(call.cx, &[call.cx.number_from_u64(length as u64)])?;
        if let Some(data) = optional_out(data) {
            // Shared buffers cannot be detached, so pinning one takes nothing from it.
            data.set(buffer.pin_array_buffer(call.cx)?.start);
        }
        call.give(result, buffer)
    }
}
