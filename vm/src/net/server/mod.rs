//! `binding('server')`: HTTP servers of the realm.
//!
//! **Lifetime.** A server's JavaScript wrapper is held by JavaScript while it listens. From `stop` on only this module watches it, weakly,
//! and every request first asks whether it is alive ([`Server::wrapper_lives`]): *before* anything is counted, kept or told. Where it is gone
//! the answer is 503 and the connection is closed. What is counted is counted by a [`exchange::Guard`], which nothing but its drop ends, so
//! `pending` returns to zero on every path.

mod connection;
pub(super) mod exchange;

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;
use std::time::Duration;

use serde::Deserialize;

use crate::engine::{Args, BindingTable, Ctx, JsResult, Persistent, WatchId, host as native};
use crate::host::host;

use super::error::NetResult;
use super::ids;
use super::listen::{Accepted, ListenOptions, Listener, Listening};

use connection::Connection;

pub(crate) static SERVER: BindingTable = BindingTable {
    name: "server",
    entries: &[
        native(c"serve", serve),
        native(c"stop", stop),
        native(c"pending", pending),
        native(c"setLimit", set_limit),
        native(c"closeConnections", close_connections),
        native(c"connections", connections),
        native(c"closeConnection", connection::close),
        native(c"respond", exchange::respond),
        native(c"refuse", exchange::refuse),
        native(c"drop", exchange::abandon),
        native(c"upgrade", exchange::upgrade),
        native(c"parseHead", exchange::parse_head),
    ],
};

thread_local! {
    static SERVERS: RefCell<HashMap<u32, Rc<Server>>> = RefCell::default();
}

/// A server, from `serve` to the end of its last connection.
pub(super) struct Server {
    id: u32,
    /// `onEvent(request)` and `onEvent(number)`; never refers to the wrapper strongly once that is stopped.
    on_event: Persistent,
    pending: Cell<u32>,
    /// Set by `stop`: the wrapper is watched, not held.
    wrapper: Cell<Option<WatchId>>,
    limit: Cell<u64>,
    idle_timeout: Duration,
    connections: RefCell<HashMap<u32, Rc<Connection>>>,
    /// Told once nothing is pending.
    waiting: RefCell<Vec<Persistent>>,
    listening: RefCell<Option<Listening>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ServeOptions {
    listen: ListenOptions,
    /// Milliseconds a connection may wait for a request, or take for its head.
    idle_timeout: u64,
    /// Bytes of a request's body.
    limit: u64,
}

/// Drops all servers and their connections, without telling anybody.
pub(super) fn close_all() {
    for server in SERVERS.take().into_values() {
        server.listening.take();
        server.waiting.take();
        server.unwatch();
        for connection in server.connections.take().into_values() {
            connection.kill();
        }
    }
    exchange::close_all();
}

impl Server {
    /// Whether there is still somebody to handle requests. Asked before anything else.
    fn wrapper_lives(&self) -> bool {
        self.wrapper.get().is_none_or(|watch| host().vm.is_alive(watch))
    }

    fn is_stopped(&self) -> bool {
        self.listening.borrow().is_none()
    }

    fn unwatch(&self) {
        if let Some(watch) = self.wrapper.take() {
            host().vm.unwatch(watch);
        }
    }

    fn count_down(&self) {
        self.pending.set(self.pending.get() - 1);
        self.tell_if_idle();
    }

    fn tell_if_idle(&self) {
        if self.pending.get() > 0 || !self.is_stopped() {
            return;
        }
        for waiting in self.waiting.take() {
            host().event_loop.complete(Box::new(move |cx| match waiting.open(cx) {
                Some(callback) => callback.call(cx, &[]).map(|_| ()),
                None => Ok(()),
            }));
        }
        self.forget_if_over();
    }

    /// A stopped server without connections is nobody's any longer.
    fn forget_if_over(&self) {
        if self.is_stopped() && self.connections.borrow().is_empty() && self.pending.get() == 0 {
            self.unwatch_when_gone();
        }
    }

