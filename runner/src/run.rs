//! A run from its settings to its exit code, in order.
//!
//! The order matters at one place: the zygote is forked before this process has a thread or a signal handler.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use nix::sys::signal::Signal;
use thiserror::Error;
use trun_reporters::{Fanout, FileId, FileOutcome, ReporterOptions, RunEnd, RunEvent, RunStats, event::EventKind};

use crate::cli::{ExitCode, Settings};
use crate::coordinator::dispatcher::{Dispatcher, RunPlan};
use crate::coordinator::keys::Keys;
use crate::coordinator::reactor::{self, EventSink, Hands};
use crate::coordinator::signals::Signals;
use crate::discovery::{self, DiscoveryError, Wanted};
use crate::history::History;
use crate::os;
use crate::output::{self, OutputError, Outputs};
use crate::pattern;
use crate::scratch::Scratch;
use crate::time_table::TimeTable;
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
    /// A working directory that no report can name.
    #[error("the working directory {0} is not valid UTF-8; rename it")]
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
    history: Option<History>,
    files: Vec<String>,
    times: TimeTable,
    end: Option<RunEnd>,
    failures: Vec<String>,
}

impl Sink {
    fn open(settings: &Settings, history: Option<History>, files: Vec<String>) -> Result<Self, RunError> {
        let terminal = output::Terminal::of_stdout(|name| std::env::var_os(name));
        let (reporters, outputs) = output::open(
            &settings.reporters,
            output::style(settings.colour, &terminal),
            ReporterOptions {
                junit_dialect: settings.junit_dialect,
                ..ReporterOptions::default()
            },
            &output::Github::of(|name| std::env::var_os(name)),
        )?;
        Ok(Self {
            reporters,
            outputs,
            history,
            files,
            times: TimeTable::default(),
            end: None,
            failures: Vec::new(),
        })
    }

    fn remember(&mut self, file: FileId, duration: Duration) {
        if let Some(history) = &mut self.history
            && let Some(path) = self.files.get(file.0 as usize)
        {
            history.record(path, duration);
        }
    }
}

impl EventSink for Sink {
    fn event(&mut self, event: &RunEvent) {
        match &event.kind {
            EventKind::RunFinished { end } => self.end = Some(end.clone()),
            EventKind::FileFinished {
                file,
                outcome: FileOutcome::Finished,
                duration,
            } => self.remember(*file, *duration),
            _ => {}
        }
        self.failures.extend(
            self.reporters
                .handle(event)
                .into_iter()
                .map(|failure| failure.to_string()),
        );
    }

    fn keep_times(&mut self, file: FileId, times: Vec<u64>) {
        self.times.record(file, times);
    }

    fn output_closed(&self) -> bool {
        self.outputs.is_stdout_closed()
    }
}

/// The files of a run.
#[derive(Debug)]
pub(crate) struct Selected {
    /// The run's directory, absolute.
    pub(crate) root: String,
    /// Absolute paths, in order.
    pub(crate) files: Vec<String>,
    /// A sentence about each test file that cannot run because its path is no Unicode. With one, no run can pass.
    pub(crate) errors: Vec<String>,
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
    let selected = select(settings, warn)?;
    let history = settings
        .cache_dir
        .as_deref()
        .map(|dir| History::read(dir, &selected.root));
    // Only what a whole run takes tells what the next one will.
    let is_whole = settings.name_pattern.is_none() && settings.repeat_each == 1;
    let known = history.as_ref().filter(|_| settings.seed.is_none());
    let expected = known.and_then(|history| history.expected(&selected.files));
    let files = selected.files.clone();
    let (sink, stats) = drive(settings, &selected, expected, warn, || {
        Sink::open(settings, history.filter(|_| is_whole), files)
    })?;
    Ok(finish(sink, &stats, settings, complain, warn))
}

