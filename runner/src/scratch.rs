//! Temporary folders: one per run, below it one per worker, which the tests see as `TMPDIR`.
//!
//! Two workers never meet in the folder for temporary files, and a file finds there nothing of the one before it: the worker empties its
//! folder between files. The zygote takes the run's folder away as its last act, because it outlives every process that may write there, also
//! when the coordinator is killed. Made before anything is forked; knows paths only.

use std::fs;
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use crate::os::set_env_var;

/// What the tests' libraries ask for.
const TMPDIR: &str = "TMPDIR";
/// Names to try: another run of this process id may have been killed and its folder left.
const MOST_TRIES: u32 = 1000;

/// The folder of a run.
#[derive(Debug, Clone)]
pub struct Scratch {
    root: PathBuf,
}

impl Scratch {
    /// Makes the run's folder in the system's folder for temporary files, readable by this user alone.
    ///
    /// # Errors
    /// Nothing can be made there.
    pub fn create() -> io::Result<Self> {
        let base = std::env::temp_dir();
        for attempt in 0..MOST_TRIES {
            // Short: the path of a socket that a test makes in it has 107 bytes.
            let root = base.join(format!("trun-{}-{attempt}", std::process::id()));
            match fs::DirBuilder::new().mode(0o700).create(&root) {
                Ok(()) => return Ok(Self { root }),
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
        };
        if folder.make() {
            set_env_var(TMPDIR, folder.path.as_os_str());
        }
        folder
    }

    /// Takes everything away. What cannot be removed is left to the system.
    pub fn remove(&self) {
        let _ = fs::remove_dir_all(&self.root);
    }
}

/// The folder of one worker.
#[derive(Debug)]
pub struct WorkerScratch {
    path: PathBuf,
}

impl WorkerScratch {
    /// Takes away what a file has left in it. Nearly free if that is nothing.
    pub fn empty(&self) {
        let Ok(entries) = fs::read_dir(&self.path) else {
            // The tests removed it.
            self.make();
            return;
        };
        for entry in entries.flatten() {
            remove(&entry.path());
        }
    }

    fn make(&self) -> bool {
        match fs::DirBuilder::new().mode(0o700).create(&self.path) {
            Ok(()) => true,
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                // That of the slot's last worker.
                self.empty();
                true
            }
            Err(_) => false,
        }
    }
}

fn remove(path: &Path) {
    let is_folder = path.symlink_metadata().is_ok_and(|found| found.is_dir());
    let _ = if is_folder {
        fs::remove_dir_all(path)
    } else {
        fs::remove_file(path)
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_emptied_and_made_again() {
        let outer = tempfile::tempdir().unwrap();
        let folder = WorkerScratch {
            path: outer.path().join("1"),
        };
        assert!(folder.make());
        fs::create_dir_all(folder.path.join("a/b")).unwrap();
        fs::write(folder.path.join("a/b/c"), "").unwrap();
        std::os::unix::fs::symlink(outer.path(), folder.path.join("up")).unwrap();
        fs::write(outer.path().join("kept"), "").unwrap();
        folder.empty();
        assert_eq!(fs::read_dir(&folder.path).unwrap().count(), 0);
        assert!(outer.path().join("kept").exists());

        fs::remove_dir(&folder.path).unwrap();
        folder.empty();
        assert!(folder.path.is_dir());
    }
}
