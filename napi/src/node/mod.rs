//! The functions of `node_api.h`, one file per chapter.

pub(crate) mod module;
