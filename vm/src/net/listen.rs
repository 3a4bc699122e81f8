//! Listening sockets: bound at once, so that the port is known when JavaScript asks.

use std::cell::RefCell;
use std::future::poll_fn;
use std::io;
use std::net::{SocketAddr, TcpListener as StdTcpListener, ToSocketAddrs as _};
use std::os::unix::net::UnixListener as StdUnixListener;
use std::path::PathBuf;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Duration;

use serde::Deserialize;
use tokio::net::{TcpListener, UnixListener};
use tokio::sync::oneshot;

use crate::engine::{Ctx, JsResult};
use crate::host::host;

use super::connect::{Addresses, Duplex};
use super::error::{NetError, NetResult};
use super::open::{Listed, Open};
use super::tls::{Acceptor, Session, TlsOptions};

/// How long to wait before accepting again after a failure.
const RETRY: Duration = Duration::from_millis(5);
/// How long a TLS handshake may take.
const HANDSHAKE: Duration = Duration::from_secs(120);

/// Where to listen; without a host on every address, without a port on a free one.
#[derive(Debug, Clone, Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct ListenOptions {
    pub(super) host: Option<String>,
    pub(super) port: u16,
    pub(super) path: Option<PathBuf>,
    pub(super) tls: Option<TlsOptions>,
}

enum Kind {
    Tcp(TcpListener),
    Unix(UnixListener, PathBuf),
}

/// A bound listener.
pub(super) struct Listener {
    kind: Kind,
    acceptor: Option<Acceptor>,
    address: Option<SocketAddr>,
}

/// A connection from outside, its handshake done.
pub(super) struct Accepted {
    pub(super) io: Box<dyn Duplex>,
    pub(super) addresses: Addresses,
    pub(super) session: Option<Session>,
}

impl Drop for Listener {
    fn drop(&mut self) {
        if let Kind::Unix(_, path) = &self.kind {
            // Removed by somebody else: nothing is left to do.
            let _ = std::fs::remove_file(path);
        }
    }
}

fn bind_tcp(host: Option<&str>, port: u16) -> io::Result<StdTcpListener> {
    let Some(host) = host else {
        // Both families where the system has both.
        return StdTcpListener::bind(("::", port)).or_else(|_| StdTcpListener::bind(("0.0.0.0", port)));
    };
    let bare = host.strip_prefix('[').and_then(|h| h.strip_suffix(']')).unwrap_or(host);
    let mut addresses: Vec<SocketAddr> = (bare, port).to_socket_addrs()?.collect();
    addresses.sort_by_key(SocketAddr::is_ipv6);
    StdTcpListener::bind(&addresses[..])
}

impl Listener {
    /// # Errors
    /// The address is taken, or not ours; the TLS material does not fit.
    pub(super) fn bind(options: &ListenOptions) -> NetResult<Self> {
        let acceptor = options.tls.as_ref().map(Acceptor::new).transpose()?;
        let loop_ = host();
        let in_loop = |error: &io::Error| NetError::from_io(error, "listen");
        if let Some(path) = &options.path {
            let at = |error| in_loop(&error).at(path.display().to_string(), None);
            let listener = StdUnixListener::bind(path).map_err(at)?;
            listener.set_nonblocking(true).map_err(at)?;
            let listener = loop_
                .event_loop
                .in_runtime(|| UnixListener::from_std(listener))
                .map_err(at)?;
            return Ok(Self {
                kind: Kind::Unix(listener, path.clone()),
                acceptor,
                address: None,
            });
        }
        let name = options.host.clone().unwrap_or_else(|| "::".to_owned());
        let at = |error| in_loop(&error).at(name.clone(), Some(options.port));
        let listener = bind_tcp(options.host.as_deref(), options.port).map_err(at)?;
        listener.set_nonblocking(true).map_err(at)?;
        let address = listener.local_addr().ok();
        let listener = loop_
            .event_loop
            .in_runtime(|| TcpListener::from_std(listener))
            .map_err(at)?;
        Ok(Self {
            kind: Kind::Tcp(listener),
            acceptor,
            address,
        })
    }

