//! References.

use trun_vm::engine::{Value, ValueKind};

use crate::abi::status::Status;
use crate::abi::types::{napi_env, napi_ref, napi_value};
use crate::entry::{Call, Outcome, api, basic_api, out, require};
use crate::reference::{NewReference, Owner};
use crate::slab::Id;

/// Whether a reference can let it go.
pub(crate) fn can_be_weak<'r>(call: Call<'r>, value: Value<'r>) -> bool {
    matches!(call.kind(value), ValueKind::Object | ValueKind::Symbol)
}

/// The id of a reference that the addon passed.
pub(crate) fn id(reference: napi_ref) -> Result<Id, Status> {
    Id::from_word(reference.0).ok_or(Status::InvalidArg)
}

fn value_of<'r>(call: Call<'r>, id: Id) -> Outcome<'r, Option<Value<'r>>> {
    let roots = call.instance().roots();
    let raw = call
        .instance()
        .references()
        .borrow()
        .get(id)
        .ok_or(Status::InvalidArg)?
        .value(roots);
    // SAFETY: just read from a root slot or a weak cell, and on this stack since.
    Ok((!raw.is_none()).then(|| unsafe { raw.value(call.cx) }))
}

api! {
    /// A reference with a count to begin with; zero is a weak one.
    Plain fn napi_create_reference(call, value: napi_value, count: u32, result: *mut napi_ref) {
        let value = call.value(value)?;
        let result = call.out(result)?;
        let can_be_weak = can_be_weak(call, value);
        require(can_be_weak || call.env.version() >= 10, Status::InvalidArg)?;
        let new = NewReference { env: call.env, value: value.to_raw(), can_be_weak, count, owner: Owner::Addon, finalizer: None };
        let id = call.instance().references().borrow_mut().create(call.instance().roots(), &new);
        result.set(napi_ref(id.word()));
        Ok(())
    }

    /// Counts up, and says how far.
    Plain fn napi_reference_ref(call, reference: napi_ref, result: *mut u32) {
        let id = id(reference)?;
        let count = call.instance().references().borrow_mut().get_mut(id)
            .ok_or(Status::InvalidArg)?.add(call.instance().roots());
        if let Some(result) = crate::entry::optional_out(result) {
            result.set(count);
        }
        Ok(())
    }

    /// Counts down, and says how far.
    Plain fn napi_reference_unref(call, reference: napi_ref, result: *mut u32) {
        let id = id(reference)?;
        let value = value_of(call, id)?;
        let can_be_weak = value.is_some_and(|value| can_be_weak(call, value));
        let count = call.instance().references().borrow_mut().get_mut(id)
            .ok_or(Status::InvalidArg)?
            .subtract(call.instance().roots(), can_be_weak)
            .ok_or(Status::GenericFailure)?;
        if let Some(result) = crate::entry::optional_out(result) {
            result.set(count);
        }
        Ok(())
    }

    /// The value, or null once it is gone.
    Plain fn napi_get_reference_value(call, reference: napi_ref, result: *mut napi_value) {
        let id = id(reference)?;
        let result = call.out(result)?;
        match value_of(call, id)? {
            Some(value) => call.give(result, value),
            None => {
                result.set(napi_value::NONE);
                Ok(())
            }
        }
    }
}

basic_api! {
    /// Runs a finalizer when no JavaScript is on the stack.
    fn node_api_post_finalizer(
        env, callback: Option<crate::abi::types::napi_finalize>, data: *mut std::ffi::c_void,
        hint: *mut std::ffi::c_void,
    ) {
        let callback = Some(callback.ok_or(Status::InvalidArg)?);
        env.instance().queue().push(env, crate::finalizer::Finalizer { callback, data, hint });
        Ok(())
    }

    /// The version of the interface.
    fn napi_get_version(_env, result: *mut u32) {
        out(result)?.set(crate::VERSION);
        Ok(())
    }
}

/// Deletes a reference; its finalizer will not run. Those of an env that has ended are deleted already.
///
/// # Safety
/// Pointers are as the header demands.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn napi_delete_reference(env: napi_env, reference: napi_ref) -> Status {
    crate::entry::run_always(env, |env| {
        let id = id(reference)?;
        let instance = env.instance();
        let deleted = instance.references().borrow_mut().delete(instance.roots(), id);
        deleted.map(|_| ()).ok_or(Status::InvalidArg)
    })
}
