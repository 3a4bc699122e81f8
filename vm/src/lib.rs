//! JavaScriptCore behind safe types, and everything a test file needs around it: realms, the event loop, modules, built-ins
//! and the test harness.
//!
//! The door is [`runtime::Runtime`]; what it tells the outside is [`harness::observer::Observer`]; how it reaches native addons is
//! [`addons::AddonHost`]. This crate depends on no other crate of the workspace, knows no process but its own and prints nothing.

#![deny(unsafe_code)]

pub mod addons;
#[allow(unsafe_code, reason = "the engine is a C library")]
pub mod engine;
pub mod event_loop;
#[allow(unsafe_code, reason = "native functions are called at their word")]
mod ffi;
pub mod handles;
pub mod harness;
pub mod host;
pub mod messaging;
pub mod modules;
pub mod net;
pub mod node;
#[allow(unsafe_code, reason = "system calls that no safe wrapper covers")]
pub mod os;
pub mod realm;
pub mod runtime;
pub mod times;
mod vitals;
pub mod workers;

pub use engine::{engine_version, inquiry_signal};
pub use runtime::{Runtime, RuntimeError, RuntimeOptions, check_pattern, prepare_process};
pub use vitals::{Vitals, share_vitals};
