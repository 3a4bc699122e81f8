//! Handles on a VM's loop: whose they are, what they call, and their end.
//!
//! A handle is known from its init to its close callback. What its addon does not close before its env ends is closed for it, without a
//! callback; an addon that closes such a handle afterwards has its callback called, and one that starts it is told `UV_EINVAL`.

use std::cell::{Cell, RefCell};
use std::collections::{HashMap, HashSet};
use std::ffi::{CStr, c_char, c_int, c_void};

use super::abi::*;
use super::library::{Functions, functions};
use crate::env::Env;
use crate::frame::Frame;
use crate::instance::Instance;

/// All handles of a VM's loop, by address.
#[derive(Default)]
pub(crate) struct Handles {
    pub(super) open: RefCell<HashMap<*mut uv_handle_t, Handle>>,
    /// Closed for their addon, which does not know. Forgotten when it closes them or makes them anew.
    pub(super) closed: RefCell<HashSet<*mut uv_handle_t>>,
    last: Cell<u64>,
}

pub(super) struct Handle {
    /// In the order they were made.
    number: u64,
    /// Whose code made it; none for what was made outside of any addon's call.
    pub(super) env: Option<&'static Env>,
    callback: Option<AnyCallback>,
    /// Where it was started; not there while its callback runs.
    pub(super) frame: Option<Frame>,
    pub(super) closing: Closing,
}

#[derive(Clone, Copy)]
pub(super) enum Closing {
    No,
    ByAddon(Option<uv_handle_cb>),
    /// With what the addon, which tried to as well, wants called.
    ByUs(Option<uv_handle_cb>),
}

impl Handles {
    pub(super) fn is_empty(&self) -> bool {
        self.open.borrow().is_empty()
    }

    /// Whether there is one that was closed for its addon.
    pub(super) fn were_closed(&self) -> bool {
        !self.closed.borrow().is_empty()
    }

    fn knows(&self, handle: *mut uv_handle_t) -> bool {
        self.open.borrow().contains_key(&handle)
    }

    /// Whether it is closed or being closed for its addon.
    fn is_closed(&self, handle: *mut uv_handle_t) -> bool {
        let by_us = |one: &Handle| matches!(one.closing, Closing::ByUs(_));
        self.closed.borrow().contains(&handle) || self.open.borrow().get(&handle).is_some_and(by_us)
    }

    fn add(&self, handle: *mut uv_handle_t, env: Option<&'static Env>, start: Option<(AnyCallback, Option<Frame>)>) {
        self.last.set(self.last.get() + 1);
        let (callback, frame) = match start {
            Some((callback, frame)) => (Some(callback), frame),
            None => (None, None),
        };
        let new = Handle {
            number: self.last.get(),
            env,
            callback,
            frame,
            closing: Closing::No,
        };
        self.open.borrow_mut().insert(handle, new);
    }

