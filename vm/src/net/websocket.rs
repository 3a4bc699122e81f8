//! `binding('websocket')`: WebSocket connections, both ends.
//!
//! Two tasks serve one connection, so that neither end waits for the other to read. What happens is told as `onEvent(kind, data, reason)`.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt as _, StreamExt as _};
use http::HeaderValue;
use http::header::HeaderName;
use hyper_util::rt::TokioIo;
use serde::Deserialize;
use tokio::sync::{mpsc, oneshot};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, Role, WebSocketConfig};
use tokio_tungstenite::tungstenite::{Error, Message};

use crate::engine::{Args, BindingTable, Ctx, JsResult, Persistent, Value, host as native};
use crate::host::host;

use super::connect::{Duplex, Endpoint};
use super::error::{NetError, NetResult};
use super::open::{Listed, Open};
use super::server::exchange;
use super::{headers, ids};

pub(crate) static WEBSOCKET: BindingTable = BindingTable {
    name: "websocket",
    entries: &[
        native(c"connect", connect),
        native(c"accept", accept),
        native(c"acceptKey", accept_key),
        native(c"send", send),
        native(c"ping", ping),
        native(c"close", close),
        native(c"terminate", terminate),
        native(c"buffered", buffered),
    ],
};

type Stream = WebSocketStream<Box<dyn Duplex>>;

/// What JavaScript holds of a connection.
struct Handle {
    outgoing: mpsc::UnboundedSender<Message>,
    buffered: Rc<Cell<usize>>,
    /// Its end cuts the connection.
    _alive: oneshot::Sender<()>,
    /// That of a connection which JavaScript asked for.
    _listed: Option<Listed>,
}

thread_local! {
    static SOCKETS: RefCell<HashMap<u32, Handle>> = RefCell::default();
}

/// Drops all connections.
pub(super) fn close_all() {
    SOCKETS.take();
}

/// What is told.
enum Event {
    /// The protocol that was chosen.
    Open(String),
    Text(String),
    Binary(Vec<u8>),
    Ping(Vec<u8>),
    Pong(Vec<u8>),
    /// Nothing comes after it.
    Close(u16, String),
    Error(String),
}

#[derive(Clone)]
struct Listener {
    id: u32,
    on_event: Rc<Persistent>,
}

impl Listener {
    fn tell(&self, event: Event) {
        if matches!(event, Event::Close(..)) {
            SOCKETS.with_borrow_mut(|sockets| sockets.remove(&self.id));
        }
        let on_event = Rc::clone(&self.on_event);
        host().event_loop.complete(Box::new(move |cx| {
            let Some(callback) = on_event.open(cx) else {
                return Ok(());
            };
            let (kind, data, reason) = event.values(cx)?;
            callback.call(cx, &[cx.string(kind), data, reason]).map(|_| ())
        }));
    }
}

