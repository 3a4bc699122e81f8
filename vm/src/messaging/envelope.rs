//! A value on its way from one realm to another.

use std::sync::Arc;

use crate::engine::SharedBlock;

use super::port::Port;

/// The text of all strings in a graph, one after the other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Text {
    /// ASCII only.
    Ascii(Vec<u8>),
    /// UTF-16 code units.
    Wide(Vec<u16>),
}

/// What can be read more than once: the graph itself, in the format that `vm/js/internal/clone` writes.
#[derive(Debug, Clone)]
pub struct Body {
    /// Structure and binary data.
    pub bytes: Vec<u8>,
    /// Strings.
    pub text: Text,
    /// Memory that all readers look at.
    pub shared: Vec<Arc<SharedBlock>>,
}

/// A value outside of any realm. What was transferred is in it and goes with it: dropped unread, its ports are closed.
pub struct Envelope {
    /// The graph.
    pub body: Arc<Body>,
    /// Bytes of the array buffers that were transferred, in the order of the transfer list.
    pub buffers: Vec<Vec<u8>>,
    /// Ports that were transferred, likewise.
    pub ports: Vec<Port>,
}

impl Envelope {
    /// The same value for one more reader. Only of one that nothing was transferred with.
    #[must_use]
    pub fn share(&self) -> Option<Self> {
        (self.buffers.is_empty() && self.ports.is_empty()).then(|| Self {
            body: Arc::clone(&self.body),
            buffers: Vec::new(),
            ports: Vec::new(),
        })
    }
}
