//! What directories hold: lists, links, new and removed entries.

use std::fs::{self, DirBuilder, FileType};
use std::io;
use std::os::unix::fs::{DirBuilderExt, FileTypeExt};
use std::path::{Path, PathBuf};

use nix::errno::Errno;

use crate::engine::{Args, Ctx, JsResult};
use crate::node::reply::{errno_of, path};

use super::outcome::{Outcome, done, perform};

/// Kinds of entries, numbered as `fs.constants.UV_DIRENT_*`.
fn kind(file_type: io::Result<FileType>) -> u8 {
    match file_type {
        Ok(t) if t.is_file() => 1,
        Ok(t) if t.is_dir() => 2,
        Ok(t) if t.is_symlink() => 3,
        Ok(t) if t.is_fifo() => 4,
        Ok(t) if t.is_socket() => 5,
        Ok(t) if t.is_char_device() => 6,
        Ok(t) if t.is_block_device() => 7,
        _ => 0,
    }
}

/// `readdir(path, raw, callback?)`: names and kinds, flat, sorted by name.
pub(super) fn readdir<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    let (path, raw) = (path(cx, args, 0)?, args.bool(cx, 1));
    perform(cx, args, 2, move || {
        let entries = fs::read_dir(&path)
            .and_then(Iterator::collect::<io::Result<Vec<_>>>)
            .map_err(|e| errno_of(&e))?;
        let mut list: Vec<_> = entries
            .into_iter()
            .map(|e| (e.file_name(), kind(e.file_type())))
            .collect();
        list.sort_unstable();
        Ok(Outcome::Entries { list, raw })
    })
}

/// `mkdir(path, mode, callback?)`
pub(super) fn mkdir<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    let (path, mode) = (path(cx, args, 0)?, args.u32(cx, 1)?);
    perform(cx, args, 2, move || done(make(&path, mode)))
}

fn make(path: &Path, mode: u32) -> io::Result<()> {
    DirBuilder::new().mode(mode).create(path)
}

/// `mkdirAll(path, mode, callback?)`: the first directory that was made, or nothing if all were there.
pub(super) fn mkdir_all<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    let (path, mode) = (path(cx, args, 0)?, args.u32(cx, 1)?);
    perform(cx, args, 2, move || {
        let first = make_all(&path, mode).map_err(|e| errno_of(&e))?;
        Ok(first.map_or(Outcome::Nothing, |path| Outcome::Name {
            name: path.into_os_string(),
            raw: false,
        }))
    })
}

/// Upwards to the first parent that is there, then downwards: parents usually are.
fn make_all(path: &Path, mode: u32) -> io::Result<Option<PathBuf>> {
    let mut missing = vec![path];
    loop {
        let at = missing[missing.len() - 1];
        match make(at, mode) {
            Ok(()) => break,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                match at.parent().filter(|p| !p.as_os_str().is_empty()) {
                    Some(parent) => missing.push(parent),
                    None => return Err(error),
                }
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                if !at.is_dir() {
                    // A file stands where a directory should be: it is in the way of what is below it, or it is the thing itself.
                    return Err(if missing.len() > 1 {
                        io::Error::from_raw_os_error(libc::ENOTDIR)
                    } else {
                        error
                    });
                }
                missing.pop();
                if missing.is_empty() {
                    return Ok(None);
                }
                let first = missing[missing.len() - 1].to_path_buf();
                make_listed(&missing, mode)?;
                return Ok(Some(first));
            }
            Err(error) => return Err(error),
        }
    }
    let first = missing.pop().map(Path::to_path_buf);
    make_listed(&missing, mode)?;
    Ok(first)
}

/// Innermost first in the list, outermost made first. Another process may make one meanwhile, which is as good.
fn make_listed(missing: &[&Path], mode: u32) -> io::Result<()> {
    missing.iter().rev().try_for_each(|path| match make(path, mode) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && path.is_dir() => Ok(()),
        other => other,
    })
}

/// `mkdtemp(prefix, raw, callback?)`: the path with six characters added.
pub(super) fn mkdtemp<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    let (prefix, raw) = (path(cx, args, 0)?, args.bool(cx, 1));
    perform(cx, args, 2, move || {
        let mut template = prefix.into_os_string();
        template.push("XXXXXX");
        nix::unistd::mkdtemp(&PathBuf::from(template)).map(|path| Outcome::Name {
            name: path.into_os_string(),
            raw,
        })
    })
}

/// `rmdir(path, callback?)`
pub(super) fn rmdir<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    let path = path(cx, args, 0)?;
    perform(cx, args, 1, move || done(fs::remove_dir(&path)))
}

/// `removeTree(path, callback?)`: a directory with all that is in it.
pub(super) fn remove_tree<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    let path = path(cx, args, 0)?;
    perform(cx, args, 1, move || done(fs::remove_dir_all(&path)))
}

/// `unlink(path, callback?)`
pub(super) fn unlink<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    let path = path(cx, args, 0)?;
    perform(cx, args, 1, move || done(fs::remove_file(&path)))
}

/// `rename(from, to, callback?)`
pub(super) fn rename<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    let (from, to) = (path(cx, args, 0)?, path(cx, args, 1)?);
    perform(cx, args, 2, move || done(fs::rename(&from, &to)))
}

/// `link(existing, new, callback?)`
pub(super) fn link<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    let (from, to) = (path(cx, args, 0)?, path(cx, args, 1)?);
    perform(cx, args, 2, move || done(fs::hard_link(&from, &to)))
}

/// `symlink(target, path, callback?)`
pub(super) fn symlink<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    let (target, path) = (path(cx, args, 0)?, path(cx, args, 1)?);
    perform(cx, args, 2, move || done(std::os::unix::fs::symlink(&target, &path)))
}

/// `readlink(path, raw, callback?)`
pub(super) fn readlink<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    let (path, raw) = (path(cx, args, 0)?, args.bool(cx, 1));
    perform(cx, args, 2, move || {
        fs::read_link(&path)
            .map(|target| Outcome::Name {
                name: target.into_os_string(),
                raw,
            })
            .map_err(|e| errno_of(&e))
    })
}

/// `realpath(path, raw, callback?)`
pub(super) fn realpath<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    let (path, raw) = (path(cx, args, 0)?, args.bool(cx, 1));
    perform(cx, args, 2, move || {
        // The empty path is nowhere, though the library takes it for the current directory in places.
        if path.as_os_str().is_empty() {
            return Err(Errno::ENOENT);
        }
        fs::canonicalize(&path)
            .map(|found| Outcome::Name {
                name: found.into_os_string(),
                raw,
            })
            .map_err(|e| errno_of(&e))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn makes_what_is_missing_and_tells_the_first() {
        let root = tempfile::tempdir().expect("a temporary directory");
        let deep = root.path().join("a/b/c");
        assert_eq!(make_all(&deep, 0o777).expect("made"), Some(root.path().join("a")));
        assert_eq!(make_all(&deep, 0o777).expect("there"), None);
        assert_eq!(
            make_all(&root.path().join("a/b/d"), 0o777).expect("made"),
            Some(root.path().join("a/b/d"))
        );
        fs::write(root.path().join("file"), "").expect("written");
        let below = make_all(&root.path().join("file/x"), 0o777).expect_err("a file is in the way");
        assert_eq!(below.raw_os_error(), Some(libc::ENOTDIR));
        let itself = make_all(&root.path().join("file"), 0o777).expect_err("it is a file");
        assert_eq!(itself.raw_os_error(), Some(libc::EEXIST));
    }
}
