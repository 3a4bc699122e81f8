//! Typed messages over a socket.

use std::io::{self, Read, Write};
use std::marker::PhantomData;
use std::os::unix::net::UnixStream;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::frame::{Corrupt, Decoder, encode};

/// The sending half.
pub struct Sender<T> {
    socket: UnixStream,
    sequence: u32,
    buffer: Vec<u8>,
    sends: PhantomData<T>,
}

impl<T: Serialize> Sender<T> {
    /// Sends over `socket`.
    #[must_use]
    pub fn new(socket: UnixStream) -> Self {
        Self {
            socket,
            sequence: 0,
            buffer: Vec::new(),
            sends: PhantomData,
        }
    }

    /// Queues a message; [`Sender::flush`] sends what is queued.
    pub fn queue(&mut self, message: &T) {
        // Messages are plain data: making JSON of them cannot fail.
        let payload = serde_json::to_vec(message).unwrap_or_default();
        encode(&mut self.buffer, &mut self.sequence, &payload);
    }

    /// Sends what is queued, as much as the socket takes; what it does not take now stays queued.
    ///
    /// # Errors
    /// The other side is gone.
    pub fn flush(&mut self) -> io::Result<()> {
        let mut sent = 0;
        while sent < self.buffer.len() {
            match self.socket.write(&self.buffer[sent..]) {
                Ok(count) => sent += count,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        self.buffer.drain(..sent);
        Ok(())
    }

    /// Queues and flushes.
    ///
    /// # Errors
    /// The other side is gone.
    pub fn send(&mut self, message: &T) -> io::Result<()> {
        self.queue(message);
        self.flush()
    }
}

/// What a read gave.
#[derive(Debug, PartialEq, Eq)]
pub enum Received<T> {
    /// A message.
    Message(T),
    /// Nothing more for now.
    Nothing,
    /// The other side has closed.
    Closed,
}

/// The receiving half.
pub struct Receiver<T> {
    socket: UnixStream,
    decoder: Decoder,
    closed: bool,
    receives: PhantomData<T>,
}

impl<T: DeserializeOwned> Receiver<T> {
    /// Receives from `socket`.
    #[must_use]
    pub fn new(socket: UnixStream) -> Self {
        Self {
            socket,
            decoder: Decoder::default(),
            closed: false,
            receives: PhantomData,
        }
    }

    /// The socket, to be polled.
    #[must_use]
    pub fn socket(&self) -> &UnixStream {
        &self.socket
    }

    /// The next message. On a blocking socket it waits for one.
    ///
    /// # Errors
    /// What came is no message.
    pub fn receive(&mut self) -> Result<Received<T>, Corrupt> {
        loop {
            if let Some(payload) = self.decoder.next_message()? {
                return serde_json::from_slice(&payload)
                    .map(Received::Message)
                    .map_err(|_| Corrupt);
            }
            if self.closed {
                return Ok(Received::Closed);
            }
            let mut bytes = [0; 1 << 16];
            match self.socket.read(&mut bytes) {
                Ok(0) => self.closed = true,
                Ok(count) => self.decoder.feed(&bytes[..count]),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(Received::Nothing),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                // A reset is what a killed peer leaves.
                Err(_) => self.closed = true,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use trun_reporters::model::FileId;

    use super::super::message::ToWorker;
    use super::*;

    #[test]
    fn messages_arrive_in_order_and_then_the_end() {
        let (ours, theirs) = UnixStream::pair().expect("a socket pair");
        let mut sender = Sender::new(ours);
        let mut receiver = Receiver::new(theirs);
        let messages = [
            ToWorker::Run {
                file: FileId(3),
                path: "/a b/ü.ts".into(),
            },
            ToWorker::Shutdown,
        ];
        for message in &messages {
            sender.send(message).expect("open");
        }
        drop(sender);
        for message in messages {
            assert_eq!(receiver.receive(), Ok(Received::Message(message)));
        }
        assert_eq!(receiver.receive(), Ok(Received::Closed));
    }
}
