//! JavaScript functions that native code calls.
//!
//! Invariants:
//! - A thread that is not the JS thread touches plain data only: [`Shared`], which is never freed, and the event loop's [`Poster`]. No engine handle
//!   is reachable from either. What it brings is copied and carries the callback's number; the JS thread looks the number up.
//! - Native code may keep an address for ever, so an address that was given out stays callable for ever: a closed callback is neutralised
//!   (its calls return zero), never freed and never given to another callback. What stays is about 200 bytes; a process gives out at most
//!   [`MOST_ADDRESSES`]. A callback whose address nobody asked for has none and leaves nothing.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::ffi::c_void;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use libffi::raw::{ffi_cif, ffi_closure, ffi_closure_alloc, ffi_closure_free, ffi_prep_closure_loc, ffi_status_FFI_OK};

use crate::engine::{Ctx, ErrorClass, JsResult, Object, Persistent, RealmId, Value};
use crate::event_loop::Poster;
use crate::harness::session::report_uncaught;
use crate::host::host;

use super::call;
use super::convert::{Place, to_slot, to_value};
use super::signature::{MAX_ARGS, Signature};
use super::slot::Slot;
use super::text::text_at;
use super::trouble::{self, MOST_WAITING, Misuse, Note};
use super::types::NativeType;

/// How many addresses of callbacks a process gives out: some 200 MB of memory that is never given back.
const MOST_ADDRESSES: u32 = 1 << 20;
/// A misused callback says so this often: a thread that never stops calling would fill any report.
const MOST_TOLD: u32 = 20;
/// Arguments of a call from Rust; callbacks with more get them as one array.
pub(super) const FEW: usize = 8;

