//! Calls whose arguments all fit into registers, without libffi.
//!
//! The calling conventions of x86-64 (System V) and 64-bit ARM hand out the registers of integers and of floats independently of each other, in the order of
//! the arguments, and a callee does not look at those it has no argument for. So a function with few arguments can be called as one that takes
//! every register, whatever the order of its types. Elsewhere, and for everything else, libffi makes the call.

use super::slot::Slot;
use super::types::NativeType as T;

/// Registers for integers; ARM has two more.
const INTEGERS: usize = 6;
const FLOATS: usize = 8;

/// Which registers a signature uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Registers {
    /// Not more than two, all for integers.
    TwoIntegers,
    Integers,
    /// Not more than three, all for floats.
    ThreeFloats,
    Both,
}

/// Which registers calls of this signature use; `None` if libffi has to make them.
pub(super) fn plan(args: &[T]) -> Option<Registers> {
    let is_known = cfg!(all(
        target_os = "linux",
        any(target_arch = "x86_64", target_arch = "aarch64")
    ));
    let floats = args.iter().filter(|ty| is_float(**ty)).count();
    let integers = args.len() - floats;
    if !is_known || integers > INTEGERS || floats > FLOATS {
        return None;
    }
    Some(match (integers, floats) {
        (..=2, 0) => Registers::TwoIntegers,
        (_, 0) => Registers::Integers,
        (0, ..=3) => Registers::ThreeFloats,
        _ => Registers::Both,
    })
}

fn is_float(ty: T) -> bool {
    matches!(ty, T::F32 | T::F64)
}

type I = u64;
type F = f64;

/// Calls the function at `code`, which gives back an `R` in the register for integers or in that for floats.
macro_rules! call_as {
    ($code:expr, $returned:ty, $registers:expr, $i:expr, $f:expr) => {{
        let (i, f): ([u64; INTEGERS], [f64; FLOATS]) = ($i, $f);
        match $registers {
            Registers::TwoIntegers => {
                let call = std::mem::transmute::<usize, unsafe extern "C" fn(I, I) -> $returned>($code);
                call(i[0], i[1])
            }
            Registers::Integers => {
                let call = std::mem::transmute::<usize, unsafe extern "C" fn(I, I, I, I, I, I) -> $returned>($code);
                call(i[0], i[1], i[2], i[3], i[4], i[5])
            }
            Registers::ThreeFloats => {
                let call = std::mem::transmute::<usize, unsafe extern "C" fn(F, F, F) -> $returned>($code);
                call(f[0], f[1], f[2])
            }
            Registers::Both => {
                type Both = unsafe extern "C" fn(I, I, I, I, I, I, F, F, F, F, F, F, F, F) -> $returned;
                let call = std::mem::transmute::<usize, Both>($code);
                call(
                    i[0], i[1], i[2], i[3], i[4], i[5], f[0], f[1], f[2], f[3], f[4], f[5], f[6], f[7],
                )
            }
        }
    }};
}

/// Makes the call and gives its result as libffi would leave it.
///
/// # Safety
/// At `code` is a C function with arguments `types` and result `returns`, for which [`plan`] gave `registers`; `slots` holds as many values of those
/// types.
pub(super) unsafe fn call(code: usize, registers: Registers, types: &[T], slots: &[Slot], returns: T) -> Slot {
    let mut integers = [0_u64; INTEGERS];
    let mut floats = [0.0_f64; FLOATS];
    let (mut next_integer, mut next_float) = (integers.iter_mut(), floats.iter_mut());
    for (ty, slot) in types.iter().zip(slots) {
        if is_float(*ty) {
            // The bits as they are: a float lies in the low half of the register.
            next_float
                .by_ref()
                .take(1)
                .for_each(|place| *place = f64::from_bits(slot.word()));
        } else {
            next_integer
                .by_ref()
                .take(1)
                .for_each(|place| *place = slot.integer(*ty).cast_unsigned());
        }
    }
    // SAFETY: by this function's contract and the calling conventions, see the module head.
    unsafe {
        if is_float(returns) {
            Slot::from_word(call_as!(code, f64, registers, integers, floats).to_bits())
        } else {
            Slot::from_word(call_as!(code, u64, registers, integers, floats))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    extern "C" fn mixed(a: i8, b: f32, c: u64, d: f64, e: bool, f: f32) -> f32 {
        let c = u16::try_from(c).unwrap_or(u16::MAX);
        f32::from(a) + b + f32::from(c) + d as f32 + f32::from(u8::from(e)) + f
    }

    extern "C" fn third(_: f64, _: f64, c: f64) -> f64 {
        c
    }

    #[test]
    fn arguments_find_their_registers_in_any_order() {
        let types = [T::I8, T::F32, T::U64, T::F64, T::Bool, T::F32];
        let values = [-3.0, 0.5, 40.0, 2.25, 1.0, 100.0];
        let slots: Vec<Slot> = types
            .iter()
            .zip(values)
            .map(|(ty, value)| Slot::from_double(*ty, value))
            .collect();
        let registers = plan(&types).expect("it fits");
        // SAFETY: the types are those of `mixed`.
        let result = unsafe { call(mixed as *const () as usize, registers, &types, &slots, T::F32) };
        assert_eq!(
            result.to_direct(T::F32),
            Some(crate::engine::DirectValue::Double(140.75))
        );
    }

    #[test]
    fn bits_of_floats_are_kept() {
        let types = [T::F64; 3];
        for value in [-0.0, f64::NAN, f64::MIN_POSITIVE, 1e300] {
            let slots = [Slot::ZERO, Slot::ZERO, Slot::from_double(T::F64, value)];
            // SAFETY: the types are those of `third`.
            let result = unsafe {
                call(
                    third as *const () as usize,
                    Registers::ThreeFloats,
                    &types,
                    &slots,
                    T::F64,
                )
            };
            assert_eq!(result.word(), value.to_bits());
        }
    }

    #[test]
    fn what_needs_the_stack_is_left_to_libffi() {
        assert_eq!(plan(&[T::I32; 7]), None);
        assert_eq!(plan(&[T::F64; 9]), None);
        assert!(plan(&[T::I32; 6]).is_some());
        assert_eq!(plan(&[]), Some(Registers::TwoIntegers));
    }
}
