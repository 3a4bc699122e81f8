//! Bytes and frames: `length u32 LE, magic u8, sequence u32 LE, payload`.
//!
//! A test can write to any descriptor, also to this socket. Magic and sequence make that visible at the first byte, instead of as a
//! wrong result later. An incomplete frame is a value, not an error. A long message takes several frames.

/// First byte after the length, in the last or only frame of a message.
const LAST: u8 = 0xB7;
/// The same in a frame that another one of the same message follows.
const MORE: u8 = 0xB6;
/// Length, magic, sequence.
const HEADER: usize = 9;
/// What one frame carries at most: what claims to be longer is none.
pub const MAX_PAYLOAD: usize = 1 << 24;
/// What one message may be. Single texts are capped before ([`super::message::cap`]), but a test may fail in many ways.
pub const MAX_MESSAGE: usize = 1 << 30;

/// The bytes are not what the other side sends.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the channel to the worker is corrupt: something in the test wrote to a descriptor it does not own")]
pub struct Corrupt;

/// Appends a message, in as many frames as it needs. `sequence` is the number of the next frame.
pub fn encode(out: &mut Vec<u8>, sequence: &mut u32, message: &[u8]) {
    let mut rest = message;
    loop {
        let (payload, after) = rest.split_at(rest.len().min(MAX_PAYLOAD));
        let magic = if after.is_empty() { LAST } else { MORE };
        out.extend_from_slice(&u32::try_from(payload.len()).unwrap_or(u32::MAX).to_le_bytes());
        out.push(magic);
        out.extend_from_slice(&sequence.to_le_bytes());
        out.extend_from_slice(payload);
        *sequence = sequence.wrapping_add(1);
        rest = after;
        if magic == LAST {
            return;
        }
    }
}

/// Collects bytes and gives messages.
#[derive(Debug, Default)]
pub struct Decoder {
    buffer: Vec<u8>,
    start: usize,
    next: u32,
    /// The beginning of a message whose last frame has not come.
    begun: Vec<u8>,
}

impl Decoder {
    /// Adds what was read.
    pub fn feed(&mut self, bytes: &[u8]) {
        if self.start > 0 && self.start == self.buffer.len() {
            self.buffer.clear();
            self.start = 0;
        }
        self.buffer.extend_from_slice(bytes);
    }

    /// The next message, or `None` until more bytes are there.
    ///
    /// # Errors
    /// The bytes are no frame, or not the next one.
    pub fn next_message(&mut self) -> Result<Option<Vec<u8>>, Corrupt> {
        while let Some((is_last, payload)) = self.next_frame()? {
            if is_last && self.begun.is_empty() {
                return Ok(Some(payload));
            }
            if self.begun.len() + payload.len() > MAX_MESSAGE {
                return Err(Corrupt);
            }
            self.begun.extend_from_slice(&payload);
            if is_last {
                return Ok(Some(std::mem::take(&mut self.begun)));
            }
        }
        Ok(None)
    }

    fn next_frame(&mut self) -> Result<Option<(bool, Vec<u8>)>, Corrupt> {
        let bytes = &self.buffer[self.start..];
        let Some((header, rest)) = bytes.split_at_checked(HEADER) else {
            return Ok(None);
        };
        let length = u32::from_le_bytes([header[0], header[1], header[2], header[3]]) as usize;
        let sequence = u32::from_le_bytes([header[5], header[6], header[7], header[8]]);
        let is_last = header[4] == LAST;
        if !(is_last || header[4] == MORE) || sequence != self.next || length > MAX_PAYLOAD {
            return Err(Corrupt);
        }
        let Some(payload) = rest.get(..length) else {
            return Ok(None);
        };
        let payload = payload.to_vec();
        self.start += HEADER + length;
        self.next = self.next.wrapping_add(1);
        // What was read is dropped once it is most of the buffer, so that memory follows what is pending.
        if self.start > self.buffer.len() / 2 {
            self.buffer.drain(..self.start);
            self.start = 0;
        }
        Ok(Some((is_last, payload)))
    }

    /// Whether bytes of an unfinished message are left.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.start == self.buffer.len() && self.begun.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn frames_survive_any_cutting(payloads in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..200), 0..20), cut in 1usize..50) {
            let mut wire = Vec::new();
            let mut sequence = 0;
            for payload in &payloads {
                encode(&mut wire, &mut sequence, payload);
            }
            let mut decoder = Decoder::default();
            let mut seen = Vec::new();
            for piece in wire.chunks(cut) {
                decoder.feed(piece);
                while let Some(payload) = decoder.next_message().expect("intact") {
                    seen.push(payload);
                }
            }
            prop_assert_eq!(seen, payloads);
            prop_assert!(decoder.is_empty());
        }
    }

    #[test]
    fn foreign_bytes_are_recognised_at_once() {
        let mut decoder = Decoder::default();
        decoder.feed(b"hello from a test\n");
        assert_eq!(decoder.next_message(), Err(Corrupt));
    }

    #[test]
    fn a_replayed_frame_is_foreign() {
        let mut wire = Vec::new();
        encode(&mut wire, &mut 0, b"a");
        let mut decoder = Decoder::default();
        decoder.feed(&wire);
        assert_eq!(decoder.next_message(), Ok(Some(b"a".to_vec())));
        decoder.feed(&wire);
        assert_eq!(decoder.next_message(), Err(Corrupt));
    }

    #[test]
    fn long_messages_take_several_frames() {
        for length in [MAX_PAYLOAD - 1, MAX_PAYLOAD, MAX_PAYLOAD + 1, 3 * MAX_PAYLOAD + 5] {
            let message: Vec<u8> = (0..length).map(|at| (at % 251) as u8).collect();
            let (mut wire, mut sequence) = (Vec::new(), 0);
            encode(&mut wire, &mut sequence, &message);
            encode(&mut wire, &mut sequence, b"next");
            let mut decoder = Decoder::default();
            for piece in wire.chunks(1 << 20) {
                assert_eq!(decoder.next_message(), Ok(None), "{length} bytes are not there yet");
                decoder.feed(piece);
            }
            assert_eq!(decoder.next_message(), Ok(Some(message)));
            assert_eq!(decoder.next_message(), Ok(Some(b"next".to_vec())));
        }
    }
}
