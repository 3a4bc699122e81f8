//! What of the network stays open until somebody closes it, as the leak report sees it.
//!
//! Owns nothing that is open: a [`Listed`] is kept beside it and takes it off the list when it goes. No addresses are told: a port that the
//! system chose would make the same leak another one in every run.

use std::rc::Rc;

use crate::engine::Ctx;
use crate::handles::{HandleId, OpenHandle, Site};
use crate::harness::observer::LeakKind;
use crate::host::{current_host, host};

/// Kinds of open things.
#[derive(Debug, Clone, Copy)]
pub(super) enum Open {
    /// It listens.
    Server,
    /// A connection that JavaScript asked for.
    Connection,
    /// As above, as a WebSocket.
    WebSocket,
}

impl OpenHandle for Open {
    fn kind(&self) -> LeakKind {
        match self {
            Self::Server => LeakKind::Server,
            Self::Connection | Self::WebSocket => LeakKind::Socket,
        }
    }

    fn left_behind(&self) -> Option<String> {
        let what = match self {
            Self::Server => "a server that listens",
            Self::Connection => "an open connection",
            Self::WebSocket => "an open WebSocket",
        };
        Some(what.to_owned())
    }

    /// The module's own `stop_all` closes everything, accepted connections too.
    fn stop(&self) {}
}

/// An entry in the list of open handles, for as long as this lives.
pub(super) struct Listed(HandleId);

impl Listed {
    /// Something that is being opened by the JavaScript that runs now.
    pub(super) fn new(cx: Ctx<'_>, open: Open) -> Self {
        Self(host().handles.add(Rc::new(open), Site::here(cx)))
    }
}

impl Drop for Listed {
    fn drop(&mut self) {
        // The thread's tables may go after its host.
        if let Some(host) = current_host() {
            host.handles.remove(self.0);
        }
    }
}
