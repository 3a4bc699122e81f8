//! The types of `js_native_api_types.h` and `node_api_types.h`, with their layout checked.
#![allow(non_camel_case_types, reason = "the names are the header's")]

use std::ffi::{c_char, c_int, c_uint, c_void};
use std::mem::offset_of;

use trun_vm::engine::native::RawValue;

use super::status::Status;
use crate::callback::CallbackInfo;
use crate::env::Env;

pub(crate) type napi_env = *mut Env;
pub(crate) type napi_value = RawValue;
pub(crate) type napi_callback_info = *const CallbackInfo<'static>;
pub(crate) type napi_callback = unsafe extern "C" fn(napi_env, napi_callback_info) -> napi_value;
pub(crate) type napi_finalize = unsafe extern "C" fn(napi_env, *mut c_void, *mut c_void);
pub(crate) type napi_addon_register_func = unsafe extern "C" fn(napi_env, napi_value) -> napi_value;

pub(crate) type napi_async_execute_callback = unsafe extern "C" fn(napi_env, *mut c_void);
pub(crate) type napi_async_complete_callback = unsafe extern "C" fn(napi_env, Status, *mut c_void);
pub(crate) type napi_cleanup_hook = unsafe extern "C" fn(*mut c_void);
pub(crate) type napi_async_cleanup_hook = unsafe extern "C" fn(napi_async_cleanup_hook_handle, *mut c_void);
pub(crate) type napi_threadsafe_function_call_js = unsafe extern "C" fn(napi_env, napi_value, *mut c_void, *mut c_void);
/// 0 does not wait, 1 does.
pub(crate) type napi_threadsafe_function_call_mode = c_uint;
/// 0 is release, 1 is abort.
pub(crate) type napi_threadsafe_function_release_mode = c_uint;

/// A threadsafe function's number. Zero is null.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(transparent)]
pub(crate) struct napi_threadsafe_function(pub(crate) u64);

const _: () = assert!(size_of::<napi_threadsafe_function>() == size_of::<*const ()>());

/// `napi_node_version`
#[repr(C)]
pub(crate) struct napi_node_version {
    pub(crate) major: u32,
    pub(crate) minor: u32,
    pub(crate) patch: u32,
    pub(crate) release: *const c_char,
}

// SAFETY: the one there is points to a constant and never changes.
unsafe impl Sync for napi_node_version {}

const _: () = {
    assert!(size_of::<napi_node_version>() == 24);
    assert!(offset_of!(napi_node_version, release) == 16);
};

macro_rules! words {
    ($($(#[$doc:meta])* $name:ident),*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        #[repr(transparent)]
        pub(crate) struct $name(pub(crate) usize);

        const _: () = assert!(size_of::<$name>() == size_of::<*const ()>());
    )*};
}
words! {
    /// A reference's index and generation. Zero is null.
    napi_ref,
    /// Number of a handle scope, from one.
    napi_handle_scope,
    /// As [`napi_handle_scope`].
    napi_escapable_handle_scope,
    /// A deferred's index and generation. Zero is null.
    napi_deferred,
    /// As [`napi_deferred`].
    napi_async_work,
    /// As [`napi_deferred`].
    napi_async_context,
    /// As [`napi_deferred`].
    napi_async_cleanup_hook_handle,
    /// Number of a callback scope, from one.
    napi_callback_scope
}

/// Length of a text that ends with a NUL.
pub(crate) const AUTO_LENGTH: usize = usize::MAX;

/// The version of addons that were built with `NAPI_EXPERIMENTAL`.
pub(crate) const VERSION_EXPERIMENTAL: i32 = i32::MAX;

/// `napi_property_attributes`
pub(crate) mod attribute {
    pub(crate) const WRITABLE: u32 = 1;
    pub(crate) const ENUMERABLE: u32 = 2;
    pub(crate) const CONFIGURABLE: u32 = 4;
    pub(crate) const STATIC: u32 = 1 << 10;
}

/// `napi_valuetype`
#[derive(Clone, Copy)]
#[repr(C)]
pub(crate) enum ValueType {
    Undefined,
    Null,
    Boolean,
    Number,
    String,
    Symbol,
    Object,
    Function,
    External,
    Bigint,
}

/// `napi_property_descriptor`
#[derive(Clone, Copy)]
#[repr(C)]
pub(crate) struct napi_property_descriptor {
    pub(crate) utf8name: *const c_char,
    pub(crate) name: napi_value,
    pub(crate) method: Option<napi_callback>,
    pub(crate) getter: Option<napi_callback>,
    pub(crate) setter: Option<napi_callback>,
    pub(crate) value: napi_value,
    pub(crate) attributes: c_uint,
    pub(crate) data: *mut c_void,
}

const _: () = {
    assert!(size_of::<napi_property_descriptor>() == 64);
    assert!(offset_of!(napi_property_descriptor, name) == 8);
    assert!(offset_of!(napi_property_descriptor, value) == 40);
    assert!(offset_of!(napi_property_descriptor, attributes) == 48);
    assert!(offset_of!(napi_property_descriptor, data) == 56);
};

/// `napi_extended_error_info`
#[derive(Clone, Copy)]
#[repr(C)]
pub(crate) struct napi_extended_error_info {
    pub(crate) error_message: *const c_char,
    pub(crate) engine_reserved: *mut c_void,
    pub(crate) engine_error_code: u32,
    pub(crate) error_code: Status,
}

const _: () = {
    assert!(size_of::<napi_extended_error_info>() == 24);
    assert!(offset_of!(napi_extended_error_info, engine_error_code) == 16);
    assert!(offset_of!(napi_extended_error_info, error_code) == 20);
};

/// `napi_type_tag`
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(C)]
pub(crate) struct napi_type_tag {
    pub(crate) lower: u64,
    pub(crate) upper: u64,
}

const _: () = assert!(size_of::<napi_type_tag>() == 16);

/// `napi_module`: what a library hands to `napi_module_register`.
#[derive(Clone, Copy)]
#[repr(C)]
pub(crate) struct napi_module {
    pub(crate) nm_version: c_int,
    pub(crate) nm_flags: c_uint,
    pub(crate) nm_filename: *const c_char,
    pub(crate) nm_register_func: Option<napi_addon_register_func>,
    pub(crate) nm_modname: *const c_char,
    pub(crate) nm_priv: *mut c_void,
    pub(crate) reserved: [*mut c_void; 4],
}

const _: () = {
    assert!(size_of::<napi_module>() == 72);
    assert!(offset_of!(napi_module, nm_register_func) == 16);
};
