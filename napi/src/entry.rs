//! The one way into every exported function.
//!
//! It checks the env, its state and the exception that waits, catches panics, turns errors into statuses and remembers the last one. What
//! remains of a function is its own checks, in Node's order, and its work.

use std::panic::{AssertUnwindSafe, catch_unwind};

use trun_vm::engine::native::RawValue;
use trun_vm::engine::{Ctx, ErrorClass, Object, Thrown, Value, ValueKind};

use crate::abi::status::Status;
use crate::abi::types::napi_env;
use crate::env::{Env, State};
use crate::instance::Instance;

/// What a function needs of its env.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Nothing of the engine: allowed while an exception waits, also in finalizers that run early.
    Basic,
    /// The engine, but no JavaScript of anybody: allowed while an exception waits, and (in the parking realm) when the env has ended.
    Plain,
    /// It may run JavaScript: refused while an exception waits or the env is being torn down.
    Js,
    /// It lets an exception wait: refused while one does. Where the env is being torn down nobody will hear of it, but a refusal would end
    /// the process: the C++ wrapper makes an exception of every call that is refused, and gives up where that is refused, too. For an
    /// env that has ended the function runs that has used it ([`blame_user`]).
    Throw,
}

/// Why a function did not do what it should.
pub(crate) enum Fail<'r> {
    /// This is what it returns.
    Status(Status),
    /// JavaScript threw: it returns [`Status::PendingException`], and the exception waits.
    Thrown(Thrown<'r>),
    /// Both: the exception waits, and it returns this.
    ThrownAs(Thrown<'r>, Status),
}

impl From<Status> for Fail<'_> {
    fn from(status: Status) -> Self {
        Self::Status(status)
    }
}

impl<'r> From<Thrown<'r>> for Fail<'r> {
    fn from(thrown: Thrown<'r>) -> Self {
        Self::Thrown(thrown)
    }
}

/// What the body of a function returns.
pub(crate) type Outcome<'r, T = ()> = Result<T, Fail<'r>>;

/// A place where the addon wants a result.
#[derive(Clone, Copy)]
pub(crate) struct Out<T>(*mut T);

impl<T> Out<T> {
    /// Writes it.
    pub(crate) fn set(self, value: T) {
        // SAFETY: the interface demands a pointer to memory for the result; null was refused when this was made.
        unsafe { self.0.write(value) }
    }

    /// Where it is, for what is read before it is written.
    pub(crate) fn pointer(self) -> *const T {
        self.0
    }
}

/// One call of an exported function.
#[derive(Clone, Copy)]
pub(crate) struct Call<'r> {
    pub(crate) cx: Ctx<'r>,
    pub(crate) env: &'static Env,
}

/// Runs the body of a function.
pub(crate) fn run(env: napi_env, mode: Mode, body: impl for<'r> FnOnce(Call<'r>) -> Outcome<'r>) -> Status {
    // SAFETY: addons pass what they were given, or null.
    let env = match unsafe { Env::from_ptr(env) } {
        Ok(env) => env,
        Err(status) => return status,
    };
    if env.state() == State::Dead {
        crate::uncaught::warn_of_ended(env);
        if mode == Mode::Throw {
            blame_user(env);
            return env.set_last_error(Status::Ok);
        }
    }
    if let Err(status) = admit(env, mode) {
        return env.set_last_error(status);
    }
    let work = || enter(env, |cx| settle(env, body(Call { cx, env })));
    // Nothing may unwind into the addon's frames.
    let status = catch_unwind(AssertUnwindSafe(work)).unwrap_or(Status::GenericFailure);
    env.set_last_error(status)
}

/// An addon throws in an env that has ended: it keeps it, or a reference of it, in a static variable. The exception goes to the env whose
/// function runs, with the reason and the way out.
fn blame_user(env: &'static Env) {
    let Some((user, _)) = env.instance().running().get().filter(|(user, _)| !user.has_exception()) else {
        return;
    };
    enter(user, |cx| {
        let error = cx.coded_error(ErrorClass::Error, "ERR_NAPI_ENV_ENDED", &crate::uncaught::ended(env));
        user.set_exception(error.0.to_raw());
    });
}

