//! System calls that need `unsafe`, behind safe functions.

mod child;
mod env_vars;
mod readable;
mod files;
mod process;
mod signals;
mod system;

pub use child::{ChildSetup, prepare};
pub use env_vars::{remove_env_var, set_env_var};
pub use files::{futimens, open_raw, owned_fd, set_times, statx};
pub use process::{exit_now, kill};
pub use signals::{SignalPipe, SignalWatch};
pub use system::{get_priority, interfaces, load_average, set_priority, system_info};
pub use readable::Readable;
