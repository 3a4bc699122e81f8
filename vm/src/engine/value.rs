//! Values, branded with the lifetime of the entry into their realm.
//!
//! Invariants:
//! - A `Value` lives on the stack, where the collector's conservative scan sees it. In heap memory (`Vec`, `Box`) it is *not* a
//!   root and goes stale silently: use [`super::Persistent`] or a JavaScript array there.
//! - The brand `'r` is invariant, so values of two realms never meet in one call.

use std::marker::PhantomData;

use super::ctx::{Brand, Ctx};
use super::object::Object;
use super::string::JsString;
use super::{JsResult, Thrown, sys};

/// Any JavaScript value.
#[derive(Clone, Copy)]
#[repr(transparent)]
pub struct Value<'r> {
    raw: sys::JSValueRef,
    brand: Brand<'r>,
}

/// What `typeof` tells apart, with null of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ValueKind {
    /// `undefined`
    Undefined,
    /// `null`
    Null,
    /// A boolean.
    Boolean,
    /// A number.
    Number,
    /// A string.
    String,
    /// An object or function.
    Object,
    /// A symbol.
    Symbol,
    /// A bigint.
    BigInt,
}

impl<'r> Value<'r> {
    /// # Safety
    /// `raw` is a live value of the realm that `'r` brands.
    pub(super) unsafe fn from_raw(raw: sys::JSValueRef) -> Self {
        Self {
            raw,
            brand: PhantomData,
        }
    }

    pub(super) fn raw(self) -> sys::JSValueRef {
        self.raw
    }

    /// What kind of value it is.
    #[must_use]
    pub fn kind(self, cx: Ctx<'r>) -> ValueKind {
        // SAFETY: value and context are of one realm by their brand; the lock is held by `Ctx`'s invariant.
        match unsafe { sys::JSValueGetType(cx.raw(), self.raw) } {
            sys::TYPE_UNDEFINED => ValueKind::Undefined,
            sys::TYPE_NULL => ValueKind::Null,
            sys::TYPE_BOOLEAN => ValueKind::Boolean,
            sys::TYPE_NUMBER => ValueKind::Number,
            sys::TYPE_STRING => ValueKind::String,
            sys::TYPE_OBJECT => ValueKind::Object,
            sys::TYPE_SYMBOL => ValueKind::Symbol,
            _ => ValueKind::BigInt,
        }
    }

    /// `undefined` or `null`.
    #[must_use]
    pub fn is_nullish(self, cx: Ctx<'r>) -> bool {
        matches!(self.kind(cx), ValueKind::Undefined | ValueKind::Null)
    }

    /// `undefined`.
    #[must_use]
    pub fn is_undefined(self, cx: Ctx<'r>) -> bool {
        self.kind(cx) == ValueKind::Undefined
    }

    /// A string primitive.
    #[must_use]
    pub fn is_string(self, cx: Ctx<'r>) -> bool {
        self.kind(cx) == ValueKind::String
    }

    /// `===`.
    #[must_use]
    pub fn is_same(self, cx: Ctx<'r>, other: Value<'r>) -> bool {
        // SAFETY: both values and the context are of one realm; the lock is held.
        unsafe { sys::JSValueIsStrictEqual(cx.raw(), self.raw, other.raw) }
    }

    /// An array, by `Array.isArray`.
    #[must_use]
    pub fn is_array(self, cx: Ctx<'r>) -> bool {
        // SAFETY: as in `is_same`.
        unsafe { sys::JSValueIsArray(cx.raw(), self.raw) }
    }

    /// `Boolean(value)`; runs no user code.
    #[must_use]
    pub fn to_bool(self, cx: Ctx<'r>) -> bool {
        // SAFETY: as in `is_same`.
        unsafe { sys::JSValueToBoolean(cx.raw(), self.raw) }
    }

    /// `Number(value)`.
    ///
    /// # Errors
    /// What the conversion threw.
    pub fn to_number(self, cx: Ctx<'r>) -> JsResult<'r, f64> {
        // SAFETY: as in `is_same`.
        cx.guard(|exc| unsafe { sys::JSValueToNumber(cx.raw(), self.raw, exc) })
    }

    /// The number, if it is one and a whole one in the range of `i64` that doubles hold exactly.
    #[must_use]
    pub fn as_integer(self, cx: Ctx<'r>) -> Option<i64> {
        if self.kind(cx) != ValueKind::Number {
            return None;
        }
        let number = self.to_number(cx).ok()?;
        #[expect(clippy::cast_possible_truncation, reason = "checked to be whole and in range")]
        (number.fract() == 0.0 && number.abs() <= 9_007_199_254_740_992.0).then_some(number as i64)
    }

    /// `String(value)` as an engine string.
    ///
    /// # Errors
    /// What the conversion threw.
    pub fn to_js_string(self, cx: Ctx<'r>) -> JsResult<'r, JsString> {
        // SAFETY: as in `is_same`.
        let raw = cx.guard(|exc| unsafe { sys::JSValueToStringCopy(cx.raw(), self.raw, exc) })?;
        // SAFETY: the call returned a new reference, non-null without an exception.
        Ok(unsafe { JsString::from_raw(raw) })
    }

    /// `String(value)` as Rust text; lone surrogates become U+FFFD.
    ///
    /// # Errors
    /// What the conversion threw.
    pub fn to_text(self, cx: Ctx<'r>) -> JsResult<'r, String> {
        Ok(self.to_js_string(cx)?.to_text())
    }

    /// The object, if it is one.
    #[must_use]
    pub fn as_object(self, cx: Ctx<'r>) -> Option<Object<'r>> {
        (self.kind(cx) == ValueKind::Object).then(|| {
            // SAFETY: it is an object, and object references are value references.
            unsafe { Object::from_raw(self.raw.cast_mut()) }
        })
    }

    /// The object, or a `TypeError` that names `what`.
    ///
    /// # Errors
    /// It is no object.
    pub fn expect_object(self, cx: Ctx<'r>, what: &str) -> JsResult<'r, Object<'r>> {
        self.as_object(cx)
            .ok_or_else(|| cx.type_error(&format!("{what} must be an object")))
    }

    /// `Object(value)`: boxes primitives.
    ///
    /// # Errors
    /// It is `undefined` or `null`.
    pub fn to_object(self, cx: Ctx<'r>) -> JsResult<'r, Object<'r>> {
        // SAFETY: as in `is_same`.
        let raw = cx.guard(|exc| unsafe { sys::JSValueToObject(cx.raw(), self.raw, exc) })?;
        // SAFETY: a live object of this realm.
        Ok(unsafe { Object::from_raw(raw) })
    }
}

impl<'r> From<Object<'r>> for Value<'r> {
    fn from(object: Object<'r>) -> Self {
        // SAFETY: every object is a value of the same realm.
        unsafe { Self::from_raw(object.raw()) }
    }
}

impl<'r> From<Thrown<'r>> for Value<'r> {
    fn from(thrown: Thrown<'r>) -> Self {
        thrown.0
    }
}
