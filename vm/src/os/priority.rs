//! Scheduling priorities.

use nix::errno::Errno;

/// The priority of process `pid`; 0 is this one.
///
/// # Errors
/// There is no such process.
pub fn priority(pid: u32) -> nix::Result<i32> {
    // -1 is also a priority: only the error number tells.
    Errno::clear();
    // SAFETY: takes no pointer.
    let value = unsafe { libc::getpriority(libc::PRIO_PROCESS, pid) };
    if value == -1 && Errno::last_raw() != 0 {
        Err(Errno::last())
    } else {
        Ok(value)
    }
}

/// Sets it.
///
/// # Errors
/// There is no such process, or it may not be changed.
pub fn set_priority(pid: u32, value: i32) -> nix::Result<()> {
    // SAFETY: takes no pointer.
    Errno::result(unsafe { libc::setpriority(libc::PRIO_PROCESS, pid, value) }).map(drop)
}
