//! One connection to a server: hyper reads its requests and writes their responses in order.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::sync::Notify;

use crate::engine::{Args, Ctx, JsResult};
use crate::host::host;
use crate::net::connect::Addresses;
use crate::net::listen::Accepted;
use crate::net::{ids, tls};

use super::{SERVERS, Server, exchange};

/// How long the last request of a stopped server's connection may be followed by another.
const LINGER: Duration = Duration::from_secs(3);

/// What the server knows of it.
pub(super) struct Connection {
    pub(super) id: u32,
    pub(super) addresses: Addresses,
    pub(super) session: Option<tls::Session>,
    /// Requests that are being answered.
    active: Cell<u32>,
    state: Cell<State>,
    changed: Notify,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Open,
    /// Ends after what is under way.
    Ending,
    /// Ends at once.
    Killed,
}

impl Connection {
    pub(super) fn begin(&self) {
        self.active.set(self.active.get() + 1);
    }

    pub(super) fn finish(&self) {
        self.active.set(self.active.get() - 1);
    }

    /// A stopped server's connection that has become idle is closed in a while, whether or not its client asks once more.
    pub(super) fn linger(self: Rc<Self>) {
        if self.active.get() > 0 {
            return;
        }
        host().event_loop.spawn(async move {
            tokio::time::sleep(LINGER).await;
            self.close_if_idle();
        });
    }

    pub(super) fn close_if_idle(&self) {
        if self.active.get() == 0 {
            self.set(State::Ending);
        }
    }

    pub(super) fn kill(&self) {
        self.set(State::Killed);
    }

    fn set(&self, state: State) {
        if self.state.get() != State::Killed {
            self.state.set(state);
        }
        self.changed.notify_one();
    }
}

/// Serves a connection until it ends.
pub(super) fn start(server: Rc<Server>, accepted: Accepted) {
    let connection = Rc::new(Connection {
        id: ids::next(),
        addresses: accepted.addresses,
        session: accepted.session,
        active: Cell::new(0),
        state: Cell::new(State::Open),
        changed: Notify::new(),
    });
    server
        .connections
        .borrow_mut()
        .insert(connection.id, Rc::clone(&connection));
    host().event_loop.spawn(async move {
        run(&server, &connection, TokioIo::new(accepted.io)).await;
        server.connections.borrow_mut().remove(&connection.id);
        server.tell_number(-f64::from(connection.id));
        server.forget_if_over();
    });
}

async fn run(server: &Rc<Server>, connection: &Rc<Connection>, io: TokioIo<Box<dyn crate::net::connect::Duplex>>) {
    let service = service_fn(|request| exchange::serve(Rc::clone(server), Rc::clone(connection), request));
    let http = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(server.idle_timeout)
        .serve_connection(io, service)
        .with_upgrades();
    tokio::pin!(http);
    loop {
        tokio::select! {
            biased;
            // What the peer did wrong it has been told; what broke is over.
            _ = &mut http => return,
            () = connection.changed.notified() => match connection.state.get() {
                State::Open => {}
                State::Ending => http.as_mut().graceful_shutdown(),
                State::Killed => return,
            },
        }
    }
}

/// `closeConnection(server, connection)`: at once.
pub(super) fn close<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    let (server, id) = (args.u32(cx, 0)?, args.u32(cx, 1)?);
    let found = SERVERS.with_borrow(|servers| servers.get(&server).map(Rc::clone));
    if let Some(connection) = found.and_then(|server| server.connections.borrow().get(&id).map(Rc::clone)) {
        connection.kill();
    }
    Ok(cx.undefined())
}
