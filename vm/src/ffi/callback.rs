//! JavaScript functions that native code calls: what the JS thread knows of them.
//!
//! Owns the callbacks of the current realm. What stays of one that was closed is the code at its address (`closure.rs`), about 150 bytes; a process
//! gives out at most [`MOST_ADDRESSES`]. A callback whose address nobody asked for has none and leaves nothing.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::engine::{Ctx, ErrorClass, JsResult, Object, Persistent, RealmId, Value};
use crate::event_loop::Poster;
use crate::harness::uncaught::report_uncaught;
use crate::host::host;

use super::call;
use super::closure::{Copied, Shared, expose};
use super::convert::{Place, to_slot, to_value};
use super::signature::Signature;
use super::slot::Slot;
use super::trouble;
use super::types::NativeType;

/// How many addresses of callbacks a process gives out: some 150 MB of memory that is never given back.
const MOST_ADDRESSES: u32 = 1 << 20;
/// A misused callback says so this often: a thread that never stops calling would fill any report.
const MOST_TOLD: u32 = 20;
/// Arguments of a call from Rust; callbacks with more get them as one array.
const FEW: usize = 8;

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
    if signature.returns == NativeType::NapiEnv {
        return Err(cx.type_error(&format!(
            "{name}: a callback cannot return napi_env: JavaScript has none to give"
        )));
    }
    for (index, ty) in signature.args.iter().enumerate() {
        if parts.is_threadsafe && ty.is_of_node_api() {
            let (index, ty) = (index + 1, ty.name());
            return Err(cx.type_error(&format!(
                "{name}: argument {index} cannot be {ty}: other threads have no values of JavaScript"
            )));
        }
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
        function: host.persist(parts.function, "a JSCallback"),
        fail: host.persist(parts.fail, "a JSCallback"),
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
        shared.listen_again();
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
    let shared = Shared::new(
        number,
        callback.signature,
        callback.is_threadsafe,
        poster(callback.realm),
    );
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

impl Callback {
    /// From here on calls return zero, wherever they come from.
    fn neutralise(&self) {
        if let Some((shared, _)) = self.exposed.get() {
            shared.neutralise();
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

/// Runs a call on the JS thread, inside of the native function that makes it. What goes wrong is zero for native code, and told when that
/// function returns.
pub(super) fn run_here(number: u64, returns: NativeType, slots: &[Slot]) -> Slot {
    let host = host();
    let (Some(callback), Some(realm)) = (find(number), host.open_realm()) else {
        return Slot::ZERO;
    };
    // Stopped by force: native code may call on, JavaScript does not.
    if realm.global().id() != callback.realm || host.vm.watchdog().stopped() {
        return Slot::ZERO;
    }
    realm.global().enter(|cx| {
        let returned = callback
            .run(cx, |cx, index, ty| to_value(cx, ty, slots[index]))
            .and_then(|value| to_slot(cx, returns, value, Place::Returned(&callback.name)));
        returned.unwrap_or_else(|thrown| {
            match call::depth() {
                0 => report_uncaught(cx, thrown.0),
                depth => trouble::keep(cx, depth, thrown),
            }
            Slot::ZERO
        })
    })
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
pub(super) fn deliver<'r>(cx: Ctx<'r>, number: u64, copied: &[Copied]) -> JsResult<'r, ()> {
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
pub(super) fn report_misuses(cx: Ctx<'_>) -> JsResult<'_, ()> {
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
