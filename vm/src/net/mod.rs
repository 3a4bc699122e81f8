//! The network: HTTP both ways, sockets, content codings.
//!
//! Tasks of the event loop own plain data and tell JavaScript through completions; what JavaScript holds is a number into a table of this
//! module. At the realm's end the loop drops the tasks and [`stop_all`] the tables: nobody is told.

mod client;
mod coding;
mod connect;
mod error;
mod form;
mod headers;
mod ids;
mod incoming;
mod listen;
mod open;
mod outgoing;
mod server;
mod sockets;
mod tls;
mod values;
mod websocket;

use crate::engine::{BindingTable, host as native};

/// Natives by area.
pub(crate) static TABLES: &[&BindingTable] = &[
    &coding::CODING,
    &sockets::NET,
    &server::SERVER,
    &form::FORM,
    &websocket::WEBSOCKET,
    &HTTP,
];

/// `binding('http')`: messages and their bodies.
static HTTP: BindingTable = BindingTable {
    name: "http",
    entries: &[
        native(c"request", client::request),
        native(c"abort", client::abort),
        native(c"read", incoming::read),
        native(c"readAll", incoming::read_all),
        native(c"cancel", incoming::cancel),
        native(c"write", outgoing::write),
        native(c"end", outgoing::end),
        native(c"destroy", outgoing::destroy),
    ],
};

/// Closes what the realm has left open, without telling it.
pub(crate) fn stop_all() {
    server::close_all();
    websocket::close_all();
    client::close_all();
    incoming::close_all();
    outgoing::close_all();
    sockets::close_all();
    coding::close_all();
}
