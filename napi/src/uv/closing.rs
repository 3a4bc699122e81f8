//! The end of handles: closed by their addon, or for it when its env ends.

use super::abi::*;
use super::handles::{Closing, release};
use super::library::functions;
use crate::callback::{Activity, call_into};
use crate::env::Env;
use crate::instance::Instance;

/// Closes a handle for its addon's call.
pub(super) fn close(handle: *mut uv_handle_t, callback: Option<uv_handle_cb>) {
    let Ok(functions) = functions() else { return };
    let Some(instance) = Instance::here() else {
        // SAFETY: what the addon passed.
        unsafe { (functions.uv_close)(handle, callback) };
        return;
    };
    let handles = &instance.uv().handles;
    if handles.closed.borrow_mut().remove(&handle) {
        instance.call_closed(handle, callback);
        return;
    }
    let mut open = handles.open.borrow_mut();
    let wrapped = match open.get_mut(&handle) {
        None => callback,
        Some(one) => match one.closing {
            Closing::No => {
                one.closing = Closing::ByAddon(callback);
                Some(on_close as uv_handle_cb)
            }
            Closing::ByUs(_) => {
                one.closing = Closing::ByUs(callback);
                return;
            }
            // A second time: the library would end the process.
            Closing::ByAddon(_) => return,
        },
    };
    drop(open);
    // SAFETY: what the addon passed, or a handle that is known.
    unsafe { (functions.uv_close)(handle, wrapped) };
}

/// An addon's pointers on their way to a later turn of this thread.
struct Late {
    handle: *mut uv_handle_t,
    callback: uv_handle_cb,
    env: Option<&'static Env>,
}

// SAFETY: the letter is opened on the thread that has sent it.
unsafe impl Send for Late {}

impl Late {
    fn call(&self) {
        // SAFETY: the addon gave both for this.
        unsafe { (self.callback)(self.handle) }
    }
}

impl Instance {
    /// An addon closes what is closed already.
    fn call_closed(&self, handle: *mut uv_handle_t, callback: Option<uv_handle_cb>) {
        let Some(callback) = callback else { return };
        let env = self.running().get().map(|(env, _)| env);
        let late = Late { handle, callback, env };
        self.poster().post(Box::new(move |cx| {
            let late = late;
            match (Self::here(), late.env) {
                (Some(instance), Some(env)) => {
                    instance.in_realm_of(cx, env, |cx| call_into(env, cx, Activity::Libuv, || late.call()))
                }
                _ => {
                    late.call();
                    Ok(())
                }
            }
        }));
    }

    /// Closes what these envs have left on the loop.
    pub(crate) fn close_handles(&self, envs: &[&'static Env]) {
        let handles = &self.uv().handles;
        for handle in handles.of(envs) {
            let is_open = match handles.open.borrow_mut().get_mut(&handle) {
                Some(one) if matches!(one.closing, Closing::No) => {
                    one.closing = Closing::ByUs(None);
                    true
                }
                _ => false,
            };
            let Ok(functions) = functions() else { return };
            if is_open {
                // SAFETY: a handle that is known is there, and nobody has closed it.
                unsafe { (functions.uv_close)(handle, Some(on_close)) };
            }
        }
    }

    /// Whether one of these envs has handles that are not closed yet, its own or nobody's.
    pub(crate) fn has_handles(&self, envs: &[&'static Env]) -> bool {
        !self.uv().handles.of(envs).is_empty()
    }

    fn closed(&'static self, handle: *mut uv_handle_t) {
        let Some(one) = self.uv().handles.open.borrow_mut().remove(&handle) else {
            return;
        };
        let callback = match one.closing {
            Closing::ByAddon(callback) | Closing::ByUs(callback) => callback,
            Closing::No => None,
        };
        if matches!(one.closing, Closing::ByUs(None)) {
            self.uv().handles.closed.borrow_mut().insert(handle);
        }
        if let Some(callback) = callback {
            // SAFETY: the addon gave it to be called like this.
            self.run_uv(one.env, one.frame.as_ref(), || unsafe { callback(handle) });
        }
        release(self, one.frame);
        self.wake_stuck();
    }
}

/// What the library calls once a handle is closed.
unsafe extern "C" fn on_close(handle: *mut uv_handle_t) {
    if let Some(instance) = Instance::here() {
        instance.closed(handle);
    }
}
