//! A worker process: one VM, one file after the other.
//!
//! It trusts nobody's descriptors but its own and leaves through one door ([`exit_now`]): nothing of the coordinator's that was copied by
//! the fork runs at its end.

mod observe;

use std::any::Any;
use std::io::{self, Write};
use std::mem::ManuallyDrop;
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::panic::{self, AssertUnwindSafe};
use std::path::PathBuf;
use std::process::abort;
use std::rc::Rc;
use std::time::Duration;

use nix::fcntl::{FcntlArg, fcntl};
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use nix::unistd::{dup2_stderr, dup2_stdout};
use trun_vm::addons::Teardown;
use trun_vm::harness::session::FileRequest;
use trun_vm::{Runtime, RuntimeOptions, times};

use crate::os::{Running, RunningPage, exit_now, own_fd, resident_bytes, set_env_var};
use crate::protocol::channel::{Received, Receiver, Sender};
use crate::protocol::message::{FromWorker, ToWorker};
use crate::scratch::{Scratch, WorkerScratch};
use crate::worker::observe::{Outbox, Wire};
use crate::zygote::WorkerStart;

/// Descriptors of ours start here, out of the way of code that counts its own from 3, or at half of what the system allows.
const HIGH_FD: u64 = 200;
/// The engine reserves address space when it starts, and aborts where it gets none.
const LEAST_ADDRESS_SPACE: u64 = 4 << 30;

/// What every worker of a run is told at its start.
#[derive(Debug, Clone)]
pub struct WorkerSettings {
    /// Where temporary files go; `None`: where the system has them.
    pub scratch: Option<Scratch>,
    /// The run's directory.
    pub root: PathBuf,
    /// `-t`.
    pub name_pattern: Option<String>,
    /// `--timeout`.
    pub test_timeout: Option<Duration>,
    /// `--load-timeout`.
    pub load_timeout: Option<Duration>,
    /// `--pass-with-no-tests`.
    pub pass_with_no_tests: bool,
    /// `--retry`.
    pub retry: u32,
    /// `--repeat-each`.
    pub repeat_each: u32,
    /// `--randomize`, `--seed`.
    pub seed: Option<u32>,
    /// `trun list`.
    pub collect_only: bool,
    /// Not `--no-isolate`.
    pub isolate: bool,
    /// Not `--no-lazy-modules`.
    pub lazy_modules: bool,
    /// `--preload`.
    pub preload: Vec<String>,
    /// `--addon-teardown`, `--addon-teardown-timeout`.
    pub addon_teardown: Teardown,
    /// `--bail`.
    pub bails: bool,
    /// `--fail-on-leak`
    pub audit: bool,
    /// `--trace-time`
    pub trace_time: bool,
    /// `TRUN_GC_STRESS`.
    pub gc_stress: Option<u32>,
}

/// Runs a worker to its end.
pub fn run(start: WorkerStart, settings: &WorkerSettings, pages: &'static [RunningPage]) -> ! {
    let slot = start.slot;
    let page = &pages[slot as usize - 1];
    // It still says what the last worker of this slot was killed for.
    page.publish(Running::Nothing, None);
    page.native().clear();
    let (reading, writing) = match set_up_descriptors(&start) {
        Ok(ends) => ends,
        Err(error) => {
            // The only way left to tell the coordinator, which shows it as the worker's last words.
            let _ = writeln!(io::stderr(), "the worker cannot set up its descriptors: {error}");
            exit_now(1)
        }
    };
    drop(start);
    set_up_environment(slot);
    let scratch = settings.scratch.as_ref().map(|scratch| scratch.enter(slot));
    // Here and not before the fork: what this sets up in the engine's library does not survive one.
    trun_vm::prepare_process(settings.gc_stress);
    trun_vm::share_vitals(page.vitals());
    let wire = Rc::new(Wire::new(Sender::new(writing), page, settings.bails));
    // A panic of ours must not unwind into the zygote's code this process was forked from, nor pass for a crash of the test.
    match panic::catch_unwind(AssertUnwindSafe(|| {
        serve(reading, &wire, slot, settings, scratch.as_ref())
    })) {
        Ok(()) => exit_now(0),
        Err(payload) => {
            wire.send(&FromWorker::Bug(text_of(&*payload)));
            abort()
        }
    }
}

