//! A worker process: one VM, one file after the other.
//!
//! It trusts nobody's descriptors but its own and leaves through one door ([`exit_now`]): nothing of the coordinator's that was copied by
//! the fork runs at its end.

mod observe;

use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::panic;
use std::path::PathBuf;
use std::process::abort;
use std::rc::Rc;
use std::time::Duration;

use nix::fcntl::{FcntlArg, fcntl};
use nix::unistd::{dup2_stderr, dup2_stdout};
use trun_vm::harness::session::FileRequest;
use trun_vm::{Runtime, RuntimeOptions};

use crate::os::{RunningPage, exit_now, set_env_var};
use crate::protocol::channel::{Received, Receiver, Sender};
use crate::protocol::message::{FromWorker, ToWorker};
use crate::worker::observe::{Outbox, Wire};
use crate::zygote::WorkerStart;

/// Descriptors of ours start here, out of the way of code that counts its own from 3.
const HIGH_FD: i32 = 200;

/// What every worker of a run is told at its start.
#[derive(Debug, Clone)]
pub struct WorkerSettings {
    /// The run's directory.
    pub root: PathBuf,
    /// `-t`.
    pub name_pattern: Option<String>,
    /// `--timeout`.
    pub test_timeout: Option<Duration>,
    /// `--load-timeout`.
    pub load_timeout: Option<Duration>,
    /// `TRUN_GC_STRESS`.
    pub gc_stress: Option<u32>,
}

/// Runs a worker to its end.
pub fn run(start: WorkerStart, settings: &WorkerSettings, pages: &'static [RunningPage]) -> ! {
    let slot = start.slot;
    let socket = set_up_descriptors(start);
    set_up_environment(slot);
    // Here and not before the fork: what this sets up in the engine's library does not survive one.
    trun_vm::prepare_process(settings.gc_stress);
    // A panic of ours is a crash, reported as one; it must not unwind into the zygote's code this process was forked from.
    let outcome = panic::catch_unwind(|| serve(socket, slot, settings, &pages[slot as usize - 1]));
    match outcome {
        Ok(()) => exit_now(0),
        Err(_) => abort(),
    }
}

fn set_up_descriptors(start: WorkerStart) -> UnixStream {
    let _ = dup2_stdout(start.stdout.as_fd());
    let _ = dup2_stderr(start.stderr.as_fd());
    match fcntl(start.socket.as_fd(), FcntlArg::F_DUPFD_CLOEXEC(HIGH_FD)) {
        Ok(high) => UnixStream::from(crate::os::own_fd(high)),
        Err(_) => UnixStream::from(start.socket),
    }
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

fn serve(socket: UnixStream, slot: u32, settings: &WorkerSettings, page: &'static RunningPage) {
    let Ok(reading) = socket.try_clone() else { return };
    let mut receiver = Receiver::<ToWorker>::new(reading);
    let wire = Rc::new(Wire::new(Sender::new(socket), page));
    let options = RuntimeOptions {
        gc_stress: settings.gc_stress.is_some(),
        default_timeout: settings.test_timeout,
        load_timeout: settings.load_timeout,
        root: settings.root.clone(),
        slot,
    };
    let mut runtime = match Runtime::new(
        options,
        Box::new(trun_napi::NoAddons),
        Box::new(Outbox::new(Rc::clone(&wire))),
    ) {
        Ok(runtime) => runtime,
        Err(error) => {
            wire.send(&FromWorker::Unable(error.to_string()));
            return;
        }
    };
    wire.send(&FromWorker::Ready);
    // A closed or corrupt channel means that the coordinator has ended or given this worker up.
    while let Ok(Received::Message(ToWorker::Run { file, path })) = receiver.receive() {
        wire.begin(file);
        runtime.run_file(&FileRequest {
            path: path.into(),
            name_pattern: settings.name_pattern.clone(),
        });
        wire.end();
    }
    runtime.shut_down();
}
