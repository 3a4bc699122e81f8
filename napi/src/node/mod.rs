//! The functions of `node_api.h`, one file per chapter.

pub(crate) mod async_context;
pub(crate) mod async_work;
pub(crate) mod buffer;
pub(crate) mod cleanup_hook;
pub(crate) mod fatal;
pub(crate) mod module;
pub(crate) mod threadsafe_function;
pub(crate) mod version;
