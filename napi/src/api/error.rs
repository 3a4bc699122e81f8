//! Errors, and exceptions on their way.

use std::ffi::c_char;

use trun_vm::engine::{Ctx, ErrorClass, Thrown, Value};

use super::text::lossy;
use crate::abi::status::Status;
use crate::abi::types::{napi_extended_error_info, napi_value};
use crate::entry::{Call, Out, Outcome, api, require};
use crate::env::Env;

/// An error with a code, as the interface throws them itself.
pub(crate) fn coded<'r>(call: Call<'r>, class: &str, code: &str, message: &str) -> Thrown<'r> {
    let class = if class == "TypeError" {
        ErrorClass::TypeError
    } else {
        ErrorClass::RangeError
    };
    call.cx.coded_error(class, code, message)
}

fn with_code<'r>(cx: Ctx<'r>, error: Thrown<'r>, code: Value<'r>) -> Outcome<'r, Value<'r>> {
    if let Some(object) = error.0.as_object(cx) {
        object.set(cx, "code", code)?;
    }
    Ok(error.0)
}

/// An error of a class with a message and maybe a code that the addon passed as values.
fn create<'r>(
    call: Call<'r>,
    class: ErrorClass,
    code: napi_value,
    message: napi_value,
    result: *mut napi_value,
) -> Outcome<'r> {
    call.value(message)?;
    let result: Out<napi_value> = call.out(result)?;
    let message = call.string(message, Status::StringExpected)?;
    let code = if code.is_none() {
        None
    } else {
        Some(call.string(code, Status::StringExpected)?)
    };
    let text = message.to_text(call.cx)?;
    let error = call.cx.error(class, &text);
    let value = match code {
        Some(code) => with_code(call.cx, error, code)?,
        None => error.0,
    };
    call.give(result, value)
}

/// Lets an error of a class wait.
fn throw<'r>(call: Call<'r>, class: ErrorClass, code: *const c_char, message: *const c_char) -> Outcome<'r> {
    require(!message.is_null(), Status::InvalidArg)?;
    let error = call.cx.error(class, &lossy(message));
    let value = if code.is_null() {
        error.0
    } else {
        with_code(call.cx, error, call.cx.string(&lossy(code)))?
    };
    call.env.set_exception(value.to_raw());
    Ok(())
}

api! {
    /// Lets a value wait to be thrown.
    Throw fn napi_throw(call, error: napi_value) {
        let value = call.value(error)?;
        call.env.set_exception(value.to_raw());
        Ok(())
    }

    /// Lets an `Error` wait.
    Throw fn napi_throw_error(call, code: *const c_char, message: *const c_char) {
        throw(call, ErrorClass::Error, code, message)
    }

    /// Lets a `TypeError` wait.
    Throw fn napi_throw_type_error(call, code: *const c_char, message: *const c_char) {
        throw(call, ErrorClass::TypeError, code, message)
    }

    /// Lets a `RangeError` wait.
    Throw fn napi_throw_range_error(call, code: *const c_char, message: *const c_char) {
        throw(call, ErrorClass::RangeError, code, message)
    }

    /// Lets a `SyntaxError` wait.
    Throw fn node_api_throw_syntax_error(call, code: *const c_char, message: *const c_char) {
        throw(call, ErrorClass::SyntaxError, code, message)
    }

    /// An `Error`.
    Plain fn napi_create_error(call, code: napi_value, message: napi_value, result: *mut napi_value) {
        create(call, ErrorClass::Error, code, message, result)
    }

    /// A `TypeError`.
    Plain fn napi_create_type_error(call, code: napi_value, message: napi_value, result: *mut napi_value) {
        create(call, ErrorClass::TypeError, code, message, result)
    }

    /// A `RangeError`.
    Plain fn napi_create_range_error(call, code: napi_value, message: napi_value, result: *mut napi_value) {
        create(call, ErrorClass::RangeError, code, message, result)
    }

    /// A `SyntaxError`.
    Plain fn node_api_create_syntax_error(call, code: napi_value, message: napi_value, result: *mut napi_value) {
        create(call, ErrorClass::SyntaxError, code, message, result)
    }

    /// Whether an exception waits.
    Plain fn napi_is_exception_pending(call, result: *mut bool) {
        let result = call.out(result)?;
        result.set(call.env.has_exception());
        Ok(())
    }

    /// Takes the exception that waits; `undefined` if there is none.
    Plain fn napi_get_and_clear_last_exception(call, result: *mut napi_value) {
        let result = call.out(result)?;
        match call.env.take_exception() {
            // SAFETY: it was in a root slot until just now.
            Some(raw) => call.give(result, unsafe { raw.value(call.cx) }),
            None => call.give(result, call.cx.undefined()),
        }
    }
}

/// What the last call returned, with its text. Does not count as a call itself, and answers for dead envs too.
///
/// # Safety
/// Pointers are as the header demands.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn napi_get_last_error_info(
    env: crate::abi::types::napi_env,
    result: *mut *const napi_extended_error_info,
) -> Status {
    // SAFETY: addons pass what they were given, or null.
    let env = match unsafe { Env::from_ptr(env) } {
        Ok(env) => env,
        Err(status) => return status,
    };
    match crate::entry::out(result) {
        Ok(result) => {
            result.set(env.last_error());
            Status::Ok
        }
        Err(status) => env.set_last_error(status),
    }
}
