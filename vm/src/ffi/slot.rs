//! A value as native code sees it: eight bytes that hold one of the C types.
//!
//! Numbers become integers as C and typed arrays make them: what does not fit is cut to its low bits, so that nothing depends on whether a
//! call took the fast or the slow way. NaN and infinities are 0.

use crate::engine::DirectValue;

use super::types::NativeType as T;

/// One argument or result.
#[derive(Clone, Copy)]
#[repr(C)]
pub(super) union Slot {
    i8: i8,
    u8: u8,
    i16: i16,
    u16: u16,
    i32: i32,
    u32: u32,
    f32: f32,
    f64: f64,
    /// All eight bytes, as an integer result comes back from libffi.
    word: u64,
}

/// The largest integer up to which doubles hold every one.
const MAX_SAFE: u64 = (1 << 53) - 1;

impl Slot {
    /// All bytes zero: 0, false and null of every type.
    pub(super) const ZERO: Self = Self { word: 0 };

    /// Of all 64 bits.
    pub(super) fn from_word(word: u64) -> Self {
        Self { word }
    }

    /// The number as `ty`.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "cutting and rounding to the C type is what is asked for"
    )]
    pub(super) fn from_integer(ty: T, number: i64) -> Self {
        match ty {
            T::F64 => Self { f64: number as f64 },
            T::F32 => Self::sized(Self { f32: number as f32 }, 4),
            T::Bool => Self::sized(
                Self {
                    u8: u8::from(number != 0),
                },
                1,
            ),
            T::Char | T::I8 => Self::sized(Self { i8: number as i8 }, 1),
            T::U8 => Self::sized(Self { u8: number as u8 }, 1),
            T::I16 => Self::sized(Self { i16: number as i16 }, 2),
            T::U16 => Self::sized(Self { u16: number as u16 }, 2),
            T::I32 => Self::sized(Self { i32: number as i32 }, 4),
            T::U32 => Self::sized(Self { u32: number as u32 }, 4),
            _ => Self { word: number as u64 },
        }
    }

    /// Clears the bytes behind the first `size`, which a union leaves undefined.
    fn sized(slot: Self, size: usize) -> Self {
        let mut whole = Self::ZERO;
        // SAFETY: both are eight bytes, `size` is at most that and that many of `slot` are initialised.
        unsafe { std::ptr::copy_nonoverlapping((&raw const slot).cast::<u8>(), (&raw mut whole).cast::<u8>(), size) };
        whole
    }

    /// The number as `ty`.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "rounding to the C type is what is asked for"
    )]
    pub(super) fn from_double(ty: T, number: f64) -> Self {
        match ty {
            T::F64 => Self { f64: number },
            T::F32 => Self::sized(Self { f32: number as f32 }, 4),
            T::Bool => Self::from_integer(ty, i64::from(number != 0.0 && !number.is_nan())),
            _ => Self::from_integer(ty, low_bits(number)),
        }
    }

    /// The argument, if its bits tell all there is to know about it and it fits `ty`.
    pub(super) fn from_direct(ty: T, value: DirectValue) -> Option<Self> {
        match ty {
            T::Pointer | T::CString | T::Function => match value {
                DirectValue::Null => Some(Self::ZERO),
                DirectValue::Int(number) => u64::try_from(number).ok().map(Self::from_word),
                DirectValue::Double(number) => address(number).map(Self::from_word),
                _ => None,
            },
            T::Void | T::Buffer | T::BufferLength | T::NapiEnv | T::NapiValue => None,
            _ => match value {
                DirectValue::Int(number) => Some(Self::from_integer(ty, i64::from(number))),
                DirectValue::Double(number) => Some(Self::from_double(ty, number)),
                DirectValue::Bool(value) if !is_wide(ty) => Some(Self::from_integer(ty, i64::from(value))),
                _ => None,
            },
        }
    }

    /// The result, if it needs no engine to be made.
    #[expect(clippy::cast_precision_loss, reason = "addresses and what is checked to be safe")]
    pub(super) fn to_direct(self, ty: T) -> Option<DirectValue> {
        // SAFETY: a slot of this type was written whole, by `from_…` or by libffi.
        let (word, float, double) = unsafe { (self.word, self.f32, self.f64) };
        let integer = self.integer(ty);
        Some(match ty {
            T::Void => DirectValue::Undefined,
            T::Bool => DirectValue::Bool(integer != 0),
            T::F64 => DirectValue::Double(double),
            T::F32 => DirectValue::Double(f64::from(float)),
            T::Char | T::I8 | T::U8 | T::I16 | T::U16 | T::I32 | T::U32 => DirectValue::Double(integer as f64),
            T::I64Fast if integer.unsigned_abs() <= MAX_SAFE => DirectValue::Double(integer as f64),
            T::U64Fast if word <= MAX_SAFE => DirectValue::Double(word as f64),
            T::Pointer | T::Function | T::NapiEnv if word == 0 => DirectValue::Null,
            T::Pointer | T::Function | T::NapiEnv => DirectValue::Double(word as f64),
            _ => return None,
        })
    }

    /// An integer of type `ty`, widened by its sign.
    pub(super) fn integer(self, ty: T) -> i64 {
        // SAFETY: integers of every size are written whole, see `from_integer`.
        unsafe {
            match ty {
                T::Char if std::ffi::c_char::MIN == 0 => i64::from(self.u8),
                T::Char | T::I8 => i64::from(self.i8),
                T::U8 | T::Bool => i64::from(self.u8),
                T::I16 => i64::from(self.i16),
                T::U16 => i64::from(self.u16),
                T::I32 => i64::from(self.i32),
                T::U32 => i64::from(self.u32),
                _ => self.word.cast_signed(),
            }
        }
    }

    /// All 64 bits.
    pub(super) fn word(self) -> u64 {
        // SAFETY: every slot is initialised whole.
        unsafe { self.word }
    }

    /// What libffi left as the result of a call: it widens integers to a machine word.
    pub(super) fn from_returned(ty: T, returned: Self) -> Self {
        match ty {
            T::F32 | T::F64 => returned,
            T::Void => Self::ZERO,
            // C's bool is one byte; the rest of the word is what the callee left there.
            T::Bool => Self::from_integer(T::U8, returned.word().cast_signed()),
            _ => Self::from_integer(ty, returned.word().cast_signed()),
        }
    }

    /// Writes it where libffi expects the result of a closure: integers as a whole word.
    ///
    /// # Safety
    /// `result` can be written: eight bytes, or as many as `ty` has if it is a float, none for void.
    pub(super) unsafe fn write_result(self, ty: T, result: *mut std::ffi::c_void) {
        // SAFETY: by this function's contract; the float was written whole.
        unsafe {
            match ty {
                T::Void => {}
                T::F32 => result.cast::<f32>().write_unaligned(self.f32),
                T::F64 => result.cast::<f64>().write_unaligned(self.f64),
                _ => result.cast::<u64>().write_unaligned(self.integer(ty).cast_unsigned()),
            }
        }
    }

    /// Reads an argument of a closure.
    ///
    /// # Safety
    /// `argument` points to a value of type `ty`.
    pub(super) unsafe fn read_argument(ty: T, argument: *const std::ffi::c_void) -> Self {
        let mut slot = Self::ZERO;
        // SAFETY: by this function's contract there are as many bytes, and a slot has room for them.
        unsafe { std::ptr::copy_nonoverlapping(argument.cast::<u8>(), (&raw mut slot).cast::<u8>(), size_of_type(ty)) };
        slot
    }
}

