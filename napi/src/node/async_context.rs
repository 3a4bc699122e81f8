//! Async contexts: calls into JavaScript on behalf of an operation that was started earlier.
//!
//! A context keeps the frame (the running test, the stores of `AsyncLocalStorage`) that was current when it was made. Ticks and microtasks run
//! when the task ends in which native code was called, as after any other callback.

use crate::abi::status::Status;
use crate::abi::types::{napi_async_context, napi_callback_scope, napi_value};
use crate::api::function::call_function;
use crate::entry::{Call, Outcome, api, optional_out, require};
use crate::env::Env;
use crate::frame::Frame;
use crate::instance::Instance;
use crate::slab::Id;

/// What an addon made with `napi_async_init`.
pub(crate) struct AsyncContext {
    env: &'static Env,
    frame: Frame,
}

impl Instance {
    /// Forgets the contexts of an env that ends, or all of them where the realm of their frames goes.
    pub(crate) fn release_contexts(&self, env: Option<&'static Env>) {
        let mut contexts = self.contexts().borrow_mut();
        let ids = contexts.ids_where(|one| env.is_none_or(|env| std::ptr::eq(one.env, env)));
        for id in ids {
            if let Some(context) = contexts.get_mut(id) {
                context.frame.release(context.env);
            }
            if env.is_some() {
                contexts.remove(id);
            }
        }
    }
}

/// Takes the frame of a context out while it is entered; null has none.
fn borrow_frame<'r>(call: Call<'r>, context: napi_async_context) -> Outcome<'r, Frame> {
    if context.0 == 0 {
        return Ok(Frame::default());
    }
    let id = Id::from_word(context.0).ok_or(Status::InvalidArg)?;
    let mut contexts = call.instance().contexts().borrow_mut();
    let found = contexts.get_mut(id).ok_or(Status::InvalidArg)?;
    Ok(found.frame.duplicate(found.env))
}

api! {
    /// Keeps the current context. The name is for profilers.
    Plain fn napi_async_init(call, resource: napi_value, name: napi_value, result: *mut napi_async_context) {
        call.require_not_ended()?;
        require(!name.is_none(), Status::InvalidArg)?;
        let result = call.out(result)?;
        if !resource.is_none() {
            call.to_object(resource)?;
        }
        call.value(name)?.to_js_string(call.cx)?;
        let context = AsyncContext { env: call.env, frame: Frame::capture(call.cx, call.env) };
        let id = call.instance().contexts().borrow_mut().insert(context);
        result.set(napi_async_context(id.word()));
        Ok(())
    }

    /// Forgets it.
    Plain fn napi_async_destroy(call, context: napi_async_context) {
        let id = Id::from_word(context.0).ok_or(Status::InvalidArg)?;
        let mut found = call.instance().contexts().borrow_mut().remove(id).ok_or(Status::InvalidArg)?;
        found.frame.release(found.env);
        Ok(())
    }

    /// `function.call(this, …args)` in a context.
    Js fn napi_make_callback(
        call, context: napi_async_context, this: napi_value, function: napi_value, argc: usize,
        argv: *const napi_value, result: *mut napi_value,
    ) {
        call.value(this)?;
        let args = call.list(argc, argv)?;
        let this = call.to_object(this)?;
        let function = call.function(function, Status::InvalidArg)?;
        let mut frame = borrow_frame(call, context)?;
        let returned = frame.run(call.cx, call.env, || call_function(call, this.into(), function, args));
        frame.release(call.env);
        let returned = returned?;
        match optional_out(result) {
            Some(result) => call.give(result, returned),
            None => Ok(()),
        }
    }

    /// Enters a context until the scope is closed.
    Plain fn napi_open_callback_scope(
        call, resource: napi_value, context: napi_async_context, result: *mut napi_callback_scope,
    ) {
        let _ = resource;
        let result = call.out(result)?;
        let mut frame = borrow_frame(call, context)?;
        let outer = frame.enter(call.cx, call.env);
        frame.release(call.env);
        let mut scopes = call.instance().callback_scopes().borrow_mut();
        scopes.push(outer);
        result.set(napi_callback_scope(scopes.len()));
        Ok(())
    }

    /// Leaves it.
    Plain fn napi_close_callback_scope(call, scope: napi_callback_scope) {
        require(scope.0 != 0, Status::InvalidArg)?;
        let mut scopes = call.instance().callback_scopes().borrow_mut();
        require(scopes.len() == scope.0, Status::CallbackScopeMismatch)?;
        let mut outer = scopes.pop().unwrap_or_default();
        drop(scopes);
        outer.resume(call.cx, call.env);
        outer.release(call.env);
        Ok(())
    }
}