/// Finds the files that `settings` name.
pub(crate) fn select(settings: &Settings, warn: &mut dyn FnMut(&str)) -> Result<Selected, RunError> {
    let wanted = Wanted {
        paths: &settings.paths,
        patterns: &settings.path_patterns,
    };
    let found = if settings.pass_with_no_tests {
        discovery::discover_any(&settings.root, wanted)?
    } else {
        discovery::discover(&settings.root, wanted)?
    };
    found.notes.iter().for_each(|text| warn(text));
    let (named, unnameable): (Vec<_>, Vec<_>) = found.files.iter().partition(|path| path.to_str().is_some());
    let error = |path: &PathBuf| format!("{} cannot run: its path is not valid UTF-8; rename it", path.display());
    Ok(Selected {
        root: utf8(&settings.root)?,
        files: named
            .into_iter()
            .filter_map(|path| path.to_str().map(str::to_owned))
            .collect(),
        errors: unnameable.into_iter().map(error).collect(),
    })
}

/// Starts workers, has them run the files, and gives back the sink that took the events, with the numbers. `expected` is
/// how long each file is thought to take; `open` makes the sink as soon as this process may have threads.
pub(crate) fn drive<S: EventSink>(
    settings: &Settings,
    selected: &Selected,
    expected: Option<Vec<Duration>>,
    warn: &mut dyn FnMut(&str),
    open: impl FnOnce() -> Result<S, RunError>,
) -> Result<(S, RunStats), RunError> {
    check_pattern(settings)?;
    let files = selected.files.clone();
    let workers = settings.workers.min(files.len()).max(1);
    let pages = os::map_pages(workers)?;
    let scratch = Scratch::create()
        .inspect_err(|error| warn(&format!("workers share one folder for temporary files: {error}")))
        .ok();
    let worker_settings = worker_settings(settings, scratch.clone());
    let link = zygote::start(
        |start| worker::run(start, &worker_settings, pages),
        || remove(scratch.as_ref()),
    )
    .inspect_err(|_| remove(scratch.as_ref()))?;
    let signals = Signals::install()?;
    let sink = open()?;
    let plan = RunPlan {
        expected,
        order: order(files.len(), settings.seed),
        root: selected.root.clone(),
        files,
        workers,
        on_crash: settings.on_crash,
        worker_memory: settings.worker_memory.of_each(workers),
        recycle_above: settings.recycle_above.of_each(workers),
        bail: settings.bail,
        seed: settings.seed,
        addon_teardown: settings.addon_teardown.timeout,
        fail_on_leak: settings.fail_on_leak,
        scale_up_after: settings.scale_up_after,
        rerun: settings.rerun.clone(),
        errors: selected.errors.clone(),
        filtered: settings.name_pattern.is_some(),
        if_nothing_ran: must_run(settings).then(|| nothing_found(settings)),
    };
    let mut dispatcher = Dispatcher::new(plan, Hands::new(link, pages, sink), os::monotonic_ns());
    let mut keys = Keys::listen();
    reactor::run(&mut dispatcher, &signals, &mut keys, pages)?;
    drop(keys);
    let stats = dispatcher.stats().clone();
    let sink = dispatcher.into_control().into_sink();
    // The zygote has done so, unless it was killed.
    remove(scratch.as_ref());
    Ok((sink, stats))
}

fn check_pattern(settings: &Settings) -> Result<(), RunError> {
    let Some(pattern) = &settings.name_pattern else {
        return Ok(());
    };
    pattern::check(pattern)?.map_err(|why| RunError::Pattern {
        pattern: pattern.clone(),
        why,
    })
}

fn worker_settings(settings: &Settings, scratch: Option<Scratch>) -> WorkerSettings {
    WorkerSettings {
        scratch,
        root: settings.root.clone(),
        name_pattern: settings.name_pattern.clone(),
        test_timeout: settings.test_timeout,
        load_timeout: settings.load_timeout,
        pass_with_no_tests: settings.pass_with_no_tests,
        retry: settings.retry,
        repeat_each: settings.repeat_each,
        seed: settings.seed,
        collect_only: settings.collect_only,
        isolate: settings.isolate,
        lazy_modules: settings.lazy_modules,
        preload: settings.preload.clone(),
        bails: settings.bail.is_some(),
        audit: settings.fail_on_leak,
        addon_teardown: settings.addon_teardown,
        trace_time: settings.trace_time,
        gc_stress: settings.gc_stress,
    }
}