impl Event {
    fn values(self, cx: Ctx<'_>) -> JsResult<'_, (&'static str, Value<'_>, Value<'_>)> {
        let nothing = cx.undefined();
        let bytes = |bytes: Vec<u8>| cx.array_buffer(bytes).map(Value::from);
        Ok(match self {
            Self::Open(protocol) => ("open", cx.string(&protocol), nothing),
            Self::Text(text) => ("text", cx.string(&text), nothing),
            Self::Binary(data) => ("binary", bytes(data)?, nothing),
            Self::Ping(data) => ("ping", bytes(data)?, nothing),
            Self::Pong(data) => ("pong", bytes(data)?, nothing),
            Self::Close(code, reason) => ("close", cx.number(code), cx.string(&reason)),
            Self::Error(text) => ("error", cx.string(&text), nothing),
        })
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Spec {
    endpoint: Endpoint,
    url: String,
    headers: String,
    max_message: usize,
}

fn config(max_message: usize) -> WebSocketConfig {
    WebSocketConfig::default()
        .max_message_size(Some(max_message))
        .max_frame_size(Some(max_message))
}

/// Registers a connection that `open` makes, and serves it.
fn start<'r>(
    cx: Ctx<'r>,
    on_event: crate::engine::Object<'r>,
    listed: Option<Listed>,
    open: impl Future<Output = NetResult<(Stream, String)>> + 'static,
) -> Value<'r> {
    let (outgoing, queue) = mpsc::unbounded_channel();
    let (alive, ended) = oneshot::channel();
    let buffered = Rc::new(Cell::new(0));
    let id = ids::next();
    let handle = Handle {
        outgoing,
        buffered: Rc::clone(&buffered),
        _alive: alive,
        _listed: listed,
    };
    SOCKETS.with_borrow_mut(|sockets| sockets.insert(id, handle));
    let listener = Listener {
        id,
        on_event: Rc::new(host().persist(on_event, "a WebSocket")),
    };
    host().event_loop.spawn(async move {
        let end = listener.clone();
        tokio::select! {
            biased;
            _ = ended => end.tell(Event::Close(1006, String::new())),
            () = serve(listener, open, queue, buffered) => {}
        }
    });
    cx.number(id)
}

async fn serve(
    listener: Listener,
    open: impl Future<Output = NetResult<(Stream, String)>>,
    queue: mpsc::UnboundedReceiver<Message>,
    buffered: Rc<Cell<usize>>,
) {
    match open.await {
        Ok((stream, protocol)) => {
            listener.tell(Event::Open(protocol));
            let (sink, source) = stream.split();
            tokio::select! {
                () = read_all(&listener, source) => {}
                () = write_all(sink, queue, buffered) => {}
            }
        }
        Err(error) => {
            listener.tell(Event::Error(format!("{} {}", error.code, error.message)));
            listener.tell(Event::Close(1006, String::new()));
        }
    }
}

/// Until the connection ends, which is told.
async fn read_all(listener: &Listener, mut source: SplitStream<Stream>) {
    let mut last = (1006, String::new());
    while let Some(message) = source.next().await {
        match message {
            Ok(Message::Text(text)) => listener.tell(Event::Text(text.as_str().to_owned())),
            Ok(Message::Binary(data)) => listener.tell(Event::Binary(data.into())),
            Ok(Message::Ping(data)) => listener.tell(Event::Ping(data.into())),
            Ok(Message::Pong(data)) => listener.tell(Event::Pong(data.into())),
            Ok(Message::Close(frame)) => {
                last = frame.map_or((1005, String::new()), |frame| {
                    (frame.code.into(), frame.reason.as_str().to_owned())
                });
            }
            Ok(Message::Frame(_)) => {}
            Err(Error::ConnectionClosed | Error::AlreadyClosed) => break,
            Err(error) => {
                listener.tell(Event::Error(error.to_string()));
                break;
            }
        }
    }
    listener.tell(Event::Close(last.0, last.1));
}

/// Never ends by itself: the reading side sees the connection's end.
async fn write_all(
    mut sink: SplitSink<Stream, Message>,
    mut queue: mpsc::UnboundedReceiver<Message>,
    buffered: Rc<Cell<usize>>,
) {
    while let Some(message) = queue.recv().await {
        let length = message.len();
        // A connection that is broken or closing takes nothing: the other task tells.
        let _ = sink.send(message).await;
        buffered.set(buffered.get().saturating_sub(length));
    }
    std::future::pending::<()>().await;
}

/// `connect(spec, onEvent)`: its number.
fn connect<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    let spec: Spec = serde_json::from_str(&args.text(cx, 0)?)
        .map_err(|error| cx.type_error(&format!("bug in trun: not a WebSocket: {error}")))?;
    let on_event = args.function(cx, 1, "onEvent")?;
    let fields = headers::parse(&spec.headers).map_err(|error| error.thrown(cx))?;
    let listed = Listed::new(cx, Open::WebSocket);
    Ok(start(cx, on_event, Some(listed), async move {
        let failed = |error: Error| NetError::new("ERR_WEBSOCKET", error.to_string());
        let mut request = spec.url.as_str().into_client_request().map_err(failed)?;
        for (name, value) in &fields {
            request.headers_mut().insert(name.clone(), value.clone());
        }
        let io = spec.endpoint.connect().await?.io;
        let (stream, response) =
            tokio_tungstenite::client_async_with_config(request, io, Some(config(spec.max_message)))
                .await
                .map_err(failed)?;
        const PROTOCOL: HeaderName = http::header::SEC_WEBSOCKET_PROTOCOL;
        let protocol = response.headers().get(PROTOCOL).map(HeaderValue::as_bytes);
        Ok((stream, protocol.map(headers::latin1).unwrap_or_default()))
    }))
}

