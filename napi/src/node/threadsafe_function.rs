//! Functions that an addon's threads may call. All but two are free to be called from any thread at any time, also after the env's end.

use std::ffi::c_void;

use crate::abi::status::Status;
use crate::abi::types::{
    napi_finalize, napi_threadsafe_function, napi_threadsafe_function_call_js, napi_threadsafe_function_call_mode,
    napi_threadsafe_function_release_mode, napi_value,
};
use crate::entry::{api, basic_api, out, require};
use crate::env::Env;
use crate::frame::Frame;
use crate::threadsafe::function::Function;
use crate::threadsafe::gate::{CallMode, Gate, Item};

api! {
    /// Makes one.
    Plain fn napi_create_threadsafe_function(
        call, function: napi_value, resource: napi_value, name: napi_value, most: usize, threads: usize,
        finalize_data: *mut c_void, finalize: Option<napi_finalize>, context: *mut c_void,
        call_js: Option<napi_threadsafe_function_call_js>, result: *mut napi_threadsafe_function,
    ) {
        call.require_not_ended()?;
        require(!name.is_none(), Status::InvalidArg)?;
        require(threads > 0, Status::InvalidArg)?;
        let result = call.out(result)?;
        let instance = call.instance();
        let callback = if function.is_none() {
            require(call_js.is_some(), Status::InvalidArg)?;
            None
        } else {
            Some(instance.roots().keep(call.function(function, Status::InvalidArg)?.to_raw()))
        };
        if !resource.is_none() {
            call.to_object(resource)?;
        }
        let (gate, items) = Gate::open(instance.poster().clone(), most, threads, context);
        let number = gate.number();
        let made = Function {
            env: call.env,
            gate,
            items,
            callback,
            call_js,
            finalize,
            finalize_data,
            referenced: true,
            frame: Frame::capture(call.cx, call.env),
        };
        instance.threadsafe().borrow_mut().insert(number, made);
        result.set(napi_threadsafe_function(number));
        Ok(())
    }
}

fn set_referenced(env: &'static Env, function: napi_threadsafe_function, referenced: bool) -> Result<(), Status> {
    let mut functions = env.instance().threadsafe().borrow_mut();
    let found = functions.get_mut(&function.0);
    // One that has ended keeps nobody waiting either way.
    if let Some(found) = found {
        found.referenced = referenced;
    }
    if function.0 == 0 {
        Err(Status::InvalidArg)
    } else {
        Ok(())
    }
}

basic_api! {
    /// The file is not over while it is open: what is left at its end is a leak.
    fn napi_ref_threadsafe_function(env, function: napi_threadsafe_function) {
        set_referenced(env, function, true)
    }

    /// Nobody waits for it.
    fn napi_unref_threadsafe_function(env, function: napi_threadsafe_function) {
        set_referenced(env, function, false)
    }
}

fn status(result: Result<(), Status>) -> Status {
    result.err().unwrap_or(Status::Ok)
}

/// One that is gone has ended long ago; null is a mistake.
fn find(function: napi_threadsafe_function) -> Result<std::sync::Arc<Gate>, Status> {
    if function.0 == 0 {
        return Err(Status::InvalidArg);
    }
    Gate::find(function.0).ok_or(Status::Closing)
}

/// The context it was made with.
///
/// # Safety
/// Pointers are as the header demands.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn napi_get_threadsafe_function_context(
    function: napi_threadsafe_function,
    result: *mut *mut c_void,
) -> Status {
    let context = || {
        let result = out(result)?;
        result.set(find(function)?.context());
        Ok(())
    };
    status(context())
}

/// Passes an item to the JS thread.
#[unsafe(no_mangle)]
pub(crate) extern "C" fn napi_call_threadsafe_function(
    function: napi_threadsafe_function,
    data: *mut c_void,
    mode: napi_threadsafe_function_call_mode,
) -> Status {
    let mode = if mode == 0 {
        CallMode::NonBlocking
    } else {
        CallMode::Blocking
    };
    status(find(function).and_then(|gate| gate.call(Item(data), mode)))
}

/// One more thread will use it.
#[unsafe(no_mangle)]
pub(crate) extern "C" fn napi_acquire_threadsafe_function(function: napi_threadsafe_function) -> Status {
    status(find(function).and_then(|gate| gate.acquire()))
}

/// A thread uses it no more. The last one ends it.
#[unsafe(no_mangle)]
pub(crate) extern "C" fn napi_release_threadsafe_function(
    function: napi_threadsafe_function,
    mode: napi_threadsafe_function_release_mode,
) -> Status {
    match find(function) {
        // What is gone needs no release.
        Err(Status::Closing) => Status::Ok,
        found => status(found.and_then(|gate| gate.release(mode == 1))),
    }
}
