//! Threadsafe functions: an addon's threads call, the JS thread delivers.
//!
//! Two halves. The [`gate`] is what threads see: it outlives the env and answers at any time. The [`function`] is the JS thread's: it takes
//! items out of the channel one per letter, so that each is a task of its own, and ends the function in order.
//!
//! Invariants:
//! - Addons know a function by a number that is never used again, so a call after the end finds nothing and touches nothing.
//! - An item that a call was told is taken reaches the addon exactly once: delivered, or handed back (with a null env) when the function ends.

pub(crate) mod function;
pub(crate) mod gate;
