//! The zygote's own process: forks, watches, kills.

use std::fs::{self, File};
use std::os::fd::{AsFd, AsRawFd, OwnedFd};

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::signal::{SigSet, SigmaskHow, Signal, kill, killpg, sigprocmask};
use nix::sys::signalfd::{SfdFlags, SignalFd};
use nix::sys::socket::MsgFlags;
use nix::sys::wait::{Id, WaitPidFlag, WaitStatus, waitid, waitpid};
use nix::unistd::{Pid, dup2_stdin, getpid, setsid};

use super::WorkerStart;
use super::link::{self, FromZygote, ProcessEnd, ToZygote};
use crate::os::{Forked, adopt_orphans, close_all_but, die_with_parent, exit_now, fork, reset_signals};

/// What the terminal sends to a foreground group. The zygote is in none, but a signal sent by hand must not end it either.
const TERMINAL_SIGNALS: [Signal; 6] = [
    Signal::SIGINT,
    Signal::SIGQUIT,
    Signal::SIGTSTP,
    Signal::SIGTTIN,
    Signal::SIGTTOU,
    Signal::SIGHUP,
];

struct Guardian<W> {
    socket: OwnedFd,
    children: SignalFd,
    workers: Vec<(u32, Pid)>,
    worker: W,
}

/// Runs the zygote to its end.
pub(super) fn run(socket: OwnedFd, worker: impl Fn(WorkerStart)) -> ! {
    close_all_but(&[socket.as_raw_fd()]);
    reset_signals(&TERMINAL_SIGNALS);
    // Each of these can only fail on a system that could not run a worker either, which is then reported per worker.
    let _ = setsid();
    let _ = adopt_orphans();
    if let Ok(null) = File::open("/dev/null") {
        let _ = dup2_stdin(null.as_fd());
    }
    let mut mask = SigSet::empty();
    mask.add(Signal::SIGCHLD);
    let _ = sigprocmask(SigmaskHow::SIG_BLOCK, Some(&mask), None);
    let Ok(children) = SignalFd::with_flags(&mask, SfdFlags::SFD_CLOEXEC | SfdFlags::SFD_NONBLOCK) else {
        exit_now(1)
    };
    let mut guardian = Guardian {
        socket,
        children,
        workers: Vec::new(),
        worker,
    };
    guardian.watch();
    guardian.kill_everything();
    exit_now(0)
}

impl<W: Fn(WorkerStart)> Guardian<W> {
    /// Until the coordinator is gone.
    fn watch(&mut self) {
        loop {
            let mut fds = [
                PollFd::new(self.socket.as_fd(), PollFlags::POLLIN),
                PollFd::new(self.children.as_fd(), PollFlags::POLLIN),
            ];
            match poll(&mut fds, PollTimeout::NONE) {
                Ok(_) | Err(Errno::EINTR) => {}
                Err(_) => return,
            }
            let commanded = fds[0].any() == Some(true);
            if fds[1].any() == Some(true) {
                while let Ok(Some(_)) = self.children.read_signal() {}
                self.reap();
            }
            if commanded && !self.obey() {
                return;
            }
        }
    }

    fn obey(&mut self) -> bool {
        match link::receive::<ToZygote>(self.socket.as_fd(), MsgFlags::MSG_DONTWAIT) {
            Ok(Some((ToZygote::Spawn { slot }, fds))) => {
                self.spawn(slot, fds);
                true
            }
            Ok(Some((ToZygote::Kill { slot }, _))) => {
                if let Some((_, pid)) = self.workers.iter().find(|(s, _)| *s == slot) {
                    kill_group(*pid);
                }
                true
            }
            Ok(None) => false,
            Err(error) => error.kind() == std::io::ErrorKind::WouldBlock,
        }
    }

    fn spawn(&mut self, slot: u32, fds: Vec<OwnedFd>) {
        let Ok([socket, stdout, stderr]) = <[OwnedFd; 3]>::try_from(fds) else {
            self.tell(&FromZygote::NotForked {
                slot,
                error: "the descriptors did not arrive".to_owned(),
            });
            return;
        };
        let zygote = getpid();
        match fork() {
            Ok(Forked::Parent(pid)) => {
                self.workers.push((slot, pid));
                self.tell(&FromZygote::Forked {
                    slot,
                    pid: pid.as_raw(),
                });
            }
            Ok(Forked::Child) => {
                become_worker(zygote, [socket.as_raw_fd(), stdout.as_raw_fd(), stderr.as_raw_fd()]);
                (self.worker)(WorkerStart {
                    slot,
                    socket,
                    stdout,
                    stderr,
                });
                exit_now(0);
            }
            Err(error) => self.tell(&FromZygote::NotForked {
                slot,
                error: error.to_string(),
            }),
        }
    }

    /// Reaps what has ended. A worker is only looked at first, then its group is killed, then it is reaped: until then the kernel
    /// gives its number to nobody else, so the kill cannot hit a stranger.
    fn reap(&mut self) {
        let peek = WaitPidFlag::WEXITED | WaitPidFlag::WNOHANG | WaitPidFlag::WNOWAIT;
        while let Ok(status) = waitid(Id::All, peek) {
            let Some(pid) = status.pid() else { return };
            let worker = self
                .workers
                .iter()
                .position(|(_, p)| *p == pid)
                .map(|at| self.workers.swap_remove(at));
            if worker.is_some() {
                kill_group(pid);
            }
            let _ = waitpid(pid, Some(WaitPidFlag::WNOHANG));
            if let Some((slot, _)) = worker {
                self.tell(&FromZygote::Exited {
                    slot,
                    end: end_of(status),
                });
            }
        }
    }

    /// A coordinator that cannot be told is gone, which the next poll shows.
    fn tell(&self, message: &FromZygote) {
        let _ = link::send(self.socket.as_fd(), message, &[]);
    }

    /// Kills every worker group and every process that was reparented to this one, until there is none.
    fn kill_everything(&mut self) {
        for (_, pid) in self.workers.drain(..) {
            kill_group(pid);
        }
        loop {
            for pid in children_of(getpid()) {
                kill_group(pid);
            }
            // Blocks until a child ends; each that ends may hand its own children up to this process.
            match waitpid(None, None) {
                Ok(_) | Err(Errno::EINTR) => {}
                Err(_) => return,
            }
        }
    }
}

fn kill_group(pid: Pid) {
    // A process without a group of its own has none by that number; one that has ended is no error.
    let _ = killpg(pid, Signal::SIGKILL);
    let _ = kill(pid, Signal::SIGKILL);
}

fn end_of(status: WaitStatus) -> ProcessEnd {
    match status {
        WaitStatus::Exited(_, code) => ProcessEnd::Code(code),
        WaitStatus::Signaled(_, signal, _) => ProcessEnd::Signal(signal as i32),
        _ => ProcessEnd::Code(-1),
    }
}

/// Direct children, by the kernel's list.
fn children_of(parent: Pid) -> Vec<Pid> {
    let list = fs::read_to_string(format!("/proc/{parent}/task/{parent}/children")).unwrap_or_default();
    list.split_whitespace()
        .filter_map(|pid| pid.parse().ok())
        .map(Pid::from_raw)
        .collect()
}

/// In the forked worker: a session and group of its own, default signals, its own descriptors and no others.
fn become_worker(zygote: Pid, keep: [i32; 3]) {
    let _ = setsid();
    reset_signals(&[]);
    match die_with_parent(zygote) {
        Ok(true) => {}
        // The zygote died between the fork and here: nobody would ever kill this process.
        _ => exit_now(0),
    }
    close_all_but(&keep);
}
