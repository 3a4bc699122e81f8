//! What a native function takes and gives, with libffi's plan for calling it.
//!
//! Signatures are interned and live as long as the process: closures of libffi point into them from native code, which may hold on to an
//! address for ever. There are as many as there are different ones.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use libffi::raw::{ffi_abi_FFI_DEFAULT_ABI, ffi_cif, ffi_prep_cif, ffi_status_FFI_OK, ffi_type};

use crate::engine::{Args, Ctx, ErrorClass, JsResult, Object};

use super::registers::{self, Registers};
use super::types::NativeType;

/// Most arguments of a function; more than any C compiler promises is of no use.
pub(super) const MAX_ARGS: usize = 64;

/// A prepared signature.
pub(super) struct Signature {
    /// Types of the arguments.
    pub(super) args: Box<[NativeType]>,
    /// Type of the result.
    pub(super) returns: NativeType,
    /// One of the types needs an env of Node-API.
    pub(super) uses_node_api: bool,
    /// Calls need no more than these.
    pub(super) registers: Option<Registers>,
    cif: ffi_cif,
}

// SAFETY: the plan is written once, before anybody else sees it, and points to memory that is never freed; libffi only reads it.
unsafe impl Sync for Signature {}
// SAFETY: as above.
unsafe impl Send for Signature {}

type Key = (Box<[u8]>, u8);

static INTERNED: Mutex<Option<HashMap<Key, &'static Signature>>> = Mutex::new(None);

impl Signature {
    /// The one signature with these types; `None` if libffi has no plan for it.
    fn intern(args: &[NativeType], returns: NativeType) -> Option<&'static Self> {
        let key: Key = (args.iter().map(|ty| ty.number()).collect(), returns.number());
        let mut guard = INTERNED.lock().unwrap_or_else(PoisonError::into_inner);
        let interned = guard.get_or_insert_default();
        if let Some(known) = interned.get(&key) {
            return Some(known);
        }
        let types: &'static mut [*mut ffi_type] = Box::leak(args.iter().map(|ty| ty.ffi()).collect());
        let signature = Box::leak(Box::new(Self {
            args: args.into(),
            returns,
            uses_node_api: returns.is_of_node_api() || args.iter().any(|ty| ty.is_of_node_api()),
            registers: registers::plan(args),
            cif: ffi_cif::default(),
        }));
        let count = u32::try_from(types.len()).ok()?;
        // SAFETY: plan and types are never freed, the types are descriptions of libffi's own.
        let status = unsafe {
            ffi_prep_cif(
                &raw mut signature.cif,
                ffi_abi_FFI_DEFAULT_ABI,
                count,
                returns.ffi(),
                types.as_mut_ptr(),
            )
        };
        if status != ffi_status_FFI_OK {
            return None;
        }
        interned.insert(key, signature);
        Some(signature)
    }

    /// For libffi, which takes it as mutable and only reads it.
    pub(super) fn cif(&self) -> *mut ffi_cif {
        (&raw const self.cif).cast_mut()
    }
}

/// Reads `argTypes, returnType` from the arguments at `index` and the next one: an array of numbers and a number.
pub(super) fn read<'r>(cx: Ctx<'r>, args: Args<'r, '_>, index: usize, who: &str) -> JsResult<'r, &'static Signature> {
    let types = read_types(cx, args.object(cx, index, "argument types")?, who)?;
    let returns = one_type(cx, args.u32(cx, index + 1)?, who)?;
    if !returns.can_return() {
        return Err(cx.type_error(&format!("{who}: {} cannot be a return type", returns.name())));
    }
    Signature::intern(&types, returns)
        .ok_or_else(|| cx.error(ErrorClass::Error, &format!("{who}: libffi cannot call this signature")))
}

fn read_types<'r>(cx: Ctx<'r>, list: Object<'r>, who: &str) -> JsResult<'r, Vec<NativeType>> {
    let count = list.length(cx)?;
    if count as usize > MAX_ARGS {
        let text = format!("{who}: {count} arguments, and at most {MAX_ARGS} are supported");
        return Err(cx.error(ErrorClass::RangeError, &text));
    }
    (0..count)
        .map(|index| {
            let number = list.get_index(cx, index)?.to_number(cx)?;
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "JavaScript passes a number of the table"
            )]
            let native = one_type(cx, number as u32, who)?;
            if native == NativeType::Void {
                return Err(cx.type_error(&format!("{who}: argument {} cannot be void", index + 1)));
            }
            Ok(native)
        })
        .collect()
}

fn one_type<'r>(cx: Ctx<'r>, number: u32, who: &str) -> JsResult<'r, NativeType> {
    NativeType::from_number(number)
        .ok_or_else(|| cx.type_error(&format!("{who}: {number} is the number of no FFIType")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_signatures_are_one() {
        let args = [NativeType::I32, NativeType::F64];
        let one = Signature::intern(&args, NativeType::Bool).expect("libffi plans it");
        let other = Signature::intern(&args, NativeType::Bool).expect("libffi plans it");
        let different = Signature::intern(&args, NativeType::I8).expect("libffi plans it");
        assert!(std::ptr::eq(one, other));
        assert!(!std::ptr::eq(one, different));
    }
}
