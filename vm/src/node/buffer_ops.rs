//! The codecs of `Buffer`: text to bytes and back in Node's encodings, byte search, byte checks.
//!
//! Pure functions over slices; owns no engine value and does no input or output. Text is UTF-16 as the engine hands it
//! out, lone surrogates included: they become U+FFFD where an encoding cannot hold them.

use std::cmp::Ordering;

use encoding_rs::mem;

/// An encoding of `Buffer`, by the number that the JavaScript side uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BufferEncoding {
    /// UTF-8, broken input replaced.
    Utf8,
    /// Two bytes a unit, little endian.
    Utf16Le,
    /// One byte a unit, the upper half cut off.
    Latin1,
    /// Two digits a byte.
    Hex,
    /// Base64; both alphabets are read, padding is written.
    Base64,
    /// Base64 for URLs; both alphabets are read, no padding is written.
    Base64Url,
    /// As Latin1, but the top bit is dropped when read.
    Ascii,
}

impl BufferEncoding {
    /// The encoding with this number in `vm/js/node/buffer.js`.
    pub fn from_code(code: u32) -> Option<Self> {
        Some(match code {
            0 => Self::Utf8,
            1 => Self::Utf16Le,
            2 => Self::Latin1,
            3 => Self::Hex,
            4 => Self::Base64,
            5 => Self::Base64Url,
            6 => Self::Ascii,
            _ => return None,
        })
    }
}

/// The bytes of `text`.
pub fn encode(text: &[u16], encoding: BufferEncoding) -> Vec<u8> {
    match encoding {
        BufferEncoding::Utf8 => utf8_bytes(text),
        BufferEncoding::Utf16Le => text.iter().flat_map(|unit| unit.to_le_bytes()).collect(),
        BufferEncoding::Latin1 | BufferEncoding::Ascii => text.iter().map(|unit| unit.to_le_bytes()[0]).collect(),
        BufferEncoding::Hex => hex_bytes(text),
        BufferEncoding::Base64 | BufferEncoding::Base64Url => base64_bytes(text),
    }
}

/// Writes as much of `text` as fits into `target`, whole characters only. Gives the number of bytes written.
pub fn write(target: &mut [u8], text: &[u16], encoding: BufferEncoding) -> usize {
    if encoding == BufferEncoding::Utf8 {
        return write_utf8(target, text).1;
    }
    let bytes = encode(text, encoding);
    let mut length = bytes.len().min(target.len());
    if encoding == BufferEncoding::Utf16Le {
        length -= length % 2;
    }
    target[..length].copy_from_slice(&bytes[..length]);
    length
}

/// Writes UTF-8, whole characters only; gives (units read, bytes written).
pub fn write_utf8(target: &mut [u8], text: &[u16]) -> (usize, usize) {
    mem::convert_utf16_to_utf8_partial(text, target)
}

/// The text of `bytes`, as UTF-16.
pub fn decode(bytes: &[u8], encoding: BufferEncoding) -> Vec<u16> {
    match encoding {
        BufferEncoding::Utf8 => utf8_text(bytes),
        BufferEncoding::Utf16Le => bytes
            .chunks_exact(2)
            .map(|pair| u16::from_le_bytes([pair[0], pair[1]]))
            .collect(),
        BufferEncoding::Latin1 => bytes.iter().copied().map(u16::from).collect(),
        BufferEncoding::Ascii => bytes.iter().map(|byte| u16::from(byte & 0x7f)).collect(),
        BufferEncoding::Hex => widen(&data_encoding::HEXLOWER.encode(bytes)),
        BufferEncoding::Base64 => widen(&data_encoding::BASE64.encode(bytes)),
        BufferEncoding::Base64Url => widen(&data_encoding::BASE64URL_NOPAD.encode(bytes)),
    }
}

fn widen(text: &str) -> Vec<u16> {
    text.bytes().map(u16::from).collect()
}

fn utf8_bytes(text: &[u16]) -> Vec<u8> {
    // Three bytes a unit is the worst case; most text is ASCII and one will do.
    let mut bytes = vec![0; text.len()];
    let (mut read, mut written) = write_utf8(&mut bytes, text);
    if read < text.len() {
        bytes.resize(written + utf8_length(&text[read..]), 0);
        let (more_read, more_written) = write_utf8(&mut bytes[written..], &text[read..]);
        read += more_read;
        written += more_written;
    }
    debug_assert_eq!(read, text.len());
    bytes.truncate(written);
    bytes
}

fn utf8_text(bytes: &[u8]) -> Vec<u16> {
    // The conversion wants one spare unit beyond the longest possible result.
    let mut text = vec![0; bytes.len() + 1];
    let length = mem::convert_utf8_to_utf16(bytes, &mut text);
    text.truncate(length);
    text
}

/// The number of bytes that `text` takes in UTF-8.
pub fn utf8_length(text: &[u16]) -> usize {
    char::decode_utf16(text.iter().copied())
        .map(|unit| unit.map_or(3, char::len_utf8))
        .sum()
}

