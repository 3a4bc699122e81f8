//! Native pointers tied to objects.

use std::ffi::c_void;

use trun_vm::engine::Object;

use super::reference::can_be_weak;
use crate::abi::status::Status;
use crate::abi::types::{napi_finalize, napi_ref, napi_value};
use crate::entry::{Call, Out, Outcome, api, optional_out, require};
use crate::finalizer::Finalizer;
use crate::reference::{NewReference, Owner};
use crate::slab::Id;

/// A weak reference to `object` that carries a pointer.
fn attach<'r>(call: Call<'r>, object: Object<'r>, finalizer: Finalizer, owner: Owner) -> Id {
    let new = NewReference {
        env: call.env,
        value: object.to_raw(),
        can_be_weak: true,
        count: 0,
        owner,
        finalizer: Some(finalizer),
    };
    call.instance()
        .references()
        .borrow_mut()
        .create(call.instance().roots(), &new)
}

/// The reference and pointer that `object` wraps. A reference that the addon has deleted wraps nothing.
fn wrapped<'r>(call: Call<'r>, object: Object<'r>) -> Outcome<'r, (Id, *mut c_void)> {
    let instance = call.instance();
    let id = instance
        .objects()
        .borrow()
        .get(object.to_raw())
        .and_then(|facts| facts.wrap)
        .ok_or(Status::InvalidArg)?;
    let references = instance.references().borrow();
    let finalizer = references.get(id).and_then(crate::reference::Reference::finalizer);
    Ok((id, finalizer.ok_or(Status::InvalidArg)?.data))
}

api! {
    /// Ties a pointer to an object.
    Js fn napi_wrap(
        call, object: napi_value, data: *mut c_void, callback: Option<napi_finalize>, hint: *mut c_void,
        result: *mut napi_ref,
    ) {
        let object = call.object(object, Status::InvalidArg)?;
        require(wrapped(call, object).is_err(), Status::InvalidArg)?;
        let result: Option<Out<napi_ref>> = optional_out(result);
        let owner = if result.is_some() { Owner::Addon } else { Owner::Runtime };
        // Who has the reference may delete it once it was finalized: without a finalizer nobody would know when.
        require(owner == Owner::Runtime || callback.is_some(), Status::InvalidArg)?;
        let id = attach(call, object, Finalizer { callback, data, hint }, owner);
        call.instance().objects().borrow_mut().entry(call.instance().roots(), object.to_raw()).wrap = Some(id);
        if let Some(result) = result {
            result.set(napi_ref(id.word()));
        }
        Ok(())
    }

    /// The pointer of an object.
    Js fn napi_unwrap(call, object: napi_value, result: *mut *mut c_void) {
        call.value(object)?;
        let result = call.out(result)?;
        let object = call.object(object, Status::InvalidArg)?;
        result.set(wrapped(call, object)?.1);
        Ok(())
    }

    /// Takes the pointer off an object; its finalizer will not run.
    Js fn napi_remove_wrap(call, object: napi_value, result: *mut *mut c_void) {
        let object = call.object(object, Status::InvalidArg)?;
        let (id, data) = wrapped(call, object)?;
        if let Some(facts) = call.instance().objects().borrow_mut().get_mut(object.to_raw()) {
            facts.wrap = None;
        }
        let mut references = call.instance().references().borrow_mut();
        match references.get_mut(id) {
            Some(reference) if reference.owner() == Owner::Addon => reference.clear_finalizer(),
            _ => drop(references.delete(call.instance().roots(), id)),
        }
        if let Some(result) = optional_out(result) {
            result.set(data);
        }
        Ok(())
    }

    /// Frees something when an object goes. Any number per object.
    Plain fn napi_add_finalizer(
        call, object: napi_value, data: *mut c_void, callback: Option<napi_finalize>, hint: *mut c_void,
        result: *mut napi_ref,
    ) {
        let value = call.value(object)?;
        require(callback.is_some(), Status::InvalidArg)?;
        require(can_be_weak(call, value), Status::InvalidArg)?;
        let object = call.object(object, Status::InvalidArg)?;
        let owner = if result.is_null() { Owner::Runtime } else { Owner::Addon };
        let id = attach(call, object, Finalizer { callback, data, hint }, owner);
        if let Some(result) = optional_out(result) {
            result.set(napi_ref(id.word()));
        }
        Ok(())
    }
}
