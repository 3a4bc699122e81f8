//! Cleanup hooks: what addons want called when their env ends, the newest first.
//!
//! One list for all envs with one counter, so that hooks of both kinds and of all addons keep the order they were added in. Hooks may add and
//! remove hooks while hooks run: what is due is looked up anew for each.

use std::ffi::c_void;

use trun_vm::engine::Ctx;

use crate::abi::types::{napi_async_cleanup_hook, napi_async_cleanup_hook_handle, napi_cleanup_hook};
use crate::callback::{Activity, call_into};
use crate::env::Env;
use crate::instance::Instance;
use crate::slab::{Id, Slab};

/// How many hooks run at a time before the end looks at its bounds: one may always add another.
const MAX_HOOKS: u32 = 10_000;

/// `napi_add_env_cleanup_hook`
#[derive(Clone, Copy)]
struct Hook {
    env: &'static Env,
    call: Call,
    data: *mut c_void,
}

#[derive(Clone, Copy)]
enum Call {
    Sync(napi_cleanup_hook),
    Async(napi_async_cleanup_hook, Id),
}

/// An asynchronous hook that its addon has not removed.
struct Handle {
    env: &'static Env,
    /// The hook was called; its env ends once the addon removes it.
    started: bool,
}

/// All hooks of a VM.
#[derive(Default)]
pub(crate) struct Hooks {
    /// Oldest first.
    list: Vec<Hook>,
    handles: Slab<Handle>,
}

impl Hooks {
    /// Adds a hook. False if that function with that data is there already.
    pub(crate) fn add(&mut self, env: &'static Env, hook: napi_cleanup_hook, data: *mut c_void) -> bool {
        if self.find(env, hook, data).is_some() {
            return false;
        }
        let call = Call::Sync(hook);
        self.list.push(Hook { env, call, data });
        true
    }

    /// Removes a hook, wherever its env lives meanwhile. One that is not there is no mistake.
    pub(crate) fn remove(&mut self, env: &'static Env, hook: napi_cleanup_hook, data: *mut c_void) {
        if let Some(at) = self.find(env, hook, data) {
            self.list.remove(at);
        }
    }

    fn find(&self, env: &'static Env, hook: napi_cleanup_hook, data: *mut c_void) -> Option<usize> {
        self.list.iter().position(|one| {
            std::ptr::eq(one.env, env)
                && one.data == data
                && matches!(one.call, Call::Sync(known) if std::ptr::fn_addr_eq(known, hook))
        })
    }

    /// Adds an asynchronous hook.
    pub(crate) fn add_async(&mut self, env: &'static Env, hook: napi_async_cleanup_hook, data: *mut c_void) -> Id {
        let handle = self.handles.insert(Handle { env, started: false });
        let call = Call::Async(hook, handle);
        self.list.push(Hook { env, call, data });
        handle
    }

    /// Removes an asynchronous hook, or says that it is done. False if there is none.
    pub(crate) fn remove_async(&mut self, handle: Id) -> bool {
        self.list
            .retain(|one| !matches!(one.call, Call::Async(_, known) if known == handle));
        self.handles.remove(handle).is_some()
    }

    /// How many asynchronous hooks of `env` were called and are not done.
    pub(crate) fn unfinished(&self, env: &'static Env) -> usize {
        let unfinished = |handle: &Handle| handle.started && std::ptr::eq(handle.env, env);
        self.handles.iter().filter(|(_, handle)| unfinished(handle)).count()
    }

    /// Whether `env` has hooks that were not called.
    pub(crate) fn has(&self, env: &'static Env) -> bool {
        self.list.iter().any(|one| std::ptr::eq(one.env, env))
    }

    /// Forgets what an env that has ended left, handles too.
    pub(crate) fn forget(&mut self, env: &'static Env) {
        self.list.retain(|one| !std::ptr::eq(one.env, env));
        for id in self.handles.ids_where(|handle| std::ptr::eq(handle.env, env)) {
            self.handles.remove(id);
        }
    }

    /// Takes the newest hook of these envs; one that is asynchronous is unfinished from here on.
    fn take_newest(&mut self, envs: &[&'static Env]) -> Option<Hook> {
        let of_these = |one: &Hook| envs.iter().any(|env| std::ptr::eq(*env, one.env));
        let at = self.list.iter().rposition(of_these)?;
        let hook = self.list.remove(at);
        if let Call::Async(_, handle) = hook.call
            && let Some(handle) = self.handles.get_mut(handle)
        {
            handle.started = true;
        }
        Some(hook)
    }
}

impl Instance {
    /// Calls all hooks of these envs, newest first, also those that hooks add.
    pub(crate) fn run_hooks(&self, cx: Ctx<'_>, envs: &[&'static Env]) {
        for _ in 0..MAX_HOOKS {
            let next = self.hooks().borrow_mut().take_newest(envs);
            let Some(Hook { env, call, data }) = next else { return };
            // What one throws must not keep the others from running; envs that end run no JavaScript.
            let _ = call_into(env, cx, Activity::CleanupHook, || match call {
                // SAFETY: the addon gave function and data to be called like this when its env ends.
                Call::Sync(hook) => unsafe { hook(data) },
                // SAFETY: as above.
                Call::Async(hook, handle) => unsafe { hook(napi_async_cleanup_hook_handle(handle.word()), data) },
            });
        }
    }
}
