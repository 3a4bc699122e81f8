//! From a file to an addon: `dlopen`, both ways of registration, and the call of its init function.
//!
//! A library is opened once per process and never closed: its code may run as long as one of its threads does. What it registered then is
//! kept under its handle, because constructors run only the first time.

use std::cell::RefCell;
use std::collections::HashMap;
use std::ffi::{CString, c_void};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use libloading::os::unix::{Library, Symbol};
use trun_vm::engine::{Ctx, ErrorClass, JsResult, Object, Thrown};

use crate::abi::types::{napi_addon_register_func, napi_module};
use crate::callback::{Activity, call_into};
use crate::env::Env;
use crate::instance::Instance;
use crate::symbols::Symbols;

/// What addons that do not say it were built for.
pub(crate) const DEFAULT_VERSION: i32 = 8;

/// Addons that bring a library with them must meet their own copy of it. The engine's libraries (GLib, ICU, zlib, ...) are everybody's in this
/// process, and half a call into ours with the other half in theirs ends badly: sharp brings a GLib.
const OWN_COPIES_FIRST: i32 = libc::RTLD_DEEPBIND;

thread_local! {
    /// What constructors register while a library is being opened on this thread.
    static REGISTERED: RefCell<Vec<napi_addon_register_func>> = const { RefCell::new(Vec::new()) };
}

/// What is known of a library that was opened.
#[derive(Default)]
struct Known {
    /// What its constructors have registered.
    constructed: Vec<napi_addon_register_func>,
    /// Everything it needs is there.
    checked: bool,
}

/// By the library's handle.
static KNOWN: Mutex<Option<HashMap<usize, Known>>> = Mutex::new(None);

/// `napi_module_register`: called by a library's constructor.
///
/// # Safety
/// `module` points to a structure as the header has it.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn napi_module_register(module: *mut napi_module) {
    // SAFETY: the library passes its own static structure, or null.
    if let Some(init) = unsafe { module.as_ref() }.and_then(|module| module.nm_register_func) {
        REGISTERED.with_borrow_mut(|list| list.push(init));
    }
}

/// How an addon wants to be initialised.
struct Registration {
    init: napi_addon_register_func,
    version: i32,
}

/// Loads the addon at `path` into the realm of `cx` and lets it fill `module.exports`.
///
/// # Errors
/// The library cannot be opened or is no addon, or what it threw.
pub(crate) fn load<'r>(
    cx: Ctx<'r>,
    instance: &'static Instance,
    module: Object<'r>,
    path: &Path,
    flags: i32,
) -> JsResult<'r, ()> {
    require_known_values(cx, path)?;
    for registration in register(cx, path, flags)? {
        initialise(cx, instance, module, path, &registration)?;
    }
    Ok(())
}

/// # Errors
/// The engine represents values in a way that native code cannot be shown.
pub(crate) fn require_known_values<'r>(cx: Ctx<'r>, path: &Path) -> JsResult<'r, ()> {
    if trun_vm::engine::native::encoding::is_known(cx) {
        return Ok(());
    }
    let message = format!(
        "{}: Node-API cannot be used: trun does not know how {} represents values",
        path.display(),
        trun_vm::engine_version()
    );
    Err(dlopen_error(cx, &message))
}

/// Opens the library and finds out how it registers.
fn register<'r>(cx: Ctx<'r>, path: &Path, flags: i32) -> JsResult<'r, Vec<Registration>> {
    let symbols = if is_checked(path) { None } else { Symbols::read(path) };
    if let Some(symbols) = &symbols {
        symbols.check_before(path).map_err(|why| dlopen_error(cx, &why))?;
    }
    let before = REGISTERED.take();
    // SAFETY: running the library's constructors is what the user asked for.
    let opened = unsafe { Library::open(Some(path), flags | OWN_COPIES_FIRST) };
    let fresh = REGISTERED.replace(before);
    let library = opened.map_err(|error| dlopen_error(cx, &reason(&error)))?;
    let symbol = symbol_registration(&library);
    let handle = library.into_raw() as usize;
    let constructed = known(handle, |known| {
        known.constructed.extend(fresh);
        known.constructed.clone()
    });
    if let Some(symbols) = &symbols {
        let checked = symbols.check_after(path, handle as *mut c_void);
        checked.map_err(|why| dlopen_error(cx, &why))?;
        known(handle, |known| known.checked = true);
    }
    if !constructed.is_empty() {
        let of = |init| Registration {
            init,
            version: DEFAULT_VERSION,
        };
        return Ok(constructed.into_iter().map(of).collect());
    }
    match symbol {
        Some(registration) => Ok(vec![registration]),
        None => Err(dlopen_error(
            cx,
            &format!("Module did not self-register: '{}'.", path.display()),
        )),
    }
}

