//! Conversions as the language does them. They may run JavaScript.

use crate::abi::types::napi_value;
use crate::entry::api;

api! {
    /// `Boolean(value)`
    Js fn napi_coerce_to_bool(call, value: napi_value, result: *mut napi_value) {
        let value = call.value(value)?;
        let result = call.out(result)?;
        call.give(result, call.cx.boolean(value.to_bool(call.cx)))
    }

    /// `Number(value)`
    Js fn napi_coerce_to_number(call, value: napi_value, result: *mut napi_value) {
        let value = call.value(value)?;
        let result = call.out(result)?;
        let number = value.to_number(call.cx)?;
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
        let string = value.to_js_string(call.cx)?;
        call.give(result, call.cx.js_string(&string))
    }
}
