//! What is in files: open, read, write, cut, copy.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::os::fd::{OwnedFd, RawFd};
use std::os::unix::fs::FileExt;

use nix::errno::Errno;
use nix::fcntl::{AT_FDCWD, OFlag, openat};
use nix::sys::stat::Mode;

use crate::engine::{Args, Ctx, JsResult, Value};
use crate::handles::Site;
use crate::host::{OPERATION, host};
use crate::node::reply::{callback, errno_of, failure, path};
use crate::os::with_file;

use super::descriptors;
use super::outcome::{Outcome, Result, done, perform, tell};

/// Contents beyond this do not fit into one string or buffer.
const MAX_CONTENTS: u64 = 2 << 30;

/// `open(path, flags, mode, callback?)`: a descriptor.
pub(super) fn open<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    let path = path(cx, args, 0)?;
    let flags = OFlag::from_bits_retain(args.i32(cx, 1)?) | OFlag::O_CLOEXEC;
    let mode = Mode::from_bits_truncate(args.u32(cx, 2)?);
    let work = move || openat(AT_FDCWD, &path, flags, mode);
    let Some(callback) = callback(cx, args, 3) else {
        return Ok(opened(cx, work(), || Site::here(cx)));
    };
    let site = Site::here(cx);
    host().run_blocking(callback, work, move |cx, result| Ok(opened(cx, result, || site)));
    Ok(cx.undefined())
}

fn opened<'r>(cx: Ctx<'r>, result: nix::Result<OwnedFd>, site: impl FnOnce() -> Site) -> Value<'r> {
    match result {
        Ok(fd) => cx.number(descriptors::add(fd, site())),
        Err(errno) => failure(cx, errno),
    }
}

/// `close(fd, callback?)`
pub(super) fn close<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    let fd = args.i32(cx, 0)?;
    descriptors::forget(fd);
    perform(cx, args, 1, move || nix::unistd::close(fd).map(|()| Outcome::Done))
}

/// `readAll(fd, asText, callback?)`: from the present position to the end.
pub(super) fn read_all<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    let (fd, as_text) = (args.i32(cx, 0)?, args.bool(cx, 1));
    perform(cx, args, 2, move || {
        let bytes = with_file(fd, read_to_end).map_err(|e| errno_of(&e))?;
        Ok(if as_text {
            Outcome::Text(bytes)
        } else {
            Outcome::Bytes(bytes)
        })
    })
}

fn read_to_end(mut file: &File) -> io::Result<Vec<u8>> {
    // Devices and /proc have no size worth believing; a reservation that fails must not end the process.
    let size = file.metadata().map_or(0, |m| m.len());
    if size > MAX_CONTENTS {
        return Err(io::Error::from_raw_os_error(libc::EFBIG));
    }
    let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or(0).saturating_add(1));
    file.read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// `writeAll(fd, data, position, callback?)`: all of a string or of bytes; position -1 is the present one.
pub(super) fn write_all<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    let fd = args.i32(cx, 0)?;
    let position = position(args.number(cx, 2)?);
    let data = args.get(cx, 1);
    if callback(cx, args, 3).is_none() && !data.is_string(cx) {
        // Without a copy, which JavaScript cannot see changing because it does not run meanwhile.
        let result = data
            .with_bytes(cx, |bytes| put_all(fd, bytes, position))?
            .unwrap_or(Err(Errno::EINVAL));
        return tell(cx, result);
    }
    let data = if data.is_string(cx) {
        data.to_text(cx)?.into_bytes()
    } else {
        data.to_bytes(cx, "data")?
    };
    perform(cx, args, 3, move || put_all(fd, &data, position))
}

fn put_all(fd: RawFd, data: &[u8], position: Option<u64>) -> Result {
    let written = with_file(fd, |mut file| match position {
        Some(at) => file.write_all_at(data, at),
        None => file.write_all(data),
    });
    written.map(|()| Outcome::Count(data.len())).map_err(|e| errno_of(&e))
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "negative means none; JavaScript checks that it is whole"
)]
fn position(number: f64) -> Option<u64> {
    (number >= 0.0).then_some(number as u64)
}

fn window(bytes: &mut [u8], offset: usize, length: usize) -> &mut [u8] {
    let offset = offset.min(bytes.len());
    let end = offset.saturating_add(length).min(bytes.len());
    &mut bytes[offset..end]
}

fn retry<T>(mut call: impl FnMut() -> io::Result<T>) -> io::Result<T> {
    loop {
        match call() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            other => return other,
        }
    }
}

