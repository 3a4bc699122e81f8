//! What a child process does between fork and exec, and how its end is waited for.
//!
//! Invariant: the closure that runs there calls async-signal-safe functions only and allocates nothing; everything it needs is
//! made before the fork.

use std::fs::File;
use std::io;
use std::os::fd::{AsFd, AsRawFd, FromRawFd, OwnedFd, RawFd};
use std::os::unix::process::CommandExt;
use std::process::Command;
use std::time::Duration;

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::wait::{Id, WaitPidFlag, WaitStatus, waitid};
use nix::unistd::Pid;

/// How the child is set apart.
#[derive(Debug, Default)]
pub struct ChildSetup {
    /// A session of its own; else a process group of its own.
    pub own_session: bool,
    /// Descriptors beyond the standard three: which one the child sees at which number.
    pub descriptors: Vec<(OwnedFd, RawFd)>,
}

/// Keeps the numbers that the child's descriptors go to from being used in between. Hold it until the child is started.
#[derive(Debug)]
pub struct Placeholders(#[expect(dead_code, reason = "held, never read")] Vec<OwnedFd>);

/// Descriptors that are duplicated in the child stay clear of the numbers they go to.
const HIGH: RawFd = 256;

/// Prepares `command`: own group or session, death with the thread that starts it, descriptors in place.
///
/// # Errors
/// No descriptors left.
pub fn prepare(command: &mut Command, setup: ChildSetup) -> io::Result<Placeholders> {
    let parent = std::process::id();
    let mut placeholders = Vec::new();
    let mut descriptors = Vec::with_capacity(setup.descriptors.len());
    for (fd, target) in setup.descriptors {
        descriptors.push((duplicate(&fd, HIGH)?, target));
        // The standard library's own pipe to the child must not get that number.
        let held = duplicate(&File::open("/dev/null")?, target)?;
        if held.as_raw_fd() == target {
            placeholders.push(held);
        }
    }
    let own_session = setup.own_session;
    let before_exec = move || set_apart(own_session, parent, &descriptors);
    // SAFETY: `set_apart` keeps this module's invariant.
    unsafe { command.pre_exec(before_exec) };
    Ok(Placeholders(placeholders))
}

fn duplicate(fd: &impl AsRawFd, at_least: RawFd) -> io::Result<OwnedFd> {
    // SAFETY: takes no pointer; the result is checked.
    let new = unsafe { libc::fcntl(fd.as_raw_fd(), libc::F_DUPFD_CLOEXEC, at_least) };
    if new < 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: just made, owned by nobody else.
    Ok(unsafe { OwnedFd::from_raw_fd(new) })
}

fn set_apart(own_session: bool, parent: u32, descriptors: &[(OwnedFd, RawFd)]) -> io::Result<()> {
    if own_session {
        // SAFETY: takes no pointer and is async-signal-safe, as all calls here.
        unsafe { libc::setsid() };
    } else {
        // SAFETY: as above.
        unsafe { libc::setpgid(0, 0) };
    }
    // What this process ignores the program is not to inherit; the standard library sees to SIGPIPE.
    // SAFETY: as above.
    unsafe { libc::signal(libc::SIGXFSZ, libc::SIG_DFL) };
    // SAFETY: as above.
    unsafe { libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL) };
    // The parent may have died before that took effect.
    // SAFETY: as above.
    if u32::try_from(unsafe { libc::getppid() }) != Ok(parent) {
        // SAFETY: as above.
        unsafe { libc::_exit(1) };
    }
    for (from, to) in descriptors {
        // SAFETY: as above. The duplicate is not close-on-exec.
        if unsafe { libc::dup2(from.as_raw_fd(), *to) } < 0 {
            return Err(io::Error::last_os_error());
        }
    }
    Ok(())
}

/// A descriptor that can be read once process `pid` has ended; `None` on a kernel without.
#[must_use]
pub fn exit_descriptor(pid: u32) -> Option<OwnedFd> {
    // SAFETY: takes no pointer; the result is checked.
    let fd = unsafe { libc::syscall(libc::SYS_pidfd_open, pid, 0) };
    // SAFETY: just made (close-on-exec by itself), owned by nobody else.
    RawFd::try_from(fd)
        .ok()
        .filter(|fd| *fd >= 0)
        .map(|fd| unsafe { OwnedFd::from_raw_fd(fd) })
}

/// Whether child `pid` has ended, or ends within `patience`. It stays to be waited for.
#[must_use]
pub fn ends_within(pid: i32, patience: Duration) -> bool {
    let has_ended = || {
        let flags = WaitPidFlag::WEXITED | WaitPidFlag::WNOHANG | WaitPidFlag::WNOWAIT;
        // An error means that it is no child any more.
        waitid(Id::Pid(Pid::from_raw(pid)), flags) != Ok(WaitStatus::StillAlive)
    };
    if has_ended() || patience.is_zero() {
        return has_ended();
    }
    let Some(end) = u32::try_from(pid).ok().and_then(exit_descriptor) else {
        return has_ended();
    };
    let timeout = PollTimeout::try_from(patience).unwrap_or(PollTimeout::MAX);
    // Interrupted or refused: the answer is below.
    let _ = poll(&mut [PollFd::new(end.as_fd(), PollFlags::POLLIN)], timeout);
    has_ended()
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::os::unix::net::UnixStream;

    use super::*;

    #[test]
    fn the_child_sees_its_descriptors_and_leads_a_group() {
        let (mut ours, theirs) = UnixStream::pair().expect("a pair");
        let mut command = Command::new("sh");
        command.args([
            "-c",
            "read line <&5; echo \"$line $(ps -o pgid= -p $$ | tr -d ' ') $$\" >&5",
        ]);
        let setup = ChildSetup {
            own_session: false,
            descriptors: vec![(theirs.into(), 5)],
        };
        let held = prepare(&mut command, setup).expect("descriptors are left");
        let mut child = command.spawn().expect("sh is there");
        drop((command, held));
        ours.write_all(b"hello\n").expect("it listens");
        let mut answer = String::new();
        ours.read_to_string(&mut answer).expect("it answers");
        assert_eq!(answer.trim(), format!("hello {0} {0}", child.id()));
        assert!(child.wait().expect("it ends").success());
    }

    #[test]
    fn a_child_has_ended_before_it_was_waited_for() {
        let mut child = Command::new("sleep").arg("1000").spawn().expect("sleep is there");
        let pid = child.id().cast_signed();
        assert!(!ends_within(pid, Duration::ZERO));
        child.kill().expect("it runs");
        assert!(ends_within(pid, Duration::from_secs(60)));
        assert!(!child.wait().expect("still to be waited for").success());
    }

    #[test]
    fn a_missing_program_is_told_from_one_that_fails() {
        let mut command = Command::new("/no/such/program");
        let (_ours, theirs) = UnixStream::pair().expect("a pair");
        let setup = ChildSetup {
            own_session: true,
            descriptors: vec![(theirs.into(), 3)],
        };
        let _held = prepare(&mut command, setup).expect("descriptors are left");
        let error = command.spawn().expect_err("there is no such program");
        assert_eq!(error.raw_os_error(), Some(libc::ENOENT));
    }
}
