//! Processes that a test file started and that no longer have a parent of their own: daemons, what `sh -c '… &'` leaves, what native code forks.
//!
//! A worker adopts them ([`adopt`]), so that they are its children when the file ends: then they are told as leaks and killed. Children that
//! JavaScript itself started are not here: `child_process` owns them. Only for a process that runs test files and nothing else.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::thread::sleep;
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::sys::prctl::set_child_subreaper;
use nix::sys::wait::{Id, WaitPidFlag, waitid, waitpid};
use nix::unistd::{Pid, getpid};

use crate::os::kill;

/// What killed processes may take to be gone. Who may not be killed (another user's) is left to the end of the run.
const PATIENCE: Duration = Duration::from_secs(1);

/// Makes every descendant that loses its parent a child of this process.
pub(crate) fn adopt() {
    // Refused by no kernel that has it; without it, orphans go to the guardian, which ends them with the run.
    let _ = set_child_subreaper(true);
}

/// The command lines of orphans that run now. `own` are the children that have an owner.
#[must_use]
pub(crate) fn commands(own: &HashSet<i32>) -> Vec<String> {
    if !has_children() {
        return Vec::new();
    }
    let me = getpid().as_raw();
    let orphans = processes()
        .into_iter()
        .filter(|(pid, process)| process.parent == me && process.is_alive && !own.contains(pid));
    let mut commands: Vec<String> = orphans.map(|(pid, _)| command_line(pid)).collect();
    commands.sort();
    commands
}

/// Kills every descendant, and reaps those that have no other owner than this module.
pub(crate) fn kill_all(own: &HashSet<i32>) {
    let end = Instant::now() + PATIENCE;
    while has_children() && kill_some(own) && Instant::now() < end {
        sleep(Duration::from_millis(1));
    }
}

/// One round; killing one makes its own children ours. False once nobody is alive.
fn kill_some(own: &HashSet<i32>) -> bool {
    let me = getpid().as_raw();
    let all = processes();
    let mut any_alive = false;
    for (pid, process) in &all {
        if !descends(&all, *pid, me) {
            continue;
        }
        if process.is_alive {
            any_alive = true;
            let _ = kill(*pid, libc::SIGKILL);
        } else if process.parent == me && !own.contains(pid) {
            let _ = waitpid(Pid::from_raw(*pid), Some(WaitPidFlag::WNOHANG));
        }
    }
    any_alive
}

/// Costs one system call where there are none.
fn has_children() -> bool {
    let look = WaitPidFlag::WEXITED | WaitPidFlag::WNOHANG | WaitPidFlag::WNOWAIT;
    waitid(Id::All, look) != Err(Errno::ECHILD)
}

struct Process {
    parent: i32,
    is_alive: bool,
}

/// All processes of the system by their number.
fn processes() -> HashMap<i32, Process> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    entries
        .filter_map(|entry| {
            let pid: i32 = entry.file_name().to_str()?.parse().ok()?;
            let stat = fs::read_to_string(entry.path().join("stat")).ok()?;
            // The name before it may hold anything, also spaces and parentheses.
            let mut fields = stat.rsplit_once(')')?.1.split_whitespace();
            let is_alive = !matches!(fields.next()?, "Z" | "X");
            let parent = fields.next()?.parse().ok()?;
            Some((pid, Process { parent, is_alive }))
        })
        .collect()
}

fn descends(all: &HashMap<i32, Process>, pid: i32, from: i32) -> bool {
    let mut at = pid;
    // No family is deeper than there are processes, even if the list was read while it changed.
    for _ in 0..all.len() {
        match all.get(&at) {
            Some(process) if process.parent == from => return true,
            Some(process) => at = process.parent,
            None => return false,
        }
    }
    false
}

fn command_line(pid: i32) -> String {
    let words = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
    let text = String::from_utf8_lossy(&words).replace('\0', " ");
    // While it turns into another program it has a name and no words.
    let name = || fs::read_to_string(format!("/proc/{pid}/comm")).unwrap_or_default();
    let text = Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    text.unwrap_or_else(|| name().trim().to_owned())
}
