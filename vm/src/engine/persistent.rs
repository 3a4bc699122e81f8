//! Objects that outlive the entry they were seen in: the one store of roots.
//!
//! Invariants:
//! - The store's table is the only memory outside the stack in which object references wait, and the marking constraint marks
//!   all of it at every collection. The mutex is never held across an engine call, so the collector, on whatever thread, gets it.
//! - A [`Persistent`] opens only in the realm it was made in; once its realm is cleared it opens nowhere.

use std::ffi::c_void;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::ctx::Ctx;
use super::object::Object;
use super::sys;

/// Identifies a realm within its VM; never used twice.
pub type RealmId = u32;

#[derive(Clone, Copy)]
struct Slot {
    object: sys::JSObjectRef,
    realm: RealmId,
    generation: u32,
    /// Who keeps it.
    keeper: &'static str,
}

#[derive(Default)]
struct Table {
    slots: Vec<Slot>,
    free: Vec<u32>,
}

// SAFETY: the references are only read by the collector and, through `Persistent::open`, on the JS thread; see the module head.
unsafe impl Send for Table {}

/// All roots of one VM.
#[derive(Clone, Default)]
pub(super) struct Roots(Arc<Mutex<Table>>);

impl Roots {
    fn lock(&self) -> MutexGuard<'_, Table> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes the collector ask this store. The store must outlive the VM; the caller leaks one reference for that.
    ///
    /// # Safety
    /// `group` is a live VM without realms yet.
    pub(super) unsafe fn install(&self, group: sys::JSContextGroupRef) {
        let data = Arc::into_raw(Arc::clone(&self.0)).cast_mut().cast::<c_void>();
        // SAFETY: the group is live, and `data` is never freed.
        unsafe { (sys::private().JSContextGroupAddMarkingConstraint)(group, mark_all, data) }
    }

    fn add(&self, object: sys::JSObjectRef, realm: RealmId, keeper: &'static str) -> (u32, u32) {
        let mut table = self.lock();
        if let Some(index) = table.free.pop() {
            let slot = &mut table.slots[index as usize];
            (slot.object, slot.realm, slot.keeper) = (object, realm, keeper);
            return (index, slot.generation);
        }
        let index = u32::try_from(table.slots.len()).expect("fewer than 2^32 roots");
        table.slots.push(Slot {
            object,
            realm,
            generation: 0,
            keeper,
        });
        (index, 0)
    }

    fn remove(&self, index: u32, generation: u32) {
        let mut table = self.lock();
        let slot = &mut table.slots[index as usize];
        if slot.generation == generation {
            slot.object = std::ptr::null_mut();
            slot.generation += 1;
            table.free.push(index);
        }
    }

    /// Drops every root of `realm` and says who kept each.
    pub(super) fn clear(&self, realm: RealmId) -> Vec<&'static str> {
        let mut guard = self.lock();
        let table = &mut *guard;
        let mut keepers = Vec::new();
        for (index, slot) in (0..).zip(&mut table.slots) {
            if slot.realm == realm && !slot.object.is_null() {
                slot.object = std::ptr::null_mut();
                slot.generation += 1;
                table.free.push(index);
                keepers.push(slot.keeper);
            }
        }
        keepers
    }
}

unsafe extern "C" fn mark_all(marker: *mut sys::JSMarker, data: *mut c_void) {
    // SAFETY: `install` leaked this reference for as long as the process lives.
    let table = unsafe { &*data.cast::<Mutex<Table>>() };
    let table = table.lock().unwrap_or_else(PoisonError::into_inner);
    for slot in table.slots.iter().filter(|slot| !slot.object.is_null()) {
        // SAFETY: the marker is valid for this call, the object is live: it was marked at every collection since it was stored.
        unsafe { ((*marker).mark)(marker, slot.object) }
    }
}

/// Keeps one object alive until it is dropped or its realm is cleared.
pub struct Persistent {
    roots: Roots,
    index: u32,
    generation: u32,
    realm: RealmId,
}

impl Persistent {
    pub(super) fn new(roots: &Roots, realm: RealmId, object: Object<'_>, keeper: &'static str) -> Self {
        let (index, generation) = roots.add(object.raw(), realm, keeper);
        Self {
            roots: roots.clone(),
            index,
            generation,
            realm,
        }
    }

    /// The object, if its realm is the one of `cx` and was not cleared.
    #[must_use]
    pub fn open<'r>(&self, cx: Ctx<'r>) -> Option<Object<'r>> {
        let slot = self.roots.lock().slots[self.index as usize];
        if slot.generation != self.generation
            || slot.object.is_null()
            || super::vm::current_realm(cx) != Some(self.realm)
        {
            return None;
        }
        // SAFETY: the slot has kept it alive, and it is of the realm that `cx` brands.
        Some(unsafe { Object::from_raw(slot.object) })
    }
}

impl Drop for Persistent {
    fn drop(&mut self) {
        self.roots.remove(self.index, self.generation);
    }
}
