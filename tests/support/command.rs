//! `trun` with arguments, an environment and a place.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use super::outcome::Outcome;
use super::process::{MARK, Running};
use super::project::Project;

/// A command that has not been started.
pub(crate) struct Trun<'p> {
    project: &'p Project,
    args: Vec<String>,
    env: Vec<(String, String)>,
    folder: PathBuf,
    report: Option<PathBuf>,
    stdout: Option<Stdio>,
    stdin: Option<Stdio>,
    /// What runs the program instead of this test: each ends in its place.
    through: Vec<String>,
    makes_session: bool,
    limits: Vec<String>,
}

impl<'p> Trun<'p> {
    pub(super) fn new(project: &'p Project, args: &[&str]) -> Self {
        let names_reporter = args.iter().any(|arg| {
            ["--reporter", "--outputFile", "--reporters"]
                .iter()
                .any(|flag| arg.starts_with(flag))
        });
        let mut args: Vec<String> = args.iter().map(|&arg| arg.to_owned()).collect();
        let report = (!names_reporter).then(|| project.beside("report.json"));
        if let Some(report) = &report {
            let _ = std::fs::remove_file(report);
            args.insert(0, format!("--reporter=json:{}", report.display()));
            args.insert(0, "--reporter=default".to_owned());
        }
        Self {
            project,
            args,
            env: Vec::new(),
            folder: project.path(""),
            report,
            stdout: None,
            stdin: None,
            through: Vec::new(),
            makes_session: false,
            limits: Vec::new(),
        }
    }

    /// Sets an environment variable.
    pub(crate) fn env(mut self, name: &str, value: &str) -> Self {
        self.env.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Runs in a subfolder of the project.
    pub(crate) fn within(mut self, folder: &str) -> Self {
        self.folder = self.project.path(folder);
        self
    }

    /// Sends stdout elsewhere; [`Outcome::stdout`] will be empty.
    pub(crate) fn stdout(mut self, stdout: impl Into<Stdio>) -> Self {
        self.stdout = Some(stdout.into());
        self
    }

    /// Gives it something to read. Nothing, unless told otherwise.
    pub(crate) fn stdin(mut self, stdin: impl Into<Stdio>) -> Self {
        self.stdin = Some(stdin.into());
        self
    }

    /// Has another program start it, which must end by becoming it: `["prlimit", "--nofile=64"]`.
    pub(crate) fn through(mut self, program: &[&str]) -> Self {
        self.through.extend(program.iter().map(|&word| word.to_owned()));
        self
    }

    /// In a session of its own, with its stdin as the terminal of that.
    pub(crate) fn in_session(mut self) -> Self {
        self.makes_session = true;
        self.through.splice(0..0, ["setsid", "--ctty"].map(str::to_owned));
        self
    }

    /// Has a shell start it, after these commands.
    pub(crate) fn after(self, commands: &str) -> Self {
        let script = format!("{commands}\nexec \"$@\"");
        self.through(&["sh", "-c", &script, "sh"])
    }

    /// Runs under a limit of the system's, as util-linux' `prlimit` names it: `fsize=4096`.
    pub(crate) fn limited(mut self, limit: &str) -> Self {
        self.limits.push(format!("--{limit}"));
        self
    }

    /// Runs to the end.
    pub(crate) fn run(self) -> Outcome {
        self.spawn().wait()
    }

    /// Starts it.
    pub(crate) fn spawn(self) -> Running {
        let mark = unique_mark();
        let program = env!("CARGO_BIN_EXE_trun");
        let mut words = self.through.iter().map(String::as_str).chain([program]);
        let mut command = guarded(Path::new(words.next().unwrap_or(program)), &self.limits);
        command
            .args(words)
            .args(&self.args)
            .current_dir(&self.folder)
            .env_clear();
        for name in ["PATH", "LD_LIBRARY_PATH", "TRUN_GC_STRESS"] {
            if let Some(value) = std::env::var_os(name) {
                command.env(name, value);
            }
        }
        command
            .env("HOME", self.project.beside("home"))
            .env("TMPDIR", self.project.beside("tmp"))
            .env("LANG", "C.UTF-8")
            .env(MARK, &mark)
            .envs(self.env)
            .stdin(self.stdin.unwrap_or_else(Stdio::null))
            .stdout(self.stdout.unwrap_or_else(Stdio::piped))
            .stderr(Stdio::piped());
        Running::start(
            command,
            format!("trun {}", self.args.join(" ")),
            mark,
            self.report,
            self.makes_session,
        )
    }
}

/// The program, to be killed with the thread of the test that started it. The tool of the system stands in for a call between
/// fork and exec, which would be unsafe code.
fn guarded(program: &Path, limits: &[String]) -> Command {
    let mut words: Vec<OsString> = Vec::new();
    if Path::new("/usr/bin/setpriv").exists() {
        words.extend(["/usr/bin/setpriv", "--pdeathsig", "KILL", "--"].map(OsString::from));
    }
    if !limits.is_empty() {
        words.push("prlimit".into());
        words.extend(limits.iter().map(OsString::from));
        words.push("--".into());
    }
    words.push(program.into());
    let mut command = Command::new(&words[0]);
    command.args(&words[1..]);
    command
}

fn unique_mark() -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    format!("{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed))
}
