//! `binding('net')`: streams of bytes, TCP, Unix and TLS, and who listens for them.
//!
//! Owns the sockets and listeners of the realm. JavaScript reads one piece at a time and waits for each write, which is all the
//! back-pressure there is.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};

use hyper::upgrade::OnUpgrade;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead as _, AsyncWriteExt as _, ReadBuf, ReadHalf, WriteHalf};
use tokio::sync::Notify;

use crate::engine::{Args, BindingTable, Ctx, JsResult, Persistent, host as native};
use crate::host::host;

use super::connect::{self, Addresses, Connected, Duplex, Endpoint};
use super::error::{NetError, NetResult};
use super::ids;
use super::listen::{Accepted, ListenOptions, Listener, Listening};
use super::open::{Listed, Open};
use super::tls::{self, Acceptor, TlsOptions};
use super::values::{addresses_value, session_value};

pub(crate) static NET: BindingTable = BindingTable {
    name: "net",
    entries: &[
        native(c"connect", connect),
        native(c"read", read),
        native(c"write", write),
        native(c"shutdown", shutdown),
        native(c"close", close),
        native(c"startTls", start_tls),
        native(c"listen", listen),
        native(c"closeListener", close_listener),
        native(c"lookup", lookup),
    ],
};

const CHUNK: usize = 65536;

type Io = Box<dyn Duplex>;

/// A stream. A half is absent while an operation uses it, and before the connection is made.
struct Socket {
    reader: RefCell<Option<ReadHalf<Io>>>,
    writer: RefCell<Option<WriteHalf<Io>>>,
    /// Rung when a half is put (back) and when the socket is closed.
    changed: Notify,
    is_closed: Cell<bool>,
    /// That of a connection which JavaScript asked for.
    listed: RefCell<Option<Listed>>,
}

thread_local! {
    static SOCKETS: RefCell<HashMap<u32, Rc<Socket>>> = RefCell::default();
    static SCRATCH: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
    static LISTENERS: RefCell<HashMap<u32, Listening>> = RefCell::default();
}

/// Closes everything.
pub(super) fn close_all() {
    for socket in SOCKETS.take().into_values() {
        socket.close();
    }
    LISTENERS.take();
}

impl Socket {
    fn register() -> (u32, Rc<Self>) {
        let socket = Rc::new(Self {
            reader: RefCell::default(),
            writer: RefCell::default(),
            changed: Notify::new(),
            is_closed: Cell::new(false),
            listed: RefCell::default(),
        });
        let id = ids::next();
        SOCKETS.with_borrow_mut(|sockets| sockets.insert(id, Rc::clone(&socket)));
        (id, socket)
    }

    fn fill(&self, io: Io) {
        if self.is_closed.get() {
            return;
        }
        let (reader, writer) = tokio::io::split(io);
        self.reader.replace(Some(reader));
        self.writer.replace(Some(writer));
        self.changed.notify_waiters();
    }

    fn close(&self) {
        self.is_closed.set(true);
        self.listed.take();
        self.reader.take();
        self.writer.take();
        self.changed.notify_waiters();
    }

    /// Takes a half out, when it is there.
    async fn take<T>(&self, half: &RefCell<Option<T>>) -> NetResult<T> {
        loop {
            if self.is_closed.get() {
                return Err(closed());
            }
            if let Some(half) = half.borrow_mut().take() {
                return Ok(half);
            }
            self.changed.notified().await;
        }
    }

    fn put_back<T>(&self, slot: &RefCell<Option<T>>, half: T) {
        if !self.is_closed.get() {
            slot.replace(Some(half));
            self.changed.notify_waiters();
        }
    }

    /// Runs `operation`, which owns a half, until it is done or the socket is closed.
    async fn unless_closed<T>(&self, operation: impl Future<Output = T>) -> NetResult<T> {
        tokio::pin!(operation);
        loop {
            tokio::select! {
                biased;
                done = &mut operation => return Ok(done),
                () = self.changed.notified() => if self.is_closed.get() {
                    return Err(closed());
                },
            }
        }
    }
}

fn closed() -> NetError {
    NetError::new("ERR_SOCKET_CLOSED", "Socket is closed")
}

fn socket_of<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r, Option<Rc<Socket>>> {
    let id = args.u32(cx, 0)?;
    Ok(SOCKETS.with_borrow(|sockets| sockets.get(&id).map(Rc::clone)))
}

