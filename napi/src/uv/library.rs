//! The system's libuv: opened at most once per process, never closed.

use std::ffi::{c_char, c_int, c_uint, c_void};
use std::sync::OnceLock;

use libloading::os::unix::Library;

use super::abi::*;

/// Where the system has it.
const NAME: &str = "libuv.so.1";

/// Functions of the library by their names.
macro_rules! functions {
    ($($name:ident($($ty:ty),*) $(-> $result:ty)?;)*) => {
        /// What we call of it.
        pub(crate) struct Functions {
            $(pub(crate) $name: unsafe extern "C" fn($($ty),*) $(-> $result)?,)*
        }

        impl Functions {
            fn find(library: &Library) -> Result<Self, libloading::Error> {
                // SAFETY: the types are those of `uv.h`, which all versions 1 of the library keep.
                Ok(unsafe { Self { $($name: *library.get(concat!(stringify!($name), "\0").as_bytes())?,)* } })
            }
        }
    };
}

functions! {
    uv_async_init(*mut uv_loop_t, *mut uv_handle_t, Option<uv_handle_cb>) -> c_int;
    uv_backend_fd(*const uv_loop_t) -> c_int;
    uv_backend_timeout(*const uv_loop_t) -> c_int;
    uv_cancel(*mut uv_req_t) -> c_int;
    uv_check_init(*mut uv_loop_t, *mut uv_handle_t) -> c_int;
    uv_check_start(*mut uv_handle_t, Option<uv_handle_cb>) -> c_int;
    uv_close(*mut uv_handle_t, Option<uv_handle_cb>);
    uv_default_loop() -> *mut uv_loop_t;
    uv_fs_access(*mut uv_loop_t, *mut uv_req_t, *const c_char, c_int, Option<uv_req_cb>) -> c_int;
    uv_fs_chmod(*mut uv_loop_t, *mut uv_req_t, *const c_char, c_int, Option<uv_req_cb>) -> c_int;
    uv_fs_chown(*mut uv_loop_t, *mut uv_req_t, *const c_char, c_uint, c_uint, Option<uv_req_cb>) -> c_int;
    uv_fs_close(*mut uv_loop_t, *mut uv_req_t, c_int, Option<uv_req_cb>) -> c_int;
    uv_fs_closedir(*mut uv_loop_t, *mut uv_req_t, *mut c_void, Option<uv_req_cb>) -> c_int;
    uv_fs_copyfile(*mut uv_loop_t, *mut uv_req_t, *const c_char, *const c_char, c_int, Option<uv_req_cb>) -> c_int;
    uv_fs_event_init(*mut uv_loop_t, *mut uv_handle_t) -> c_int;
    uv_fs_event_start(*mut uv_handle_t, Option<uv_fs_event_cb>, *const c_char, c_uint) -> c_int;
    uv_fs_fchmod(*mut uv_loop_t, *mut uv_req_t, c_int, c_int, Option<uv_req_cb>) -> c_int;
    uv_fs_fchown(*mut uv_loop_t, *mut uv_req_t, c_int, c_uint, c_uint, Option<uv_req_cb>) -> c_int;
    uv_fs_fdatasync(*mut uv_loop_t, *mut uv_req_t, c_int, Option<uv_req_cb>) -> c_int;
    uv_fs_fstat(*mut uv_loop_t, *mut uv_req_t, c_int, Option<uv_req_cb>) -> c_int;
    uv_fs_fsync(*mut uv_loop_t, *mut uv_req_t, c_int, Option<uv_req_cb>) -> c_int;
    uv_fs_ftruncate(*mut uv_loop_t, *mut uv_req_t, c_int, i64, Option<uv_req_cb>) -> c_int;
    uv_fs_futime(*mut uv_loop_t, *mut uv_req_t, c_int, f64, f64, Option<uv_req_cb>) -> c_int;
    uv_fs_lchown(*mut uv_loop_t, *mut uv_req_t, *const c_char, c_uint, c_uint, Option<uv_req_cb>) -> c_int;
    uv_fs_link(*mut uv_loop_t, *mut uv_req_t, *const c_char, *const c_char, Option<uv_req_cb>) -> c_int;
    uv_fs_lstat(*mut uv_loop_t, *mut uv_req_t, *const c_char, Option<uv_req_cb>) -> c_int;
    uv_fs_lutime(*mut uv_loop_t, *mut uv_req_t, *const c_char, f64, f64, Option<uv_req_cb>) -> c_int;
    uv_fs_mkdir(*mut uv_loop_t, *mut uv_req_t, *const c_char, c_int, Option<uv_req_cb>) -> c_int;
    uv_fs_mkdtemp(*mut uv_loop_t, *mut uv_req_t, *const c_char, Option<uv_req_cb>) -> c_int;
    uv_fs_mkstemp(*mut uv_loop_t, *mut uv_req_t, *const c_char, Option<uv_req_cb>) -> c_int;
    uv_fs_open(*mut uv_loop_t, *mut uv_req_t, *const c_char, c_int, c_int, Option<uv_req_cb>) -> c_int;
    uv_fs_opendir(*mut uv_loop_t, *mut uv_req_t, *const c_char, Option<uv_req_cb>) -> c_int;
    uv_fs_poll_init(*mut uv_loop_t, *mut uv_handle_t) -> c_int;
    uv_fs_poll_start(*mut uv_handle_t, Option<uv_fs_poll_cb>, *const c_char, c_uint) -> c_int;
    uv_fs_read(*mut uv_loop_t, *mut uv_req_t, c_int, *const c_void, c_uint, i64, Option<uv_req_cb>) -> c_int;
    uv_fs_readdir(*mut uv_loop_t, *mut uv_req_t, *mut c_void, Option<uv_req_cb>) -> c_int;
    uv_fs_readlink(*mut uv_loop_t, *mut uv_req_t, *const c_char, Option<uv_req_cb>) -> c_int;
    uv_fs_realpath(*mut uv_loop_t, *mut uv_req_t, *const c_char, Option<uv_req_cb>) -> c_int;
    uv_fs_rename(*mut uv_loop_t, *mut uv_req_t, *const c_char, *const c_char, Option<uv_req_cb>) -> c_int;
    uv_fs_rmdir(*mut uv_loop_t, *mut uv_req_t, *const c_char, Option<uv_req_cb>) -> c_int;
    uv_fs_scandir(*mut uv_loop_t, *mut uv_req_t, *const c_char, c_int, Option<uv_req_cb>) -> c_int;
    uv_fs_sendfile(*mut uv_loop_t, *mut uv_req_t, c_int, c_int, i64, usize, Option<uv_req_cb>) -> c_int;
    uv_fs_stat(*mut uv_loop_t, *mut uv_req_t, *const c_char, Option<uv_req_cb>) -> c_int;
    uv_fs_statfs(*mut uv_loop_t, *mut uv_req_t, *const c_char, Option<uv_req_cb>) -> c_int;
    uv_fs_symlink(*mut uv_loop_t, *mut uv_req_t, *const c_char, *const c_char, c_int, Option<uv_req_cb>) -> c_int;
    uv_fs_unlink(*mut uv_loop_t, *mut uv_req_t, *const c_char, Option<uv_req_cb>) -> c_int;
    uv_fs_utime(*mut uv_loop_t, *mut uv_req_t, *const c_char, f64, f64, Option<uv_req_cb>) -> c_int;
    uv_fs_write(*mut uv_loop_t, *mut uv_req_t, c_int, *const c_void, c_uint, i64, Option<uv_req_cb>) -> c_int;
    uv_getaddrinfo(
        *mut uv_loop_t, *mut uv_req_t, Option<uv_getaddrinfo_cb>, *const c_char, *const c_char, *const c_void
    ) -> c_int;
    uv_getnameinfo(*mut uv_loop_t, *mut uv_req_t, Option<uv_getnameinfo_cb>, *const c_void, c_int) -> c_int;
    uv_handle_get_type(*const uv_handle_t) -> c_uint;
    uv_handle_size(c_uint) -> usize;
    uv_handle_type_name(c_uint) -> *const c_char;
    uv_has_ref(*const uv_handle_t) -> c_int;
    uv_idle_init(*mut uv_loop_t, *mut uv_handle_t) -> c_int;
    uv_idle_start(*mut uv_handle_t, Option<uv_handle_cb>) -> c_int;
    uv_is_active(*const uv_handle_t) -> c_int;
    uv_loop_close(*mut uv_loop_t) -> c_int;
    uv_loop_init(*mut uv_loop_t) -> c_int;
    uv_loop_size() -> usize;
    uv_pipe_init(*mut uv_loop_t, *mut uv_handle_t, c_int) -> c_int;
    uv_poll_init(*mut uv_loop_t, *mut uv_handle_t, c_int) -> c_int;
    uv_poll_init_socket(*mut uv_loop_t, *mut uv_handle_t, c_int) -> c_int;
    uv_poll_start(*mut uv_handle_t, c_int, Option<uv_poll_cb>) -> c_int;
    uv_poll_stop(*mut uv_handle_t) -> c_int;
    uv_prepare_init(*mut uv_loop_t, *mut uv_handle_t) -> c_int;
    uv_prepare_start(*mut uv_handle_t, Option<uv_handle_cb>) -> c_int;
    uv_queue_work(*mut uv_loop_t, *mut uv_req_t, Option<uv_req_cb>, Option<uv_after_work_cb>) -> c_int;
    uv_random(*mut uv_loop_t, *mut uv_req_t, *mut c_void, usize, c_uint, Option<uv_random_cb>) -> c_int;
    uv_run(*mut uv_loop_t, c_uint) -> c_int;
    uv_signal_init(*mut uv_loop_t, *mut uv_handle_t) -> c_int;
    uv_signal_start(*mut uv_handle_t, Option<uv_signal_cb>, c_int) -> c_int;
    uv_signal_start_oneshot(*mut uv_handle_t, Option<uv_signal_cb>, c_int) -> c_int;
    uv_spawn(*mut uv_loop_t, *mut uv_handle_t, *const c_void) -> c_int;
    uv_strerror(c_int) -> *const c_char;
    uv_tcp_init(*mut uv_loop_t, *mut uv_handle_t) -> c_int;
    uv_tcp_init_ex(*mut uv_loop_t, *mut uv_handle_t, c_uint) -> c_int;
    uv_timer_init(*mut uv_loop_t, *mut uv_handle_t) -> c_int;
    uv_timer_start(*mut uv_handle_t, Option<uv_handle_cb>, u64, u64) -> c_int;
    uv_tty_init(*mut uv_loop_t, *mut uv_handle_t, c_int, c_int) -> c_int;
    uv_udp_init(*mut uv_loop_t, *mut uv_handle_t) -> c_int;
    uv_udp_init_ex(*mut uv_loop_t, *mut uv_handle_t, c_uint) -> c_int;
    uv_update_time(*mut uv_loop_t);
    uv_version_string() -> *const c_char;
}

