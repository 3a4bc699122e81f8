//! Reaching into another thread of this process.

use std::mem::MaybeUninit;
use std::sync::Once;

use libc::c_int;

/// A thread of this process, by the system's number for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ThreadNumber(libc::pid_t);

impl ThreadNumber {
    /// The calling thread.
    #[must_use]
    pub fn own() -> Self {
        take_over_signal();
        // SAFETY: takes nothing and cannot fail.
        Self(unsafe { libc::gettid() })
    }

    /// Makes the system call that the thread waits in, if it does, end with EINTR. Does nothing to a thread that has ended: the signal is
    /// sent to this process's threads alone, and its handler is empty.
    pub fn interrupt_system_call(self) {
        // SAFETY: `tgkill` takes numbers only.
        unsafe {
            libc::syscall(libc::SYS_tgkill, libc::getpid(), self.0, signal());
        }
    }
}

/// One that neither the engine (SIGRTMIN+5), nor inquiries (SIGRTMIN+6), nor a test uses.
fn signal() -> c_int {
    libc::SIGRTMIN() + 7
}

/// Gives the signal a handler that does nothing; without `SA_RESTART`, so that calls end.
fn take_over_signal() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // SAFETY: all-zero is a valid `sigaction`; the handler does nothing, which is allowed in one.
        unsafe {
            let mut action: libc::sigaction = MaybeUninit::zeroed().assume_init();
            action.sa_sigaction = nothing as *const () as usize;
            action.sa_flags = libc::SA_ONSTACK;
            libc::sigaction(signal(), &raw const action, std::ptr::null_mut());
        }
    });
}

extern "C" fn nothing(_: c_int) {}
