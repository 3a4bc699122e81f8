//! A writer that never blocks: a queue without bound, and a thread that empties it into something that may be slow.
//!
//! Results must neither be lost nor wait, so the queue has no bound; its size is that of the report, which the reporters
//! could hold as well. What is drawn only to be erased again must not be queued behind results: whoever draws asks first
//! whether the queue is empty ([`Watch::is_idle`]) and leaves the frame out if it is not. The first error closes the queue for good: what comes later is dropped, the error is kept.

use std::{
    fs::File,
    io::{self, Write},
    os::fd::AsFd,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread::{self, JoinHandle},
};

use crossbeam_channel::{Receiver, Sender, TryRecvError, unbounded};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

/// Small writes are joined up to this many bytes.
const BATCH: usize = 64 * 1024;

/// One writer's end of a queue. Writing never blocks and fails only when the queue is closed.
#[derive(Debug, Clone)]
pub struct StdoutWriter {
    sender: Sender<Message>,
    state: Arc<State>,
}

/// Tells how a queue does: whether it is closed, whether it is empty.
#[derive(Debug, Clone)]
pub struct Watch(Arc<State>);

/// The owner's end of a queue.
#[derive(Debug)]
pub(super) struct Queue {
    sender: Sender<Message>,
    state: Arc<State>,
    thread: JoinHandle<()>,
}

#[derive(Debug)]
enum Message {
    Bytes(Vec<u8>),
    /// Nothing comes any more, whoever still holds a writer.
    End,
}

#[derive(Debug, Default)]
struct State {
    closed: AtomicBool,
    /// Bytes that were taken and are not yet written.
    waiting: AtomicUsize,
    error: Mutex<Option<io::Error>>,
}

impl Queue {
    /// Starts the thread that writes to `out`.
    pub(super) fn start(name: &str, out: File) -> io::Result<Self> {
        let (sender, receiver) = unbounded();
        let state = Arc::new(State::default());
        let thread = {
            let state = Arc::clone(&state);
            thread::Builder::new().name(format!("write {name}")).spawn(move || {
                if let Err(error) = drain(&receiver, &out, &state) {
                    state.close(error);
                }
            })?
        };
        Ok(Self { sender, state, thread })
    }

    pub(super) fn writer(&self) -> StdoutWriter {
        StdoutWriter {
            sender: self.sender.clone(),
            state: Arc::clone(&self.state),
        }
    }

    pub(super) fn watch(&self) -> Watch {
        Watch(Arc::clone(&self.state))
    }

    pub(super) fn is_closed(&self) -> bool {
        self.state.is_closed()
    }

    /// Waits until all is written. Writers that are left get errors from now on.
    pub(super) fn finish(self) -> io::Result<()> {
        // Fails if the thread is gone, which is then in the state.
        let _ = self.sender.send(Message::End);
        if self.thread.join().is_err() {
            return Err(io::Error::other("the writing thread panicked"));
        }
        self.state.lock().take().map_or(Ok(()), Err)
    }
}

impl Watch {
    /// Whether nothing more will be written.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.0.is_closed()
    }

    /// Whether everything that was taken is written, and more can be.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.0.waiting.load(Ordering::Acquire) == 0 && !self.0.is_closed()
    }
}

impl StdoutWriter {
    /// Whether nothing more will be written: the reader is gone, the disk is full.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.state.is_closed()
    }
}

impl Write for StdoutWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.is_closed() {
            return Err(self.state.reason());
        }
        self.state.waiting.fetch_add(bytes.len(), Ordering::AcqRel);
        self.sender
            .send(Message::Bytes(bytes.to_vec()))
            .map_err(|_| self.state.reason())?;
        Ok(bytes.len())
    }

    /// Nothing to do: the thread writes as soon as it can, and waiting for it is what this type avoids.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl State {
    fn is_closed(&self) -> bool {
        self.closed.load(Ordering::Acquire)
    }

    fn close(&self, error: io::Error) {
        *self.lock() = Some(error);
        self.closed.store(true, Ordering::Release);
    }

    /// A copy of the error that closed the queue, as far as errors can be copied.
    fn reason(&self) -> io::Error {
        match &*self.lock() {
            Some(error) => match error.raw_os_error() {
                Some(code) => io::Error::from_raw_os_error(code),
                None => io::Error::new(error.kind(), error.to_string()),
            },
            None => io::Error::new(io::ErrorKind::BrokenPipe, "the output is closed"),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Option<io::Error>> {
        self.error.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Writes until the end is announced or all writers are gone.
fn drain(receiver: &Receiver<Message>, out: &File, state: &State) -> io::Result<()> {
    while let Ok(Message::Bytes(mut batch)) = receiver.recv() {
        let more = gather(receiver, &mut batch);
        write_all(out, &batch)?;
        state.waiting.fetch_sub(batch.len(), Ordering::AcqRel);
        if !more {
            break;
        }
    }
    Ok(())
}

/// Joins what already waits to `batch`. The answer is whether more can come.
fn gather(receiver: &Receiver<Message>, batch: &mut Vec<u8>) -> bool {
    while batch.len() < BATCH {
        match receiver.try_recv() {
            Ok(Message::Bytes(bytes)) => batch.extend_from_slice(&bytes),
            Err(TryRecvError::Empty) => return true,
            Ok(Message::End) | Err(TryRecvError::Disconnected) => return false,
        }
    }
    true
}

/// As `Write::write_all`, and waits where another process has made the descriptor we share with it non-blocking.
fn write_all(mut out: &File, mut bytes: &[u8]) -> io::Result<()> {
    while !bytes.is_empty() {
        match out.write(bytes) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(written) => bytes = &bytes[written..],
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => wait_until_writable(out)?,
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

fn wait_until_writable(out: &File) -> io::Result<()> {
    let mut watched = [PollFd::new(out.as_fd(), PollFlags::POLLOUT)];
    match poll(&mut watched, PollTimeout::NONE) {
        Ok(_) | Err(nix::errno::Errno::EINTR) => Ok(()),
        Err(error) => Err(error.into()),
    }
}
