//! Node's built-in modules: their native side.
//!
//! Natives do one system call or one step of work each. A call that fails gives the system's error as a negative number;
//! `vm/js` turns it into Node's error, where the one table of names and texts is. What JavaScript can leave open is registered with
//! [`crate::handles`].

mod buffer;
pub mod buffer_ops;
mod child_process;
mod child_spec;
mod crypto;
mod encoding;
pub mod encoding_ops;
mod fs;
mod os_info;
mod performance;
mod process;
mod reply;
mod signals;
mod spawn_sync;
mod timers;
mod url;
pub mod url_ops;
mod util;
mod vm;

use crate::engine::BindingTable;

/// Natives by area.
pub(crate) static TABLES: &[&BindingTable] = &[
    &buffer::BUFFER,
    &child_process::CHILD_PROCESS,
    &crypto::CRYPTO,
    &encoding::ENCODING,
    &fs::FS,
    &os_info::OS,
    &performance::PERFORMANCE,
    &process::PROCESS,
    &signals::SIGNALS,
    &timers::TIMERS,
    &url::URL,
    &util::UTIL,
    &vm::VM,
];

/// Forgets what natives keep for JavaScript of the realm that is over.
pub(crate) fn forget_all() {
    encoding::close_all();
}
