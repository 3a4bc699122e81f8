//! Node-API in one VM: everything its envs share. One per JS thread, made with the VM and never freed, as addons never are.
//!
//! No borrow of its tables is held while JavaScript or an addon runs.

use std::cell::{Cell, RefCell};
use std::path::{Path, PathBuf};

use trun_vm::addons::AddonLeak;
use trun_vm::engine::native::{NativeRoots, RealmHandle};
use trun_vm::engine::{Ctx, HostClass, JsResult, Object};
use trun_vm::event_loop::Poster;
use trun_vm::host::host;

use crate::callback::{Activity, NativeFunction};
use crate::env::{Env, State};
use crate::finalizer::Queue;
use crate::frame::Frame;
use crate::handle_scope::Scope;
use crate::hooks::Hooks;
use crate::kit::Kit;
use crate::node::async_context::AsyncContext;
use crate::objects::Objects;
use crate::reference::References;
use crate::slab::Slab;
use crate::teardown::Teardown;
use crate::threadsafe::function::Functions;
use crate::trace::Trace;
use crate::uv::Uv;
use crate::work::Work;

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
    /// Those of the current realm for libraries of FFI.
    native_envs: RefCell<Vec<&'static Env>>,
    queue: Queue,
    external: HostClass<External>,
    kit: Kit,
    poster: Poster,
    trace: &'static Trace,
    /// Counts realms.
    epoch: Cell<u32>,
    /// Files of the addons that were loaded, by number.
    addons: RefCell<Vec<PathBuf>>,
    name_addon: NameAddon,
    /// `Buffer.prototype` of the current realm, in a root slot.
    buffer_prototype: Cell<Option<u32>>,
    works: RefCell<Slab<Work>>,
    threadsafe: RefCell<Functions>,
    contexts: RefCell<Slab<AsyncContext>>,
    /// What each open callback scope came from.
    callback_scopes: RefCell<Vec<Frame>>,
    hooks: RefCell<Hooks>,
    teardowns: RefCell<Vec<Teardown>>,
    stuck: RefCell<Vec<Teardown>>,
    leaks: RefCell<Vec<AddonLeak>>,
    uv: Uv,
}

/// Tells the number by which an addon will be known to [`Trace`], before any of its code runs.
pub type NameAddon = Box<dyn Fn(u32, &Path)>;

impl Instance {
    /// Makes the instance of this thread's VM; `parking` is its parking realm.
    pub(crate) fn attach(
        parking: Ctx<'_>,
        poster: Poster,
        trace: &'static Trace,
        name_addon: NameAddon,
    ) -> &'static Self {
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
            native_envs: RefCell::default(),
            queue: Queue::default(),
            external: HostClass::new(c"External"),
            kit: Kit::default(),
            poster,
            trace,
            epoch: Cell::new(0),
            addons: RefCell::default(),
            name_addon,
            buffer_prototype: Cell::new(None),
            works: RefCell::default(),
            threadsafe: RefCell::default(),
            contexts: RefCell::default(),
            callback_scopes: RefCell::default(),
            hooks: RefCell::default(),
            teardowns: RefCell::default(),
            stuck: RefCell::default(),
            leaks: RefCell::default(),
            uv: Uv::default(),
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

    /// The realm of the file that runs, or none between two.
    pub(crate) fn set_current(&self, realm: Option<RealmHandle>) {
        self.current.set(realm);
        if realm.is_some() {
            self.epoch.set(self.epoch.get() + 1);
        }
    }

    /// Which realm it is, counted.
    pub(crate) fn epoch(&self) -> u32 {
        self.epoch.get()
    }

    /// Whether there is a realm of a file.
    pub(crate) fn has_realm(&self) -> bool {
        self.current.get().is_some()
    }

    /// The current realm goes: lets go of what is of use in it alone and would keep it.
    pub(crate) fn forget_realm(&self) {
        self.forget_factory();
        self.native_envs.borrow_mut().clear();
        self.release_work_frames();
        self.release_threadsafe_frames();
        self.release_uv_frames();
        self.release_contexts(None);
        if let Some(slot) = self.buffer_prototype.take() {
            self.roots.release_slot(slot);
        }
        for frame in &mut *self.callback_scopes.borrow_mut() {
            frame.release_to(self.roots);
        }
        self.callback_scopes.borrow_mut().clear();
        self.set_current(None);
    }

