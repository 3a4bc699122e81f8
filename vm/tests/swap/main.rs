//! The realm swap from the outside of the crate: a runtime runs generated files, a recording observer hears what they leave.
//!
//! Working directory, environment and memory belong to the process, so the tests of this binary take turns
//! ([`support::Worker`] holds the turn).

#![expect(clippy::print_stdout, reason = "figures, for who runs it with --nocapture")]

mod leaks;
mod memory;
mod preload;
mod shared_realm;
mod state;
mod support;
