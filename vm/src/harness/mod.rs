//! The test harness: the native side of `vm/js/harness`.
//!
//! [`session`] drives one test file through its phases; [`observer`] is what the worker hears of it; [`problem`] makes errors into
//! plain data.

pub mod bindings;
mod case_clock;
pub mod diff;
mod limits;
pub mod observer;
pub mod phases;
pub mod problem;
pub mod rules;
pub mod session;
pub mod stack;
mod steps;
pub(crate) mod turns;
pub mod uncaught;
