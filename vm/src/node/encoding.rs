//! `binding('encoding')`: the codecs of `TextEncoder` and `TextDecoder`. Owns the streaming decoders of the realm.

use std::cell::RefCell;

use crate::engine::{Args, BindingTable, Ctx, JsResult, host as native};

use super::buffer_ops::{BufferEncoding, encode, write_utf8};
use super::encoding_ops::{self as ops, DecodeFlags, DecoderTable, MalformedInput};

pub(crate) static ENCODING: BindingTable = BindingTable {
    name: "encoding",
    entries: &[
        native(c"canonical", canonical),
        native(c"encodeUtf8", encode_utf8),
        native(c"encodeInto", encode_into),
        native(c"decode", decode),
        native(c"openDecoder", open_decoder),
        native(c"decodeChunk", decode_chunk),
    ],
};

thread_local! {
    static DECODERS: RefCell<DecoderTable> = RefCell::default();
}

/// Forgets decoders that were not read to their end.
pub(super) fn close_all() {
    DECODERS.take();
}

/// `canonical(label)`
fn canonical<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    Ok(cx.optional_string(ops::canonical_name(&args.text(cx, 0)?).as_deref()))
}

/// `encodeUtf8(string)`
fn encode_utf8<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    let text = args.get(cx, 0).to_js_string(cx)?;
    cx.uint8_array(encode(text.units(), BufferEncoding::Utf8))
        .map(Into::into)
}

/// `encodeInto(string, target)`: code units read, bytes written.
fn encode_into<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    let text = args.get(cx, 0).to_js_string(cx)?;
    let (read, written) = args
        .get(cx, 1)
        .with_bytes(cx, |bytes| write_utf8(bytes, text.units()))?
        .unwrap_or((0, 0));
    cx.array_of([read, written], |n| Ok(cx.number_from_u64(n as u64)))
        .map(Into::into)
}

fn flags<'r>(cx: Ctx<'r>, args: Args<'r, '_>, at: usize) -> DecodeFlags {
    DecodeFlags {
        fatal: args.bool(cx, at),
        ignore_bom: args.bool(cx, at + 1),
    }
}

fn decoded(cx: Ctx<'_>, result: Option<Result<Vec<u16>, MalformedInput>>) -> JsResult<'_> {
    match result {
        Some(Ok(units)) => Ok(cx.string_utf16(&units)),
        Some(Err(MalformedInput)) => Ok(cx.undefined()),
        None => Err(cx.type_error("bug in trun: no such decoder")),
    }
}

/// `decode(name, bytes, fatal, ignoreBOM)`
fn decode<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    let (name, flags) = (args.text(cx, 0)?, flags(cx, args, 2));
    let result = args
        .get(cx, 1)
        .with_bytes(cx, |bytes| ops::decode(&name, bytes, flags))?;
    decoded(cx, result.flatten())
}

/// `openDecoder(name, fatal, ignoreBOM)`
fn open_decoder<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    let (name, flags) = (args.text(cx, 0)?, flags(cx, args, 1));
    Ok(match DECODERS.with_borrow_mut(|table| table.open(&name, flags)) {
        Some(id) => cx.number(id),
        None => cx.undefined(),
    })
}

/// `decodeChunk(number, bytes, last)`
fn decode_chunk<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    let (id, last) = (args.u32(cx, 0)?, args.bool(cx, 2));
    let result = args.get(cx, 1).with_bytes(cx, |bytes| {
        DECODERS.with_borrow_mut(|table| table.decode(id, bytes, last))
    })?;
    decoded(cx, result.flatten())
}
