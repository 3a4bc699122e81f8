//! A realm that was entered: the token every operation on values needs.
//!
//! Invariants:
//! - A [`Ctx`] exists only while the VM's lock is held by this thread: [`super::Global::enter`] and the trampoline make it, both
//!   under the lock, and its lifetime ends with their closure.
//! - `'r` is invariant and universally quantified at every entry, so nothing branded can leave it or meet another realm's.

use std::marker::PhantomData;

use super::object::Object;
use super::string::JsString;
use super::value::Value;
use super::{JsResult, Thrown, sys};

/// Makes `'r` invariant, and the holder neither `Send` nor `Sync`.
pub(super) type Brand<'r> = PhantomData<(fn(&'r ()) -> &'r (), *mut ())>;

/// A realm, entered, with the engine's lock held.
#[derive(Clone, Copy)]
pub struct Ctx<'r> {
    raw: sys::JSContextRef,
    brand: Brand<'r>,
}

/// The error classes that native code throws.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorClass {
    /// `Error`
    Error,
    /// `TypeError`
    TypeError,
    /// `RangeError`
    RangeError,
    /// `SyntaxError`
    SyntaxError,
}

impl ErrorClass {
    fn name(self) -> &'static str {
        match self {
            Self::Error => "Error",
            Self::TypeError => "TypeError",
            Self::RangeError => "RangeError",
            Self::SyntaxError => "SyntaxError",
        }
    }
}

impl<'r> Ctx<'r> {
    /// # Safety
    /// `raw` is a live context, this thread holds the VM's lock for all of `'r`, and `'r` stands for this realm alone.
    pub(super) unsafe fn from_raw(raw: sys::JSContextRef) -> Self {
        Self {
            raw,
            brand: PhantomData,
        }
    }

    pub(super) fn raw(self) -> sys::JSContextRef {
        self.raw
    }

