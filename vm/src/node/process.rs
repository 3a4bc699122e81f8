//! `binding('process')`: what belongs to the operating system's process.
//!
//! Directory, file mode mask and environment are the real ones: the swap brings them back.

use std::env;
use std::ffi::OsString;
use std::path::Path;
use std::time::Duration;

use nix::sys::resource::{Usage, UsageWho, getrusage};
use nix::sys::stat::{Mode, umask as set_umask};
use nix::sys::time::TimeVal;
use nix::time::{ClockId, clock_gettime};
use nix::unistd;

use crate::engine::{Args, BindingTable, Ctx, JsResult, engine_version as jsc_version, host as native};
use crate::host::host;
use crate::os;
use crate::realm::Part;

use super::reply::{errno_of, failure, path, unit};

pub(crate) static PROCESS: BindingTable = BindingTable {
    name: "process",
    entries: &[
        native(c"envEntries", env_entries),
        native(c"envSet", env_set),
        native(c"envDelete", env_delete),
        native(c"cwd", cwd),
        native(c"chdir", chdir),
        native(c"umask", umask),
        native(c"title", title),
        native(c"setTitle", set_title),
        native(c"ids", ids),
        native(c"groups", groups),
        native(c"execPath", exec_path),
        native(c"engineVersion", engine_version),
        native(c"hrtime", hrtime),
        native(c"uptime", uptime),
        native(c"memory", memory),
        native(c"resident", resident),
        native(c"usage", usage),
        native(c"exit", exit),
        native(c"abort", abort),
        native(c"kill", kill),
        native(c"dlopen", dlopen),
    ],
};

/// `envEntries()`: flat names and values, in the environment's order.
fn env_entries<'r>(cx: Ctx<'r>, _: Args<'r, '_>) -> JsResult<'r> {
    let flat = env::vars_os().flat_map(|(name, value)| [name, value]);
    cx.string_array(flat.map(|text| text.to_string_lossy().into_owned()))
        .map(Into::into)
}

/// `envSet(name, value)`
fn env_set<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    let (name, value) = (OsString::from(args.text(cx, 0)?), OsString::from(args.text(cx, 1)?));
    os::set_env_var(&name, &value);
    host().touched.note(cx, Part::EnvVar(name));
    Ok(cx.undefined())
}

/// `envDelete(name)`
fn env_delete<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    let name = OsString::from(args.text(cx, 0)?);
    os::remove_env_var(&name);
    host().touched.note(cx, Part::EnvVar(name));
    Ok(cx.undefined())
}

/// `cwd()`
fn cwd<'r>(cx: Ctx<'r>, _: Args<'r, '_>) -> JsResult<'r> {
    Ok(match env::current_dir() {
        Ok(dir) => cx.string(&dir.to_string_lossy()),
        Err(error) => failure(cx, errno_of(&error)),
    })
}

/// `chdir(path)`
fn chdir<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    let path = path(cx, args, 0)?;
    host().touched.note(cx, Part::Cwd);
    unit(cx, env::set_current_dir(path).map_err(|e| errno_of(&e)))
}

/// `umask(mask?)`: the mask until now; without an argument it stays.
fn umask<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    if args.get(cx, 0).is_undefined(cx) {
        return Ok(cx.number(os::current_umask().bits()));
    }
    let old = set_umask(Mode::from_bits_truncate(args.u32(cx, 0)? & 0o777));
    host().touched.note(cx, Part::Umask);
    Ok(cx.number(old.bits()))
}

/// `title()`
fn title<'r>(cx: Ctx<'r>, _: Args<'r, '_>) -> JsResult<'r> {
    Ok(cx.string(&host().touched.title()))
}

/// `setTitle(title)`
fn set_title<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    let title = args.text(cx, 0)?;
    host().touched.note(cx, Part::Title);
    host().touched.set_title(title);
    Ok(cx.undefined())
}

/// `ids()`: process, parent, real and effective user, real and effective group.
fn ids<'r>(cx: Ctx<'r>, _: Args<'r, '_>) -> JsResult<'r> {
    let list = [
        f64::from(unistd::getpid().as_raw()),
        f64::from(unistd::getppid().as_raw()),
        f64::from(unistd::getuid().as_raw()),
        f64::from(unistd::geteuid().as_raw()),
        f64::from(unistd::getgid().as_raw()),
        f64::from(unistd::getegid().as_raw()),
    ];
    cx.array_of(list, |id| Ok(cx.number(id))).map(Into::into)
}

/// `groups()`: supplementary groups, the effective one among them.
fn groups<'r>(cx: Ctx<'r>, _: Args<'r, '_>) -> JsResult<'r> {
    let mut list = unistd::getgroups().unwrap_or_default();
    let own = unistd::getegid();
    if !list.contains(&own) {
        list.push(own);
    }
    cx.array_of(list, |group| Ok(cx.number(group.as_raw()))).map(Into::into)
}

