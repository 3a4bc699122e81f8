//! Scripts that are parsed once per VM and evaluated in every realm.

use super::ctx::{Ctx, ErrorClass};
use super::string::JsString;
use super::value::Value;
use super::vm::Vm;
use super::{JsResult, sys};

/// A parsed script. It belongs to the VM and keeps the hash of its text, so that evaluating it again finds the compiled code at
/// once.
pub struct Script {
    raw: sys::JSScriptRef,
}

/// Why a text is no script. The engine gives no column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScriptError {
    /// The engine's words.
    pub message: String,
    /// 1-based line.
    pub line: u32,
}

impl Script {
    /// Parses `source`.
    ///
    /// # Errors
    /// It has a syntax error.
    pub fn parse(vm: &Vm, url: &str, source: &str) -> Result<Self, ScriptError> {
        let (url, source) = (JsString::new(url), JsString::new(source));
        let mut message: sys::JSStringRef = std::ptr::null_mut();
        let mut line = 0;
        // SAFETY: the group is live as long as `vm`; the strings and out-pointers are valid for the call.
        let raw = unsafe {
            (sys::private().JSScriptCreateFromString)(
                vm.group(),
                url.raw(),
                1,
                source.raw(),
                &raw mut message,
                &raw mut line,
            )
        };
        if !raw.is_null() {
            return Ok(Self { raw });
        }
        let message = if message.is_null() {
            "syntax error".to_owned()
        } else {
            // SAFETY: the call stored a new reference.
            unsafe { JsString::from_raw(message) }.to_text()
        };
        Err(ScriptError {
            message,
            line: u32::try_from(line).unwrap_or(0),
        })
    }

    /// Evaluates it in the realm of `cx` and returns its completion value.
    ///
    /// # Errors
    /// What it threw.
    pub fn evaluate<'r>(&self, cx: Ctx<'r>) -> JsResult<'r> {
        // SAFETY: script and context belong to one VM (a thread has one); a null `this` is the global object.
        let raw =
            cx.guard(|exc| unsafe { (sys::private().JSScriptEvaluate)(cx.raw(), self.raw, std::ptr::null(), exc) })?;
        if raw.is_null() {
            return Err(cx.error(ErrorClass::Error, "bug in trun: a script of another VM"));
        }
        // SAFETY: a live value of this realm.
        Ok(unsafe { Value::from_raw(raw) })
    }
}

impl Drop for Script {
    fn drop(&mut self) {
        // SAFETY: the reference `parse` was given.
        unsafe { (sys::private().JSScriptRelease)(self.raw) }
    }
}