/// The library, opened now if it was not before.
///
/// # Errors
/// The system has none, or one that lacks something.
pub(crate) fn functions() -> Result<&'static Functions, &'static str> {
    static LIBRARY: OnceLock<Result<Functions, String>> = OnceLock::new();
    LIBRARY.get_or_init(open).as_ref().map_err(String::as_str)
}

/// Global, for addons find most names in it. It prefers its own: what it calls of itself must not come back to us.
fn open() -> Result<Functions, String> {
    let flags = libc::RTLD_NOW | libc::RTLD_GLOBAL | libc::RTLD_DEEPBIND;
    // SAFETY: the library's constructors only prepare it.
    let library = unsafe { Library::open(Some(NAME), flags) }.map_err(|error| missing(&error))?;
    let functions = Functions::find(&library).map_err(|error| missing(&error))?;
    // It stays: threads of it and addons run its code.
    let _ = library.into_raw();
    Ok(functions)
}

/// The library's version, "1.44.2", if it is there.
pub(crate) fn version() -> Option<String> {
    let functions = functions().ok()?;
    // SAFETY: a constant of the library.
    let text = unsafe { std::ffi::CStr::from_ptr((functions.uv_version_string)()) };
    Some(text.to_string_lossy().into_owned())
}

fn missing(error: &libloading::Error) -> String {
    format!(
        "the system's libuv cannot be used ({}); install it (Debian and Ubuntu: libuv1, Fedora: libuv, Alpine: libuv)",
        crate::loader::reason(error)
    )
}
