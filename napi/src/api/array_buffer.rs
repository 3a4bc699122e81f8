//! Array buffers.
//!
//! The engine pins a buffer whose address it was asked for: it could never be detached again. So buffers that addons make lie in memory that
//! is known here, and only those of others are asked.

use std::alloc::{Layout, alloc_zeroed, dealloc};
use std::ffi::c_void;

use trun_vm::engine::native::RawValue;
use trun_vm::engine::{BackingBytes, JsResult, Object, Value};

use crate::abi::status::Status;
use crate::abi::types::{napi_finalize, napi_value};
use crate::entry::{Call, Outcome, api, optional_out, require};
use crate::finalizer::{Finalizer, PostBox};
use crate::kit::Tool;
use crate::reference::{NewReference, Owner};

/// Room that is always there, so that empty buffers have an address too.
fn layout(length: usize) -> Option<Layout> {
    Layout::from_size_align(length.max(1), 16).ok()
}

/// Frees memory of [`create`]; `data` is its length.
unsafe extern "C" fn free(start: *mut c_void, data: *mut c_void) {
    if let Some(layout) = layout(data as usize) {
        // SAFETY: allocated by `create` with this layout; the engine calls this once.
        unsafe { dealloc(start.cast(), layout) }
    }
}

/// A zeroed buffer whose memory is known.
pub(crate) fn create<'r>(call: Call<'r>, length: usize) -> Outcome<'r, (Object<'r>, *mut c_void)> {
    let layout = layout(length).ok_or(Status::InvalidArg)?;
    // SAFETY: the size is not zero.
    let start = unsafe { alloc_zeroed(layout) }.cast::<c_void>();
    if start.is_null() {
        return Err(call
            .cx
            .error(
                trun_vm::engine::ErrorClass::RangeError,
                "Array buffer allocation failed",
            )
            .into());
    }
    let bytes = BackingBytes { start, length };
    // SAFETY: the memory is valid until `free`.
    let buffer = unsafe { call.cx.foreign_array_buffer(bytes, Some(free), length as *mut c_void)? };
    remember(call, buffer, bytes);
    Ok((buffer, start))
}

fn remember<'r>(call: Call<'r>, buffer: Object<'r>, bytes: BackingBytes) {
    call.instance()
        .objects()
        .borrow_mut()
        .entry(call.instance().roots(), buffer.to_raw())
        .bytes = Some(bytes);
}

/// The engine needs an addon's memory no more: its finalizer becomes due.
unsafe extern "C" fn post(_start: *mut c_void, data: *mut c_void) {
    // SAFETY: the box that `create_external` leaked; the engine calls this once.
    unsafe { Box::from_raw(data.cast::<PostBox>()) }.post();
}

/// A buffer over memory of the addon, which is finalized once the engine needs it no more.
pub(crate) fn create_external<'r>(
    call: Call<'r>,
    bytes: BackingBytes,
    finalizer: Finalizer,
) -> Outcome<'r, Object<'r>> {
    let instance = call.instance();
    let new = NewReference {
        env: call.env,
        value: RawValue::NONE,
        can_be_weak: false,
        count: 0,
        owner: Owner::Runtime,
        finalizer: Some(finalizer),
    };
    let reference = instance.references().borrow_mut().create(instance.roots(), &new);
    let post_box = Box::into_raw(Box::new(instance.queue().post_box(reference)));
    // The engine takes no null, not even for nothing.
    let start = if bytes.start.is_null() {
        std::ptr::dangling_mut::<u128>().cast()
    } else {
        bytes.start
    };
    let given = BackingBytes {
        start,
        length: bytes.length,
    };
    // SAFETY: the addon vouches for the memory until its finalizer.
    let buffer = unsafe { call.cx.foreign_array_buffer(given, Some(post), post_box.cast())? };
    remember(call, buffer, bytes);
    Ok(buffer)
}

