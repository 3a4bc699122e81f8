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
use crate::os::{Running, RunningPage};
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
    /// Raw output that was read before the messages that came before it.
    written: Vec<(Stream, String, Running)>,
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
            written: Vec::new(),
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

    /// Takes what is there.
    ///
    /// A worker has its raw output read before it says that a test has ended. So what a test wrote is here when the message of its end is;
    /// but the messages from before it ran may be here as well, and come first.
    pub(super) fn read(&mut self, page: &RunningPage, events: &mut Vec<InternalEvent>) {
        self.has_more = false;
        if !self.is_open {
            return;
        }
        self.drain(page);
        page.count_drain();
        for _ in 0..SHARE {
            match self.receiver.receive() {
                Ok(Received::Message(message)) => {
                    if let FromWorker::CaseFinished { result, .. } = &message {
                        self.hand_on(events, |running| running == Running::Case(result.case.0));
                    }
                    events.push(InternalEvent::Message(self.slot, message));
                }
                Ok(Received::Nothing) => return self.hand_on(events, |_| true),
                Ok(Received::Closed) => return self.close(page, events),
                Err(_) => {
                    // Nothing after garbage can be believed: the channel counts as closed, and its worker is killed.
                    events.push(InternalEvent::Corrupt(self.slot));
                    return self.close(page, events);
                }
            }
        }
        self.has_more = true;
    }

    /// The last words of a process that is gone are in its pipes by now.
    fn close(&mut self, page: &RunningPage, events: &mut Vec<InternalEvent>) {
        self.drain(page);
        self.hand_on(events, |_| true);
        self.is_open = false;
        events.push(InternalEvent::Closed(self.slot));
    }

    /// What was written outside of tests belongs to no message and goes first.
    fn hand_on(&mut self, events: &mut Vec<InternalEvent>, is_due: impl Fn(Running) -> bool) {
        let slot = self.slot;
        let due = self.written.extract_if(.., |(_, _, running)| {
            is_due(*running) || !matches!(running, Running::Case(_))
        });
        events.extend(due.map(|(stream, text, running)| InternalEvent::Written(slot, stream, text, running)));
    }

    fn drain(&mut self, page: &RunningPage) {
        for (stream, pipe) in [(Stream::Stdout, &mut self.stdout), (Stream::Stderr, &mut self.stderr)] {
            let (running, waiting) = written_by(page, pipe);
            // Also with nothing there: that is how the pipe's end is seen.
            if let Some(text) = pipe.take(waiting) {
                self.written.push((stream, text, running));
            }
        }
    }
}

/// What runs and how many bytes have been written while it ran.
///
/// Everything that ran before had its bytes read before it ended. So what is there while the page says the same before and after belongs to
/// that, whenever it is read.
fn written_by(page: &RunningPage, pipe: &Pipe) -> (Running, usize) {
    /// A worker that starts tests as fast as this looks at them does not write.
    const TRIES: u32 = 100;
    let mut seen = (page.running(), pipe.waiting());
    for _ in 0..TRIES {
        let now = page.running();
        if now == seen.0 {
            break;
        }
        seen = (now, pipe.waiting());
    }
    seen
}
