//! The coordinator: runs files in workers and tells the reporters.
//!
//! [`reactor`] waits and makes events, [`dispatcher`] owns all run state and handles them, [`slot`] is one worker's place, [`queue`] what
//! waits, [`death`] the words for a worker's end, [`signals`] Ctrl-C,
//! [`keys`] what is typed.

pub mod death;
pub mod dispatcher;
pub mod event;
pub mod keys;
mod pipe;
pub mod queue;
pub mod reactor;
pub mod signals;
pub mod slot;
mod wires;
