//! The engine's run loop: a GLib main context of this thread, iterated by ours.
//!
//! `FinalizationRegistry` callbacks, asynchronous WebAssembly and the engine's timers run on the thread's default context as it
//! was when the VM was made.

use std::io;
use std::os::fd::{BorrowedFd, OwnedFd, RawFd};
use std::time::Duration;

use super::sys;

/// This thread's GLib context.
pub struct MainContext {
    raw: sys::GMainContext,
}

/// What the context waits for.
#[derive(Debug, Default)]
pub struct Interest {
    /// Descriptors to poll for input.
    pub fds: Vec<RawFd>,
    /// Something is due after this long at the latest.
    pub timeout: Option<Duration>,
}

impl MainContext {
    pub(super) fn push() -> Self {
        // SAFETY: a new context, pushed on the thread that owns it from now on.
        unsafe {
            let raw = sys::g_main_context_new();
            sys::g_main_context_push_thread_default(raw);
            Self { raw }
        }
    }

    /// Runs what is ready, without waiting; whether anything was.
    pub fn iterate(&self) -> bool {
        // SAFETY: the context is this thread's.
        unsafe { sys::g_main_context_iteration(self.raw, 0) != 0 }
    }

    /// What to wait for before the next [`MainContext::iterate`].
    #[must_use]
    pub fn interest(&self) -> Interest {
        const MOST: usize = 16;
        let mut fds = [sys::GPollFD::default(); MOST];
        let (mut priority, mut timeout) = (0, -1);
        // SAFETY: acquired for the calls that require it, with an array of the length that is passed.
        let count = unsafe {
            if sys::g_main_context_acquire(self.raw) == 0 {
                return Interest::default();
            }
            let ready = sys::g_main_context_prepare(self.raw, &raw mut priority) != 0;
            let count = sys::g_main_context_query(self.raw, priority, &raw mut timeout, fds.as_mut_ptr(), MOST as i32);
            sys::g_main_context_release(self.raw);
            if ready {
                timeout = 0;
            }
            usize::try_from(count).unwrap_or(0).min(MOST)
        };
        Interest {
            fds: fds[..count].iter().map(|fd| fd.fd).collect(),
            timeout: u64::try_from(timeout).ok().map(Duration::from_millis),
        }
    }

    /// A descriptor of [`Interest`] as one of our own, for an epoll set. GLib keeps its wake-up descriptor for the context's life.
    ///
    /// # Errors
    /// The system has no descriptors left.
    pub fn duplicate(&self, fd: RawFd) -> io::Result<OwnedFd> {
        // SAFETY: the context has just named it as one it polls, so it is open.
        unsafe { BorrowedFd::borrow_raw(fd) }.try_clone_to_owned()
    }
}

impl Drop for MainContext {
    fn drop(&mut self) {
        // SAFETY: pushed in `push` on this thread, and one reference is ours.
        unsafe {
            sys::g_main_context_pop_thread_default(self.raw);
            sys::g_main_context_unref(self.raw);
        }
    }
}
