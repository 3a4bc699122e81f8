//! An env: what an addon holds of one file that loaded it.
//!
//! Invariants:
//! - Its memory is valid as long as the process: addons and their threads keep its address. What it may do is its [`State`].
//! - It names its realm by its state: the current realm while it is live, the parking realm ever after. It never holds a pointer to a global.
//! - All but the state and the way to its thread is used on the JS thread alone, which [`Env::from_ptr`] checks.

use std::cell::{Cell, UnsafeCell};
use std::ffi::{CString, c_void};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU8, Ordering};

use trun_vm::engine::native::RawValue;
use trun_vm::event_loop::Poster;

use crate::abi::status::Status;
use crate::abi::types::{VERSION_EXPERIMENTAL, napi_env, napi_extended_error_info};
use crate::finalizer::Finalizer;
use crate::instance::Instance;

/// What an env may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum State {
    /// Its file runs.
    Live,
    /// Its file has ended; it lives in the parking realm.
    Parked,
    /// It is being torn down: no JavaScript any more.
    Closing,
    /// Nothing any more.
    Dead,
}

/// `napi_env`
pub(crate) struct Env {
    last_error: UnsafeCell<napi_extended_error_info>,
    state: AtomicU8,
    instance: &'static Instance,
    /// The exception that was thrown to the addon, kept in a root slot while there is one.
    exception: Cell<Option<u32>>,
    open_scopes: Cell<u32>,
    instance_data: Cell<Option<Finalizer>>,
    external_memory: Cell<i64>,
    /// The realm it belongs to while it is live.
    epoch: Cell<u32>,
    /// It was said that it has ended.
    told_ended: Cell<bool>,
    /// The addon's number in crash reports.
    addon: u32,
    version: i32,
    path: PathBuf,
    url: CString,
}

impl Env {
    /// Makes an env of the current realm for the addon at `path` that was built for `version` of the interface.
    pub(crate) fn create(instance: &'static Instance, path: &Path, version: i32) -> &'static Self {
        Box::leak(Box::new(Self {
            last_error: UnsafeCell::new(napi_extended_error_info {
                error_message: std::ptr::null(),
                engine_reserved: std::ptr::null_mut(),
                engine_error_code: 0,
                error_code: Status::Ok,
            }),
            state: AtomicU8::new(State::Live as u8),
            instance,
            exception: Cell::new(None),
            open_scopes: Cell::new(0),
            instance_data: Cell::new(None),
            external_memory: Cell::new(0),
            epoch: Cell::new(instance.epoch()),
            told_ended: Cell::new(false),
            addon: instance.addon_number(path),
            version,
            path: path.to_owned(),
            url: crate::loader::file_url(path),
        }))
    }

    /// The env behind an addon's pointer. None for null, and on any thread but its own.
    ///
    /// # Safety
    /// The pointer is null or one that an addon was given.
    pub(crate) unsafe fn from_ptr(env: napi_env) -> Result<&'static Self, Status> {
        // SAFETY: envs are never freed.
        let env = unsafe { env.as_ref() }.ok_or(Status::InvalidArg)?;
        // Another thread must not even touch the last error.
        if Instance::here().is_some_and(|here| std::ptr::eq(here, env.instance)) {
            Ok(env)
        } else {
            Err(Status::GenericFailure)
        }
    }

