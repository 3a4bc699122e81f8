//! Types of `uv.h`. Its structures are only passed through.
#![allow(non_camel_case_types, reason = "the names are the header's")]

use std::ffi::{c_char, c_int, c_uint, c_void};

macro_rules! opaque {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[repr(C)]
        pub(crate) struct $name {
            _private: [u8; 0],
        }
    )*};
}

opaque! {
    /// A loop.
    uv_loop_t,
    /// A handle of any type.
    uv_handle_t,
    /// A request of any type.
    uv_req_t,
}

pub(crate) type uv_handle_cb = unsafe extern "C" fn(*mut uv_handle_t);
pub(crate) type uv_poll_cb = unsafe extern "C" fn(*mut uv_handle_t, c_int, c_int);
pub(crate) type uv_signal_cb = unsafe extern "C" fn(*mut uv_handle_t, c_int);
pub(crate) type uv_fs_event_cb = unsafe extern "C" fn(*mut uv_handle_t, *const c_char, c_int, c_int);
pub(crate) type uv_fs_poll_cb = unsafe extern "C" fn(*mut uv_handle_t, c_int, *const c_void, *const c_void);
pub(crate) type uv_req_cb = unsafe extern "C" fn(*mut uv_req_t);
pub(crate) type uv_after_work_cb = unsafe extern "C" fn(*mut uv_req_t, c_int);
pub(crate) type uv_getaddrinfo_cb = unsafe extern "C" fn(*mut uv_req_t, c_int, *mut c_void);
pub(crate) type uv_getnameinfo_cb = unsafe extern "C" fn(*mut uv_req_t, c_int, *const c_char, *const c_char);
pub(crate) type uv_random_cb = unsafe extern "C" fn(*mut uv_req_t, c_int, *mut c_void, usize);

/// A callback of any of these types. Only ever called as the one it came as.
pub(crate) type AnyCallback = unsafe extern "C" fn();

/// `UV_RUN_NOWAIT`
pub(crate) const RUN_NOWAIT: c_uint = 2;
/// `UV_EBUSY`
pub(crate) const EBUSY: c_int = -libc::EBUSY;
/// `UV_EINVAL`
pub(crate) const EINVAL: c_int = -libc::EINVAL;
/// `UV_ENOSYS`: there is no libuv on this system.
pub(crate) const ENOSYS: c_int = -libc::ENOSYS;
