//! Messages between realms, on one thread or several: plain data and what moves with it.
//!
//! A value leaves its realm as an [`Envelope`], which holds no engine handle. A [`Port`] is one end of a channel for envelopes; both may
//! go to any thread. JavaScript writes and reads the bytes (`vm/js/internal/clone`); this module owns what must be outside of a realm: queues,
//! the channels that are found by name ([`Hub`]), who waits for memory that realms share ([`waiters`]).
//!
//! Ports, waiters and broadcast channels of a realm go with it at the swap ([`stop_all`]), without events for it.

mod atomics;
mod bindings;
mod envelope;
mod hub;
mod interrupt;
mod port;
mod ports;
mod waiters;

use crate::engine::BindingTable;

pub use atomics::is_shared;
pub use envelope::{Body, Envelope, Text};
pub use hub::Hub;
pub use interrupt::Interrupt;
pub use port::Port;
pub use ports::{adopt, hub, release, set_hub};

/// Natives by area.
pub(crate) static TABLES: &[&BindingTable] = &[&bindings::MESSAGING, &atomics::ATOMICS];

/// Closes what the realm that ends has open, silently. The other ends, if another thread has them, hear of it.
pub(crate) fn stop_all() {
    ports::close_all();
    atomics::forget_promises();
}
