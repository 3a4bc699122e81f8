//! Shared libraries: opened by name, closed when nothing of ours needs them any more.
//!
//! Invariant: a library stays mapped while one of its functions is on the stack (functions hold it), while a buffer's deallocator lies
//! in it, and while the process has threads that native code may have started: unmapping code that a thread runs crashes it.

use std::cell::Cell;
use std::ffi::{CStr, OsStr, OsString, c_int, c_void};
use std::fs;
use std::mem::ManuallyDrop;
use std::path::Path;
use std::rc::Rc;
use std::sync::OnceLock;

use libloading::os::unix::{Library as Handle, RTLD_LOCAL, RTLD_NOW};

/// Threads of this runtime, by the beginnings of their names, and of the engine, which keeps the last 15 bytes of longer ones.
const OWN_THREADS: [&str; 8] = [
    "trun-",
    "tokio-",
    "JITWorker",
    "HeapHelper",
    "s Signal Sender",
    "ollector Thread",
    "t Helper Thread",
    "readPool Worker",
];

/// An open library.
pub(super) struct Library {
    handle: ManuallyDrop<Handle>,
    /// As it was asked for, for messages.
    pub(super) name: String,
    /// It is never unmapped.
    is_kept: Cell<bool>,
}

impl Library {
    /// Opens a library: a path, a bare name that the system looks for, or with `None` what the process itself has loaded. All of its own
    /// dependencies are resolved now, so that a missing one is an error here and not a crash later.
    ///
    /// # Errors
    /// The system's words.
    pub(super) fn open(name: Option<&str>) -> Result<Rc<Self>, String> {
        EARLIER.get_or_init(|| threads().unwrap_or_default());
        let handle = match name {
            // SAFETY: initialisers of a library run here; that is what the test asks for.
            Some(name) => unsafe { Handle::open(Some(OsStr::new(name)), RTLD_NOW | RTLD_LOCAL) }.map_err(words)?,
            None => Handle::this(),
        };
        Ok(Rc::new(Self {
            handle: ManuallyDrop::new(handle),
            name: name.unwrap_or("the process itself").to_owned(),
            is_kept: Cell::new(false),
        }))
    }

    /// Keeps it mapped for good: it was given an env, which may call its finalizers and hooks after the file.
    pub(super) fn keep(&self) {
        self.is_kept.set(true);
    }

    /// The address of a symbol, if the library has it.
    pub(super) fn symbol(&self, name: &str) -> Option<usize> {
        // SAFETY: only the address is taken; what lies there is for the caller to know.
        let symbol = unsafe { self.handle.get::<*mut c_void>(name) }.ok()?;
        let address = symbol.into_raw().addr();
        (address != 0).then_some(address)
    }
}

impl Drop for Library {
    fn drop(&mut self) {
        // SAFETY: dropped once, here.
        let handle = unsafe { ManuallyDrop::take(&mut self.handle) };
        if self.is_kept.get() || has_native_threads() {
            // Kept mapped for good: the reference is never given back.
            let _ = handle.into_raw();
        }
    }
}

fn words(error: libloading::Error) -> String {
    use std::error::Error;
    error.source().map_or_else(|| error.to_string(), ToString::to_string)
}

/// The threads that were there when the first library was opened: none of them is native code's. One thread of the engine (its memory
/// allocator's) has no name of its own.
static EARLIER: OnceLock<Vec<OsString>> = OnceLock::new();

/// The process's threads by their numbers; `None` where the system does not say.
fn threads() -> Option<Vec<OsString>> {
    let tasks = fs::read_dir("/proc/self/task").ok()?;
    Some(tasks.flatten().map(|task| task.file_name()).collect())
}

/// Whether the process has a thread that neither was there before any library nor is one the engine or this runtime has started. Threads
/// carry the name of who started them unless they set one, so those of native code are called like the JS thread. What is taken for one of them
/// by mistake keeps a library mapped, no more.
fn has_native_threads() -> bool {
    let Some(threads) = threads() else { return true };
    let earlier = EARLIER.get().map_or(&[][..], Vec::as_slice);
    threads.iter().filter(|thread| !earlier.contains(thread)).any(|thread| {
        let name = fs::read_to_string(Path::new("/proc/self/task").join(thread).join("comm"));
        // One without a name has ended meanwhile.
        name.is_ok_and(|name| !OWN_THREADS.iter().any(|own| name.starts_with(own)))
    })
}

/// Keeps the library that `address` lies in mapped until it is dropped.
pub(super) struct Mapped(*mut c_void);

impl Mapped {
    /// `None` if the address lies in no library (code made at run time).
    pub(super) fn around(address: usize) -> Option<Self> {
        let mut info = std::mem::MaybeUninit::<libc::Dl_info>::zeroed();
        let place = std::ptr::with_exposed_provenance::<c_void>(address);
        // SAFETY: only looks the number up; fills `info` when it returns non-zero.
        let found = unsafe { libc::dladdr(place, info.as_mut_ptr()) };
        if found == 0 {
            return None;
        }
        // SAFETY: filled, and zeroed before: a valid value either way.
        let info = unsafe { info.assume_init() };
        if info.dli_fname.is_null() {
            return None;
        }
        const KNOWN: c_int = libc::RTLD_NOW | libc::RTLD_NOLOAD;
        // SAFETY: the loader's own name of a library that is loaded; this takes one more reference.
        let handle = unsafe { libc::dlopen(CStr::from_ptr(info.dli_fname).as_ptr(), KNOWN) };
        (!handle.is_null()).then_some(Self(handle))
    }
}

impl Drop for Mapped {
    fn drop(&mut self) {
        if !has_native_threads() {
            // SAFETY: the reference taken in `around`.
            unsafe { libc::dlclose(self.0) };
        }
    }
}
