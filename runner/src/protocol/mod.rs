//! The wire between coordinator and worker, in three layers: [`frame`] (bytes), [`message`] (types), [`channel`] (the socket).

pub mod channel;
pub mod frame;
pub mod message;
