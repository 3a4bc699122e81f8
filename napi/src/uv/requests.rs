//! Requests on a VM's loop: work for the library's threads, and the callback when it is done.
//!
//! A request is known from its submission until its callback begins. An env's end waits for those of its own, within the teardown's bounds.

use std::cell::RefCell;
use std::collections::HashMap;
use std::ffi::{c_char, c_int, c_void};
use std::sync::{Mutex, PoisonError};

use super::abi::*;
use super::library::{Functions, functions};
use crate::env::Env;
use crate::frame::Frame;
use crate::instance::Instance;
use crate::trace::Trace;

/// All requests of a VM's loop, by address.
#[derive(Default)]
pub(crate) struct Requests {
    open: RefCell<HashMap<*mut uv_req_t, Request>>,
}

struct Request {
    env: Option<&'static Env>,
    callback: Option<AnyCallback>,
    frame: Option<Frame>,
}

/// What a thread of the library runs.
struct OnThread {
    work: uv_req_cb,
    trace: &'static Trace,
    addon: Option<u32>,
}

/// By the request's address: threads know nothing else.
static ON_THREADS: Mutex<Option<HashMap<usize, OnThread>>> = Mutex::new(None);

impl Requests {
    pub(super) fn is_empty(&self) -> bool {
        self.open.borrow().is_empty()
    }
}

/// Submits a request; `real` is told whether to pass our callback. What has none is done at once, and not ours.
pub(super) fn submit(
    event_loop: *mut uv_loop_t,
    request: *mut uv_req_t,
    callback: Option<AnyCallback>,
    real: impl FnOnce(&Functions, bool) -> c_int,
) -> c_int {
    let Ok(functions) = functions() else { return ENOSYS };
    let here = Instance::here().filter(|instance| callback.is_some() && instance.uv().is_loop(event_loop));
    let status = real(functions, here.is_some());
    if let Some(instance) = here.filter(|_| status == 0) {
        instance.add_request(request, callback);
    }
    status
}

/// `uv_queue_work`
pub(super) fn queue_work(
    event_loop: *mut uv_loop_t,
    request: *mut uv_req_t,
    work: Option<uv_req_cb>,
    after: Option<uv_after_work_cb>,
) -> c_int {
    let Ok(functions) = functions() else { return ENOSYS };
    let here = Instance::here().filter(|instance| instance.uv().is_loop(event_loop));
    let (Some(instance), Some(work)) = (here, work) else {
        // SAFETY: what the addon passed.
        return unsafe { (functions.uv_queue_work)(event_loop, request, work, after) };
    };
    let addon = instance.running().get().map(|(env, _)| env.addon());
    let trace = instance.trace();
    on_threads(|list| list.insert(request as usize, OnThread { work, trace, addon }));
    // SAFETY: what the addon passed, with our callbacks.
    let status = unsafe { (functions.uv_queue_work)(event_loop, request, Some(on_work), Some(on_after_work)) };
    if status == 0 {
        // SAFETY: functions of one size; it is only called as what it was.
        let after = after.map(|after| unsafe { std::mem::transmute::<uv_after_work_cb, AnyCallback>(after) });
        instance.add_request(request, after);
    } else {
        on_threads(|list| list.remove(&(request as usize)));
    }
    status
}

fn on_threads<T>(work: impl FnOnce(&mut HashMap<usize, OnThread>) -> T) -> T {
    let mut list = ON_THREADS.lock().unwrap_or_else(PoisonError::into_inner);
    work(list.get_or_insert_default())
}

/// On a thread of the library.
unsafe extern "C" fn on_work(request: *mut uv_req_t) {
    let Some(OnThread { work, trace, addon }) = on_threads(|list| list.remove(&(request as usize))) else {
        return;
    };
    // SAFETY: the addon gave it to be called like this.
    let call = || unsafe { work(request) };
    match addon {
        Some(addon) => trace.in_pool(addon, call),
        None => call(),
    }
}

impl Instance {
    fn add_request(&'static self, request: *mut uv_req_t, callback: Option<AnyCallback>) {
        let new = Request {
            env: self.running().get().map(|(env, _)| env),
            callback,
            frame: self.capture_frame(),
        };
        self.uv().requests.open.borrow_mut().insert(request, new);
        // As for handles.
        let _ = self.uv_loop();
    }

    /// How many requests of `env` are not done.
    pub(crate) fn open_requests(&self, env: &'static Env) -> usize {
        let open = self.uv().requests.open.borrow();
        let of_env = |one: &&Request| one.env.is_some_and(|other| std::ptr::eq(other, env));
        open.values().filter(of_env).count()
    }

    /// Takes back everything of `env` that no thread has begun; its callbacks are told so.
    pub(crate) fn cancel_requests(&self, env: &'static Env) {
        let Ok(functions) = functions() else { return };
        let open = self.uv().requests.open.borrow();
        let of_env = |one: &Request| one.env.is_some_and(|other| std::ptr::eq(other, env));
        for (request, _) in open.iter().filter(|(_, one)| of_env(one)) {
            // What has begun is waited for.
            // SAFETY: a request that is known is there, and its type can be cancelled. No callback is called before the next turn.
            unsafe { (functions.uv_cancel)(*request) };
        }
    }

    /// The realm goes: see [`Instance::release_work_frames`].
    pub(crate) fn release_uv_frames(&self) {
        for one in self.uv().requests.open.borrow_mut().values_mut() {
            if let Some(frame) = &mut one.frame {
                frame.release_to(self.roots());
            }
        }
        self.release_handle_frames();
    }

    fn run_request(&'static self, request: *mut uv_req_t, call: impl FnOnce(AnyCallback)) {
        let Some(one) = self.uv().requests.open.borrow_mut().remove(&request) else {
            return;
        };
        if let Some(callback) = one.callback {
            self.run_uv(one.env, one.frame.as_ref(), || call(callback));
        }
        if let Some(mut frame) = one.frame {
            frame.release_to(self.roots());
        }
        self.wake_stuck();
    }
}

/// What the library calls in the place of a request's own callback.
macro_rules! callbacks {
    ($($name:ident($($arg:ident: $ty:ty),*) for $callback:ty;)*) => {$(
        pub(super) unsafe extern "C" fn $name(request: *mut uv_req_t $(, $arg: $ty)*) {
            let Some(instance) = Instance::here() else { return };
            instance.run_request(request, |callback| {
                // SAFETY: it was submitted with a callback of this type, which the addon gave to be called like this.
                unsafe { std::mem::transmute::<AnyCallback, $callback>(callback)(request $(, $arg)*) }
            });
        }
    )*};
}

callbacks! {
    on_request() for uv_req_cb;
    on_worked(status: c_int) for uv_after_work_cb;
    on_getaddrinfo(status: c_int, addresses: *mut c_void) for uv_getaddrinfo_cb;
    on_getnameinfo(status: c_int, name: *const c_char, service: *const c_char) for uv_getnameinfo_cb;
    on_random(status: c_int, bytes: *mut c_void, length: usize) for uv_random_cb;
}

/// As [`on_worked`], also for work that was cancelled.
unsafe extern "C" fn on_after_work(request: *mut uv_req_t, status: c_int) {
    on_threads(|list| list.remove(&(request as usize)));
    // SAFETY: passed on.
    unsafe { on_worked(request, status) };
}
