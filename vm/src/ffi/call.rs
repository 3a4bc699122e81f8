//! Calls of native functions.
//!
//! Everything that depends on the signature alone is done once, when a function is bound: JavaScript holds its number. A call whose arguments are
//! numbers takes the direct way (`engine::direct`): no lock, no engine call, no allocation.
//!
//! Numbers are never used twice on a thread, so a function that outlived its realm or library reaches nothing.

use std::cell::{Cell, RefCell};
use std::ffi::c_void;
use std::path::Path;
use std::rc::Rc;

use libffi::raw::ffi_call;

use crate::engine::{Args, Ctx, Direct, DirectArgs, ErrorClass, JsResult, Thrown};
use crate::host::host;

use super::callback;
use super::convert::{Place, to_slot, to_value};
use super::library::Library;
use super::registers;
use super::signature::{MAX_ARGS, Signature};
use super::slot::Slot;
use super::trouble;
use super::types::NativeType;

/// Arguments up to this many lie in a small array.
const FEW: usize = 8;

/// The library of functions that are known by their address alone, in crash reports.
const UNNAMED_LIBRARY: &str = "trun:ffi";

/// A function that can be called.
pub(super) struct Prepared {
    name: String,
    address: usize,
    signature: &'static Signature,
    /// Kept mapped for as long as a call runs. `None`: whoever gave the address keeps it.
    library: Option<Rc<Library>>,
}

/// A function that was bound.
enum Bound {
    Open(Rc<Prepared>),
    /// By its name, for the error of who calls it.
    Closed(String),
}

/// The functions of the current realm.
struct Functions {
    /// The number of the first one.
    first: u32,
    list: Vec<Bound>,
}

impl Bound {
    fn close(&mut self) {
        if let Self::Open(prepared) = self {
            let why = if prepared.library.is_some() {
                "its library"
            } else {
                "it"
            };
            *self = Self::Closed(format!("{} cannot be called any more: {why} was closed", prepared.name));
        }
    }
}

thread_local! {
    static FUNCTIONS: RefCell<Functions> = const { RefCell::new(Functions { first: 0, list: Vec::new() }) };
    /// The result of a direct call that needs the lock to be told.
    static RESULT: Cell<(NativeType, Slot)> = const { Cell::new((NativeType::Void, Slot::ZERO)) };
    /// How many native calls are on this thread's stack.
    static DEPTH: Cell<u32> = const { Cell::new(0) };
}

/// Makes a function and gives its number.
pub(super) fn bind(name: String, address: usize, signature: &'static Signature, library: Option<Rc<Library>>) -> u32 {
    let prepared = Rc::new(Prepared {
        name,
        address,
        signature,
        library,
    });
    FUNCTIONS.with_borrow_mut(|functions| {
        functions.list.push(Bound::Open(prepared));
        functions.first + u32::try_from(functions.list.len() - 1).expect("fewer than 2^32 functions")
    })
}

/// Closes one function.
pub(super) fn unbind(number: u32) {
    FUNCTIONS.with_borrow_mut(|functions| {
        let index = number.checked_sub(functions.first).map(|index| index as usize);
        if let Some(bound) = index.and_then(|index| functions.list.get_mut(index)) {
            bound.close();
        }
    });
}

/// Closes all functions of a library.
pub(super) fn unbind_all_of(library: &Rc<Library>) {
    let is_of = |bound: &Bound| {
        let Bound::Open(prepared) = bound else { return false };
        prepared.library.as_ref().is_some_and(|own| Rc::ptr_eq(own, library))
    };
    FUNCTIONS.with_borrow_mut(|functions| {
        functions
            .list
            .iter_mut()
            .filter(|bound| is_of(bound))
            .for_each(Bound::close);
    });
}

/// Forgets all functions and gives what kept them mapped.
pub(super) fn unbind_all() -> Vec<Rc<Library>> {
    FUNCTIONS.with_borrow_mut(|functions| {
        functions.first += u32::try_from(functions.list.len()).expect("fewer than 2^32 functions");
        let library_of = |bound| match bound {
            Bound::Open(prepared) => prepared.library.clone(),
            Bound::Closed(_) => None,
        };
        std::mem::take(&mut functions.list)
            .into_iter()
            .filter_map(library_of)
            .collect()
    })
}

/// How many native calls are on the stack. What a callback throws goes to the last of them.
pub(super) fn depth() -> u32 {
    DEPTH.get()
}

fn find(number: u32) -> Option<Rc<Prepared>> {
    FUNCTIONS.with_borrow(|functions| {
        let index = number.checked_sub(functions.first)? as usize;
        match functions.list.get(index)? {
            Bound::Open(prepared) => Some(Rc::clone(prepared)),
            Bound::Closed(_) => None,
        }
    })
}

/// Counts a native call; nothing unwinds through one, but what follows it may return early.
struct Inside;

impl Inside {
    fn enter() -> Self {
        DEPTH.set(DEPTH.get() + 1);
        Self
    }
}

impl Drop for Inside {
    fn drop(&mut self) {
        DEPTH.set(DEPTH.get() - 1);
    }
}

impl Prepared {
    /// Calls it. `slots` has as many as the signature has arguments.
    fn invoke(&self, slots: &mut [Slot]) -> Slot {
        debug_assert_eq!(slots.len(), self.signature.args.len(), "the count was checked");
        let Signature {
            args,
            returns,
            registers,
            ..
        } = self.signature;
        let _inside = Inside::enter();
        let returned = match registers {
            // SAFETY: the registers are this signature's. That the function at this address has that signature is the test's word, and a crash
            // is charged to it. `library` keeps the code mapped.
            Some(registers) => unsafe { registers::call(self.address, *registers, args, slots, *returns) },
            None => self.invoke_by_libffi(slots),
        };
        Slot::from_returned(*returns, returned)
    }

