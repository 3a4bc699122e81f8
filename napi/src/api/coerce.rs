//! Conversions as the language does them. They may run JavaScript.

use trun_vm::engine::ValueKind;

use crate::abi::status::Status;
use crate::abi::types::napi_value;
use crate::entry::{Fail, api};

api! {
    /// `Boolean(value)`
    Js fn napi_coerce_to_bool(call, value: napi_value, result: *mut napi_value) {
        let value = call.value(value)?;
        let result = call.out(result)?;
        call.give(result, call.cx.boolean(value.to_bool(call.cx)))
    }

    /// `Number(value)`, but bigints are refused
    Js fn napi_coerce_to_number(call, value: napi_value, result: *mut napi_value) {
        let value = call.value(value)?;
        let result = call.out(result)?;
        if call.kind(value) == ValueKind::BigInt {
            let error = call.cx.type_error("Cannot convert a BigInt value to a number");
            return Err(Fail::ThrownAs(error, Status::NumberExpected));
        }
        let number = value.to_number(call.cx).map_err(|thrown| Fail::ThrownAs(thrown, Status::NumberExpected))?;
        call.give(result, call.cx.number(number))
    }

    /// `Object(value)`, but `undefined` and `null` are refused.
    Js fn napi_coerce_to_object(call, value: napi_value, result: *mut napi_value) {
        call.value(value)?;
        let result = call.out(result)?;
        let object = call.to_object(value)?;
        call.give(result, object)
    }

    /// `String(value)`, but symbols are refused.
    Js fn napi_coerce_to_string(call, value: napi_value, result: *mut napi_value) {
        let value = call.value(value)?;
        let result = call.out(result)?;
        let string = value.to_js_string(call.cx).map_err(|thrown| Fail::ThrownAs(thrown, Status::StringExpected))?;
        call.give(result, call.cx.js_string(&string))
    }
}
