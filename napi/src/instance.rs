//! Node-API in one VM: everything its envs share. One per JS thread, made with the VM and never freed, as addons never are.
//!
//! No borrow of its tables is held while JavaScript or an addon runs.

use std::cell::{Cell, RefCell};

use trun_vm::engine::native::{NativeRoots, RealmHandle};
use trun_vm::engine::{Ctx, HostClass};

use crate::callback::{Activity, NativeFunction};
use crate::env::{Env, State};
use crate::finalizer::Queue;
use crate::handle_scope::Scope;
use crate::kit::Kit;
use crate::objects::Objects;
use crate::reference::References;
use crate::slab::Slab;

thread_local! {
    static INSTANCE: Cell<Option<&'static Instance>> = const { Cell::new(None) };
}

/// The pointer that an external carries.
pub(crate) struct External(pub(crate) *mut std::ffi::c_void);

/// See the module.
pub(crate) struct Instance {
    roots: &'static NativeRoots,
    parking: RealmHandle,
    current: Cell<Option<RealmHandle>>,
    /// How many calls into addons are under way. While there is one, the engine's lock is held where addon code runs.
    depth: Cell<u32>,
    running: Cell<Option<(&'static Env, Activity)>>,
    scopes: RefCell<Vec<Scope>>,
    functions: RefCell<Slab<NativeFunction>>,
    references: RefCell<References>,
    deferreds: RefCell<Slab<crate::api::promise::Deferred>>,
    objects: RefCell<Objects>,
    envs: RefCell<Vec<&'static Env>>,
    queue: Queue,
    external: HostClass<External>,
    kit: Kit,
}

impl Instance {
    /// Makes the instance of this thread's VM; `parking` is its parking realm.
    pub(crate) fn attach(parking: Ctx<'_>) -> &'static Self {
        let instance: &'static Self = Box::leak(Box::new(Self {
            roots: parking.native_roots(),
            parking: parking.realm_handle(),
            current: Cell::new(None),
            depth: Cell::new(0),
            running: Cell::new(None),
            scopes: RefCell::default(),
            functions: RefCell::default(),
            references: RefCell::default(),
            deferreds: RefCell::default(),
            objects: RefCell::default(),
            envs: RefCell::default(),
            queue: Queue::default(),
            external: HostClass::new(c"External"),
            kit: Kit::default(),
        }));
        INSTANCE.set(Some(instance));
        instance
    }

    /// The instance of this thread, if it has a VM.
    pub(crate) fn here() -> Option<&'static Self> {
        INSTANCE.get()
    }

    pub(crate) fn roots(&self) -> &'static NativeRoots {
        self.roots
    }

    pub(crate) fn parking(&self) -> RealmHandle {
        self.parking
    }

    /// The realm of the file that runs.
    pub(crate) fn set_current(&self, realm: Option<RealmHandle>) {
        self.current.set(realm);
    }

    /// The realm that an env lives in.
    pub(crate) fn realm_of(&self, env: &Env) -> RealmHandle {
        match (env.state(), self.current.get()) {
            (State::Live, Some(current)) => current,
            _ => self.parking,
        }
    }

    pub(crate) fn depth(&self) -> &Cell<u32> {
        &self.depth
    }

    /// What native code runs, for crash reports.
    pub(crate) fn running(&self) -> &Cell<Option<(&'static Env, Activity)>> {
        &self.running
    }

    pub(crate) fn scopes(&self) -> &RefCell<Vec<Scope>> {
        &self.scopes
    }

    pub(crate) fn functions(&self) -> &RefCell<Slab<NativeFunction>> {
        &self.functions
    }

    pub(crate) fn references(&self) -> &RefCell<References> {
        &self.references
    }

    pub(crate) fn deferreds(&self) -> &RefCell<Slab<crate::api::promise::Deferred>> {
        &self.deferreds
    }

    pub(crate) fn objects(&self) -> &RefCell<Objects> {
        &self.objects
    }

    /// Envs that are not dead, oldest first.
    pub(crate) fn envs(&self) -> &RefCell<Vec<&'static Env>> {
        &self.envs
    }

    pub(crate) fn queue(&self) -> &Queue {
        &self.queue
    }

    pub(crate) fn external(&self) -> &HostClass<External> {
        &self.external
    }

    pub(crate) fn kit(&self) -> &Kit {
        &self.kit
    }
}
