//! What a report's path stands for, and so how it is written.
//!
//! Only a regular file, or nothing yet, is replaced. Devices, pipes and links are someone's arrangement and are written
//! through.

use std::{
    fs::{self, File, Metadata, OpenOptions},
    io,
    os::{
        fd::AsFd,
        unix::fs::{FileTypeExt, MetadataExt, OpenOptionsExt},
    },
    path::Path,
    thread,
    time::{Duration, Instant},
};

use nix::{
    errno::Errno,
    fcntl::{FcntlArg, OFlag, fcntl},
};

use super::file::ReportFile;

/// How long a named pipe may be without a reader before that is an error.
const READER_PATIENCE: Duration = Duration::from_secs(5);

/// An opened path.
#[derive(Debug)]
pub(super) enum Target {
    /// A file, replaced when the report is whole or written in place.
    File(ReportFile),
    /// Something that may be slow: a pipe, a terminal.
    Stream(File),
    /// Another name of stdout (`/dev/stdout`), which has a writer already.
    Stdout,
}

/// Opens `path` for a report. Folders above it are made.
pub(super) fn open(path: &Path) -> io::Result<Target> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let is_link = fs::symlink_metadata(path).is_ok_and(|found| found.is_symlink());
    let Ok(found) = fs::metadata(path) else {
        let file = if is_link {
            ReportFile::in_place(path)
        } else {
            ReportFile::beside(path)
        };
        return file.map(Target::File);
    };
    if found.is_dir() {
        return Err(io::Error::new(io::ErrorKind::IsADirectory, "it is a folder"));
    }
    // Opened once more, a redirected stdout would have a second position and be overwritten.
    let stdout = stdout()?;
    if is_link && is_same(&found, &stdout) {
        return Ok(Target::Stdout);
    }
    let stderr = io::stderr().as_fd().try_clone_to_owned().map(File::from)?;
    if is_link && is_same(&found, &stderr) {
        return Ok(Target::Stream(stderr));
    }
    if found.file_type().is_fifo() {
        return open_pipe(path).map(Target::Stream);
    }
    match (found.is_file(), is_link) {
        (true, false) => ReportFile::beside(path).map(Target::File),
        (true, true) => ReportFile::in_place(path).map(Target::File),
        (false, _) => OpenOptions::new().write(true).open(path).map(Target::Stream),
    }
}

/// A descriptor of our own for stdout, without the line buffer of the standard library.
pub(super) fn stdout() -> io::Result<File> {
    io::stdout().as_fd().try_clone_to_owned().map(File::from)
}

/// The process's stderr.
pub(super) fn stderr() -> io::Result<File> {
    io::stderr().as_fd().try_clone_to_owned().map(File::from)
}

fn is_same(found: &Metadata, file: &File) -> bool {
    file.metadata()
        .is_ok_and(|other| (other.dev(), other.ino()) == (found.dev(), found.ino()))
}

/// Opening a named pipe waits for its reader, for ever. So ask, and give up after a while.
fn open_pipe(path: &Path) -> io::Result<File> {
    let deadline = Instant::now() + READER_PATIENCE;
    loop {
        let opened = OpenOptions::new()
            .write(true)
            .custom_flags(OFlag::O_NONBLOCK.bits())
            .open(path);
        match opened {
            Ok(pipe) => {
                fcntl(&pipe, FcntlArg::F_SETFL(OFlag::empty()))?;
                return Ok(pipe);
            }
            Err(error) if error.raw_os_error() != Some(Errno::ENXIO as i32) => return Err(error),
            Err(_) if Instant::now() >= deadline => {
                return Err(io::Error::new(
                    io::ErrorKind::BrokenPipe,
                    "nobody reads this named pipe",
                ));
            }
            Err(_) => thread::sleep(Duration::from_millis(10)),
        }
    }
}
