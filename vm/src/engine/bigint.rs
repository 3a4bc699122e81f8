//! 64-bit integers to and from JavaScript.
//!
//! The functions are newer than the oldest engine trun accepts, so they are looked up when they are first needed and a missing one is an error of
//! the call that needs it.

use std::ffi::c_void;
use std::sync::OnceLock;

use super::ctx::{Ctx, ErrorClass};
use super::value::Value;
use super::{JsResult, sys};

type FromI64 = unsafe extern "C" fn(sys::JSContextRef, i64, sys::Exception) -> sys::JSValueRef;
type FromU64 = unsafe extern "C" fn(sys::JSContextRef, u64, sys::Exception) -> sys::JSValueRef;
type ToU64 = unsafe extern "C" fn(sys::JSContextRef, sys::JSValueRef, sys::Exception) -> u64;

/// Exported by engines from 2.46 on.
struct Functions {
    from_i64: FromI64,
    from_u64: FromU64,
    to_u64: ToU64,
}

fn functions(cx: Ctx<'_>) -> JsResult<'_, &'static Functions> {
    static FUNCTIONS: OnceLock<Option<Functions>> = OnceLock::new();
    FUNCTIONS
        .get_or_init(|| {
            let find = |name: &std::ffi::CStr| {
                // SAFETY: `name` is a C string; a null result is handled.
                let symbol = unsafe { libc::dlsym(libc::RTLD_DEFAULT, name.as_ptr()) };
                (!symbol.is_null()).then_some(symbol)
            };
            let from_i64 = find(c"JSBigIntCreateWithInt64")?;
            let from_u64 = find(c"JSBigIntCreateWithUInt64")?;
            let to_u64 = find(c"JSValueToUInt64")?;
            // SAFETY: the engine exports these under these signatures.
            unsafe {
                Some(Functions {
                    from_i64: std::mem::transmute::<*mut c_void, FromI64>(from_i64),
                    from_u64: std::mem::transmute::<*mut c_void, FromU64>(from_u64),
                    to_u64: std::mem::transmute::<*mut c_void, ToU64>(to_u64),
                })
            }
        })
        .as_ref()
        .ok_or_else(|| {
            cx.error(
                ErrorClass::Error,
                "64-bit integers need JavaScriptCore 2.46 or newer, which has JSBigIntCreateWithInt64",
            )
        })
}

impl<'r> Ctx<'r> {
    /// A bigint.
    ///
    /// # Errors
    /// The installed engine makes none.
    pub fn bigint_from_i64(self, number: i64) -> JsResult<'r> {
        let make = functions(self)?.from_i64;
        // SAFETY: the context is live and locked.
        let raw = self.guard(|exc| unsafe { make(self.raw(), number, exc) })?;
        // SAFETY: a live value of this realm.
        Ok(unsafe { Value::from_raw(raw) })
    }

    /// A bigint.
    ///
    /// # Errors
    /// The installed engine makes none.
    pub fn bigint_from_u64(self, number: u64) -> JsResult<'r> {
        let make = functions(self)?.from_u64;
        // SAFETY: as above.
        let raw = self.guard(|exc| unsafe { make(self.raw(), number, exc) })?;
        // SAFETY: a live value of this realm.
        Ok(unsafe { Value::from_raw(raw) })
    }
}

impl<'r> Value<'r> {
    /// The low 64 bits of a bigint.
    ///
    /// # Errors
    /// The installed engine cannot read one.
    pub fn bigint_bits(self, cx: Ctx<'r>) -> JsResult<'r, u64> {
        let read = functions(cx)?.to_u64;
        // SAFETY: value and context are of one realm by their brand; the lock is held.
        cx.guard(|exc| unsafe { read(cx.raw(), self.raw(), exc) })
    }
}

#[cfg(test)]
mod tests {
    use crate::engine::tests::with_vm;

    #[test]
    fn every_64_bit_integer_keeps_its_bits() {
        with_vm(|_, global| {
            global.enter(|cx| {
                for bits in [0, 1, 1 << 53, (1 << 53) + 1, 1 << 63, u64::MAX, u64::MAX - 1] {
                    let (unsigned, signed) = (cx.bigint_from_u64(bits), cx.bigint_from_i64(bits.cast_signed()));
                    for (made, text) in [(unsigned, bits.to_string()), (signed, bits.cast_signed().to_string())] {
                        let made = made.ok().expect("a bigint");
                        assert_eq!(made.to_text(cx).ok(), Some(text));
                        assert_eq!(made.bigint_bits(cx).ok(), Some(bits));
                    }
                }
            });
        });
    }
}
