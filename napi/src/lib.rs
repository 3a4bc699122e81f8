//! Node-API: hosts native addons in trun's workers.
//!
//! An addon is a shared library that finds the functions of `js_native_api.h` and `node_api.h` in the `trun` binary itself. A call travels like
//! this: JavaScript calls a function of the factory ([`kit`]), that calls [`callback::invoke`], which calls the addon; the addon calls an
//! exported function (`api`), whose one way in is [`entry::run`].
//!
//! Invariants:
//! - No env holds a pointer to a global or to anything the collector may take. An env names its realm by its state, handles lie in memory of
//!   our own that the collector marks, references and finalizers go by index and generation.
//! - The collector runs no addon code. What is due is found out and run by the event loop.
//! - An env's memory is never freed; a dead one answers every call with a status.
//! - Everything here runs on the JS thread, but for the deallocators of array buffers, which only post a number.

mod abi;
mod api;
mod callback;
mod entry;
mod env;
mod finalizer;
mod frame;
mod handle_scope;
mod hooks;
mod host;
mod instance;
mod kit;
mod loader;
mod node;
mod objects;
mod pool;
mod reference;
mod slab;
mod symbols;
mod teardown;
mod threadsafe;
mod trace;
mod uncaught;
mod uv;
mod work;

pub use host::NodeApi;
pub use instance::NameAddon;
pub use trace::{NativeCode, Trace};

/// The version of the interface that this is.
pub(crate) const VERSION: u32 = 10;
