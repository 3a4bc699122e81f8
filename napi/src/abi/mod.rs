//! What the C headers fix: types, statuses, names.

pub(crate) mod exports;
pub(crate) mod status;
pub(crate) mod types;
