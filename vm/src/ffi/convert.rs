//! JavaScript's values to C's and back, for what the bits of a value do not tell ([`Slot`] knows those that they do).
//!
//! Every refusal names the function and the argument.

use crate::engine::native::RawValue;
use crate::engine::{Ctx, DirectValue, JsResult, Thrown, Value, ValueKind};

use super::slot::{Slot, address};
use super::text::text_at;
use super::types::NativeType as T;

/// What is converted, for messages.
#[derive(Clone, Copy)]
pub(super) enum Place<'a> {
    /// An argument of a function, counted from zero.
    Argument(&'a str, usize),
    /// What a callback returned.
    Returned(&'a str),
}

impl std::fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Argument(function, index) => write!(f, "{function}: argument {}", index + 1),
            Self::Returned(callback) => write!(f, "{callback}: the returned value"),
        }
    }
}

/// The value as an argument of type `ty`. Bytes are pinned; the value must stay where the collector sees it for as long as native code uses
/// them.
///
/// # Errors
/// It does not fit; names `place`.
pub(super) fn to_slot<'r>(cx: Ctx<'r>, ty: T, value: Value<'r>, place: Place<'_>) -> JsResult<'r, Slot> {
    match ty {
        // The env is the caller's to fill in.
        T::Void | T::NapiEnv => return Ok(Slot::ZERO),
        T::NapiValue => return Ok(Slot::from_word(value.to_raw().word() as u64)),
        _ => {}
    }
    let kind = value.kind(cx);
    let plain = match kind {
        ValueKind::Number => Some(DirectValue::Double(value.to_number(cx)?)),
        ValueKind::Boolean => Some(DirectValue::Bool(value.to_bool(cx))),
        ValueKind::Null => Some(DirectValue::Null),
        _ => None,
    };
    if let Some(slot) = plain.and_then(|plain| Slot::from_direct(ty, plain)) {
        return Ok(slot);
    }
    let converted = match kind {
        ValueKind::BigInt => from_bigint(cx, ty, value)?,
        ValueKind::Object => from_object(cx, ty, value, place)?,
        _ => None,
    };
    converted.ok_or_else(|| refuse(cx, ty, value, place))
}

fn from_bigint<'r>(cx: Ctx<'r>, ty: T, value: Value<'r>) -> JsResult<'r, Option<Slot>> {
    Ok(match ty {
        T::F32 | T::F64 => Some(Slot::from_double(ty, value.to_text(cx)?.parse().unwrap_or(f64::NAN))),
        T::Bool => Some(Slot::from_integer(ty, i64::from(value.to_bool(cx)))),
        T::Pointer | T::CString | T::Function => {
            // Exactly: an address with other bits than those that were meant is worth an error.
            let address: Option<u64> = value.to_text(cx)?.parse().ok();
            address.map(Slot::from_word)
        }
        T::Buffer | T::BufferLength => None,
        _ => Some(Slot::from_integer(ty, value.bigint_bits(cx)?.cast_signed())),
    })
}

fn from_object<'r>(cx: Ctx<'r>, ty: T, value: Value<'r>, place: Place<'_>) -> JsResult<'r, Option<Slot>> {
    if !matches!(ty, T::Pointer | T::CString | T::Function | T::Buffer | T::BufferLength) {
        return Ok(None);
    }
    if let Some(pinned) = value.pin(cx)? {
        return Ok(match ty {
            T::Function => None,
            T::Buffer | T::BufferLength if !pinned.is_view => None,
            T::BufferLength => Some(Slot::from_word(pinned.len as u64)),
            _ if pinned.len > 0 => Some(Slot::from_word(pinned.address as u64)),
            _ if is_detached(cx, value)? => {
                return Err(cx.type_error(&format!("{place} is detached: its bytes were transferred elsewhere")));
            }
            // No bytes have no address.
            _ => Some(Slot::ZERO),
        });
    }
    if matches!(ty, T::Buffer | T::BufferLength) {
        return Ok(None);
    }
    let Some(object) = value.as_object(cx) else {
        return Ok(None);
    };
    // A JSCallback, a CString, a function of a library.
    let pointer = object.get(cx, "ptr")?;
    Ok(match pointer.kind(cx) {
        ValueKind::Number => address(pointer.to_number(cx)?).map(Slot::from_word),
        ValueKind::Null => {
            return Err(cx.type_error(&format!("{place} has no address any more: the callback was closed")));
        }
        _ => None,
    })
}

