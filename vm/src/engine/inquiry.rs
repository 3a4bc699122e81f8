//! Where is the JavaScript that runs? Another process asks by a signal, the engine's time limit answers.
//!
//! Only the JS thread may set the limit, and it may run JavaScript without end. So the handler, which runs on that thread, sets it, but
//! only if the signal has interrupted compiled JavaScript: that holds no lock of the engine's or of the allocator's, so that a call is as
//! safe as from a function of ours that JavaScript calls. Everywhere else nothing happens, and whoever asks asks again. Compiled code is
//! what belongs to no library that is loaded, by the C library's own table of those.

use std::ffi::{c_int, c_void};
use std::mem::MaybeUninit;
use std::ptr;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicPtr, Ordering};

use super::watchdog::Watchdog;

/// Asks the process's main thread where its JavaScript is. Beside that of the collector's (`options`), and none that JavaScript can name.
#[must_use]
pub fn inquiry_signal() -> c_int {
    libc::SIGRTMIN() + 6
}

/// `_dl_find_object` of the C library: zero if the address is in a library. It may be called in a signal handler.
type FindObject = unsafe extern "C" fn(*mut c_void, *mut c_void) -> c_int;

/// More than the C library's `struct dl_find_object` takes.
type Found = MaybeUninit<[u64; 32]>;

static FIND_OBJECT: OnceLock<FindObject> = OnceLock::new();
static ASKED: AtomicPtr<Watchdog> = AtomicPtr::new(ptr::null_mut());

/// Answers for the VM of this watchdog, which is that of the process's main thread, until [`forget`]. Without the C library's table
/// (before glibc 2.35) inquiries are ignored.
pub(super) fn answer_for(dog: &Watchdog) {
    // SAFETY: the name is a C string.
    let found = unsafe { libc::dlsym(libc::RTLD_DEFAULT, c"_dl_find_object".as_ptr()) };
    if !found.is_null() {
        // SAFETY: this is its signature since it exists; both pointers are of the same size.
        let find = unsafe { std::mem::transmute::<*mut c_void, FindObject>(found) };
        let _ = FIND_OBJECT.set(find);
    }
    ASKED.store(ptr::from_ref(dog).cast_mut(), Ordering::Release);
    // SAFETY: all-zero is a valid `sigaction`; the fields that matter are set, and the handler does what may be done in one (see above).
    unsafe {
        let mut action: libc::sigaction = MaybeUninit::zeroed().assume_init();
        action.sa_sigaction = on_inquiry as *const () as usize;
        action.sa_flags = libc::SA_SIGINFO | libc::SA_ONSTACK | libc::SA_RESTART;
        libc::sigaction(inquiry_signal(), &raw const action, ptr::null_mut());
    }
}

/// The watchdog is about to go.
pub(super) fn forget(dog: &Watchdog) {
    let own = ptr::from_ref(dog).cast_mut();
    let _ = ASKED.compare_exchange(own, ptr::null_mut(), Ordering::AcqRel, Ordering::Relaxed);
}

extern "C" fn on_inquiry(_: c_int, _: *mut libc::siginfo_t, context: *mut c_void) {
    // SAFETY: a pointer in here is that of a live watchdog; the calls may be made in a signal handler.
    unsafe {
        let Some(dog) = ASKED.load(Ordering::Acquire).as_ref() else {
            return;
        };
        if libc::gettid() == libc::getpid() && is_compiled(interrupted(context.cast())) {
            dog.ask();
        }
    }
}

fn is_compiled(place: usize) -> bool {
    let Some(find) = FIND_OBJECT.get() else {
        return false;
    };
    let mut found = Found::uninit();
    // SAFETY: there is room for the answer, which is not read.
    place != 0 && unsafe { find(place as *mut c_void, found.as_mut_ptr().cast()) } != 0
}

/// The instruction at which the signal came.
///
/// # Safety
/// `context` is what the kernel gave a handler.
#[cfg(target_arch = "x86_64")]
unsafe fn interrupted(context: *const libc::ucontext_t) -> usize {
    // SAFETY: see above.
    unsafe { (*context).uc_mcontext.gregs[libc::REG_RIP as usize] as usize }
}

/// As above.
///
/// # Safety
/// As above.
#[cfg(target_arch = "aarch64")]
unsafe fn interrupted(context: *const libc::ucontext_t) -> usize {
    // SAFETY: see above.
    unsafe { (*context).uc_mcontext.pc as usize }
}
