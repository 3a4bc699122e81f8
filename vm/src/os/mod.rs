//! System calls that need `unsafe`, behind safe functions.

mod env_vars;

pub use env_vars::{remove_env_var, set_env_var};
