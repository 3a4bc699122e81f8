//! What is known about files: status, times, owners, permissions.

use std::fs::{self, Metadata};
use std::os::unix::fs::{
    MetadataExt, PermissionsExt, chown as set_owner, fchown as set_owner_of, lchown as set_owner_of_link,
};
use std::time::UNIX_EPOCH;

use nix::fcntl::{AT_FDCWD, AtFlags};
use nix::sys::stat::{UtimensatFlags, futimens, utimensat};
use nix::sys::time::TimeSpec;
use nix::unistd::{AccessFlags, faccessat};

use crate::engine::{Args, Ctx, JsResult};
use crate::node::reply::{errno_of, path};
use crate::os::with_file;

use super::outcome::{Outcome, done, perform};

/// As the constructor of `Stats` reads it: fields, then seconds and nanoseconds of access, change, status change, birth.
fn status(metadata: &Metadata) -> Outcome {
    let birth = metadata.created().ok().and_then(|t| t.duration_since(UNIX_EPOCH).ok());
    let (born, born_nanos) = match birth {
        Some(time) => (time.as_secs().cast_signed(), i64::from(time.subsec_nanos())),
        // File systems without birth times: the oldest time there is.
        None => (metadata.ctime(), metadata.ctime_nsec()),
    };
    Outcome::Numbers(vec![
        metadata.dev().cast_signed(),
        i64::from(metadata.mode()),
        metadata.nlink().cast_signed(),
        i64::from(metadata.uid()),
        i64::from(metadata.gid()),
        metadata.rdev().cast_signed(),
        metadata.blksize().cast_signed(),
        metadata.ino().cast_signed(),
        metadata.size().cast_signed(),
        metadata.blocks().cast_signed(),
        metadata.atime(),
        metadata.atime_nsec(),
        metadata.mtime(),
        metadata.mtime_nsec(),
        metadata.ctime(),
        metadata.ctime_nsec(),
        born,
        born_nanos,
    ])
}

/// `stat(path, ofLink, callback?)`
pub(super) fn stat<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    let (path, of_link) = (path(cx, args, 0)?, args.bool(cx, 1));
    perform(cx, args, 2, move || {
        let found = if of_link {
            fs::symlink_metadata(&path)
        } else {
            fs::metadata(&path)
        };
        found.map(|m| status(&m)).map_err(|e| errno_of(&e))
    })
}

/// `fstat(fd, callback?)`
pub(super) fn fstat<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    let fd = args.i32(cx, 0)?;
    perform(cx, args, 1, move || {
        with_file(fd, |file| file.metadata())
            .map(|m| status(&m))
            .map_err(|e| errno_of(&e))
    })
}

/// `statfs(path, callback?)`: type, block size, blocks, free, available, files, free files.
pub(super) fn statfs<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    let path = path(cx, args, 0)?;
    perform(cx, args, 1, move || {
        let s = nix::sys::statfs::statfs(&path)?;
        let count = |n: u64| n.cast_signed();
        Ok(Outcome::Numbers(vec![
            s.filesystem_type().0,
            s.block_size(),
            count(s.blocks()),
            count(s.blocks_free()),
            count(s.blocks_available()),
            count(s.files()),
            count(s.files_free()),
        ]))
    })
}

/// `access(path, mode, callback?)`
pub(super) fn access<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    let path = path(cx, args, 0)?;
    let mode = AccessFlags::from_bits_truncate(args.i32(cx, 1)?);
    perform(cx, args, 2, move || {
        faccessat(AT_FDCWD, &path, mode, AtFlags::empty()).map(|()| Outcome::Done)
    })
}

/// `chmod(path, mode, callback?)`
pub(super) fn chmod<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    let (path, mode) = (path(cx, args, 0)?, fs::Permissions::from_mode(args.u32(cx, 1)?));
    perform(cx, args, 2, move || done(fs::set_permissions(&path, mode)))
}

/// `fchmod(fd, mode, callback?)`
pub(super) fn fchmod<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    let (fd, mode) = (args.i32(cx, 0)?, fs::Permissions::from_mode(args.u32(cx, 1)?));
    perform(cx, args, 2, move || {
        done(with_file(fd, |file| file.set_permissions(mode)))
    })
}

/// -1 leaves the owner as it is.
fn owner(id: f64) -> Option<u32> {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "JavaScript checks the range"
    )]
    (0.0..4_294_967_295.0).contains(&id).then_some(id as u32)
}

/// `chown(path, user, group, ofLink, callback?)`
pub(super) fn chown<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    let path = path(cx, args, 0)?;
    let (user, group, of_link) = (owner(args.number(cx, 1)?), owner(args.number(cx, 2)?), args.bool(cx, 3));
    perform(cx, args, 4, move || {
        done(if of_link {
            set_owner_of_link(&path, user, group)
        } else {
            set_owner(&path, user, group)
        })
    })
}

/// `fchown(fd, user, group, callback?)`
pub(super) fn fchown<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    let fd = args.i32(cx, 0)?;
    let (user, group) = (owner(args.number(cx, 1)?), owner(args.number(cx, 2)?));
    perform(cx, args, 3, move || {
        done(with_file(fd, |file| set_owner_of(file, user, group)))
    })
}

/// Seconds with a fraction, also before 1970.
#[expect(
    clippy::cast_possible_truncation,
    reason = "the fraction is below a second, and later years than a file system knows saturate"
)]
fn time(seconds: f64) -> TimeSpec {
    let whole = seconds.floor();
    // To the microsecond, as libuv: a double has no better resolution of today's time.
    let micros = ((seconds - whole) * 1e6).round().min(999_999.0);
    TimeSpec::new(whole as i64, micros as i64 * 1000)
}

/// `utimes(path, accessed, modified, ofLink, callback?)`
pub(super) fn utimes<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    let path = path(cx, args, 0)?;
    let (accessed, modified) = (time(args.number(cx, 1)?), time(args.number(cx, 2)?));
    let flag = if args.bool(cx, 3) {
        UtimensatFlags::NoFollowSymlink
    } else {
        UtimensatFlags::FollowSymlink
    };
    perform(cx, args, 4, move || {
        utimensat(AT_FDCWD, &path, &accessed, &modified, flag).map(|()| Outcome::Done)
    })
}

/// `futimes(fd, accessed, modified, callback?)`
pub(super) fn futimes<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    let fd = args.i32(cx, 0)?;
    let (accessed, modified) = (time(args.number(cx, 1)?), time(args.number(cx, 2)?));
    perform(cx, args, 3, move || {
        done(with_file(fd, |file| {
            futimens(file, &accessed, &modified).map_err(Into::into)
        }))
    })
}