fn read_some(fd: RawFd, target: &mut [u8], position: Option<u64>) -> std::result::Result<usize, Errno> {
    with_file(fd, |mut file| {
        retry(|| match position {
            Some(at) => file.read_at(target, at),
            None => file.read(target),
        })
    })
    .map_err(|e| errno_of(&e))
}

/// `read(fd, bytes, offset, length, position, callback?)`: how many bytes it was.
pub(super) fn read<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    let fd = args.i32(cx, 0)?;
    let (offset, length) = (args.u32(cx, 2)? as usize, args.u32(cx, 3)? as usize);
    let position = position(args.number(cx, 4)?);
    let target = args.get(cx, 1);
    let Some(callback) = callback(cx, args, 5) else {
        let result = target.with_bytes(cx, |bytes| read_some(fd, window(bytes, offset, length), position))?;
        return tell(cx, result.unwrap_or(Err(Errno::EINVAL)).map(Outcome::Count));
    };
    let kept = host().persist(target.expect_object(cx, "buffer")?, OPERATION);
    let length = target
        .with_bytes(cx, |bytes| window(bytes, offset, length).len())?
        .unwrap_or(0);
    let work = move || {
        let mut bytes = vec![0; length];
        let count = read_some(fd, &mut bytes, position)?;
        bytes.truncate(count);
        Ok(bytes)
    };
    host().run_blocking(
        callback,
        work,
        move |cx, result: std::result::Result<Vec<u8>, Errno>| {
            let bytes = match result {
                Ok(bytes) => bytes,
                Err(errno) => return Ok(failure(cx, errno)),
            };
            if let Some(target) = kept.open(cx) {
                // It may have been resized or transferred meanwhile: as much as still fits.
                crate::engine::Value::from(target).with_bytes(cx, |target| {
                    let target = window(target, offset, bytes.len());
                    let count = target.len();
                    target.copy_from_slice(&bytes[..count]);
                })?;
            }
            tell(cx, Ok(Outcome::Count(bytes.len())))
        },
    );
    Ok(cx.undefined())
}

/// `write(fd, bytes, offset, length, position, callback?)`: how many bytes it was.
pub(super) fn write<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    let fd = args.i32(cx, 0)?;
    let (offset, length) = (args.u32(cx, 2)? as usize, args.u32(cx, 3)? as usize);
    let position = position(args.number(cx, 4)?);
    let put = move |data: &[u8]| {
        with_file(fd, |mut file| {
            retry(|| match position {
                Some(at) => file.write_at(data, at),
                None => file.write(data),
            })
        })
        .map(Outcome::Count)
        .map_err(|e| errno_of(&e))
    };
    if callback(cx, args, 5).is_none() {
        let result = args
            .get(cx, 1)
            .with_bytes(cx, |bytes| put(window(bytes, offset, length)))?;
        return tell(cx, result.unwrap_or(Err(Errno::EINVAL)));
    }
    let data = args
        .get(cx, 1)
        .with_bytes(cx, |bytes| window(bytes, offset, length).to_vec())?
        .unwrap_or_default();
    perform(cx, args, 5, move || put(&data))
}

/// `ftruncate(fd, length, callback?)`
pub(super) fn ftruncate<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    let fd = args.i32(cx, 0)?;
    let length = position(args.number(cx, 1)?).unwrap_or(0);
    perform(cx, args, 2, move || done(with_file(fd, |file| file.set_len(length))))
}

/// `fsync(fd, dataOnly, callback?)`
pub(super) fn fsync<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    let (fd, data_only) = (args.i32(cx, 0)?, args.bool(cx, 1));
    perform(cx, args, 2, move || {
        done(with_file(fd, |file| {
            if data_only { file.sync_data() } else { file.sync_all() }
        }))
    })
}

/// `copyFile(from, to, exclusive, callback?)`
pub(super) fn copy_file<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    let (from, to, exclusive) = (path(cx, args, 0)?, path(cx, args, 1)?, args.bool(cx, 2));
    perform(cx, args, 3, move || {
        if exclusive && fs::symlink_metadata(&to).is_ok() {
            return Err(Errno::EEXIST);
        }
        let source = fs::metadata(&from).map_err(|e| errno_of(&e))?;
        if source.is_dir() {
            return Err(Errno::EISDIR);
        }
        if same_file(&source, &to) {
            return Ok(Outcome::Done);
        }
        fs::copy(&from, &to).map(|_| Outcome::Done).map_err(|e| errno_of(&e))
    })
}

/// Copying a file onto itself would empty it.
fn same_file(source: &fs::Metadata, to: &std::path::Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    fs::metadata(to).is_ok_and(|target| target.dev() == source.dev() && target.ino() == source.ino())
}
