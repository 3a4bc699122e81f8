//! Descriptors by number, as JavaScript knows them.

use std::fs::File;
use std::mem::ManuallyDrop;
use std::os::fd::{FromRawFd, RawFd};

/// Lends the open file `fd` to `work`. A number that is not open gives the system's `EBADF`; -1, which a `File` cannot hold, too.
pub fn with_file<T>(fd: RawFd, work: impl FnOnce(&File) -> std::io::Result<T>) -> std::io::Result<T> {
    if fd < 0 {
        return Err(std::io::Error::from_raw_os_error(libc::EBADF));
    }
    // SAFETY: not negative, and never closed by this value. The number is the program's own business: JavaScript that closes it meanwhile
    // gets `EBADF` or another file, as with the system call itself; no memory depends on it.
    let file = ManuallyDrop::new(unsafe { File::from_raw_fd(fd) });
    work(&file)
}
