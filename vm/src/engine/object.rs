//! Objects, functions and arrays.

use std::ffi::c_uint;
use std::marker::PhantomData;

use super::ctx::{Brand, Ctx};
use super::string::JsString;
use super::value::Value;
use super::{JsResult, sys};

/// Any JavaScript object, functions included.
#[derive(Clone, Copy)]
#[repr(transparent)]
pub struct Object<'r> {
    raw: sys::JSObjectRef,
    brand: Brand<'r>,
}

/// Most arguments a call from Rust passes; they sit on the stack, where the collector sees them.
const MAX_ARGS: usize = 8;

impl<'r> Object<'r> {
    /// # Safety
    /// `raw` is a live object of the realm that `'r` brands.
    pub(super) unsafe fn from_raw(raw: sys::JSObjectRef) -> Self {
        Self {
            raw,
            brand: PhantomData,
        }
    }

    pub(super) fn raw(self) -> sys::JSObjectRef {
        self.raw
    }

    /// `object[name]`.
    ///
    /// # Errors
    /// What a getter threw.
    pub fn get(self, cx: Ctx<'r>, name: &str) -> JsResult<'r> {
        let name = JsString::new(name);
        // SAFETY: object and context are of one realm by their brand; the lock is held.
        let raw = cx.guard(|exc| unsafe { sys::JSObjectGetProperty(cx.raw(), self.raw, name.raw(), exc) })?;
        // SAFETY: a live value of this realm.
        Ok(unsafe { Value::from_raw(raw) })
    }

    /// `object[name] = value`.
    ///
    /// # Errors
    /// What a setter threw.
    pub fn set(self, cx: Ctx<'r>, name: &str, value: impl Into<Value<'r>>) -> JsResult<'r, ()> {
        self.define(cx, name, value.into(), 0)
    }