/// A socket of a connection that HTTP hands over; it can be used at once.
pub(super) fn upgraded(upgrade: OnUpgrade) -> u32 {
    let (id, socket) = Socket::register();
    host().event_loop.spawn(async move {
        match upgrade.await {
            Ok(io) => socket.fill(Box::new(TokioIo::new(io))),
            Err(_) => socket.close(),
        }
    });
    id
}

fn connected_value<'r>(cx: Ctx<'r>, addresses: &Addresses, session: Option<&tls::Session>) -> JsResult<'r> {
    let pair = cx.array();
    pair.set_index(cx, 0, addresses_value(cx, addresses)?)?;
    pair.set_index(cx, 1, session_value(cx, session)?)?;
    Ok(pair.into())
}

fn options<'r, T: serde::de::DeserializeOwned>(cx: Ctx<'r>, args: Args<'r, '_>, index: usize) -> JsResult<'r, T> {
    serde_json::from_str(&args.text(cx, index)?).map_err(|error| cx.type_error(&format!("bug in trun: {error}")))
}

/// `connect(endpoint, callback)`: the socket's number; `callback(null, [addresses, session])` when it is connected.
fn connect<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    let endpoint: Endpoint = options(cx, args, 0)?;
    let callback = args.function(cx, 1, "callback")?;
    let (id, socket) = Socket::register();
    socket.listed.replace(Some(Listed::new(cx, Open::Connection)));
    let made = async move {
        let Connected { io, addresses, tls } = socket.unless_closed(endpoint.connect()).await??;
        socket.fill(io);
        Ok((addresses, tls))
    };
    host().run_async(callback, made, |cx, result: NetResult<_>| match result {
        Ok((addresses, session)) => connected_value(cx, &addresses, session.as_ref()),
        Err(error) => Err(error.thrown(cx)),
    });
    Ok(cx.number(id))
}

/// `read(id, callback)`: the next bytes, null at the end.
fn read<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    let callback = args.function(cx, 1, "callback")?;
    let socket = socket_of(cx, args)?;
    let next = async move {
        let socket = socket.ok_or_else(closed)?;
        let mut reader = socket.take(&socket.reader).await?;
        let bytes = socket.unless_closed(poll_fn(|cx| poll_read(&mut reader, cx))).await?;
        socket.put_back(&socket.reader, reader);
        bytes.map_err(|error| NetError::from_io(&error, "read"))
    };
    host().run_async(callback, next, |cx, result: NetResult<Vec<u8>>| match result {
        Ok(bytes) if bytes.is_empty() => Ok(cx.null()),
        Ok(bytes) => Ok(cx.array_buffer(bytes)?.into()),
        Err(error) => Err(error.thrown(cx)),
    });
    Ok(cx.undefined())
}

/// What is there, copied out of one buffer that all sockets share: a small message must not keep a large allocation.
fn poll_read(reader: &mut ReadHalf<Io>, cx: &mut Context<'_>) -> Poll<io::Result<Vec<u8>>> {
    SCRATCH.with_borrow_mut(|scratch| {
        scratch.resize(CHUNK, 0);
        let mut buffer = ReadBuf::new(scratch);
        match ready!(Pin::new(reader).poll_read(cx, &mut buffer)) {
            // TLS without a goodbye is an end like another, as in Node.
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Poll::Ready(Ok(Vec::new())),
            Err(error) => Poll::Ready(Err(error)),
            Ok(()) => Poll::Ready(Ok(buffer.filled().to_vec())),
        }
    })
}

/// `write(id, data, callback)`: all of it.
fn write<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    let data = args.get(cx, 1).to_bytes(cx, "data")?;
    let callback = args.function(cx, 2, "callback")?;
    let socket = socket_of(cx, args)?;
    let all = async move {
        let socket = socket.ok_or_else(closed)?;
        let mut writer = socket.take(&socket.writer).await?;
        let put = async {
            writer.write_all(&data).await?;
            writer.flush().await
        };
        let result = socket.unless_closed(put).await?;
        socket.put_back(&socket.writer, writer);
        result.map_err(|error| NetError::from_io(&error, "write"))
    };
    finish_with_nothing(callback, all);
    Ok(cx.undefined())
}

/// `shutdown(id, callback)`: nothing more is written.
fn shutdown<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    let callback = args.function(cx, 1, "callback")?;
    let socket = socket_of(cx, args)?;
    let end = async move {
        let Some(socket) = socket else { return Ok(()) };
        let mut writer = socket.take(&socket.writer).await?;
        let result = socket.unless_closed(writer.shutdown()).await?;
        socket.put_back(&socket.writer, writer);
        // The other side may be gone already, which is what was wanted.
        result.or(Ok(()))
    };
    finish_with_nothing(callback, end);
    Ok(cx.undefined())
}