/// The number of bytes that base64 text stands for, before it is known which characters are skipped.
pub fn base64_length(text: &[u16]) -> usize {
    let padding = text
        .iter()
        .rev()
        .take(2)
        .take_while(|unit| **unit == u16::from(b'='))
        .count();
    (text.len() - padding) * 3 / 4
}

fn hex_digit(unit: u16) -> Option<u8> {
    let digit = char::from_u32(u32::from(unit))?.to_digit(16)?;
    u8::try_from(digit).ok()
}

/// Reads pairs of digits and stops, as Node does, at the first that is none.
fn hex_bytes(text: &[u16]) -> Vec<u8> {
    text.chunks_exact(2)
        .map_while(|pair| Some(hex_digit(pair[0])? << 4 | hex_digit(pair[1])?))
        .collect()
}

fn base64_digit(unit: u16) -> Option<u32> {
    let byte = u8::try_from(unit).ok()?;
    let digit = match byte {
        b'A'..=b'Z' => byte - b'A',
        b'a'..=b'z' => byte - b'a' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'+' | b'-' => 62,
        b'/' | b'_' => 63,
        _ => return None,
    };
    Some(u32::from(digit))
}

/// Forgiving: skips what is no digit of either alphabet, ends at padding, needs no padding.
fn base64_bytes(text: &[u16]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len() * 3 / 4 + 2);
    let mut group = 0;
    let mut digits = 0;
    for unit in text {
        if *unit == u16::from(b'=') {
            break;
        }
        let Some(digit) = base64_digit(*unit) else {
            continue;
        };
        group = group << 6 | digit;
        digits += 1;
        if digits == 4 {
            bytes.extend_from_slice(&u32::to_be_bytes(group)[1..]);
            group = 0;
            digits = 0;
        }
    }
    // Two digits left over hold one byte, three hold two; one alone holds none.
    let rest = u32::to_be_bytes(group << (6 * (4 - digits)));
    if digits >= 2 {
        bytes.extend_from_slice(&rest[1..digits]);
    }
    bytes
}

/// The order of two byte sequences.
pub fn compare(a: &[u8], b: &[u8]) -> Ordering {
    a.cmp(b)
}

/// Where `needle` is in `haystack`, searching from `offset` on, or from there back. `step` is 2 for UTF-16, where only
/// whole units match. Negative offsets count from the end, as in Node.
pub fn index_of(haystack: &[u8], needle: &[u8], offset: f64, forward: bool, step: usize) -> Option<usize> {
    let length = haystack.len();
    let start = clamp_offset(length, needle.len(), offset, forward)?;
    if needle.is_empty() {
        return Some(start);
    }
    if needle.len() > length || (step == 2 && (needle.len() < 2 || length < 2)) {
        return None;
    }
    let last = length - needle.len();
    if forward && start > last {
        return None;
    }
    match (forward, step) {
        (true, 1) => memchr::memmem::find(&haystack[start..], needle).map(|at| at + start),
        (true, _) => aligned(start..=last).find(|at| haystack[*at..].starts_with(needle)),
        (false, 1) => memchr::memmem::rfind(&haystack[..start.min(last) + needle.len()], needle),
        (false, _) => aligned(0..=start.min(last))
            .rev()
            .find(|at| haystack[*at..].starts_with(needle)),
    }
}

/// The even positions of a range; an odd start is taken back to the unit that it is in.
fn aligned(range: std::ops::RangeInclusive<usize>) -> impl DoubleEndedIterator<Item = usize> {
    (range.start() / 2..=range.end() / 2).map(|unit| unit * 2)
}

fn clamp_offset(length: usize, needle: usize, offset: f64, forward: bool) -> Option<usize> {
    let size = length as f64;
    let from = if offset < 0.0 { offset + size } else { offset };
    if from < 0.0 {
        // Before the start: everything lies ahead, nothing behind.
        return (forward || needle == 0).then_some(0);
    }
    if from >= size {
        if needle == 0 {
            return Some(length);
        }
        return (!forward).then_some(length.saturating_sub(1));
    }
    Some(from as usize)
}

/// Whether the bytes are well-formed UTF-8.
pub fn is_utf8(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_ok()
}

