//! Temporary folders: one per run, below it one per worker, which the tests see as `TMPDIR`.
//!
//! Two workers never meet in the folder for temporary files, and a file finds there nothing of the one before it: the worker empties its
//! folder between files. The zygote takes the run's folder away as its last act, because it outlives every process that may write there, also
//! when the coordinator is killed. Made before anything is forked; knows paths only.
//!
//! Tests may do anything to these folders, and trun may run as root: nothing is removed through a name that has become a link, or through a
//! folder that is not the one that was made.

use std::fs::{self, Metadata, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use crate::os::set_env_var;

/// What the tests' libraries ask for.
const TMPDIR: &str = "TMPDIR";
/// Where temporary files go if nothing says otherwise.
const DEFAULT: &str = "/tmp";
/// Names to try: another run of this process id may have been killed and its folder left.
const MOST_TRIES: u32 = 1000;
/// For this user alone.
const MODE: u32 = 0o700;

/// The folder of a run.
#[derive(Debug, Clone)]
pub struct Scratch {
    root: PathBuf,
    identity: Identity,
}

/// Which folder it is, whatever its name becomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Identity {
    device: u64,
    inode: u64,
}

impl Scratch {
    /// Makes the run's folder in the system's folder for temporary files, readable by this user alone.
    ///
    /// # Errors
    /// Nothing can be made there.
    pub fn create() -> io::Result<Self> {
        let base = std::env::var_os(TMPDIR).filter(|named| !named.is_empty());
        // Tests change their working directory.
        let base = std::path::absolute(base.unwrap_or_else(|| DEFAULT.into()))?;
        for attempt in 0..MOST_TRIES {
            // Short: the path of a socket that a test makes in it has 107 bytes.
            let root = base.join(format!("trun-{}-{attempt}", std::process::id()));
            match make_folder(&root) {
                Ok(()) => {
                    let identity = Identity::of(&fs::symlink_metadata(&root)?);
                    return Ok(Self { root, identity });
                }
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
        Err(io::ErrorKind::AlreadyExists.into())
    }

    /// In a worker: makes the folder of this slot the one for temporary files, empty.
    #[must_use]
    pub fn enter(&self, slot: u32) -> WorkerScratch {
        let folder = WorkerScratch {
            path: self.root.join(slot.to_string()),
            run: self.clone(),
        };
        folder.empty();
        set_env_var(TMPDIR, folder.path.as_os_str());
        folder
    }

    /// Takes everything away. What cannot be removed is left to the system.
    pub fn remove(&self) {
        if self.is_in_place() {
            remove(&self.root);
        }
    }

    /// Whether its name still leads to it.
    fn is_in_place(&self) -> bool {
        // Numbers of what is gone are used again: also for a link.
        fs::symlink_metadata(&self.root).is_ok_and(|found| found.is_dir() && Identity::of(&found) == self.identity)
    }
}

impl Identity {
    fn of(found: &Metadata) -> Self {
        Self {
            device: found.dev(),
            inode: found.ino(),
        }
    }
}

/// The folder of one worker.
#[derive(Debug)]
pub struct WorkerScratch {
    path: PathBuf,
    run: Scratch,
}

impl WorkerScratch {
    /// Takes away what a file has left in it, and makes it anew if that was done to it. Nearly free if nothing was left.
    pub fn empty(&self) {
        if !self.run.is_in_place() || is_empty_folder(&self.path) {
            return;
        }
        remove(&self.path);
        // Without it the next file's temporary files have no place, which their own errors say best.
        let _ = make_folder(&self.path);
    }
}

fn make_folder(path: &Path) -> io::Result<()> {
    fs::DirBuilder::new().mode(MODE).create(path)
}

fn is_empty_folder(path: &Path) -> bool {
    let is_ours = fs::symlink_metadata(path).is_ok_and(|found| found.is_dir() && found.mode() & 0o777 == MODE);
    is_ours && fs::read_dir(path).is_ok_and(|mut entries| entries.next().is_none())
}

/// Removes whatever the name itself is: a link and not what it leads to.
fn remove(path: &Path) {
    let Ok(found) = fs::symlink_metadata(path) else { return };
    if !found.is_dir() {
        let _ = fs::remove_file(path);
    } else if fs::remove_dir_all(path).is_err() {
        // Folders that their owner may not change.
        unlock(path);
        let _ = fs::remove_dir_all(path);
    }
}

/// Gives this user every right on a folder and on those below it.
fn unlock(folder: &Path) {
    let _ = fs::set_permissions(folder, Permissions::from_mode(MODE));
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            unlock(&entry.path());
        }
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    /// A run's folder inside of another one, with something beside it that must survive.
    fn scratch() -> (tempfile::TempDir, WorkerScratch) {
        let outer = tempfile::tempdir().unwrap();
        fs::write(outer.path().join("kept"), "").unwrap();
        let root = outer.path().join("run");
        make_folder(&root).unwrap();
        let identity = Identity::of(&fs::symlink_metadata(&root).unwrap());
        let path = root.join("1");
        make_folder(&path).unwrap();
        let run = Scratch { root, identity };
        (outer, WorkerScratch { path, run })
    }

    #[track_caller]
    fn assert_emptied(outer: &tempfile::TempDir, folder: &WorkerScratch) {
        folder.empty();
        assert_eq!(fs::read_dir(&folder.path).unwrap().count(), 0);
        assert!(!folder.path.is_symlink());
        assert!(outer.path().join("kept").exists());
    }

    #[test]
    fn what_was_left_is_gone() {
        let (outer, folder) = scratch();
        fs::create_dir_all(folder.path.join("a/b")).unwrap();
        fs::write(folder.path.join("a/b/c"), "").unwrap();
        symlink(outer.path(), folder.path.join("up")).unwrap();
        fs::set_permissions(folder.path.join("a"), Permissions::from_mode(0o500)).unwrap();
        assert_emptied(&outer, &folder);
        folder.run.remove();
        assert!(!folder.run.root.exists());
    }

    #[test]
    fn whatever_became_of_the_folder_it_is_made_anew() {
        let (outer, folder) = scratch();
        fs::remove_dir(&folder.path).unwrap();
        assert_emptied(&outer, &folder);

        fs::remove_dir(&folder.path).unwrap();
        fs::write(&folder.path, "a file").unwrap();
        assert_emptied(&outer, &folder);

        for target in [outer.path(), Path::new("nowhere")] {
            fs::remove_dir(&folder.path).unwrap();
            symlink(target, &folder.path).unwrap();
            assert_emptied(&outer, &folder);
        }

        fs::set_permissions(&folder.path, Permissions::from_mode(0o300)).unwrap();
        assert_emptied(&outer, &folder);
    }

    #[test]
    fn nothing_is_removed_below_a_link_that_took_the_place_of_the_runs_folder() {
        let (outer, folder) = scratch();
        let elsewhere = outer.path().join("elsewhere");
        fs::create_dir_all(elsewhere.join("1/precious")).unwrap();
        fs::remove_dir_all(&folder.run.root).unwrap();
        symlink(&elsewhere, &folder.run.root).unwrap();
        folder.empty();
        folder.run.remove();
        assert!(elsewhere.join("1/precious").exists());
    }
}
