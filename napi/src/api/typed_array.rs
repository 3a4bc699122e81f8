//! Typed arrays and data views.

use std::ffi::{c_uint, c_void};

use trun_vm::engine::{JsResult, Object, Value, ViewKind};

use super::array_buffer::bytes_of;
use super::error::coded;
use crate::abi::status::Status;
use crate::abi::types::napi_value;
use crate::entry::{Call, Fail, Outcome, api, optional_out, require};
use crate::kit::Tool;

/// Kinds by the header's numbers, with their names.
const KINDS: [(ViewKind, &str); 12] = [
    (ViewKind::Int8, "Int8Array"),
    (ViewKind::Uint8, "Uint8Array"),
    (ViewKind::Uint8Clamped, "Uint8ClampedArray"),
    (ViewKind::Int16, "Int16Array"),
    (ViewKind::Uint16, "Uint16Array"),
    (ViewKind::Int32, "Int32Array"),
    (ViewKind::Uint32, "Uint32Array"),
    (ViewKind::Float32, "Float32Array"),
    (ViewKind::Float64, "Float64Array"),
    (ViewKind::BigInt64, "BigInt64Array"),
    (ViewKind::BigUint64, "BigUint64Array"),
    (ViewKind::Float16, "Float16Array"),
];

fn is_data_view<'r>(call: Call<'r>, value: Value<'r>) -> JsResult<'r, bool> {
    Ok(call
        .instance()
        .tool(call.cx, Tool::IsDataView, &[value])?
        .to_bool(call.cx))
}

/// What the elements of a typed array are. The engine does not tell of the youngest kind, so that one is asked for by brand.
fn kind_of<'r>(call: Call<'r>, value: Value<'r>) -> JsResult<'r, Option<ViewKind>> {
    if let Some(kind) = value.view_kind(call.cx) {
        return Ok(Some(kind));
    }
    if !value.to_raw().is_cell() || value.view_info(call.cx)?.is_none() {
        return Ok(None);
    }
    let is_float16 = call.instance().tool(call.cx, Tool::IsFloat16, &[value])?;
    Ok(is_float16.to_bool(call.cx).then_some(ViewKind::Float16))
}

/// Makes a view by its constructor.
fn construct<'r>(
    call: Call<'r>,
    name: &str,
    buffer: Object<'r>,
    offset: usize,
    length: usize,
) -> Outcome<'r, Object<'r>> {
    let constructor = call.cx.global().get(call.cx, name)?.expect_object(call.cx, name)?;
    let number = |n: usize| call.cx.number_from_u64(n as u64);
    Ok(constructor.construct(call.cx, &[buffer.into(), number(offset), number(length)])?)
}

/// The buffer an addon wants a view of.
fn buffer<'r>(call: Call<'r>, raw: napi_value) -> Outcome<'r, Object<'r>> {
    require(call.value(raw)?.is_any_array_buffer(call.cx), Status::InvalidArg)?;
    call.object(raw, Status::InvalidArg)
}

/// What both kinds of views tell.
struct Places {
    data: *mut *mut c_void,
    buffer: *mut napi_value,
    offset: *mut usize,
}

/// Tells buffer, offset and memory of a view and returns its bytes.
fn describe<'r>(call: Call<'r>, value: Value<'r>, places: &Places) -> Outcome<'r, usize> {
    let info = value.view_info(call.cx)?.ok_or(Status::InvalidArg)?;
    if let Some(data) = optional_out(places.data) {
        let bytes = bytes_of(call, info.buffer)?;
        let start = if bytes.start.is_null() {
            bytes.start
        } else {
            bytes.start.wrapping_byte_add(info.offset)
        };
        data.set(start);
    }
    if let Some(place) = optional_out(places.buffer) {
        call.give(place, info.buffer)?;
    }
    if let Some(offset) = optional_out(places.offset) {
        offset.set(info.offset);
    }
    Ok(info.byte_length)
}

