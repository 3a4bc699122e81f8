//! The code that native code calls, and everything a thread that is not the JS thread may touch.
//!
//! Invariants:
//! - A foreign thread touches plain data only: [`Shared`], which is never freed, and the event loop's [`Poster`]. No engine handle is reachable
//!   from either. What it brings is copied and carries the callback's number; the JS thread looks the number up.
//! - Native code may keep an address for ever, so an address that was given out stays callable for ever: a closed callback is neutralised
//!   (its calls return zero), never freed and never given to another callback.

use std::cell::Cell;
use std::ffi::c_void;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use libffi::raw::{ffi_cif, ffi_closure, ffi_closure_alloc, ffi_closure_free, ffi_prep_closure_loc, ffi_status_FFI_OK};

use crate::event_loop::Poster;

use super::callback::{deliver, report_misuses, run_here};
use super::signature::{MAX_ARGS, Signature};
use super::slot::Slot;
use super::text::text_at;
use super::trouble::{self, MOST_WAITING, Misuse, Note};
use super::types::NativeType;

thread_local! {
    /// A deallocator runs, in the middle of a collection.
    static IN_COLLECTION: Cell<bool> = const { Cell::new(false) };
}

/// What the address leads to. Lives as long as the process.
pub(super) struct Shared {
    number: u64,
    signature: &'static Signature,
    /// The JS thread. The system may give the number to a thread that starts after that one has ended; by then all of its callbacks are
    /// closed.
    thread: libc::pthread_t,
    poster: &'static Poster,
    is_threadsafe: bool,
    is_closed: AtomicBool,
    /// A misuse waits to be told: those that follow until then are not noted.
    was_misused: AtomicBool,
    /// Calls that other threads have made and that were not run yet.
    waiting: AtomicU32,
}

impl Shared {
    /// For callback `number` of the calling thread, which is the JS thread.
    pub(super) fn new(
        number: u64,
        signature: &'static Signature,
        is_threadsafe: bool,
        poster: &'static Poster,
    ) -> Self {
        Self {
            number,
            signature,
            // SAFETY: the call has no preconditions.
            thread: unsafe { libc::pthread_self() },
            poster,
            is_threadsafe,
            is_closed: AtomicBool::new(false),
            was_misused: AtomicBool::new(false),
            waiting: AtomicU32::new(0),
        }
    }

    /// From here on calls return zero, wherever they come from.
    pub(super) fn neutralise(&self) {
        self.is_closed.store(true, Ordering::Release);
    }

    /// A misuse was told: the next one will be, too.
    pub(super) fn listen_again(&self) {
        self.was_misused.store(false, Ordering::Release);
    }
}

/// Makes the code that native code calls.
pub(super) fn expose(shared: Shared) -> Option<(&'static Shared, usize)> {
    let cif = shared.signature.cif();
    let mut code = std::ptr::null_mut::<c_void>();
    // SAFETY: asks for one closure of libffi's own size.
    let closure = unsafe { ffi_closure_alloc(size_of::<ffi_closure>(), &raw mut code) }.cast::<ffi_closure>();
    if closure.is_null() {
        return None;
    }
    let shared: *mut Shared = Box::into_raw(Box::new(shared));
    // SAFETY: a fresh closure with its code address; the plan and `shared` are never freed.
    let status = unsafe { ffi_prep_closure_loc(closure, cif, Some(on_call), shared.cast(), code) };
    if status != ffi_status_FFI_OK {
        // SAFETY: neither was given to anybody.
        unsafe {
            ffi_closure_free(closure.cast());
            drop(Box::from_raw(shared));
        }
        return None;
    }
    // SAFETY: just leaked, and only shared from here on.
    Some((unsafe { &*shared }, code.expose_provenance()))
}

/// Runs a native deallocator, which may call callbacks though no JavaScript can run.
pub(super) fn in_collection(run: impl FnOnce()) {
    let outer = IN_COLLECTION.replace(true);
    run();
    IN_COLLECTION.set(outer);
}

/// What native code calls, on any thread.
unsafe extern "C" fn on_call(_: *mut ffi_cif, result: *mut c_void, args: *mut *mut c_void, data: *mut c_void) {
    // SAFETY: `expose` passed this pointer, which is never freed.
    let shared: &'static Shared = unsafe { &*data.cast::<Shared>() };
    let returns = shared.signature.returns;
    // SAFETY: libffi's place for a result of this type.
    unsafe { Slot::ZERO.write_result(returns, result) };
    if shared.is_closed.load(Ordering::Acquire) {
        return;
    }
    if shared.is_threadsafe {
        // SAFETY: libffi passes as many arguments as the signature has.
        unsafe { shared.post(args) };
        return;
    }
    // SAFETY: the call has no preconditions.
    if unsafe { libc::pthread_self() } != shared.thread {
        return shared.tell(Misuse::ForeignThread);
    }
    if IN_COLLECTION.get() {
        return shared.tell(Misuse::InCollection);
    }
    let mut slots = [Slot::ZERO; MAX_ARGS];
    for (index, ty) in shared.signature.args.iter().enumerate() {
        // SAFETY: libffi passes as many arguments as the signature has, each a pointer to a value of its type.
        slots[index] = unsafe { Slot::read_argument(*ty, *args.add(index)) };
    }
    // A panic must not cross native frames; the JS thread's own door has turned those of its natives into errors already.
    let answer = catch_unwind(AssertUnwindSafe(|| {
        run_here(shared.number, shared.signature.returns, &slots)
    }));
    // SAFETY: as above.
    unsafe { answer.unwrap_or(Slot::ZERO).write_result(returns, result) };
}

/// An argument on its way to the JS thread.
pub(super) enum Copied {
    Plain(Slot),
    /// Copied where the call was made: the text may be gone when it is run. `None` is a null pointer.
    Text(Option<String>),
}

impl Shared {
    /// Sends a call to the JS thread.
    ///
    /// # Safety
    /// `args` are those of a call of this signature.
    unsafe fn post(&'static self, args: *mut *mut c_void) {
        if self.waiting.fetch_add(1, Ordering::Relaxed) >= MOST_WAITING {
            self.waiting.fetch_sub(1, Ordering::Relaxed);
            return self.tell(Misuse::Flood);
        }
        let copy = |(index, ty): (usize, &NativeType)| {
            // SAFETY: by this function's contract.
            let slot = unsafe { Slot::read_argument(*ty, *args.add(index)) };
            match ty {
                NativeType::CString if slot.word() == 0 => Copied::Text(None),
                NativeType::CString => {
                    // SAFETY: the caller says that a text is there.
                    let bytes = unsafe { text_at(slot.word()) };
                    Copied::Text(Some(String::from_utf8_lossy(bytes).into_owned()))
                }
                _ => Copied::Plain(slot),
            }
        };
        let copied: Vec<Copied> = self.signature.args.iter().enumerate().map(copy).collect();
        self.poster.post(Box::new(move |cx| {
            self.waiting.fetch_sub(1, Ordering::Relaxed);
            deliver(cx, self.number, &copied)
        }));
    }

    /// Notes a call that was not run.
    fn tell(&self, misuse: Misuse) {
        if self.was_misused.swap(true, Ordering::AcqRel) {
            return;
        }
        trouble::note(Note {
            thread: self.thread,
            callback: self.number,
            misuse,
        });
        self.poster.post(Box::new(report_misuses));
    }
}