    /// Sets a property that enumeration does not show.
    ///
    /// # Errors
    /// What a setter threw.
    pub fn set_hidden(self, cx: Ctx<'r>, name: &str, value: impl Into<Value<'r>>) -> JsResult<'r, ()> {
        self.define(cx, name, value.into(), sys::ATTRIBUTE_DONT_ENUM)
    }

    fn define(self, cx: Ctx<'r>, name: &str, value: Value<'r>, attributes: c_uint) -> JsResult<'r, ()> {
        let name = JsString::new(name);
        // SAFETY: as in `get`.
        cx.guard(|exc| unsafe {
            sys::JSObjectSetProperty(cx.raw(), self.raw, name.raw(), value.raw(), attributes, exc)
        })
    }

    /// `name in object`.
    #[must_use]
    pub fn has(self, cx: Ctx<'r>, name: &str) -> bool {
        let name = JsString::new(name);
        // SAFETY: as in `get`.
        unsafe { sys::JSObjectHasProperty(cx.raw(), self.raw, name.raw()) }
    }

    /// `delete object[name]`.
    ///
    /// # Errors
    /// What a proxy threw.
    pub fn delete(self, cx: Ctx<'r>, name: &str) -> JsResult<'r, bool> {
        let name = JsString::new(name);
        // SAFETY: as in `get`.
        cx.guard(|exc| unsafe { sys::JSObjectDeleteProperty(cx.raw(), self.raw, name.raw(), exc) })
    }

    /// `object[index]`.
    ///
    /// # Errors
    /// What a getter threw.
    pub fn get_index(self, cx: Ctx<'r>, index: u32) -> JsResult<'r> {
        // SAFETY: as in `get`.
        let raw = cx.guard(|exc| unsafe { sys::JSObjectGetPropertyAtIndex(cx.raw(), self.raw, index, exc) })?;
        // SAFETY: a live value of this realm.
        Ok(unsafe { Value::from_raw(raw) })
    }

    /// `object[index] = value`.
    ///
    /// # Errors
    /// What a setter threw.
    pub fn set_index(self, cx: Ctx<'r>, index: u32, value: impl Into<Value<'r>>) -> JsResult<'r, ()> {
        let value = value.into();
        // SAFETY: as in `get`.
        cx.guard(|exc| unsafe { sys::JSObjectSetPropertyAtIndex(cx.raw(), self.raw, index, value.raw(), exc) })
    }

    /// `object.length`, zero if it has none.
    ///
    /// # Errors
    /// What a getter threw.
    pub fn length(self, cx: Ctx<'r>) -> JsResult<'r, u32> {
        let length = self.get(cx, "length")?.to_number(cx)?;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "the cast saturates, which is what is wanted"
        )]
        Ok(length as u32)
    }

    /// Names of the enumerable string properties, the prototypes' included, as `for…in` lists them.
    #[must_use]
    pub fn enumerable_names(self, cx: Ctx<'r>) -> Vec<String> {
        // SAFETY: as in `get`; the array is released below and its strings are copied before.
        unsafe {
            let names = sys::JSObjectCopyPropertyNames(cx.raw(), self.raw);
            let list = (0..sys::JSPropertyNameArrayGetCount(names))
                .map(|i| {
                    let name = sys::JSPropertyNameArrayGetNameAtIndex(names, i);
                    std::mem::ManuallyDrop::new(JsString::from_raw(name)).to_text()
                })
                .collect();
            sys::JSPropertyNameArrayRelease(names);
            list
        }
    }

    /// Whether it can be called.
    #[must_use]
    pub fn is_function(self, cx: Ctx<'r>) -> bool {
        // SAFETY: as in `get`.
        unsafe { sys::JSObjectIsFunction(cx.raw(), self.raw) }
    }

    /// Calls it with `undefined` as `this`.
    ///
    /// # Errors
    /// What it threw, or that the watchdog stopped it ([`super::Watchdog::stopped`]).
    pub fn call(self, cx: Ctx<'r>, args: &[Value<'r>]) -> JsResult<'r> {
        self.call_raw(cx, std::ptr::null_mut(), args)
    }

    /// Calls it on `this`.
    ///
    /// # Errors
    /// As [`Object::call`].
    pub fn call_on(self, cx: Ctx<'r>, this: Object<'r>, args: &[Value<'r>]) -> JsResult<'r> {
        self.call_raw(cx, this.raw, args)
    }

    fn call_raw(self, cx: Ctx<'r>, this: sys::JSObjectRef, args: &[Value<'r>]) -> JsResult<'r> {
        let (raw_args, count) = raw_args(cx, args);
        // SAFETY: as in `get`; the arguments are on the stack for the length of the call.
        let raw = cx.guard(|exc| unsafe {
            sys::JSObjectCallAsFunction(cx.raw(), self.raw, this, count, raw_args.as_ptr(), exc)
        })?;
        // Null only with an exception or for an object that is no function.
        Ok(if raw.is_null() {
            cx.undefined()
        } else {
            // SAFETY: a live value of this realm.
            unsafe { Value::from_raw(raw) }
        })
    }

    /// `new object(…args)`.
    ///
    /// # Errors
    /// As [`Object::call`].
    pub fn construct(self, cx: Ctx<'r>, args: &[Value<'r>]) -> JsResult<'r, Object<'r>> {
        let (raw_args, count) = raw_args(cx, args);
        // SAFETY: as in `call_raw`.
        let raw = cx.guard(|exc| unsafe {
            sys::JSObjectCallAsConstructor(cx.raw(), self.raw, count, raw_args.as_ptr(), exc)
        })?;
        if raw.is_null() {
            return Err(cx.type_error("not a constructor"));
        }
        // SAFETY: a live object of this realm.
        Ok(unsafe { Object::from_raw(raw) })
    }

    /// Calls the method `name`.
    ///
    /// # Errors
    /// There is no such function, or what it threw.
    pub fn call_method(self, cx: Ctx<'r>, name: &str, args: &[Value<'r>]) -> JsResult<'r> {
        match self.get(cx, name)?.as_object(cx) {
            Some(method) if method.is_function(cx) => method.call_on(cx, self, args),
            _ => Err(cx.type_error(&format!("{name} is not a function"))),
        }
    }

    /// The target, if it is a `Proxy` (revoked ones have none).
    #[must_use]
    pub fn proxy_target(self) -> Option<Object<'r>> {
        // SAFETY: a live object.
        let raw = unsafe { (sys::private().JSObjectGetProxyTarget)(self.raw) };
        // SAFETY: if not null, a live object of a realm of this VM; a proxy's target is used under the same brand as the proxy.
        (!raw.is_null()).then(|| unsafe { Object::from_raw(raw) })
    }
}

fn raw_args<'r>(cx: Ctx<'r>, args: &[Value<'r>]) -> ([sys::JSValueRef; MAX_ARGS], usize) {
    assert!(
        args.len() <= MAX_ARGS,
        "calls from Rust pass at most {MAX_ARGS} arguments"
    );
    let mut raw = [cx.undefined().raw(); MAX_ARGS];
    for (slot, arg) in raw.iter_mut().zip(args) {
        *slot = arg.raw();
    }
    (raw, args.len())
}
