//! Promises that native code settles.

use super::ctx::Ctx;
use super::object::Object;
use super::{JsResult, sys};

/// A promise and the two functions that settle it.
#[derive(Clone, Copy)]
pub struct Deferred<'r> {
    /// The promise.
    pub promise: Object<'r>,
    /// Fulfils it (or follows a thenable).
    pub resolve: Object<'r>,
    /// Rejects it.
    pub reject: Object<'r>,
}

impl<'r> Ctx<'r> {
    /// A pending promise.
    ///
    /// # Errors
    /// Only when memory is out.
    pub fn deferred(self) -> JsResult<'r, Deferred<'r>> {
        let mut resolve: sys::JSObjectRef = std::ptr::null_mut();
        let mut reject: sys::JSObjectRef = std::ptr::null_mut();
        let promise = self.guard(|exc| {
            // SAFETY: the context is live and locked; the out-pointers are valid for the call.
            unsafe { sys::JSObjectMakeDeferredPromise(self.raw(), &raw mut resolve, &raw mut reject, exc) }
        })?;
        // SAFETY: without an exception all three are live objects of this realm.
        unsafe {
            Ok(Deferred {
                promise: Object::from_raw(promise),
                resolve: Object::from_raw(resolve),
                reject: Object::from_raw(reject),
            })
        }
    }
}