/// `accept(request, headers, maxMessage, onEvent)`: the number of what the request's connection has become; undefined when it is gone.
fn accept<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    let (id, max_message) = (args.u32(cx, 0)?, args.u32(cx, 2)? as usize);
    let fields = headers::parse(&args.text(cx, 1)?).map_err(|error| error.thrown(cx))?;
    let on_event = args.function(cx, 3, "onEvent")?;
    let Some(upgrade) = exchange::switch_protocols(id, fields) else {
        return Ok(cx.undefined());
    };
    Ok(start(cx, on_event, None, async move {
        let io = upgrade.await.map_err(|error| NetError::from_hyper(&error))?;
        let io: Box<dyn Duplex> = Box::new(TokioIo::new(io));
        let stream = WebSocketStream::from_raw_socket(io, Role::Server, Some(config(max_message))).await;
        Ok((stream, String::new()))
    }))
}

/// `acceptKey(key)`: what answers a client's key.
fn accept_key<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    Ok(cx.string(&derive_accept_key(args.text(cx, 0)?.as_bytes())))
}

fn put(id: u32, message: Message) -> bool {
    SOCKETS.with_borrow(|sockets| {
        let Some(socket) = sockets.get(&id) else {
            return false;
        };
        socket.buffered.set(socket.buffered.get() + message.len());
        socket.outgoing.send(message).is_ok()
    })
}

/// `send(id, data)`: whether the connection is open.
fn send<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    let (id, data) = (args.u32(cx, 0)?, args.get(cx, 1));
    let message = if data.is_string(cx) {
        Message::text(data.to_text(cx)?)
    } else {
        Message::binary(data.to_bytes(cx, "data")?)
    };
    Ok(cx.boolean(put(id, message)))
}

/// `ping(id, bytes, isPong)`
fn ping<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    let (id, data) = (args.u32(cx, 0)?, args.get(cx, 1).to_bytes(cx, "data")?);
    let message = if args.bool(cx, 2) {
        Message::Pong(data.into())
    } else {
        Message::Ping(data.into())
    };
    Ok(cx.boolean(put(id, message)))
}

/// `close(id, code, reason)`: with the closing handshake; code zero: none is named.
fn close<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    let (id, code) = (args.u32(cx, 0)?, u16::try_from(args.u32(cx, 1)?).unwrap_or(0));
    let reason = args.optional_text(cx, 2)?.unwrap_or_default();
    let frame = (code != 0).then(|| CloseFrame {
        code: CloseCode::from(code),
        reason: reason.into(),
    });
    Ok(cx.boolean(put(id, Message::Close(frame))))
}

/// `terminate(id)`: without it.
fn terminate<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    let id = args.u32(cx, 0)?;
    SOCKETS.with_borrow_mut(|sockets| sockets.remove(&id));
    Ok(cx.undefined())
}

/// `buffered(id)`: bytes that wait to be sent.
fn buffered<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    let id = args.u32(cx, 0)?;
    let waiting = SOCKETS.with_borrow(|sockets| sockets.get(&id).map_or(0, |socket| socket.buffered.get()));
    Ok(cx.number_from_u64(waiting as u64))
}
