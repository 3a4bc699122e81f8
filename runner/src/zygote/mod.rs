//! The zygote: a process with one thread that forks workers, and the guardian of everything below it.
//!
//! It is forked from the coordinator before that has a thread, so that forking stays safe for the whole run; it has the engine's
//! library mapped and no VM. It sits in a session of its own, reaps every process below it, and when its socket to the coordinator
//! closes, for whatever reason, it kills them all and ends.

mod guardian;
mod link;

use std::io;
use std::os::fd::OwnedFd;

use crate::os::{Forked, adopt_orphans, fork};

pub use link::{Commands, FromZygote, Link, ProcessEnd, ToZygote};

/// What a new worker is given.
pub struct WorkerStart {
    /// 1-based slot.
    pub slot: u32,
    /// Its end of the channel.
    pub socket: OwnedFd,
    /// Its standard output.
    pub stdout: OwnedFd,
    /// Its standard error.
    pub stderr: OwnedFd,
}

/// Forks the zygote. Call it before the process has threads or signal handlers. `worker` is what a forked worker runs; it ends the
/// process by itself. `leave` is the zygote's last act, when every process below it has ended.
///
/// # Errors
/// The system refuses the process or the socket.
pub fn start(worker: impl Fn(WorkerStart), leave: impl FnOnce()) -> io::Result<Link> {
    let (ours, theirs) = link::pair()?;
    // Should the zygote be killed, then what it guarded comes to this process instead of being lost.
    adopt_orphans()?;
    match fork()? {
        Forked::Parent(zygote) => {
            drop(theirs);
            Ok(Link::new(ours, zygote))
        }
        Forked::Child => {
            drop(ours);
            guardian::run(theirs, worker, leave)
        }
    }
}
