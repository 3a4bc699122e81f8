//! `binding('child_process')`: child processes beside the event loop, and those that JavaScript waits for.
//!
//! Owns the children of the realm. Each is the leader of a process group (or session) of its own, which is killed as a whole at the
//! realm's end.

use std::cell::{Cell, RefCell};
use std::collections::{HashMap, HashSet};
use std::io;
use std::os::unix::process::ExitStatusExt;
use std::pin::Pin;
use std::process::ExitStatus;
use std::rc::Rc;
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use nix::errno::Errno;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::UnixStream;
use tokio::process::{Child, Command};

use crate::engine::{Args, BindingTable, Ctx, JsResult, Value, host as native};
use crate::handles::{HandleId, OpenHandle, Site};
use crate::harness::observer::LeakKind;
use crate::host::host;
use crate::os::{ends_within, kill as send_signal};

use super::child_spec::ChildSpec;
use super::reply::{errno_of, failure, unit};
use super::spawn_sync::{self, Limits};

pub(crate) static CHILD_PROCESS: BindingTable = BindingTable {
    name: "child_process",
    entries: &[
        native(c"spawn", spawn),
        native(c"spawnSync", spawn_sync),
        native(c"read", read),
        native(c"write", write),
        native(c"close", close),
        native(c"kill", kill),
    ],
};

type ReadEnd = Pin<Box<dyn AsyncRead>>;
type WriteEnd = Pin<Box<dyn AsyncWrite>>;

/// A child and this side of its pipes. An end is absent while an operation uses it and once it is closed.
struct Running {
    pid: i32,
    /// For the leak report.
    command: String,
    handle: Cell<HandleId>,
    has_ended: Cell<bool>,
    /// JavaScript has sent it a signal that ends most processes.
    was_told_to_end: Cell<bool>,
    /// Reads and writes that have taken an end out of the maps below.
    operations: Cell<u32>,
    read_ends: RefCell<HashMap<u32, ReadEnd>>,
    write_ends: RefCell<HashMap<u32, WriteEnd>>,
}

thread_local! {
    /// By process id. Process groups whose leader has ended stay while they have members.
    static CHILDREN: RefCell<HashMap<i32, Rc<Running>>> = RefCell::default();
}

const CHUNK: usize = 65536;
/// Signals by which programs are told to end.
const ENDING: [i32; 5] = [libc::SIGHUP, libc::SIGINT, libc::SIGQUIT, libc::SIGKILL, libc::SIGTERM];
/// How long a child that was told to end may take before it counts as left behind.
const PATIENCE: Duration = Duration::from_millis(200);

/// The children of all threads. Written where [`CHILDREN`] is.
static OWNED: LazyLock<Mutex<HashSet<i32>>> = LazyLock::new(Mutex::default);

fn all_owned() -> MutexGuard<'static, HashSet<i32>> {
    OWNED.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The children that JavaScript, of whatever thread, started and whose end it is yet to be told.
pub(crate) fn owned() -> HashSet<i32> {
    all_owned().clone()
}

fn own(pid: i32, running: Rc<Running>) {
    all_owned().insert(pid);
    CHILDREN.with_borrow_mut(|children| children.insert(pid, running));
}

fn disown(pid: i32) {
    CHILDREN.with_borrow_mut(|children| children.remove(&pid));
    all_owned().remove(&pid);
}

fn running<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r, Option<Rc<Running>>> {
    let pid = args.i32(cx, 0)?;
    Ok(CHILDREN.with_borrow(|children| children.get(&pid).map(Rc::clone)))
}

/// `spawn(spec, onExit)`: the process id. `onExit(null, [code, signal])`, the signal being zero if it exited.
fn spawn<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    let spec = ChildSpec::read(cx, args.object(cx, 0, "spec")?)?;
    let on_exit = args.function(cx, 1, "onExit")?;
    let host = host();
    let (mut child, extra) = match host.event_loop.in_runtime(|| start(&spec)) {
        Ok(started) => started,
        Err(error) => return Ok(failure(cx, errno_of(&error))),
    };
    let pid = child.id().and_then(|id| i32::try_from(id).ok()).unwrap_or(0);
    let running = Rc::new(Running {
        pid,
        command: spec.command_line(),
        handle: Cell::new(0),
        has_ended: Cell::new(false),
        was_told_to_end: Cell::new(false),
        operations: Cell::new(0),
        read_ends: RefCell::default(),
        write_ends: RefCell::default(),
    });
    running.take_pipes(&mut child, extra);
    own(pid, Rc::clone(&running));
    running.handle.set(
        host.handles
            .add(Rc::clone(&running) as Rc<dyn OpenHandle>, Site::here(cx)),
    );
    let end = async move {
        let status = child.wait().await;
        running.has_ended.set(true);
        running.forget_if_gone();
        status
    };
    host.run_async(on_exit, end, |cx, status| tell_status(cx, status.as_ref().ok()));
    Ok(cx.number(pid))
}

