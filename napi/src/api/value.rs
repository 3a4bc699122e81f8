//! Singletons, `typeof`, `===`.

use trun_vm::engine::ValueKind;

use crate::abi::status::Status;
use crate::abi::types::{ValueType, napi_value};
use crate::entry::{api, require};

api! {
    /// `undefined`
    Plain fn napi_get_undefined(call, result: *mut napi_value) {
        let result = call.out(result)?;
        call.give(result, call.cx.undefined())
    }

    /// `null`
    Plain fn napi_get_null(call, result: *mut napi_value) {
        let result = call.out(result)?;
        call.give(result, call.cx.null())
    }

    /// The global object of the env's realm.
    Plain fn napi_get_global(call, result: *mut napi_value) {
        let result = call.out(result)?;
        call.give(result, call.cx.global())
    }

    /// A boolean.
    Plain fn napi_get_boolean(call, value: bool, result: *mut napi_value) {
        let result = call.out(result)?;
        call.give(result, call.cx.boolean(value))
    }

    /// The boolean of a value.
    Plain fn napi_get_value_bool(call, value: napi_value, result: *mut bool) {
        let value = call.value(value)?;
        let result = call.out(result)?;
        result.set(value.to_raw().boolean().ok_or(Status::BooleanExpected)?);
        Ok(())
    }

    /// `typeof`, with null and externals told apart.
    Plain fn napi_typeof(call, value: napi_value, result: *mut ValueType) {
        let value = call.value(value)?;
        let result = call.out(result)?;
        result.set(match call.kind(value) {
            ValueKind::Undefined => ValueType::Undefined,
            ValueKind::Null => ValueType::Null,
            ValueKind::Boolean => ValueType::Boolean,
            ValueKind::Number => ValueType::Number,
            ValueKind::String => ValueType::String,
            ValueKind::Symbol => ValueType::Symbol,
            ValueKind::BigInt => ValueType::Bigint,
            ValueKind::Object if call.instance().external().get(call.cx, value).is_some() => ValueType::External,
            ValueKind::Object if value.as_object(call.cx).is_some_and(|object| object.is_function(call.cx)) => {
                ValueType::Function
            }
            ValueKind::Object => ValueType::Object,
        });
        Ok(())
    }

    /// `===`
    Js fn napi_strict_equals(call, lhs: napi_value, rhs: napi_value, result: *mut bool) {
        let (lhs, rhs) = (call.value(lhs)?, call.value(rhs)?);
        let result = call.out(result)?;
        result.set(lhs.is_same(call.cx, rhs));
        Ok(())
    }

    /// `instanceof`
    Js fn napi_instanceof(call, object: napi_value, constructor: napi_value, result: *mut bool) {
        let value = call.value(object)?;
        let result = call.out(result)?;
        result.set(false);
        let constructor = call.to_object(constructor)?;
        if !constructor.is_function(call.cx) {
            let error = super::error::coded(call, "TypeError", "ERR_NAPI_CONS_FUNCTION", "Constructor must be a function");
            return Err(crate::entry::Fail::ThrownAs(error, Status::FunctionExpected));
        }
        result.set(value.is_instance_of(call.cx, constructor)?);
        Ok(())
    }

    /// Whether it is an array.
    Plain fn napi_is_array(call, value: napi_value, result: *mut bool) {
        let value = call.value(value)?;
        let result = call.out(result)?;
        result.set(value.is_array(call.cx));
        Ok(())
    }

    /// Whether it is an error, of whatever realm.
    Plain fn napi_is_error(call, value: napi_value, result: *mut bool) {
        let value = call.value(value)?;
        let result = call.out(result)?;
        let answer = call.instance().tool(call.cx, crate::kit::Tool::IsError, &[value])?;
        result.set(answer.to_bool(call.cx));
        Ok(())
    }

    /// The prototype of an object.
    Plain fn napi_get_prototype(call, object: napi_value, result: *mut napi_value) {
        require(!object.is_none(), Status::InvalidArg)?;
        let result = call.out(result)?;
        let object = call.to_object(object)?;
        call.give(result, object.prototype(call.cx))
    }
}
