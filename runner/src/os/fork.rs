//! Forking, and making a forked process forget where it came from.

use std::ffi::OsStr;
use std::io;
use std::os::fd::{FromRawFd, OwnedFd, RawFd};

use nix::sys::prctl;
use nix::sys::signal::{SigHandler, SigSet, SigmaskHow, Signal, sigprocmask};
use nix::unistd::{ForkResult, Pid};

/// Which side of a fork one is on.
pub enum Forked {
    /// The new process.
    Child,
    /// The old one.
    Parent(Pid),
}

/// Forks. Call it only while this process has one thread: the child has only the calling one, and a lock another thread held would
/// stay locked in it for ever.
///
/// # Errors
/// The system refuses another process.
pub fn fork() -> io::Result<Forked> {
    // SAFETY: the process has one thread (the coordinator forks before it starts any, the zygote never has others), so the child may
    // do everything the parent may.
    match unsafe { nix::unistd::fork() }? {
        ForkResult::Child => Ok(Forked::Child),
        ForkResult::Parent { child } => Ok(Forked::Parent(child)),
    }
}

/// Orphans below this process become its children instead of init's.
///
/// # Errors
/// The kernel is too old.
pub fn adopt_orphans() -> io::Result<()> {
    Ok(prctl::set_child_subreaper(true)?)
}

/// The kernel kills this process when the thread that forked it ends. False if that has happened already.
///
/// # Errors
/// The kernel refuses.
pub fn die_with_parent(parent: Pid) -> io::Result<bool> {
    prctl::set_pdeathsig(Signal::SIGKILL)?;
    Ok(nix::unistd::getppid() == parent)
}

/// Default dispositions and an empty mask, as a program expects at its start. `ignored` stay ignored.
pub fn reset_signals(ignored: &[Signal]) {
    for signal in Signal::iterator() {
        let handler = if ignored.contains(&signal) {
            SigHandler::SigIgn
        } else {
            SigHandler::SigDfl
        };
        // SAFETY: no handler of ours is installed by this, only the two the kernel knows. SIGKILL and SIGSTOP are refused, which is right.
        let _ = unsafe { nix::sys::signal::signal(signal, handler) };
    }
    // Cannot fail: the arguments are valid.
    let _ = sigprocmask(SigmaskHow::SIG_SETMASK, Some(&SigSet::empty()), None);
}

/// Closes every descriptor from 3 up but those in `keep`.
pub fn close_all_but(keep: &[RawFd]) {
    let mut keep: Vec<u32> = keep
        .iter()
        .filter_map(|fd| u32::try_from(*fd).ok())
        .filter(|fd| *fd >= 3)
        .collect();
    keep.sort_unstable();
    let mut from = 3;
    for fd in keep {
        if fd > from {
            close_range(from, fd - 1);
        }
        from = fd + 1;
    }
    close_range(from, u32::MAX);
}

fn close_range(first: u32, last: u32) {
    // SAFETY: called right after a fork, in the child, before it owns any descriptor object but those that are kept.
    unsafe { libc::syscall(libc::SYS_close_range, first, last, 0) };
}

/// Ends the process at once: no destructor, no exit handler (which would run twice after a fork).
pub fn exit_now(code: i32) -> ! {
    // SAFETY: takes nothing and does not return.
    unsafe { libc::_exit(code) }
}

/// Takes over a descriptor the kernel has just made for this process (one received with a message).
#[must_use]
pub fn own_fd(raw: RawFd) -> OwnedFd {
    // SAFETY: the caller has it from the kernel and from nowhere else, so nobody owns it yet.
    unsafe { OwnedFd::from_raw_fd(raw) }
}

/// Sets an environment variable of this process, for it and its children.
pub fn set_env_var(name: &str, value: impl AsRef<OsStr>) {
    // SAFETY: called while the process has one thread: before the coordinator starts any, or in a worker before its VM.
    unsafe { std::env::set_var(name, value) }
}
