//! Reads folders. Owns the walk: what is entered, that links are followed and loops are not, what happens to what
//! cannot be read. Knows nothing of arguments.

use std::{
    io,
    path::{Path, PathBuf},
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
    let entries = WalkBuilder::new(folder)
        .standard_filters(false)
        .follow_links(true)
        .filter_entry(|entry| entry.depth() == 0 || !is_skipped(entry))
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

fn is_skipped(entry: &DirEntry) -> bool {
    is_folder(entry) && names::is_skipped_folder(entry.file_name())
}

fn is_folder(entry: &DirEntry) -> bool {
    entry.file_type().is_some_and(|kind| kind.is_dir())
}

fn refused(folder: &Path, error: ignore::Error, notes: &mut Vec<String>) -> Result<(), DiscoveryError> {
    let path = place(&error).map_or_else(|| folder.to_path_buf(), Path::to_path_buf);
    // A loop has no error of the system.
    let Some(error) = error.into_io_error() else {
        return Ok(());
    };
    if path == folder {
        return Err(DiscoveryError::Unreadable { path, error });
    }
    let is_loop = error.raw_os_error() == Some(Errno::ELOOP as i32);
    if error.kind() != io::ErrorKind::NotFound && !is_loop {
        notes.push(format!("failed to read {}, skipped: {error}", path.display()));
    }
    Ok(())
}

fn place(error: &ignore::Error) -> Option<&Path> {
    match error {
        ignore::Error::WithPath { path, .. } => Some(path),
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => place(err),
        _ => None,
    }
}
