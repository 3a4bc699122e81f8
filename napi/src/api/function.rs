//! Functions of addons, and calls from addons.

use std::ffi::{c_char, c_void};

use trun_vm::engine::native::RawValue;
use trun_vm::engine::{JsResult, Object, Value};

use super::text::utf8;
use crate::abi::status::Status;
use crate::abi::types::{napi_callback, napi_callback_info, napi_value};
use crate::callback::{NativeFunction, make_function};
use crate::entry::{Call, api, input, optional_out, require};
use crate::kit::Tool;

/// `function.call(this, …args)`
pub(crate) fn call_function<'r>(
    call: Call<'r>,
    this: Value<'r>,
    function: Object<'r>,
    args: &[RawValue],
) -> JsResult<'r> {
    if let Some(this) = this.as_object(call.cx) {
        // SAFETY: the addon's values are handles or arguments, kept for longer than this call.
        return unsafe { function.call_with_raw(call.cx, this, args) };
    }
    // The engine's own call takes objects only.
    let tool = call.instance().tool_function(call.cx, Tool::Call)?;
    let mut all = Vec::with_capacity(args.len() + 2);
    all.extend([function.to_raw(), this.to_raw()]);
    all.extend_from_slice(args);
    // SAFETY: as above; function and `this` are on this stack.
    unsafe { tool.call_with_raw(call.cx, tool, &all) }
}

api! {
    /// A JavaScript function that calls the addon's.
    Js fn napi_create_function(
        call, text: *const c_char, length: usize, callback: Option<napi_callback>, data: *mut c_void,
        result: *mut napi_value,
    ) {
        let result = call.out(result)?;
        let callback = callback.ok_or(Status::InvalidArg)?;
        let name = if text.is_null() { call.cx.string("") } else { utf8(call, text, length)? };
        let function = make_function(call.cx, name, NativeFunction { env: call.env, callback, data })?;
        call.give(result, function)
    }

    /// What the function was called with.
    Plain fn napi_get_cb_info(
        call, info: napi_callback_info, argc: *mut usize, argv: *mut napi_value, this: *mut napi_value,
        data: *mut *mut c_void,
    ) {
        let info = input(info)?;
        if let Some(argc) = optional_out(argc) {
            if !argv.is_null() {
                // SAFETY: `argc` says how many values there is room for at `argv`; both were checked for null.
                let room = unsafe { std::slice::from_raw_parts_mut(argv, *input(argc.pointer())?) };
                // SAFETY: the engine's own arguments, for the length of the call.
                let args = unsafe { std::slice::from_raw_parts(info.args, info.count) };
                let undefined = call.cx.undefined().to_raw();
                for (index, place) in room.iter_mut().enumerate() {
                    *place = args.get(index).copied().unwrap_or(undefined);
                }
            }
            argc.set(info.count);
        }
        if let Some(this) = optional_out(this) {
            this.set(info.this);
        }
        if let Some(data) = optional_out(data) {
            data.set(info.data);
        }
        Ok(())
    }

    /// `new.target`, null for a plain call.
    Plain fn napi_get_new_target(call, info: napi_callback_info, result: *mut napi_value) {
        let info = input(info)?;
        let result = call.out(result)?;
        result.set(if info.new_target.is_undefined() { RawValue::NONE } else { info.new_target });
        Ok(())
    }

    /// `function.call(this, …args)`
    Js fn napi_call_function(
        call, this: napi_value, function: napi_value, argc: usize, argv: *const napi_value, result: *mut napi_value,
    ) {
        let this = call.value(this)?;
        let args = call.list(argc, argv)?;
        let function = call.function(function, Status::InvalidArg)?;
        let returned = call_function(call, this, function, args)?;
        match optional_out(result) {
            Some(result) => call.give(result, returned),
            None => Ok(()),
        }
    }

    /// `new constructor(…args)`
    Js fn napi_new_instance(
        call, constructor: napi_value, argc: usize, argv: *const napi_value, result: *mut napi_value,
    ) {
        require(!constructor.is_none(), Status::InvalidArg)?;
        let args = call.list(argc, argv)?;
        let result = call.out(result)?;
        let constructor = call.function(constructor, Status::InvalidArg)?;
        // SAFETY: the addon's values are handles or arguments, kept for longer than this call.
        let made = unsafe { constructor.construct_with_raw(call.cx, args)? };
        call.give(result, made)
    }
}
