//! Addresses of JavaScript's bytes for native code, and native memory as JavaScript's bytes.
//!
//! Invariant: an address leaves this file only after the engine was made to keep the storage outside its collected heap and in its place
//! (asking for the bytes does that, for good). Small typed arrays live *inside* the collected heap until then and move when code
//! that uses them is compiled, so an address taken in any other way goes stale.

use std::ffi::c_void;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::ctx::Ctx;
use super::object::Object;
use super::value::Value;
use super::{JsResult, sys};

/// Where the bytes of a buffer or view are, for as long as the object lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pinned {
    /// Of the first byte, the view's offset added. Meaningless if there are none.
    pub address: usize,
    /// How many there are.
    pub len: usize,
    /// A typed array or a `DataView`, and not a buffer itself.
    pub is_view: bool,
}

impl<'r> Value<'r> {
    /// Pins the bytes of an `ArrayBuffer`, `SharedArrayBuffer`, typed array or `DataView`; `None` for everything else. Detached ones and
    /// views that their buffer no longer covers have no bytes.
    ///
    /// # Errors
    /// What the engine threw.
    pub fn pin(self, cx: Ctx<'r>) -> JsResult<'r, Option<Pinned>> {
        let Some(object) = self.as_object(cx) else {
            return Ok(None);
        };
        // SAFETY: value and context are of one realm; the lock is held, here and below.
        let kind = cx.guard(|exc| unsafe { sys::JSValueGetTypedArrayType(cx.raw(), self.raw(), exc) })?;
        match kind {
            sys::TYPED_ARRAY_ARRAY_BUFFER => pin_buffer(cx, object).map(Some),
            // Not only what is no view: the API has no numbers for the newer kinds of view.
            sys::TYPED_ARRAY_NONE if !is_view(cx, object)? => Ok(None),
            _ => pin_view(cx, object).map(Some),
        }
    }
}

fn is_view<'r>(cx: Ctx<'r>, object: Object<'r>) -> JsResult<'r, bool> {
    // SAFETY: object and context are of one realm; the lock is held. What is no view gives null.
    let buffer = cx.guard(|exc| unsafe { sys::JSObjectGetTypedArrayBuffer(cx.raw(), object.raw(), exc) })?;
    Ok(!buffer.is_null())
}

fn pin_buffer<'r>(cx: Ctx<'r>, object: Object<'r>) -> JsResult<'r, Pinned> {
    // SAFETY: an array buffer of the realm of `cx`, here and below; the lock is held.
    let base = cx.guard(|exc| unsafe { sys::JSObjectGetArrayBufferBytesPtr(cx.raw(), object.raw(), exc) })?;
    // SAFETY: as above.
    let len = cx.guard(|exc| unsafe { sys::JSObjectGetArrayBufferByteLength(cx.raw(), object.raw(), exc) })?;
    Ok(Pinned {
        address: base.addr(),
        len: if base.is_null() { 0 } else { len },
        is_view: false,
    })
}

fn pin_view<'r>(cx: Ctx<'r>, object: Object<'r>) -> JsResult<'r, Pinned> {
    // SAFETY: a view of the realm of `cx`, here and below; the lock is held.
    let base = cx.guard(|exc| unsafe { sys::JSObjectGetTypedArrayBytesPtr(cx.raw(), object.raw(), exc) })?;
    // SAFETY: as above.
    let len = cx.guard(|exc| unsafe { sys::JSObjectGetTypedArrayByteLength(cx.raw(), object.raw(), exc) })?;
    // The pointer of a view is that of its buffer: the offset is ours to add.
    // SAFETY: as above.
    let offset = cx.guard(|exc| unsafe { sys::JSObjectGetTypedArrayByteOffset(cx.raw(), object.raw(), exc) })?;
    Ok(Pinned {
        address: base.addr().wrapping_add(offset),
        len: if base.is_null() { 0 } else { len },
        is_view: true,
    })
}

/// What a foreign buffer runs when the collector takes it. It must not touch the engine: it runs in the middle of a collection.
pub(crate) type BufferEnd = Box<dyn FnOnce()>;

impl<'r> Ctx<'r> {
    /// An `ArrayBuffer` over `len` bytes at `address` that are not the engine's; `end` runs once, when the buffer's storage is given up.
    ///
    /// # Errors
    /// Only when memory is out.
    ///
    /// # Safety
    /// The memory can be read and written until the buffer is gone, or whoever asked for it (a test, by a number) accepts the crash.
    pub unsafe fn foreign_buffer(self, address: usize, len: usize, end: Option<BufferEnd>) -> JsResult<'r, Object<'r>> {
        let bytes = std::ptr::with_exposed_provenance_mut::<c_void>(address);
        let owner = end.map_or(std::ptr::null_mut(), |end| {
            Box::into_raw(Box::new(end)).cast::<c_void>()
        });
        let raw = self.guard(|exc| {
            // SAFETY: the context is live and locked; the engine calls `end_foreign` exactly once, also when making the buffer fails.
            unsafe {
                sys::JSObjectMakeArrayBufferWithBytesNoCopy(self.raw(), bytes, len, Some(end_foreign), owner, exc)
            }
        })?;
        // SAFETY: a live object of this realm.
        Ok(unsafe { Object::from_raw(raw) })
    }
}

unsafe extern "C" fn end_foreign(_bytes: *mut c_void, owner: *mut c_void) {
    if owner.is_null() {
        return;
    }
    // SAFETY: the box that `foreign_buffer` leaked; the engine calls this once.
    let end = unsafe { Box::from_raw(owner.cast::<BufferEnd>()) };
    // A panic must not cross into the sweep, and there is nobody to tell.
    let _ = catch_unwind(AssertUnwindSafe(end));
}