fn text_of(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| payload.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "a panic without a text".to_owned())
}

/// Both ends that are kept are numbered high; the low ones they came as are closed with `start`.
fn set_up_descriptors(start: &WorkerStart) -> io::Result<(UnixStream, UnixStream)> {
    dup2_stdout(start.stdout.as_fd())?;
    dup2_stderr(start.stderr.as_fd())?;
    let first = i32::try_from(HIGH_FD.min(raise_descriptor_limit()? / 2)).unwrap_or(3);
    let high = || fcntl(start.socket.as_fd(), FcntlArg::F_DUPFD_CLOEXEC(first)).map(|fd| UnixStream::from(own_fd(fd)));
    Ok((high()?, high()?))
}

/// Allows this process as many open files as it may have, as Node does, and says how many that is.
fn raise_descriptor_limit() -> io::Result<u64> {
    let (soft, hard) = getrlimit(Resource::RLIMIT_NOFILE)?;
    Ok(match setrlimit(Resource::RLIMIT_NOFILE, hard, hard) {
        Ok(()) => hard,
        Err(_) => soft,
    })
}

/// What keeps the engine from starting, found before it aborts over it.
fn obstacle() -> Option<String> {
    let (limit, _) = getrlimit(Resource::RLIMIT_AS).ok()?;
    (limit < LEAST_ADDRESS_SPACE).then(|| {
        format!(
            "the address space is limited to {} MiB (ulimit -v), and the JavaScript engine needs at least {} MiB",
            limit >> 20,
            LEAST_ADDRESS_SPACE >> 20
        )
    })
}

fn set_up_environment(slot: u32) {
    let slot = slot.to_string();
    for name in ["TRUN_WORKER_ID", "JEST_WORKER_ID", "BUN_TEST_WORKER_ID"] {
        set_env_var(name, &slot);
    }
    if std::env::var_os("NODE_ENV").is_none() {
        set_env_var("NODE_ENV", "test");
    }
}

fn serve(reading: UnixStream, wire: &Rc<Wire>, slot: u32, settings: &WorkerSettings, scratch: Option<&WorkerScratch>) {
    if let Some(why) = obstacle() {
        wire.send(&FromWorker::Unable(why));
        return;
    }
    let mut receiver = Receiver::<ToWorker>::new(reading);
    let options = RuntimeOptions {
        owns_process: true,
        gc_stress: settings.gc_stress.is_some(),
        default_timeout: settings.test_timeout,
        load_timeout: settings.load_timeout,
        pass_with_no_tests: settings.pass_with_no_tests,
        retry: settings.retry,
        repeat_each: settings.repeat_each,
        seed: settings.seed,
        collect_only: settings.collect_only,
        isolate: settings.isolate,
        lazy_modules: settings.lazy_modules,
        preload: settings.preload.clone(),
        audit: settings.audit,
        addon_teardown: settings.addon_teardown,
        root: settings.root.clone(),
        slot,
    };
    let runtime = match Runtime::new(
        options,
        Box::new(trun_napi::NodeApi::new(wire.native_trace(), {
            let wire = Rc::clone(wire);
            Box::new(move |number, path| wire.name_addon(number, path))
        })),
        Box::new(Outbox::new(Rc::clone(wire))),
    ) {
        Ok(runtime) => runtime,
        Err(error) => {
            wire.send(&FromWorker::Unable(error.to_string()));
            return;
        }
    };
    // After a panic the VM is in no state to be taken down, and this process is about to abort.
    let mut runtime = ManuallyDrop::new(runtime);
    wire.send(&FromWorker::Ready);
    if settings.trace_time {
        times::turn_on();
    }
    // A closed or corrupt channel means that the coordinator has ended or given this worker up.
    while let Ok(Received::Message(ToWorker::Run { file, path })) = receiver.receive() {
        wire.begin(file);
        runtime.run_file(&FileRequest {
            number: file.0,
            path: path.into(),
            name_pattern: settings.name_pattern.clone(),
        });
        // What modules that go on living have made stays theirs.
        if let Some(scratch) = scratch.filter(|_| settings.isolate) {
            scratch.empty();
        }
        wire.tell_times();
        wire.end(resident_bytes(std::process::id()).unwrap_or(0));
    }
    ManuallyDrop::into_inner(runtime).shut_down();
}
