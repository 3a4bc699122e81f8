//! A run from its settings to its exit code, in order.
//!
//! The order matters at one place: the zygote is forked before this process has a thread or a signal handler.

use std::io;
use std::path::Path;

use nix::sys::signal::Signal;
use thiserror::Error;
use trun_reporters::{Fanout, ReporterOptions, RunEnd, RunEvent, RunStats, event::EventKind};

use crate::cli::{ExitCode, Settings};
use crate::coordinator::dispatcher::{Dispatcher, RunPlan};
use crate::coordinator::reactor::{self, EventSink, Hands};
use crate::coordinator::signals::Signals;
use crate::discovery::{self, DiscoveryError};
use crate::os;
use crate::output::{self, OutputError, Outputs};
use crate::pattern;
use crate::worker::{self, WorkerSettings};
use crate::zygote;

/// Why there was no run, or no end to it.
#[derive(Debug, Error)]
pub enum RunError {
    /// Nothing to run.
    #[error(transparent)]
    Discovery(#[from] DiscoveryError),
    /// A report cannot be written.
    #[error(transparent)]
    Output(#[from] OutputError),
    /// The system refuses what a run needs.
    #[error("failed to start: {0}")]
    System(#[from] io::Error),
    /// `-t` is no regular expression.
    #[error("invalid value \"{pattern}\" for -t: {why}")]
    Pattern {
        /// As it was typed.
        pattern: String,
        /// What the engine says.
        why: String,
    },
    /// A path that no report can name.
    #[error("{0} is not valid UTF-8; rename it")]
    NotUnicode(String),
}

impl RunError {
    /// What trun exits with after this.
    #[must_use]
    pub fn exit_code(&self) -> ExitCode {
        match self {
            Self::Discovery(error) => error.exit_code(),
            Self::Pattern { .. } => ExitCode::Usage,
            _ => ExitCode::Broken,
        }
    }
}

/// Where the events of a run go.
struct Sink {
    reporters: Fanout,
    outputs: Outputs,
    stats: RunStats,
    end: Option<RunEnd>,
    failures: Vec<String>,
}

impl EventSink for Sink {
    fn event(&mut self, event: &RunEvent) {
        self.stats.fold(event);
        if let EventKind::RunFinished { end } = &event.kind {
            self.end = Some(end.clone());
        }
        self.failures.extend(
            self.reporters
                .handle(event)
                .into_iter()
                .map(|failure| failure.to_string()),
        );
    }

    fn output_closed(&self) -> bool {
        self.outputs.is_stdout_closed()
    }
}

/// Runs the tests that `settings` name.
///
/// # Errors
/// There is nothing to run, or the run could not be started or reported.
pub fn run(
    settings: &Settings,
    complain: &mut dyn FnMut(&str),
    warn: &mut dyn FnMut(&str),
) -> Result<ExitCode, RunError> {
    let found = if settings.pass_with_no_tests {
        discovery::discover_any(&settings.root, &settings.paths)?
    } else {
        discovery::discover(&settings.root, &settings.paths)?
    };
    found.notes.iter().for_each(|text| warn(text));
    let files = found
        .files
        .iter()
        .map(|path| utf8(path))
        .collect::<Result<Vec<_>, _>>()?;
    if let Some(pattern) = &settings.name_pattern {
        pattern::check(pattern)?.map_err(|why| RunError::Pattern {
            pattern: pattern.clone(),
            why,
        })?;
    }
    let workers = settings.workers.min(files.len()).max(1);
    let pages = os::map_pages(workers)?;
    let worker_settings = WorkerSettings {
        root: settings.root.clone(),
        name_pattern: settings.name_pattern.clone(),
        test_timeout: settings.test_timeout,
        load_timeout: settings.load_timeout,
        pass_with_no_tests: settings.pass_with_no_tests,
        retry: settings.retry,
        repeat_each: settings.repeat_each,
        seed: settings.seed,
        collect_only: false,
        isolate: settings.isolate,
        preload: settings.preload.clone(),
        gc_stress: settings.gc_stress,
    };
    let link = zygote::start(|start| worker::run(start, &worker_settings, pages))?;
    let signals = Signals::install()?;
    let terminal = output::Terminal::of_stdout(|name| std::env::var_os(name));
    let github = output::Github::of(|name| std::env::var_os(name));
    let specs = github.complete(&settings.reporters);
    let (mut reporters, outputs) = output::open(
        &specs,
        output::style(settings.colour, &terminal),
        &ReporterOptions {
            junit_dialect: settings.junit_dialect,
            hostname: output::hostname(),
            workspace: github.workspace(),
        },
    )?;
    github
        .add_summary(&specs, &mut reporters)
        .unwrap_or_else(|text| warn(&text));
    let sink = Sink {
        reporters,
        outputs,
        stats: RunStats::default(),
        end: None,
        failures: Vec::new(),
    };
    let plan = RunPlan {
        root: utf8(&settings.root)?,
        files,
        workers,
        on_crash: settings.on_crash,
        worker_memory: settings.worker_memory,
        recycle_above: settings.recycle_above,
        bail: settings.bail,
        seed: settings.seed,
        fail_on_leak: settings.fail_on_leak,
        scale_up_after: settings.scale_up_after,
        rerun: settings.rerun.clone(),
    };
    let mut dispatcher = Dispatcher::new(plan, Hands::new(link, pages, sink), os::monotonic_ns());
    reactor::run(&mut dispatcher, &signals, pages)?;
    Ok(finish(dispatcher.into_control().into_sink(), settings, complain))
}

/// Writes what is left to write, then judges: a signal before a broken trun before failed tests.
fn finish(sink: Sink, settings: &Settings, complain: &mut dyn FnMut(&str)) -> ExitCode {
    let Sink {
        reporters,
        outputs,
        stats,
        end,
        failures,
    } = sink;
    drop(reporters);
    let unwritten = outputs.finish(&settings.root, &mut io::stderr());
    let ran = stats.tests_passed + stats.tests_failed + stats.tests_todo;
    let nothing_ran = ran == 0 && (settings.name_pattern.is_some() || stats.tests_total() == 0);
    let gone = |error: &OutputError| error.is_broken_pipe();
    unwritten
        .iter()
        .filter(|error| !gone(error))
        .for_each(|error| complain(&error.to_string()));
    // What a reporter could not write is what its sink could not: named once.
    if unwritten.is_empty() {
        failures.iter().for_each(|failure| complain(failure));
    }
    match end {
        // Standard output was not closed but full.
        Some(RunEnd::Interrupted(_)) if unwritten.iter().any(|error| !gone(error)) => ExitCode::Broken,
        Some(RunEnd::Interrupted(name)) => signal_number(&name).map_or(ExitCode::Broken, ExitCode::signal),
        Some(RunEnd::Broken(_)) | None => ExitCode::Broken,
        _ if unwritten.iter().any(gone) => ExitCode::signal(Signal::SIGPIPE as i32),
        _ if !unwritten.is_empty() || !failures.is_empty() => ExitCode::Broken,
        _ if stats.is_failed() => ExitCode::Failed,
        _ if nothing_ran && !settings.pass_with_no_tests => {
            complain(&settings.name_pattern.as_ref().map_or_else(
                || "no tests found: the files that ran declare none".to_owned(),
                |pattern| format!("no test matches -t {pattern}"),
            ));
            ExitCode::NoTests
        }
        _ => ExitCode::Passed,
    }
}

fn signal_number(name: &str) -> Option<i32> {
    name.parse::<Signal>().ok().map(|signal| signal as i32)
}

fn utf8(path: &Path) -> Result<String, RunError> {
    path.to_str()
        .map(str::to_owned)
        .ok_or_else(|| RunError::NotUnicode(path.display().to_string()))
}
