//! Bodies that are sent: empty, whole, or piece by piece with back-pressure.

use std::cell::RefCell;
use std::collections::HashMap;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};
use tokio::sync::mpsc;

use crate::engine::{Args, Ctx, JsResult, Value};
use crate::host::host;

use super::error::NetError;
use super::{headers, ids};

/// The producer gave up: the message is cut off, which tells the other side.
#[derive(Debug, thiserror::Error)]
#[error("the body was not finished")]
pub(super) struct Unfinished;

type Piece = Result<Frame<Bytes>, Unfinished>;

thread_local! {
    /// Bodies that JavaScript still writes.
    static WRITERS: RefCell<HashMap<u32, mpsc::Sender<Piece>>> = RefCell::default();
}

/// Drops all of them.
pub(super) fn close_all() {
    WRITERS.take();
}

enum Source {
    Whole(Option<Bytes>),
    Pieces(mpsc::Receiver<Piece>),
}

/// A body on its way out. `guard` is dropped when the last byte is handed on or the connection is gone.
pub(super) struct Outgoing<G = ()> {
    source: Source,
    guard: Option<G>,
}

impl<G> Outgoing<G> {
    /// All of it.
    pub(super) fn whole(bytes: impl Into<Bytes>, guard: Option<G>) -> Self {
        Self {
            source: Source::Whole(Some(bytes.into()).filter(|bytes: &Bytes| !bytes.is_empty())),
            guard,
        }
    }

    /// One that JavaScript writes under the number that is returned.
    pub(super) fn pieces(guard: Option<G>) -> (Self, u32) {
        let (sender, receiver) = mpsc::channel(1);
        let id = ids::next();
        WRITERS.with_borrow_mut(|writers| writers.insert(id, sender));
        let body = Self {
            source: Source::Pieces(receiver),
            guard,
        };
        (body, id)
    }

    /// As JavaScript gives it: nothing, text or bytes, or `true` for one that it will write. The number is zero unless it will.
    pub(super) fn read<'r>(cx: Ctx<'r>, value: Value<'r>, guard: Option<G>) -> JsResult<'r, (Self, u32)> {
        if value.is_nullish(cx) {
            return Ok((Self::whole(Bytes::new(), guard), 0));
        }
        match bytes_of(cx, value)? {
            Some(bytes) => Ok((Self::whole(bytes, guard), 0)),
            None => Ok(Self::pieces(guard)),
        }
    }
}

fn bytes_of<'r>(cx: Ctx<'r>, value: Value<'r>) -> JsResult<'r, Option<Vec<u8>>> {
    if value.is_string(cx) {
        return Ok(Some(value.to_text(cx)?.into_bytes()));
    }
    value.with_bytes(cx, |bytes| bytes.to_vec())
}

impl<G: Unpin> Body for Outgoing<G> {
    type Data = Bytes;
    type Error = Unfinished;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Piece>> {
        let this = self.get_mut();
        let next = match &mut this.source {
            Source::Whole(bytes) => Poll::Ready(bytes.take().map(|bytes| Ok(Frame::data(bytes)))),
            Source::Pieces(receiver) => receiver.poll_recv(cx),
        };
        if matches!(next, Poll::Ready(None)) {
            this.guard = None;
        }
        next
    }

    fn is_end_stream(&self) -> bool {
        matches!(self.source, Source::Whole(None))
    }

    fn size_hint(&self) -> SizeHint {
        match &self.source {
            Source::Whole(bytes) => SizeHint::with_exact(bytes.as_ref().map_or(0, |bytes| bytes.len() as u64)),
            Source::Pieces(_) => SizeHint::default(),
        }
    }
}

/// `write(id, data, callback)`: `callback(null, true)` when there is room for more, `false` when nobody takes it any longer.
pub(super) fn write<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    let id = args.u32(cx, 0)?;
    let callback = args.function(cx, 2, "callback")?;
    let Some(bytes) = bytes_of(cx, args.get(cx, 1))? else {
        return Err(cx.type_error("data must be a string or bytes"));
    };
    let sender = WRITERS.with_borrow(|writers| writers.get(&id).cloned());
    let put = async move {
        match sender {
            Some(sender) => sender.send(Ok(Frame::data(bytes.into()))).await.is_ok(),
            None => false,
        }
    };
    host().run_async(callback, put, |cx, taken| Ok(cx.boolean(taken)));
    Ok(cx.undefined())
}

/// `end(id, trailers)`: flat, or nothing.
pub(super) fn end<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    let id = args.u32(cx, 0)?;
    let Some(sender) = WRITERS.with_borrow_mut(|writers| writers.remove(&id)) else {
        return Ok(cx.undefined());
    };
    if let Some(flat) = args.optional_text(cx, 1)? {
        let trailers = headers::parse(&flat).map_err(|error: NetError| error.thrown(cx))?;
        host().event_loop.spawn(async move {
            // Nobody takes them any longer: then there is nobody to tell either.
            let _ = sender.send(Ok(Frame::trailers(trailers))).await;
        });
    }
    Ok(cx.undefined())
}

/// `destroy(id)`: cuts it off.
pub(super) fn destroy<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    let id = args.u32(cx, 0)?;
    if let Some(sender) = WRITERS.with_borrow_mut(|writers| writers.remove(&id)) {
        host().event_loop.spawn(async move {
            let _ = sender.send(Err(Unfinished)).await;
        });
    }
    Ok(cx.undefined())
}