    /// Calls it as an addon's function is called: with an env, in a handle scope, and with the exception it leaves thrown.
    fn invoke_with_env<'r>(&self, cx: Ctx<'r>, slots: &mut [Slot]) -> JsResult<'r, Slot> {
        let mut returned = Slot::ZERO;
        let name = self.library.as_ref().map_or(UNNAMED_LIBRARY, |library| {
            library.keep();
            &library.name
        });
        host().addons.run_native(cx, Path::new(name), &mut |env| {
            for (slot, ty) in slots.iter_mut().zip(&self.signature.args) {
                if *ty == NativeType::NapiEnv {
                    *slot = Slot::from_word(env.expose_provenance() as u64);
                }
            }
            returned = self.invoke(slots);
        })?;
        Ok(returned)
    }

    fn invoke_by_libffi(&self, slots: &mut [Slot]) -> Slot {
        let mut pointers = [std::ptr::null_mut::<c_void>(); MAX_ARGS];
        for (pointer, slot) in pointers.iter_mut().zip(slots) {
            *pointer = std::ptr::from_mut(slot).cast();
        }
        let mut returned = Slot::ZERO;
        // SAFETY: the plan fits these arguments: count and types are the signature's. For the function itself see `invoke`.
        unsafe {
            let code = std::mem::transmute::<usize, unsafe extern "C" fn()>(self.address);
            ffi_call(
                self.signature.cif(),
                Some(code),
                (&raw mut returned).cast(),
                pointers.as_mut_ptr(),
            );
        }
        returned
    }

    /// Converts by bits alone; `None` before anything was done if that does not do.
    fn invoke_direct(&self, args: DirectArgs<'_>, slots: &mut [Slot]) -> Option<Slot> {
        for (index, (slot, ty)) in slots.iter_mut().zip(&self.signature.args).enumerate() {
            *slot = Slot::from_direct(*ty, args.get(index + 1))?;
        }
        Some(self.invoke(slots))
    }
}

/// `call(number, ...args)`, the direct way.
pub(super) fn call_direct(args: DirectArgs<'_>) -> Direct {
    let Some(prepared) = args.get(0).as_u32().and_then(find) else {
        return Direct::Locked;
    };
    let count = prepared.signature.args.len();
    if args.len() != count + 1 || prepared.signature.uses_node_api {
        return Direct::Locked;
    }
    let result = if count <= FEW {
        let mut slots = [Slot::ZERO; FEW];
        prepared.invoke_direct(args, &mut slots[..count])
    } else {
        let mut slots = [Slot::ZERO; MAX_ARGS];
        prepared.invoke_direct(args, &mut slots[..count])
    };
    let Some(result) = result else {
        return Direct::Locked;
    };
    let returns = prepared.signature.returns;
    if !trouble::is_pending(DEPTH.get())
        && let Some(value) = result.to_direct(returns)
    {
        return Direct::Done(value);
    }
    RESULT.set((returns, result));
    Direct::Finish
}

/// The rest of a direct call: makes the result, or throws.
pub(super) fn finish<'r>(cx: Ctx<'r>, _: Args<'r, '_>) -> JsResult<'r> {
    let (returns, result) = RESULT.get();
    trouble::raise(cx, DEPTH.get(), callback::misused)?;
    to_value(cx, returns, result)
}

/// `call(number, ...args)` with any arguments.
pub(super) fn call<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    let number = args.u32(cx, 0)?;
    let Some(prepared) = find(number) else {
        return Err(closed(cx, number));
    };
    let signature = prepared.signature;
    check_count(cx, &prepared.name, signature, args.len() - 1)?;
    let mut slots = [Slot::ZERO; MAX_ARGS];
    let slots = &mut slots[..signature.args.len()];
    for (index, (slot, ty)) in slots.iter_mut().zip(&signature.args).enumerate() {
        *slot = to_slot(cx, *ty, args.get(cx, index + 1), Place::Argument(&prepared.name, index))?;
    }
    let result = if signature.uses_node_api {
        prepared.invoke_with_env(cx, slots)?
    } else {
        prepared.invoke(slots)
    };
    trouble::raise(cx, DEPTH.get(), callback::misused)?;
    to_value(cx, signature.returns, result)
}

fn closed(cx: Ctx<'_>, number: u32) -> Thrown<'_> {
    let text = FUNCTIONS.with_borrow(|functions| {
        let index = number.checked_sub(functions.first)? as usize;
        match functions.list.get(index)? {
            Bound::Closed(text) => Some(text.clone()),
            Bound::Open(_) => None,
        }
    });
    let text = text
        .as_deref()
        .unwrap_or("a native function of a file that has ended cannot be called");
    cx.error(ErrorClass::Error, text)
}

fn check_count<'r>(cx: Ctx<'r>, name: &str, signature: &Signature, got: usize) -> JsResult<'r, ()> {
    let wanted = signature.args.len();
    if wanted == got {
        return Ok(());
    }
    let plural = if wanted == 1 { "" } else { "s" };
    Err(cx.type_error(&format!(
        "{name} takes {wanted} argument{plural}, but was called with {got}"
    )))
}
