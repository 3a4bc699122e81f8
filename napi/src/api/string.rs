//! Making strings.

use std::ffi::{c_char, c_void};

use trun_vm::engine::Value;

use super::text::{units, utf8};
use crate::abi::types::{napi_finalize, napi_value};
use crate::entry::{Call, Outcome, api, optional_out};
use crate::finalizer::Finalizer;

fn latin1<'r>(call: Call<'r>, text: *const c_char, length: usize) -> Outcome<'r, Value<'r>> {
    let bytes = units(text.cast::<u8>(), length)?;
    if let Ok(ascii) = std::str::from_utf8(bytes)
        && ascii.is_ascii()
    {
        return Ok(call.cx.string(ascii));
    }
    let wide: Vec<u16> = bytes.iter().map(|byte| u16::from(*byte)).collect();
    Ok(call.cx.string_utf16(&wide))
}

fn utf16<'r>(call: Call<'r>, text: *const u16, length: usize) -> Outcome<'r, Value<'r>> {
    Ok(call.cx.string_utf16(units(text, length)?))
}

/// The engine cannot hold an addon's text, so it was copied and the addon is done with it.
fn copied(call: Call<'_>, data: *mut c_void, callback: Option<napi_finalize>, hint: *mut c_void, copied: *mut bool) {
    if let Some(copied) = optional_out(copied) {
        copied.set(true);
    }
    // What it throws waits for the addon to return, as it does in Node.
    let _ = Finalizer { callback, data, hint }
        .run(call.cx, call.env)
        .inspect_err(|thrown| call.env.set_exception(thrown.0.to_raw()));
}

api! {
    /// A string of ISO-8859-1.
    Plain fn napi_create_string_latin1(call, text: *const c_char, length: usize, result: *mut napi_value) {
        let value = latin1(call, text, length);
        let result = call.out(result)?;
        call.give(result, value?)
    }

    /// A string of UTF-8.
    Plain fn napi_create_string_utf8(call, text: *const c_char, length: usize, result: *mut napi_value) {
        let value = utf8(call, text, length);
        let result = call.out(result)?;
        call.give(result, value?)
    }

    /// A string of UTF-16.
    Plain fn napi_create_string_utf16(call, text: *const u16, length: usize, result: *mut napi_value) {
        let value = utf16(call, text, length);
        let result = call.out(result)?;
        call.give(result, value?)
    }

    /// A string of ISO-8859-1 that the addon offers to share. It is copied.
    Plain fn node_api_create_external_string_latin1(
        call, text: *mut c_char, length: usize, finalize: Option<napi_finalize>, hint: *mut c_void,
        result: *mut napi_value, was_copied: *mut bool,
    ) {
        let value = latin1(call, text, length)?;
        let result = call.out(result)?;
        call.give(result, value)?;
        copied(call, text.cast(), finalize, hint, was_copied);
        Ok(())
    }

    /// A string of UTF-16 that the addon offers to share. It is copied.
    Plain fn node_api_create_external_string_utf16(
        call, text: *mut u16, length: usize, finalize: Option<napi_finalize>, hint: *mut c_void,
        result: *mut napi_value, was_copied: *mut bool,
    ) {
        let value = utf16(call, text, length)?;
        let result = call.out(result)?;
        call.give(result, value)?;
        copied(call, text.cast(), finalize, hint, was_copied);
        Ok(())
    }

    /// A string to be used as a property's name.
    Plain fn node_api_create_property_key_latin1(call, text: *const c_char, length: usize, result: *mut napi_value) {
        let value = latin1(call, text, length)?;
        let result = call.out(result)?;
        call.give(result, value)
    }

    /// A string to be used as a property's name.
    Plain fn node_api_create_property_key_utf8(call, text: *const c_char, length: usize, result: *mut napi_value) {
        let value = utf8(call, text, length)?;
        let result = call.out(result)?;
        call.give(result, value)
    }

    /// A string to be used as a property's name.
    Plain fn node_api_create_property_key_utf16(call, text: *const u16, length: usize, result: *mut napi_value) {
        let value = utf16(call, text, length)?;
        let result = call.out(result)?;
        call.give(result, value)
    }
}
