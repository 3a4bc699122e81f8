//! References that do not keep their object and can be asked for it.

use super::raw::RawValue;
use super::roots::NativeRoots;
use crate::engine::sys;

/// A weak reference to a cell. It becomes none at the end of the collection that takes the cell, so before the cell's address can be used again.
pub struct WeakCell {
    roots: &'static NativeRoots,
    raw: sys::JSWeakRef,
}

impl WeakCell {
    /// Watches `value`.
    ///
    /// # Safety
    /// It is a live object or symbol.
    #[must_use]
    pub unsafe fn new(roots: &'static NativeRoots, value: RawValue) -> Self {
        // SAFETY: the group is that of the VM whose thread this is; the caller vouches for the cell.
        let raw = unsafe { (sys::private().JSWeakCreate)(roots.group(), value.word() as sys::JSObjectRef) };
        Self { roots, raw }
    }

    /// The cell, or none once it is gone.
    #[must_use]
    pub fn get(&self) -> RawValue {
        // SAFETY: the reference is live until `drop`.
        RawValue::from_word(unsafe { (sys::private().JSWeakGetObject)(self.raw) } as usize)
    }
}

impl Drop for WeakCell {
    fn drop(&mut self) {
        // SAFETY: made by `new` in this VM, which outlives everything that native code owns.
        unsafe { (sys::private().JSWeakRelease)(self.roots.group(), self.raw) }
    }
}
