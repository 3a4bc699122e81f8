//! Child processes that JavaScript waits for.
//!
//! The JS thread blocks here, so the deadline of the running phase is watched here too: the child is killed then and the watchdog stops
//! the test as soon as JavaScript continues.

use std::fs::File;
use std::io::{self, Read, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, ExitStatus};
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::fcntl::{FcntlArg, OFlag, fcntl};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

use crate::host::host;
use crate::os::{exit_descriptor, kill};

use super::child_spec::ChildSpec;
use super::reply::errno_of;

/// Without a descriptor that tells of the child's end, it is asked this often.
const ASK_EVERY: Duration = Duration::from_millis(5);

/// Limits of a call.
pub(super) struct Limits {
    /// For how long it may run.
    pub(super) timeout: Option<Duration>,
    /// What it is killed with.
    pub(super) kill_signal: i32,
    /// Bytes of each output.
    pub(super) max_buffer: usize,
}

/// How it went.
pub(super) struct Finished {
    /// Its number.
    pub(super) pid: u32,
    /// How it ended.
    pub(super) status: ExitStatus,
    /// Why it was ended early.
    pub(super) error: Option<Errno>,
    /// What came through the pipes, by the child's number.
    pub(super) outputs: Vec<(usize, Vec<u8>)>,
}

struct Output {
    number: usize,
    /// `None` at its end.
    pipe: Option<File>,
    bytes: Vec<u8>,
}

struct Run {
    child: Child,
    exit: Option<OwnedFd>,
    status: Option<ExitStatus>,
    input: Option<(File, Vec<u8>)>,
    outputs: Vec<Output>,
    error: Option<Errno>,
}

/// Starts the child, feeds it `input` and collects its outputs until it has ended and they have.
pub(super) fn run(spec: &ChildSpec, input: Vec<u8>, limits: &Limits) -> Result<Finished, Errno> {
    let mut run = Run::start(spec, input).map_err(|e| errno_of(&e))?;
    let timeout = limits.timeout.and_then(|t| Instant::now().checked_add(t));
    let host = host();
    let deadline = host.phases.deadline();
    let is_told_to_end = || host.thread.as_ref().is_some_and(|thread| thread.is_asked_to_end());
    let is_over = |at: Option<Instant>| at.is_some_and(|at| Instant::now() >= at);
    while !run.is_over() {
        if is_over(timeout) {
            run.give_up(Errno::ETIMEDOUT, limits.kill_signal);
        }
        // Whatever else was tried: past the test's own deadline nothing is waited for politely.
        if is_over(deadline) || is_told_to_end() {
            run.give_up(Errno::ETIMEDOUT, libc::SIGKILL);
            run.kill_group(libc::SIGKILL);
        }
        let waiting_for = [
            timeout.filter(|_| run.error.is_none()),
            deadline.filter(|_| !is_over(deadline)),
        ];
        run.step(waiting_for.into_iter().flatten().min());
        if run.error.is_none() && run.outputs.iter().any(|o| o.bytes.len() > limits.max_buffer) {
            run.outputs.iter_mut().for_each(|o| o.bytes.truncate(limits.max_buffer));
            run.give_up(Errno::ENOBUFS, limits.kill_signal);
        }
    }
    Ok(run.finish())
}

impl Run {
    fn start(spec: &ChildSpec, input: Vec<u8>) -> io::Result<Self> {
        let mut prepared = spec.prepare()?;
        let mut child = prepared.command.spawn()?;
        drop(prepared.placeholders);
        let input = child.stdin.take().map(|pipe| (File::from(OwnedFd::from(pipe)), input));
        let mut outputs = Vec::new();
        let mut add = |number, pipe: Option<OwnedFd>| {
            if let Some(pipe) = pipe {
                outputs.push(Output {
                    number,
                    pipe: Some(File::from(pipe)),
                    bytes: Vec::new(),
                });
            }
        };
        add(1, child.stdout.take().map(Into::into));
        add(2, child.stderr.take().map(Into::into));
        for (number, stream) in prepared.extra {
            add(number, Some(stream.into()));
        }
        for file in input
            .iter()
            .map(|(file, _)| file)
            .chain(outputs.iter().filter_map(|o| o.pipe.as_ref()))
        {
            fcntl(file, FcntlArg::F_SETFL(OFlag::O_NONBLOCK))?;
        }
        let exit = exit_descriptor(child.id());
        Ok(Self {
            child,
            exit,
            status: None,
            input,
            outputs,
            error: None,
        })
    }

