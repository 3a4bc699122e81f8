//! The names of libuv that are ours: they stand in front of the library's.

use std::ffi::{c_char, c_int, c_uint, c_void};

use super::abi::*;
use super::closing;
use super::event_loop::first;
use super::handles::{self, on_fs_event, on_fs_poll, on_handle, on_poll, on_signal};
use super::library::functions;
use super::requests::{self, on_getaddrinfo, on_getnameinfo, on_random};
use crate::instance::Instance;

/// The loop of this thread's VM; on a thread without one, of the first that has one.
#[unsafe(no_mangle)]
pub(crate) extern "C" fn uv_default_loop() -> *mut uv_loop_t {
    if let Some(instance) = Instance::here() {
        return instance.uv_loop().unwrap_or_else(|why| {
            instance.blame_running(|env| format!("{}: uv_default_loop: {why}", env.path().display()));
            std::ptr::null_mut()
        });
    }
    match (first(), functions()) {
        (Some(event_loop), _) => event_loop,
        // SAFETY: it takes nothing.
        (None, Ok(functions)) => unsafe { (functions.uv_default_loop)() },
        (None, Err(_)) => std::ptr::null_mut(),
    }
}

/// Runs a loop of the addon's own. The one of the VM runs by itself: the addon's function throws.
///
/// # Safety
/// As `uv.h` has it, here and below.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn uv_run(event_loop: *mut uv_loop_t, mode: c_uint) -> c_int {
    if let Some(instance) = Instance::here().filter(|instance| instance.uv().is_loop(event_loop)) {
        instance.blame_running(|env| {
            format!(
                "the native addon {} has called uv_run on the event loop of the test file, which trun runs and which cannot be run from \
                 inside of it; return to JavaScript and let callbacks come, or make a loop of your own with uv_loop_init",
                env.path().display()
            )
        });
        return 0;
    }
    match functions() {
        // SAFETY: what the addon passed.
        Ok(functions) => unsafe { (functions.uv_run)(event_loop, mode) },
        Err(_) => ENOSYS,
    }
}

/// Closes a loop of the addon's own. The one of the VM is in use.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn uv_loop_close(event_loop: *mut uv_loop_t) -> c_int {
    if Instance::here().is_some_and(|instance| instance.uv().is_loop(event_loop)) || first() == Some(event_loop) {
        return EBUSY;
    }
    match functions() {
        // SAFETY: what the addon passed.
        Ok(functions) => unsafe { (functions.uv_loop_close)(event_loop) },
        Err(_) => ENOSYS,
    }
}

/// The library serves other addons and later files: it is not shut down.
#[unsafe(no_mangle)]
pub(crate) extern "C" fn uv_library_shutdown() {}

#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn uv_close(handle: *mut uv_handle_t, callback: Option<uv_handle_cb>) {
    closing::close(handle, callback);
}

#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn uv_poll_stop(handle: *mut uv_handle_t) -> c_int {
    handles::stop_poll(handle)
}

#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn uv_async_init(
    event_loop: *mut uv_loop_t,
    handle: *mut uv_handle_t,
    callback: Option<uv_handle_cb>,
) -> c_int {
    handles::init_async(event_loop, handle, callback)
}

#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn uv_spawn(
    event_loop: *mut uv_loop_t,
    handle: *mut uv_handle_t,
    options: *const c_void,
) -> c_int {
    handles::spawn(event_loop, handle, options)
}

#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn uv_queue_work(
    event_loop: *mut uv_loop_t,
    request: *mut uv_req_t,
    work: Option<uv_req_cb>,
    after: Option<uv_after_work_cb>,
) -> c_int {
    requests::queue_work(event_loop, request, work, after)
}

/// Functions that make a handle.
macro_rules! inits {
    ($($name:ident($($arg:ident: $ty:ty),*);)*) => {$(
        #[unsafe(no_mangle)]
        pub(crate) unsafe extern "C" fn $name(
            event_loop: *mut uv_loop_t, handle: *mut uv_handle_t $(, $arg: $ty)*
        ) -> c_int {
            // SAFETY: what the addon passed.
            handles::init(event_loop, handle, |functions| unsafe { (functions.$name)(event_loop, handle $(, $arg)*) })
        }
    )*};
}

inits! {
    uv_check_init();
    uv_fs_event_init();
    uv_fs_poll_init();
    uv_idle_init();
    uv_pipe_init(ipc: c_int);
    uv_poll_init(fd: c_int);
    uv_poll_init_socket(socket: c_int);
    uv_prepare_init();
    uv_signal_init();
    uv_tcp_init();
    uv_tcp_init_ex(flags: c_uint);
    uv_timer_init();
    uv_tty_init(fd: c_int, unused: c_int);
    uv_udp_init();
    uv_udp_init_ex(flags: c_uint);
}

