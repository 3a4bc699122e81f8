//! Addresses as numbers: of JavaScript's bytes, reading at them, and native memory as a buffer or text.

use crate::engine::{Args, BufferEnd, Ctx, Direct, DirectArgs, DirectValue, ErrorClass, JsResult, ValueKind};

use super::closure::in_collection;
use super::convert::{describe, is_detached, to_value};
use super::library::Mapped;
use super::slot::{Slot, address};
use super::text::text_at;
use super::types::NativeType;

/// `ptr(bytes, byteOffset)`: the address of the byte at the offset. Pins the bytes.
pub(super) fn ptr<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    let value = args.get(cx, 0);
    let Some(pinned) = value.pin(cx)? else {
        let got = describe(cx, value);
        return Err(cx.type_error(&format!(
            "ptr: argument 1 must be an ArrayBuffer, a typed array or a DataView, not {got}"
        )));
    };
    if pinned.len == 0 {
        return Err(cx.type_error(if is_detached(cx, value)? {
            "ptr: argument 1 is detached: its bytes were transferred elsewhere"
        } else {
            "ptr: argument 1 is empty, and no bytes have no address"
        }));
    }
    let offset = args.get(cx, 1);
    let offset = if offset.is_undefined(cx) {
        0.0
    } else {
        whole(cx, args, 1, "ptr")?
    };
    #[expect(clippy::cast_precision_loss, reason = "a length is below 2^53")]
    if offset < 0.0 || offset >= pinned.len as f64 {
        let text = format!(
            "ptr: argument 2 must be an offset into the {} bytes, not {offset}",
            pinned.len
        );
        return Err(cx.error(ErrorClass::RangeError, &text));
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked")]
    Ok(cx.number_from_u64((pinned.address + offset as usize) as u64))
}

/// The argument as a whole number.
fn whole<'r>(cx: Ctx<'r>, args: Args<'r, '_>, index: usize, who: &str) -> JsResult<'r, f64> {
    let value = args.get(cx, index);
    let number = match value.kind(cx) {
        ValueKind::Number => value.to_number(cx)?,
        ValueKind::BigInt => value.to_text(cx)?.parse().unwrap_or(f64::NAN),
        _ => f64::NAN,
    };
    if number.fract() == 0.0 {
        return Ok(number);
    }
    let got = describe(cx, value);
    Err(cx.type_error(&format!(
        "{who}: argument {} must be a whole number, not {got}",
        index + 1
    )))
}

/// The address in argument `index` plus the offset in the next one.
fn place<'r>(cx: Ctx<'r>, args: Args<'r, '_>, index: usize, who: &str) -> JsResult<'r, u64> {
    let base = whole(cx, args, index, who)?;
    let offset = if args.get(cx, index + 1).is_undefined(cx) {
        0.0
    } else {
        whole(cx, args, index + 1, who)?
    };
    if base == 0.0 {
        return Err(cx.type_error(&format!(
            "{who}: argument {} is the null pointer, where nothing is",
            index + 1
        )));
    }
    address(base)
        .zip(offset_from(offset))
        .and_then(|(base, offset)| base.checked_add_signed(offset))
        .filter(|address| *address != 0)
        .ok_or_else(|| cx.type_error(&format!("{who}: {base} + {offset} is no address")))
}

#[expect(clippy::cast_possible_truncation, reason = "checked")]
fn offset_from(offset: f64) -> Option<i64> {
    (offset.abs() < 9_007_199_254_740_992.0).then_some(offset as i64)
}

fn direct_number(value: DirectValue) -> Option<f64> {
    match value {
        DirectValue::Int(number) => Some(f64::from(number)),
        DirectValue::Double(number) if number.fract() == 0.0 => Some(number),
        _ => None,
    }
}

/// `read(address, byteOffset, type)`, the direct way: whatever is unusual is left to [`read`].
pub(super) fn read_direct(args: DirectArgs<'_>) -> Direct {
    let offset = match args.get(1) {
        DirectValue::Undefined => Some(0.0),
        other => direct_number(other),
    };
    let place = args
        .get(2)
        .as_u32()
        .and_then(NativeType::from_number)
        .zip(direct_number(args.get(0)))
        .zip(offset);
    let Some(((ty, base), offset)) = place.filter(|((_, base), _)| *base != 0.0) else {
        return Direct::Locked;
    };
    let place = address(base)
        .zip(offset_from(offset))
        .and_then(|(base, offset)| base.checked_add_signed(offset));
    let Some(place) = place.filter(|place| *place != 0) else {
        return Direct::Locked;
    };
    // SAFETY: that a value of this type is there is the test's word, and a crash is charged to it.
    let slot = unsafe { Slot::read_argument(ty, at(place)) };
    slot.to_direct(ty).map_or(Direct::Locked, Direct::Done)
}