fn known<T>(handle: usize, work: impl FnOnce(&mut Known) -> T) -> T {
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    work(known.get_or_insert_default().entry(handle).or_default())
}

/// Whether this file is open already, and was found to have what it needs.
fn is_checked(path: &Path) -> bool {
    // SAFETY: nothing is loaded.
    let open = unsafe { Library::open(Some(path), libc::RTLD_LAZY | libc::RTLD_NOLOAD) };
    open.is_ok_and(|library| known(library.into_raw() as usize, |known| known.checked))
}

fn symbol_registration(library: &Library) -> Option<Registration> {
    // SAFETY: the interface fixes the types of both symbols.
    let init: Symbol<napi_addon_register_func> = unsafe { library.get(b"napi_register_module_v1\0") }.ok()?;
    // SAFETY: as above.
    let version = unsafe { library.get::<unsafe extern "C" fn() -> i32>(b"node_api_module_get_api_version_v1\0") };
    let version = match version {
        // SAFETY: the function takes nothing and returns a number.
        Ok(version) => unsafe { version() },
        Err(_) => DEFAULT_VERSION,
    };
    Some(Registration { init: *init, version })
}

/// Makes an env and calls the init function: what it returns, if anything, replaces the exports.
fn initialise<'r>(
    cx: Ctx<'r>,
    instance: &'static Instance,
    module: Object<'r>,
    path: &Path,
    registration: &Registration,
) -> JsResult<'r, ()> {
    let exports = module.get(cx, "exports")?;
    let env = Env::create(instance, path, registration.version);
    instance.envs().borrow_mut().push(env);
    let returned = call_into(env, cx, Activity::Init, || {
        // SAFETY: the library's init function, with an env of its own and the exports, which are on this stack.
        unsafe { (registration.init)(env.as_ptr(), exports.to_raw()) }
    });
    // Where it threw, the env stays: functions it made before may have left with the error.
    let returned = returned?;
    if returned.is_none() || returned == exports.to_raw() {
        return Ok(());
    }
    // SAFETY: the addon has just returned a value it was given in this call.
    module.set(cx, "exports", unsafe { returned.value(cx) })
}

fn dlopen_error<'r>(cx: Ctx<'r>, message: &str) -> Thrown<'r> {
    cx.coded_error(ErrorClass::Error, "ERR_DLOPEN_FAILED", message)
}

/// The loader's own words, without the library's frame around them.
pub(crate) fn reason(error: &libloading::Error) -> String {
    match error {
        libloading::Error::DlOpen { source } => source.to_string(),
        other => other.to_string(),
    }
}

/// The file as a URL.
pub(crate) fn file_url(path: &Path) -> CString {
    let mut url = b"file://".to_vec();
    for byte in path.as_os_str().as_bytes() {
        match byte {
            b'a'..=b'z'
            | b'A'..=b'Z'
            | b'0'..=b'9'
            | b'/'
            | b'.'
            | b'-'
            | b'_'
            | b'~'
            | b'@'
            | b'+'
            | b'='
            | b':'
            | b'&'
            | b'$'
            | b','
            | b';'
            | b'!'
            | b'\''
            | b'('
            | b')'
            | b'*' => url.push(*byte),
            other => url.extend(format!("%{other:02X}").into_bytes()),
        }
    }
    CString::new(url).unwrap_or_default()
}

/// Never called: keeps the exported functions in the binary. Addons find them by name, so nothing else refers to them.
pub(crate) fn keep_exports() -> *const c_void {
    std::hint::black_box(crate::abi::exports::TABLE.as_ptr().cast())
}
