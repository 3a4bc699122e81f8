//! libuv's loop of one VM, as a guest of the VM's own event loop.
//!
//! Made when it is wanted first. Away from the event loop while nothing is on it, so that files without such an addon pay nothing.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::os::fd::BorrowedFd;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::ptr;
use std::rc::Rc;
use std::sync::atomic::{AtomicPtr, Ordering};
use std::time::Duration;

use trun_vm::engine::{ErrorClass, Thrown};
use trun_vm::event_loop::{Enter, Guest, Task};
use trun_vm::host::host;

use super::abi::{RUN_NOWAIT, uv_handle_t, uv_loop_t};
use super::handles::Handles;
use super::library::{Functions, functions};
use super::requests::Requests;
use crate::callback::{Activity, call_into};
use crate::env::Env;
use crate::frame::Frame;
use crate::instance::Instance;

/// The first loop of the process: what `uv_default_loop` means on threads without a VM.
static FIRST: AtomicPtr<uv_loop_t> = AtomicPtr::new(ptr::null_mut());

/// libuv in one VM.
#[derive(Default)]
pub(crate) struct Uv {
    parts: Cell<Option<Parts>>,
    /// There while the loop has its turn.
    enter: Cell<Option<Entering>>,
    /// What must not unwind through the library's frames.
    panic: RefCell<Option<Box<dyn Any + Send>>>,
    pub(super) handles: Handles,
    pub(super) requests: Requests,
}

#[derive(Clone, Copy)]
struct Parts {
    functions: &'static Functions,
    event_loop: *mut uv_loop_t,
    /// Active and never due: with nothing else on it, or only what is not waited for, a loop would say that it wants its turn at once.
    anchor: *mut uv_handle_t,
}

