//! Reading strings into an addon's memory.

use std::ffi::c_char;

use trun_vm::engine::JsString;

use crate::abi::status::Status;
use crate::abi::types::napi_value;
use crate::entry::{Call, Outcome, api, optional_out, require};

/// The string of a value.
fn read<'r>(call: Call<'r>, value: napi_value) -> Outcome<'r, JsString> {
    require(!value.is_none(), Status::InvalidArg)?;
    Ok(call.string(value, Status::StringExpected)?.to_js_string(call.cx)?)
}

/// Without a buffer, says how long the text is; with one, fills it and ends it with a zero. `fill` leaves room for that.
fn deliver<'r, T: Copy + Default>(
    call: Call<'r>,
    buffer: *mut T,
    size: usize,
    result: *mut usize,
    length: impl FnOnce() -> usize,
    fill: impl FnOnce(&mut [T]) -> usize,
) -> Outcome<'r> {
    if buffer.is_null() {
        call.out(result)?.set(length());
        return Ok(());
    }
    let mut written = 0;
    if size > 0 {
        // SAFETY: the interface demands `size` units of memory at `buffer`, which need not be initialised: only written to.
        let memory = unsafe { std::slice::from_raw_parts_mut(buffer, size) };
        written = fill(memory);
        memory[written] = T::default();
    }
    if let Some(result) = optional_out(result) {
        result.set(written);
    }
    Ok(())
}

/// Copies as many whole characters as fit with a zero after them.
fn fill_utf8(units: &[u16], memory: &mut [u8]) -> usize {
    let room = memory.len().saturating_sub(1);
    let memory = &mut memory[..room];
    let mut written = 0;
    for character in char::decode_utf16(units.iter().copied()) {
        let character = character.unwrap_or(char::REPLACEMENT_CHARACTER);
        let Some(place) = memory.get_mut(written..written + character.len_utf8()) else {
            break;
        };
        character.encode_utf8(place);
        written += character.len_utf8();
    }
    written
}

fn utf8_length(units: &[u16]) -> usize {
    char::decode_utf16(units.iter().copied())
        .map(|character| character.unwrap_or(char::REPLACEMENT_CHARACTER).len_utf8())
        .sum()
}

api! {
    /// The string as ISO-8859-1; what does not fit loses its high byte.
    Plain fn napi_get_value_string_latin1(
        call, value: napi_value, buffer: *mut c_char, size: usize, result: *mut usize,
    ) {
        let string = read(call, value)?;
        let units = string.units();
        deliver(call, buffer.cast::<u8>(), size, result, || units.len(), |memory| {
            let count = (memory.len() - 1).min(units.len());
            #[expect(clippy::cast_possible_truncation, reason = "documented")]
            memory.iter_mut().zip(&units[..count]).for_each(|(byte, unit)| *byte = *unit as u8);
            count
        })
    }

    /// The string as UTF-8; lone surrogates become U+FFFD, no character is cut.
    Plain fn napi_get_value_string_utf8(
        call, value: napi_value, buffer: *mut c_char, size: usize, result: *mut usize,
    ) {
        let string = read(call, value)?;
        let length = || {
            let mut short = [0; 256];
            string.ascii_into(&mut short).unwrap_or_else(|| utf8_length(string.units()))
        };
        deliver(call, buffer.cast::<u8>(), size, result, length, |memory| {
            string.ascii_into(memory).unwrap_or_else(|| fill_utf8(string.units(), memory))
        })
    }

    /// The string as UTF-16.
    Plain fn napi_get_value_string_utf16(
        call, value: napi_value, buffer: *mut u16, size: usize, result: *mut usize,
    ) {
        let string = read(call, value)?;
        let units = string.units();
        deliver(call, buffer, size, result, || units.len(), |memory| {
            let count = (memory.len() - 1).min(units.len());
            memory[..count].copy_from_slice(&units[..count]);
            count
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_character_is_cut() {
        let units: Vec<u16> = "a\u{e9}\u{1f600}b".encode_utf16().collect();
        let lengths: Vec<usize> = (1..=10).map(|size| fill_utf8(&units, &mut vec![0; size])).collect();
        assert_eq!(lengths, [0, 1, 1, 3, 3, 3, 3, 7, 8, 8]);
        assert_eq!(utf8_length(&units), 8);
    }

    #[test]
    fn a_lone_surrogate_is_replaced() {
        let mut memory = [0; 9];
        assert_eq!(fill_utf8(&[0x61, 0xd800, 0x62], &mut memory), 5);
        assert_eq!(&memory[..5], "a\u{fffd}b".as_bytes());
    }
}
