//! `binding('atomics')`: memory that realms share, and waiting for it.
//!
//! A word is named by its buffer, its byte offset and whether it is 64 bits wide; a value of 64 bits by its two halves.

use std::cell::RefCell;
use std::time::{Duration, Instant};

use crate::engine::{
    Args, BindingTable, Ctx, ErrorClass, JsResult, Object, Persistent, SharedBlock, SharedWord, Value, host as native,
};
use crate::host::host;
use crate::realm::leaks;

use super::waiters::{self, Waited, WaiterId};

pub(super) static ATOMICS: BindingTable = BindingTable {
    name: "atomics",
    entries: &[
        native(c"allocate", allocate),
        native(c"again", again),
        native(c"length", length),
        native(c"grow", grow),
        native(c"setBrand", set_brand),
        native(c"wait", wait),
        native(c"waitAsync", wait_async),
        native(c"leave", leave),
        native(c"notify", notify),
        native(c"setWaker", set_waker),
    ],
};

thread_local! {
    /// The realm's function that settles promises.
    static WAKER: RefCell<Option<Persistent>> = const { RefCell::new(None) };
    /// The realm's test for shared buffers; none as long as it has made none.
    static BRAND: RefCell<Option<Persistent>> = const { RefCell::new(None) };
    /// The promises that wait: address and number.
    static PROMISES: RefCell<Vec<(usize, WaiterId)>> = const { RefCell::new(Vec::new()) };
}

/// Nobody settles the promises of the realm that ends.
pub(super) fn forget_promises() {
    for (address, id) in PROMISES.take() {
        waiters::leave(address, id);
    }
}

/// A number of bytes; what is too large for one becomes something that no machine has.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "documented to saturate"
)]
fn bytes<'r>(cx: Ctx<'r>, args: Args<'r, '_>, index: usize) -> JsResult<'r, usize> {
    Ok(args.number(cx, index)? as usize)
}

/// `allocate(length, limit)`: an array buffer over new memory, `limit` bytes long.
fn allocate<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    let block = SharedBlock::new(bytes(cx, args, 0)?, bytes(cx, args, 1)?)
        .ok_or_else(|| cx.error(ErrorClass::RangeError, "Array buffer allocation failed"))?;
    cx.shared_buffer(&block).map(Into::into)
}

/// `again(buffers)`: other array buffers over the same memory.
fn again<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    let buffers = args.object(cx, 0, "the buffers")?;
    let made = cx.array_of(0..buffers.length(cx)?, |index| {
        let block = buffers.get_index(cx, index)?.shared_block(cx)?;
        let block = block.ok_or_else(|| cx.type_error("bug in trun: shared memory of somebody else"))?;
        cx.shared_buffer(&block).map(Into::into)
    })?;
    Ok(made.into())
}

/// `length(buffer)`: how much of a growable buffer there is by now.
fn length<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    let block = args.get(cx, 0).shared_block(cx)?;
    Ok(cx.number_from_u64(block.map_or(0, |block| block.length()) as u64))
}

/// `grow(buffer, length)`: whether that is possible.
fn grow<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    let block = args.get(cx, 0).shared_block(cx)?;
    let length = bytes(cx, args, 1)?;
    Ok(cx.boolean(block.is_some_and(|block| block.grow(length))))
}

/// `setBrand(isShared)`: `isShared(value)` tells whether a value is a `SharedArrayBuffer` of this realm.
fn set_brand<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    let brand: Object<'r> = args.function(cx, 0, "isShared")?;
    BRAND.set(Some(host().persist(brand, leaks::RUNTIME)));
    Ok(cx.undefined())
}

/// Whether it is a `SharedArrayBuffer` that JavaScript of the current realm has made or was sent. The engine's own, which only WebAssembly makes,
/// is none.
#[must_use]
pub fn is_shared<'r>(cx: Ctx<'r>, value: Value<'r>) -> bool {
    let brand = BRAND.with_borrow(|brand| brand.as_ref().and_then(|brand| brand.open(cx)));
    brand
        .and_then(|brand| brand.call(cx, &[value]).ok())
        .is_some_and(|answer| answer.to_bool(cx))
}

