//! Native addons, hosted in trun's workers.
//!
//! This crate implements [`trun_vm::addons::AddonHost`]. So far there is one implementation, which has no addons: loading one is a clear
//! error.

mod no_addons;

pub use no_addons::NoAddons;