/// The way into the realm for this turn, without its lifetime.
#[derive(Clone, Copy)]
struct Entering(*const (dyn Fn(Task<'_>) + 'static));

impl Entering {
    fn new(enter: Enter<'_>) -> Self {
        let enter: *const (dyn Fn(Task<'_>) + '_) = enter;
        // SAFETY: only the lifetime changes. It is used and forgotten within the turn that has borrowed it.
        Self(unsafe {
            std::mem::transmute::<*const (dyn Fn(Task<'_>) + '_), *const (dyn Fn(Task<'_>) + 'static)>(enter)
        })
    }

    fn run(self, task: Task<'_>) {
        // SAFETY: see `new`.
        unsafe { (*self.0)(task) }
    }
}

/// Memory for a structure of the library, never freed: addons and their threads may keep its address.
fn allocate<T>(bytes: usize) -> *mut T {
    Box::leak(vec![0_u128; bytes.div_ceil(16)].into_boxed_slice())
        .as_mut_ptr()
        .cast()
}

/// Never called: what is sent to it has no effect.
unsafe extern "C" fn nothing(_: *mut uv_handle_t) {}

impl Parts {
    fn make() -> Result<Self, String> {
        /// `UV_ASYNC`
        const ASYNC: std::ffi::c_uint = 1;
        let functions = functions()?;
        // SAFETY: both take nothing that must be valid.
        let (event_loop, anchor) = unsafe {
            (
                allocate::<uv_loop_t>((functions.uv_loop_size)()),
                allocate::<uv_handle_t>((functions.uv_handle_size)(ASYNC)),
            )
        };
        // SAFETY: memory as large as the library has said, which lives on.
        let mut status = unsafe { (functions.uv_loop_init)(event_loop) };
        if status == 0 {
            // SAFETY: as above, on a loop that was just made.
            status = unsafe { (functions.uv_async_init)(event_loop, anchor, Some(nothing)) };
        }
        if status == 0 {
            Ok(Self {
                functions,
                event_loop,
                anchor,
            })
        } else {
            // SAFETY: it returns a text that lives as long as the library, or leaks one.
            let why = unsafe { std::ffi::CStr::from_ptr((functions.uv_strerror)(status)) };
            Err(format!("libuv's event loop cannot be made: {}", why.to_string_lossy()))
        }
    }
}

impl Uv {
    /// Whether this is the loop of this VM.
    pub(super) fn is_loop(&self, event_loop: *mut uv_loop_t) -> bool {
        self.parts
            .get()
            .is_some_and(|parts| ptr::eq(parts.event_loop, event_loop))
    }

    /// Nothing of an addon is on the loop.
    fn is_empty(&self) -> bool {
        self.handles.is_empty() && self.requests.is_empty()
    }

    /// A file begins. What earlier ones have left on the loop keeps it.
    pub(crate) fn settle(&self) {
        if self.parts.get().is_some() && self.is_empty() {
            host().event_loop.dismiss_guest();
        }
    }

    /// The VM ends: so does its loop, unless an addon may still use it.
    pub(crate) fn shut_down(&self) {
        let Some(parts) = self.parts.get() else { return };
        if !self.is_empty() || self.handles.were_closed() {
            return;
        }
        self.parts.set(None);
        let _ = FIRST.compare_exchange(parts.event_loop, ptr::null_mut(), Ordering::AcqRel, Ordering::Relaxed);
        // SAFETY: this is the loop's thread; its last handle is ours, and closing that takes one turn.
        unsafe {
            (parts.functions.uv_close)(parts.anchor, None);
            (parts.functions.uv_run)(parts.event_loop, RUN_NOWAIT);
            (parts.functions.uv_loop_close)(parts.event_loop);
        }
    }
}

/// Whether addons can have libuv.
///
/// # Errors
/// Why not, and the way out.
pub(crate) fn is_there() -> Result<(), &'static str> {
    functions().map(|_| ())
}

/// What `uv_default_loop` is on a thread without a VM.
pub(super) fn first() -> Option<*mut uv_loop_t> {
    Some(FIRST.load(Ordering::Acquire)).filter(|event_loop| !event_loop.is_null())
}

impl Instance {
    /// The loop of this VM, made now if it was not before, and from now on part of its event loop.
    ///
    /// # Errors
    /// There is no libuv here, or the system has no descriptors left.
    pub(crate) fn uv_loop(&'static self) -> Result<*mut uv_loop_t, String> {
        let uv = self.uv();
        let parts = match uv.parts.get() {
            Some(parts) => parts,
            None => {
                let parts = Parts::make()?;
                uv.parts.set(Some(parts));
                let _ = FIRST.compare_exchange(ptr::null_mut(), parts.event_loop, Ordering::AcqRel, Ordering::Relaxed);
                parts
            }
        };
        let event_loop = &host().event_loop;
        if !event_loop.has_guest() {
            // SAFETY: this is the loop's thread.
            unsafe { (parts.functions.uv_update_time)(parts.event_loop) };
            let guest = UvGuest { instance: self, parts };
            event_loop.take_in(Rc::new(guest)).map_err(|error| error.to_string())?;
        }
        Ok(parts.event_loop)
    }

    /// An addon wants what it cannot have: its function throws that.
    pub(crate) fn blame_running(&self, message: impl FnOnce(&Env) -> String) {
        let Some((env, _)) = self.running().get().filter(|(env, _)| !env.has_exception()) else {
            return;
        };
        crate::entry::enter(env, |cx| {
            let error = cx.coded_error(ErrorClass::Error, "ERR_NAPI_UV", &message(env));
            env.set_exception(error.0.to_raw());
        });
    }

    /// The frame that callbacks of what is started now belong to.
    pub(super) fn capture_frame(&self) -> Option<Frame> {
        let (env, _) = self.running().get()?;
        Some(crate::entry::enter(env, |cx| Frame::capture(cx, env)))
    }

    /// Runs a callback of the library: as a macrotask of its own, in the realm of its env and in its frame.
    pub(super) fn run_uv(&'static self, env: Option<&'static Env>, frame: Option<&Frame>, call: impl FnOnce()) {
        let uv = self.uv();
        let Some(enter) = uv.enter.get() else {
            call();
            return;
        };
        let mut call = Some(call);
        let work = || {
            enter.run(&mut |cx| {
                let (Some(call), Some(env)) = (call.take(), env) else {
                    return Ok(());
                };
                self.in_realm_of(cx, env, |cx| {
                    let call = || call_into(env, cx, Activity::Libuv, call);
                    match frame {
                        Some(frame) => frame.run(cx, env, call),
                        None => call(),
                    }
                })
            });
        };
        if let Err(payload) = catch_unwind(AssertUnwindSafe(work)) {
            uv.panic.replace(Some(payload));
        }
    }

    /// Exceptions that callbacks left which the library called without us: those of streams.
    fn tell_exceptions(&'static self, enter: Enter<'_>) {
        let waiting = |env: &&&'static Env| env.has_exception();
        let envs: Vec<&'static Env> = self.envs().borrow().iter().filter(waiting).copied().collect();
        for env in envs {
            enter(&mut |cx| match env.take_exception() {
                // SAFETY: it was in a root slot until just now, and is on this stack since.
                Some(raw) if env.is_in_its_realm() => Err(Thrown(unsafe { raw.value(cx) })),
                _ => Ok(()),
            });
        }
    }
}

/// See [`Guest`].
struct UvGuest {
    instance: &'static Instance,
    parts: Parts,
}

impl Guest for UvGuest {
    fn fd(&self) -> BorrowedFd<'_> {
        // SAFETY: the loop has its descriptor as long as it lives, which is longer than it is a guest.
        unsafe { BorrowedFd::borrow_raw((self.parts.functions.uv_backend_fd)(self.parts.event_loop)) }
    }

    fn timeout(&self) -> Option<Duration> {
        // SAFETY: this is the loop's thread.
        let millis = unsafe { (self.parts.functions.uv_backend_timeout)(self.parts.event_loop) };
        u64::try_from(millis).ok().map(Duration::from_millis)
    }

    fn wake(&self) {
        // SAFETY: this is the loop's thread.
        unsafe { (self.parts.functions.uv_update_time)(self.parts.event_loop) };
    }

    fn turn(&self, enter: Enter<'_>) {
        let uv = self.instance.uv();
        if uv.enter.get().is_some() {
            // A callback waits for something and lets the event loop run meanwhile; the library's does not nest.
            return;
        }
        uv.enter.set(Some(Entering::new(enter)));
        // SAFETY: this is the loop's thread, and the loop does not run.
        unsafe { (self.parts.functions.uv_run)(self.parts.event_loop, RUN_NOWAIT) };
        uv.enter.set(None);
        let panic = uv.panic.take();
        if let Some(payload) = panic {
            resume_unwind(payload);
        }
        self.instance.tell_exceptions(enter);
    }
}