    /// It has ended, and nothing more can come.
    fn is_over(&self) -> bool {
        self.status.is_some() && self.outputs.iter().all(|o| o.pipe.is_none())
    }

    /// Ends it. Its pipes are not read any further: others may hold them open.
    fn give_up(&mut self, error: Errno, signal: i32) {
        if self.error.is_some() {
            return;
        }
        self.error = Some(error);
        self.input = None;
        self.outputs.iter_mut().for_each(|o| o.pipe = None);
        self.kill_group(signal);
    }

    /// Signals the whole group, or a shell's own child would live on.
    fn kill_group(&self, signal: i32) {
        if self.status.is_none()
            && let Ok(pid) = i32::try_from(self.child.id())
        {
            let _ = kill(-pid, signal).or_else(|_| kill(pid, signal));
        }
    }

    /// Waits for something and deals with it.
    fn step(&mut self, until: Option<Instant>) {
        let mut fds: Vec<PollFd<'_>> = Vec::with_capacity(self.outputs.len() + 2);
        if let Some((pipe, _)) = &self.input {
            fds.push(PollFd::new(pipe.as_fd(), PollFlags::POLLOUT));
        }
        for output in &self.outputs {
            fds.extend(
                output
                    .pipe
                    .as_ref()
                    .map(|pipe| PollFd::new(pipe.as_fd(), PollFlags::POLLIN)),
            );
        }
        if self.status.is_none() {
            fds.extend(
                self.exit
                    .as_ref()
                    .map(|exit| PollFd::new(exit.as_fd(), PollFlags::POLLIN)),
            );
        }
        let ask = (self.status.is_none() && self.exit.is_none()).then_some(ASK_EVERY);
        let left = until.map(|until| until.saturating_duration_since(Instant::now()) + Duration::from_millis(1));
        let wait = [ask, left].into_iter().flatten().min();
        let wait = wait.map_or(PollTimeout::NONE, |w| {
            PollTimeout::try_from(w).unwrap_or(PollTimeout::MAX)
        });
        // An interrupted wait is as good as one that is over: everything is asked again.
        let _ = poll(&mut fds, wait);
        drop(fds);
        self.feed();
        self.outputs.iter_mut().for_each(Output::drain);
        if self.status.is_none() {
            self.status = self.child.try_wait().ok().flatten();
        }
    }

    fn feed(&mut self) {
        let Some((pipe, bytes)) = &mut self.input else { return };
        while !bytes.is_empty() {
            match pipe.write(bytes) {
                Ok(count) => {
                    bytes.drain(..count);
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                // It does not want the rest.
                Err(_) => break,
            }
        }
        self.input = None;
    }

    fn finish(self) -> Finished {
        Finished {
            pid: self.child.id(),
            status: self.status.unwrap_or_else(|| ExitStatus::from_raw(0)),
            error: self.error,
            outputs: self.outputs.into_iter().map(|o| (o.number, o.bytes)).collect(),
        }
    }
}

impl Output {
    fn drain(&mut self) {
        let mut chunk = [0; 65536];
        while let Some(pipe) = &mut self.pipe {
            match pipe.read(&mut chunk) {
                Ok(0) => self.pipe = None,
                Ok(count) => {
                    self.bytes.extend_from_slice(&chunk[..count]);
                    if count < chunk.len() {
                        return;
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(_) => self.pipe = None,
            }
        }
    }
}
