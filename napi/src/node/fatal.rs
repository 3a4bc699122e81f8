//! Errors that nobody can catch.

use std::ffi::c_char;
use std::io::Write;

use trun_vm::harness::uncaught::report_uncaught;

use crate::abi::types::{AUTO_LENGTH, napi_value};
use crate::entry::api;

api! {
    /// An exception that nobody caught: as if thrown by a timer.
    Js fn napi_fatal_exception(call, error: napi_value) {
        let error = call.value(error)?;
        report_uncaught(call.cx, error);
        Ok(())
    }
}

/// Ends the process. Any thread.
///
/// # Safety
/// Pointers are as the header demands.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn napi_fatal_error(
    location: *const c_char,
    location_length: usize,
    message: *const c_char,
    message_length: usize,
) -> ! {
    // SAFETY: the interface demands texts of these lengths, or null.
    let (location, message) = unsafe { (text(location, location_length), text(message, message_length)) };
    let line = if location.is_empty() {
        format!("FATAL ERROR: {message}\n")
    } else {
        format!("FATAL ERROR: {location} {message}\n")
    };
    // The last words of this process; there is nobody to tell that they could not be written.
    let _ = std::io::stderr().write_all(line.as_bytes());
    std::process::abort()
}

/// # Safety
/// `length` bytes, or a text that ends with a zero; or null.
unsafe fn text(start: *const c_char, length: usize) -> String {
    if start.is_null() {
        return String::new();
    }
    let bytes = if length == AUTO_LENGTH {
        // SAFETY: the caller says that it ends with a zero.
        unsafe { std::ffi::CStr::from_ptr(start) }.to_bytes()
    } else {
        // SAFETY: the caller says that there are `length` bytes.
        unsafe { std::slice::from_raw_parts(start.cast::<u8>(), length) }
    };
    String::from_utf8_lossy(bytes).into_owned()
}
