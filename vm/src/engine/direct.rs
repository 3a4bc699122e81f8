//! Native functions that are entered without the engine's lock while they deal in numbers.
//!
//! A call through [`super::function`] takes the lock and asks the engine what each argument is: several times what the call itself costs.
//! The bits of numbers, booleans, `null` and `undefined` say what they are, so a *direct* function reads and makes those itself, and
//! hands over to a locked function for everything else.
//!
//! Invariants:
//! - The encoding is the engine's own business, so it is compared with what the API makes before the first direct call; an engine that
//!   encodes otherwise gets every call locked, slower and as correct.
//! - A direct function touches no engine function: it holds no lock. It gets no [`Ctx`] to do it with.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU8, Ordering};

use super::ctx::{Ctx, ErrorClass};
use super::function::{Args, Binding, HostFn, bug, enter};
use super::{JsResult, sys};

/// Added to the bits of a double.
const DOUBLE_OFFSET: u64 = 1 << 49;
/// Set in all numbers; all of it in 32-bit integers.
const NUMBER_TAG: u64 = 0xfffe_0000_0000_0000;
const NULL: u64 = 0x2;
const FALSE: u64 = 0x6;
const TRUE: u64 = 0x7;
const UNDEFINED: u64 = 0xa;
/// The one NaN a value may hold.
const PURE_NAN: u64 = 0x7ff8_0000_0000_0000;

/// An argument, as far as its bits tell.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum DirectValue {
    /// A number held as an integer.
    Int(i32),
    /// Any other number.
    Double(f64),
    /// A boolean.
    Bool(bool),
    /// `null`
    Null,
    /// `undefined`
    Undefined,
    /// A string, object, symbol or bigint.
    Other,
}

impl DirectValue {
    fn of(bits: u64) -> Self {
        if bits & NUMBER_TAG == NUMBER_TAG {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_possible_wrap,
                reason = "the low half is the integer"
            )]
            return Self::Int(bits as u32 as i32);
        }
        if bits & NUMBER_TAG != 0 {
            return Self::Double(f64::from_bits(bits.wrapping_sub(DOUBLE_OFFSET)));
        }
        match bits {
            FALSE => Self::Bool(false),
            TRUE => Self::Bool(true),
            NULL => Self::Null,
            UNDEFINED => Self::Undefined,
            _ => Self::Other,
        }
    }

    #[expect(clippy::cast_possible_truncation, reason = "compared with what it was")]
    fn bits(self) -> u64 {
        match self {
            Self::Int(number) => NUMBER_TAG | u64::from(number.cast_unsigned()),
            Self::Double(number) if number.is_nan() => PURE_NAN + DOUBLE_OFFSET,
            // The engine keeps small whole numbers as integers; its compiled code is better with them.
            Self::Double(number) if f64::from(number as i32).to_bits() == number.to_bits() => {
                Self::Int(number as i32).bits()
            }
            Self::Double(number) => number.to_bits() + DOUBLE_OFFSET,
            Self::Bool(value) => FALSE | u64::from(value),
            Self::Null => NULL,
            Self::Undefined | Self::Other => UNDEFINED,
        }
    }
}

impl DirectValue {
    /// The number, if it is a whole one that fits; compiled code hands integers over as doubles, too.
    #[must_use]
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "compared with what it was"
    )]
    pub fn as_u32(self) -> Option<u32> {
        match self {
            Self::Int(number) => u32::try_from(number).ok(),
            Self::Double(number) if f64::from(number as u32) == number => Some(number as u32),
            _ => None,
        }
    }
}

/// The arguments of a direct call.
#[derive(Clone, Copy)]
pub struct DirectArgs<'a>(&'a [sys::JSValueRef]);

impl DirectArgs<'_> {
    /// How many were passed.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether none was passed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The argument at `index`, or `undefined`.
    #[must_use]
    pub fn get(&self, index: usize) -> DirectValue {
        self.0
            .get(index)
            .map_or(DirectValue::Undefined, |raw| DirectValue::of(raw.addr() as u64))
    }
}

/// How a direct call goes on.
#[derive(Debug, Clone, Copy)]
pub enum Direct {
    /// This is its result.
    Done(DirectValue),
    /// Nothing was done yet: call the locked function instead.
    Locked,
    /// The work is done: the finishing function makes the result or throws.
    Finish,
}