/// As [`run_basic`], for what must not be refused even when the env has ended: forgetting something that is forgotten already.
pub(crate) fn run_always(env: napi_env, body: impl FnOnce(&'static Env) -> Result<(), Status>) -> Status {
    // SAFETY: addons pass what they were given, or null.
    match unsafe { Env::from_ptr(env) } {
        Ok(env) if env.state() == State::Dead => env.set_last_error(Status::Ok),
        _ => run_basic(env, body),
    }
}

/// Runs the body of a function that needs nothing of the engine.
pub(crate) fn run_basic(env: napi_env, body: impl FnOnce(&'static Env) -> Result<(), Status>) -> Status {
    // SAFETY: addons pass what they were given, or null.
    let env = match unsafe { Env::from_ptr(env) } {
        Ok(env) => env,
        Err(status) => return status,
    };
    if let Err(status) = admit(env, Mode::Basic) {
        return env.set_last_error(status);
    }
    let status = match catch_unwind(AssertUnwindSafe(|| body(env))) {
        Ok(Ok(())) => Status::Ok,
        Ok(Err(status)) => status,
        Err(_) => Status::GenericFailure,
    };
    env.set_last_error(status)
}

/// Whether the env may do this now.
fn admit(env: &Env, mode: Mode) -> Result<(), Status> {
    let state = env.state();
    if matches!(mode, Mode::Js | Mode::Throw) {
        if env.has_exception() {
            return Err(Status::PendingException);
        }
        if mode == Mode::Throw {
            return Ok(());
        }
        if matches!(state, State::Closing | State::Dead) {
            let refused = if env.version() >= 10 {
                Status::CannotRunJs
            } else {
                Status::PendingException
            };
            return Err(refused);
        }
    }
    if state == State::Dead && mode == Mode::Basic {
        Err(Status::Closing)
    } else {
        Ok(())
    }
}

/// Enters the realm of an env.
pub(crate) fn enter<T>(env: &'static Env, work: impl for<'r> FnOnce(Ctx<'r>) -> T) -> T {
    let instance = env.instance();
    let realm = instance.realm_of(env);
    debug_assert!(
        env.state() != State::Live || realm != instance.parking(),
        "a live env belongs to the realm of the file that runs"
    );
    if instance.depth().get() > 0 {
        // SAFETY: `realm_of` names the current realm or the parking realm, which live; this is their thread, and whoever called the addon holds
        // the lock.
        unsafe { realm.enter_locked(work) }
    } else {
        // SAFETY: as above, without the lock.
        unsafe { realm.enter(work) }
    }
}

fn settle(env: &Env, outcome: Outcome<'_>) -> Status {
    match outcome {
        Ok(()) => Status::Ok,
        Err(Fail::Status(status)) => status,
        Err(Fail::Thrown(thrown)) => {
            env.set_exception(thrown.0.to_raw());
            Status::PendingException
        }
        Err(Fail::ThrownAs(thrown, status)) => {
            env.set_exception(thrown.0.to_raw());
            status
        }
    }
}

/// Fails unless `condition` holds.
pub(crate) fn require<'r>(condition: bool, otherwise: Status) -> Outcome<'r> {
    if condition {
        Ok(())
    } else {
        Err(Fail::Status(otherwise))
    }
}

/// A result's place.
///
/// # Errors
/// It is null.
pub(crate) fn out<T>(place: *mut T) -> Result<Out<T>, Status> {
    if place.is_null() {
        Err(Status::InvalidArg)
    } else {
        Ok(Out(place))
    }
}

/// A result's place that may be null.
pub(crate) fn optional_out<T>(place: *mut T) -> Option<Out<T>> {
    (!place.is_null()).then_some(Out(place))
}

/// A pointer to something the addon wants read.
///
/// # Errors
/// It is null.
pub(crate) fn input<'a, T>(place: *const T) -> Result<&'a T, Status> {
    // SAFETY: the interface demands a pointer to a valid structure, or null, which is refused.
    unsafe { place.as_ref() }.ok_or(Status::InvalidArg)
}

impl<'r> Call<'r> {
    /// Fails if the env has ended: nobody would end what is started now.
    pub(crate) fn require_not_ended(self) -> Outcome<'r> {
        require(self.env.state() != State::Dead, Status::Closing)
    }

    pub(crate) fn instance(self) -> &'static Instance {
        self.env.instance()
    }

    /// A result's place.
    pub(crate) fn out<T>(self, place: *mut T) -> Outcome<'r, Out<T>> {
        out(place).map_err(Fail::Status)
    }

    /// A value that the addon passed.
    pub(crate) fn value(self, raw: RawValue) -> Outcome<'r, Value<'r>> {
        require(!raw.is_none(), Status::InvalidArg)?;
        // SAFETY: addons pass values of scopes that are open, which are on the handle stack, or arguments of a call that lasts.
        Ok(unsafe { raw.value(self.cx) })
    }

    /// A value that the addon may have left out.
    pub(crate) fn optional_value(self, raw: RawValue) -> Option<Value<'r>> {
        self.value(raw).ok()
    }

    /// A value as an object: primitives are boxed. For `undefined` and `null` a `TypeError` waits, and the status is `otherwise`.
    pub(crate) fn to_object_or(self, raw: RawValue, otherwise: Status) -> Outcome<'r, Object<'r>> {
        let value = self.value(raw)?;
        if raw.is_undefined() || raw.is_null() {
            let error = self.cx.type_error("Cannot convert undefined or null to object");
            return Err(Fail::ThrownAs(error, otherwise));
        }
        value
            .to_object(self.cx)
            .map_err(|thrown| Fail::ThrownAs(thrown, otherwise))
    }

    /// As [`Call::to_object_or`], with the status that most functions return.
    pub(crate) fn to_object(self, raw: RawValue) -> Outcome<'r, Object<'r>> {
        self.to_object_or(raw, Status::ObjectExpected)
    }

    /// A value that must be an object or function.
    pub(crate) fn object(self, raw: RawValue, otherwise: Status) -> Outcome<'r, Object<'r>> {
        self.value(raw)?.as_object(self.cx).ok_or(Fail::Status(otherwise))
    }

    /// A value that must be a function.
    pub(crate) fn function(self, raw: RawValue, otherwise: Status) -> Outcome<'r, Object<'r>> {
        let object = self.object(raw, otherwise)?;
        require(object.is_function(self.cx), otherwise)?;
        Ok(object)
    }

    /// A value that must be a string.
    pub(crate) fn string(self, raw: RawValue, otherwise: Status) -> Outcome<'r, Value<'r>> {
        let value = self.value(raw)?;
        require(self.kind(value) == ValueKind::String, otherwise)?;
        Ok(value)
    }

    /// What kind of value it is, without asking the engine where the word tells.
    pub(crate) fn kind(self, value: Value<'r>) -> ValueKind {
        let raw = value.to_raw();
        if raw.number().is_some() {
            ValueKind::Number
        } else if raw.is_undefined() {
            ValueKind::Undefined
        } else if raw.is_null() {
            ValueKind::Null
        } else if raw.boolean().is_some() {
            ValueKind::Boolean
        } else {
            value.kind(self.cx)
        }
    }

    /// Makes a value live until the scope ends, and returns it as the addon has it.
    pub(crate) fn handle(self, value: impl Into<Value<'r>>) -> RawValue {
        let raw = value.into().to_raw();
        if raw.is_cell() {
            self.instance().roots().push_handle(raw);
        }
        raw
    }

    /// Gives the addon a value.
    pub(crate) fn give(self, place: Out<RawValue>, value: impl Into<Value<'r>>) -> Outcome<'r> {
        place.set(self.handle(value));
        Ok(())
    }

    /// The words of a list of values that the addon passed.
    ///
    /// # Errors
    /// The list is null though it should have elements, or one of them is.
    pub(crate) fn list<'a>(self, count: usize, list: *const RawValue) -> Outcome<'r, &'a [RawValue]> {
        if count == 0 {
            return Ok(&[]);
        }
        require(!list.is_null(), Status::InvalidArg)?;
        // SAFETY: the interface demands `count` values at `list`.
        let list = unsafe { std::slice::from_raw_parts(list, count) };
        require(!list.iter().any(|raw| raw.is_none()), Status::InvalidArg)?;
        Ok(list)
    }
}