fn start(spec: &ChildSpec) -> io::Result<(Child, Vec<(usize, UnixStream)>)> {
    let prepared = spec.prepare()?;
    let child = Command::from(prepared.command).kill_on_drop(true).spawn()?;
    let extra = prepared.extra.into_iter().map(|(number, stream)| {
        stream.set_nonblocking(true)?;
        Ok((number, UnixStream::from_std(stream)?))
    });
    Ok((child, extra.collect::<io::Result<_>>()?))
}

impl Running {
    fn take_pipes(&self, child: &mut Child, extra: Vec<(usize, UnixStream)>) {
        let (mut read_ends, mut write_ends) = (self.read_ends.borrow_mut(), self.write_ends.borrow_mut());
        if let Some(pipe) = child.stdin.take() {
            write_ends.insert(0, Box::pin(pipe));
        }
        if let Some(pipe) = child.stdout.take() {
            read_ends.insert(1, Box::pin(pipe));
        }
        if let Some(pipe) = child.stderr.take() {
            read_ends.insert(2, Box::pin(pipe));
        }
        for (number, stream) in extra {
            let number = u32::try_from(number).unwrap_or(u32::MAX);
            let (read, write) = stream.into_split();
            read_ends.insert(number, Box::pin(read));
            write_ends.insert(number, Box::pin(write));
        }
    }

    /// Forgets the child once it has ended, nobody of its group is left and none of its pipes is open or being read.
    fn forget_if_gone(&self) {
        let has_pipes = !self.read_ends.borrow().is_empty() || !self.write_ends.borrow().is_empty();
        let is_busy = has_pipes || self.operations.get() > 0;
        if self.has_ended.get() && !is_busy && send_signal(-self.pid, 0) == Err(Errno::ESRCH) {
            disown(self.pid);
            host().handles.remove(self.handle.get());
        }
    }
}

impl OpenHandle for Running {
    fn kind(&self) -> LeakKind {
        LeakKind::ChildProcess
    }

    /// Without its number: it is about to be killed, and two runs of the same files give the same reports.
    fn left_behind(&self) -> Option<String> {
        let Self { pid, command, .. } = self;
        if self.has_ended.get() {
            let has_descendants = send_signal(-pid, 0).is_ok();
            return has_descendants.then(|| format!("processes that a child process had started ({command})"));
        }
        // It may have ended, with the news still on its way; and what was killed a moment ago needs one to go.
        let patience = if self.was_told_to_end.get() {
            PATIENCE
        } else {
            Duration::ZERO
        };
        (!ends_within(*pid, patience)).then(|| format!("a child process ({command})"))
    }

    /// Its end is an operation in flight already; what else it has started is nobody's to wait for.
    fn keeps_alive(&self) -> bool {
        false
    }

    /// Kills it with all of its group.
    fn stop(&self) {
        disown(self.pid);
        // Gone already is what is wanted.
        let _ = send_signal(-self.pid, libc::SIGKILL);
    }
}

fn tell_status<'r>(cx: Ctx<'r>, status: Option<&ExitStatus>) -> JsResult<'r> {
    let pair = cx.array();
    let code = status.and_then(ExitStatus::code);
    pair.set_index(cx, 0, code.map_or_else(|| cx.null(), |code| cx.number(code)))?;
    pair.set_index(cx, 1, cx.number(status.and_then(ExitStatusExt::signal).unwrap_or(0)))?;
    Ok(pair.into())
}