    /// `[number, address or path, port, family]`
    pub(super) fn describe<'r>(&self, cx: Ctx<'r>, id: u32) -> JsResult<'r> {
        let list = cx.array();
        list.set_index(cx, 0, cx.number(id))?;
        match (&self.kind, self.address) {
            (Kind::Unix(_, path), _) => list.set_index(cx, 1, cx.string(&path.display().to_string()))?,
            (Kind::Tcp(_), Some(address)) => {
                list.set_index(cx, 1, cx.string(&address.ip().to_string()))?;
                list.set_index(cx, 2, cx.number(address.port()))?;
                list.set_index(cx, 3, cx.string(if address.is_ipv6() { "IPv6" } else { "IPv4" }))?;
            }
            (Kind::Tcp(_), None) => {}
        }
        Ok(list.into())
    }

    /// Hands over connections from now on. Handshakes run beside each other, so a slow one holds nobody up.
    pub(super) fn start(self, cx: Ctx<'_>, take: impl Fn(NetResult<Accepted>) + Clone + 'static) -> Listening {
        let acceptor = self.acceptor.clone();
        let listener = Rc::new(RefCell::new(Some(self)));
        let (stop, stopped) = oneshot::channel();
        host()
            .event_loop
            .spawn(accept_all(Rc::clone(&listener), acceptor, stopped, take));
        Listening {
            listener,
            _stop: stop,
            _listed: Listed::new(cx, Open::Server),
        }
    }

    fn poll_accept(&self, cx: &mut Context<'_>) -> Poll<io::Result<(Box<dyn Duplex>, Addresses)>> {
        match &self.kind {
            Kind::Tcp(listener) => listener.poll_accept(cx).map_ok(|(stream, remote)| {
                // Refused only on a socket that is dying, which the first read will say better.
                let _ = stream.set_nodelay(true);
                let addresses = Addresses {
                    local: stream.local_addr().ok(),
                    remote: Some(remote),
                };
                (Box::new(stream) as Box<dyn Duplex>, addresses)
            }),
            Kind::Unix(listener, _) => listener
                .poll_accept(cx)
                .map_ok(|(stream, _)| (Box::new(stream) as Box<dyn Duplex>, Addresses::default())),
        }
    }
}

/// Listens until it is dropped: the address is free again at once.
pub(super) struct Listening {
    listener: Rc<RefCell<Option<Listener>>>,
    /// Its end wakes the task that accepts.
    _stop: oneshot::Sender<()>,
    _listed: Listed,
}

impl Drop for Listening {
    fn drop(&mut self) {
        self.listener.take();
    }
}

async fn accept_all(
    listener: Rc<RefCell<Option<Listener>>>,
    acceptor: Option<Acceptor>,
    mut stopped: oneshot::Receiver<()>,
    take: impl Fn(NetResult<Accepted>) + Clone + 'static,
) {
    loop {
        let accept = poll_fn(|cx| match listener.borrow().as_ref() {
            Some(listener) => listener.poll_accept(cx),
            None => Poll::Pending,
        });
        let (io, addresses) = tokio::select! {
            biased;
            _ = &mut stopped => return,
            accepted = accept => match accepted {
                Ok(accepted) => accepted,
                // Out of descriptors, or the other side has gone already: the next one may do better.
                Err(_) => {
                    tokio::time::sleep(RETRY).await;
                    continue;
                }
            },
        };
        match acceptor.clone() {
            None => take(Ok(Accepted {
                io,
                addresses,
                session: None,
            })),
            Some(acceptor) => host().event_loop.spawn(secure(acceptor, io, addresses, take.clone())),
        }
    }
}

async fn secure(
    acceptor: Acceptor,
    io: Box<dyn Duplex>,
    addresses: Addresses,
    take: impl Fn(NetResult<Accepted>) + 'static,
) {
    let secured = match tokio::time::timeout(HANDSHAKE, acceptor.accept(io)).await {
        Ok(secured) => secured,
        Err(_) => Err(NetError::new("ERR_TLS_HANDSHAKE_TIMEOUT", "TLS handshake timeout")),
    };
    take(secured.map(|(io, session)| Accepted {
        io,
        addresses,
        session: Some(session),
    }));
}
