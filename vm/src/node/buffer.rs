//! `binding('buffer')`: codecs, search and checks of `Buffer`.

use std::cmp::Ordering;

use crate::engine::{Args, BindingTable, Ctx, JsResult, Value, host as native};

use super::buffer_ops::{self as ops, BufferEncoding};

pub(crate) static BUFFER: BindingTable = BindingTable {
    name: "buffer",
    entries: &[
        native(c"encode", encode),
        native(c"write", write),
        native(c"decode", decode),
        native(c"byteLength", byte_length),
        native(c"compare", compare),
        native(c"indexOf", index_of),
        native(c"isUtf8", is_utf8),
        native(c"isAscii", is_ascii),
    ],
};

fn encoding<'r>(cx: Ctx<'r>, args: Args<'r, '_>, index: usize) -> JsResult<'r, BufferEncoding> {
    BufferEncoding::from_code(args.u32(cx, index)?).ok_or_else(|| cx.type_error("bug in trun: no such encoding"))
}

fn no_bytes(cx: Ctx<'_>) -> crate::engine::Thrown<'_> {
    cx.type_error("argument must be an ArrayBuffer, a typed array or a DataView")
}

/// The part of `bytes` from `start` to `end`, as much of it as there is.
fn slice(bytes: &mut [u8], start: usize, end: usize) -> &mut [u8] {
    let end = end.min(bytes.len());
    &mut bytes[start.min(end)..end]
}

/// `encode(string, encoding)`
fn encode<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    let text = args.get(cx, 0).to_js_string(cx)?;
    cx.uint8_array(ops::encode(text.units(), encoding(cx, args, 1)?))
        .map(Into::into)
}

/// `write(target, string, offset, length, encoding)`
fn write<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    let text = args.get(cx, 1).to_js_string(cx)?;
    let (offset, length) = (args.u32(cx, 2)? as usize, args.u32(cx, 3)? as usize);
    let encoding = encoding(cx, args, 4)?;
    let written = args
        .get(cx, 0)
        .with_bytes(cx, |bytes| {
            ops::write(
                slice(bytes, offset, offset.saturating_add(length)),
                text.units(),
                encoding,
            )
        })?
        .ok_or_else(|| no_bytes(cx))?;
    Ok(cx.number_from_u64(written as u64))
}

/// `decode(bytes, start, end, encoding)`
fn decode<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    let (start, end) = (args.u32(cx, 1)? as usize, args.u32(cx, 2)? as usize);
    let encoding = encoding(cx, args, 3)?;
    let units = args
        .get(cx, 0)
        .with_bytes(cx, |bytes| ops::decode(slice(bytes, start, end), encoding))?;
    Ok(cx.string_utf16(&units.ok_or_else(|| no_bytes(cx))?))
}

/// `byteLength(string)`
fn byte_length<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    let text = args.get(cx, 0).to_js_string(cx)?;
    Ok(cx.number_from_u64(ops::utf8_length(text.units()) as u64))
}

/// Both may be views of one buffer: one of them is copied.
fn with_both<'r, T>(cx: Ctx<'r>, a: Value<'r>, b: Value<'r>, work: impl FnOnce(&[u8], &[u8]) -> T) -> JsResult<'r, T> {
    let b = b.to_bytes(cx, "argument")?;
    a.with_bytes(cx, |a| work(a, &b))?.ok_or_else(|| no_bytes(cx))
}

/// `compare(a, b)`
fn compare<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    let order = with_both(cx, args.get(cx, 0), args.get(cx, 1), ops::compare)?;
    Ok(cx.number(match order {
        Ordering::Less => -1,
        Ordering::Equal => 0,
        Ordering::Greater => 1,
    }))
}

/// `indexOf(haystack, needle, offset, forward, step)`
fn index_of<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    let (offset, forward, step) = (args.number(cx, 2)?, args.bool(cx, 3), args.u32(cx, 4)? as usize);
    let at = with_both(cx, args.get(cx, 0), args.get(cx, 1), |a, b| {
        ops::index_of(a, b, offset, forward, step)
    })?;
    Ok(at.map_or_else(|| cx.number(-1), |at| cx.number_from_u64(at as u64)))
}

/// `isUtf8(bytes)`
fn is_utf8<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    let answer = args.get(cx, 0).with_bytes(cx, |bytes| ops::is_utf8(bytes))?;
    Ok(cx.boolean(answer.ok_or_else(|| no_bytes(cx))?))
}

/// `isAscii(bytes)`
fn is_ascii<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    let answer = args.get(cx, 0).with_bytes(cx, |bytes| ops::is_ascii(bytes))?;
    Ok(cx.boolean(answer.ok_or_else(|| no_bytes(cx))?))
}
