//! The VM's side of Node-API, and the end of envs.
//!
//! The order of an env's end is Node's. It runs in the parking realm, so no code of an addon sees a realm that is going or the next file's.

use std::cell::Cell;
use std::ffi::c_void;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use trun_vm::addons::{AddonHost, AddonLeak, MakeAddonHost, TeardownState};
use trun_vm::engine::{Ctx, JsResult, Object, Value};
use trun_vm::event_loop::Poster;

use crate::callback::{Activity, call_into};
use crate::env::{Env, State};
use crate::instance::{Instance, NameAddon};
use crate::loader;
use crate::trace::Trace;

/// Debug builds leave envs behind in their realms when this is set: how tests see that [`Env::assert_not_left_behind`] notices.
const LEAVE_BEHIND: &str = "TRUN_DEBUG_LEAVE_ENVS_BEHIND";

/// How often finalizers may add finalizers while an env ends. One that always adds another must not keep the next file from running.
const MAX_ROUNDS: u32 = 10_000;

/// Hosts Node-API addons.
pub struct NodeApi {
    instance: Cell<Option<&'static Instance>>,
    trace: &'static Trace,
    /// Goes to the instance when there is one.
    name_addon: Cell<Option<NameAddon>>,
}

impl NodeApi {
    /// `trace` is where it publishes what native code runs, and `name_addon` hears what the numbers there mean.
    #[must_use]
    pub fn new(trace: &'static Trace, name_addon: NameAddon) -> Self {
        Self {
            instance: Cell::new(None),
            trace,
            name_addon: Cell::new(Some(name_addon)),
        }
    }

    fn instance(&self) -> &'static Instance {
        self.instance.get().expect("attached before anything else")
    }
}

impl Drop for NodeApi {
    fn drop(&mut self) {
        if let Some(instance) = self.instance.get() {
            instance.uv().shut_down();
        }
    }
}

impl AddonHost for NodeApi {
    /// What native code of a worker thread runs is published nowhere: the page has room for one thread.
    fn for_threads(&self) -> MakeAddonHost {
        Arc::new(|| {
            let trace = Box::leak(Box::new(Trace::default()));
            Box::new(Self::new(trace, Box::new(|_, _| {})))
        })
    }

    fn attach(&self, parking: Ctx<'_>, poster: Poster) {
        loader::keep_exports();
        let name_addon = self.name_addon.take().expect("attached once");
        let instance = Instance::attach(parking, poster, self.trace, name_addon);
        self.instance.set(Some(instance));
    }

    fn load<'r>(&self, cx: Ctx<'r>, module: Object<'r>, path: &Path, flags: i32) -> JsResult<'r, ()> {
        loader::load(cx, self.instance(), module, path, flags)
    }

    fn run_native<'r>(&self, cx: Ctx<'r>, library: &Path, run: &mut dyn FnMut(*mut c_void)) -> JsResult<'r, ()> {
        loader::require_known_values(cx, library)?;
        let env = self.instance().native_env(library);
        call_into(env, cx, Activity::Callback, || run(env.as_ptr().cast()))
    }

    fn leave_realm(&self, _parking: Ctx<'_>) {
        let instance = self.instance();
        if !leaves_envs_behind() {
            for env in instance.envs().borrow().iter().filter(|env| env.state() == State::Live) {
                env.set_state(State::Parked);
            }
        }
        instance.forget_realm();
    }

    fn begin_teardown(&self, parking: Ctx<'_>) {
        self.instance().begin_teardown(parking);
        // What was known of objects that earlier files left.
        self.instance().collect_due();
    }

    fn poll_teardown(&self, parking: Ctx<'_>) -> TeardownState {
        if self.instance().poll_teardown(parking) {
            TeardownState::Done
        } else {
            TeardownState::Pending
        }
    }

    fn give_up(&self, parking: Ctx<'_>, waited: Duration) {
        self.instance().give_up(parking, waited);
    }

    fn leaks(&self) -> Vec<AddonLeak> {
        std::mem::take(&mut *self.instance().leaks().borrow_mut())
    }

    fn enter_realm(&self, cx: Ctx<'_>) {
        let instance = self.instance();
        instance.uv().settle();
        instance.set_current(Some(cx.realm_handle()));
        for env in instance
            .envs()
            .borrow()
            .iter()
            .filter(|env| env.state() == State::Parked)
        {
            env.adopt();
        }
    }

    fn keeps_alive(&self) -> bool {
        self.instance().keeps_alive()
    }

    fn has_finalizers(&self) -> bool {
        self.instance().has_due()
    }

    fn drain_finalizers<'r>(&self, cx: Ctx<'r>) -> JsResult<'r, ()> {
        self.instance().run_due(cx)
    }

    fn is_external<'r>(&self, cx: Ctx<'r>, value: Value<'r>) -> bool {
        self.instance().external().get(cx, value).is_some()
    }

    fn describe_running(&self) -> Option<String> {
        let (env, activity) = self.instance.get()?.running().get()?;
        Some(format!("addon {} ({})", env.path().display(), activity.name()))
    }
}

fn leaves_envs_behind() -> bool {
    cfg!(debug_assertions) && std::env::var_os(LEAVE_BEHIND).is_some()
}

impl Instance {
    /// Ends an env: finalizers newest first, then its instance data, then everything it kept. Each finalizer runs exactly once, here or before.
    pub(crate) fn end(&'static self, cx: Ctx<'_>, env: &'static Env) {
        env.set_state(State::Closing);
        self.finalize_all(cx, env);
        if let Some(data) = env.instance_data().take() {
            let _ = data.run(cx, env);
        }
        self.references().borrow_mut().delete_all(self.roots(), env);
        self.release_deferreds(env);
        self.forget_services(cx, env);
        let functions = self.functions().borrow().ids_where(|one| std::ptr::eq(one.env, env));
        for id in functions {
            self.functions().borrow_mut().remove(id);
        }
        env.take_exception();
        env.set_state(State::Dead);
        self.envs().borrow_mut().retain(|one| !std::ptr::eq(*one, env));
    }

    /// What the last finalizers have started after all.
    fn forget_services(&'static self, cx: Ctx<'_>, env: &'static Env) {
        self.hooks().borrow_mut().forget(env);
        for number in self.threadsafe_of(env) {
            // Envs that end run no JavaScript that could throw.
            let _ = self.end_threadsafe(cx, number);
        }
        self.close_handles(&[env]);
        self.cancel_works(env);
        self.delete_works(env);
        self.release_contexts(Some(env));
    }

    /// Runs every finalizer of `env`, also those that finalizers add. What one throws must not keep the others from running.
    pub(crate) fn finalize_all(&'static self, cx: Ctx<'_>, env: &'static Env) {
        for _ in 0..MAX_ROUNDS {
            let posted = self.queue().take_posted(env);
            let list = self.references().borrow().finalizable(env);
            if posted.is_empty() && list.is_empty() {
                return;
            }
            for finalizer in posted {
                let _ = finalizer.run(cx, env);
            }
            for id in list {
                let _ = self.finalize_reference(cx, id);
            }
        }
    }
}
