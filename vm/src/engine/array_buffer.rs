//! Bytes shared with JavaScript.
//!
//! Invariant: once native code has taken a buffer's address the engine pins it: the bytes stay where they are until the object
//! goes. A borrowed slice still must not be held while JavaScript runs, which could write it; so slices are given to a closure that gets
//! no [`Ctx`].

use std::ffi::c_void;

use super::ctx::Ctx;
use super::object::Object;
use super::value::Value;
use super::{JsResult, sys};

impl<'r> Ctx<'r> {
    /// An `ArrayBuffer` that takes over `bytes`.
    ///
    /// # Errors
    /// Only when memory is out.
    pub fn array_buffer(self, bytes: Vec<u8>) -> JsResult<'r, Object<'r>> {
        let (ptr, len, owner) = into_foreign(bytes);
        let raw = self.guard(|exc| {
            // SAFETY: the engine calls `free` exactly once, also when making the buffer fails.
            unsafe { sys::JSObjectMakeArrayBufferWithBytesNoCopy(self.raw(), ptr, len, Some(free), owner, exc) }
        })?;
        // SAFETY: a live object of this realm.
        Ok(unsafe { Object::from_raw(raw) })
    }

    /// A `Uint8Array` that takes over `bytes`.
    ///
    /// # Errors
    /// Only when memory is out.
    pub fn uint8_array(self, bytes: Vec<u8>) -> JsResult<'r, Object<'r>> {
        let (ptr, len, owner) = into_foreign(bytes);
        let raw = self.guard(|exc| {
            // SAFETY: as in `array_buffer`.
            unsafe {
                sys::JSObjectMakeTypedArrayWithBytesNoCopy(
                    self.raw(),
                    sys::TYPED_ARRAY_UINT8,
                    ptr,
                    len,
                    Some(free),
                    owner,
                    exc,
                )
            }
        })?;
        // SAFETY: a live object of this realm.
        Ok(unsafe { Object::from_raw(raw) })
    }

    /// An `ArrayBuffer` over memory that lives as long as the process, for flags both sides read without a call.
    ///
    /// # Errors
    /// Only when memory is out.
    pub fn shared_bytes(self, bytes: &'static [std::cell::Cell<u8>]) -> JsResult<'r, Object<'r>> {
        let raw = self.guard(|exc| {
            // SAFETY: the memory is never freed, and `Cell` allows writes from the one JS thread at any time.
            unsafe {
                sys::JSObjectMakeArrayBufferWithBytesNoCopy(
                    self.raw(),
                    bytes.as_ptr().cast_mut().cast(),
                    bytes.len(),
                    None,
                    std::ptr::null_mut(),
                    exc,
                )
            }
        })?;
        // SAFETY: a live object of this realm.
        Ok(unsafe { Object::from_raw(raw) })
    }
}

impl<'r> Value<'r> {
    /// Gives `read` the bytes of an `ArrayBuffer`, typed array or `DataView`; `None` for anything else.
    ///
    /// # Errors
    /// The buffer is detached.
    pub fn with_bytes<T>(self, cx: Ctx<'r>, read: impl FnOnce(&mut [u8]) -> T) -> JsResult<'r, Option<T>> {
        let Some(object) = self.as_object(cx) else {
            return Ok(None);
        };
        // SAFETY: value and context are of one realm; the lock is held, here and below.
        let kind = cx.guard(|exc| unsafe { sys::JSValueGetTypedArrayType(cx.raw(), self.raw(), exc) })?;
        let (ptr, len) = match kind {
            sys::TYPED_ARRAY_NONE => return Ok(None),
            sys::TYPED_ARRAY_ARRAY_BUFFER => (
                // SAFETY: it is an array buffer.
                cx.guard(|exc| unsafe { sys::JSObjectGetArrayBufferBytesPtr(cx.raw(), object.raw(), exc) })?,
                // SAFETY: as above.
                cx.guard(|exc| unsafe { sys::JSObjectGetArrayBufferByteLength(cx.raw(), object.raw(), exc) })?,
            ),
            _ => {
                // The pointer of a view is that of its buffer: the offset is ours to add.
                // SAFETY: it is a typed array or data view.
                let base =
                    cx.guard(|exc| unsafe { sys::JSObjectGetTypedArrayBytesPtr(cx.raw(), object.raw(), exc) })?;
                // SAFETY: as above.
                let offset =
                    cx.guard(|exc| unsafe { sys::JSObjectGetTypedArrayByteOffset(cx.raw(), object.raw(), exc) })?;
                // SAFETY: as above.
                let len =
                    cx.guard(|exc| unsafe { sys::JSObjectGetTypedArrayByteLength(cx.raw(), object.raw(), exc) })?;
                (base.cast::<u8>().wrapping_add(offset).cast(), len)
            }
        };
        if len == 0 || ptr.is_null() {
            return Ok(Some(read(&mut [])));
        }
        // SAFETY: the engine vouches for `len` bytes at `ptr`, pinned by the calls above; the value keeps the object, no JavaScript runs in
        // `read`, and no other slice of it exists because only this function makes them and `read` gets no context.
        Ok(Some(read(unsafe {
            std::slice::from_raw_parts_mut(ptr.cast::<u8>(), len)
        })))
    }

    /// A copy of the bytes, or a `TypeError` that names `what`.
    ///
    /// # Errors
    /// It holds no bytes.
    pub fn to_bytes(self, cx: Ctx<'r>, what: &str) -> JsResult<'r, Vec<u8>> {
        self.with_bytes(cx, |bytes| bytes.to_vec())?
            .ok_or_else(|| cx.type_error(&format!("{what} must be an ArrayBuffer, a typed array or a DataView")))
    }
}

fn into_foreign(bytes: Vec<u8>) -> (*mut c_void, usize, *mut c_void) {
    let mut owner = Box::new(bytes);
    let (ptr, len) = (owner.as_mut_ptr(), owner.len());
    (ptr.cast(), len, Box::into_raw(owner).cast())
}

unsafe extern "C" fn free(_bytes: *mut c_void, owner: *mut c_void) {
    // SAFETY: `owner` is the box that `into_foreign` leaked; the engine calls this once.
    drop(unsafe { Box::from_raw(owner.cast::<Vec<u8>>()) });
}
