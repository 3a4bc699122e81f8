//! Promises that an addon settles.

use crate::abi::status::Status;
use crate::abi::types::{napi_deferred, napi_value};
use crate::entry::{Call, Outcome, api, require};
use crate::env::Env;
use crate::instance::Instance;
use crate::slab::Id;

/// The functions that settle a promise, in root slots.
pub(crate) struct Deferred {
    env: &'static Env,
    resolve: u32,
    reject: u32,
}

impl Instance {
    fn release_deferred(&self, deferred: &Deferred) {
        self.roots().release_slot(deferred.resolve);
        self.roots().release_slot(deferred.reject);
    }

    /// Forgets what `env` has not settled.
    pub(crate) fn release_deferreds(&self, env: &'static Env) {
        let ids = self.deferreds().borrow().ids_where(|one| std::ptr::eq(one.env, env));
        for id in ids {
            if let Some(deferred) = self.deferreds().borrow_mut().remove(id) {
                self.release_deferred(&deferred);
            }
        }
    }
}

/// Settles a promise, once.
fn settle<'r>(
    call: Call<'r>,
    deferred: napi_deferred,
    value: napi_value,
    pick: impl Fn(&Deferred) -> u32,
) -> Outcome<'r> {
    let value = call.value(value)?;
    let id = Id::from_word(deferred.0).ok_or(Status::InvalidArg)?;
    let deferred = call
        .instance()
        .deferreds()
        .borrow_mut()
        .remove(id)
        .ok_or(Status::InvalidArg)?;
    // SAFETY: the slot keeps it until it is released below; from here on it is on this stack.
    let function = unsafe { call.instance().roots().slot(pick(&deferred)).value(call.cx) };
    call.instance().release_deferred(&deferred);
    function
        .expect_object(call.cx, "a resolving function")?
        .call(call.cx, &[value])?;
    Ok(())
}

api! {
    /// A pending promise and what settles it.
    Js fn napi_create_promise(call, deferred: *mut napi_deferred, promise: *mut napi_value) {
        let deferred = call.out(deferred)?;
        let promise = call.out(promise)?;
        let made = call.cx.deferred()?;
        let roots = call.instance().roots();
        let kept = Deferred {
            env: call.env,
            resolve: roots.keep(made.resolve.to_raw()),
            reject: roots.keep(made.reject.to_raw()),
        };
        let id = call.instance().deferreds().borrow_mut().insert(kept);
        deferred.set(napi_deferred(id.word()));
        call.give(promise, made.promise)
    }

    /// Fulfils the promise, or lets it follow a thenable.
    Js fn napi_resolve_deferred(call, deferred: napi_deferred, value: napi_value) {
        settle(call, deferred, value, |deferred| deferred.resolve)
    }

    /// Rejects the promise.
    Js fn napi_reject_deferred(call, deferred: napi_deferred, value: napi_value) {
        settle(call, deferred, value, |deferred| deferred.reject)
    }

    /// Whether it is a promise, of whatever realm.
    Plain fn napi_is_promise(call, value: napi_value, result: *mut bool) {
        require(!value.is_none(), Status::InvalidArg)?;
        let value = call.value(value)?;
        let result = call.out(result)?;
        result.set(value.is_promise(call.cx));
        Ok(())
    }
}
