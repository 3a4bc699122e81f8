//! References.

use trun_vm::engine::{Value, ValueKind};
use trun_vm::event_loop::Poster;

use crate::abi::status::Status;
use crate::abi::types::{napi_env, napi_ref, napi_value};
use crate::entry::{Call, Mode, Outcome, api, basic_api, out, require};
use crate::env::Env;
use crate::instance::Instance;
use crate::reference::{NewReference, Owner, Reference};
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

/// Counts down, and says how far. From another thread the count is not known: zero.
///
/// # Safety
/// Pointers are as the header demands.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn napi_reference_unref(env: napi_env, reference: napi_ref, result: *mut u32) -> Status {
    // SAFETY: the addon passes what it was given, or null.
    if let Some(poster) = unsafe { Env::poster_elsewhere(env) } {
        let posted = elsewhere(poster, reference, |call, id| count_down(call, id).map(|_| ()));
        if let Some(result) = crate::entry::optional_out(result) {
            result.set(0);
        }
        return posted.err().unwrap_or(Status::Ok);
    }
    crate::entry::run(env, Mode::Plain, |call| {
        let count = count_down(call, id(reference)?)?;
        if let Some(result) = crate::entry::optional_out(result) {
            result.set(count);
        }
        Ok(())
    })
}

fn count_down(call: Call<'_>, id: Id) -> Outcome<'_, u32> {
    let value = value_of(call, id)?;
    let can_be_weak = value.is_some_and(|value| can_be_weak(call, value));
    let mut references = call.instance().references().borrow_mut();
    let reference = references.get_mut(id).ok_or(Status::InvalidArg)?;
    let count = reference.subtract(call.instance().roots(), can_be_weak);
    Ok(count.ok_or(Status::GenericFailure)?)
}

/// What a thread of the addon's does to a reference, which destructors of C++ objects do: Node does it there and then, unguarded. Here the JS
/// thread does it when it gets to it.
fn elsewhere(
    poster: &Poster,
    reference: napi_ref,
    what: impl for<'r> FnOnce(Call<'r>, Id) -> Outcome<'r> + Send + 'static,
) -> Result<(), Status> {
    let id = id(reference)?;
    poster.post(Box::new(move |cx| {
        let env = Instance::here().and_then(|instance| instance.references().borrow().get(id).map(Reference::env));
        if let Some(env) = env {
            // It may be gone by now; there is nobody to tell.
            let _ = what(Call { cx, env }, id);
        }
        Ok(())
    }));
    Ok(())
}

/// Deletes a reference; its finalizer will not run. Those of an env that has ended are deleted already.
///
/// # Safety
/// Pointers are as the header demands.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn napi_delete_reference(env: napi_env, reference: napi_ref) -> Status {
    let delete = |instance: &'static Instance, id| {
        let deleted = instance.references().borrow_mut().delete(instance.roots(), id);
        deleted.map(|_| ()).ok_or(Status::InvalidArg)
    };
    // SAFETY: the addon passes what it was given, or null.
    if let Some(poster) = unsafe { Env::poster_elsewhere(env) } {
        let posted = elsewhere(poster, reference, move |call, id| Ok(delete(call.instance(), id)?));
        return posted.err().unwrap_or(Status::Ok);
    }
    crate::entry::run_always(env, |env| delete(env.instance(), id(reference)?))
}