/// A function item or a closure that captures nothing.
pub trait DirectFn: Fn(DirectArgs<'_>) -> Direct + Copy + 'static {}
impl<F: Fn(DirectArgs<'_>) -> Direct + Copy + 'static> DirectFn for F {}

/// Makes a table entry that tries `direct` first.
pub const fn direct_host<D: DirectFn, L: HostFn, F: HostFn>(
    name: &'static std::ffi::CStr,
    direct: D,
    locked: L,
    finish: F,
) -> Binding {
    const {
        assert!(
            size_of::<D>() + size_of::<L>() + size_of::<F>() == 0,
            "host functions capture nothing"
        )
    };
    let _ = (direct, locked, finish);
    Binding::raw(name, direct_entry::<D, L, F>)
}

/// Whether the engine encodes values as this file says: 0 not asked yet, 1 yes, 2 no.
static ENCODING: AtomicU8 = AtomicU8::new(0);

unsafe extern "C" fn direct_entry<D: DirectFn, L: HostFn, F: HostFn>(
    ctx: sys::JSContextRef,
    _function: sys::JSObjectRef,
    this: sys::JSObjectRef,
    argc: usize,
    argv: *const sys::JSValueRef,
    exception: sys::Exception,
) -> sys::JSValueRef {
    // SAFETY: all three are zero-sized (checked where the entry was made), so any aligned pointer reads as them.
    let (direct, locked, finish) = unsafe {
        (
            std::ptr::NonNull::<D>::dangling().read(),
            std::ptr::NonNull::<L>::dangling().read(),
            std::ptr::NonNull::<F>::dangling().read(),
        )
    };
    if ENCODING.load(Ordering::Relaxed) != 1 && !is_encoding_known(ctx) {
        // SAFETY: the arguments are those of this callback.
        return unsafe { enter(ctx, this, argc, argv, exception, locked) };
    }
    let args = if argc == 0 {
        &[][..]
    } else {
        // SAFETY: the engine passes `argc` live values; only with none the pointer may be null.
        unsafe { std::slice::from_raw_parts(argv, argc) }
    };
    match catch_unwind(AssertUnwindSafe(|| direct(DirectArgs(args)))) {
        Ok(Direct::Done(value)) => from_bits(value.bits()),
        // SAFETY: as above, for all three.
        Ok(Direct::Locked) => unsafe { enter(ctx, this, argc, argv, exception, locked) },
        // SAFETY: as above.
        Ok(Direct::Finish) => unsafe { enter(ctx, this, argc, argv, exception, finish) },
        Err(panic) => {
            let text = bug(&*panic);
            with_lock(ctx, |cx| {
                if !exception.is_null() {
                    let error = cx.error(ErrorClass::Error, &text);
                    // SAFETY: where the engine wants the exception.
                    unsafe { *exception = error.0.raw() };
                }
            });
            from_bits(UNDEFINED)
        }
    }
}

fn from_bits(bits: u64) -> sys::JSValueRef {
    std::ptr::without_provenance(usize::try_from(bits).expect("the encoding was found on a 64-bit machine"))
}

/// Runs `work` under the lock, in the realm of a callback.
fn with_lock<T>(ctx: sys::JSContextRef, work: impl for<'r> FnOnce(Ctx<'r>) -> T) -> T {
    // SAFETY: the live context of a callback on the JS thread; unlocked below. `work` does not unwind past this function: it is ours.
    unsafe { (sys::private().JSLock)(ctx) };
    // SAFETY: locked, and the brand is fresh.
    let result = work(unsafe { Ctx::from_raw(ctx) });
    // SAFETY: locked above.
    unsafe { (sys::private().JSUnlock)(ctx) };
    result
}

#[cold]
fn is_encoding_known(ctx: sys::JSContextRef) -> bool {
    if ENCODING.load(Ordering::Relaxed) == 0 {
        let verdict = if with_lock(ctx, agrees) { 1 } else { 2 };
        ENCODING.store(verdict, Ordering::Relaxed);
    }
    ENCODING.load(Ordering::Relaxed) == 1
}

/// Whether the engine makes the bits that this file makes, for values of each form.
fn agrees(cx: Ctx<'_>) -> bool {
    if size_of::<usize>() != 8 {
        return false;
    }
    let numbers = [
        0.0,
        -0.0,
        1.0,
        -1.0,
        2_147_483_647.0,
        -2_147_483_648.0,
        2_147_483_648.0,
        0.5,
        1e300,
        -5e-324,
    ];
    let odd = [
        f64::NAN,
        -f64::NAN,
        f64::INFINITY,
        f64::NEG_INFINITY,
        9_007_199_254_740_993.0,
    ];
    numbers
        .iter()
        .chain(&odd)
        .map(|number| (cx.number(*number), DirectValue::Double(*number)))
        .chain([
            (cx.null(), DirectValue::Null),
            (cx.undefined(), DirectValue::Undefined),
            (cx.boolean(true), DirectValue::Bool(true)),
            (cx.boolean(false), DirectValue::Bool(false)),
        ])
        .all(|(value, ours)| value.raw().addr() as u64 == ours.bits())
        && DirectValue::of(cx.string("text").raw().addr() as u64) == DirectValue::Other
        && DirectValue::of(cx.object().raw().addr() as u64) == DirectValue::Other
}

/// A locked function for direct functions that never hand over.
///
/// # Errors
/// Always: it is not called unless the engine's encoding is unknown.
pub fn unreachable_locked<'r>(cx: Ctx<'r>, _: Args<'r, '_>) -> JsResult<'r> {
    Err(cx.error(ErrorClass::Error, "bug in trun: nothing was left to finish"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::tests::with_vm;

    #[test]
    fn the_installed_engine_encodes_values_as_direct_calls_take_for_granted() {
        with_vm(|_, global| assert!(global.enter(agrees)));
    }

    #[test]
    fn numbers_survive_the_way_there_and_back() {
        for number in [0.0, -0.0, 1.5, -7.0, f64::MAX, f64::MIN_POSITIVE, f64::INFINITY] {
            let back = match DirectValue::of(DirectValue::Double(number).bits()) {
                DirectValue::Int(int) => f64::from(int),
                DirectValue::Double(double) => double,
                other => panic!("{other:?}"),
            };
            assert_eq!(back.to_bits(), number.to_bits());
        }
    }
}
