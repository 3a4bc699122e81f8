//! The system calls of the processes, behind safe functions. The only place of this crate with `unsafe`.

mod fork;
mod memory;
mod page;
mod stopping;
mod wait;

pub use fork::{
    Forked, adopt_orphans, close_all_but, die_with_parent, exit_now, fork, own_fd, reset_signals, set_env_var,
};
pub use memory::resident_bytes;
pub use page::{Running, RunningPage, map_pages, monotonic_ns};
pub use stopping::{is_ignored, stop_self};
pub use wait::{
    ProcessEnd, be_patient, children, kill_descendants, kill_group, peek_ended, reap, signal_main_thread, unread,
    wait_for, wait_for_readers,
};
