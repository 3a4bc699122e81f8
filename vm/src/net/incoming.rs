//! Bodies that arrive: JavaScript pulls one piece at a time, so what it does not read waits on the wire.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

use bytes::Bytes;
use http_body_util::BodyExt as _;
use hyper::body::{Body as _, Incoming};
use tokio::sync::Notify;

use crate::engine::{Args, Ctx, JsResult};
use crate::host::host;

use super::coding::Coder;
use super::error::{NetError, NetResult};
use super::{headers, ids};

thread_local! {
    static BODIES: RefCell<HashMap<u32, Rc<Reader>>> = RefCell::default();
}

/// A body and what stands between it and JavaScript.
struct Reader {
    /// Absent while a read uses it.
    body: RefCell<Option<Source>>,
    canceled: Notify,
    is_canceled: Cell<bool>,
}

struct Source {
    body: Incoming,
    coder: Option<Coder>,
    /// How many more bytes are allowed.
    left: u64,
    trailers: Option<String>,
}

/// Drops all of them, which closes their connections.
pub(super) fn close_all() {
    BODIES.take();
}

/// Whether there is anything to read.
pub(super) fn is_empty(body: &Incoming) -> bool {
    body.is_end_stream()
}

/// Keeps a body for JavaScript: its number, or zero if it is empty. More than `limit` bytes are an error of reading.
pub(super) fn keep(body: Incoming, coding: Option<&str>, limit: u64) -> u32 {
    if is_empty(&body) {
        return 0;
    }
    let source = Source {
        body,
        coder: coding.and_then(|name| Coder::new(name, None)),
        left: limit,
        trailers: None,
    };
    let reader = Reader {
        body: RefCell::new(Some(source)),
        canceled: Notify::new(),
        is_canceled: Cell::new(false),
    };
    let id = ids::next();
    BODIES.with_borrow_mut(|bodies| bodies.insert(id, Rc::new(reader)));
    id
}

/// Drops it unread, which closes its connection if anything is left to come.
pub(super) fn forget(id: u32) {
    if let Some(reader) = BODIES.with_borrow_mut(|bodies| bodies.remove(&id)) {
        reader.is_canceled.set(true);
        reader.canceled.notify_waiters();
    }
}

impl Source {
    /// The next piece; `None` at the end.
    async fn next(&mut self) -> NetResult<Option<Bytes>> {
        loop {
            let Some(frame) = self.body.frame().await else {
                let rest = self.coder.take().map_or_else(|| Ok(Vec::new()), Coder::finish);
                let rest = rest.map_err(|error| NetError::new("Z_BUF_ERROR", error.to_string()))?;
                return Ok((!rest.is_empty()).then(|| rest.into()));
            };
            let frame = frame.map_err(|error| NetError::from_hyper(&error))?;
            match frame.into_data() {
                Ok(data) => {
                    self.count(data.len())?;
                    let piece = self.decode(data)?;
                    if !piece.is_empty() {
                        return Ok(Some(piece));
                    }
                }
                Err(frame) => self.trailers = frame.trailers_ref().map(headers::flatten),
            }
        }
    }

    fn count(&mut self, length: usize) -> NetResult<()> {
        self.left = self
            .left
            .checked_sub(length as u64)
            .ok_or_else(|| NetError::new("ERR_BODY_TOO_LARGE", "the body is larger than is allowed"))?;
        Ok(())
    }

    fn decode(&mut self, data: Bytes) -> NetResult<Bytes> {
        match &mut self.coder {
            None => Ok(data),
            Some(coder) => coder
                .write(&data, true)
                .map(Bytes::from)
                .map_err(|error| NetError::new("Z_DATA_ERROR", error.to_string())),
        }
    }

    async fn all(&mut self) -> NetResult<Vec<u8>> {
        let mut whole = Vec::new();
        while let Some(piece) = self.next().await? {
            whole.extend_from_slice(&piece);
        }
        Ok(whole)
    }
}

/// What a read found.
enum Piece {
    Data(Vec<u8>),
    End(Option<String>),
}

/// `read(id, callback)`: the next piece as an `ArrayBuffer`; at the end the trailers, flat, or null.
pub(super) fn read<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    start(cx, args, |id, reader, mut source| async move {
        let piece = source.next().await?;
        Ok(if let Some(data) = piece {
            if !reader.is_canceled.get() {
                reader.body.replace(Some(source));
            }
            Piece::Data(data.into())
        } else {
            BODIES.with_borrow_mut(|bodies| bodies.remove(&id));
            Piece::End(source.trailers)
        })
    })
}

/// `readAll(id, callback)`: what is left of it.
pub(super) fn read_all<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    start(cx, args, |id, _, mut source| async move {
        let whole = source.all().await;
        BODIES.with_borrow_mut(|bodies| bodies.remove(&id));
        whole.map(Piece::Data)
    })
}

fn start<'r, F: Future<Output = NetResult<Piece>> + 'static>(
    cx: Ctx<'r>,
    args: Args<'r, '_>,
    read: impl FnOnce(u32, Rc<Reader>, Source) -> F,
) -> JsResult<'r> {
    let id = args.u32(cx, 0)?;
    let callback = args.function(cx, 1, "callback")?;
    let reader = BODIES.with_borrow(|bodies| bodies.get(&id).map(Rc::clone));
    let source = reader.as_ref().and_then(|reader| reader.body.borrow_mut().take());
    let (Some(reader), Some(source)) = (reader, source) else {
        host().run_async(callback, async {}, |cx, ()| Ok(cx.null()));
        return Ok(cx.undefined());
    };
    let piece = read(id, Rc::clone(&reader), source);
    let operation = async move {
        tokio::select! {
            biased;
            () = reader.canceled.notified() => Err(NetError::new("ABORT_ERR", "The body was canceled")),
            piece = piece => piece,
        }
    };
    host().run_async(callback, operation, |cx, result| match result {
        Ok(Piece::Data(bytes)) => Ok(cx.array_buffer(bytes)?.into()),
        Ok(Piece::End(trailers)) => Ok(trailers.map_or_else(|| cx.null(), |flat| cx.string(&flat))),
        Err(error) => Err(error.thrown(cx)),
    });
    Ok(cx.undefined())
}

/// `cancel(id)`
pub(super) fn cancel<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    forget(args.u32(cx, 0)?);
    Ok(cx.undefined())
}