/// What the address leads to. Lives as long as the process.
struct Shared {
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

/// A callback, as the JS thread knows it.
struct Callback {
    name: String,
    realm: RealmId,
    function: Persistent,
    /// Throws an error with the text it is called with, where the callback was made.
    fail: Persistent,
    signature: &'static Signature,
    is_threadsafe: bool,
    exposed: Cell<Option<(&'static Shared, usize)>>,
    /// How often its misuse was told.
    told: Cell<u32>,
}

thread_local! {
    static CALLBACKS: RefCell<HashMap<u64, Rc<Callback>>> = RefCell::default();
    static NEXT: Cell<u64> = const { Cell::new(1) };
    /// The realm's way in for other threads; threads may hold on to it, so each realm that needs one leaves one behind.
    static POSTER: Cell<Option<(RealmId, &'static Poster)>> = const { Cell::new(None) };
    /// A deallocator runs, in the middle of a collection.
    static IN_COLLECTION: Cell<bool> = const { Cell::new(false) };
}

static ADDRESSES: AtomicU32 = AtomicU32::new(0);

/// What a callback is made of.
pub(super) struct CallbackParts<'r> {
    pub(super) name: String,
    pub(super) function: Object<'r>,
    pub(super) fail: Object<'r>,
    pub(super) signature: &'static Signature,
    pub(super) is_threadsafe: bool,
}

/// Makes a callback and gives its number.
///
/// # Errors
/// The signature is none for a callback.
pub(super) fn create<'r>(cx: Ctx<'r>, parts: CallbackParts<'r>) -> JsResult<'r, u64> {
    let CallbackParts { name, signature, .. } = &parts;
    if parts.is_threadsafe && signature.returns != NativeType::Void {
        return Err(cx.type_error(&format!(
            "{name}: a threadsafe callback is run later, so its return type has to be void, not {}",
            signature.returns.name()
        )));
    }
    for (index, ty) in signature.args.iter().enumerate() {
        if matches!(ty, NativeType::Buffer | NativeType::BufferLength) {
            let (index, ty) = (index + 1, ty.name());
            return Err(cx.type_error(&format!(
                "{name}: argument {index} cannot be {ty}: native code passes addresses (ptr)"
            )));
        }
    }
    let host = host();
    let callback = Rc::new(Callback {
        realm: host.realm().global().id(),
        function: host.persist(parts.function),
        fail: host.persist(parts.fail),
        name: parts.name,
        signature: parts.signature,
        is_threadsafe: parts.is_threadsafe,
        exposed: Cell::new(None),
        told: Cell::new(0),
    });
    let number = NEXT.replace(NEXT.get() + 1);
    CALLBACKS.with_borrow_mut(|callbacks| callbacks.insert(number, callback));
    Ok(number)
}

fn find(number: u64) -> Option<Rc<Callback>> {
    CALLBACKS.with_borrow(|callbacks| callbacks.get(&number).map(Rc::clone))
}

/// The name of a callback whose misuse is being told; the next one will be told too.
pub(super) fn misused(number: u64) -> String {
    let Some(callback) = find(number) else {
        return "(closed by now)".to_owned();
    };
    callback.told.set(callback.told.get() + 1);
    if let Some((shared, _)) = callback.exposed.get()
        && callback.told.get() < MOST_TOLD
    {
        shared.was_misused.store(false, Ordering::Release);
    }
    callback.name.clone()
}

/// The address native code calls it at, or `None` if it was closed.
///
/// # Errors
/// The process has given out too many, or the system forbids code that is made at run time.
pub(super) fn address(cx: Ctx<'_>, number: u64) -> JsResult<'_, Option<usize>> {
    let Some(callback) = find(number) else {
        return Ok(None);
    };
    if let Some((_, address)) = callback.exposed.get() {
        return Ok(Some(address));
    }
    if ADDRESSES.load(Ordering::Relaxed) >= MOST_ADDRESSES {
        return Err(cx.error(
            ErrorClass::RangeError,
            &format!(
                "this worker has given {MOST_ADDRESSES} addresses of callbacks to native code, which may still hold them: no more are made \
                 (use fewer callbacks, or split the file)"
            ),
        ));
    }
    let shared = Shared {
        number,
        signature: callback.signature,
        // SAFETY: the call has no preconditions.
        thread: unsafe { libc::pthread_self() },
        poster: poster(callback.realm),
        is_threadsafe: callback.is_threadsafe,
        is_closed: AtomicBool::new(false),
        was_misused: AtomicBool::new(false),
        waiting: AtomicU32::new(0),
    };
    let exposed = expose(shared).ok_or_else(|| {
        cx.error(
            ErrorClass::Error,
            "no callback can be made: the system does not let this process make code at run time",
        )
    })?;
    ADDRESSES.fetch_add(1, Ordering::Relaxed);
    callback.exposed.set(Some(exposed));
    Ok(Some(exposed.1))
}

fn poster(realm: RealmId) -> &'static Poster {
    match POSTER.get() {
        Some((of, poster)) if of == realm => poster,
        _ => {
            let poster: &'static Poster = Box::leak(Box::new(host().event_loop.mailbox().poster(realm)));
            POSTER.set(Some((realm, poster)));
            poster
        }
    }
}

/// Makes the code that native code calls.
fn expose(shared: Shared) -> Option<(&'static Shared, usize)> {
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

impl Callback {
    /// From here on calls return zero, wherever they come from.
    fn neutralise(&self) {
        if let Some((shared, _)) = self.exposed.get() {
            shared.is_closed.store(true, Ordering::Release);
        }
    }
}

/// Closes one callback. Calls that wait are dropped; one that runs (on this thread, it can only be the caller) goes on to its end.
pub(super) fn close(number: u64) {
    let removed = CALLBACKS.with_borrow_mut(|callbacks| callbacks.remove(&number));
    if let Some(callback) = removed {
        callback.neutralise();
    }
}

/// Closes all callbacks of the thread and gives the texts of misuses that nobody was told of.
pub(super) fn close_all() -> Vec<String> {
    let untold = trouble::take_notes();
    let texts = untold
        .iter()
        .map(|note| note.misuse.text(&misused(note.callback)))
        .collect();
    for callback in CALLBACKS.take().into_values() {
        callback.neutralise();
    }
    texts
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
    let answer = catch_unwind(AssertUnwindSafe(|| shared.run_here(&slots)));
    // SAFETY: as above.
    unsafe { answer.unwrap_or(Slot::ZERO).write_result(returns, result) };
}

/// An argument on its way to the JS thread.
enum Copied {
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

    /// Runs a call on the JS thread, inside of the native function that makes it.
    fn run_here(&self, slots: &[Slot]) -> Slot {
        let host = host();
        let (Some(callback), Some(realm)) = (find(self.number), host.open_realm()) else {
            return Slot::ZERO;
        };
        // Stopped by force: native code may call on, JavaScript does not.
        if realm.global().id() != callback.realm || host.vm.watchdog().stopped() {
            return Slot::ZERO;
        }
        realm.global().enter(|cx| {
            let returned = callback
                .run(cx, |cx, index, ty| to_value(cx, ty, slots[index]))
                .and_then(|value| to_slot(cx, self.signature.returns, value, Place::Returned(&callback.name)));
            returned.unwrap_or_else(|thrown| {
                if call::is_inside() {
                    trouble::keep(cx, thrown);
                } else {
                    report_uncaught(cx, thrown.0);
                }
                Slot::ZERO
            })
        })
    }
}

impl Callback {
    /// Calls the function; `argument` makes each of its arguments.
    fn run<'r>(&self, cx: Ctx<'r>, argument: impl Fn(Ctx<'r>, usize, NativeType) -> JsResult<'r>) -> JsResult<'r> {
        let Some(function) = self.function.open(cx) else {
            return Ok(cx.undefined());
        };
        let types = &self.signature.args;
        if types.len() > FEW {
            let list = cx.array_of(types.iter().enumerate(), |(index, ty)| argument(cx, index, *ty))?;
            return function.call(cx, &[list.into()]);
        }
        let mut values: [Value<'r>; FEW] = [cx.undefined(); FEW];
        for (index, ty) in types.iter().enumerate() {
            values[index] = argument(cx, index, *ty)?;
        }
        function.call(cx, &values[..types.len()])
    }
}

/// Runs a call that another thread made. Dropped if the callback was closed meanwhile.
fn deliver<'r>(cx: Ctx<'r>, number: u64, copied: &[Copied]) -> JsResult<'r, ()> {
    let Some(callback) = find(number) else {
        return Ok(());
    };
    callback
        .run(cx, |cx, index, ty| match &copied[index] {
            Copied::Plain(slot) => to_value(cx, ty, *slot),
            Copied::Text(Some(text)) => Ok(cx.string(text)),
            Copied::Text(None) => Ok(cx.null()),
        })
        .map(|_| ())
}

/// Tells of misuses while the loop runs: each as an error where its callback was made.
fn report_misuses(cx: Ctx<'_>) -> JsResult<'_, ()> {
    for note in trouble::take_notes() {
        let text = cx.string(&note.misuse.text(&misused(note.callback)));
        let fail = find(note.callback).and_then(|callback| callback.fail.open(cx));
        let thrown = match fail {
            Some(fail) => fail.call(cx, &[text]).map_err(|thrown| thrown.0).err(),
            None => Some(cx.error(ErrorClass::Error, &text.to_text(cx)?).0),
        };
        if let Some(error) = thrown {
            report_uncaught(cx, error);
        }
    }
    Ok(())
}
