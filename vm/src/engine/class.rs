//! Objects that own a Rust value, dropped when the collector takes the object.
//!
//! Invariant: a class made for `T` is the only one whose objects carry a `Box<T>`, and [`HostClass::get`] checks the class before
//! it looks, so a private pointer is never read as another type. Finalizers run during the sweep: they must not call the engine,
//! so `T`'s `Drop` must not either (it has no [`Ctx`] to do it with).

use std::cell::Cell;
use std::ffi::{CStr, c_void};
use std::marker::PhantomData;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::ctx::Ctx;
use super::object::Object;
use super::sys;
use super::value::Value;

/// A class whose objects own a `T`.
pub struct HostClass<T: 'static> {
    raw: sys::JSClassRef,
    holds: PhantomData<Cell<T>>,
}

impl<T: 'static> HostClass<T> {
    /// Makes the class. It belongs to no realm; make it once per thread and keep it.
    #[must_use]
    pub fn new(name: &'static CStr) -> Self {
        let definition = sys::JSClassDefinition {
            class_name: name.as_ptr(),
            finalize: Some(finalize::<T>),
            ..empty_definition()
        };
        // SAFETY: the definition outlives the call, which copies it.
        let raw = unsafe { sys::JSClassCreate(&raw const definition) };
        Self {
            raw,
            holds: PhantomData,
        }
    }

    /// A new object that owns `value`.
    pub fn wrap<'r>(&self, cx: Ctx<'r>, value: T) -> Object<'r> {
        let data = Box::into_raw(Box::new(value)).cast::<c_void>();
        // SAFETY: the context is live and locked; the finalizer of this class takes the box back.
        unsafe { Object::from_raw(sys::JSObjectMake(cx.raw(), self.raw, data)) }
    }

    /// What the object owns, if it is of this class.
    pub fn get<'r>(&self, cx: Ctx<'r>, value: Value<'r>) -> Option<&'r T> {
        // SAFETY: value and context are of one realm; the lock is held.
        if !unsafe { sys::JSValueIsObjectOfClass(cx.raw(), value.raw(), self.raw) } {
            return None;
        }
        let object = value.as_object(cx)?;
        // SAFETY: an object of this class carries a `Box<T>` until its finalizer; the reference's lifetime is that of the entry, for
        // which the object is kept by the stack the caller's value lives on.
        unsafe { sys::JSObjectGetPrivate(object.raw()).cast::<T>().as_ref() }
    }
}

impl<T> Drop for HostClass<T> {
    fn drop(&mut self) {
        // SAFETY: the reference made in `new`; living objects hold their own.
        unsafe { sys::JSClassRelease(self.raw) }
    }
}

unsafe extern "C" fn finalize<T: 'static>(object: sys::JSObjectRef) {
    // SAFETY: the engine calls this once, at the object's end; the private data is the box that `wrap` made.
    let data = unsafe { sys::JSObjectGetPrivate(object) }.cast::<T>();
    if !data.is_null() {
        // SAFETY: as above; nobody reads it after this.
        let owned = unsafe { Box::from_raw(data) };
        // A panic must not cross into the sweep, and there is nobody to tell.
        let _ = catch_unwind(AssertUnwindSafe(|| drop(owned)));
    }
}

/// A definition with everything left out.
pub(super) fn empty_definition() -> sys::JSClassDefinition {
    sys::JSClassDefinition {
        version: 0,
        attributes: 0,
        class_name: std::ptr::null(),
        parent_class: std::ptr::null_mut(),
        static_values: std::ptr::null(),
        static_functions: std::ptr::null(),
        initialize: std::ptr::null(),
        finalize: None,
        has_property: std::ptr::null(),
        get_property: std::ptr::null(),
        set_property: std::ptr::null(),
        delete_property: std::ptr::null(),
        get_property_names: std::ptr::null(),
        call_as_function: None,
        call_as_constructor: std::ptr::null(),
        has_instance: std::ptr::null(),
        convert_to_type: std::ptr::null(),
    }
}
