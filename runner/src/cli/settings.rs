//! What the user wants, resolved: [`Settings`] are complete, consistent and never change.
//!
//! Everything that depends on the machine comes in through [`Surroundings`], so that resolving is a pure function.

use std::{ffi::OsString, path::PathBuf, time::Duration};

use trun_reporters::{JunitDialect, Kind};

use super::{
    args::LowArgs,
    env_vars,
    error::{UsageError, closest, did_you_mean},
    reporters, values,
};

/// How long a test may take unless the user or the test says otherwise.
pub const DEFAULT_TEST_TIMEOUT: Duration = Duration::from_secs(5);

/// How long loading a file may take unless the user says otherwise.
pub const DEFAULT_LOAD_TIMEOUT: Duration = Duration::from_secs(60);

/// The part of the memory that all workers together may use, in per cent.
const MEMORY_SHARE: u64 = 80;

/// More workers than this are a typing error.
const MOST_WORKERS: usize = 1024;

/// Everything a run is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// The working directory, absolute. Paths are shown and matched relative to it.
    pub root: PathBuf,
    /// The arguments that say what to run; none means everything under `root`.
    pub paths: Vec<String>,
    /// How many workers there may be at a time; at least 1.
    pub workers: usize,
    /// A regular expression of JavaScript that full titles must match. Not yet checked: only the engine can.
    pub name_pattern: Option<String>,
    /// How long a test or a hook may take; `None` for ever.
    pub test_timeout: Option<Duration>,
    /// How long loading a file may take; `None` for ever.
    pub load_timeout: Option<Duration>,
    /// Who tells about the run. At most one writes to stdout.
    pub reporters: Vec<ReporterSpec>,
    /// Whether finding no tests is a success.
    pub pass_with_no_tests: bool,
    /// What a crashed worker means for the others.
    pub on_crash: OnCrash,
    /// The bytes that one worker may use before it is killed; `None` for no limit.
    pub worker_memory: Option<u64>,
    /// Whether output has colours.
    pub colour: ColourChoice,
    /// A worker that has grown beyond this many bytes is replaced between two files; `None`: never.
    pub recycle_above: Option<u64>,
    /// Failures (tests and file errors) after which no further file is started.
    pub bail: Option<u32>,
    /// Seed of a random order of files and tests; `None`: the order of paths and declarations.
    pub seed: Option<u32>,
    /// How often a failed test is tried again.
    pub retry: u32,
    /// How often each test runs; at least 1.
    pub repeat_each: u32,
    /// Whether every file gets a realm of its own.
    pub isolate: bool,
    /// Modules that every realm evaluates before its test file: absolute paths, or package names.
    pub preload: Vec<String>,
    /// Whether a leak fails its file.
    pub fail_on_leak: bool,
    /// A worker busy with one file for this long calls for more workers.
    pub scale_up_after: Duration,
    /// Where durations of files are kept between runs; absolute. `None`: nowhere.
    pub cache_dir: Option<PathBuf>,
    /// The form of JUnit documents.
    pub junit_dialect: JunitDialect,
    /// The program and those flags, as they were typed, that a command to rerun one test of this run needs: not the paths, `-t`,
    /// reporters, `--bail`, `--parallel`.
    pub rerun: Vec<String>,
    /// Collect garbage every so many slow allocations.
    pub gc_stress: Option<u32>,
}

/// A reporter and where it writes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReporterSpec {
    /// Which one.
    pub kind: Kind,
    /// The file, absolute; `None` for stdout.
    pub file: Option<PathBuf>,
}

/// What a crashed worker means for the others.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum OnCrash {
    /// The run ends at once.
    #[default]
    Abort,
    /// The file fails, the others go on.
    Continue,
}

impl OnCrash {
    const ALL: [(&'static str, Self); 2] = [("abort", Self::Abort), ("continue", Self::Continue)];
}

/// What the user said about colours.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ColourChoice {
    /// Nothing: colours if stdout is a terminal that has them.
    #[default]
    Auto,
    /// Colours.
    Always,
    /// No colours.
    Never,
}

/// The machine and the environment that settings are resolved in.
pub(super) struct Surroundings<'a> {
    /// The working directory.
    pub(super) root: PathBuf,
    /// Cores that this process may use.
    pub(super) cores: usize,
    /// Bytes of memory that this process may use, if that can be told.
    pub(super) memory: Option<u64>,
    /// Looks up an environment variable.
    pub(super) env: &'a dyn Fn(&str) -> Option<OsString>,
}

