//! Worker threads: each is a thread of the system with a VM, an event loop and a realm of its own.
pub mod registry;

/// The locks of the registry; its model checker has others.
mod sync {
    use std::sync::PoisonError;
    pub(super) use std::sync::{Condvar, Mutex, MutexGuard};

    pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
        mutex.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
