//! The decoders of `TextDecoder`: labels of the encoding standard, one-shot and streaming decoding.
//!
//! Owns the state of streaming decoders, in a table that belongs to one realm; knows no engine value. JavaScript holds
//! a number into the table, so a decoder that nobody finishes lives as long as its realm.

use std::collections::HashMap;

use encoding_rs::{Decoder, DecoderResult, Encoding};

/// Input that is not valid in the decoder's encoding, met in fatal mode.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the encoded data was not valid")]
pub struct MalformedInput;

/// How a decoder treats what is special.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DecodeFlags {
    /// Malformed input is an error instead of U+FFFD.
    pub fatal: bool,
    /// A byte order mark is text instead of being dropped.
    pub ignore_bom: bool,
}

/// The standard's lower-case name of the encoding with this label, if there is one.
pub fn canonical_name(label: &str) -> Option<String> {
    let encoding = Encoding::for_label_no_replacement(label.as_bytes())?;
    Some(encoding.name().to_ascii_lowercase())
}

/// Decodes a whole text.
pub fn decode(label: &str, bytes: &[u8], flags: DecodeFlags) -> Option<Result<Vec<u16>, MalformedInput>> {
    let mut decoder = new_decoder(label, flags)?;
    Some(decode_chunk(&mut decoder, bytes, flags.fatal, true))
}

fn new_decoder(label: &str, flags: DecodeFlags) -> Option<Decoder> {
    let encoding = Encoding::for_label_no_replacement(label.as_bytes())?;
    Some(if flags.ignore_bom {
        encoding.new_decoder_without_bom_handling()
    } else {
        encoding.new_decoder_with_bom_removal()
    })
}

fn decode_chunk(decoder: &mut Decoder, bytes: &[u8], fatal: bool, last: bool) -> Result<Vec<u16>, MalformedInput> {
    // Nothing sensible can be done with a text whose length does not fit the address space.
    let capacity = decoder.max_utf16_buffer_length(bytes.len()).ok_or(MalformedInput)?;
    let mut text = vec![0; capacity];
    let written = if fatal {
        let (result, _, written) = decoder.decode_to_utf16_without_replacement(bytes, &mut text, last);
        if let DecoderResult::Malformed(_, _) = result {
            return Err(MalformedInput);
        }
        written
    } else {
        decoder.decode_to_utf16(bytes, &mut text, last).2
    };
    text.truncate(written);
    Ok(text)
}

struct Stream {
    decoder: Decoder,
    fatal: bool,
}

/// The streaming decoders of one realm, by number.
#[derive(Default)]
pub struct DecoderTable {
    streams: HashMap<u32, Stream>,
    next: u32,
}

impl DecoderTable {
    /// An empty table.
    pub fn new() -> Self {
        Self::default()
    }

    /// Opens a decoder; `None` when the label is unknown.
    pub fn open(&mut self, label: &str, flags: DecodeFlags) -> Option<u32> {
        let decoder = new_decoder(label, flags)?;
        self.next += 1;
        let stream = Stream {
            decoder,
            fatal: flags.fatal,
        };
        self.streams.insert(self.next, stream);
        Some(self.next)
    }

    /// Decodes the next piece. The last piece, and an error, close the decoder. `None` when there is none of that number.
    pub fn decode(&mut self, id: u32, bytes: &[u8], last: bool) -> Option<Result<Vec<u16>, MalformedInput>> {
        let stream = self.streams.get_mut(&id)?;
        let result = decode_chunk(&mut stream.decoder, bytes, stream.fatal, last);
        if last || result.is_err() {
            self.streams.remove(&id);
        }
        Some(result)
    }

    /// Forgets a decoder.
    pub fn close(&mut self, id: u32) {
        self.streams.remove(&id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LENIENT: DecodeFlags = DecodeFlags {
        fatal: false,
        ignore_bom: false,
    };
    const FATAL: DecodeFlags = DecodeFlags {
        fatal: true,
        ignore_bom: false,
    };

    fn text(units: Vec<u16>) -> String {
        String::from_utf16_lossy(&units)
    }

    #[test]
    fn labels_become_names() {
        for (label, name) in [
            ("utf8", Some("utf-8")),
            (" UTF-8\n", Some("utf-8")),
            ("latin1", Some("windows-1252")),
            ("ascii", Some("windows-1252")),
            ("utf-16", Some("utf-16le")),
            ("shift-jis", Some("shift_jis")),
            ("replacement", None),
            ("nope", None),
        ] {
            assert_eq!(canonical_name(label).as_deref(), name, "{label:?}");
        }
    }

    #[test]
    fn byte_order_marks_are_dropped_unless_asked_for() {
        let bytes = "\u{feff}a".as_bytes();
        assert_eq!(decode("utf-8", bytes, LENIENT).unwrap().map(text), Ok("a".into()));
        let kept = DecodeFlags {
            ignore_bom: true,
            ..LENIENT
        };
        assert_eq!(decode("utf-8", bytes, kept).unwrap().map(text), Ok("\u{feff}a".into()));
    }

    #[test]
    fn malformed_input_is_replaced_or_refused() {
        assert_eq!(
            decode("utf-8", &[0x61, 0xff], LENIENT).unwrap().map(text),
            Ok("a\u{fffd}".into())
        );
        assert_eq!(decode("utf-8", &[0x61, 0xff], FATAL).unwrap(), Err(MalformedInput));
        assert_eq!(decode("utf-8", &[0xe2, 0x82], FATAL).unwrap(), Err(MalformedInput));
        assert_eq!(
            decode("utf-16le", &[0x00, 0xd8], LENIENT).unwrap().map(text),
            Ok("\u{fffd}".into())
        );
        assert!(decode("nope", &[], LENIENT).is_none());
    }

    #[test]
    fn other_encodings_decode() {
        assert_eq!(
            decode("windows-1252", &[0x80], LENIENT).unwrap().map(text),
            Ok("\u{20ac}".into())
        );
        assert_eq!(
            decode("shift_jis", &[0x83, 0x65], LENIENT).unwrap().map(text),
            Ok("\u{30c6}".into())
        );
    }

    #[test]
    fn streams_keep_unfinished_characters() {
        let mut table = DecoderTable::new();
        let id = table.open("utf-8", LENIENT).unwrap();
        assert_eq!(
            table.decode(id, &[0xe2, 0x82], false).unwrap().map(text),
            Ok(String::new())
        );
        assert_eq!(
            table.decode(id, &[0xac, 0x61], false).unwrap().map(text),
            Ok("\u{20ac}a".into())
        );
        assert_eq!(
            table.decode(id, &[0xe2], true).unwrap().map(text),
            Ok("\u{fffd}".into())
        );
        assert!(table.decode(id, &[], true).is_none());
    }

    #[test]
    fn errors_and_closing_end_a_stream() {
        let mut table = DecoderTable::new();
        let id = table.open("utf-8", FATAL).unwrap();
        assert_eq!(table.decode(id, &[0xff], false).unwrap(), Err(MalformedInput));
        assert!(table.decode(id, &[], true).is_none());
        let other = table.open("utf-8", FATAL).unwrap();
        table.close(other);
        assert!(table.decode(other, &[], true).is_none());
        assert!(table.open("nope", FATAL).is_none());
    }
}
