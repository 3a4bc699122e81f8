//! Running one operation here or on the pool, and what it gives back.

use std::ffi::OsString;
use std::io;
use std::os::unix::ffi::OsStrExt;

use nix::errno::Errno;

use crate::engine::{Args, Ctx, JsResult, Value};
use crate::host::host;
use crate::node::reply::{callback, errno_of, failure};

/// What a file system operation found.
pub(super) enum Outcome {
    /// It was done.
    Done,
    /// A count.
    Count(usize),
    /// Contents.
    Bytes(Vec<u8>),
    /// Contents that are UTF-8, or nearly.
    Text(Vec<u8>),
    /// Whole numbers, for a `BigInt64Array`.
    Numbers(Vec<i64>),
    /// A path or name, as bytes if `raw`.
    Name { name: OsString, raw: bool },
    /// Names and kinds, flat.
    Entries { list: Vec<(OsString, u8)>, raw: bool },
    /// Nothing to tell.
    Nothing,
}

pub(super) type Result = std::result::Result<Outcome, Errno>;

/// An operation of the standard library.
pub(super) fn done(result: io::Result<()>) -> Result {
    result.map(|()| Outcome::Done).map_err(|e| errno_of(&e))
}

/// Runs `work` now, or on the pool if the argument at `callback_at` is a function.
pub(super) fn perform<'r>(
    cx: Ctx<'r>,
    args: Args<'r, '_>,
    callback_at: usize,
    work: impl FnOnce() -> Result + Send + 'static,
) -> JsResult<'r> {
    match callback(cx, args, callback_at) {
        None => tell(cx, work()),
        Some(callback) => {
            host().run_blocking(callback, work, tell);
            Ok(cx.undefined())
        }
    }
}

/// The result as a value.
pub(super) fn tell(cx: Ctx<'_>, result: Result) -> JsResult<'_> {
    Ok(match result {
        Err(errno) => failure(cx, errno),
        Ok(Outcome::Done) => cx.number(0),
        Ok(Outcome::Count(count)) => cx.number_from_u64(count as u64),
        Ok(Outcome::Bytes(bytes)) => cx.array_buffer(bytes)?.into(),
        Ok(Outcome::Text(bytes)) => cx.string(&String::from_utf8_lossy(&bytes)),
        Ok(Outcome::Numbers(list)) => cx
            .array_buffer(list.iter().flat_map(|n| n.to_ne_bytes()).collect())?
            .into(),
        Ok(Outcome::Name { name, raw }) => named(cx, &name, raw)?,
        Ok(Outcome::Entries { list, raw }) => {
            let flat = cx.array();
            for (index, (name, kind)) in (0..).step_by(2).zip(list) {
                flat.set_index(cx, index, named(cx, &name, raw)?)?;
                flat.set_index(cx, index + 1, cx.number(kind))?;
            }
            flat.into()
        }
        Ok(Outcome::Nothing) => cx.undefined(),
    })
}

fn named<'r>(cx: Ctx<'r>, name: &OsString, raw: bool) -> JsResult<'r, Value<'r>> {
    if raw {
        Ok(cx.array_buffer(name.as_bytes().to_vec())?.into())
    } else {
        Ok(cx.string(&name.to_string_lossy()))
    }
}
