//! Sessions against the real engine: what an observer is told of a small test file under some rules.
//!
//! Beside the integration tests, which run the whole program, for what is about the harness alone.

mod attempts;
mod collecting;
mod driver;
mod ending;
mod late_errors;
mod order;
mod patched;
mod repetitions;