fn remove(scratch: Option<&Scratch>) {
    if let Some(scratch) = scratch {
        scratch.remove();
    }
}

/// Writes what is left to write, then judges: a signal before a broken trun before failed tests.
fn finish(
    sink: Sink,
    stats: &RunStats,
    settings: &Settings,
    complain: &mut dyn FnMut(&str),
    warn: &mut dyn FnMut(&str),
) -> ExitCode {
    let Sink {
        reporters,
        outputs,
        history,
        end,
        failures,
        files,
        times,
    } = sink;
    if let Some(Err(error)) = history.map(History::write) {
        warn(&format!(
            "the durations of this run are not kept: {error}; --no-cache does without"
        ));
    }
    drop(reporters);
    let unwritten = outputs.finish(&settings.root, &mut io::stderr());
    let gone = |error: &OutputError| error.is_broken_pipe();
    unwritten
        .iter()
        .filter(|error| !gone(error))
        .for_each(|error| complain(&error.to_string()));
    if settings.trace_time {
        // Whoever closed standard error does not want it.
        let _ = io::stderr().write_all(times.to_text(&files, &settings.root).as_bytes());
    }
    // What a reporter could not write is what its sink could not: named once.
    if unwritten.is_empty() {
        failures.iter().for_each(|failure| complain(failure));
    }
    match end {
        // Standard output was not closed but full.
        Some(RunEnd::Interrupted(_)) if unwritten.iter().any(|error| !gone(error)) => ExitCode::Broken,
        Some(RunEnd::Interrupted(name)) => signal_code(&name),
        Some(RunEnd::Broken(_)) | None => ExitCode::Broken,
        _ if unwritten.iter().any(gone) => ExitCode::signal(Signal::SIGPIPE as i32),
        _ if !unwritten.is_empty() || !failures.is_empty() => ExitCode::Broken,
        Some(RunEnd::Completed) if found_nothing(stats, settings) => ExitCode::NoTests,
        _ if stats.is_failed() => ExitCode::Failed,
        _ => ExitCode::Passed,
    }
}

/// The order of the run's files: that of their paths, or by the seed.
fn order(files: usize, seed: Option<u32>) -> Vec<FileId> {
    let count = u32::try_from(files).unwrap_or(u32::MAX);
    match seed {
        Some(seed) => discovery::order::shuffled(count, seed)
            .into_iter()
            .map(FileId)
            .collect(),
        None => (0..count).map(FileId).collect(),
    }
}

/// Whether a run in which no test ran is an error.
fn must_run(settings: &Settings) -> bool {
    !settings.pass_with_no_tests && !settings.collect_only
}

fn found_nothing(stats: &RunStats, settings: &Settings) -> bool {
    must_run(settings) && stats.found_nothing(settings.name_pattern.is_some()) && stats.run_errors <= 1
}

/// The sentence about a run without tests.
pub(crate) fn nothing_found(settings: &Settings) -> String {
    settings.name_pattern.as_ref().map_or_else(
        || "no tests found: the files that ran declare none".to_owned(),
        |pattern| format!("no test matches -t {pattern}"),
    )
}

/// The exit code of a run that the signal of this name ended.
pub(crate) fn signal_code(name: &str) -> ExitCode {
    let signal = name.parse::<Signal>().ok();
    signal.map_or(ExitCode::Broken, |signal| ExitCode::signal(signal as i32))
}

fn utf8(path: &Path) -> Result<String, RunError> {
    path.to_str()
        .map(str::to_owned)
        .ok_or_else(|| RunError::NotUnicode(path.display().to_string()))
}
