//! Running text.

use crate::abi::status::Status;
use crate::abi::types::napi_value;
use crate::entry::api;

api! {
    /// Evaluates a string as a script and returns its completion value.
    Js fn napi_run_script(call, script: napi_value, result: *mut napi_value) {
        call.value(script)?;
        let result = call.out(result)?;
        let source = call.string(script, Status::StringExpected)?.to_text(call.cx)?;
        call.give(result, call.cx.eval(&source, "napi_run_script")?)
    }
}
