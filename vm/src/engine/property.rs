//! Objects by keys that are values, prototypes, and calls with arguments that lie in foreign memory.

use super::ctx::Ctx;
use super::native::RawValue;
use super::object::Object;
use super::string::JsString;
use super::value::Value;
use super::{JsResult, sys};

impl<'r> Object<'r> {
    /// `object[key]`; the key is converted as JavaScript does.
    ///
    /// # Errors
    /// What the conversion or a getter threw.
    pub fn get_key(self, cx: Ctx<'r>, key: Value<'r>) -> JsResult<'r> {
        // SAFETY: all values and the context are of one realm by their brand; the lock is held, here and below.
        let raw = cx.guard(|exc| unsafe { sys::JSObjectGetPropertyForKey(cx.raw(), self.raw(), key.raw(), exc) })?;
        // SAFETY: a live value of this realm.
        Ok(unsafe { Value::from_raw(raw) })
    }

    /// `object[key] = value`, silent where it is refused.
    ///
    /// # Errors
    /// What the conversion or a setter threw.
    pub fn set_key(self, cx: Ctx<'r>, key: Value<'r>, value: Value<'r>) -> JsResult<'r, ()> {
        // SAFETY: as in `get_key`.
        cx.guard(|exc| unsafe { sys::JSObjectSetPropertyForKey(cx.raw(), self.raw(), key.raw(), value.raw(), 0, exc) })
    }

    /// `object[name]`.
    ///
    /// # Errors
    /// What a getter threw.
    pub fn get_named(self, cx: Ctx<'r>, name: &JsString) -> JsResult<'r> {
        // SAFETY: as in `get_key`; the name is live.
        let raw = cx.guard(|exc| unsafe { sys::JSObjectGetProperty(cx.raw(), self.raw(), name.raw(), exc) })?;
        // SAFETY: a live value of this realm.
        Ok(unsafe { Value::from_raw(raw) })
    }

    /// `object[name] = value`, silent where it is refused.
    ///
    /// # Errors
    /// What a setter threw.
    pub fn set_named(self, cx: Ctx<'r>, name: &JsString, value: Value<'r>) -> JsResult<'r, ()> {
        // SAFETY: as in `get_named`.
        cx.guard(|exc| unsafe { sys::JSObjectSetProperty(cx.raw(), self.raw(), name.raw(), value.raw(), 0, exc) })
    }

    /// `key in object`.
    ///
    /// # Errors
    /// What the conversion or a proxy threw.
    pub fn has_key(self, cx: Ctx<'r>, key: Value<'r>) -> JsResult<'r, bool> {
        // SAFETY: as in `get_key`.
        cx.guard(|exc| unsafe { sys::JSObjectHasPropertyForKey(cx.raw(), self.raw(), key.raw(), exc) })
    }

    /// `delete object[key]`; false where it is refused.
    ///
    /// # Errors
    /// What the conversion or a proxy threw.
    pub fn delete_key(self, cx: Ctx<'r>, key: Value<'r>) -> JsResult<'r, bool> {
        // SAFETY: as in `get_key`.
        cx.guard(|exc| unsafe { sys::JSObjectDeletePropertyForKey(cx.raw(), self.raw(), key.raw(), exc) })
    }

    /// Its prototype, or `null`.
    #[must_use]
    pub fn prototype(self, cx: Ctx<'r>) -> Value<'r> {
        // SAFETY: as in `get_key`; the result is a live value.
        unsafe { Value::from_raw(sys::JSObjectGetPrototype(cx.raw(), self.raw())) }
    }

    /// Gives it another prototype, an object or `null`; silent where it is refused.
    pub fn set_prototype(self, cx: Ctx<'r>, prototype: Value<'r>) {
        // SAFETY: as in `get_key`.
        unsafe { sys::JSObjectSetPrototype(cx.raw(), self.raw(), prototype.raw()) }
    }

    /// Whether `new` accepts it.
    #[must_use]
    pub fn is_constructor(self, cx: Ctx<'r>) -> bool {
        // SAFETY: as in `get_key`.
        unsafe { sys::JSObjectIsConstructor(cx.raw(), self.raw()) }
    }

    /// Calls it on `this` with arguments that lie in foreign memory.
    ///
    /// # Errors
    /// What it threw.
    ///
    /// # Safety
    /// The words are live values that something keeps for the length of the call.
    pub unsafe fn call_with_raw(self, cx: Ctx<'r>, this: Object<'r>, args: &[RawValue]) -> JsResult<'r> {
        // SAFETY: as in `get_key`; `RawValue` is a transparent wrapper, and the caller vouches for the words.
        let raw = cx.guard(|exc| unsafe {
            sys::JSObjectCallAsFunction(cx.raw(), self.raw(), this.raw(), args.len(), args.as_ptr().cast(), exc)
        })?;
        // Null only for what is no function.
        Ok(if raw.is_null() {
            cx.undefined()
        } else {
            // SAFETY: without an exception a live value.
            unsafe { Value::from_raw(raw) }
        })
    }

    /// `new object(…args)` with arguments that lie in foreign memory.
    ///
    /// # Errors
    /// What it threw.
    ///
    /// # Safety
    /// As [`Object::call_with_raw`].
    pub unsafe fn construct_with_raw(self, cx: Ctx<'r>, args: &[RawValue]) -> JsResult<'r, Object<'r>> {
        // SAFETY: as in `call_with_raw`.
        let raw = cx.guard(|exc| unsafe {
            sys::JSObjectCallAsConstructor(cx.raw(), self.raw(), args.len(), args.as_ptr().cast(), exc)
        })?;
        if raw.is_null() {
            return Err(cx.type_error("not a constructor"));
        }
        // SAFETY: a live object of this realm.
        Ok(unsafe { Object::from_raw(raw) })
    }
}

impl<'r> Value<'r> {
    /// `value instanceof constructor`.
    ///
    /// # Errors
    /// What `Symbol.hasInstance` or a getter threw.
    pub fn is_instance_of(self, cx: Ctx<'r>, constructor: Object<'r>) -> JsResult<'r, bool> {
        // SAFETY: as in `Object::get_key`.
        cx.guard(|exc| unsafe { sys::JSValueIsInstanceOfConstructor(cx.raw(), self.raw(), constructor.raw(), exc) })
    }

    /// Whether it is a `Date`, of whatever realm.
    #[must_use]
    pub fn is_date(self, cx: Ctx<'r>) -> bool {
        // SAFETY: as in `Object::get_key`.
        unsafe { sys::JSValueIsDate(cx.raw(), self.raw()) }
    }
}

impl<'r> Ctx<'r> {
    /// A `Date`.
    ///
    /// # Errors
    /// Only when memory is out.
    pub fn date(self, time: f64) -> JsResult<'r, Object<'r>> {
        let time = self.number(time).raw();
        // SAFETY: as in `Object::get_key`; the argument is a number on the stack.
        let raw = self.guard(|exc| unsafe { sys::JSObjectMakeDate(self.raw(), 1, &raw const time, exc) })?;
        // SAFETY: a live object of this realm.
        Ok(unsafe { Object::from_raw(raw) })
    }

    /// A symbol; without a description if there is none.
    #[must_use]
    pub fn symbol(self, description: Option<&JsString>) -> Value<'r> {
        let description = description.map_or(std::ptr::null_mut(), JsString::raw);
        // SAFETY: as in `Object::get_key`; null means no description.
        unsafe { Value::from_raw(sys::JSValueMakeSymbol(self.raw(), description)) }
    }
}