/// `read(address, byteOffset, type)`: a pointer reads as a number, never as null.
pub(super) fn read<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    let ty = NativeType::from_number(args.u32(cx, 2)?).ok_or_else(|| cx.type_error("bug in trun: read of no type"))?;
    let who = format!("read.{}", ty.name());
    let place = place(cx, args, 0, &who)?;
    // SAFETY: as in `read_direct`.
    let slot = unsafe { Slot::read_argument(ty, at(place)) };
    to_value(cx, ty, slot)
}

fn at(address: u64) -> *const std::ffi::c_void {
    std::ptr::with_exposed_provenance(usize::try_from(address).unwrap_or(0))
}

/// The length in argument `index`, or that of the text at `place`.
fn length_at<'r>(cx: Ctx<'r>, args: Args<'r, '_>, index: usize, place: u64, who: &str) -> JsResult<'r, usize> {
    if args.get(cx, index).is_undefined(cx) {
        // SAFETY: without a length the caller says that a text is there.
        return Ok(unsafe { text_at(place) }.len());
    }
    let length = whole(cx, args, index, who)?;
    // The engine's own limit of a buffer is lower; what is above makes an error there.
    if !(0.0..9_007_199_254_740_992.0).contains(&length) {
        let text = format!("{who}: argument {} must be a length, not {length}", index + 1);
        return Err(cx.error(ErrorClass::RangeError, &text));
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked")]
    Ok(length as usize)
}

/// `text(address, byteOffset, byteLength)`: the UTF-8 text there, up to its NUL if no length is given.
pub(super) fn text<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    let place = place(cx, args, 0, "CString")?;
    let length = length_at(cx, args, 2, place, "CString")?;
    // SAFETY: that so many bytes are there is the test's word, and a crash is charged to it.
    let bytes = unsafe { std::slice::from_raw_parts(at(place).cast::<u8>(), length) };
    Ok(cx.string(&String::from_utf8_lossy(bytes)))
}

/// `toArrayBuffer(address, byteOffset, byteLength, deallocatorContext, deallocator)`: the bytes there as a buffer. The deallocator, the address of
/// a C function `void (void *bytes, void *context)`, is called once when the buffer is gone.
pub(super) fn to_array_buffer<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    const WHO: &str = "toArrayBuffer";
    let place = place(cx, args, 0, WHO)?;
    let length = length_at(cx, args, 2, place, WHO)?;
    let given = |index: usize| !args.get(cx, index).is_nullish(cx);
    let function = if given(4) {
        address(whole(cx, args, 4, WHO)?)
    } else {
        None
    };
    let context = if given(3) {
        address(whole(cx, args, 3, WHO)?)
    } else {
        None
    };
    let end = function
        .filter(|function| *function != 0)
        .and_then(|function| usize::try_from(function).ok())
        .map(|function| deallocation(function, place, context.unwrap_or(0)));
    let start = usize::try_from(place).unwrap_or(0);
    // SAFETY: that the memory is there for as long as the buffer is the test's word, and a crash is charged to it.
    unsafe { cx.foreign_buffer(start, length, end) }.map(Into::into)
}

/// The call of a deallocator. Its library stays mapped until then: the buffer may outlive the file that made it.
fn deallocation(function: usize, bytes: u64, context: u64) -> BufferEnd {
    let library = Mapped::around(function);
    Box::new(move || {
        // SAFETY: that a function of this signature is there is the test's word; `library` keeps it mapped.
        let free = unsafe {
            std::mem::transmute::<usize, unsafe extern "C" fn(*const std::ffi::c_void, *const std::ffi::c_void)>(
                function,
            )
        };
        // SAFETY: as above.
        in_collection(|| unsafe { free(at(bytes), at(context)) });
        drop(library);
    })
}
