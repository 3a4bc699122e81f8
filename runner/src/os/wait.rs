//! Waiting: for the end of child processes, which it also brings about, and for the readers of this process's output.
//!
//! `nix` refuses a status it has no name for, such as a death by a real-time signal; here every status is a value, because a
//! child whose end cannot be told would be waited for until the end of time.

use std::fs;
use std::io;
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd};
use std::ptr;
use std::thread::sleep;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill, killpg};
use nix::unistd::{Pid, getpid};
use serde::{Deserialize, Serialize};

/// How a process ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ProcessEnd {
    /// By exiting with this code.
    Code(i32),
    /// By this signal.
    Signal(i32),
}

/// A child that has ended, with the way it ended. It stays a zombie: its number belongs to nobody else until [`reap`].
#[must_use]
pub fn peek_ended() -> Option<(Pid, ProcessEnd)> {
    let mut info = MaybeUninit::<libc::siginfo_t>::zeroed();
    // SAFETY: `info` is a place for one siginfo_t; all other arguments are plain numbers.
    let failed = unsafe {
        libc::waitid(
            libc::P_ALL,
            0,
            info.as_mut_ptr(),
            libc::WEXITED | libc::WNOHANG | libc::WNOWAIT,
        )
    };
    // SAFETY: zeroed is a valid siginfo_t, and the kernel only ever replaces it by another valid one.
    let info = unsafe { info.assume_init() };
    // SAFETY: the call above filled the fields of a child's end, or left them zero.
    let (pid, status) = unsafe { (info.si_pid(), info.si_status()) };
    if failed != 0 || pid == 0 {
        return None;
    }
    let end = if info.si_code == libc::CLD_EXITED {
        ProcessEnd::Code(status)
    } else {
        ProcessEnd::Signal(status)
    };
    Some((Pid::from_raw(pid), end))
}

/// Lets the kernel forget a child that has ended. False while it has not.
pub fn reap(pid: Pid) -> bool {
    // SAFETY: a null status pointer means that the status is not wanted.
    unsafe { libc::waitpid(pid.as_raw(), ptr::null_mut(), libc::WNOHANG) != 0 }
}

/// Kills a process and, if it leads a group, everything in that group.
pub fn kill_group(pid: Pid) {
    // A process without a group of its own has none by that number; one that has ended is no error.
    let _ = killpg(pid, Signal::SIGKILL);
    let _ = kill(pid, Signal::SIGKILL);
}

/// Sends a signal to a process's first thread and no other of it.
pub fn signal_main_thread(pid: Pid, signal: libc::c_int) {
    // SAFETY: takes plain numbers; a process that has ended is no error.
    unsafe { libc::syscall(libc::SYS_tgkill, pid.as_raw(), pid.as_raw(), signal) };
}

/// Waits until a child has ended and reaps it, at most this long.
pub fn wait_for(pid: Pid, patience: Duration) {
    be_patient(patience, || reap(pid));
}

/// Kills all children and whatever is reparented to this process while they die, until nothing is left below it.
pub fn kill_descendants(patience: Duration) {
    be_patient(patience, || {
        for child in children() {
            kill_group(child);
        }
        while let Some((child, _)) = peek_ended() {
            reap(child);
        }
        children().is_empty()
    });
}

/// Direct children of this process, those reparented to it included.
#[must_use]
pub fn children() -> Vec<Pid> {
    let me = getpid();
    // The kernel keeps the list per thread.
    let tasks = fs::read_dir(format!("/proc/{me}/task")).into_iter().flatten().flatten();
    let lists: Option<Vec<String>> = tasks
        .map(|task| fs::read_to_string(task.path().join("children")).ok())
        .collect();
    match lists {
        Some(lists) => lists
            .iter()
            .flat_map(|list| list.split_whitespace())
            .filter_map(parse)
            .collect(),
        // A kernel built without these lists.
        None => all_processes().filter(|pid| parent_of(*pid) == Some(me)).collect(),
    }
}

fn parse(pid: &str) -> Option<Pid> {
    pid.parse().ok().map(Pid::from_raw)
}

fn all_processes() -> impl Iterator<Item = Pid> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    entries.filter_map(|entry| parse(entry.file_name().to_str()?))
}

fn parent_of(pid: Pid) -> Option<Pid> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name before it may hold anything, also spaces and parentheses.
    let (_, rest) = stat.rsplit_once(')')?;
    parse(rest.split_whitespace().nth(1)?)
}

/// Waits until the other side has read all that was written to this process's standard output and error, at most this long.
///
/// A process below this one may go on writing, so that there is always something: `drains` counts how often the other side has emptied
/// the pipes, and the second time from now on it has begun after this call.
pub fn wait_for_readers(patience: Duration, drains: impl Fn() -> u64) {
    let before = drains();
    be_patient(patience, || {
        unread(io::stdout().as_fd()) + unread(io::stderr().as_fd()) == 0 || drains() >= before + 2
    });
}

/// Bytes in a pipe. What is no pipe, or closed, holds none.
pub fn unread(fd: BorrowedFd<'_>) -> usize {
    let mut count: libc::c_int = 0;
    // SAFETY: this request writes one int to the place it is given.
    let failed = unsafe { libc::ioctl(fd.as_raw_fd(), libc::FIONREAD, &raw mut count) };
    if failed == 0 {
        usize::try_from(count).unwrap_or(0)
    } else {
        0
    }
}

/// Tries again and again, ever less often, until it is done or patience is over.
pub fn be_patient(patience: Duration, mut is_done: impl FnMut() -> bool) {
    let start = Instant::now();
    let mut pause = Duration::from_micros(50);
    while !is_done() && start.elapsed() < patience {
        sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(10));
    }
}
