//! The VM (a heap and one thread) and its realms.
//!
//! Invariants:
//! - One VM per thread, used and dropped on that thread only (`Vm` is neither `Send` nor `Sync`).
//! - The order of set-up is fixed by measurement: options, GC signal, GC timer off, a GLib context of our own as thread default,
//!   then the VM. Without the timer off, iterating that context crashes sooner or later.
//! - Entering a realm takes the engine's lock; leaving the outermost entry releases it, which is when microtasks run.

use std::cell::{Cell, RefCell};
use std::marker::PhantomData;

use super::ctx::Ctx;
use super::glib::MainContext;
use super::object::Object;
use super::persistent::{Persistent, RealmId, Roots};
use super::watchdog::Watchdog;
use super::weak::{Released, Watched};
use super::{options, sys};

thread_local! {
    /// Live realms of this thread's VM, by their raw context. A handful at any time, so a list is the fastest map.
    static REALMS: RefCell<Vec<(sys::JSGlobalContextRef, RealmId)>> = const { RefCell::new(Vec::new()) };
}

/// Which realm `cx` has entered.
pub(super) fn current_realm(cx: Ctx<'_>) -> Option<RealmId> {
    // SAFETY: the context is live and locked.
    let raw = unsafe { sys::JSContextGetGlobalContext(cx.raw()) };
    REALMS.with_borrow(|realms| realms.iter().find(|(ctx, _)| *ctx == raw).map(|(_, id)| *id))
}

/// Why no VM could be made.
#[derive(Debug, Clone, thiserror::Error)]
pub enum VmError {
    /// The installed engine is too old, too new or built differently.
    #[error(
        "the installed JavaScriptCore {version} does not export {symbol}; trun needs WebKitGTK's JavaScriptCore 2.40 or newer"
    )]
    MissingSymbol {
        /// What is missing.
        symbol: &'static str,
        /// What is installed.
        version: String,
    },
}

/// A JavaScriptCore VM.
pub struct Vm {
    // Dropped in this order: references into the engine before the engine, and what it calls back into after it.
    released: Released,
    group: Group,
    watchdog: Box<Watchdog>,
    main_context: MainContext,
    roots: Roots,
    pub(super) watched: Watched,
    next_realm: Cell<RealmId>,
    not_send: PhantomData<*mut ()>,
}

struct Group(sys::JSContextGroupRef);

impl Drop for Group {
    fn drop(&mut self) {
        // SAFETY: the reference made in `Vm::new`.
        unsafe { sys::JSContextGroupRelease(self.0) }
    }
}

impl Vm {
    /// Makes the VM of this thread.
    ///
    /// # Errors
    /// The installed engine lacks a function that trun needs.
    pub fn new() -> Result<Self, VmError> {
        sys::try_private().map_err(|symbol| VmError::MissingSymbol {
            symbol,
            version: options::engine_version(),
        })?;
        let main_context = MainContext::push();
        // SAFETY: takes nothing; the group is released by `Group`.
        let group = Group(unsafe { sys::JSContextGroupCreate() });
        super::faults::stand_in_front();
        let roots = Roots::default();
        // SAFETY: the group is live and new.
        unsafe { roots.install(group.0) };
        // SAFETY: as above, and on the thread of the VM.
        unsafe { super::native::NativeRoots::install(group.0) };
        let watchdog = Watchdog::new(group.0);
        Ok(Self {
            released: Released::new(group.0),
            group,
            watchdog,
            main_context,
            roots,
            watched: Watched::default(),
            next_realm: Cell::new(1),
            not_send: PhantomData,
        })
    }

    pub(super) fn group(&self) -> sys::JSContextGroupRef {
        self.group.0
    }

    /// What stops endless JavaScript.
    #[must_use]
    pub fn watchdog(&self) -> &Watchdog {
        &self.watchdog
    }

    /// The GLib context on which the engine's own timers and callbacks run.
    #[must_use]
    pub fn main_context(&self) -> &MainContext {
        &self.main_context
    }

    /// A new realm.
    pub fn create_global(&self) -> Global {
        let id = self.next_realm.replace(self.next_realm.get() + 1);
        // SAFETY: the group is live; a null class makes the standard global object.
        let raw = unsafe { sys::JSGlobalContextCreateInGroup(self.group.0, std::ptr::null_mut()) };
        REALMS.with_borrow_mut(|realms| realms.push((raw, id)));
        Global {
            raw,
            id,
            roots: self.roots.clone(),
        }
    }

    /// Watches a realm that is about to be released: [`Vm::uncollected`] tells whether the collector could take it.
    pub fn watch_release(&self, global: &Global) {
        let object = global.enter(|cx| cx.global().raw());
        // SAFETY: the global keeps its object alive, and it belongs to this VM: realms are made by it.
        unsafe { self.released.watch(global.id, object) }
    }

