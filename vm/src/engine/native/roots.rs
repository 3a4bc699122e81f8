//! What native code keeps alive: a stack of handles and numbered slots, marked at every collection.
//!
//! One per VM, as old as it, never freed. Used on the JS thread; the marking constraint reads the words from wherever it runs.

use std::cell::{Cell, RefCell};
use std::ffi::c_void;
use std::sync::atomic::{AtomicU64, Ordering};

use super::cells::Cells;
use super::raw::RawValue;
use crate::engine::ctx::Ctx;
use crate::engine::sys;

thread_local! {
    static ROOTS: Cell<Option<&'static NativeRoots>> = const { Cell::new(None) };
}

/// The roots of one VM that native code owns.
pub struct NativeRoots {
    marked: Marked,
    free: RefCell<Vec<u32>>,
    group: sys::JSContextGroupRef,
}

/// The part that the collector reads.
struct Marked {
    handles: Cells,
    slots: Cells,
    collections: AtomicU64,
}

impl NativeRoots {
    /// Makes the roots of this thread's VM.
    ///
    /// # Safety
    /// `group` is a live VM of this thread, without realms yet.
    pub(in crate::engine) unsafe fn install(group: sys::JSContextGroupRef) {
        let roots: &'static Self = Box::leak(Box::new(Self {
            marked: Marked {
                handles: Cells::new(),
                slots: Cells::new(),
                collections: AtomicU64::new(0),
            },
            free: RefCell::default(),
            group,
        }));
        let data = std::ptr::from_ref(&roots.marked).cast_mut().cast::<c_void>();
        // SAFETY: the group is live, and `data` is never freed.
        unsafe { (sys::private().JSContextGroupAddMarkingConstraint)(group, mark_all, data) }
        ROOTS.set(Some(roots));
    }

    pub(super) fn group(&self) -> sys::JSContextGroupRef {
        self.group
    }

    /// How many handles there are: where a scope begins, and what to give [`NativeRoots::truncate_handles`] at its end.
    #[must_use]
    pub fn handle_count(&self) -> usize {
        self.marked.handles.len()
    }

    /// Keeps `value` until its scope ends and returns its place. Only for values in the heap; others need nobody.
    pub fn push_handle(&self, value: RawValue) -> usize {
        self.marked.handles.push(value.word())
    }

    /// Puts another value into a place.
    pub fn set_handle(&self, place: usize, value: RawValue) {
        self.marked.handles.set(place, value.word());
    }

    /// Ends a scope.
    pub fn truncate_handles(&self, count: usize) {
        self.marked.handles.truncate(count);
    }

    /// Keeps `value` until [`NativeRoots::release_slot`].
    pub fn keep(&self, value: RawValue) -> u32 {
        if let Some(slot) = self.free.borrow_mut().pop() {
            self.set_slot(slot, value);
            return slot;
        }
        u32::try_from(self.marked.slots.push(value.word())).expect("fewer than 2^26 slots")
    }

    /// What a slot keeps.
    #[must_use]
    pub fn slot(&self, slot: u32) -> RawValue {
        RawValue::from_word(self.marked.slots.get(slot as usize))
    }

    /// Lets a slot keep another value, or none.
    pub fn set_slot(&self, slot: u32, value: RawValue) {
        self.marked.slots.set(slot as usize, value.word());
    }

    /// Lets go of what a slot keeps; its number will be used again.
    pub fn release_slot(&self, slot: u32) {
        self.set_slot(slot, RawValue::NONE);
        self.free.borrow_mut().push(slot);
    }

    /// Grows with every collection.
    #[must_use]
    pub fn collections(&self) -> u64 {
        self.marked.collections.load(Ordering::Relaxed)
    }
}

unsafe extern "C" fn mark_all(marker: *mut sys::JSMarker, data: *mut c_void) {
    // SAFETY: `install` leaked it for as long as the process lives; all of it is atomics.
    let marked = unsafe { &*data.cast::<Marked>() };
    marked.collections.fetch_add(1, Ordering::Relaxed);
    // SAFETY: the collector's own marker, for the length of this call.
    unsafe {
        marked.handles.mark(marker);
        marked.slots.mark(marker);
    }
}

impl Ctx<'_> {
    /// The roots that native code of this VM owns.
    ///
    /// # Panics
    /// On a thread without a VM, where there is no context.
    #[must_use]
    pub fn native_roots(self) -> &'static NativeRoots {
        ROOTS.get().expect("a context exists on the thread of a VM only")
    }
}
