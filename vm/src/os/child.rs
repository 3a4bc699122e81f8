//! What a child process does between fork and exec.
//!
//! Invariant: the closure that runs there calls async-signal-safe functions only and allocates nothing; everything it needs is
//! made before the fork.

use std::io;
use std::os::fd::{AsRawFd, OwnedFd, RawFd};
use std::os::unix::process::CommandExt;
use std::process::Command;

/// How the child is set apart.
#[derive(Debug, Default)]
pub struct ChildSetup {
    /// A session of its own; else a process group of its own.
    pub own_session: bool,
    /// Descriptors beyond the standard three: which one the child sees at which number.
    pub descriptors: Vec<(OwnedFd, RawFd)>,
}

/// Descriptors that are duplicated in the child stay clear of the numbers they go to.
const HIGH: RawFd = 256;

/// Prepares `command`: own group or session, death with the thread that starts it, descriptors in place.
///
/// # Errors
/// No descriptors left.
pub fn prepare(command: &mut Command, setup: ChildSetup) -> io::Result<()> {
    let parent = std::process::id();
    let mut descriptors = Vec::with_capacity(setup.descriptors.len());
    for (fd, target) in setup.descriptors {
        // SAFETY: takes no pointer; the result is checked.
        let high = unsafe { libc::fcntl(fd.as_raw_fd(), libc::F_DUPFD_CLOEXEC, HIGH) };
        if high < 0 {
            return Err(io::Error::last_os_error());
        }
        // SAFETY: just made, owned by nobody else.
        descriptors.push((unsafe { std::os::fd::FromRawFd::from_raw_fd(high) }, target));
    }
    let own_session = setup.own_session;
    let before_exec = move || set_apart(own_session, parent, &descriptors);
    // SAFETY: `set_apart` keeps this module's invariant.
    unsafe { command.pre_exec(before_exec) };
    Ok(())
}

fn set_apart(own_session: bool, parent: u32, descriptors: &[(OwnedFd, RawFd)]) -> io::Result<()> {
    // SAFETY: these take no pointer and are async-signal-safe.
    unsafe {
        if own_session {
            libc::setsid();
        } else {
            libc::setpgid(0, 0);
        }
        libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL);
        // The parent may have died before that took effect.
        if u32::try_from(libc::getppid()) != Ok(parent) {
            libc::_exit(1);
        }
    }
    for (from, to) in descriptors {
        // SAFETY: as above. The duplicate is not close-on-exec.
        if unsafe { libc::dup2(from.as_raw_fd(), *to) } < 0 {
            return Err(io::Error::last_os_error());
        }
    }
    Ok(())
}
