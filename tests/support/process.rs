//! A command that runs: a process group of its own, a bound on its life, and no process left behind.

use std::fs;
use std::io::Read;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill, killpg};
use nix::unistd::Pid;

use super::outcome::Outcome;

/// Longer than any run may take on the slowest machine. Whoever reaches it hangs.
const BOUND: Duration = Duration::from_secs(120);
/// Between two looks at a condition.
const POLL: Duration = Duration::from_millis(5);
/// The environment variable by which the processes of a run are found, wherever they went.
pub(super) const MARK: &str = "INTEGRATION_TEST_MARK";

/// A command that was started.
pub(crate) struct Running {
    pid: i32,
    command: String,
    mark: String,
    report: Option<PathBuf>,
    ended: mpsc::Receiver<ExitStatus>,
    stdout: Option<Capture>,
    stderr: Option<Capture>,
}

impl Running {
    /// Starts it in a process group of its own, unless it makes one itself: who leads a group cannot begin a session.
    pub(super) fn start(
        mut command: Command,
        title: String,
        mark: String,
        report: Option<PathBuf>,
        makes_session: bool,
    ) -> Self {
        if !makes_session {
            command.process_group(0);
        }
        let mut child = command
            .spawn()
            .unwrap_or_else(|error| panic!("{title} does not start: {error}"));
        let stdout = child.stdout.take().map(Capture::of);
        let stderr = child.stderr.take().map(Capture::of);
        let pid = i32::try_from(child.id()).expect("a process id");
        Self {
            pid,
            command: title,
            mark,
            report,
            ended: reaper(child),
            stdout,
            stderr,
        }
    }

    /// The coordinator's process id.
    pub(crate) fn pid(&self) -> i32 {
        self.pid
    }

    /// Sends the coordinator a signal.
    pub(crate) fn signal(&self, signal: Signal) {
        kill(Pid::from_raw(self.pid), signal).expect("the process is there");
    }

    /// Sends the coordinator a signal, unless it has ended.
    pub(crate) fn try_signal(&self, signal: Signal) {
        let _ = kill(Pid::from_raw(self.pid), signal);
    }

    /// Whether the coordinator lives.
    pub(crate) fn is_running(&self) -> bool {
        is_alive(self.pid)
    }

    /// What it has printed by now.
    pub(crate) fn stdout(&self) -> String {
        self.stdout.as_ref().map(Capture::text).unwrap_or_default()
    }

    /// What it has printed by now.
    pub(crate) fn stderr(&self) -> String {
        self.stderr.as_ref().map(Capture::text).unwrap_or_default()
    }

    /// The processes of the run that live, but for the coordinator.
    pub(crate) fn others(&self) -> Vec<i32> {
        processes_with(&self.mark)
            .into_iter()
            .filter(|&pid| pid != self.pid)
            .collect()
    }

    /// Waits for its end, and for the end of everything that it started.
    pub(crate) fn wait(self) -> Outcome {
        let Ok(status) = self.ended.recv_timeout(BOUND) else {
            let _ = killpg(Pid::from_raw(self.pid), Signal::SIGKILL);
            let text = |capture: &Option<Capture>| capture.as_ref().map(Capture::text).unwrap_or_default();
            panic!(
                "{} hung\n--- stdout\n{}\n--- stderr\n{}",
                self.command,
                text(&self.stdout),
                text(&self.stderr)
            );
        };
        let survivors = || describe(&processes_with(&self.mark));
        eventually(
            || processes_with(&self.mark).is_empty(),
            || format!("{} left processes behind: {}", self.command, survivors()),
        );
        let end = |capture: Option<Capture>| capture.map(Capture::finish).unwrap_or_default();
        let (stdout, stderr) = (end(self.stdout), end(self.stderr));
        let json = self
            .report
            .and_then(|path| fs::read(path).ok())
            .map(|text| serde_json::from_slice(&text).expect("the report is JSON"));
        Outcome {
            command: self.command,
            status,
            stdout,
            stderr,
            json,
        }
    }
}

/// Waits until `condition` holds, for very long.
#[track_caller]
pub(crate) fn eventually(mut condition: impl FnMut() -> bool, otherwise: impl FnOnce() -> String) {
    let start = Instant::now();
    while !condition() {
        assert!(start.elapsed() < BOUND, "{}", otherwise());
        thread::sleep(POLL);
    }
}

/// Whether a process is there and not merely waiting to be reaped.
pub(crate) fn is_alive(pid: i32) -> bool {
    let state = fs::read_to_string(format!("/proc/{pid}/stat"));
    state.is_ok_and(|stat| {
        stat.rsplit_once(") ")
            .is_some_and(|(_, rest)| !rest.starts_with(['Z', 'X']))
    })
}

/// The parent of a process.
pub(crate) fn parent(pid: i32) -> Option<i32> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    stat.rsplit_once(") ")?.1.split(' ').nth(1)?.parse().ok()
}

fn processes_with(mark: &str) -> Vec<i32> {
    let wanted = format!("{MARK}={mark}");
    let carries = |pid: &i32| {
        fs::read(format!("/proc/{pid}/environ"))
            .is_ok_and(|text| text.split(|&byte| byte == 0).any(|one| one == wanted.as_bytes()))
    };
    let entries = fs::read_dir("/proc").expect("the list of processes");
    let pids = entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
    pids.filter(carries).filter(|&pid| is_alive(pid)).collect()
}

fn describe(pids: &[i32]) -> String {
    let name = |pid: &i32| {
        fs::read_to_string(format!("/proc/{pid}/cmdline"))
            .unwrap_or_default()
            .replace('\0', " ")
    };
    pids.iter()
        .map(|pid| format!("{pid} ({})", name(pid).trim()))
        .collect::<Vec<_>>()
        .join(", ")
}

fn reaper(mut child: Child) -> mpsc::Receiver<ExitStatus> {
    let (send, receive) = mpsc::channel();
    thread::spawn(move || {
        if let Ok(status) = child.wait() {
            let _ = send.send(status);
        }
    });
    receive
}

/// Reads a stream in a thread, so that nobody blocks on a full pipe.
struct Capture {
    bytes: Arc<Mutex<Vec<u8>>>,
    reader: JoinHandle<()>,
}

impl Capture {
    fn of(mut stream: impl Read + Send + 'static) -> Self {
        let bytes = Arc::new(Mutex::new(Vec::new()));
        let store = Arc::clone(&bytes);
        let reader = thread::spawn(move || {
            let mut buffer = [0; 8192];
            while let Ok(count @ 1..) = stream.read(&mut buffer) {
                store
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .extend_from_slice(&buffer[..count]);
            }
        });
        Self { bytes, reader }
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes.lock().unwrap_or_else(PoisonError::into_inner)).into_owned()
    }

    fn finish(self) -> String {
        eventually(
            || self.reader.is_finished(),
            || "a process that is no child of the run holds its output".to_owned(),
        );
        self.text()
    }
}
