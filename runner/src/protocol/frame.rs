//! Bytes and frames: `length u32 LE, magic u8, sequence u32 LE, payload`.
//!
//! A test can write to any descriptor, also to this socket. Magic and sequence make that visible at the first byte, instead of as a
//! wrong result later. An incomplete frame is a value, not an error.

/// First byte after the length.
const MAGIC: u8 = 0xB7;
/// Length, magic, sequence.
const HEADER: usize = 9;
/// Nothing that is sent on purpose comes near it: texts are capped before ([`super::message::cap`]).
pub const MAX_PAYLOAD: usize = 64 << 20;

/// The bytes are not what the other side sends.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the channel to the worker is corrupt: something in the test wrote to a descriptor it does not own")]
pub struct Corrupt;

/// Appends a frame.
pub fn encode(out: &mut Vec<u8>, sequence: u32, payload: &[u8]) {
    let length = u32::try_from(payload.len()).unwrap_or(u32::MAX);
    out.extend_from_slice(&length.to_le_bytes());
    out.push(MAGIC);
    out.extend_from_slice(&sequence.to_le_bytes());
    out.extend_from_slice(payload);
}

/// Collects bytes and gives frames.
#[derive(Debug, Default)]
pub struct Decoder {
    buffer: Vec<u8>,
    start: usize,
    next: u32,
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

    /// The payload of the next frame, or `None` until more bytes are there.
    ///
    /// # Errors
    /// The bytes are no frame, or not the next one.
    pub fn next_frame(&mut self) -> Result<Option<Vec<u8>>, Corrupt> {
        let bytes = &self.buffer[self.start..];
        let Some((header, rest)) = bytes.split_at_checked(HEADER) else {
            return Ok(None);
        };
        let length = u32::from_le_bytes([header[0], header[1], header[2], header[3]]) as usize;
        let sequence = u32::from_le_bytes([header[5], header[6], header[7], header[8]]);
        if header[4] != MAGIC || sequence != self.next || length > MAX_PAYLOAD {
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
        Ok(Some(payload))
    }

    /// Whether bytes of an unfinished frame are left.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.start == self.buffer.len()
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
            for (sequence, payload) in (0..).zip(&payloads) {
                encode(&mut wire, sequence, payload);
            }
            let mut decoder = Decoder::default();
            let mut seen = Vec::new();
            for piece in wire.chunks(cut) {
                decoder.feed(piece);
                while let Some(payload) = decoder.next_frame().expect("intact") {
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
        assert_eq!(decoder.next_frame(), Err(Corrupt));
    }

    #[test]
    fn a_replayed_frame_is_foreign() {
        let mut wire = Vec::new();
        encode(&mut wire, 0, b"a");
        let mut decoder = Decoder::default();
        decoder.feed(&wire);
        assert_eq!(decoder.next_frame(), Ok(Some(b"a".to_vec())));
        decoder.feed(&wire);
        assert_eq!(decoder.next_frame(), Err(Corrupt));
    }
}