    /// Addresses of the handles of these envs and of nobody, newest first.
    pub(super) fn of(&self, envs: &[&'static Env]) -> Vec<*mut uv_handle_t> {
        let open = self.open.borrow();
        let of_these = |one: &Handle| {
            one.env
                .is_none_or(|env| envs.iter().any(|other| std::ptr::eq(*other, env)))
        };
        let mut list: Vec<_> = open.iter().filter(|(_, one)| of_these(one)).collect();
        list.sort_unstable_by_key(|(_, one)| std::cmp::Reverse(one.number));
        list.into_iter().map(|(handle, _)| *handle).collect()
    }
}

/// Makes a handle.
pub(super) fn init(
    event_loop: *mut uv_loop_t,
    handle: *mut uv_handle_t,
    real: impl FnOnce(&Functions) -> c_int,
) -> c_int {
    let Ok(functions) = functions() else { return ENOSYS };
    let status = real(functions);
    if status == 0 {
        made(event_loop, handle, || None);
    }
    status
}

/// Makes a process's handle, which is there even where there is no process.
pub(super) fn spawn(event_loop: *mut uv_loop_t, handle: *mut uv_handle_t, options: *const c_void) -> c_int {
    let Ok(functions) = functions() else { return ENOSYS };
    // SAFETY: what the addon passed.
    let status = unsafe { (functions.uv_spawn)(event_loop, handle, options) };
    made(event_loop, handle, || None);
    status
}

/// Makes an async handle, which is active at once.
pub(super) fn init_async(
    event_loop: *mut uv_loop_t,
    handle: *mut uv_handle_t,
    callback: Option<uv_handle_cb>,
) -> c_int {
    let Ok(functions) = functions() else { return ENOSYS };
    let ours = Instance::here().is_some_and(|instance| instance.uv().is_loop(event_loop));
    let wrapped = if ours && callback.is_some() {
        Some(on_handle as uv_handle_cb)
    } else {
        callback
    };
    // SAFETY: what the addon passed.
    let status = unsafe { (functions.uv_async_init)(event_loop, handle, wrapped) };
    if status == 0 {
        made(event_loop, handle, || callback.map(erase));
    }
    status
}

fn made(event_loop: *mut uv_loop_t, handle: *mut uv_handle_t, callback: impl FnOnce() -> Option<AnyCallback>) {
    let Some(instance) = Instance::here() else { return };
    let uv = instance.uv();
    // Another handle that lies where one was.
    uv.handles.closed.borrow_mut().remove(&handle);
    if uv.is_loop(event_loop) {
        let start = callback().map(|callback| (callback, instance.capture_frame()));
        let env = instance.running().get().map(|(env, _)| env);
        uv.handles.add(handle, env, start);
        // It may be a guest no more. Where it cannot be one again, nobody could be told better than by silence of the handle.
        let _ = instance.uv_loop();
    }
}

/// A callback whose type only its caller knows.
pub(super) fn erase(callback: uv_handle_cb) -> AnyCallback {
    // SAFETY: functions of one size; it is only called as what it was.
    unsafe { std::mem::transmute::<uv_handle_cb, AnyCallback>(callback) }
}

/// Starts a handle; `real` is told whether to pass our callback. Where the library keeps the callback of a handle that is active already,
/// `keeps` says so.
pub(super) fn start(
    handle: *mut uv_handle_t,
    callback: Option<AnyCallback>,
    keeps: bool,
    real: impl FnOnce(&Functions, bool) -> c_int,
) -> c_int {
    let Ok(functions) = functions() else { return ENOSYS };
    let Some(instance) = Instance::here() else {
        return real(functions, false);
    };
    let handles = &instance.uv().handles;
    if handles.is_closed(handle) {
        return EINVAL;
    }
    let Some(callback) = callback.filter(|_| handles.knows(handle)) else {
        return real(functions, false);
    };
    // SAFETY: a handle that is known is there.
    let stays = keeps && unsafe { (functions.uv_is_active)(handle) } != 0;
    let status = real(functions, true);
    if status == 0 && !stays {
        let frame = instance.capture_frame();
        let old = match handles.open.borrow_mut().get_mut(&handle) {
            Some(one) => {
                one.callback = Some(callback);
                std::mem::replace(&mut one.frame, frame)
            }
            None => frame,
        };
        release(instance, old);
    }
    status
}

pub(super) fn release(instance: &Instance, frame: Option<Frame>) {
    if let Some(mut frame) = frame {
        frame.release_to(instance.roots());
    }
}

/// Stops a poll handle. The library insists that it is not closed.
pub(super) fn stop_poll(handle: *mut uv_handle_t) -> c_int {
    let Ok(functions) = functions() else { return ENOSYS };
    if Instance::here().is_some_and(|instance| instance.uv().handles.is_closed(handle)) {
        return 0;
    }
    // SAFETY: what the addon passed.
    unsafe { (functions.uv_poll_stop)(handle) }
}

impl Instance {
    /// What `env` has on the loop that is active and waited for, by type: "libuv timer handle".
    pub(crate) fn open_handles(&self, env: &'static Env) -> Vec<(usize, String)> {
        let Ok(functions) = functions() else { return Vec::new() };
        let mut counts: Vec<(usize, String)> = Vec::new();
        let open = self.uv().handles.open.borrow();
        let of_env = open
            .iter()
            .filter(|(_, one)| one.env.is_some_and(|other| std::ptr::eq(other, env)));
        for (handle, _) in of_env.filter(|(_, one)| matches!(one.closing, Closing::No)) {
            // SAFETY: a handle that is known is there.
            let (active, waited_for) = unsafe { ((functions.uv_is_active)(*handle), (functions.uv_has_ref)(*handle)) };
            if active == 0 || waited_for == 0 {
                continue;
            }
            let what = format!("libuv {} handle", type_name(functions, *handle));
            match counts.iter_mut().find(|(_, known)| *known == what) {
                Some((count, _)) => *count += 1,
                None => counts.push((1, what)),
            }
        }
        counts.sort_unstable_by(|(_, one), (_, other)| one.cmp(other));
        counts
    }

    /// The realm goes: see [`Instance::release_work_frames`].
    pub(super) fn release_handle_frames(&self) {
        for one in self.uv().handles.open.borrow_mut().values_mut() {
            if let Some(frame) = &mut one.frame {
                frame.release_to(self.roots());
            }
        }
    }

    fn run_handle(&'static self, handle: *mut uv_handle_t, call: impl FnOnce(AnyCallback)) {
        let handles = &self.uv().handles;
        // Taken out while it runs: it may be started anew, or closed and made anew, meanwhile.
        let (env, callback, number, frame) = match handles.open.borrow_mut().get_mut(&handle) {
            Some(Handle {
                env,
                callback: Some(callback),
                number,
                frame,
                ..
            }) => (*env, *callback, *number, frame.take()),
            _ => return,
        };
        self.run_uv(env, frame.as_ref(), || call(callback));
        let rest = match handles.open.borrow_mut().get_mut(&handle) {
            Some(one) if one.number == number && one.frame.is_none() => {
                one.frame = frame;
                None
            }
            _ => frame,
        };
        release(self, rest);
    }
}

fn type_name(functions: &Functions, handle: *mut uv_handle_t) -> String {
    // SAFETY: a handle that is known is there; the name is a constant of the library, or null.
    unsafe {
        let name: *const c_char = (functions.uv_handle_type_name)((functions.uv_handle_get_type)(handle));
        if name.is_null() {
            return String::from("unknown");
        }
        CStr::from_ptr(name).to_string_lossy().into_owned()
    }
}

/// What the library calls in the place of a handle's own callback.
macro_rules! callbacks {
    ($($name:ident($($arg:ident: $ty:ty),*) for $callback:ty;)*) => {$(
        pub(super) unsafe extern "C" fn $name(handle: *mut uv_handle_t $(, $arg: $ty)*) {
            let Some(instance) = Instance::here() else { return };
            instance.run_handle(handle, |callback| {
                // SAFETY: it was started with a callback of this type, which the addon gave to be called like this.
                unsafe { std::mem::transmute::<AnyCallback, $callback>(callback)(handle $(, $arg)*) }
            });
        }
    )*};
}

callbacks! {
    on_handle() for uv_handle_cb;
    on_poll(status: c_int, events: c_int) for uv_poll_cb;
    on_signal(signal: c_int) for uv_signal_cb;
    on_fs_event(name: *const c_char, events: c_int, status: c_int) for uv_fs_event_cb;
    on_fs_poll(status: c_int, before: *const c_void, after: *const c_void) for uv_fs_poll_cb;
}