    /// Runs one engine call and turns an exception into an error.
    pub(super) fn guard<T>(self, call: impl FnOnce(sys::Exception) -> T) -> JsResult<'r, T> {
        let mut exception: sys::JSValueRef = std::ptr::null();
        let result = call(&raw mut exception);
        if exception.is_null() {
            return Ok(result);
        }
        // SAFETY: the engine stored a live value of this realm.
        Err(Thrown(unsafe { Value::from_raw(exception) }))
    }

    /// `undefined`
    #[must_use]
    pub fn undefined(self) -> Value<'r> {
        // SAFETY: the context is live and locked, here and in all calls below.
        unsafe { Value::from_raw(sys::JSValueMakeUndefined(self.raw)) }
    }

    /// `null`
    #[must_use]
    pub fn null(self) -> Value<'r> {
        // SAFETY: as in `undefined`.
        unsafe { Value::from_raw(sys::JSValueMakeNull(self.raw)) }
    }

    /// A boolean.
    #[must_use]
    pub fn boolean(self, value: bool) -> Value<'r> {
        // SAFETY: as in `undefined`.
        unsafe { Value::from_raw(sys::JSValueMakeBoolean(self.raw, value)) }
    }

    /// A number.
    #[must_use]
    pub fn number(self, value: impl Into<f64>) -> Value<'r> {
        // SAFETY: as in `undefined`.
        unsafe { Value::from_raw(sys::JSValueMakeNumber(self.raw, value.into())) }
    }

    /// A number from a count, size or time; exact up to 2^53.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "JavaScript has no other numbers")]
    pub fn number_from_u64(self, value: u64) -> Value<'r> {
        self.number(value as f64)
    }

    /// A string.
    #[must_use]
    pub fn string(self, text: &str) -> Value<'r> {
        self.js_string(&JsString::new(text))
    }

    /// A string from UTF-16 code units.
    #[must_use]
    pub fn string_utf16(self, units: &[u16]) -> Value<'r> {
        self.js_string(&JsString::from_utf16(units))
    }

    /// A string from an engine string, without copying.
    #[must_use]
    pub fn js_string(self, string: &JsString) -> Value<'r> {
        // SAFETY: as in `undefined`; the string is live.
        unsafe { Value::from_raw(sys::JSValueMakeString(self.raw, string.raw())) }
    }

    /// A string, or `undefined`.
    #[must_use]
    pub fn optional_string(self, text: Option<&str>) -> Value<'r> {
        text.map_or_else(|| self.undefined(), |t| self.string(t))
    }

    /// `{}`
    #[must_use]
    pub fn object(self) -> Object<'r> {
        // SAFETY: as in `undefined`; a null class makes a plain object.
        unsafe { Object::from_raw(sys::JSObjectMake(self.raw, std::ptr::null_mut(), std::ptr::null_mut())) }
    }

    /// `[]`, to be filled with [`Object::set_index`], so that no value waits in heap memory.
    #[must_use]
    pub fn array(self) -> Object<'r> {
        let made = self.guard(|exc| {
            // SAFETY: as in `undefined`; no elements are read.
            unsafe { sys::JSObjectMakeArray(self.raw, 0, std::ptr::null(), exc) }
        });
        // SAFETY: a live array of this realm; making an empty one throws only when memory is out, which the engine treats as fatal.
        made.map(|raw| unsafe { Object::from_raw(raw) })
            .unwrap_or_else(|_| self.object())
    }

    /// An array of what `make` gives for each item.
    ///
    /// # Errors
    /// What `make` threw.
    pub fn array_of<T>(
        self,
        items: impl IntoIterator<Item = T>,
        mut make: impl FnMut(T) -> JsResult<'r>,
    ) -> JsResult<'r, Object<'r>> {
        let array = self.array();
        for (index, item) in (0..).zip(items) {
            array.set_index(self, index, make(item)?)?;
        }
        Ok(array)
    }

    /// An array of strings.
    ///
    /// # Errors
    /// None in practice; a patched prototype could throw.
    pub fn string_array<S: AsRef<str>>(self, items: impl IntoIterator<Item = S>) -> JsResult<'r, Object<'r>> {
        self.array_of(items, |s| Ok(self.string(s.as_ref())))
    }

    /// The value of a JSON text, or `None` if it is none.
    #[must_use]
    pub fn parse_json(self, json: &str) -> Option<Value<'r>> {
        let json = JsString::new(json);
        // SAFETY: as in `undefined`; null means a syntax error.
        let raw = unsafe { sys::JSValueMakeFromJSONString(self.raw, json.raw()) };
        // SAFETY: a live value of this realm.
        (!raw.is_null()).then(|| unsafe { Value::from_raw(raw) })
    }

    /// The global object.
    #[must_use]
    pub fn global(self) -> Object<'r> {
        // SAFETY: as in `undefined`.
        unsafe { Object::from_raw(sys::JSContextGetGlobalObject(self.raw)) }
    }

    /// Evaluates a short script; long or repeated ones go through [`super::Script`].
    ///
    /// # Errors
    /// A syntax error or what it threw.
    pub fn eval(self, source: &str, url: &str) -> JsResult<'r> {
        let (source, url) = (JsString::new(source), JsString::new(url));
        let raw = self.guard(|exc| {
            // SAFETY: as in `undefined`; the strings outlive the call.
            unsafe { sys::JSEvaluateScript(self.raw, source.raw(), std::ptr::null_mut(), url.raw(), 1, exc) }
        })?;
        // SAFETY: a live value of this realm.
        Ok(unsafe { Value::from_raw(raw) })
    }

    /// Whether a text is a script, without running it.
    #[must_use]
    pub fn is_script(self, source: &str) -> bool {
        let source = JsString::new(source);
        // SAFETY: as in `undefined`; nobody asks for the error or names the script.
        unsafe { sys::JSCheckScriptSyntax(self.raw, source.raw(), std::ptr::null_mut(), 1, std::ptr::null_mut()) }
    }

    /// A new error of `class`, ready to be returned as `Err`.
    #[must_use]
    pub fn error(self, class: ErrorClass, message: &str) -> Thrown<'r> {
        let constructed = self
            .global()
            .get(self, class.name())
            .and_then(|ctor| ctor.expect_object(self, class.name()))
            .and_then(|ctor| ctor.construct(self, &[self.string(message)]));
        match constructed {
            Ok(error) => Thrown(error.into()),
            // A test replaced the constructor by one that throws: what it threw is as good a report as any.
            Err(thrown) => thrown,
        }
    }

    /// A `TypeError`.
    #[must_use]
    pub fn type_error(self, message: &str) -> Thrown<'r> {
        self.error(ErrorClass::TypeError, message)
    }

    /// An error of `class` with a `code` property, as Node's are.
    #[must_use]
    pub fn coded_error(self, class: ErrorClass, code: &str, message: &str) -> Thrown<'r> {
        let thrown = self.error(class, message);
        if let Some(error) = thrown.0.as_object(self) {
            // A frozen or exotic error keeps its message, which is all that would be lost.
            let _ = error.set(self, "code", self.string(code));
        }
        thrown
    }

    /// A value that the engine itself carried over from another realm of this VM (a rejection's reason, say), under this brand. The heap is
    /// one, so this is sound; it is for the few places where realms meet by design.
    #[must_use]
    pub fn adopt(self, value: Value<'_>) -> Value<'r> {
        // SAFETY: any realm's values are live values of the one VM this thread has.
        unsafe { Value::from_raw(value.raw()) }
    }

    /// Collects everything that can go, now. What is on the stack stays.
    pub fn collect(self) {
        // SAFETY: as in `undefined`.
        unsafe { (sys::private().JSSynchronousGarbageCollectForDebugging)(self.raw) }
    }

    /// Tells the collector about memory it does not see, so that it runs sooner.
    pub fn report_extra_memory(self, bytes: usize) {
        // SAFETY: as in `undefined`.
        unsafe { (sys::private().JSReportExtraMemoryCost)(self.raw, bytes) }
    }
}
