//! Node's `Buffer`: a `Uint8Array` with another prototype.

use std::ffi::c_void;

use trun_vm::engine::{BackingBytes, Object, ViewKind};

use crate::abi::status::Status;
use crate::abi::types::{napi_finalize, napi_value};
use crate::api::array_buffer::{bytes_of, create, create_external, is_plain};
use crate::entry::{Call, Outcome, api, optional_out, require};
use crate::finalizer::Finalizer;

/// A `Buffer` on a part of an array buffer.
fn view<'r>(call: Call<'r>, bytes: Object<'r>, offset: usize, length: usize) -> Outcome<'r, Object<'r>> {
    let prototype = call.instance().buffer_prototype(call.cx)?;
    let view = call.cx.typed_array(ViewKind::Uint8, bytes, offset, length)?;
    view.set_prototype(call.cx, prototype.into());
    Ok(view)
}

/// A zeroed `Buffer` with its memory.
fn zeroed<'r>(call: Call<'r>, length: usize) -> Outcome<'r, (Object<'r>, *mut c_void)> {
    let (bytes, start) = create(call, length)?;
    Ok((view(call, bytes, 0, length)?, start))
}

api! {
    /// A zeroed `Buffer`.
    Js fn napi_create_buffer(call, length: usize, data: *mut *mut c_void, result: *mut napi_value) {
        let result = call.out(result)?;
        let (buffer, start) = zeroed(call, length)?;
        if let Some(data) = optional_out(data) {
            data.set(start);
        }
        call.give(result, buffer)
    }

    /// A `Buffer` with a copy of the addon's memory.
    Js fn napi_create_buffer_copy(
        call, length: usize, source: *const c_void, data: *mut *mut c_void, result: *mut napi_value,
    ) {
        let result = call.out(result)?;
        require(length == 0 || !source.is_null(), Status::InvalidArg)?;
        let (buffer, start) = zeroed(call, length)?;
        if length > 0 {
            // SAFETY: the interface demands `length` bytes at `source`; the new memory has as many and is nobody else's.
            unsafe { std::ptr::copy_nonoverlapping(source.cast::<u8>(), start.cast::<u8>(), length) };
        }
        if let Some(data) = optional_out(data) {
            data.set(start);
        }
        call.give(result, buffer)
    }

    /// A `Buffer` over memory of the addon.
    Js fn napi_create_external_buffer(
        call, length: usize, start: *mut c_void, callback: Option<napi_finalize>, hint: *mut c_void,
        result: *mut napi_value,
    ) {
        let result = call.out(result)?;
        let finalizer = Finalizer { callback, data: start, hint };
        let bytes = create_external(call, BackingBytes { start, length }, finalizer)?;
        call.give(result, view(call, bytes, 0, length)?)
    }

    /// A `Buffer` on a part of an array buffer.
    Js fn node_api_create_buffer_from_arraybuffer(
        call, buffer: napi_value, offset: usize, length: usize, result: *mut napi_value,
    ) {
        let value = call.value(buffer)?;
        let result = call.out(result)?;
        require(is_plain(call, value)?, Status::ArraybufferExpected)?;
        let bytes = call.object(buffer, Status::ArraybufferExpected)?;
        let room = bytes.array_buffer_length(call.cx)?;
        if offset.checked_add(length).is_none_or(|end| end > room) {
            let message = "The byte offset + length is out of range";
            let error = crate::api::error::coded(call, "RangeError", "ERR_OUT_OF_RANGE", message);
            // As in Node: the error waits, the call itself went well.
            call.env.set_exception(error.0.to_raw());
            return Ok(());
        }
        call.give(result, view(call, bytes, offset, length)?)
    }

    /// Whether it has bytes: as in Node true for every typed array and `DataView`.
    Plain fn napi_is_buffer(call, value: napi_value, result: *mut bool) {
        let value = call.value(value)?;
        let result = call.out(result)?;
        result.set(value.view_info(call.cx)?.is_some());
        Ok(())
    }

    /// Where its bytes are and how many.
    Plain fn napi_get_buffer_info(call, value: napi_value, data: *mut *mut c_void, length: *mut usize) {
        let value = call.value(value)?;
        let info = value.view_info(call.cx)?.ok_or(Status::InvalidArg)?;
        if let Some(data) = optional_out(data) {
            let bytes = bytes_of(call, info.buffer)?;
            data.set(if bytes.start.is_null() { bytes.start } else { bytes.start.wrapping_byte_add(info.offset) });
        }
        if let Some(length) = optional_out(length) {
            length.set(info.byte_length);
        }
        Ok(())
    }
}