/// `read(pid, number, callback)`: the next bytes, null at the end.
fn read<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    let number = args.u32(cx, 1)?;
    let callback = args.function(cx, 2, "callback")?;
    let Some(running) = running(cx, args)? else {
        return Ok(failure(cx, Errno::EBADF));
    };
    let Some(mut end) = running.read_ends.borrow_mut().remove(&number) else {
        return Ok(failure(cx, Errno::EBADF));
    };
    running.operations.set(running.operations.get() + 1);
    let next = async move {
        let mut bytes = vec![0; CHUNK];
        let result = end.read(&mut bytes).await;
        running.operations.set(running.operations.get() - 1);
        match result {
            Ok(count) if count > 0 => {
                bytes.truncate(count);
                running.read_ends.borrow_mut().insert(number, end);
                Ok(bytes)
            }
            other => {
                running.forget_if_gone();
                other.map(|_| Vec::new())
            }
        }
    };
    host().run_async(callback, next, |cx, result: io::Result<Vec<u8>>| {
        Ok(match result {
            Ok(bytes) if bytes.is_empty() => cx.null(),
            Ok(bytes) => cx.array_buffer(bytes)?.into(),
            Err(error) => failure(cx, errno_of(&error)),
        })
    });
    Ok(cx.undefined())
}

/// `write(pid, number, data, callback)`: all of a string or of bytes.
fn write<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    let number = args.u32(cx, 1)?;
    let data = args.get(cx, 2);
    let data = if data.is_string(cx) {
        data.to_text(cx)?.into_bytes()
    } else {
        data.to_bytes(cx, "data")?
    };
    let callback = args.function(cx, 3, "callback")?;
    let Some(running) = running(cx, args)? else {
        return Ok(failure(cx, Errno::EPIPE));
    };
    let Some(mut end) = running.write_ends.borrow_mut().remove(&number) else {
        return Ok(failure(cx, Errno::EPIPE));
    };
    running.operations.set(running.operations.get() + 1);
    let all = async move {
        let result = end.write_all(&data).await;
        running.operations.set(running.operations.get() - 1);
        if result.is_ok() {
            running.write_ends.borrow_mut().insert(number, end);
        } else {
            running.forget_if_gone();
        }
        result
    };
    host().run_async(callback, all, |cx, result| unit(cx, result.map_err(|e| errno_of(&e))));
    Ok(cx.undefined())
}

/// `close(pid, number, readEnd)`: this side of a pipe.
fn close<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    let (number, read_end) = (args.u32(cx, 1)?, args.bool(cx, 2));
    if let Some(running) = running(cx, args)? {
        if read_end {
            running.read_ends.borrow_mut().remove(&number);
        } else {
            running.write_ends.borrow_mut().remove(&number);
        }
        running.forget_if_gone();
    }
    Ok(cx.undefined())
}

/// `kill(pid, signal)`
fn kill<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    let signal = args.i32(cx, 1)?;
    unit(
        cx,
        match running(cx, args)? {
            Some(running) if !running.has_ended.get() => {
                if ENDING.contains(&signal) {
                    running.was_told_to_end.set(true);
                }
                send_signal(running.pid, signal)
            }
            // Its number may be another's by now.
            _ => Err(Errno::ESRCH),
        },
    )
}

/// `spawnSync(spec, input, timeout, killSignal, maxBuffer)`: [code, signal, pid, error, outputs by number], or the error of starting.
fn spawn_sync<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    let spec = ChildSpec::read(cx, args.object(cx, 0, "spec")?)?;
    let input = args.get(cx, 1);
    let input = if input.is_nullish(cx) {
        Vec::new()
    } else {
        input.to_bytes(cx, "input")?
    };
    let limits = Limits {
        timeout: Some(args.number(cx, 2)?)
            .filter(|ms| *ms > 0.0)
            .and_then(|ms| Duration::try_from_secs_f64(ms / 1000.0).ok()),
        kill_signal: args.i32(cx, 3)?,
        max_buffer: bytes_from(args.number(cx, 4)?),
    };
    let finished = match spawn_sync::run(&spec, input, &limits) {
        Ok(finished) => finished,
        Err(errno) => return Ok(failure(cx, errno)),
    };
    let outputs = cx.object();
    for (number, bytes) in finished.outputs {
        outputs.set(cx, &number.to_string(), Value::from(cx.array_buffer(bytes)?))?;
    }
    let result = tell_status(cx, Some(&finished.status))?.expect_object(cx, "status")?;
    result.set_index(cx, 2, cx.number(finished.pid))?;
    result.set_index(cx, 3, cx.number(finished.error.map_or(0, |e| -(e as i32))))?;
    result.set_index(cx, 4, outputs)?;
    Ok(result.into())
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the cast saturates, which is what Infinity asks for"
)]
fn bytes_from(number: f64) -> usize {
    number as usize
}
