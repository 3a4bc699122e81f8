//! What Node-API needs of the engine beyond typed values: raw values in foreign hands, and the memory that keeps them alive.
//!
//! C code holds values as plain words, wherever it likes. So this module offers what the rest of the engine layer forbids: a value's word and
//! the way back ([`RawValue`]), a realm to enter without being called from it ([`RealmHandle`]), a stack of handles and numbered slots that the
//! collector marks ([`NativeRoots`]), and references that do not keep their object ([`WeakCell`]).
//!
//! Invariants:
//! - A [`RawValue`] becomes a value again only through the unsafe [`RawValue::value`]; whoever calls it vouches that the collector has seen the
//!   word all the time: on the stack of the machine, in [`NativeRoots`], or reachable from either.
//! - The marking constraint reads nothing but atomics that never move, so it may run at any time, on any thread.
//! - How the engine puts numbers and cells into words is tested once per VM ([`encoding::is_known`]); nobody relies on it before.

mod cells;
pub mod encoding;
mod raw;
mod roots;
mod weak;

pub use raw::{RawValue, RealmHandle};
pub use roots::NativeRoots;
pub use weak::WeakCell;
