//! Shared libraries: opened by name, closed when nothing of ours needs them any more.
//!
//! Invariant: a library stays mapped while one of its functions is on the stack (functions hold it), while a buffer's deallocator lies
//! in it, and while the process has threads that native code may have started: unmapping code that a thread runs crashes it.

use std::ffi::{CStr, OsStr, c_int, c_void};
use std::fs;
use std::mem::ManuallyDrop;
use std::rc::Rc;

use libloading::os::unix::{Library as Handle, RTLD_LOCAL, RTLD_NOW};

/// Threads of the engine and of this runtime, by the beginnings of their names. All others are taken for native code's.
const OWN_THREADS: [&str; 9] = [
    "trun-",
    "tokio-",
    "JIT",
    "Heap",
    "GC",
    "Wasm",
    "Scavenger",
    "pas-",
    "JSC",
];

/// An open library.
pub(super) struct Library {
    handle: ManuallyDrop<Handle>,
    /// As it was asked for, for messages.
    pub(super) name: String,
}

impl Library {
    /// Opens a library: a path, a bare name that the system looks for, or with `None` what the process itself has loaded. All of its own
    /// dependencies are resolved now, so that a missing one is an error here and not a crash later.
    ///
    /// # Errors
    /// The system's words.
    pub(super) fn open(name: Option<&str>) -> Result<Rc<Self>, String> {
        let handle = match name {
            // SAFETY: initialisers of a library run here; that is what the test asks for.
            Some(name) => unsafe { Handle::open(Some(OsStr::new(name)), RTLD_NOW | RTLD_LOCAL) }.map_err(words)?,
            None => Handle::this(),
        };
        Ok(Rc::new(Self {
            handle: ManuallyDrop::new(handle),
            name: name.unwrap_or("the process itself").to_owned(),
        }))
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
        if has_native_threads() {
            // Kept mapped for good: the reference is never given back.
            let _ = handle.into_raw();
        }
    }
}

fn words(error: libloading::Error) -> String {
    use std::error::Error;
    error.source().map_or_else(|| error.to_string(), ToString::to_string)
}

/// Whether the process has a thread that is neither the JS thread nor one the engine or this runtime has started. Threads carry the name
/// of who started them unless they set one, so those of native code are called like the JS thread.
fn has_native_threads() -> bool {
    // SAFETY: the call has no preconditions.
    let own = unsafe { libc::gettid() }.to_string();
    let Ok(threads) = fs::read_dir("/proc/self/task") else {
        return true;
    };
    threads.flatten().any(|thread| {
        let is_own = thread.file_name().to_str() == Some(own.as_str());
        !is_own
            && fs::read_to_string(thread.path().join("comm"))
                .is_ok_and(|name| !OWN_THREADS.iter().any(|own| name.starts_with(own)))
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
