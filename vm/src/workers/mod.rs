//! Worker threads: each is a thread of the system with a VM, an event loop and a realm of its own.
//!
//! Who may touch what: a VM and everything in [`crate::host::Host`] belong to one thread. What threads know of each other is a
//! [`Control`] (flags and ways to wake), a [`crate::event_loop::Poster`] and the ends of channels, plain data all of them, so that a thread reads
//! nothing of its parent's memory. What belongs to the process (working directory, environment, umask, orphans, signals) is the
//! main thread's alone.
//!
//! The life of a worker: [`family`] registers and starts it, [`thread`] runs it and is the ordered list of its end, [`registry`] knows who
//! lives and is what a parent waits on. A parent ends its children before its own memory goes, by [`end_children`], whatever
//! it ends for: a realm swap, its own end, `process.exit`.

mod bindings;
mod blob_urls;
mod control;
mod family;
mod late_addons;
mod membership;
pub mod registry;
mod relay;
mod thread;

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use crate::engine::BindingTable;
use crate::harness::observer::ProblemKind;
use crate::harness::problem;
use crate::host::Host;

pub use control::Control;
pub use family::Family;
pub use membership::Membership;
use registry::{MAIN, Registry, StillThere, Whom, WorkerId};

/// How long a worker that was told to end may take. Only native code that cannot be interrupted takes longer than a moment.
const PATIENCE: Duration = Duration::from_secs(10);

/// The live workers of this process.
static WORKERS: LazyLock<Registry<Arc<Control>>> = LazyLock::new(Registry::default);

/// Natives by area.
pub(crate) static TABLES: &[&BindingTable] = &[&bindings::WORKERS_BINDING];

/// The locks of the registry; its model checker has others.
mod sync {
    use std::sync::PoisonError;
    pub(super) use std::sync::{Condvar, Mutex, MutexGuard};

    pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
        mutex.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The number of the thread whose host this is.
fn own_id(host: &Host) -> WorkerId {
    host.thread.as_ref().map_or(MAIN, |thread| thread.control().id)
}

/// Tells every worker that this thread has started to end, and waits until they have. No event of theirs is told any more. JavaScript of
/// this thread must not run meanwhile or after: it could start others.
pub(crate) fn end_children(host: &Host) {
    if own_id(host) == MAIN {
        blob_urls::forget_all();
    }
    if !host.workers.has_started_any() {
        return;
    }
    host.workers.forget();
    let whom = match own_id(host) {
        // Its family is everybody, also those whose own parent was given up.
        MAIN => Whom::All,
        id => Whom::ChildrenOf(id),
    };
    if let Err(left) = WORKERS.end(whom, PATIENCE) {
        tell_still_there(host, &left);
    }
}

/// A worker that cannot be stopped is the fault of the file that started it: native code that never returns, an endless regular expression.
fn tell_still_there(host: &Host, left: &StillThere) {
    let problem = problem::plain(ProblemKind::Timeout, left.to_string());
    host.observer.borrow_mut().file_error(problem);
}