/// Lets an error wait and fails otherwise.
fn refuse<'r, T>(call: Call<'r>, code: &str, message: &str, status: Status) -> Outcome<'r, T> {
    Err(Fail::ThrownAs(coded(call, "RangeError", code, message), status))
}

api! {
    /// Whether it is a typed array.
    Plain fn napi_is_typedarray(call, value: napi_value, result: *mut bool) {
        let value = call.value(value)?;
        let result = call.out(result)?;
        result.set(kind_of(call, value)?.is_some());
        Ok(())
    }

    /// A typed array on a buffer.
    Js fn napi_create_typedarray(
        call, kind: c_uint, length: usize, arraybuffer: napi_value, offset: usize, result: *mut napi_value,
    ) {
        call.value(arraybuffer)?;
        let result = call.out(result)?;
        let buffer = buffer(call, arraybuffer)?;
        let (kind, name) = *KINDS.get(kind as usize).ok_or(Status::InvalidArg)?;
        let size = kind.element_size();
        if !offset.is_multiple_of(size) {
            let message = format!("start offset of {name} should be a multiple of {size}");
            return refuse(call, "ERR_NAPI_INVALID_TYPEDARRAY_ALIGNMENT", &message, Status::GenericFailure);
        }
        let end = length.checked_mul(size).and_then(|bytes| bytes.checked_add(offset));
        let room = buffer.array_buffer_length(call.cx)?;
        if end.is_none_or(|end| end > room) {
            return refuse(call, "ERR_NAPI_INVALID_TYPEDARRAY_LENGTH", "Invalid typed array length", Status::GenericFailure);
        }
        let array = match kind {
            ViewKind::Float16 => construct(call, name, buffer, offset, length)?,
            _ => call.cx.typed_array(kind, buffer, offset, length)?,
        };
        call.give(result, array)
    }

    /// What a typed array is.
    Plain fn napi_get_typedarray_info(
        call, value: napi_value, kind: *mut c_uint, length: *mut usize, data: *mut *mut c_void, buffer: *mut napi_value,
        offset: *mut usize,
    ) {
        let value = call.value(value)?;
        let found = kind_of(call, value)?.ok_or(Status::InvalidArg)?;
        if let Some(kind) = optional_out(kind) {
            kind.set((0..).zip(KINDS).find(|(_, (one, _))| *one == found).map_or(0, |(number, _)| number));
        }
        let bytes = describe(call, value, &Places { data, buffer, offset })?;
        if let Some(length) = optional_out(length) {
            length.set(bytes / found.element_size());
        }
        Ok(())
    }

    /// A `DataView` on a buffer.
    Js fn napi_create_dataview(
        call, length: usize, arraybuffer: napi_value, offset: usize, result: *mut napi_value,
    ) {
        call.value(arraybuffer)?;
        let result = call.out(result)?;
        let buffer = buffer(call, arraybuffer)?;
        let room = buffer.array_buffer_length(call.cx)?;
        if length.checked_add(offset).is_none_or(|end| end > room) {
            let message = "byte_offset + byte_length should be less than or equal to the size in bytes of the array passed in";
            return refuse(call, "ERR_NAPI_INVALID_DATAVIEW_ARGS", message, Status::PendingException);
        }
        call.give(result, construct(call, "DataView", buffer, offset, length)?)
    }

    /// Whether it is a `DataView`.
    Plain fn napi_is_dataview(call, value: napi_value, result: *mut bool) {
        let value = call.value(value)?;
        let result = call.out(result)?;
        result.set(is_data_view(call, value)?);
        Ok(())
    }

    /// What a `DataView` is.
    Plain fn napi_get_dataview_info(
        call, value: napi_value, length: *mut usize, data: *mut *mut c_void, buffer: *mut napi_value, offset: *mut usize,
    ) {
        let value = call.value(value)?;
        require(is_data_view(call, value)?, Status::InvalidArg)?;
        let bytes = describe(call, value, &Places { data, buffer, offset })?;
        if let Some(length) = optional_out(length) {
            length.set(bytes);
        }
        Ok(())
    }
}
