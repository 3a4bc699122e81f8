//! The coordinator's ends of one worker's descriptors: its channel and the two pipes of its raw output.
//!
//! Turns what is there into events, a share at a time, so that no worker keeps the loop from the others.

use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::net::UnixStream;

use nix::fcntl::OFlag;
use nix::unistd::pipe2;
use trun_reporters::model::Stream;

use super::event::{InternalEvent, Slot};
use super::pipe::Pipe;
use crate::os::Running;
use crate::protocol::channel::{Received, Receiver, Sender};
use crate::protocol::message::{FromWorker, ToWorker};

/// Messages handled in one turn.
const SHARE: usize = 256;

/// One worker's wires.
pub(super) struct Wires {
    slot: Slot,
    sender: Sender<ToWorker>,
    receiver: Receiver<FromWorker>,
    stdout: Pipe,
    stderr: Pipe,
    is_open: bool,
    has_more: bool,
}

impl Wires {
    /// Makes the descriptors: ours, and the worker's channel, standard output and standard error.
    pub(super) fn new(slot: Slot) -> io::Result<(Self, [OwnedFd; 3])> {
        let (ours, theirs) = UnixStream::pair()?;
        let (stdout, stdout_in) = pipe2(OFlag::O_CLOEXEC)?;
        let (stderr, stderr_in) = pipe2(OFlag::O_CLOEXEC)?;
        ours.set_nonblocking(true)?;
        let wires = Self {
            slot,
            sender: Sender::new(ours.try_clone()?),
            receiver: Receiver::new(ours),
            stdout: Pipe::new(stdout)?,
            stderr: Pipe::new(stderr)?,
            is_open: true,
            has_more: false,
        };
        Ok((wires, [theirs.into(), stdout_in, stderr_in]))
    }

    /// What is to be polled.
    pub(super) fn fds(&self) -> impl Iterator<Item = BorrowedFd<'_>> {
        let channel = self.is_open.then(|| self.receiver.socket().as_fd());
        let pipes = [&self.stdout, &self.stderr].into_iter().filter_map(|pipe| pipe.fd());
        // Once the channel has closed, only a process that the worker left behind can still write.
        channel.into_iter().chain(pipes.filter(|_| self.is_open))
    }

    /// Whether the last turn left messages that no poll will tell of.
    pub(super) fn has_more(&self) -> bool {
        self.has_more
    }

    /// Sends a message.
    pub(super) fn send(&mut self, message: &ToWorker) {
        // A worker that does not read any more has ended, which its channel shows.
        let _ = self.sender.send(message);
    }

    /// Takes what is there. `running` is what the worker's page said before.
    ///
    /// Raw output is drained before the message that ends a test is handed on, and charged to that test.
    pub(super) fn read(&mut self, running: Running, events: &mut Vec<InternalEvent>) {
        self.has_more = false;
        if !self.is_open {
            return;
        }
        self.drain(running, events);
        for _ in 0..SHARE {
            match self.receiver.receive() {
                Ok(Received::Message(message)) => {
                    match &message {
                        FromWorker::CaseFinished { result, .. } => self.drain(Running::Case(result.case.0), events),
                        FromWorker::FileDone { .. } => self.drain(Running::Nothing, events),
                        _ => {}
                    }
                    events.push(InternalEvent::Message(self.slot, message));
                }
                Ok(Received::Nothing) => return,
                Ok(Received::Closed) => return self.close(running, events),
                Err(_) => {
                    // Nothing after garbage can be believed: the channel counts as closed, and its worker is killed.
                    events.push(InternalEvent::Corrupt(self.slot));
                    return self.close(running, events);
                }
            }
        }
        self.has_more = true;
    }

    /// The last words of a process that is gone are in its pipes by now.
    fn close(&mut self, running: Running, events: &mut Vec<InternalEvent>) {
        self.drain(running, events);
        self.is_open = false;
        events.push(InternalEvent::Closed(self.slot));
    }

    fn drain(&mut self, running: Running, events: &mut Vec<InternalEvent>) {
        for (stream, pipe) in [(Stream::Stdout, &mut self.stdout), (Stream::Stderr, &mut self.stderr)] {
            if let Some(text) = pipe.drain() {
                events.push(InternalEvent::Written(self.slot, stream, text, running));
            }
        }
    }
}
