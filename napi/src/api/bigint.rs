//! Bigints.

use std::ffi::c_int;
use std::fmt::Write as _;

use trun_vm::engine::{ErrorClass, Value, ValueKind};

use crate::abi::status::Status;
use crate::abi::types::napi_value;
use crate::entry::{Call, Fail, Out, Outcome, api, out, require};
use crate::kit::Tool;

fn bigint<'r>(call: Call<'r>, raw: napi_value) -> Outcome<'r, Value<'r>> {
    let value = call.value(raw)?;
    require(call.kind(value) == ValueKind::BigInt, Status::BigintExpected)?;
    Ok(value)
}

/// The digits of words, lowest first, as source has them.
fn digits(words: &[u64]) -> String {
    let mut text = String::with_capacity(2 + words.len() * 16);
    text.push_str("0x0");
    for word in words.iter().rev() {
        // Writing to a string does not fail.
        let _ = write!(text, "{word:016x}");
    }
    text
}

/// The words of digits to the base of 16, lowest first.
fn words(digits: &str) -> Vec<u64> {
    let bytes = digits.as_bytes();
    let word = |chunk: &[u8]| {
        std::str::from_utf8(chunk)
            .ok()
            .and_then(|text| u64::from_str_radix(text, 16).ok())
    };
    let words: Vec<u64> = bytes.rchunks(16).filter_map(word).collect();
    if words == [0] { Vec::new() } else { words }
}

/// The interface's own words for what the engine calls being out of memory.
fn too_large(call: Call<'_>) -> Fail<'_> {
    call.cx
        .error(ErrorClass::RangeError, "Maximum BigInt size exceeded")
        .into()
}

/// What both getters of 64 bits do: the bits, and whether they are the whole number.
fn low_bits<'r, T>(
    call: Call<'r>,
    value: napi_value,
    (result, lossless): (*mut T, *mut bool),
    read: impl FnOnce(Value<'r>) -> Outcome<'r, (T, Value<'r>)>,
) -> Outcome<'r> {
    call.value(value)?;
    let (result, lossless): (Out<T>, Out<bool>) = (call.out(result)?, call.out(lossless)?);
    let value = bigint(call, value)?;
    let (bits, again) = read(value)?;
    result.set(bits);
    lossless.set(again.is_same(call.cx, value));
    Ok(())
}

api! {
    /// A bigint.
    Plain fn napi_create_bigint_int64(call, value: i64, result: *mut napi_value) {
        let result = call.out(result)?;
        call.give(result, call.cx.bigint_from_i64(value)?)
    }

    /// A bigint.
    Plain fn napi_create_bigint_uint64(call, value: u64, result: *mut napi_value) {
        let result = call.out(result)?;
        call.give(result, call.cx.bigint_from_u64(value)?)
    }

    /// A bigint of words, lowest first.
    Js fn napi_create_bigint_words(
        call, sign: c_int, count: usize, list: *const u64, result: *mut napi_value,
    ) {
        require(!list.is_null(), Status::InvalidArg)?;
        let result = call.out(result)?;
        require(i32::try_from(count).is_ok(), Status::InvalidArg)?;
        // Longer than any engine allows: do not even write it down.
        if count > 1 << 24 {
            return Err(too_large(call));
        }
        // SAFETY: the interface demands `count` words.
        let list = unsafe { std::slice::from_raw_parts(list, count) };
        let positive = call.cx.bigint_text(&digits(list)).map_err(|_| too_large(call))?;
        let value = if sign == 0 { positive } else { call.instance().tool(call.cx, Tool::Negate, &[positive])? };
        call.give(result, value)
    }

    /// The lowest 64 bits as a signed number.
    Plain fn napi_get_value_bigint_int64(call, value: napi_value, result: *mut i64, lossless: *mut bool) {
        low_bits(call, value, (result, lossless), |value| {
            let bits = value.bigint_bits(call.cx)?.cast_signed();
            Ok((bits, call.cx.bigint_from_i64(bits)?))
        })
    }

    /// The lowest 64 bits.
    Plain fn napi_get_value_bigint_uint64(call, value: napi_value, result: *mut u64, lossless: *mut bool) {
        low_bits(call, value, (result, lossless), |value| {
            let bits = value.bigint_bits(call.cx)?;
            Ok((bits, call.cx.bigint_from_u64(bits)?))
        })
    }

    /// Sign and words, lowest first; or, without room for either, how many words there are.
    Plain fn napi_get_value_bigint_words(
        call, value: napi_value, sign: *mut c_int, count: *mut usize, list: *mut u64,
    ) {
        call.value(value)?;
        let count_out = call.out(count)?;
        let value = bigint(call, value)?;
        let text = call.instance().tool(call.cx, Tool::BigintDigits, &[value])?.to_text(call.cx)?;
        let found = words(text.trim_start_matches('-'));
        if !(sign.is_null() && list.is_null()) {
            let sign = out(sign)?;
            require(!list.is_null(), Status::InvalidArg)?;
            sign.set(c_int::from(text.starts_with('-')));
            // SAFETY: the interface demands room for `*count` words; null was refused.
            let room = unsafe { std::slice::from_raw_parts_mut(list, *count) };
            for (place, word) in room.iter_mut().zip(&found) {
                *place = *word;
            }
        }
        count_out.set(found.len());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_digits_are_inverse() {
        for list in [&[][..], &[1], &[0, 1], &[u64::MAX, 0x123], &[5, 0, 7]] {
            assert_eq!(
                words(digits(list).trim_start_matches("0x").trim_start_matches('0')),
                list
            );
        }
        assert!(words("0").is_empty());
    }
}
