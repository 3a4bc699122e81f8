//! Texts that addons pass as pointer and length.

use std::ffi::{CStr, c_char};

use trun_vm::engine::{JsString, Value};

use crate::abi::status::Status;
use crate::abi::types::AUTO_LENGTH;
use crate::entry::{Call, Outcome, require};

/// The units of a text of `length`, or up to its end if that is [`AUTO_LENGTH`].
///
/// # Errors
/// It is null though it should have a length, or longer than a string can be.
pub(crate) fn units<'a, 'r, T: Copy + Default + PartialEq>(text: *const T, length: usize) -> Outcome<'r, &'a [T]> {
    if length > 0 {
        require(!text.is_null(), Status::InvalidArg)?;
    }
    require(
        length == AUTO_LENGTH || i32::try_from(length).is_ok(),
        Status::InvalidArg,
    )?;
    if length == 0 {
        return Ok(&[]);
    }
    let length = if length == AUTO_LENGTH {
        terminated(text)
    } else {
        length
    };
    // SAFETY: the interface demands `length` units at `text`, or a text that ends with a zero.
    Ok(unsafe { std::slice::from_raw_parts(text, length) })
}

fn terminated<T: Copy + Default + PartialEq>(text: *const T) -> usize {
    let mut length = 0;
    // SAFETY: the interface demands a text that ends with a zero.
    while unsafe { *text.add(length) } != T::default() {
        length += 1;
    }
    length
}

/// A JavaScript string of UTF-8; what is none becomes U+FFFD.
pub(crate) fn utf8<'r>(call: Call<'r>, text: *const c_char, length: usize) -> Outcome<'r, Value<'r>> {
    Ok(call.cx.js_string(&utf8_string(units(text.cast::<u8>(), length)?)))
}

pub(crate) fn utf8_string(bytes: &[u8]) -> JsString {
    JsString::new(&String::from_utf8_lossy(bytes))
}

/// A JavaScript string of a C string; null is empty.
pub(crate) fn c_text<'r>(call: Call<'r>, text: *const c_char) -> Value<'r> {
    call.cx.string(&lossy(text))
}

/// A C string as text; null is empty.
pub(crate) fn lossy<'a>(text: *const c_char) -> std::borrow::Cow<'a, str> {
    if text.is_null() {
        return std::borrow::Cow::Borrowed("");
    }
    // SAFETY: the interface demands a text that ends with a zero.
    unsafe { CStr::from_ptr(text) }.to_string_lossy()
}