/// Whether all bytes are below 0x80.
pub fn is_ascii(bytes: &[u8]) -> bool {
    bytes.is_ascii()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn units(text: &str) -> Vec<u16> {
        text.encode_utf16().collect()
    }

    fn text(units: &[u16]) -> String {
        String::from_utf16_lossy(units)
    }

    #[test]
    fn utf8_goes_both_ways() {
        let source = "a\u{e9}\u{4f60}\u{1f600}\0";
        let bytes = encode(&units(source), BufferEncoding::Utf8);
        assert_eq!(bytes, source.as_bytes());
        assert_eq!(text(&decode(&bytes, BufferEncoding::Utf8)), source);
        assert_eq!(utf8_length(&units(source)), bytes.len());
    }

    #[test]
    fn lone_surrogates_become_the_replacement_character() {
        let lone = [0x61, 0xd800, 0x62, 0xdc00];
        assert_eq!(encode(&lone, BufferEncoding::Utf8), "a\u{fffd}b\u{fffd}".as_bytes());
        assert_eq!(utf8_length(&lone), 8);
    }

    #[test]
    fn broken_utf8_is_replaced_by_maximal_parts() {
        let cases: [(&[u8], &str); 5] = [
            (&[0xe2, 0x82], "\u{fffd}"),
            (&[0xe2, 0x28, 0xa1], "\u{fffd}(\u{fffd}"),
            (&[0xf0, 0x9f, 0x98, 0x41], "\u{fffd}A"),
            (&[0xc0, 0x80], "\u{fffd}\u{fffd}"),
            (&[0xed, 0xa0, 0x80], "\u{fffd}\u{fffd}\u{fffd}"),
        ];
        for (bytes, expected) in cases {
            assert_eq!(text(&decode(bytes, BufferEncoding::Utf8)), expected, "{bytes:?}");
        }
    }

    #[test]
    fn writing_never_splits_a_character() {
        let mut target = [0; 4];
        assert_eq!(write(&mut target, &units("ab\u{20ac}"), BufferEncoding::Utf8), 2);
        assert_eq!(write(&mut target[..3], &units("abc"), BufferEncoding::Utf16Le), 2);
        assert_eq!(write(&mut target[..3], &units("abcdef"), BufferEncoding::Latin1), 3);
        assert_eq!(write(&mut target[..1], &units("\u{1f600}"), BufferEncoding::Utf8), 0);
    }

    #[test]
    fn hex_stops_at_the_first_wrong_digit() {
        for (source, expected) in [
            ("00ff", vec![0, 255]),
            ("abxx12", vec![0xab]),
            ("abc", vec![0xab]),
            ("", vec![]),
        ] {
            assert_eq!(encode(&units(source), BufferEncoding::Hex), expected, "{source}");
        }
        assert_eq!(text(&decode(&[0, 0xab, 255], BufferEncoding::Hex)), "00abff");
    }

    #[test]
    fn base64_is_forgiving() {
        let cases = [
            ("YWJj", "abc"),
            ("YWI=", "ab"),
            ("YWI", "ab"),
            ("Y W\nJ j", "abc"),
            ("-_-_", "\u{fb}\u{ff}\u{bf}"),
            ("Y", ""),
            ("YQ==YQ==", "a"),
        ];
        for (source, expected) in cases {
            let expected: Vec<u8> = expected.chars().map(|char| char as u32 as u8).collect();
            assert_eq!(encode(&units(source), BufferEncoding::Base64), expected, "{source}");
        }
        assert_eq!(text(&decode(&[251, 255], BufferEncoding::Base64)), "+/8=");
        assert_eq!(text(&decode(&[251, 255], BufferEncoding::Base64Url)), "-_8");
    }

    #[test]
    fn ascii_drops_the_top_bit_only_when_read() {
        assert_eq!(encode(&units("\u{e9}\u{120}"), BufferEncoding::Ascii), [0xe9, 0x20]);
        assert_eq!(decode(&[0xe9], BufferEncoding::Ascii), [0x69]);
        assert_eq!(decode(&[0xe9], BufferEncoding::Latin1), [0xe9]);
    }

    #[test]
    fn search_follows_nodes_offsets() {
        let hay = b"abcabc";
        assert_eq!(index_of(hay, b"bc", 0.0, true, 1), Some(1));
        assert_eq!(index_of(hay, b"bc", 2.0, true, 1), Some(4));
        assert_eq!(index_of(hay, b"bc", -2.0, true, 1), Some(4));
        assert_eq!(index_of(hay, b"bc", f64::INFINITY, false, 1), Some(4));
        assert_eq!(index_of(hay, b"bc", -3.0, false, 1), Some(1));
        assert_eq!(index_of(hay, b"bc", -7.0, false, 1), None);
        assert_eq!(index_of(hay, b"", 9.0, true, 1), Some(6));
        assert_eq!(index_of(hay, b"xyz", 0.0, true, 1), None);
    }

    #[test]
    fn utf16_search_matches_whole_units_only() {
        let hay = [0x61, 0x00, 0x00, 0x61, 0x00, 0x61];
        assert_eq!(index_of(&hay, &[0x00, 0x61], 0.0, true, 2), Some(2));
        assert_eq!(index_of(&hay, &[0x61, 0x00], 3.0, true, 2), None);
        assert_eq!(index_of(&hay, &[0x00, 0x61], 3.0, true, 2), Some(2));
        assert_eq!(index_of(&hay, &[0x00, 0x61], 9.0, false, 2), Some(4));
    }

    #[test]
    fn checks() {
        assert!(is_utf8("\u{e9}".as_bytes()));
        assert!(!is_utf8(&[0xff]));
        assert!(is_ascii(b"abc"));
        assert!(!is_ascii(&[0x80]));
        assert_eq!(compare(b"ab", b"abc"), Ordering::Less);
        assert_eq!(base64_length(&units("YWI=")), 2);
        assert!(BufferEncoding::from_code(7).is_none());
    }
}
