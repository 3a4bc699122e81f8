//! References that do not keep their object.
//!
//! Invariant: no weak reference outlives its VM. [`Weak`] borrows it, [`Released`] is dropped by it first.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;

use super::object::Object;
use super::persistent::RealmId;
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
        unsafe { is_alive(self.raw) }
    }
}

impl Drop for Weak<'_> {
    fn drop(&mut self) {
        // SAFETY: made by `new` in this VM.
        unsafe { (sys::private().JSWeakRelease)(self.vm.group(), self.raw) }
    }
}

/// # Safety
/// `weak` was made by `JSWeakCreate` and not released.
unsafe fn is_alive(weak: sys::JSWeakRef) -> bool {
    // SAFETY: as promised.
    !unsafe { (sys::private().JSWeakGetObject)(weak) }.is_null()
}

/// Realms that were released and that the collector has not taken yet, oldest first.
pub(super) struct Released {
    group: sys::JSContextGroupRef,
    realms: RefCell<Vec<(RealmId, sys::JSWeakRef)>>,
}

impl Released {
    /// `group` outlives it.
    pub(super) fn new(group: sys::JSContextGroupRef) -> Self {
        Self {
            group,
            realms: RefCell::default(),
        }
    }

    /// # Safety
    /// `global` is a live object of the group.
    pub(super) unsafe fn watch(&self, realm: RealmId, global: sys::JSObjectRef) {
        // SAFETY: as promised.
        let weak = unsafe { (sys::private().JSWeakCreate)(self.group, global) };
        self.realms.borrow_mut().push((realm, weak));
    }

    pub(super) fn uncollected(&self) -> Vec<RealmId> {
        let mut realms = self.realms.borrow_mut();
        realms.retain(|(_, weak)| {
            // SAFETY: made by `watch`; released only here and in `drop`, which both forget it.
            let alive = unsafe { is_alive(*weak) };
            if !alive {
                // SAFETY: as above.
                unsafe { (sys::private().JSWeakRelease)(self.group, *weak) };
            }
            alive
        });
        realms.iter().map(|(realm, _)| *realm).collect()
    }
}

impl Drop for Released {
    fn drop(&mut self) {
        for (_, weak) in self.realms.take() {
            // SAFETY: as in `uncollected`; the group is still there.
            unsafe { (sys::private().JSWeakRelease)(self.group, weak) }
        }
    }
}

/// Numbers an object that [`Vm::watch`] watches; never used twice.
pub type WatchId = u32;

/// Objects watched under numbers, for owners that outlive no borrow of the VM.
#[derive(Default)]
pub(super) struct Watched {
    next: Cell<WatchId>,
    objects: RefCell<HashMap<WatchId, sys::JSWeakRef>>,
}

impl Vm {
    /// Watches `object` until [`Vm::unwatch`].
    pub fn watch(&self, object: Object<'_>) -> WatchId {
        let id = self.watched.next.replace(self.watched.next.get() + 1);
        // SAFETY: group and object are live and of one VM.
        let raw = unsafe { (sys::private().JSWeakCreate)(self.group(), object.raw()) };
        self.watched.objects.borrow_mut().insert(id, raw);
        id
    }

    /// Whether the collector has not taken it yet; `false` for what is not watched any longer.
    #[must_use]
    pub fn is_alive(&self, id: WatchId) -> bool {
        let raw = self.watched.objects.borrow().get(&id).copied();
        // SAFETY: a weak reference of the table is live.
        raw.is_some_and(|raw| !unsafe { (sys::private().JSWeakGetObject)(raw) }.is_null())
    }

    /// Ends a watch.
    pub fn unwatch(&self, id: WatchId) {
        if let Some(raw) = self.watched.objects.borrow_mut().remove(&id) {
            // SAFETY: made by `watch` in this VM, and out of the table now.
            unsafe { (sys::private().JSWeakRelease)(self.group(), raw) }
        }
    }
}
