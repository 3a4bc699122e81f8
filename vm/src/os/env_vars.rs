//! The environment variables of the process.
//!
//! Invariant: only the JS thread of a worker process calls these. Rust's own readers take the standard library's lock; the C
//! library's (`getenv` in the engine's time zone code) run on this same thread. Threads of native addons that call `getenv` at the
//! same moment race, as they do in every other runtime.

use std::env;
use std::ffi::OsStr;

/// Sets a variable. A name that no environment can hold is ignored.
pub fn set_env_var(name: &OsStr, value: &OsStr) {
    if is_valid(name) && !value.as_encoded_bytes().contains(&0) {
        // SAFETY: see the module head.
        unsafe { env::set_var(name, value) }
    }
}

/// Removes a variable.
pub fn remove_env_var(name: &OsStr) {
    if is_valid(name) {
        // SAFETY: see the module head.
        unsafe { env::remove_var(name) }
    }
}

fn is_valid(name: &OsStr) -> bool {
    let bytes = name.as_encoded_bytes();
    !bytes.is_empty() && !bytes.contains(&b'=') && !bytes.contains(&0)
}
