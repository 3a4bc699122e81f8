//! Signals as bytes in a pipe.
//!
//! Invariants:
//! - The handler does one thing, `write` to a descriptor that stays open for the life of the process, and that is allowed there.
//! - A [`SignalWatch`] gives the signal its former disposition back when it is dropped.

use std::fs::File;
use std::os::fd::{AsRawFd, OwnedFd};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicI32, Ordering};

use nix::errno::Errno;
use nix::fcntl::OFlag;
use nix::unistd::pipe2;

static WRITE_END: AtomicI32 = AtomicI32::new(-1);

/// The pipe of this process.
pub struct SignalPipe {
    read: File,
    _write: OwnedFd,
}

impl SignalPipe {
    /// The process's pipe, made at the first call.
    ///
    /// # Errors
    /// No descriptors left.
    pub fn get() -> nix::Result<&'static Self> {
        static PIPE: OnceLock<SignalPipe> = OnceLock::new();
        if let Some(pipe) = PIPE.get() {
            return Ok(pipe);
        }
        let (read, write) = pipe2(OFlag::O_CLOEXEC | OFlag::O_NONBLOCK)?;
        WRITE_END.store(write.as_raw_fd(), Ordering::Relaxed);
        Ok(PIPE.get_or_init(|| Self {
            read: File::from(read),
            _write: write,
        }))
    }

    /// Where signal numbers arrive, one byte each. Does not block.
    #[must_use]
    pub fn reader(&self) -> &File {
        &self.read
    }
}

/// A signal that arrives in the pipe instead of doing what it would.
pub struct SignalWatch {
    signal: i32,
    former: libc::sigaction,
}

impl SignalWatch {
    /// Starts to watch.
    ///
    /// # Errors
    /// `EINVAL` for a signal that cannot be caught.
    pub fn new(signal: i32) -> nix::Result<Self> {
        SignalPipe::get()?;
        // SAFETY: all zeros is a valid `sigaction`; its mask is then empty.
        let mut action: libc::sigaction = unsafe { std::mem::zeroed() };
        action.sa_sigaction = on_signal as extern "C" fn(libc::c_int) as usize;
        action.sa_flags = libc::SA_RESTART | libc::SA_ONSTACK;
        // SAFETY: as above.
        let mut former: libc::sigaction = unsafe { std::mem::zeroed() };
        // SAFETY: both pointers are valid; the handler is async-signal-safe.
        Errno::result(unsafe { libc::sigaction(signal, &raw const action, &raw mut former) })?;
        Ok(Self { signal, former })
    }
}

impl Drop for SignalWatch {
    fn drop(&mut self) {
        // SAFETY: the disposition the system gave in `new`.
        unsafe { libc::sigaction(self.signal, &raw const self.former, std::ptr::null_mut()) };
    }
}

extern "C" fn on_signal(signal: libc::c_int) {
    let saved = Errno::last_raw();
    // Signal numbers are below 65. A full pipe loses one, as a pending signal would.
    let byte = u8::try_from(signal).unwrap_or(0);
    // SAFETY: `write` is allowed in a handler; the byte outlives the call.
    unsafe { libc::write(WRITE_END.load(Ordering::Relaxed), (&raw const byte).cast(), 1) };
    Errno::set_raw(saved);
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    #[test]
    fn a_watched_signal_arrives_as_a_byte() {
        let watch = SignalWatch::new(libc::SIGWINCH).expect("it can be caught");
        crate::os::kill(std::process::id().cast_signed(), libc::SIGWINCH).expect("that is us");
        let mut bytes = [0; 1];
        let mut reader = SignalPipe::get().expect("made").reader();
        // Another thread of the test process may be the one that runs the handler.
        while reader.read(&mut bytes).is_err() {
            std::thread::yield_now();
        }
        assert_eq!(i32::from(bytes[0]), libc::SIGWINCH);
        drop(watch);
        assert_eq!(SignalWatch::new(libc::SIGKILL).err(), Some(Errno::EINVAL));
    }
}