    /// `Buffer.prototype`, as the runtime made it.
    ///
    /// # Errors
    /// There is no realm that has one.
    pub(crate) fn buffer_prototype<'r>(&self, cx: Ctx<'r>) -> JsResult<'r, Object<'r>> {
        if let Some(slot) = self.buffer_prototype.get() {
            // SAFETY: the slot keeps it.
            return unsafe { self.roots.slot(slot).value(cx) }.expect_object(cx, "Buffer.prototype");
        }
        let realm = host().open_realm();
        let Some(get) = realm
            .as_ref()
            .and_then(|realm| realm.entries().buffer_prototype.open(cx))
        else {
            return Err(cx.type_error("there is no Buffer outside of a test file"));
        };
        let prototype = get.call(cx, &[])?.expect_object(cx, "Buffer.prototype")?;
        self.buffer_prototype.set(Some(self.roots.keep(prototype.to_raw())));
        Ok(prototype)
    }

    /// The current realm's env for functions of a library that was opened by FFI, made at its first use.
    pub(crate) fn native_env(&'static self, library: &Path) -> &'static Env {
        let known = self
            .native_envs
            .borrow()
            .iter()
            .copied()
            .find(|env| env.path() == library);
        known.unwrap_or_else(|| {
            let env = Env::create(self, library, crate::loader::DEFAULT_VERSION);
            self.native_envs.borrow_mut().push(env);
            self.envs.borrow_mut().push(env);
            env
        })
    }

    /// The number of an addon, told before it is used.
    pub(crate) fn addon_number(&self, path: &Path) -> u32 {
        let mut addons = self.addons.borrow_mut();
        let known = addons.iter().position(|one| one == path);
        let number = known.unwrap_or(addons.len());
        let number = u32::try_from(number).unwrap_or(u32::MAX);
        if known.is_none() {
            (self.name_addon)(number, path);
            addons.push(path.to_owned());
        }
        number
    }

    /// Runs `work` in the realm of an env that is live, or else in the parking realm, where nobody can be told of an exception.
    ///
    /// # Errors
    /// What `work` threw in the current realm.
    pub(crate) fn in_realm_of<'r>(
        &self,
        cx: Ctx<'r>,
        env: &'static Env,
        work: impl for<'a> FnOnce(Ctx<'a>) -> JsResult<'a, ()>,
    ) -> JsResult<'r, ()> {
        env.assert_not_left_behind();
        if env.state() == State::Live {
            return work(cx);
        }
        self.in_parking(cx, |cx| {
            // There is no file any more whose error it could be.
            let _ = work(cx);
        });
        Ok(())
    }

    /// Runs `work` in the parking realm.
    pub(crate) fn in_parking<T>(&self, _: Ctx<'_>, work: impl for<'a> FnOnce(Ctx<'a>) -> T) -> T {
        // SAFETY: the parking realm lives as long as the VM, whose thread this is; a context was given, so the lock is held.
        unsafe { self.parking.enter_locked(work) }
    }

    /// Lets the event loop look after envs that are stuck.
    pub(crate) fn wake_stuck(&self) {
        if !self.stuck.borrow().is_empty() {
            self.poster.post(Box::new(|cx| {
                if let Some(instance) = Self::here() {
                    instance.advance_stuck(cx);
                }
                Ok(())
            }));
        }
    }

    pub(crate) fn poster(&self) -> &Poster {
        &self.poster
    }

    /// What native code runs, for crash reports.
    pub(crate) fn trace(&self) -> &'static Trace {
        self.trace
    }

    pub(crate) fn works(&self) -> &RefCell<Slab<Work>> {
        &self.works
    }

    pub(crate) fn threadsafe(&self) -> &RefCell<Functions> {
        &self.threadsafe
    }

    pub(crate) fn contexts(&self) -> &RefCell<Slab<AsyncContext>> {
        &self.contexts
    }

    pub(crate) fn callback_scopes(&self) -> &RefCell<Vec<Frame>> {
        &self.callback_scopes
    }

    pub(crate) fn hooks(&self) -> &RefCell<Hooks> {
        &self.hooks
    }

    /// Teardowns that were begun, the last one last.
    pub(crate) fn teardowns(&self) -> &RefCell<Vec<Teardown>> {
        &self.teardowns
    }

    /// Those that were given up.
    pub(crate) fn stuck(&self) -> &RefCell<Vec<Teardown>> {
        &self.stuck
    }

    /// What nobody has asked for yet.
    pub(crate) fn leaks(&self) -> &RefCell<Vec<AddonLeak>> {
        &self.leaks
    }

    /// libuv in this VM.
    pub(crate) fn uv(&self) -> &Uv {
        &self.uv
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
