//! Stopping this process, and what it was told to ignore.

use std::mem::MaybeUninit;
use std::ptr;

/// Stops this process as Ctrl-Z would stop one that has no handler for it; returns when somebody lets it go on. At once where the system
/// does not stop processes, because nobody is there who would: in an orphaned process group.
pub fn stop_self() {
    let mut handler = MaybeUninit::<libc::sigaction>::zeroed();
    // SAFETY: all-zero is a valid `sigaction` and means the default action; all pointers are valid. The handler that was there comes back.
    unsafe {
        let default: libc::sigaction = MaybeUninit::zeroed().assume_init();
        if libc::sigaction(libc::SIGTSTP, &raw const default, handler.as_mut_ptr()) == 0 {
            libc::raise(libc::SIGTSTP);
            libc::sigaction(libc::SIGTSTP, handler.as_ptr(), ptr::null_mut());
        }
    }
}

/// Whether this process ignores the signal. Asked before it installs a handler: whether it was started so.
#[must_use]
pub fn is_ignored(signal: i32) -> bool {
    let mut action = MaybeUninit::<libc::sigaction>::zeroed();
    // SAFETY: the place is valid; zeroed is a valid `sigaction`, should the call fail.
    let action = unsafe {
        libc::sigaction(signal, ptr::null(), action.as_mut_ptr());
        action.assume_init()
    };
    action.sa_sigaction == libc::SIG_IGN
}
