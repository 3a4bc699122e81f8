//! An event loop of somebody else's that runs inside of ours: libuv's, for native addons that bring handles of their own.
//!
//! It is a guest: it never blocks. Ours waits for its descriptor and its timeout, and gives it a turn before each wait.

use std::os::fd::BorrowedFd;
use std::time::Duration;

use crate::engine::{Ctx, JsResult};

/// Something of the guest's that enters the realm: a callback.
pub type Task<'a> = &'a mut dyn for<'r> FnMut(Ctx<'r>) -> JsResult<'r, ()>;

/// Runs one task as a macrotask of its own: what it throws is told, ticks and microtasks come after it.
pub type Enter<'a> = &'a dyn Fn(Task<'_>);

/// The other loop. All calls come from the JS thread.
pub trait Guest {
    /// Readable when it wants a turn.
    fn fd(&self) -> BorrowedFd<'_>;

    /// How long it can wait for its turn; `None` where only its descriptor decides.
    fn timeout(&self) -> Option<Duration>;

    /// Time has passed: asked for after each wait, so that what is started now counts from now.
    fn wake(&self);

    /// Runs what is due, each callback through `enter`.
    fn turn(&self, enter: Enter<'_>);
}
