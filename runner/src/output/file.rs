//! A report file that appears only when it is whole: written beside its place, then renamed onto it.
//!
//! Whoever reads the place sees the old report or the new one. Where a file cannot be put beside it (the folder is not
//! ours, the file is a mount of its own, as in containers) it is written in place.

use std::{
    ffi::OsString,
    fs::{self, File, OpenOptions},
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
    process,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// A report file on its way.
#[derive(Debug)]
pub(super) struct ReportFile {
    out: BufWriter<File>,
    /// Where it is written and where it belongs; `None` if it is written in place.
    step: Option<Step>,
    failed: bool,
}

#[derive(Debug)]
struct Step {
    temporary: PathBuf,
    place: PathBuf,
}

/// The owner's end of a report file: finishes it, or takes it away when dropped.
#[derive(Debug)]
pub(super) struct FileSink(Arc<Mutex<ReportFile>>);

/// The reporter's end.
#[derive(Debug)]
pub(super) struct FileWriter(Arc<Mutex<ReportFile>>);

impl ReportFile {
    /// Starts a file that will take the place of `place`, which is a regular file or nothing.
    pub(super) fn beside(place: &Path) -> io::Result<Self> {
        let old = fs::metadata(place).ok();
        if old.is_some() {
            // A rename asks only the folder, but a file that must not be written must not be replaced either.
            OpenOptions::new().write(true).open(place)?;
        }
        let temporary = temporary_name(place);
        let file = match create_new(&temporary) {
            Ok(file) => file,
            Err(error) if old.is_some() && is_refusal(&error) => return Self::in_place(place),
            Err(error) => return Err(error),
        };
        if let Some(old) = old {
            // The report is what counts; not every file system keeps permissions.
            let _ = file.set_permissions(old.permissions());
        }
        Ok(Self {
            out: BufWriter::new(file),
            step: Some(Step {
                temporary,
                place: place.to_path_buf(),
            }),
            failed: false,
        })
    }

    /// Starts a file that is written where it belongs.
    pub(super) fn in_place(place: &Path) -> io::Result<Self> {
        let file = OpenOptions::new().write(true).create(true).truncate(true).open(place)?;
        Ok(Self {
            out: BufWriter::new(file),
            step: None,
            failed: false,
        })
    }

    /// Parts the file into the end that finishes it and the end that writes it.
    pub(super) fn shared(self) -> (FileSink, FileWriter) {
        let file = Arc::new(Mutex::new(self));
        (FileSink(Arc::clone(&file)), FileWriter(file))
    }

    fn finish(&mut self) -> io::Result<bool> {
        if self.failed {
            return Ok(false);
        }
        self.out.flush()?;
        let Some(step) = self.step.take() else {
            return Ok(true);
        };
        let moved = fs::rename(&step.temporary, &step.place).or_else(|error| {
            // A file that is a mount of its own cannot be replaced.
            if error.kind() == io::ErrorKind::ResourceBusy || error.kind() == io::ErrorKind::CrossesDevices {
                copy_into(&step.temporary, &step.place)
            } else {
                Err(error)
            }
        });
        if moved.is_err() {
            self.step = Some(step);
        }
        moved.map(|()| true)
    }

    fn discard(&mut self) {
        if let Some(step) = self.step.take() {
            // Nothing more can be done about it, and nothing depends on it.
            let _ = fs::remove_file(step.temporary);
        }
    }

    fn note<T>(&mut self, result: io::Result<T>) -> io::Result<T> {
        self.failed |= result.is_err();
        result
    }
}

impl FileSink {
    /// Puts the file in its place. False if its reporter could not write it, and knows.
    pub(super) fn finish(self) -> io::Result<bool> {
        lock(&self.0).finish()
    }
}

impl Drop for FileSink {
    fn drop(&mut self) {
        lock(&self.0).discard();
    }
}

impl Write for FileWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut file = lock(&self.0);
        let result = file.out.write(bytes);
        file.note(result)
    }

    fn flush(&mut self) -> io::Result<()> {
        let mut file = lock(&self.0);
        let result = file.out.flush();
        file.note(result)
    }
}

fn lock(file: &Mutex<ReportFile>) -> MutexGuard<'_, ReportFile> {
    file.lock().unwrap_or_else(PoisonError::into_inner)
}

/// `.NAME.tmp-PID` in the same folder: hidden, ours, and on the same file system.
fn temporary_name(place: &Path) -> PathBuf {
    let mut name = OsString::from(".");
    name.push(place.file_name().unwrap_or_default());
    name.push(format!(".tmp-{}", process::id()));
    place.with_file_name(name)
}

/// Creates a file that was not there, so that no link planted under its name is followed. One left over from a process
/// that had our id is removed.
fn create_new(path: &Path) -> io::Result<File> {
    let create = || OpenOptions::new().write(true).create_new(true).open(path);
    match create() {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            fs::remove_file(path)?;
            create()
        }
        result => result,
    }
}

fn is_refusal(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem | io::ErrorKind::InvalidFilename
    )
}

fn copy_into(from: &Path, to: &Path) -> io::Result<()> {
    let mut out = OpenOptions::new().write(true).truncate(true).open(to)?;
    io::copy(&mut File::open(from)?, &mut out)?;
    out.flush()?;
    fs::remove_file(from)
}
