//! `binding('os')`: what is known about machine and user.

use std::fs;

use nix::sys::utsname::uname;
use nix::unistd::{Uid, User};

use crate::engine::{Args, BindingTable, Ctx, JsResult, host as native};
use crate::os::{self, interfaces as list_interfaces};

use super::reply::{failure, unit};

pub(crate) static OS: BindingTable = BindingTable {
    name: "os",
    entries: &[
        native(c"arch", arch),
        native(c"uname", system_name),
        native(c"uptime", uptime),
        native(c"loadavg", loadavg),
        native(c"memory", memory),
        native(c"cpus", cpus),
        native(c"parallelism", parallelism),
        native(c"interfaces", interfaces),
        native(c"user", user),
        native(c"getPriority", get_priority),
        native(c"setPriority", set_priority),
    ],
};

/// `arch()`: Node's name of the processor.
fn arch<'r>(cx: Ctx<'r>, _: Args<'r, '_>) -> JsResult<'r> {
    Ok(cx.string(match std::env::consts::ARCH {
        "x86_64" => "x64",
        "x86" => "ia32",
        "aarch64" => "arm64",
        "powerpc64" => "ppc64",
        "loongarch64" => "loong64",
        other => other,
    }))
}

/// `uname()`: system, host, release, version, machine.
fn system_name<'r>(cx: Ctx<'r>, _: Args<'r, '_>) -> JsResult<'r> {
    match uname() {
        Ok(name) => {
            let parts = [
                name.sysname(),
                name.nodename(),
                name.release(),
                name.version(),
                name.machine(),
            ];
            cx.string_array(parts.map(|part| part.to_string_lossy().into_owned()))
                .map(Into::into)
        }
        Err(errno) => Ok(failure(cx, errno)),
    }
}

/// Numbers at the start of a file of /proc.
fn leading_numbers(path: &str, count: usize) -> Vec<f64> {
    let text = fs::read_to_string(path).unwrap_or_default();
    text.split_whitespace()
        .take(count)
        .map(|n| n.parse().unwrap_or(0.0))
        .collect()
}

/// `uptime()`: seconds since the machine started.
fn uptime<'r>(cx: Ctx<'r>, _: Args<'r, '_>) -> JsResult<'r> {
    Ok(cx.number(leading_numbers("/proc/uptime", 1).first().copied().unwrap_or(0.0)))
}

/// `loadavg()`
fn loadavg<'r>(cx: Ctx<'r>, _: Args<'r, '_>) -> JsResult<'r> {
    cx.array_of(leading_numbers("/proc/loadavg", 3), |n| Ok(cx.number(n)))
        .map(Into::into)
}

/// `memory()`: total, free, limit of the control group (0 without one), available; in bytes.
fn memory<'r>(cx: Ctx<'r>, _: Args<'r, '_>) -> JsResult<'r> {
    let text = fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let field = |name: &str| -> u64 {
        let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
        line.and_then(|rest| rest.split_whitespace().next()?.parse::<u64>().ok())
            .unwrap_or(0)
            * 1024
    };
    let limit = [
        "/sys/fs/cgroup/memory.max",
        "/sys/fs/cgroup/memory/memory.limit_in_bytes",
    ]
    .iter()
    .find_map(|path| fs::read_to_string(path).ok()?.trim().parse::<u64>().ok());
    let list = [
        field("MemTotal"),
        field("MemAvailable"),
        limit.unwrap_or(0),
        field("MemAvailable"),
    ];
    cx.array_of(list, |n| Ok(cx.number_from_u64(n))).map(Into::into)
}

/// `cpus()`: flat, for each processor its model, speed in MHz, and milliseconds in user, nice, sys, idle, irq.
fn cpus<'r>(cx: Ctx<'r>, _: Args<'r, '_>) -> JsResult<'r> {
    let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let values = |name: &str| -> Vec<String> {
        let lines = info
            .lines()
            .filter_map(|line| line.strip_prefix(name)?.trim_start().strip_prefix(':'));
        lines.map(|value| value.trim().to_owned()).collect()
    };
    let (models, speeds) = (values("model name"), values("cpu MHz"));
    let times = fs::read_to_string("/proc/stat").unwrap_or_default();
    let flat = cx.array();
    let mut at = 0;
    let lines = times.lines().filter(|line| {
        line.strip_prefix("cpu")
            .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
    });
    for (index, line) in lines.enumerate() {
        let ticks: Vec<f64> = line
            .split_whitespace()
            .skip(1)
            .map(|n| n.parse().unwrap_or(0.0))
            .collect();
        let tick = |i: usize| cx.number(ticks.get(i).copied().unwrap_or(0.0) * 10.0);
        let model = cx.string(models.get(index).map_or("unknown", |m| m.as_str()));
        let speed: f64 = speeds.get(index).and_then(|s| s.parse().ok()).unwrap_or(0.0);
        // In the system's list: user, nice, system, idle, waiting, interrupts.
        for value in [
            model,
            cx.number(speed.trunc()),
            tick(0),
            tick(1),
            tick(2),
            tick(3),
            tick(5),
        ] {
            flat.set_index(cx, at, value)?;
            at += 1;
        }
    }
    Ok(flat.into())
}

/// `parallelism()`: how many threads make sense, limits considered.
fn parallelism<'r>(cx: Ctx<'r>, _: Args<'r, '_>) -> JsResult<'r> {
    let count = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    Ok(cx.number_from_u64(count as u64))
}

/// `interfaces()`: flat, for each address its interface, address, mask, family, hardware address, whether internal, scope.
fn interfaces<'r>(cx: Ctx<'r>, _: Args<'r, '_>) -> JsResult<'r> {
    let list = match list_interfaces() {
        Ok(list) => list,
        Err(errno) => return Ok(failure(cx, errno)),
    };
    let flat = cx.array();
    let mut at = 0;
    for interface in list {
        let mac = interface.mac.map(|byte| format!("{byte:02x}")).join(":");
        let values = [
            cx.string(&interface.name),
            cx.string(&interface.address.to_string()),
            cx.string(&interface.netmask.to_string()),
            cx.string(if interface.address.is_ipv4() { "IPv4" } else { "IPv6" }),
            cx.string(&mac),
            cx.boolean(interface.internal),
            cx.number(interface.scope),
        ];
        for value in values {
            flat.set_index(cx, at, value)?;
            at += 1;
        }
    }
    Ok(flat.into())
}

/// `user()`: name, home, shell, user id, group id; undefined if the user has no entry.
fn user<'r>(cx: Ctx<'r>, _: Args<'r, '_>) -> JsResult<'r> {
    match User::from_uid(Uid::effective()) {
        Ok(Some(user)) => {
            let list = [
                cx.string(&user.name),
                cx.string(&user.dir.to_string_lossy()),
                cx.string(&user.shell.to_string_lossy()),
                cx.number(user.uid.as_raw()),
                cx.number(user.gid.as_raw()),
            ];
            cx.array_of(list, Ok).map(Into::into)
        }
        Ok(None) => Ok(cx.undefined()),
        Err(errno) => Ok(failure(cx, errno)),
    }
}

/// `getPriority(pid)`: the priority boxed in an array, because it may be negative; or the error.
fn get_priority<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    match os::priority(args.u32(cx, 0)?) {
        Ok(value) => cx.array_of([value], |n| Ok(cx.number(n))).map(Into::into),
        Err(errno) => Ok(failure(cx, errno)),
    }
}

/// `setPriority(pid, priority)`
fn set_priority<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    unit(cx, os::set_priority(args.u32(cx, 0)?, args.i32(cx, 1)?))
}
