//! Connections that are made: names looked up, addresses tried in turn, TLS on top if asked.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

use serde::Deserialize;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, UnixStream, lookup_host};

use super::error::{NetError, NetResult};
use super::tls::{self, TlsOptions};

/// Anything bytes go through both ways.
pub(super) trait Duplex: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Duplex for T {}

/// With whom, and how.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[derive(Default)]
pub(super) struct Endpoint {
    pub(super) host: String,
    pub(super) port: u16,
    /// 4 or 6; zero: either.
    pub(super) family: u8,
    /// A path of a Unix socket, instead of host and port.
    pub(super) socket_path: Option<PathBuf>,
    pub(super) tls: Option<TlsOptions>,
    pub(super) no_delay: bool,
}

/// Addresses of a connection, for people.
#[derive(Debug, Clone, Default)]
pub(super) struct Addresses {
    pub(super) local: Option<SocketAddr>,
    pub(super) remote: Option<SocketAddr>,
}

/// A connection that is made.
pub(super) struct Connected {
    pub(super) io: Box<dyn Duplex>,
    pub(super) addresses: Addresses,
    pub(super) tls: Option<tls::Session>,
}

impl Endpoint {
    /// What connections can be reused for.
    pub(super) fn key(&self) -> String {
        format!("{self:?}")
    }

    pub(super) async fn connect(&self) -> NetResult<Connected> {
        if let Some(path) = &self.socket_path {
            let stream = UnixStream::connect(path)
                .await
                .map_err(|error| NetError::from_io(&error, "connect").at(path.display().to_string(), None))?;
            return self.secure(stream, Addresses::default()).await;
        }
        let stream = self.connect_tcp().await?;
        // Refused only on a socket that is dying, which the first read will say better.
        let _ = stream.set_nodelay(true);
        let addresses = Addresses {
            local: stream.local_addr().ok(),
            remote: stream.peer_addr().ok(),
        };
        self.secure(stream, addresses).await
    }

    async fn secure(&self, stream: impl Duplex + 'static, addresses: Addresses) -> NetResult<Connected> {
        let Some(options) = &self.tls else {
            return Ok(Connected {
                io: Box::new(stream),
                addresses,
                tls: None,
            });
        };
        let (io, session) = tls::connect(options, &self.host, stream).await?;
        Ok(Connected {
            io,
            addresses,
            tls: Some(session),
        })
    }

    async fn connect_tcp(&self) -> NetResult<TcpStream> {
        let mut last = None;
        for address in lookup(&self.host, self.port, self.family).await? {
            match TcpStream::connect(address).await {
                Ok(stream) => return Ok(stream),
                Err(error) => {
                    last =
                        Some(NetError::from_io(&error, "connect").at(address.ip().to_string(), Some(address.port())));
                }
            }
        }
        Err(last.unwrap_or_else(|| not_found(&self.host)))
    }
}

fn not_found(host: &str) -> NetError {
    NetError {
        syscall: "getaddrinfo",
        ..NetError::new("ENOTFOUND", format!("getaddrinfo ENOTFOUND {host}"))
    }
    .at(host, None)
}

/// The addresses of a name, those of IPv4 first, as the system orders them.
pub(super) async fn lookup(host: &str, port: u16, family: u8) -> NetResult<Vec<SocketAddr>> {
    let bare = host.strip_prefix('[').and_then(|h| h.strip_suffix(']')).unwrap_or(host);
    let found = lookup_host((bare, port))
        .await
        .map_err(|error| lookup_error(bare, &error))?;
    let mut list: Vec<SocketAddr> = found
        .filter(|address| match family {
            4 => address.is_ipv4(),
            6 => address.is_ipv6(),
            _ => true,
        })
        .collect();
    list.sort_by_key(SocketAddr::is_ipv6);
    list.dedup();
    if list.is_empty() {
        Err(not_found(bare))
    } else {
        Ok(list)
    }
}

fn lookup_error(host: &str, error: &io::Error) -> NetError {
    if error.to_string().contains("Temporary failure") {
        return NetError {
            syscall: "getaddrinfo",
            ..NetError::new("EAI_AGAIN", format!("getaddrinfo EAI_AGAIN {host}"))
        }
        .at(host, None);
    }
    not_found(host)
}
