//! System calls that need `unsafe`, behind safe functions.

mod child;
mod env_vars;
mod files;
mod interfaces;
mod priority;
mod process;
mod readable;
mod signals;
mod status;
mod threads;

pub use child::{ChildSetup, Placeholders, ends_within, exit_descriptor, prepare};
pub use env_vars::{remove_env_var, set_env_var};
pub use files::with_file;
pub use interfaces::{Interface, interfaces};
pub use priority::{priority, set_priority};
pub use process::{exit_now, kill};
pub use readable::Readable;
pub use signals::{SignalPipe, SignalWatch};
pub use status::{current_umask, resident_bytes};
pub use threads::ThreadNumber;
