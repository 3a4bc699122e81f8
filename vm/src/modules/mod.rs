//! Modules: from a specifier to text the engine can run.
//!
//! Everything here is free of the engine and of realms: files are resolved, read, transpiled, linked and packed into
//! chunk scripts once per process, and the result is the same in every realm. The realm's half (exports objects,
//! evaluation, `require`) is JavaScript: `vm/js/internal/modules/loader.js`, whose head defines the interface.
//!
//! - [`resolve`]: specifier and importer to a file or a built-in
//! - [`transpile`]: one file's text to one function expression
//! - [`graph`]: the records of all modules and their static graph
//! - [`link`]: export resolution, cycles, top-level await
//! - [`needs`]: what is evaluated before a module, and what of it need not be
//! - `placement`: what gets a place in a chunk, and when
//! - [`chunks`]: packing of functions into scripts, and the way back from positions in them
//! - `assets`: what is not a script, and `data:` URLs
//! - [`diagnostic`]: what can go wrong, with a code frame
//!
//! Must not: name the engine, keep anything of a realm, write to standard output.

mod assets;
pub mod chunks;
pub mod diagnostic;
pub mod graph;
pub mod link;
pub mod needs;
mod placement;
pub mod position;
pub mod record;
pub mod resolve;
pub mod transpile;

#[cfg(test)]
mod tests;

pub use diagnostic::Diagnostic;
pub use graph::{From, ModuleGraph, Reply, RequestKind};
pub use record::ModuleId;