/// The memory of a buffer: of one that is known without asking, of any other by pinning it.
pub(crate) fn bytes_of<'r>(call: Call<'r>, buffer: Object<'r>) -> JsResult<'r, BackingBytes> {
    let known = call
        .instance()
        .objects()
        .borrow()
        .get(buffer.to_raw())
        .and_then(|facts| facts.bytes);
    let length = buffer.array_buffer_length(call.cx)?;
    match known {
        // A detached one has no memory any more.
        Some(bytes) if bytes.length != length => Ok(BackingBytes {
            start: std::ptr::null_mut(),
            length,
        }),
        Some(bytes) => Ok(bytes),
        // Empty ones, detached or not, need no address and so no pin.
        None if length == 0 => Ok(BackingBytes {
            start: std::ptr::null_mut(),
            length,
        }),
        None => buffer.pin_array_buffer(call.cx),
    }
}

/// Whether it is a buffer that is not shared.
pub(crate) fn is_plain<'r>(call: Call<'r>, value: Value<'r>) -> JsResult<'r, bool> {
    Ok(value.is_any_array_buffer(call.cx) && !super::shared_buffer::is_shared(call, value)?)
}

fn is_detached<'r>(call: Call<'r>, value: Value<'r>) -> JsResult<'r, bool> {
    Ok(call
        .instance()
        .tool(call.cx, Tool::IsDetached, &[value])?
        .to_bool(call.cx))
}

api! {
    /// Whether it is an `ArrayBuffer`.
    Plain fn napi_is_arraybuffer(call, value: napi_value, result: *mut bool) {
        let value = call.value(value)?;
        let result = call.out(result)?;
        result.set(is_plain(call, value)?);
        Ok(())
    }

    /// A zeroed buffer.
    Js fn napi_create_arraybuffer(call, length: usize, data: *mut *mut c_void, result: *mut napi_value) {
        let result = call.out(result)?;
        let (buffer, start) = create(call, length)?;
        if let Some(data) = optional_out(data) {
            data.set(start);
        }
        call.give(result, buffer)
    }

    /// A buffer over memory of the addon.
    Js fn napi_create_external_arraybuffer(
        call, start: *mut c_void, length: usize, callback: Option<napi_finalize>, hint: *mut c_void,
        result: *mut napi_value,
    ) {
        let buffer = create_external(call, BackingBytes { start, length }, Finalizer { callback, data: start, hint })?;
        // As in Node: what has no memory is a detached buffer.
        if start.is_null() || length == 0 {
            call.instance().tool(call.cx, Tool::Detach, &[buffer.into()])?;
        }
        match optional_out(result) {
            Some(result) => call.give(result, buffer),
            None => Ok(()),
        }
    }

    /// Where its memory is and how much.
    Plain fn napi_get_arraybuffer_info(call, value: napi_value, data: *mut *mut c_void, length: *mut usize) {
        let value = call.value(value)?;
        require(value.is_any_array_buffer(call.cx), Status::InvalidArg)?;
        let bytes = bytes_of(call, call.object(value.to_raw(), Status::InvalidArg)?)?;
        if let Some(data) = optional_out(data) {
            data.set(bytes.start);
        }
        if let Some(length) = optional_out(length) {
            length.set(bytes.length);
        }
        Ok(())
    }

    /// Detaches a buffer.
    Plain fn napi_detach_arraybuffer(call, value: napi_value) {
        let value = call.value(value)?;
        require(is_plain(call, value)?, Status::ArraybufferExpected)?;
        if is_detached(call, value)? {
            return Ok(());
        }
        call.instance().tool(call.cx, Tool::Detach, &[value])?;
        // One that the engine has pinned was copied and stays.
        require(is_detached(call, value)?, Status::DetachableArraybufferExpected)
    }

    /// Whether it is a buffer that was detached.
    Plain fn napi_is_detached_arraybuffer(call, value: napi_value, result: *mut bool) {
        let value = call.value(value)?;
        let result = call.out(result)?;
        result.set(value.is_any_array_buffer(call.cx) && is_detached(call, value)?);
        Ok(())
    }
}
