//! Array buffers over foreign memory, and typed arrays and data views on buffers.
//!
//! Asking the engine for a buffer's address pins the buffer: it can never be detached again. [`BackingBytes`] says who asks.

use std::ffi::{c_uint, c_void};

use super::ctx::Ctx;
use super::object::Object;
use super::value::Value;
use super::{JsResult, sys};

/// What a typed array's elements are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are JavaScript's")]
pub enum ViewKind {
    Int8,
    Uint8,
    Uint8Clamped,
    Int16,
    Uint16,
    Int32,
    Uint32,
    Float32,
    Float64,
    BigInt64,
    BigUint64,
    Float16,
}

/// Kinds with the engine's number for them and the size of an element.
/// The engine's interface has no number for what came last.
const KINDS: [(ViewKind, c_uint, usize); 12] = [
    (ViewKind::Int8, 0, 1),
    (ViewKind::Uint8, 3, 1),
    (ViewKind::Uint8Clamped, 4, 1),
    (ViewKind::Int16, 1, 2),
    (ViewKind::Uint16, 5, 2),
    (ViewKind::Int32, 2, 4),
    (ViewKind::Uint32, 6, 4),
    (ViewKind::Float32, 7, 4),
    (ViewKind::Float64, 8, 8),
    (ViewKind::BigInt64, 11, 8),
    (ViewKind::BigUint64, 12, 8),
    (ViewKind::Float16, sys::TYPED_ARRAY_NONE, 2),
];

impl ViewKind {
    /// Bytes of an element.
    #[must_use]
    pub fn element_size(self) -> usize {
        KINDS
            .iter()
            .find(|(kind, ..)| *kind == self)
            .map_or(1, |(.., size)| *size)
    }

    fn engine(self) -> c_uint {
        KINDS
            .iter()
            .find(|(kind, ..)| *kind == self)
            .map_or(sys::TYPED_ARRAY_NONE, |(_, number, _)| *number)
    }
}

/// Where a view looks.
#[derive(Clone, Copy)]
pub struct ViewInfo<'r> {
    /// The buffer.
    pub buffer: Object<'r>,
    /// Bytes from the buffer's start.
    pub offset: usize,
    /// Bytes.
    pub byte_length: usize,
}

/// The memory of a buffer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BackingBytes {
    /// Its start; null for none.
    pub start: *mut c_void,
    /// Bytes.
    pub length: usize,
}

impl<'r> Ctx<'r> {
    /// An `ArrayBuffer` over memory of somebody else. `free(start, data)` is called once, on whatever thread, when the engine needs the memory
    /// no more; it must not call the engine.
    ///
    /// # Errors
    /// Only when memory is out.
    ///
    /// # Safety
    /// The memory is valid until then.
    pub unsafe fn foreign_array_buffer(
        self,
        bytes: BackingBytes,
        free: Option<unsafe extern "C" fn(*mut c_void, *mut c_void)>,
        data: *mut c_void,
    ) -> JsResult<'r, Object<'r>> {
        let raw = self.guard(|exc| {
            // SAFETY: the context is live and locked; the caller vouches for the memory.
            unsafe {
                sys::JSObjectMakeArrayBufferWithBytesNoCopy(self.raw(), bytes.start, bytes.length, free, data, exc)
            }
        })?;
        // SAFETY: a live object of this realm.
        Ok(unsafe { Object::from_raw(raw) })
    }

    /// A typed array of `length` elements at a byte offset of a buffer. Not [`ViewKind::Float16`].
    ///
    /// # Errors
    /// It does not fit.
    pub fn typed_array(
        self,
        kind: ViewKind,
        buffer: Object<'r>,
        offset: usize,
        length: usize,
    ) -> JsResult<'r, Object<'r>> {
        let raw = self.guard(|exc| {
            // SAFETY: buffer and context are of one realm; the lock is held.
            unsafe {
                sys::JSObjectMakeTypedArrayWithArrayBufferAndOffset(
                    self.raw(),
                    kind.engine(),
                    buffer.raw(),
                    offset,
                    length,
                    exc,
                )
            }
        })?;
        // SAFETY: a live object of this realm.
        Ok(unsafe { Object::from_raw(raw) })
    }
}

impl<'r> Value<'r> {
    fn bytes_type(self, cx: Ctx<'r>) -> c_uint {
        // SAFETY: value and context are of one realm; the lock is held, here and below. The question itself throws nothing.
        cx.guard(|exc| unsafe { sys::JSValueGetTypedArrayType(cx.raw(), self.raw(), exc) })
            .unwrap_or(sys::TYPED_ARRAY_NONE)
    }

    /// Whether it is an `ArrayBuffer` or a `SharedArrayBuffer`, of whatever realm.
    #[must_use]
    pub fn is_any_array_buffer(self, cx: Ctx<'r>) -> bool {
        self.bytes_type(cx) == sys::TYPED_ARRAY_ARRAY_BUFFER
    }

    /// What its elements are, if it is a typed array, but a `Float16Array` is not recognised.
    #[must_use]
    pub fn view_kind(self, cx: Ctx<'r>) -> Option<ViewKind> {
        let kind = self.bytes_type(cx);
        KINDS
            .iter()
            .find(|(_, number, _)| *number == kind && kind != sys::TYPED_ARRAY_NONE)
            .map(|(kind, ..)| *kind)
    }

    /// Where it looks, if it is a typed array or a `DataView`. Pins nothing.
    ///
    /// # Errors
    /// Only when memory is out.
    pub fn view_info(self, cx: Ctx<'r>) -> JsResult<'r, Option<ViewInfo<'r>>> {
        let Some(object) = self.as_object(cx) else {
            return Ok(None);
        };
        // SAFETY: as above; what is no view gives null.
        let buffer = cx.guard(|exc| unsafe { sys::JSObjectGetTypedArrayBuffer(cx.raw(), object.raw(), exc) })?;
        if buffer.is_null() {
            return Ok(None);
        }
        Ok(Some(ViewInfo {
            // SAFETY: a live object.
            buffer: unsafe { Object::from_raw(buffer) },
            // SAFETY: as above.
            offset: cx.guard(|exc| unsafe { sys::JSObjectGetTypedArrayByteOffset(cx.raw(), object.raw(), exc) })?,
            byte_length: cx.guard(|exc| {
                // SAFETY: as above.
                unsafe { sys::JSObjectGetTypedArrayByteLength(cx.raw(), object.raw(), exc) }
            })?,
        }))
    }
}

impl<'r> Object<'r> {
    /// Bytes of an array buffer; zero if it is detached. Pins nothing.
    ///
    /// # Errors
    /// It is no array buffer.
    pub fn array_buffer_length(self, cx: Ctx<'r>) -> JsResult<'r, usize> {
        // SAFETY: object and context are of one realm; the lock is held.
        cx.guard(|exc| unsafe { sys::JSObjectGetArrayBufferByteLength(cx.raw(), self.raw(), exc) })
    }

    /// The memory of an array buffer, which this *pins for good*.
    ///
    /// # Errors
    /// It is no array buffer.
    pub fn pin_array_buffer(self, cx: Ctx<'r>) -> JsResult<'r, BackingBytes> {
        let length = self.array_buffer_length(cx)?;
        // SAFETY: as in `array_buffer_length`.
        let start = cx.guard(|exc| unsafe { sys::JSObjectGetArrayBufferBytesPtr(cx.raw(), self.raw(), exc) })?;
        Ok(BackingBytes { start, length })
    }
}