    fn unwatch_when_gone(&self) {
        if SERVERS.with_borrow_mut(|servers| servers.remove(&self.id)).is_some() {
            self.unwatch();
        }
    }

    /// `onEvent(number)`: a request's, its response was sent or its connection is gone; a connection's, negative, it has ended.
    fn tell_number(self: &Rc<Self>, number: f64) {
        let server = Rc::clone(self);
        host()
            .event_loop
            .complete(Box::new(move |cx| match server.on_event.open(cx) {
                Some(callback) => callback.call(cx, &[cx.number(number)]).map(|_| ()),
                None => Ok(()),
            }));
    }

    fn close_idle(&self) {
        for connection in self.connections.borrow().values() {
            connection.close_if_idle();
        }
    }

    fn close_every(&self) {
        for connection in self.connections.borrow().values() {
            connection.kill();
        }
    }
}

fn find<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r, Option<Rc<Server>>> {
    let id = args.u32(cx, 0)?;
    Ok(SERVERS.with_borrow(|servers| servers.get(&id).map(Rc::clone)))
}

/// `serve(options, onEvent)`: `[number, address, port, family]`, or an error.
fn serve<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    let options: ServeOptions = serde_json::from_str(&args.text(cx, 0)?)
        .map_err(|error| cx.type_error(&format!("bug in trun: not a server: {error}")))?;
    let on_event = host().persist(args.function(cx, 1, "onEvent")?, "a server");
    let listener = match Listener::bind(&options.listen) {
        Ok(listener) => listener,
        Err(error) => return error.value(cx),
    };
    let id = ids::next();
    let server = Rc::new(Server {
        id,
        on_event,
        pending: Cell::new(0),
        wrapper: Cell::new(None),
        limit: Cell::new(options.limit),
        idle_timeout: Duration::from_millis(options.idle_timeout),
        connections: RefCell::default(),
        waiting: RefCell::default(),
        listening: RefCell::default(),
    });
    SERVERS.with_borrow_mut(|servers| servers.insert(id, Rc::clone(&server)));
    let bound = listener.describe(cx, id)?;
    let weak = Rc::downgrade(&server);
    let listening = listener.start(cx, move |accepted: NetResult<Accepted>| {
        // A handshake that failed is nobody's request.
        if let (Ok(accepted), Some(server)) = (accepted, weak.upgrade()) {
            connection::start(server, accepted);
        }
    });
    server.listening.replace(Some(listening));
    Ok(bound)
}

/// `stop(id, wrapper, closeActive, callback)`: no new connections, idle ones are closed, the wrapper is held weakly from here on.
/// `callback()` once nothing is pending.
fn stop<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    let callback = args.function(cx, 3, "callback")?;
    let Some(server) = find(cx, args)? else {
        callback.call(cx, &[])?;
        return Ok(cx.undefined());
    };
    server.listening.take();
    if server.wrapper.get().is_none() {
        server
            .wrapper
            .set(Some(host().vm.watch(args.object(cx, 1, "wrapper")?)));
    }
    server.waiting.borrow_mut().push(host().persist(callback, "a server"));
    if args.bool(cx, 2) {
        server.close_every();
    } else {
        server.close_idle();
    }
    server.tell_if_idle();
    Ok(cx.undefined())
}

/// `pending(id)`: requests whose response has not been sent.
fn pending<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    Ok(cx.number(find(cx, args)?.map_or(0, |server| server.pending.get())))
}

/// `setLimit(id, bytes)`: of bodies of later requests.
fn set_limit<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates")]
    let limit = args.number(cx, 1)? as u64;
    if let Some(server) = find(cx, args)? {
        server.limit.set(limit);
    }
    Ok(cx.undefined())
}

/// `closeConnections(id, all)`: those that are idle, or all.
fn close_connections<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    if let Some(server) = find(cx, args)? {
        if args.bool(cx, 1) {
            server.close_every();
        } else {
            server.close_idle();
        }
    }
    Ok(cx.undefined())
}

/// `connections(id)`: how many are open.
fn connections<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    let count = find(cx, args)?.map_or(0, |server| server.connections.borrow().len());
    Ok(cx.number_from_u64(count as u64))
}
