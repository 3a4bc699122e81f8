//! References that do not keep their object.

use super::object::Object;
use super::sys;
use super::vm::Vm;

/// Tells whether an object still lives. It cannot be opened: who wants the object holds a [`super::Persistent`].
pub struct Weak<'vm> {
    vm: &'vm Vm,
    raw: sys::JSWeakRef,
}

impl<'vm> Weak<'vm> {
    /// Watches `object`.
    #[must_use]
    pub fn new(vm: &'vm Vm, object: Object<'_>) -> Self {
        // SAFETY: group and object are live and of one VM.
        let raw = unsafe { (sys::private().JSWeakCreate)(vm.group(), object.raw()) };
        Self { vm, raw }
    }

    /// Whether the collector has not taken it yet.
    #[must_use]
    pub fn is_alive(&self) -> bool {
        // SAFETY: the weak reference is live until `drop`.
        !unsafe { (sys::private().JSWeakGetObject)(self.raw) }.is_null()
    }
}

impl Drop for Weak<'_> {
    fn drop(&mut self) {
        // SAFETY: made by `new` in this VM.
        unsafe { (sys::private().JSWeakRelease)(self.vm.group(), self.raw) }
    }
}
