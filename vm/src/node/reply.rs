//! What natives give back, and how they read what they are given.

use std::ffi::OsString;
use std::io;
use std::os::unix::ffi::OsStringExt;
use std::path::PathBuf;

use nix::errno::Errno;

use crate::engine::{Args, Ctx, JsResult, Object, Value};

/// The system's error as a negative number, as libuv and Node count them.
pub(super) fn failure(cx: Ctx<'_>, errno: Errno) -> Value<'_> {
    cx.number(-(errno as i32))
}

/// The system's error of a failed operation of the standard library.
pub(super) fn errno_of(error: &io::Error) -> Errno {
    match (error.raw_os_error(), error.kind()) {
        (Some(raw), _) => Errno::from_raw(raw),
        // What the standard library refuses before it asks the system: text with a NUL in it, mostly.
        (None, io::ErrorKind::InvalidInput) => Errno::EINVAL,
        (None, _) => Errno::EIO,
    }
}

/// Zero, or the error.
pub(super) fn unit<'r>(cx: Ctx<'r>, result: nix::Result<()>) -> JsResult<'r> {
    Ok(result.map_or_else(|errno| failure(cx, errno), |()| cx.number(0)))
}

/// The argument as a path: a string, or the bytes of a buffer.
pub(super) fn path<'r>(cx: Ctx<'r>, args: Args<'r, '_>, index: usize) -> JsResult<'r, PathBuf> {
    path_from(cx, args.get(cx, index))
}

/// A value as a path.
pub(super) fn path_from<'r>(cx: Ctx<'r>, value: Value<'r>) -> JsResult<'r, PathBuf> {
    if value.is_string(cx) {
        return Ok(PathBuf::from(value.to_text(cx)?));
    }
    value
        .to_bytes(cx, "path")
        .map(|bytes| PathBuf::from(OsString::from_vec(bytes)))
}

/// The strings of an array.
pub(super) fn strings<'r>(cx: Ctx<'r>, array: Object<'r>) -> JsResult<'r, Vec<String>> {
    (0..array.length(cx)?)
        .map(|i| array.get_index(cx, i)?.to_text(cx))
        .collect()
}

/// The argument as a function, or `None` if it is left out.
pub(super) fn callback<'r>(cx: Ctx<'r>, args: Args<'r, '_>, index: usize) -> Option<Object<'r>> {
    args.get(cx, index)
        .as_object(cx)
        .filter(|object| object.is_function(cx))
}
