//! SIGSEGV and SIGBUS that another process sends.
//!
//! The engine's handlers for WebAssembly faults swallow such a signal once. A handler in front of them tells by the signal's
//! code who raised it: the kernel's faults go on to the engine, what was sent by `kill` has its default action, so that a worker
//! dies of it as any process would.

use std::ffi::{c_int, c_void};
use std::mem::MaybeUninit;
use std::sync::OnceLock;

/// The engine's own handlers, in the order of [`SIGNALS`].
static ENGINE: OnceLock<[libc::sigaction; 2]> = OnceLock::new();

const SIGNALS: [c_int; 2] = [libc::SIGSEGV, libc::SIGBUS];

/// Puts the handler in front. Call it after the first VM was made; later calls do nothing.
pub(super) fn stand_in_front() {
    ENGINE.get_or_init(|| SIGNALS.map(replace));
}

fn replace(signal: c_int) -> libc::sigaction {
    let mut previous = MaybeUninit::<libc::sigaction>::zeroed();
    // SAFETY: all-zero is a valid `sigaction`; the fields that matter are set below.
    let mut action: libc::sigaction = unsafe { MaybeUninit::zeroed().assume_init() };
    action.sa_sigaction = on_fault as *const () as usize;
    action.sa_flags = libc::SA_SIGINFO | libc::SA_ONSTACK;
    // SAFETY: both pointers are valid; the handler calls only what is allowed in one.
    unsafe {
        libc::sigaction(signal, &raw const action, previous.as_mut_ptr());
        previous.assume_init()
    }
}

extern "C" fn on_fault(signal: c_int, info: *mut libc::siginfo_t, context: *mut c_void) {
    // SAFETY: the kernel passes a valid `siginfo_t`.
    let sent_by_a_process = unsafe { (*info).si_code } <= 0;
    let previous = ENGINE
        .get()
        .and_then(|all| SIGNALS.iter().position(|s| *s == signal).map(|i| all[i]));
    match previous.filter(|_| !sent_by_a_process) {
        Some(engine) if engine.sa_sigaction > libc::SIG_IGN && engine.sa_flags & libc::SA_SIGINFO != 0 => {
            // SAFETY: the engine registered this address with SA_SIGINFO, so it has this signature.
            let handler: extern "C" fn(c_int, *mut libc::siginfo_t, *mut c_void) =
                unsafe { std::mem::transmute::<usize, _>(engine.sa_sigaction) };
            handler(signal, info, context);
        }
        _ => die_of(signal),
    }
}

/// The default action takes effect when the handler returns and the signal is no longer blocked.
fn die_of(signal: c_int) {
    // SAFETY: both calls are allowed in a signal handler.
    unsafe {
        libc::signal(signal, libc::SIG_DFL);
        libc::raise(signal);
    }
}
