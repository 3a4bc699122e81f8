//! From JavaScript into an addon and back.
//!
//! Each function that an addon creates is a JavaScript function of the factory which calls [`invoke`], the one native of this crate, with its
//! id, `this`, `new.target` and its arguments: so names, lengths, `extends` and `instanceof` are the language's own.

use std::ffi::c_void;
use std::marker::PhantomData;

use trun_vm::engine::native::RawValue;
use trun_vm::engine::{Args, Ctx, JsResult, Object, Thrown, Value};

use crate::abi::types::napi_callback;
use crate::env::{Env, State};
use crate::instance::Instance;
use crate::slab::Id;

/// A function of an addon.
#[derive(Clone, Copy)]
pub(crate) struct NativeFunction {
    pub(crate) env: &'static Env,
    pub(crate) callback: napi_callback,
    pub(crate) data: *mut c_void,
}

/// What kind of an addon's code runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Activity {
    /// Loading it.
    Init,
    /// One of its functions.
    Callback,
    /// A finalizer.
    Finalizer,
    /// The completion of async work.
    AsyncWork,
    /// Async work itself, on a thread of the pool.
    PoolWork,
    /// An item of a threadsafe function.
    ThreadsafeFunction,
    /// A cleanup hook.
    CleanupHook,
    /// What libuv calls.
    Libuv,
}

impl Activity {
    /// Every kind.
    pub(crate) const ALL: [Self; 8] = [
        Self::Init,
        Self::Callback,
        Self::Finalizer,
        Self::AsyncWork,
        Self::PoolWork,
        Self::ThreadsafeFunction,
        Self::CleanupHook,
        Self::Libuv,
    ];

    /// For crash reports: "addon X (finalizer)".
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Init => "loading",
            Self::Callback => "callback",
            Self::Finalizer => "finalizer",
            Self::AsyncWork => "completion of async work",
            Self::PoolWork => "async work on its thread",
            Self::ThreadsafeFunction => "threadsafe function",
            Self::CleanupHook => "cleanup hook",
            Self::Libuv => "libuv callback",
        }
    }
}

/// `napi_callback_info`: one call of an addon's function, for as long as it lasts.
pub(crate) struct CallbackInfo<'a> {
    pub(crate) this: RawValue,
    /// `undefined` for a plain call.
    pub(crate) new_target: RawValue,
    pub(crate) args: *const RawValue,
    pub(crate) count: usize,
    pub(crate) data: *mut c_void,
    pub(crate) call: PhantomData<&'a ()>,
}

/// `native(id, this, newTarget, ...args)`
pub(crate) fn invoke<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    let raw = args.raw();
    let function = match raw {
        [id, ..] => id.number().and_then(Id::from_number).and_then(find),
        [] => None,
    };
    let Some(NativeFunction { env, callback, data }) = function else {
        return Err(
            cx.type_error("the native addon of this function was unloaded with the test file that had loaded it")
        );
    };
    if env.is_experimental() && env.instance().has_due() {
        env.instance().run_early(cx, env);
    }
    let info = CallbackInfo {
        this: raw[1],
        new_target: raw[2],
        args: raw[3..].as_ptr(),
        count: raw.len() - 3,
        data,
        call: PhantomData,
    };
    let result = call_into(env, cx, Activity::Callback, || {
        // SAFETY: the addon gave the function to be called like this, on the JS thread. The info lives until it returns, and the arguments are
        // on the engine's stack.
        unsafe { callback(env.as_ptr(), (&raw const info).cast()) }
    })?;
    if result.is_none() {
        return Ok(cx.undefined());
    }
    // SAFETY: the addon has just returned a value it was given in this call, so a handle or argument of it.
    Ok(unsafe { result.value(cx) })
}

fn find(id: Id) -> Option<NativeFunction> {
    let function = *Instance::here()?.functions().borrow().get(id)?;
    (function.env.state() != State::Dead).then_some(function)
}

/// Runs addon code: in a handle scope of its own, known to crash reports, with what it left pending thrown afterwards.
///
/// # Errors
/// The exception that the addon let wait.
pub(crate) fn call_into<'r, T>(
    env: &'static Env,
    cx: Ctx<'r>,
    activity: Activity,
    call: impl FnOnce() -> T,
) -> JsResult<'r, T> {
    env.assert_not_left_behind();
    let instance = env.instance();
    let scope = instance.open_frame();
    let outer = instance.running().replace(Some((env, activity)));
    let trace = instance.trace().enter(env.addon(), activity);
    let open_scopes = env.open_scopes().replace(0);
    instance.depth().set(instance.depth().get() + 1);
    env.set_last_error(crate::abi::status::Status::Ok);
    let result = call();
    instance.depth().set(instance.depth().get() - 1);
    env.open_scopes().set(open_scopes);
    instance.running().set(outer);
    instance.trace().leave(trace);
    let exception = env.take_exception();
    instance.close_frame(scope);
    match exception {
        // SAFETY: it was in a root slot until just now, and is on this stack since.
        Some(raw) => Err(Thrown(unsafe { raw.value(cx) })),
        None => Ok(result),
    }
}

/// A JavaScript function that calls an addon's.
///
/// # Errors
/// Only when memory is out.
pub(crate) fn make_function<'r>(cx: Ctx<'r>, name: Value<'r>, function: NativeFunction) -> JsResult<'r, Object<'r>> {
    let instance = function.env.instance();
    let factory = instance.factory(cx, instance.realm_of(function.env))?;
    let id = instance.functions().borrow_mut().insert(function);
    factory
        .call(cx, &[cx.number(id.number()), name])?
        .expect_object(cx, "the factory's function")
}
