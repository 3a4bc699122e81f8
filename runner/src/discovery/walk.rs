//! Reads folders. Owns the walk: what is entered, that links are followed and loops are not, what happens to what
//! cannot be read. Knows nothing of arguments.

use std::{
    fs, io,
    path::{Component, Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use ignore::{DirEntry, WalkBuilder};
use nix::errno::Errno;

use super::{DiscoveryError, names};

/// Something met on a walk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Met {
    /// Where it is: what the walk started from, joined with the way from there.
    pub(super) path: PathBuf,
    /// Whether it is a folder.
    pub(super) is_folder: bool,
}

/// Everything below `folder`, hidden or ignored by git or not, but for [`names::is_skipped_folder`].
///
/// What vanishes meanwhile, links to nowhere and links that lead back up are passed over, because they hide no test.
/// A folder that may not be read is noted: it might. If it is `folder` itself, the walk fails.
pub(super) fn walk(folder: &Path, notes: &mut Vec<String>) -> Result<Vec<Met>, DiscoveryError> {
    let links = Links::from(folder);
    let entries = WalkBuilder::new(folder)
        .standard_filters(false)
        .follow_links(true)
        .filter_entry(move |entry| entry.depth() == 0 || (!is_skipped(entry) && links.may_enter(entry)))
        .build();
    let mut met = Vec::new();
    for entry in entries {
        match entry {
            Ok(entry) if entry.depth() > 0 => met.push(Met {
                is_folder: is_folder(&entry),
                path: entry.into_path(),
            }),
            Ok(_) => {}
            Err(error) => refused(folder, error, notes)?,
        }
    }
    Ok(met)
}

/// Which linked folders are entered: those that the walk would not come to by itself.
///
/// Folders that link to one another have more paths than a walk could ever take, though no path is a loop. So every link
/// is followed once at most, and files go by their real place where they have one below the folder walked.
struct Links {
    /// Folders, without links in their paths, that the walk covers with all below them.
    covered: Mutex<Vec<PathBuf>>,
}

impl Links {
    fn from(folder: &Path) -> Self {
        Self {
            covered: Mutex::new(fs::canonicalize(folder).into_iter().collect()),
        }
    }

    fn may_enter(&self, entry: &DirEntry) -> bool {
        if !entry.path_is_symlink() || !is_folder(entry) {
            return true;
        }
        let Ok(target) = fs::canonicalize(entry.path()) else {
            return false;
        };
        let mut covered = self.covered.lock().unwrap_or_else(PoisonError::into_inner);
        let is_covered = covered.iter().any(|folder| covers(folder, &target));
        if !is_covered {
            covered.push(target);
        }
        !is_covered
    }
}

/// Whether a walk of `folder` comes to `target`.
fn covers(folder: &Path, target: &Path) -> bool {
    let is_skipped = |part| matches!(part, Component::Normal(name) if names::is_skipped_folder(name));
    target
        .strip_prefix(folder)
        .is_ok_and(|way| !way.components().any(is_skipped))
}

fn is_skipped(entry: &DirEntry) -> bool {
    is_folder(entry) && names::is_skipped_folder(entry.file_name())
}

fn is_folder(entry: &DirEntry) -> bool {
    entry.file_type().is_some_and(|kind| kind.is_dir())
}

fn refused(folder: &Path, error: ignore::Error, notes: &mut Vec<String>) -> Result<(), DiscoveryError> {
    let path = place(&error).map(Path::to_path_buf);
    // A loop has no error of the system.
    let Some(error) = error.into_io_error().map(plain) else {
        return Ok(());
    };
    match path {
        Some(path) if path == folder => return Err(DiscoveryError::Unreadable { path, error }),
        _ if hides_nothing(&error) => {}
        Some(path) => notes.push(format!("failed to read {}, skipped: {error}", path.display())),
        // Reading can also stop halfway through a folder, and then the walk does not tell which one it was.
        None => notes.push(format!("failed to read all of {}: {error}", folder.display())),
    }
    Ok(())
}

/// What vanished meanwhile, and links to nowhere or to themselves.
fn hides_nothing(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::NotFound || error.raw_os_error() == Some(Errno::ELOOP as i32)
}

/// The system's own error, without the wrapping that repeats the path.
fn plain(error: io::Error) -> io::Error {
    let mut source = error.get_ref().and_then(|inner| inner.source());
    while let Some(inner) = source {
        if let Some(code) = inner.downcast_ref::<io::Error>().and_then(io::Error::raw_os_error) {
            return io::Error::from_raw_os_error(code);
        }
        source = inner.source();
    }
    error
}

fn place(error: &ignore::Error) -> Option<&Path> {
    match error {
        ignore::Error::WithPath { path, .. } => Some(path),
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => place(err),
        _ => None,
    }
}
