//! Running text.

use crate::abi::status::Status;
use crate::abi::types::napi_value;
use crate::entry::{Fail, api};

api! {
    /// Evaluates a string as a script and returns its completion value.
    Js fn napi_run_script(call, script: napi_value, result: *mut napi_value) {
        call.value(script)?;
        let result = call.out(result)?;
        let source = call.string(script, Status::StringExpected)?.to_text(call.cx)?;
        let value = call.cx.eval(&source, "napi_run_script").map_err(|thrown| {
            // What is no script at all has a status of its own.
            let status = if call.cx.is_script(&source) { Status::PendingException } else { Status::GenericFailure };
            Fail::ThrownAs(thrown, status)
        })?;
        call.give(result, value)
    }
}
