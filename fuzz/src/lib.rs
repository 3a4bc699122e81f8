//! What trun reads from strangers, fed with anything: the bytes a test can write into its worker's channel, and configurations.
//!
//! Each module has a function `check` that takes bytes and panics when something that must hold for all bytes does not. `make fuzz`
//! drives them with libFuzzer; the tests here feed them what proptest makes up, a little of it in every run of the suite.

#![forbid(unsafe_code)]

pub mod config;
pub mod frames;
mod reports;
pub mod run;
mod steps;

#[cfg(test)]
mod tests;