    /// The watched realms that still exist, oldest first.
    pub fn uncollected(&self) -> Vec<RealmId> {
        self.released.uncollected()
    }

    /// Collects everything that can go, now. `any` is any live realm.
    pub fn collect(&self, any: &Global) {
        // SAFETY: the context is live; the call takes the lock by itself.
        unsafe { (sys::private().JSSynchronousGarbageCollectForDebugging)(any.raw) }
    }

    /// A stopped execution leaves its termination behind for the next evaluation: takes it away.
    pub fn absorb_termination(&self, any: &Global) {
        for _ in 0..4 {
            if any.enter(|cx| cx.eval("0", "trun:absorb").is_ok()) {
                return;
            }
        }
    }
}

/// The collector takes every word of the stack for a reference, also what former calls have left in places that the frames between
/// here and the collection do not write to. This overwrites all that is below: call it, and [`Vm::collect`] then, from as far up as
/// can be, or realms that are gone stay for as many collections as nothing else writes there.
#[inline(never)]
pub fn overwrite_stack() {
    std::hint::black_box([0_u8; 64 * 1024]);
}

/// A realm: a global object and everything that hangs on it.
pub struct Global {
    raw: sys::JSGlobalContextRef,
    id: RealmId,
    roots: Roots,
}

impl Global {
    /// Its number.
    #[must_use]
    pub fn id(&self) -> RealmId {
        self.id
    }

    /// Enters it. When this is the outermost entry, microtasks run before it returns.
    pub fn enter<T>(&self, run: impl for<'r> FnOnce(Ctx<'r>) -> T) -> T {
        struct Unlock(sys::JSContextRef);
        impl Drop for Unlock {
            fn drop(&mut self) {
                // SAFETY: locked just below, on this thread.
                unsafe { (sys::private().JSUnlock)(self.0) }
            }
        }
        let raw = self.raw.cast_const();
        // SAFETY: a live context; `Unlock` releases it, also on unwinding.
        unsafe { (sys::private().JSLock)(raw) };
        let _unlock = Unlock(raw);
        // SAFETY: live and locked for all of `run`, whose brand is universally quantified.
        run(unsafe { Ctx::from_raw(raw) })
    }

    /// Keeps `object` beyond this entry. `keeper` says who does, for the report about what is still kept at the realm's end:
    /// "a native addon".
    #[must_use]
    pub fn persist(&self, object: Object<'_>, keeper: &'static str) -> Persistent {
        Persistent::new(&self.roots, self.id, object, keeper)
    }

    /// Drops every [`Persistent`] of this realm and says who kept those that were still held.
    pub fn clear_persistents(&self) -> Vec<&'static str> {
        self.roots.clear(self.id)
    }

    /// Sends unhandled rejections of this realm to `handler`, called as `handler(promise, reason)` once the microtask queue is empty.
    /// `handler` must be a function of a realm that lives as long as the VM: the engine holds it strongly, and one of its own would keep
    /// this realm for ever.
    pub fn on_unhandled_rejection(&self, handler_realm: &Global, handler: &Persistent) {
        let Some(raw_handler) = handler_realm.enter(|cx| handler.open(cx).map(Object::raw)) else {
            return;
        };
        self.enter(|cx| {
            // SAFETY: both are live; the handler is kept by its persistent. A refusal could only mean it is no function.
            let _ = cx.guard(|exc| unsafe {
                (sys::private().JSGlobalContextSetUnhandledRejectionCallback)(self.raw, raw_handler, exc)
            });
        });
    }

    /// Its name in heap snapshots and stacks of the engine's own tools is not set: releasing is all a realm needs.
    fn release(&self) {
        REALMS.with_borrow_mut(|realms| realms.retain(|(raw, _)| *raw != self.raw));
        self.roots.clear(self.id);
        // SAFETY: the reference made in `create_global`.
        unsafe { sys::JSGlobalContextRelease(self.raw) }
    }
}

impl Drop for Global {
    fn drop(&mut self) {
        self.release();
    }
}

impl Ctx<'_> {
    /// The realm this context has entered, or none if it was not made by [`Vm::create_global`].
    #[must_use]
    pub fn realm_id(self) -> Option<RealmId> {
        current_realm(self)
    }
}

impl<'r> Ctx<'r> {
    /// The heap's statistics object. Walks the heap: not per file.
    pub fn memory_statistics(self) -> Object<'r> {
        // SAFETY: the context is live and locked.
        unsafe { Object::from_raw((sys::private().JSGetMemoryUsageStatistics)(self.raw())) }
    }
}
