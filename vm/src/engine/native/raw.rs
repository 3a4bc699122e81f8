//! Values as words, and realms to enter from native code.

use super::encoding;
use crate::engine::ctx::Ctx;
use crate::engine::object::Object;
use crate::engine::sys;
use crate::engine::value::Value;

/// A value as C code holds it. Null stands for none.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(transparent)]
pub struct RawValue(sys::JSValueRef);

const _: () =
    assert!(size_of::<RawValue>() == size_of::<*const ()>() && align_of::<RawValue>() == align_of::<*const ()>());

impl RawValue {
    /// No value.
    pub const NONE: Self = Self(std::ptr::null());

    /// Whether it is none.
    #[must_use]
    pub fn is_none(self) -> bool {
        self.0.is_null()
    }

    /// As a number, to be compared or stored where the collector looks.
    #[must_use]
    pub fn word(self) -> usize {
        self.0 as usize
    }

    /// From [`RawValue::word`].
    #[must_use]
    pub fn from_word(word: usize) -> Self {
        Self(word as sys::JSValueRef)
    }

    /// Whether it is in the heap: an object, string, symbol or large bigint.
    #[must_use]
    pub fn is_cell(self) -> bool {
        encoding::is_cell(self.word())
    }

    /// The number, if it is one.
    #[must_use]
    pub fn number(self) -> Option<f64> {
        encoding::number(self.word())
    }

    /// The boolean, if it is one.
    #[must_use]
    pub fn boolean(self) -> Option<bool> {
        encoding::boolean(self.word())
    }

    /// Whether it is `undefined`.
    #[must_use]
    pub fn is_undefined(self) -> bool {
        encoding::is_undefined(self.word())
    }

    /// Whether it is `null`.
    #[must_use]
    pub fn is_null(self) -> bool {
        encoding::is_null(self.word())
    }

    /// The value again, under the brand of `cx`. The heap is one for all realms of the VM, so any of its values will do.
    ///
    /// # Safety
    /// It is not none, and the collector has seen the word ever since it was a value: see the module's invariants.
    #[must_use]
    pub unsafe fn value<'r>(self, _: Ctx<'r>) -> Value<'r> {
        // SAFETY: the caller vouches for the word.
        unsafe { Value::from_raw(self.0) }
    }
}

impl<'r> Value<'r> {
    /// The word for C code. It keeps nothing alive.
    #[must_use]
    pub fn to_raw(self) -> RawValue {
        RawValue(self.raw())
    }

    /// Whether it is a promise, of whatever realm or class. Needs [`encoding::is_known`].
    #[must_use]
    pub fn is_promise(self, cx: Ctx<'r>) -> bool {
        let raw = self.to_raw();
        // SAFETY: a value under a brand is live, and it is a cell where it is read.
        raw.is_cell() && encoding::promise_type(cx) == Some(unsafe { encoding::cell_type(raw.word()) })
    }
}

impl<'r> Object<'r> {
    /// The word for C code. It keeps nothing alive.
    #[must_use]
    pub fn to_raw(self) -> RawValue {
        RawValue(self.raw())
    }
}

/// A realm that native code enters without having been called from it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct RealmHandle(sys::JSGlobalContextRef);

impl Ctx<'_> {
    /// A handle to the realm of this context.
    #[must_use]
    pub fn realm_handle(self) -> RealmHandle {
        // SAFETY: the context is live and locked.
        RealmHandle(unsafe { sys::JSContextGetGlobalContext(self.raw()) })
    }
}

impl RealmHandle {
    /// Enters it under the engine's lock. Where the lock is not held yet, microtasks run before this returns.
    ///
    /// # Safety
    /// The realm lives, and this is the thread of its VM.
    pub unsafe fn enter<T>(self, run: impl for<'r> FnOnce(Ctx<'r>) -> T) -> T {
        struct Unlock(sys::JSContextRef);
        impl Drop for Unlock {
            fn drop(&mut self) {
                // SAFETY: locked just below, on this thread.
                unsafe { (sys::private().JSUnlock)(self.0) }
            }
        }
        // SAFETY: the caller vouches for a live context; `Unlock` releases the lock, also on unwinding.
        unsafe { (sys::private().JSLock)(self.0) };
        let _unlock = Unlock(self.0);
        // SAFETY: live and locked for all of `run`, whose brand is universally quantified.
        run(unsafe { Ctx::from_raw(self.0) })
    }

    /// Enters it where the lock is held already, which saves taking it again.
    ///
    /// # Safety
    /// As [`RealmHandle::enter`]; and this thread holds the engine's lock for all of `run`.
    pub unsafe fn enter_locked<T>(self, run: impl for<'r> FnOnce(Ctx<'r>) -> T) -> T {
        // SAFETY: the caller vouches for a live context and the lock; the brand is universally quantified.
        run(unsafe { Ctx::from_raw(self.0) })
    }
}