/// `execPath()`
fn exec_path<'r>(cx: Ctx<'r>, _: Args<'r, '_>) -> JsResult<'r> {
    let path = env::current_exe().unwrap_or_default();
    Ok(cx.string(&path.to_string_lossy()))
}

/// `engineVersion()`
fn engine_version<'r>(cx: Ctx<'r>, _: Args<'r, '_>) -> JsResult<'r> {
    Ok(cx.string(&jsc_version()))
}

/// `hrtime(bytes)`: the monotonic clock in nanoseconds, as eight bytes in the machine's order.
fn hrtime<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    let now = clock_gettime(ClockId::CLOCK_MONOTONIC)
        .map(Duration::from)
        .unwrap_or_default();
    let nanos = u64::try_from(now.as_nanos()).unwrap_or(u64::MAX);
    args.get(cx, 0).with_bytes(cx, |bytes| {
        if let Some(target) = bytes.first_chunk_mut() {
            *target = nanos.to_ne_bytes();
        }
    })?;
    Ok(cx.undefined())
}

/// `uptime()`: seconds since the VM started.
fn uptime<'r>(cx: Ctx<'r>, _: Args<'r, '_>) -> JsResult<'r> {
    Ok(cx.number(host().started.elapsed().as_secs_f64()))
}

/// `resident()`: bytes of memory in use by the process.
fn resident<'r>(cx: Ctx<'r>, _: Args<'r, '_>) -> JsResult<'r> {
    Ok(cx.number_from_u64(os::resident_bytes()))
}

/// `memory()`: resident, heap capacity, heap in use, memory of buffers and strings. Walks the heap.
fn memory<'r>(cx: Ctx<'r>, _: Args<'r, '_>) -> JsResult<'r> {
    let statistics = cx.memory_statistics();
    let list = [
        cx.number_from_u64(os::resident_bytes()),
        statistics.get(cx, "heapCapacity")?,
        statistics.get(cx, "heapSize")?,
        statistics.get(cx, "extraMemorySize")?,
    ];
    cx.array_of(list, Ok).map(Into::into)
}

#[expect(clippy::cast_precision_loss, reason = "microseconds of CPU time are far below 2^53")]
fn micros(time: TimeVal) -> f64 {
    time.tv_sec() as f64 * 1e6 + time.tv_usec() as f64
}

#[expect(clippy::cast_precision_loss, reason = "counters are far below 2^53")]
fn counters(usage: &Usage) -> [f64; 16] {
    [
        micros(usage.user_time()),
        micros(usage.system_time()),
        usage.max_rss() as f64,
        usage.shared_integral() as f64,
        usage.unshared_data_integral() as f64,
        usage.unshared_stack_integral() as f64,
        usage.minor_page_faults() as f64,
        usage.major_page_faults() as f64,
        usage.full_swaps() as f64,
        usage.block_reads() as f64,
        usage.block_writes() as f64,
        usage.ipc_sends() as f64,
        usage.ipc_receives() as f64,
        usage.signals() as f64,
        usage.voluntary_context_switches() as f64,
        usage.involuntary_context_switches() as f64,
    ]
}

/// `usage()`: CPU times in microseconds, then the counters in the order of `process.resourceUsage()`.
fn usage<'r>(cx: Ctx<'r>, _: Args<'r, '_>) -> JsResult<'r> {
    match getrusage(UsageWho::RUSAGE_SELF) {
        Ok(usage) => cx.array_of(counters(&usage), |n| Ok(cx.number(n))).map(Into::into),
        Err(errno) => Ok(failure(cx, errno)),
    }
}

/// `exit(code)`: ends the worker process, now. The coordinator sees it and says which test did it.
fn exit<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    let code = args.i32(cx, 0)?;
    crate::workers::end_children(&host());
    os::exit_now(code)
}

/// `abort()`: ends the worker process by SIGABRT.
fn abort<'r>(_: Ctx<'r>, _: Args<'r, '_>) -> JsResult<'r> {
    std::process::abort()
}

/// `kill(pid, signal)`; signal 0 only asks.
fn kill<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    unit(cx, os::kill(args.i32(cx, 0)?, args.i32(cx, 1)?))
}

/// `dlopen(module, path, flags)`: loads a native addon, which fills `module.exports`.
fn dlopen<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    let module = args.object(cx, 0, "module")?;
    let path = path(cx, args, 1)?;
    host().touched.be_suspicious();
    host().addons.load(cx, module, Path::new(&path), args.i32(cx, 2)?)?;
    Ok(cx.undefined())
}
