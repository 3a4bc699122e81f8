//! Integers without a limit.

use super::ctx::Ctx;
use super::string::JsString;
use super::value::Value;
use super::{JsResult, sys};

impl<'r> Ctx<'r> {
    /// A bigint.
    ///
    /// # Errors
    /// Only when memory is out.
    pub fn bigint_i64(self, value: i64) -> JsResult<'r> {
        // SAFETY: the context is live and locked, here and below.
        let raw = self.guard(|exc| unsafe { sys::JSBigIntCreateWithInt64(self.raw(), value, exc) })?;
        // SAFETY: a live value of this realm.
        Ok(unsafe { Value::from_raw(raw) })
    }

    /// A bigint.
    ///
    /// # Errors
    /// Only when memory is out.
    pub fn bigint_u64(self, value: u64) -> JsResult<'r> {
        // SAFETY: as above.
        let raw = self.guard(|exc| unsafe { sys::JSBigIntCreateWithUInt64(self.raw(), value, exc) })?;
        // SAFETY: a live value of this realm.
        Ok(unsafe { Value::from_raw(raw) })
    }

    /// A bigint of a text as source has it, without the `n`: `0xff`.
    ///
    /// # Errors
    /// It is none, or too large for the engine.
    pub fn bigint_text(self, text: &str) -> JsResult<'r> {
        let text = JsString::new(text);
        // SAFETY: as above; the string outlives the call.
        let raw = self.guard(|exc| unsafe { sys::JSBigIntCreateWithString(self.raw(), text.raw(), exc) })?;
        // SAFETY: a live value of this realm.
        Ok(unsafe { Value::from_raw(raw) })
    }
}

impl<'r> Value<'r> {
    /// The lowest 64 bits of a number or bigint as a signed number.
    ///
    /// # Errors
    /// What the conversion threw; a bigint throws nothing.
    pub fn to_i64(self, cx: Ctx<'r>) -> JsResult<'r, i64> {
        // SAFETY: value and context are of one realm; the lock is held.
        cx.guard(|exc| unsafe { sys::JSValueToInt64(cx.raw(), self.raw(), exc) })
    }

    /// The lowest 64 bits of a number or bigint.
    ///
    /// # Errors
    /// As [`Value::to_i64`].
    pub fn to_u64(self, cx: Ctx<'r>) -> JsResult<'r, u64> {
        // SAFETY: value and context are of one realm; the lock is held.
        cx.guard(|exc| unsafe { sys::JSValueToUInt64(cx.raw(), self.raw(), exc) })
    }
}
