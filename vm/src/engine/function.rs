//! Rust functions that JavaScript calls, and the one door they are called through.
//!
//! Invariants:
//! - Every native function is entered by [`enter`]: it takes the engine's lock (callbacks run with the lock dropped), brands the
//!   realm, turns `Err` into an exception and a panic into an error that says it is a bug. Nothing unwinds into C.
//! - A host function carries no state: it is a zero-sized function item, conjured back inside its own C entry point. State comes
//!   from the VM's host (`crate::host`).

use std::cell::RefCell;
use std::ffi::CStr;
use std::marker::PhantomData;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::ctx::{Ctx, ErrorClass};
use super::native::RawValue;
use super::object::Object;
use super::string::JsString;
use super::value::Value;
use super::{JsResult, sys};

/// The arguments of a call from JavaScript. Missing ones read as `undefined`.
#[derive(Clone, Copy)]
pub struct Args<'r, 'a> {
    raw: &'a [sys::JSValueRef],
    this: Object<'r>,
    brand: PhantomData<&'a ()>,
}

impl<'r> Args<'r, '_> {
    /// How many were passed.
    #[must_use]
    pub fn len(&self) -> usize {
        self.raw.len()
    }

    /// Whether none was passed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.raw.is_empty()
    }

    /// All of them as words, for C code. They live as long as the call.
    #[must_use]
    pub fn raw(&self) -> &[RawValue] {
        // SAFETY: `RawValue` is a transparent wrapper of the same pointer.
        unsafe { std::slice::from_raw_parts(self.raw.as_ptr().cast(), self.raw.len()) }
    }

    /// `this`.
    #[must_use]
    pub fn this(&self) -> Object<'r> {
        self.this
    }

    /// The argument at `index`, or `undefined`.
    #[must_use]
    pub fn get(&self, cx: Ctx<'r>, index: usize) -> Value<'r> {
        match self.raw.get(index) {
            // SAFETY: the engine passes live values of the realm that was entered.
            Some(raw) => unsafe { Value::from_raw(*raw) },
            None => cx.undefined(),
        }
    }

    /// The argument as text.
    ///
    /// # Errors
    /// What its conversion threw.
    pub fn text(&self, cx: Ctx<'r>, index: usize) -> JsResult<'r, String> {
        self.get(cx, index).to_text(cx)
    }

    /// The argument as text, or `None` for `undefined` and `null`.
    ///
    /// # Errors
    /// What its conversion threw.
    pub fn optional_text(&self, cx: Ctx<'r>, index: usize) -> JsResult<'r, Option<String>> {
        let value = self.get(cx, index);
        if value.is_nullish(cx) {
            Ok(None)
        } else {
            value.to_text(cx).map(Some)
        }
    }

    /// The argument as a number.
    ///
    /// # Errors
    /// What its conversion threw.
    pub fn number(&self, cx: Ctx<'r>, index: usize) -> JsResult<'r, f64> {
        self.get(cx, index).to_number(cx)
    }

    /// The argument as a number cut to `u32`; NaN and negative ones are zero.
    ///
    /// # Errors
    /// What its conversion threw.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "documented to saturate"
    )]
    pub fn u32(&self, cx: Ctx<'r>, index: usize) -> JsResult<'r, u32> {
        Ok(self.number(cx, index)? as u32)
    }

    /// The argument as a number cut to `i32`; NaN is zero.
    ///
    /// # Errors
    /// What its conversion threw.
    #[expect(clippy::cast_possible_truncation, reason = "documented to saturate")]
    pub fn i32(&self, cx: Ctx<'r>, index: usize) -> JsResult<'r, i32> {
        Ok(self.number(cx, index)? as i32)
    }

    /// The argument as a boolean.
    #[must_use]
    pub fn bool(&self, cx: Ctx<'r>, index: usize) -> bool {
        self.get(cx, index).to_bool(cx)
    }

    /// The argument as an object.
    ///
    /// # Errors
    /// A `TypeError` that names `what`.
    pub fn object(&self, cx: Ctx<'r>, index: usize, what: &str) -> JsResult<'r, Object<'r>> {
        self.get(cx, index).expect_object(cx, what)
    }

    /// The argument as a function.
    ///
    /// # Errors
    /// A `TypeError` that names `what`.
    pub fn function(&self, cx: Ctx<'r>, index: usize, what: &str) -> JsResult<'r, Object<'r>> {
        match self.get(cx, index).as_object(cx) {
            Some(function) if function.is_function(cx) => Ok(function),
            _ => Err(cx.type_error(&format!("{what} must be a function"))),
        }
    }
}

/// A Rust function JavaScript can call: a function item or a closure that captures nothing.
pub trait HostFn: for<'r, 'a> Fn(Ctx<'r>, Args<'r, 'a>) -> JsResult<'r> + Copy + 'static {}
impl<F: for<'r, 'a> Fn(Ctx<'r>, Args<'r, 'a>) -> JsResult<'r> + Copy + 'static> HostFn for F {}

/// A named host function.
pub struct Binding {
    name: &'static CStr,
    call: sys::CallAsFunction,
}

impl Binding {
    /// A table entry of a C entry point of this layer.
    pub(super) const fn raw(name: &'static CStr, call: sys::CallAsFunction) -> Self {
        Self { name, call }
    }
}

/// Makes a table entry of a function item.
pub const fn host<F: HostFn>(name: &'static CStr, function: F) -> Binding {
    const { assert!(size_of::<F>() == 0, "host functions capture nothing") };
    let _ = function;
    Binding { name, call: entry::<F> }
}

/// Native functions that belong together. In a realm it is one object that makes each function when it is first read, so a table
/// costs a realm the same however long it is.
pub struct BindingTable {
    /// What `binding(name)` finds it by.
    pub name: &'static str,
    /// Its functions.
    pub entries: &'static [Binding],
}

impl BindingTable {
    /// The object that has these functions, made anew at each call.
    pub fn instantiate<'r>(&'static self, cx: Ctx<'r>) -> Object<'r> {
        let class = self.class();
        // SAFETY: the context is live and locked, the class is never released.
        unsafe { Object::from_raw(sys::JSObjectMake(cx.raw(), class, std::ptr::null_mut())) }
    }

    /// The table's class. Classes belong to no VM; each thread that runs one makes its own and keeps it to its end.
    fn class(&'static self) -> sys::JSClassRef {
        thread_local! {
            static CLASSES: RefCell<Classes> = const { RefCell::new(Classes(Vec::new())) };
        }
        CLASSES.with_borrow_mut(|Classes(classes)| {
            let key = std::ptr::from_ref(self);
            if let Some((_, class)) = classes.iter().find(|(k, _)| std::ptr::eq(*k, key)) {
                return *class;
            }
            let class = self.create_class();
            classes.push((key, class));
            class
        })
    }

    fn create_class(&self) -> sys::JSClassRef {
        let mut functions: Vec<sys::JSStaticFunction> = self
            .entries
            .iter()
            .map(|b| sys::JSStaticFunction {
                name: b.name.as_ptr(),
                call_as_function: Some(b.call),
                attributes: 0,
            })
            .collect();
        functions.push(sys::JSStaticFunction {
            name: std::ptr::null(),
            call_as_function: None,
            attributes: 0,
        });
        let definition = sys::JSClassDefinition {
            class_name: c"Binding".as_ptr(),
            static_functions: functions.as_ptr(),
            attributes: sys::CLASS_NO_AUTOMATIC_PROTOTYPE,
            ..super::class::empty_definition()
        };
        // SAFETY: the definition and the array it points to outlive the call, which copies them.
        unsafe { sys::JSClassCreate(&raw const definition) }
    }
}

/// The classes of a thread's tables. They go with the thread, whose VM has gone before.
struct Classes(Vec<(*const BindingTable, sys::JSClassRef)>);

impl Drop for Classes {
    fn drop(&mut self) {
        for (_, class) in &self.0 {
            // SAFETY: made by this thread, which makes no object of it any more; a VM that still had one would hold a reference of its own.
            unsafe { sys::JSClassRelease(*class) }
        }
    }
}

impl<'r> Ctx<'r> {
    /// A function object that calls `function`.
    pub fn function<F: HostFn>(self, name: &str, function: F) -> Object<'r> {
        const { assert!(size_of::<F>() == 0, "host functions capture nothing") };
        let _ = function;
        let name = JsString::new(name);
        // SAFETY: the context is live and locked; `entry::<F>` has the callback's signature.
        unsafe {
            Object::from_raw(sys::JSObjectMakeFunctionWithCallback(
                self.raw(),
                name.raw(),
                entry::<F>,
            ))
        }
    }
}

unsafe extern "C" fn entry<F: HostFn>(
    ctx: sys::JSContextRef,
    _function: sys::JSObjectRef,
    this: sys::JSObjectRef,
    argc: usize,
    argv: *const sys::JSValueRef,
    exception: sys::Exception,
) -> sys::JSValueRef {
    // SAFETY: `F` is zero-sized (checked where the entry was made), so any aligned pointer reads as it; it was forgotten, not dropped.
    let function = unsafe { std::ptr::NonNull::<F>::dangling().read() };
    // SAFETY: the engine passes live arguments, valid for the length of this call.
    unsafe { enter(ctx, this, argc, argv, exception, function) }
}

/// Holds the engine's lock inside a callback.
struct CallbackLock(sys::JSContextRef);

impl Drop for CallbackLock {
    fn drop(&mut self) {
        // SAFETY: taken in `enter` on this thread.
        unsafe { (sys::private().JSUnlock)(self.0) }
    }
}

/// # Safety
/// The arguments are those of a C callback of the engine, on the JS thread.
pub(super) unsafe fn enter<F: HostFn>(
    ctx: sys::JSContextRef,
    this: sys::JSObjectRef,
    argc: usize,
    argv: *const sys::JSValueRef,
    exception: sys::Exception,
    function: F,
) -> sys::JSValueRef {
    // SAFETY: a live context; the lock is released by the guard's drop, also when the function panics.
    unsafe { (sys::private().JSLock)(ctx) };
    let _lock = CallbackLock(ctx);
    // SAFETY: locked, and the brand is fresh: it is universally quantified in `function`'s type.
    let cx = unsafe { Ctx::from_raw(ctx) };
    let raw = if argc == 0 {
        &[][..]
    } else {
        // SAFETY: the engine passes `argc` live values; only with none the pointer may be null.
        unsafe { std::slice::from_raw_parts(argv, argc) }
    };
    // SAFETY: a live object; for calls without a receiver the engine passes the global object.
    let this = unsafe { Object::from_raw(this) };
    let args = Args {
        raw,
        this,
        brand: PhantomData,
    };
    let result = catch_unwind(AssertUnwindSafe(|| function(cx, args)))
        .unwrap_or_else(|panic| Err(cx.error(ErrorClass::Error, &bug(&*panic))));
    match result {
        Ok(value) => value.raw(),
        Err(thrown) => {
            if !exception.is_null() {
                // SAFETY: where the engine wants the exception.
                unsafe { *exception = thrown.0.raw() };
            }
            cx.undefined().raw()
        }
    }
}

/// What a panic inside a native function looks like to JavaScript.
pub(super) fn bug(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic
        .downcast_ref::<&str>()
        .map(|s| (*s).to_owned())
        .or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "no message".to_owned());
    format!("bug in trun: a native function panicked: {text}")
}