fn finish_with_nothing(callback: crate::engine::Object<'_>, work: impl Future<Output = NetResult<()>> + 'static) {
    host().run_async(callback, work, |cx, result| match result {
        Ok(()) => Ok(cx.undefined()),
        Err(error) => Err(error.thrown(cx)),
    });
}

/// `close(id)`
fn close<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    let id = args.u32(cx, 0)?;
    if let Some(socket) = SOCKETS.with_borrow_mut(|sockets| sockets.remove(&id)) {
        socket.close();
    }
    Ok(cx.undefined())
}

/// `startTls(id, options, host, isServer, callback)`: the same socket, secured.
fn start_tls<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    let options: TlsOptions = options(cx, args, 1)?;
    let (name, is_server) = (args.text(cx, 2)?, args.bool(cx, 3));
    let callback = args.function(cx, 4, "callback")?;
    let socket = socket_of(cx, args)?;
    let secured = async move {
        let socket = socket.ok_or_else(closed)?;
        let reader = socket.take(&socket.reader).await?;
        let writer = socket.take(&socket.writer).await?;
        let plain = reader.unsplit(writer);
        let (io, session) = if is_server {
            let acceptor = Acceptor::new(&options)?;
            socket.unless_closed(acceptor.accept(plain)).await??
        } else {
            socket.unless_closed(tls::connect(&options, &name, plain)).await??
        };
        socket.fill(io);
        Ok(session)
    };
    host().run_async(callback, secured, |cx, result: NetResult<tls::Session>| match result {
        Ok(session) => session_value(cx, Some(&session)),
        Err(error) => Err(error.thrown(cx)),
    });
    Ok(cx.undefined())
}

/// `listen(options, onConnection)`: `[number, address, port, family]`, or an error. `onConnection(null, [socket, addresses, session])` for
/// each connection, `onConnection(error)` for a handshake that failed.
fn listen<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    let options: ListenOptions = options(cx, args, 0)?;
    let on_connection = Rc::new(host().persist(args.function(cx, 1, "onConnection")?, "a server"));
    let listener = match Listener::bind(&options) {
        Ok(listener) => listener,
        Err(error) => return error.value(cx),
    };
    let id = ids::next();
    let bound = listener.describe(cx, id)?;
    let listening = listener.start(cx, move |accepted| tell_connection(Rc::clone(&on_connection), accepted));
    LISTENERS.with_borrow_mut(|listeners| listeners.insert(id, listening));
    Ok(bound)
}

fn tell_connection(on_connection: Rc<Persistent>, accepted: NetResult<Accepted>) {
    let told = accepted.map(|Accepted { io, addresses, session }| {
        let (id, socket) = Socket::register();
        socket.fill(io);
        (id, addresses, session)
    });
    host().event_loop.complete(Box::new(move |cx| {
        let Some(callback) = on_connection.open(cx) else {
            return Ok(());
        };
        match told {
            Ok((id, addresses, session)) => {
                let list = cx.array();
                list.set_index(cx, 0, cx.number(id))?;
                list.set_index(cx, 1, addresses_value(cx, &addresses)?)?;
                list.set_index(cx, 2, session_value(cx, session.as_ref())?)?;
                callback.call(cx, &[cx.null(), list.into()])?;
            }
            Err(error) => {
                callback.call(cx, &[error.value(cx)?])?;
            }
        }
        Ok(())
    }));
}

/// `closeListener(id)`
fn close_listener<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    let id = args.u32(cx, 0)?;
    LISTENERS.with_borrow_mut(|listeners| listeners.remove(&id));
    Ok(cx.undefined())
}

/// `lookup(host, family, callback)`: addresses and families in turn.
fn lookup<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    let name = args.text(cx, 0)?;
    let family = u8::try_from(args.u32(cx, 1)?).unwrap_or(0);
    let callback = args.function(cx, 2, "callback")?;
    let found = async move { connect::lookup(&name, 0, family).await };
    host().run_async(callback, found, |cx, result| match result {
        Ok(list) => {
            let flat = cx.array();
            for (index, address) in (0..).step_by(2).zip(list) {
                flat.set_index(cx, index, cx.string(&address.ip().to_string()))?;
                flat.set_index(cx, index + 1, cx.number(if address.is_ipv6() { 6 } else { 4 }))?;
            }
            Ok(flat.into())
        }
        Err(error) => Err(error.thrown(cx)),
    });
    Ok(cx.undefined())
}
