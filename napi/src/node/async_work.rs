//! Work on a thread of the pool.

use std::ffi::c_void;

use crate::abi::status::Status;
use crate::abi::types::{napi_async_complete_callback, napi_async_execute_callback, napi_async_work, napi_value};
use crate::entry::{api, basic_api, require};
use crate::slab::Id;
use crate::work::NewWork;

fn id(work: napi_async_work) -> Result<Id, Status> {
    Id::from_word(work.0).ok_or(Status::InvalidArg)
}

api! {
    /// Makes work that is not queued yet. What it is called is for profilers.
    Plain fn napi_create_async_work(
        call, resource: napi_value, name: napi_value, execute: Option<napi_async_execute_callback>,
        complete: Option<napi_async_complete_callback>, data: *mut c_void, result: *mut napi_async_work,
    ) {
        call.require_not_ended()?;
        let execute = execute.ok_or(Status::InvalidArg)?;
        let result = call.out(result)?;
        if !resource.is_none() {
            call.to_object(resource)?;
        }
        require(!name.is_none(), Status::InvalidArg)?;
        let id = call.instance().create_work(call.cx, call.env, NewWork { execute, complete, data });
        result.set(napi_async_work(id.word()));
        Ok(())
    }
}

basic_api! {
    /// Forgets it.
    fn napi_delete_async_work(env, work: napi_async_work) {
        env.instance().delete_work(id(work)?)
    }

    /// Hands it to the pool.
    fn napi_queue_async_work(env, work: napi_async_work) {
        env.instance().queue_work(id(work)?)
    }

    /// Takes it back, unless a thread has begun it.
    fn napi_cancel_async_work(env, work: napi_async_work) {
        env.instance().cancel_work(id(work)?)
    }
}