/// How many bytes a value of this type has in memory.
pub(super) fn size_of_type(ty: T) -> usize {
    match ty {
        T::Void => 0,
        T::Char | T::I8 | T::U8 | T::Bool => 1,
        T::I16 | T::U16 => 2,
        T::I32 | T::U32 | T::F32 => 4,
        _ => 8,
    }
}

/// 64-bit integers, for which a boolean is taken for a mistake.
fn is_wide(ty: T) -> bool {
    matches!(ty, T::I64 | T::U64 | T::I64Fast | T::U64Fast)
}

/// An address from a number, unless it is negative, broken or larger than any.
pub(super) fn address(number: f64) -> Option<u64> {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked")]
    ((0.0..18_446_744_073_709_551_616.0).contains(&number) && number.fract() == 0.0).then_some(number as u64)
}

/// The low 64 bits of the number's whole part.
fn low_bits(number: f64) -> i64 {
    const TWO_TO_63: f64 = 9_223_372_036_854_775_808.0;
    #[expect(clippy::cast_possible_truncation, reason = "in range, or cut on purpose")]
    if number.abs() < TWO_TO_63 {
        number as i64
    } else if number.is_finite() {
        (number % (2.0 * TWO_TO_63)) as i128 as i64
    } else {
        0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn there_and_back(ty: T, number: f64) -> Option<DirectValue> {
        Slot::from_double(ty, number).to_direct(ty)
    }

    #[test]
    fn what_does_not_fit_is_cut_to_its_low_bits() {
        for (ty, number, expected) in [
            (T::U8, 300.0, 44.0),
            (T::U8, -1.0, 255.0),
            (T::I8, 200.0, -56.0),
            (T::U16, 70_000.0, 4464.0),
            (T::I16, 40_000.0, -25_536.0),
            (T::U32, -1.0, 4_294_967_295.0),
            (T::I32, 4_294_967_295.0, -1.0),
            (T::I32, 9_007_199_254_740_994.0, 2.0),
            (T::I32, 1.9, 1.0),
            (T::I32, -1.9, -1.0),
            (T::I32, f64::NAN, 0.0),
            (T::U32, f64::INFINITY, 0.0),
            (T::I64Fast, -9_007_199_254_740_991.0, -9_007_199_254_740_991.0),
        ] {
            assert_eq!(
                there_and_back(ty, number),
                Some(DirectValue::Double(expected)),
                "{ty:?} {number}"
            );
        }
        assert_eq!(
            Slot::from_double(T::U64, 18_446_744_073_709_549_568.0).word(),
            u64::MAX - 2047
        );
        assert_eq!(
            Slot::from_double(T::U64, 36_893_488_147_419_103_232.0 + 8192.0).word(),
            8192
        );
        assert_eq!(Slot::from_double(T::I64, -1.0).word(), u64::MAX);
    }

    #[test]
    fn results_that_need_a_bigint_or_text_are_not_direct() {
        for (ty, word) in [
            (T::I64, 1),
            (T::U64, 1),
            (T::I64Fast, 1 << 53),
            (T::U64Fast, u64::MAX),
            (T::CString, 1),
        ] {
            assert_eq!(Slot::from_word(word).to_direct(ty), None, "{ty:?}");
        }
    }

    #[test]
    fn addresses_are_whole_and_not_negative() {
        assert_eq!(address(140_737_488_355_327.0), Some(140_737_488_355_327));
        for number in [-1.0, 0.5, f64::NAN, f64::INFINITY, 1e20] {
            assert_eq!(address(number), None, "{number}");
        }
        assert!(Slot::from_direct(T::Pointer, DirectValue::Int(-1)).is_none());
        assert!(Slot::from_direct(T::Pointer, DirectValue::Undefined).is_none());
    }
}
