//! What goes wrong on the network, as plain data; JavaScript makes Node's errors of it.

use std::io;

use nix::errno::Errno;

use crate::engine::{Ctx, JsResult, Thrown, Value};

/// A failure: Node's code (`ECONNREFUSED`, `UND_ERR_SOCKET`, `DEPTH_ZERO_SELF_SIGNED_CERT` …), what was tried and with whom.
#[derive(Debug, Clone, Default)]
pub(super) struct NetError {
    pub(super) code: String,
    pub(super) message: String,
    /// The system's number; zero if it is not the system's.
    pub(super) errno: i32,
    pub(super) syscall: &'static str,
    pub(super) address: Option<String>,
    pub(super) port: Option<u16>,
}

pub(super) type NetResult<T> = Result<T, NetError>;

impl NetError {
    pub(super) fn new(code: &str, message: impl Into<String>) -> Self {
        Self {
            code: code.to_owned(),
            message: message.into(),
            ..Self::default()
        }
    }

    /// The system's error of `syscall`.
    pub(super) fn from_io(error: &io::Error, syscall: &'static str) -> Self {
        let errno = match (error.raw_os_error(), error.kind()) {
            (Some(raw), _) => raw,
            (None, io::ErrorKind::InvalidInput) => libc::EINVAL,
            (None, io::ErrorKind::ConnectionReset | io::ErrorKind::UnexpectedEof) => libc::ECONNRESET,
            (None, io::ErrorKind::BrokenPipe | io::ErrorKind::WriteZero) => libc::EPIPE,
            (None, io::ErrorKind::NotFound) => libc::ENOENT,
            (None, io::ErrorKind::TimedOut) => libc::ETIMEDOUT,
            (None, _) => return Self::new("EIO", error.to_string()),
        };
        Self {
            code: format!("{:?}", Errno::from_raw(errno)),
            message: error.to_string(),
            errno: -errno,
            syscall,
            ..Self::default()
        }
    }

    pub(super) fn at(mut self, address: impl Into<String>, port: Option<u16>) -> Self {
        self.address = Some(address.into());
        self.port = port;
        self
    }

    /// A failure of an exchange that had begun.
    pub(super) fn from_hyper(error: &hyper::Error) -> Self {
        let mut source = std::error::Error::source(error);
        while let Some(cause) = source {
            if let Some(io) = cause.downcast_ref::<io::Error>() {
                return Self::from_io(io, "read");
            }
            source = cause.source();
        }
        if error.is_parse() || error.is_parse_too_large() {
            return Self::new("HPE_INVALID", format!("Parse Error: {error}"));
        }
        if error.is_incomplete_message() || error.is_closed() || error.is_canceled() {
            return Self {
                message: "socket hang up".to_owned(),
                ..Self::new("ECONNRESET", "")
            };
        }
        Self::new("UND_ERR_SOCKET", error.to_string())
    }

    /// As an object `{ code, message, errno, syscall, address, port }`.
    pub(super) fn value<'r>(&self, cx: Ctx<'r>) -> JsResult<'r, Value<'r>> {
        let object = cx.object();
        object.set(cx, "code", cx.string(&self.code))?;
        object.set(cx, "message", cx.string(&self.message))?;
        object.set(cx, "errno", cx.number(self.errno))?;
        object.set(cx, "syscall", cx.string(self.syscall))?;
        object.set(cx, "address", cx.optional_string(self.address.as_deref()))?;
        object.set(
            cx,
            "port",
            self.port.map_or_else(|| cx.undefined(), |port| cx.number(port)),
        )?;
        Ok(object.into())
    }

    /// For the first argument of a callback.
    pub(super) fn thrown<'r>(&self, cx: Ctx<'r>) -> Thrown<'r> {
        match self.value(cx) {
            Ok(value) => Thrown(value),
            Err(thrown) => thrown,
        }
    }
}
