//! Functions that an addon wants called when its env ends.

use std::ffi::c_void;

use crate::abi::status::Status;
use crate::abi::types::{napi_async_cleanup_hook, napi_async_cleanup_hook_handle, napi_cleanup_hook};
use crate::entry::{basic_api, optional_out};
use crate::instance::Instance;
use crate::slab::Id;

basic_api! {
    /// Adds a hook. The same function with the same data a second time is refused (Node ends the process for it).
    fn napi_add_env_cleanup_hook(env, hook: Option<napi_cleanup_hook>, data: *mut c_void) {
        let hook = hook.ok_or(Status::InvalidArg)?;
        let added = env.instance().hooks().borrow_mut().add(env, hook, data);
        if added { Ok(()) } else { Err(Status::InvalidArg) }
    }

    /// Removes a hook.
    fn napi_remove_env_cleanup_hook(env, hook: Option<napi_cleanup_hook>, data: *mut c_void) {
        let hook = hook.ok_or(Status::InvalidArg)?;
        env.instance().hooks().borrow_mut().remove(env, hook, data);
        Ok(())
    }

    /// Adds a hook that is done when the addon removes it.
    fn napi_add_async_cleanup_hook(
        env, hook: Option<napi_async_cleanup_hook>, data: *mut c_void, handle: *mut napi_async_cleanup_hook_handle,
    ) {
        let hook = hook.ok_or(Status::InvalidArg)?;
        let id = env.instance().hooks().borrow_mut().add_async(env, hook, data);
        if let Some(handle) = optional_out(handle) {
            handle.set(napi_async_cleanup_hook_handle(id.word()));
        }
        Ok(())
    }
}

/// Removes an asynchronous hook, or says that it is done. On the JS thread.
#[unsafe(no_mangle)]
pub(crate) extern "C" fn napi_remove_async_cleanup_hook(handle: napi_async_cleanup_hook_handle) -> Status {
    let (Some(instance), Some(id)) = (Instance::here(), Id::from_word(handle.0)) else {
        return Status::InvalidArg;
    };
    if !instance.hooks().borrow_mut().remove_async(id) {
        return Status::InvalidArg;
    }
    instance.wake_stuck();
    Status::Ok
}
