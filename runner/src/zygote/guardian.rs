//! The zygote's own process: forks, watches, kills.

use std::fs::{self, File};
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::time::Duration;

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::signal::{SigSet, SigmaskHow, Signal, killpg, sigprocmask};
use nix::sys::signalfd::{SfdFlags, SignalFd};
use nix::sys::socket::MsgFlags;
use nix::unistd::{Pid, dup2_stdin, getpid, setsid};

use super::WorkerStart;
use super::link::{self, FromZygote, ToZygote};
use crate::os::{
    Forked, adopt_orphans, children, close_all_but, die_with_parent, exit_now, fork, kill_descendants, kill_group,
    peek_ended, reap, reset_signals, signal_main_thread,
};

/// What the terminal sends to a foreground group. The zygote is in none, but a signal sent by hand must not end it either.
const TERMINAL_SIGNALS: [Signal; 6] = [
    Signal::SIGINT,
    Signal::SIGQUIT,
    Signal::SIGTSTP,
    Signal::SIGTTIN,
    Signal::SIGTTOU,
    Signal::SIGHUP,
];

/// What the kernel may take to end killed processes. One that is stuck in a system call longer than that is left to it.
const PATIENCE: Duration = Duration::from_secs(10);

struct Guardian<W> {
    socket: OwnedFd,
    children: SignalFd,
    workers: Vec<(u32, Pid)>,
    worker: W,
}

/// Runs the zygote to its end.
pub(super) fn run(socket: OwnedFd, worker: impl Fn(WorkerStart), leave: impl FnOnce()) -> ! {
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
    for (_, pid) in guardian.workers.drain(..) {
        kill_group(pid);
    }
    kill_descendants(PATIENCE);
    leave();
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
            Ok(Some((ToZygote::Ask { slot }, _))) => {
                if let Some((_, pid)) = self.workers.iter().find(|(s, _)| *s == slot) {
                    signal_main_thread(*pid, trun_vm::inquiry_signal());
                }
                true
            }
            Ok(Some((ToZygote::Stop, _))) => {
                self.signal_workers(Signal::SIGSTOP);
                true
            }
            Ok(Some((ToZygote::Continue, _))) => {
                self.signal_workers(Signal::SIGCONT);
                true
            }
            Ok(None) => false,
            Err(error) => error.kind() == std::io::ErrorKind::WouldBlock,
        }
    }

    fn signal_workers(&self, signal: Signal) {
        for (_, pid) in &self.workers {
            // One that has ended is about to be reaped.
            let _ = killpg(*pid, signal);
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
        while let Some((pid, end)) = peek_ended() {
            let worker = self
                .workers
                .iter()
                .position(|(_, p)| *p == pid)
                .map(|at| self.workers.swap_remove(at));
            if let Some((slot, _)) = worker {
                kill_group(pid);
                self.kill_orphans_of(slot);
            }
            reap(pid);
            if let Some((slot, _)) = worker {
                self.tell(&FromZygote::Exited { slot, end });
            }
        }
    }

    /// Processes with a session of their own (`detached`) are not in the dead worker's group. The end of their parent has made
    /// them children of this process; their environment says whose they were.
    fn kill_orphans_of(&self, slot: u32) {
        let mark = format!("TRUN_WORKER_ID={slot}");
        for pid in children() {
            let is_worker = self.workers.iter().any(|(_, worker)| *worker == pid);
            if !is_worker && has_env_var(pid, &mark) {
                kill_group(pid);
            }
        }
    }

    /// A coordinator that cannot be told is gone, which the next poll shows.
    fn tell(&self, message: &FromZygote) {
        let _ = link::send(self.socket.as_fd(), message, &[]);
    }
}

fn has_env_var(pid: Pid, assignment: &str) -> bool {
    let environment = fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
    environment
        .split(|byte| *byte == 0)
        .any(|entry| entry == assignment.as_bytes())
}

/// In the forked worker: a session and group of its own, default signals, its own descriptors and no others.
fn become_worker(zygote: Pid, keep: [i32; 3]) {
    let _ = setsid();
    // Writing to a pipe that nobody reads, or more than a file may hold, is an error for JavaScript to handle, not a death.
    reset_signals(&[Signal::SIGPIPE, Signal::SIGXFSZ]);
    match die_with_parent(zygote) {
        Ok(true) => {}
        // The zygote died between the fork and here: nobody would ever kill this process.
        _ => exit_now(0),
    }
    close_all_but(&keep);
}