/// The word that the arguments from 0 on name, and whether it is wide.
fn word<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r, (SharedWord<'r>, bool)> {
    let is_wide = args.bool(cx, 2);
    let size = if is_wide { 8 } else { 4 };
    Ok((args.get(cx, 0).shared_word(cx, bytes(cx, args, 1)?, size)?, is_wide))
}

/// Whether the word holds the value that the arguments 3 and 4 say.
fn reader<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r, (usize, impl FnOnce() -> bool + use<'r>)> {
    let (word, is_wide) = word(cx, args)?;
    let (low, high) = (args.i32(cx, 3)?, args.u32(cx, 4)?);
    let wide = (i64::from(high) << 32) | i64::from(low.cast_unsigned());
    Ok((word.address(), move || {
        if is_wide {
            word.load_i64() == wide
        } else {
            word.load_i32() == low
        }
    }))
}

/// `wait(buffer, offset, isWide, low, high, ms)`: 0 woken, 1 not equal, 2 timed out, 3 JavaScript must not go on.
fn wait<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    let (address, is_equal) = reader(cx, args)?;
    let timeout = Duration::try_from_secs_f64(args.number(cx, 5)?.max(0.0) / 1000.0).ok();
    let now = Instant::now();
    let until = timeout.and_then(|timeout| now.checked_add(timeout));
    let host = host();
    let watchdog = host.vm.watchdog();
    let deadline = watchdog.deadline();
    let waited = match waiters::wait(address, is_equal, [until, deadline].into_iter().flatten().min()) {
        Waited::TimedOut if watchdog.is_due() => Waited::Stopped,
        waited => waited,
    };
    // It counts the time that this thread works, and it has slept.
    watchdog.rearm();
    Ok(cx.number(match waited {
        Waited::Ok => 0,
        Waited::NotEqual => 1,
        Waited::TimedOut => 2,
        Waited::Stopped => 3,
    }))
}

/// `waitAsync(buffer, offset, isWide, low, high)`: the number of the promise, undefined if the word holds something else.
fn wait_async<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    let (address, is_equal) = reader(cx, args)?;
    let host = host();
    let poster = host.event_loop.mailbox().poster(host.realm().global().id());
    let Some(id) = waiters::wait_async(address, is_equal, poster) else {
        return Ok(cx.undefined());
    };
    PROMISES.with_borrow_mut(|promises| promises.push((address, id)));
    Ok(cx.number_from_u64(id))
}

/// `leave(id)`: the promise waits no more; false if it was notified already.
fn leave<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    let id = bytes(cx, args, 0)? as WaiterId;
    Ok(cx.boolean(forget(id).is_some_and(|address| waiters::leave(address, id))))
}

fn forget(id: WaiterId) -> Option<usize> {
    PROMISES.with_borrow_mut(|promises| {
        let at = promises.iter().position(|(_, known)| *known == id)?;
        Some(promises.swap_remove(at).0)
    })
}

/// `notify(buffer, offset, isWide, count)`: how many were woken.
fn notify<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    let (word, _) = word(cx, args)?;
    let woken = waiters::notify(word.address(), bytes(cx, args, 3)?);
    Ok(cx.number_from_u64(woken as u64))
}

/// `setWaker(wake)`: `wake(id)` is called for promises that were notified.
fn set_waker<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    let wake: Object<'r> = args.function(cx, 0, "wake")?;
    WAKER.set(Some(host().persist(wake, leaks::RUNTIME)));
    Ok(cx.undefined())
}

/// The letter of a notified promise.
pub(super) fn wake<'r>(cx: Ctx<'r>, id: WaiterId) -> JsResult<'r, ()> {
    forget(id);
    let waker = WAKER.with_borrow(|waker| waker.as_ref().and_then(|waker| waker.open(cx)));
    match waker {
        Some(waker) => waker.call(cx, &[cx.number_from_u64(id)]).map(|_| ()),
        None => Ok(()),
    }
}
