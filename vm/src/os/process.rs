//! Ending and signalling processes.

use nix::errno::Errno;

/// Ends the process without running anything of it: no destructor, no handler of the C library. What was handed to the
/// observer has been sent.
pub fn exit_now(code: i32) -> ! {
    // SAFETY: takes no pointer and does not return.
    unsafe { libc::_exit(code) }
}

/// `kill(2)`: any signal number, real-time ones and the asking zero too.
///
/// # Errors
/// The system's.
pub fn kill(pid: i32, signal: i32) -> nix::Result<()> {
    // SAFETY: takes no pointer.
    Errno::result(unsafe { libc::kill(pid, signal) }).map(drop)
}
