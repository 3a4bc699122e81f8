//! The decoder of frames: any bytes, in any cuts.

use trun::protocol::frame::{Corrupt, Decoder, MAX_MESSAGE, encode};

/// Bytes that no worker sent are found out as such however they arrive; messages that one sent arrive as they were sent.
///
/// The first byte says how the rest is cut.
pub fn check(data: &[u8]) {
    let Some((cut, bytes)) = data.split_first() else {
        return;
    };
    let cut = usize::from(*cut) + 1;
    foreign(bytes, cut);
    sent(bytes, cut);
}

/// Any bytes: the same messages and the same verdict, at once and in pieces.
fn foreign(bytes: &[u8], cut: usize) {
    let (whole, verdict) = decode(bytes.chunks(usize::MAX));
    let (pieces, same) = decode(bytes.chunks(cut));
    assert_eq!((&whole, &verdict), (&pieces, &same), "cut into {cut} bytes");
    let length: usize = whole.iter().map(Vec::len).sum();
    assert!(
        length <= bytes.len() && length <= MAX_MESSAGE,
        "messages are made of what came"
    );
}

/// Pieces of the input as messages: what a worker sends arrives, and what is behind it is found out.
fn sent(bytes: &[u8], cut: usize) {
    let messages: Vec<&[u8]> = bytes.split(|byte| *byte == 0).collect();
    let (mut wire, mut sequence) = (Vec::new(), 0);
    messages
        .iter()
        .for_each(|message| encode(&mut wire, &mut sequence, message));
    let (arrived, verdict) = decode(wire.chunks(cut));
    assert_eq!(verdict, Ok(()));
    assert_eq!(arrived, messages);
    // The first frame again is out of order.
    let mut replayed = wire.clone();
    replayed.extend_from_slice(&wire);
    let (arrived, verdict) = decode(replayed.chunks(cut));
    assert_eq!((arrived.len(), verdict), (messages.len(), Err(Corrupt)));
}

fn decode<'b>(pieces: impl Iterator<Item = &'b [u8]>) -> (Vec<Vec<u8>>, Result<(), Corrupt>) {
    let mut decoder = Decoder::default();
    let mut messages = Vec::new();
    for piece in pieces {
        decoder.feed(piece);
        loop {
            match decoder.next_message() {
                Ok(Some(message)) => messages.push(message),
                Ok(None) => break,
                Err(corrupt) => return (messages, Err(corrupt)),
            }
        }
    }
    (messages, Ok(()))
}