/// Functions that start a handle: arguments before the callback, the callback and what stands in for it, arguments after it.
macro_rules! starts {
    ($($name:ident(($($before:ident: $before_ty:ty)?) $callback:ty as $ours:ident ($($after:ident: $after_ty:ty),*)) keeps $keeps:literal;)*) => {$(
        #[unsafe(no_mangle)]
        pub(crate) unsafe extern "C" fn $name(
            handle: *mut uv_handle_t, $($before: $before_ty,)? callback: Option<$callback> $(, $after: $after_ty)*
        ) -> c_int {
            // SAFETY: functions of one size; it is only called as what it was.
            let erased = callback.map(|callback| unsafe { std::mem::transmute::<$callback, AnyCallback>(callback) });
            handles::start(handle, erased, $keeps, |functions, ours| {
                let callback = if ours { Some($ours as $callback) } else { callback };
                // SAFETY: what the addon passed.
                unsafe { (functions.$name)(handle, $($before,)? callback $(, $after)*) }
            })
        }
    )*};
}

starts! {
    uv_check_start(() uv_handle_cb as on_handle ()) keeps true;
    uv_fs_event_start(() uv_fs_event_cb as on_fs_event (path: *const c_char, flags: c_uint)) keeps false;
    uv_fs_poll_start(() uv_fs_poll_cb as on_fs_poll (path: *const c_char, interval: c_uint)) keeps true;
    uv_idle_start(() uv_handle_cb as on_handle ()) keeps true;
    uv_poll_start((events: c_int) uv_poll_cb as on_poll ()) keeps false;
    uv_prepare_start(() uv_handle_cb as on_handle ()) keeps true;
    uv_signal_start(() uv_signal_cb as on_signal (signal: c_int)) keeps false;
    uv_signal_start_oneshot(() uv_signal_cb as on_signal (signal: c_int)) keeps false;
    uv_timer_start(() uv_handle_cb as on_handle (timeout: u64, repeat: u64)) keeps false;
}

#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn uv_getaddrinfo(
    event_loop: *mut uv_loop_t,
    request: *mut uv_req_t,
    callback: Option<uv_getaddrinfo_cb>,
    node: *const c_char,
    service: *const c_char,
    hints: *const c_void,
) -> c_int {
    // SAFETY: functions of one size; it is only called as what it was.
    let erased = callback.map(|callback| unsafe { std::mem::transmute::<uv_getaddrinfo_cb, AnyCallback>(callback) });
    requests::submit(event_loop, request, erased, |functions, ours| {
        let callback = if ours {
            Some(on_getaddrinfo as uv_getaddrinfo_cb)
        } else {
            callback
        };
        // SAFETY: what the addon passed.
        unsafe { (functions.uv_getaddrinfo)(event_loop, request, callback, node, service, hints) }
    })
}

#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn uv_getnameinfo(
    event_loop: *mut uv_loop_t,
    request: *mut uv_req_t,
    callback: Option<uv_getnameinfo_cb>,
    address: *const c_void,
    flags: c_int,
) -> c_int {
    // SAFETY: functions of one size; it is only called as what it was.
    let erased = callback.map(|callback| unsafe { std::mem::transmute::<uv_getnameinfo_cb, AnyCallback>(callback) });
    requests::submit(event_loop, request, erased, |functions, ours| {
        let callback = if ours {
            Some(on_getnameinfo as uv_getnameinfo_cb)
        } else {
            callback
        };
        // SAFETY: what the addon passed.
        unsafe { (functions.uv_getnameinfo)(event_loop, request, callback, address, flags) }
    })
}

#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn uv_random(
    event_loop: *mut uv_loop_t,
    request: *mut uv_req_t,
    bytes: *mut c_void,
    length: usize,
    flags: c_uint,
    callback: Option<uv_random_cb>,
) -> c_int {
    // SAFETY: functions of one size; it is only called as what it was.
    let erased = callback.map(|callback| unsafe { std::mem::transmute::<uv_random_cb, AnyCallback>(callback) });
    requests::submit(event_loop, request, erased, |functions, ours| {
        let callback = if ours {
            Some(on_random as uv_random_cb)
        } else {
            callback
        };
        // SAFETY: what the addon passed.
        unsafe { (functions.uv_random)(event_loop, request, bytes, length, flags, callback) }
    })
}
