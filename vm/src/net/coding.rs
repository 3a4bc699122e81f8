//! `binding('coding')`: gzip, deflate and brotli, piece by piece, on the JS thread.
//!
//! Owns the coders of the realm that JavaScript has open. A coder takes input and gives what it has ready; the rest comes at `finish`.

use std::cell::RefCell;
use std::collections::HashMap;
use std::io::{self, Write};

use brotli::enc::BrotliEncoderParams;
use brotli::{CompressorWriter, DecompressorWriter};
use flate2::Compression;
use flate2::write::{DeflateDecoder, DeflateEncoder, GzEncoder, MultiGzDecoder, ZlibDecoder, ZlibEncoder};

use crate::engine::{Args, BindingTable, Ctx, JsResult, host as native};

use super::ids;

pub(crate) static CODING: BindingTable = BindingTable {
    name: "coding",
    entries: &[
        native(c"open", open),
        native(c"write", write),
        native(c"finish", finish),
        native(c"close", close),
    ],
};

thread_local! {
    static OPEN: RefCell<HashMap<u32, Coder>> = RefCell::default();
}

const BROTLI_BUFFER: usize = 4096;
const BROTLI_WINDOW: i32 = 22;

/// Ends every coder of the realm.
pub(super) fn close_all() {
    OPEN.take();
}

/// One direction of one content coding.
pub(super) enum Coder {
    Gzip(GzEncoder<Vec<u8>>),
    Gunzip(MultiGzDecoder<Vec<u8>>),
    Zlib(ZlibEncoder<Vec<u8>>),
    Unzlib(ZlibDecoder<Vec<u8>>),
    Deflate(DeflateEncoder<Vec<u8>>),
    Inflate(DeflateDecoder<Vec<u8>>),
    Brotli(Box<CompressorWriter<Vec<u8>>>),
    Unbrotli(Box<DecompressorWriter<Vec<u8>>>),
    /// Zlib or raw deflate, as servers send it: the first byte tells.
    Sniff,
}

impl Coder {
    /// By its name in JavaScript; `level` is the coding's own, `None` its default.
    pub(super) fn new(name: &str, level: Option<u32>) -> Option<Self> {
        let zip = level.map_or_else(Compression::default, |level| Compression::new(level.min(9)));
        Some(match name {
            "gzip" => Self::Gzip(GzEncoder::new(Vec::new(), zip)),
            "gunzip" => Self::Gunzip(MultiGzDecoder::new(Vec::new())),
            "deflate" => Self::Zlib(ZlibEncoder::new(Vec::new(), zip)),
            "inflate" => Self::Unzlib(ZlibDecoder::new(Vec::new())),
            "deflate-raw" => Self::Deflate(DeflateEncoder::new(Vec::new(), zip)),
            "inflate-raw" => Self::Inflate(DeflateDecoder::new(Vec::new())),
            "inflate-any" => Self::Sniff,
            "brotli" => Self::Brotli(Box::new(CompressorWriter::with_params(
                Vec::new(),
                BROTLI_BUFFER,
                &BrotliEncoderParams {
                    quality: level.map_or(11, |level| i32::try_from(level.min(11)).unwrap_or(11)),
                    lgwin: BROTLI_WINDOW,
                    ..BrotliEncoderParams::default()
                },
            ))),
            "unbrotli" => Self::Unbrotli(Box::new(DecompressorWriter::new(Vec::new(), BROTLI_BUFFER))),
            _ => return None,
        })
    }

    /// Takes all of `input`; gives what is ready. `flush`: everything that can be.
    pub(super) fn write(&mut self, input: &[u8], flush: bool) -> io::Result<Vec<u8>> {
        if matches!(self, Self::Sniff) {
            match input.first() {
                Some(first) => *self = Self::sniffed(*first),
                None => return Ok(Vec::new()),
            }
        }
        let writer = self.writer();
        writer.write_all(input)?;
        if flush {
            writer.flush()?;
        }
        Ok(std::mem::take(self.ready()))
    }