impl Settings {
    pub(super) fn resolve(low: LowArgs, surroundings: &Surroundings<'_>) -> Result<Self, UsageError> {
        let workers = workers(low.parallel.as_ref(), surroundings.cores)?;
        Ok(Self {
            reporters: reporters::resolve(&low, &surroundings.root)?,
            workers,
            test_timeout: timeout("--timeout", low.timeout.as_deref(), DEFAULT_TEST_TIMEOUT)?,
            load_timeout: timeout("--load-timeout", low.load_timeout.as_deref(), DEFAULT_LOAD_TIMEOUT)?,
            on_crash: on_crash(low.on_crash.as_deref())?,
            worker_memory: worker_memory(low.worker_memory.as_deref(), surroundings.memory, workers)?,
            colour: colour(&low, surroundings.env),
            recycle_above: None,
            bail: None,
            seed: None,
            retry: 0,
            repeat_each: 1,
            isolate: true,
            preload: Vec::new(),
            fail_on_leak: false,
            scale_up_after: Duration::from_millis(5),
            cache_dir: None,
            junit_dialect: JunitDialect::default(),
            rerun: vec!["trun".to_owned()],
            gc_stress: gc_stress(surroundings.env)?,
            pass_with_no_tests: low.pass_with_no_tests,
            name_pattern: low.test_name_pattern,
            paths: low.paths,
            root: surroundings.root.clone(),
        })
    }
}

fn workers(typed: Option<&Option<String>>, cores: usize) -> Result<usize, UsageError> {
    let Some(Some(typed)) = typed else {
        return Ok(cores.clamp(1, MOST_WORKERS));
    };
    match values::count(typed) {
        Some(count @ 1..=MOST_WORKERS) => Ok(count),
        _ => Err(UsageError::InvalidValue {
            flag: "--parallel",
            value: typed.clone(),
            why: format!("a number from 1 to {MOST_WORKERS} is needed, or no `=` for one worker per core"),
        }),
    }
}

fn timeout(flag: &'static str, typed: Option<&str>, default: Duration) -> Result<Option<Duration>, UsageError> {
    let Some(typed) = typed else {
        return Ok(Some(default));
    };
    let limit = values::duration(typed).map_err(|why| UsageError::InvalidValue {
        flag,
        value: typed.to_owned(),
        why,
    })?;
    Ok(Some(limit).filter(|limit| !limit.is_zero()))
}

fn on_crash(typed: Option<&str>) -> Result<OnCrash, UsageError> {
    let Some(typed) = typed else {
        return Ok(OnCrash::default());
    };
    if let Some((_, policy)) = OnCrash::ALL.into_iter().find(|(name, _)| *name == typed) {
        return Ok(policy);
    }
    let suggestion = closest(typed, OnCrash::ALL.map(|(name, _)| name));
    Err(UsageError::InvalidValue {
        flag: "--on-crash",
        value: typed.to_owned(),
        why: format!("there are abort and continue{}", did_you_mean(suggestion)),
    })
}

fn worker_memory(typed: Option<&str>, memory: Option<u64>, workers: usize) -> Result<Option<u64>, UsageError> {
    let Some(typed) = typed else {
        let share = |memory: u64| (memory / 100).saturating_mul(MEMORY_SHARE) / workers as u64;
        return Ok(memory.map(share));
    };
    let limit = values::size(typed).map_err(|why| UsageError::InvalidValue {
        flag: "--worker-memory",
        value: typed.to_owned(),
        why,
    })?;
    Ok(Some(limit).filter(|limit| *limit != 0))
}

/// The flag wins over the environment, and `FORCE_COLOR` over `NO_COLOR`: the order that Node's tools agree on.
fn colour(low: &LowArgs, env: &dyn Fn(&str) -> Option<OsString>) -> ColourChoice {
    if low.color {
        return ColourChoice::Always;
    }
    if low.no_color {
        return ColourChoice::Never;
    }
    if let Some(forced) = env(env_vars::FORCE_COLOR) {
        let off = forced == "0" || forced == "false";
        return if off { ColourChoice::Never } else { ColourChoice::Always };
    }
    match env(env_vars::NO_COLOR) {
        Some(said) if !said.is_empty() => ColourChoice::Never,
        _ => ColourChoice::Auto,
    }
}

fn gc_stress(env: &dyn Fn(&str) -> Option<OsString>) -> Result<Option<u32>, UsageError> {
    let Some(value) = env(env_vars::TRUN_GC_STRESS).filter(|value| !value.is_empty()) else {
        return Ok(None);
    };
    match value.to_str().and_then(|text| text.trim().parse::<u32>().ok()) {
        Some(0) => Ok(None),
        Some(every) => Ok(Some(every)),
        None => Err(UsageError::InvalidEnvVar {
            name: env_vars::TRUN_GC_STRESS,
            value: value.to_string_lossy().into_owned(),
            why: "a number of allocations is needed, like 20; 0 turns it off".to_owned(),
        }),
    }
}
