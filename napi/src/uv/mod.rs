//! libuv for addons that call it: the system's library, its loop run inside of ours.
//!
//! The library is opened when an addon needs one of its names or asks for the loop, and never for a run without such an addon. Its symbols
//! are global then, so addons find most of them in it; those of [`exports`] and [`fs_exports`] are ours and stand in front, because a
//! binary's own symbols come first. They do the library's work through it and add what it cannot know: whose a handle is, that a callback
//! enters JavaScript like any other code of an addon, and that the loop is not the addon's to run.
//!
//! Owns the loop of each VM ([`event_loop`]), its handles ([`handles`], [`closing`]) and its requests ([`requests`]). Loops that addons make for
//! themselves are none of our business: whatever is not on a VM's loop goes straight to the library.
//!
//! Invariants:
//! - Handles and requests are the addon's memory. We know them by address, from their init or submission to the end of their last callback;
//!   nothing here reads or writes them but the library.
//! - No handle of an env that has ended is on the loop: what the addon does not close is closed for it before its finalizers may free it.
//! - Everything happens on the JS thread but `work_cb` of `uv_queue_work` and what the library does by itself.

mod abi;
mod closing;
mod event_loop;
pub(crate) mod exports;
pub(crate) mod fs_exports;
mod handles;
mod library;
mod requests;

pub(crate) use abi::uv_loop_t;
pub(crate) use event_loop::{Uv, is_there};
pub(crate) use library::version;