/// Makes exported functions: `api! { Js fn napi_name(call, arg: Type) { … } }`. The body returns an [`Outcome`].
macro_rules! api {
    ($($(#[$doc:meta])* $mode:ident fn $name:ident($call:ident $(, $arg:ident: $ty:ty)* $(,)?) $body:block)*) => {$(
        $(#[$doc])*
        ///
        /// # Safety
        /// Pointers are as the header demands.
        #[unsafe(no_mangle)]
        pub(crate) unsafe extern "C" fn $name(env: $crate::abi::types::napi_env $(, $arg: $ty)*) -> $crate::abi::status::Status {
            $crate::entry::run(env, $crate::entry::Mode::$mode, |$call| $body)
        }
    )*};
}
pub(crate) use api;

/// As [`api!`] for functions that need nothing of the engine; the body is given the env and returns `Result<(), Status>`.
macro_rules! basic_api {
    ($($(#[$doc:meta])* fn $name:ident($env:ident $(, $arg:ident: $ty:ty)* $(,)?) $body:block)*) => {$(
        $(#[$doc])*
        ///
        /// # Safety
        /// Pointers are as the header demands.
        #[unsafe(no_mangle)]
        pub(crate) unsafe extern "C" fn $name(env: $crate::abi::types::napi_env $(, $arg: $ty)*) -> $crate::abi::status::Status {
            $crate::entry::run_basic(env, |$env| $body)
        }
    )*};
}
pub(crate) use basic_api;
