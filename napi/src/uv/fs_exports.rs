//! libuv's requests on files: each with a callback is a request of its env.

use std::ffi::{c_char, c_int, c_uint, c_void};

use super::abi::*;
use super::requests::{self, on_request};

macro_rules! requests {
    ($($name:ident($($arg:ident: $ty:ty),*);)*) => {$(
        #[unsafe(no_mangle)]
        pub(crate) unsafe extern "C" fn $name(
            event_loop: *mut uv_loop_t, request: *mut uv_req_t $(, $arg: $ty)*, callback: Option<uv_req_cb>
        ) -> c_int {
            // SAFETY: functions of one size; it is only called as what it was.
            let erased = callback.map(|callback| unsafe { std::mem::transmute::<uv_req_cb, AnyCallback>(callback) });
            requests::submit(event_loop, request, erased, |functions, ours| {
                let callback = if ours { Some(on_request as uv_req_cb) } else { callback };
                // SAFETY: what the addon passed.
                unsafe { (functions.$name)(event_loop, request $(, $arg)*, callback) }
            })
        }
    )*};
}

requests! {
    uv_fs_access(path: *const c_char, mode: c_int);
    uv_fs_chmod(path: *const c_char, mode: c_int);
    uv_fs_chown(path: *const c_char, uid: c_uint, gid: c_uint);
    uv_fs_close(file: c_int);
    uv_fs_closedir(dir: *mut c_void);
    uv_fs_copyfile(path: *const c_char, to: *const c_char, flags: c_int);
    uv_fs_fchmod(file: c_int, mode: c_int);
    uv_fs_fchown(file: c_int, uid: c_uint, gid: c_uint);
    uv_fs_fdatasync(file: c_int);
    uv_fs_fstat(file: c_int);
    uv_fs_fsync(file: c_int);
    uv_fs_ftruncate(file: c_int, length: i64);
    uv_fs_futime(file: c_int, accessed: f64, modified: f64);
    uv_fs_lchown(path: *const c_char, uid: c_uint, gid: c_uint);
    uv_fs_link(path: *const c_char, to: *const c_char);
    uv_fs_lstat(path: *const c_char);
    uv_fs_lutime(path: *const c_char, accessed: f64, modified: f64);
    uv_fs_mkdir(path: *const c_char, mode: c_int);
    uv_fs_mkdtemp(template: *const c_char);
    uv_fs_mkstemp(template: *const c_char);
    uv_fs_open(path: *const c_char, flags: c_int, mode: c_int);
    uv_fs_opendir(path: *const c_char);
    uv_fs_read(file: c_int, buffers: *const c_void, count: c_uint, offset: i64);
    uv_fs_readdir(dir: *mut c_void);
    uv_fs_readlink(path: *const c_char);
    uv_fs_realpath(path: *const c_char);
    uv_fs_rename(path: *const c_char, to: *const c_char);
    uv_fs_rmdir(path: *const c_char);
    uv_fs_scandir(path: *const c_char, flags: c_int);
    uv_fs_sendfile(to: c_int, from: c_int, offset: i64, length: usize);
    uv_fs_stat(path: *const c_char);
    uv_fs_statfs(path: *const c_char);
    uv_fs_symlink(path: *const c_char, to: *const c_char, flags: c_int);
    uv_fs_unlink(path: *const c_char);
    uv_fs_utime(path: *const c_char, accessed: f64, modified: f64);
    uv_fs_write(file: c_int, buffers: *const c_void, count: c_uint, offset: i64);
}