    /// Zlib's first byte has 8, its method, in the low half.
    fn sniffed(first: u8) -> Self {
        if first & 0x0f == 8 {
            Self::Unzlib(ZlibDecoder::new(Vec::new()))
        } else {
            Self::Inflate(DeflateDecoder::new(Vec::new()))
        }
    }

    fn writer(&mut self) -> &mut dyn Write {
        match self {
            Self::Gzip(coder) => coder,
            Self::Gunzip(coder) => coder,
            Self::Zlib(coder) => coder,
            Self::Unzlib(coder) => coder,
            Self::Deflate(coder) => coder,
            Self::Inflate(coder) => coder,
            Self::Brotli(coder) => coder,
            Self::Unbrotli(coder) => coder,
            Self::Sniff => unreachable!("decided before anything is written"),
        }
    }

    fn ready(&mut self) -> &mut Vec<u8> {
        match self {
            Self::Gzip(coder) => coder.get_mut(),
            Self::Gunzip(coder) => coder.get_mut(),
            Self::Zlib(coder) => coder.get_mut(),
            Self::Unzlib(coder) => coder.get_mut(),
            Self::Deflate(coder) => coder.get_mut(),
            Self::Inflate(coder) => coder.get_mut(),
            Self::Brotli(coder) => coder.get_mut(),
            Self::Unbrotli(coder) => coder.get_mut(),
            Self::Sniff => unreachable!("decided before anything is written"),
        }
    }

    /// The end of the input: what is left, or that it was cut off.
    pub(super) fn finish(self) -> io::Result<Vec<u8>> {
        match self {
            Self::Gzip(coder) => coder.finish(),
            Self::Gunzip(mut coder) => {
                coder.try_finish()?;
                Ok(std::mem::take(coder.get_mut()))
            }
            Self::Zlib(coder) => coder.finish(),
            Self::Unzlib(coder) => coder.finish(),
            Self::Deflate(coder) => coder.finish(),
            Self::Inflate(coder) => coder.finish(),
            Self::Brotli(coder) => Ok(coder.into_inner()),
            Self::Unbrotli(mut coder) => {
                coder.close()?;
                Ok(std::mem::take(coder.get_mut()))
            }
            Self::Sniff => Ok(Vec::new()),
        }
    }
}

/// `open(name, level)`: its number; a negative level is the default.
fn open<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    let (name, level) = (args.text(cx, 0)?, args.i32(cx, 1)?);
    let Some(coder) = Coder::new(&name, u32::try_from(level).ok()) else {
        return Err(cx.type_error(&format!("Unsupported compression format: '{name}'")));
    };
    let id = ids::next();
    OPEN.with_borrow_mut(|open| open.insert(id, coder));
    Ok(cx.number(id))
}

/// The bytes, or the text of the error.
fn tell(cx: Ctx<'_>, result: io::Result<Vec<u8>>) -> JsResult<'_> {
    match result {
        Ok(bytes) => Ok(cx.array_buffer(bytes)?.into()),
        Err(error) => Ok(cx.string(&error.to_string())),
    }
}

/// `write(id, bytes, flush)`: an `ArrayBuffer`, or the text of an error.
fn write<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    let (id, flush) = (args.u32(cx, 0)?, args.bool(cx, 2));
    let result = args.get(cx, 1).with_bytes(cx, |bytes| {
        OPEN.with_borrow_mut(|open| open.get_mut(&id).map(|coder| coder.write(bytes, flush)))
    })?;
    tell(
        cx,
        result
            .flatten()
            .unwrap_or_else(|| Err(io::Error::other("the coder is closed"))),
    )
}

/// `finish(id)`: as `write`; the coder is gone afterwards.
fn finish<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    let id = args.u32(cx, 0)?;
    let coder = OPEN.with_borrow_mut(|open| open.remove(&id));
    tell(
        cx,
        coder.map_or_else(|| Err(io::Error::other("the coder is closed")), Coder::finish),
    )
}

/// `close(id)`
fn close<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    let id = args.u32(cx, 0)?;
    OPEN.with_borrow_mut(|open| open.remove(&id));
    Ok(cx.undefined())
}
