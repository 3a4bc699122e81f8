//! What the user wants, resolved: [`Settings`] are complete, consistent and never change. [`super::resolve`] makes them.

use std::{path::PathBuf, time::Duration};

use trun_reporters::{JunitDialect, Kind};
use trun_vm::addons::Teardown;

/// Everything a run is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// The working directory, absolute. Paths are shown and matched relative to it.
    pub root: PathBuf,
    /// The arguments that say what to run; none means everything under `root`.
    pub paths: Vec<String>,
    /// Regular expressions; a test file whose absolute path matches one of them runs, too.
    pub path_patterns: Vec<String>,
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
    pub worker_memory: MemoryLimit,
    /// Whether output has colours.
    pub colour: ColourChoice,
    /// A worker that has grown beyond this many bytes is replaced between two files; `None`: never.
    pub recycle_above: MemoryLimit,
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
    /// Of packages that declare no side effects, only what is used is evaluated.
    pub lazy_modules: bool,
    /// Modules that every realm evaluates before its test file: absolute paths, or package names.
    pub preload: Vec<String>,
    /// When and how native addons end.
    pub addon_teardown: Teardown,
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
    /// Whether what each file's time went into is printed.
    pub trace_time: bool,
    /// Whether tests are only listed and not run.
    pub collect_only: bool,
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

/// How much memory a worker may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MemoryLimit {
    /// As much as there is.
    Unlimited,
    /// So many bytes.
    Each(u64),
    /// A share of so many bytes, whatever number of workers there will be.
    Shared(u64),
}

impl MemoryLimit {
    /// A share is never less than this: a worker with nothing in it takes 30 to 60 MiB.
    const LEAST_SHARE: u64 = 256 << 20;

    /// The bytes of one of so many workers; `None` for no limit.
    #[must_use]
    pub fn of_each(self, workers: usize) -> Option<u64> {
        match self {
            Self::Unlimited => None,
            Self::Each(bytes) => Some(bytes),
            Self::Shared(bytes) => Some((bytes / workers.max(1) as u64).max(Self::LEAST_SHARE)),
        }
    }

    /// Half of it.
    #[must_use]
    pub fn half(self) -> Self {
        match self {
            Self::Unlimited => Self::Unlimited,
            Self::Each(bytes) => Self::Each(bytes / 2),
            Self::Shared(bytes) => Self::Shared(bytes / 2),
        }
    }
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