    /// The way to the env's thread, if this is another one.
    ///
    /// # Safety
    /// The pointer is null or one that an addon was given.
    pub(crate) unsafe fn poster_elsewhere(env: napi_env) -> Option<&'static Poster> {
        // SAFETY: envs are never freed. Their instance never changes, and neither does its poster, which any thread may use.
        let instance = unsafe { env.as_ref() }?.instance;
        let is_here = Instance::here().is_some_and(|here| std::ptr::eq(here, instance));
        (!is_here).then(|| instance.poster())
    }

    /// The pointer for the addon.
    pub(crate) fn as_ptr(&'static self) -> napi_env {
        std::ptr::from_ref(self).cast_mut()
    }

    pub(crate) fn instance(&self) -> &'static Instance {
        self.instance
    }

    pub(crate) fn state(&self) -> State {
        match self.state.load(Ordering::Acquire) {
            0 => State::Live,
            1 => State::Parked,
            2 => State::Closing,
            _ => State::Dead,
        }
    }

    pub(crate) fn set_state(&self, state: State) {
        self.state.store(state as u8, Ordering::Release);
    }

    /// Whether it is live, and the realm it belongs to is the current one.
    pub(crate) fn is_in_its_realm(&self) -> bool {
        self.state() == State::Live && self.epoch.get() == self.instance.epoch() && self.instance.has_realm()
    }

    /// The next file's realm is there, and it belongs to that from now on.
    pub(crate) fn adopt(&self) {
        self.epoch.set(self.instance.epoch());
        self.set_state(State::Live);
    }

    /// Asked before any code of an addon runs: an env that is live must have left every realm that is gone.
    pub(crate) fn assert_not_left_behind(&self) {
        assert!(
            self.state() != State::Live || self.is_in_its_realm(),
            "an env of {} was left behind in a realm that is gone",
            self.path.display()
        );
    }

    /// Whether it is time to say that it has ended: true once.
    pub(crate) fn tell_ended_once(&self) -> bool {
        !self.told_ended.replace(true)
    }

    /// The addon's number in crash reports.
    pub(crate) fn addon(&self) -> u32 {
        self.addon
    }

    /// The version of the interface that the addon was built for.
    pub(crate) fn version(&self) -> i32 {
        self.version
    }

    /// Whether the addon was built for what is not in the interface yet. Its finalizers promise to use nothing of the engine.
    pub(crate) fn is_experimental(&self) -> bool {
        self.version == VERSION_EXPERIMENTAL
    }

    /// The addon's file.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The addon's file as a URL.
    pub(crate) fn url(&self) -> &std::ffi::CStr {
        &self.url
    }

    /// Remembers what a function has returned, and returns it.
    pub(crate) fn set_last_error(&self, status: Status) -> Status {
        let info = napi_extended_error_info {
            error_message: std::ptr::null(),
            engine_reserved: std::ptr::null_mut(),
            engine_error_code: 0,
            error_code: status,
        };
        // SAFETY: written and read on the JS thread alone; the addon reads it between two calls.
        unsafe { *self.last_error.get() = info };
        status
    }

    /// The last error with its text, for the addon to read until its next call.
    pub(crate) fn last_error(&self) -> *const napi_extended_error_info {
        let info = self.last_error.get();
        // SAFETY: as in `set_last_error`.
        unsafe {
            (*info).error_message = (*info)
                .error_code
                .message()
                .map_or(std::ptr::null(), std::ffi::CStr::as_ptr)
        };
        info
    }

    /// Whether an exception waits for the addon to return.
    pub(crate) fn has_exception(&self) -> bool {
        self.exception.get().is_some()
    }

    /// Lets an exception wait; a later one takes the place of an earlier one.
    pub(crate) fn set_exception(&self, value: RawValue) {
        let roots = self.instance.roots();
        match self.exception.get() {
            Some(slot) => roots.set_slot(slot, value),
            None => self.exception.set(Some(roots.keep(value))),
        }
    }

    /// Takes the exception that waits. It is rooted by the caller's stack alone from here on.
    pub(crate) fn take_exception(&self) -> Option<RawValue> {
        let slot = self.exception.take()?;
        let value = self.instance.roots().slot(slot);
        self.instance.roots().release_slot(slot);
        Some(value)
    }

    pub(crate) fn open_scopes(&self) -> &Cell<u32> {
        &self.open_scopes
    }

    pub(crate) fn instance_data(&self) -> &Cell<Option<Finalizer>> {
        &self.instance_data
    }

    /// The addon's pointer to its own data; null for none.
    pub(crate) fn instance_data_pointer(&self) -> *mut c_void {
        self.instance_data.get().map_or(std::ptr::null_mut(), |data| data.data)
    }

    /// Bytes that the addon says it holds for JavaScript's objects.
    pub(crate) fn external_memory(&self) -> &Cell<i64> {
        &self.external_memory
    }
}