/// Whether an empty buffer or view is empty because its bytes were taken away.
pub(super) fn is_detached<'r>(cx: Ctx<'r>, value: Value<'r>) -> JsResult<'r, bool> {
    let Some(object) = value.as_object(cx) else {
        return Ok(false);
    };
    let buffer = object.get(cx, "buffer")?.as_object(cx).unwrap_or(object);
    Ok(buffer.get(cx, "detached")?.to_bool(cx))
}

fn refuse<'r>(cx: Ctx<'r>, ty: T, value: Value<'r>, place: Place<'_>) -> Thrown<'r> {
    let hint = match value.kind(cx) {
        ValueKind::String if matches!(ty, T::Pointer | T::CString | T::Buffer) => {
            "; for a text, pass Buffer.from(text + '\\0')"
        }
        ValueKind::Object if ty == T::Function => "; wrap a function in a JSCallback",
        _ => "",
    };
    let got = describe(cx, value);
    cx.type_error(&format!(
        "{place} must be {} ({}), not {got}{hint}",
        ty.wants(),
        ty.name()
    ))
}

/// The value in a few words.
pub(super) fn describe<'r>(cx: Ctx<'r>, value: Value<'r>) -> String {
    match value.kind(cx) {
        ValueKind::Undefined => "undefined".to_owned(),
        ValueKind::Null => "null".to_owned(),
        ValueKind::Boolean | ValueKind::Number | ValueKind::BigInt => value.to_text(cx).unwrap_or_default(),
        ValueKind::String => "a string".to_owned(),
        ValueKind::Symbol => "a symbol".to_owned(),
        ValueKind::Object if value.as_object(cx).is_some_and(|object| object.is_function(cx)) => {
            "a function".to_owned()
        }
        ValueKind::Object => "an object".to_owned(),
    }
}

/// What native code gave, as a value: 64-bit integers as bigints, addresses as numbers or null, texts as strings or null.
///
/// # Errors
/// The engine makes no bigints, or the text's address is none.
pub(super) fn to_value<'r>(cx: Ctx<'r>, ty: T, slot: Slot) -> JsResult<'r> {
    match slot.to_direct(ty) {
        Some(DirectValue::Int(number)) => Ok(cx.number(number)),
        Some(DirectValue::Double(number)) => Ok(cx.number(number)),
        Some(DirectValue::Bool(value)) => Ok(cx.boolean(value)),
        Some(DirectValue::Null) => Ok(cx.null()),
        Some(DirectValue::Undefined | DirectValue::Other) => Ok(cx.undefined()),
        None => match ty {
            T::NapiValue => Ok(from_handle(cx, slot)),
            T::I64 | T::I64Fast => cx.bigint_from_i64(slot.word().cast_signed()),
            T::CString if slot.word() == 0 => Ok(cx.null()),
            // SAFETY: the native function says that a text is there; a crash here is a crash of the call.
            T::CString => Ok(cx.string(&String::from_utf8_lossy(unsafe { text_at(slot.word()) }))),
            _ => cx.bigint_from_u64(slot.word()),
        },
    }
}

/// The value behind a handle; `undefined` for none.
fn from_handle(cx: Ctx<'_>, slot: Slot) -> Value<'_> {
    #[expect(clippy::cast_possible_truncation, reason = "a word of this machine")]
    let raw = RawValue::from_word(slot.word() as usize);
    if raw.is_none() {
        return cx.undefined();
    }
    // SAFETY: native code gives a handle of the call that is under way, or one that it keeps by a reference; the word is on this stack. A wrong
    // one is a crash of the call.
    unsafe { raw.value(cx) }
}
