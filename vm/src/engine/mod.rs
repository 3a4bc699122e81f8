//! The engine layer: the system's JavaScriptCore behind safe types.
//!
//! The only place that names a symbol of the engine. What it owns: the VM, realms as bare globals, values branded with their
//! realm, functions in both directions, roots, scripts, the watchdog. What it must not do: know a module, a test, Node or the event
//! loop.
//!
//! Everything here lives on the JS thread. Values are branded by an invariant lifetime that only [`Global::enter`] and the trampoline
//! for native functions hand out. Within one entry they are used like this:
//!
//! ```
//! use trun_vm::engine::Vm;
//! let vm = Vm::new().unwrap();
//! let (a, b) = (vm.create_global(), vm.create_global());
//! a.enter(|one| {
//!     let _ = one.global().set(one, "fine", one.object());
//!     b.enter(|two| {
//!         let _ = two.global().set(two, "fine", two.object());
//!     });
//! });
//! ```
//!
//! Values of two realms do not mix:
//!
//! ```compile_fail
//! use trun_vm::engine::Vm;
//! let vm = Vm::new().unwrap();
//! let (a, b) = (vm.create_global(), vm.create_global());
//! a.enter(|one| {
//!     b.enter(|two| {
//!         let _ = two.global().set(two, "mixed", one.object());
//!     });
//! });
//! ```
//!
//! nor does a context serve values of another realm:
//!
//! ```compile_fail
//! use trun_vm::engine::Vm;
//! let vm = Vm::new().unwrap();
//! let (a, b) = (vm.create_global(), vm.create_global());
//! a.enter(|one| {
//!     b.enter(|two| {
//!         let _ = one.object().get(two, "mixed");
//!     });
//! });
//! ```
//!
//! nor do values leave the entry they were seen in:
//!
//! ```compile_fail
//! use trun_vm::engine::Vm;
//! let vm = Vm::new().unwrap();
//! let a = vm.create_global();
//! let kept = a.enter(|cx| cx.global());
//! ```
//!
//! nor does a context go to another thread:
//!
//! ```compile_fail
//! use trun_vm::engine::Vm;
//! let vm = Vm::new().unwrap();
//! let a = vm.create_global();
//! a.enter(|cx| {
//!     std::thread::scope(|threads| {
//!         threads.spawn(move || cx.global());
//!     });
//! });
//! ```

mod array_buffer;
mod bigint;
mod class;
mod ctx;
mod direct;
mod exception;
mod faults;
mod function;
mod glib;
mod inquiry;
pub mod native;
mod object;
mod options;
mod persistent;
mod pinned;
mod promise;
mod property;
mod script;
mod shared;
mod string;
mod sys;
mod typed_array;
mod value;
mod vm;
mod watchdog;
mod weak;

#[cfg(test)]
mod tests;

pub use class::HostClass;
pub use ctx::{Ctx, ErrorClass};
pub use direct::{Direct, DirectArgs, DirectFn, DirectValue, direct_host, unreachable_locked};
pub use exception::{JsResult, RawFrame, Thrown, parse_stack};
pub use function::{Args, Binding, BindingTable, HostFn, host};
pub use glib::{Interest, MainContext};
pub use inquiry::inquiry_signal;
pub use object::Object;
pub use options::{EngineOptions, configure, engine_version};
pub use persistent::{Persistent, RealmId};
pub(crate) use pinned::BufferEnd;
pub use pinned::Pinned;
pub use promise::Deferred;
pub use script::{Script, ScriptError};
pub use shared::{SharedBlock, SharedWord};
pub use string::JsString;
pub use typed_array::{BackingBytes, ViewInfo, ViewKind};
pub use value::{Value, ValueKind};
pub use vm::{Global, Vm, VmError, overwrite_stack};
pub use watchdog::Watchdog;
pub use weak::{WatchId, Weak};
