//! From what was set to what holds: [`LowArgs`] in, [`Settings`] out.
//!
//! Everything that depends on the machine comes in through [`Surroundings`], so that resolving is a pure function. Who
//! writes where is decided in [`super::reporters`].

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use trun_reporters::JunitDialect;
use trun_vm::addons::{Teardown, TeardownMode};

use super::{
    args::{Typed, Verb},
    env_vars::{self, Environment},
    error::{UsageError, closest, did_you_mean},
    flags::Flag,
    layer::{Given, Layer, Place, Word},
    reporters, rerun,
    settings::{ColourChoice, MemoryLimit, OnCrash, Settings},
    values,
};

/// How long a test may take unless the user or the test says otherwise.
pub const DEFAULT_TEST_TIMEOUT: Duration = Duration::from_secs(5);

/// How long loading a file may take unless the user says otherwise.
pub const DEFAULT_LOAD_TIMEOUT: Duration = Duration::from_secs(60);
/// What native addons may take to end, unless told otherwise.
const DEFAULT_ADDON_TEARDOWN: Duration = Duration::from_secs(2);

/// How long a worker is busy with one file before it calls for others, unless the user says otherwise.
pub const DEFAULT_PARALLEL_DELAY: Duration = Duration::from_millis(5);

/// The part of the memory that all workers together may use, in per cent.
const MEMORY_SHARE: u64 = 80;

/// More workers than this are a typing error.
const MOST_WORKERS: usize = 1024;

/// The machine and the environment that settings are resolved in.
pub(super) struct Surroundings<'a> {
    /// The working directory.
    pub(super) root: PathBuf,
    /// Cores that this process may use.
    pub(super) cores: usize,
    /// Bytes of memory that this process may use, if that can be told.
    pub(super) memory: Option<u64>,
    /// The environment variables.
    pub(super) env: &'a Environment,
    /// A number that nobody foresees.
    pub(super) fresh_seed: u32,
    /// Whether there is a file here.
    pub(super) is_file: &'a dyn Fn(&Path) -> bool,
    /// Whether there is a folder here.
    pub(super) is_dir: &'a dyn Fn(&Path) -> bool,
}

/// What was set, wherever, still text.
#[derive(Debug)]
pub(super) struct LowArgs {
    /// How trun was called.
    pub(super) program: String,
    /// Whether tests are to be listed and not run.
    pub(super) lists: bool,
    /// Files, folders, globs, parts of paths, as they were typed.
    pub(super) paths: Vec<String>,
    /// All layers, merged.
    pub(super) set: Layer,
}

impl LowArgs {
    /// What was typed, over what the environment and the configuration say.
    pub(super) fn new(typed: Typed, lower: Layer) -> Self {
        Self {
            program: typed.program,
            lists: typed.verb == Some(Verb::List) || typed.flags.one(Flag::ListTests).is_some(),
            paths: typed.paths,
            set: typed.flags.over(lower),
        }
    }

    /// Whether this switch was turned on or off.
    pub(super) fn switch(&self, flag: Flag) -> Option<bool> {
        self.set.one(flag).map(|given| given.word == Word::On)
    }

    /// The value of a flag that needs one.
    fn parsed<T>(&self, flag: Flag, read: impl Fn(&str) -> Result<T, String>) -> Result<Option<T>, UsageError> {
        let read = |given: &Given| read(given.text().unwrap_or_default()).map_err(|why| given.refuse(why));
        self.set.one(flag).map(read).transpose()
    }

    fn texts(&self, flag: Flag) -> Vec<String> {
        let texts = self.set.all(flag).iter().filter_map(Given::text);
        texts.map(str::to_owned).collect()
    }
}

impl Settings {
    /// Decides what holds. What is worth a word but no error is added to `warnings`.
    pub(super) fn resolve(
        low: &LowArgs,
        surroundings: &Surroundings<'_>,
        warnings: &mut Vec<String>,
    ) -> Result<Self, UsageError> {
        let workers = workers(low.set.one(Flag::Parallel), surroundings.cores)?;
        let worker_memory = worker_memory(low, surroundings.memory)?;
        let seed = seed(low, surroundings.fresh_seed)?;
        Ok(Self {
            reporters: reporters::resolve(low, &surroundings.root, warnings)?,
            workers,
            test_timeout: limit(low.parsed(Flag::Timeout, values::duration)?, DEFAULT_TEST_TIMEOUT),
            load_timeout: limit(low.parsed(Flag::LoadTimeout, values::duration)?, DEFAULT_LOAD_TIMEOUT),
            on_crash: low.parsed(Flag::OnCrash, on_crash)?.unwrap_or_default(),
            recycle_above: recycle_above(low, worker_memory)?,
            worker_memory,
            colour: colour(low, surroundings.env),
            bail: bail(low.set.one(Flag::Bail))?,
            seed,
            retry: low.parsed(Flag::Retry, |text| number(text, 0))?.unwrap_or(0),
            repeat_each: low.parsed(Flag::RepeatEach, |text| number(text, 1))?.unwrap_or(1),
            isolate: low.switch(Flag::Isolate).unwrap_or(true),
            lazy_modules: low.switch(Flag::LazyModules).unwrap_or(true),
            preload: preload(low.set.all(Flag::Preload), surroundings)?,
            addon_teardown: addon_teardown(low)?,
            fail_on_leak: low.switch(Flag::FailOnLeak).unwrap_or(false),
            scale_up_after: low
                .parsed(Flag::ParallelDelay, values::duration)?
                .unwrap_or(DEFAULT_PARALLEL_DELAY),
            cache_dir: cache_dir(low, surroundings),
            junit_dialect: low.parsed(Flag::JunitDialect, junit_dialect)?.unwrap_or_default(),
            rerun: rerun::command(low, seed, surroundings),
            trace_time: low.switch(Flag::TraceTime).unwrap_or(false),
            collect_only: low.lists,
            gc_stress: gc_stress(surroundings.env)?,
            pass_with_no_tests: low.switch(Flag::PassWithNoTests).unwrap_or(false),
            name_pattern: low.parsed(Flag::TestNamePattern, |text| Ok(text.to_owned()))?,
            path_patterns: low.texts(Flag::TestPathPattern),
            paths: if low.paths.is_empty() && low.set.one(Flag::TestPathPattern).is_none() {
                low.texts(Flag::Paths)
            } else {
                low.paths.clone()
            },
            root: surroundings.root.clone(),
        })
    }
}

/// Zero means none.
fn limit(given: Option<Duration>, default: Duration) -> Option<Duration> {
    Some(given.unwrap_or(default)).filter(|limit| !limit.is_zero())
}

fn number(text: &str, least: u32) -> Result<u32, String> {
    values::count(text)
        .and_then(|count| u32::try_from(count).ok())
        .filter(|count| *count >= least)
        .ok_or_else(|| format!("a number from {least} on is needed"))
}

fn workers(given: Option<&Given>, cores: usize) -> Result<usize, UsageError> {
    let all = cores.clamp(1, MOST_WORKERS);
    let Some((given, text)) = given.and_then(|given| Some((given, given.text()?))) else {
        return Ok(all);
    };
    let share = |percent: usize| (1..=100).contains(&percent).then(|| (all * percent / 100).max(1));
    let count = match text.strip_suffix('%') {
        Some(percent) => values::count(percent).and_then(share),
        None => values::count(text).filter(|count| (1..=MOST_WORKERS).contains(count)),
    };
    let why =
        format!("a number from 1 to {MOST_WORKERS} is needed, a part of the cores like 50%, or no value for all cores");
    count.ok_or_else(|| given.refuse(why))
}

fn bail(given: Option<&Given>) -> Result<Option<u32>, UsageError> {
    let Some(given) = given else {
        return Ok(None);
    };
    match &given.word {
        Word::On => Ok(Some(1)),
        Word::Off => Ok(None),
        Word::Text(text) => number(text, 0)
            .map(|failures| Some(failures).filter(|failures| *failures > 0))
            .map_err(|why| given.refuse(why)),
    }
}

/// A seed asks for a random order, unless that was turned off in a place that counts as much.
fn seed(low: &LowArgs, fresh: u32) -> Result<Option<u32>, UsageError> {
    let seed = low.parsed(Flag::Seed, |text| {
        let seed = text.parse::<u32>().ok().filter(|_| values::count(text).is_some());
        seed.ok_or_else(|| format!("a number from 0 to {} is needed", u32::MAX))
    })?;
    let is_off = |randomize: &Given| low.set.one(Flag::Seed).is_none_or(|seed| randomize.outranks(seed));
    Ok(match low.set.one(Flag::Randomize) {
        Some(randomize) if randomize.word == Word::Off && is_off(randomize) => None,
        Some(randomize) if randomize.word == Word::On => seed.or(Some(fresh)),
        _ => seed,
    })
}

fn on_crash(text: &str) -> Result<OnCrash, String> {
    named(text, [("abort", OnCrash::Abort), ("continue", OnCrash::Continue)])
}

fn addon_teardown(low: &LowArgs) -> Result<Teardown, UsageError> {
    let mode = |text: &str| named(text, [("file", TeardownMode::File), ("run", TeardownMode::Run)]);
    Ok(Teardown {
        mode: low.parsed(Flag::AddonTeardown, mode)?.unwrap_or_default(),
        timeout: low
            .parsed(Flag::AddonTeardownTimeout, values::duration)?
            .unwrap_or(DEFAULT_ADDON_TEARDOWN),
    })
}

fn junit_dialect(text: &str) -> Result<JunitDialect, String> {
    named(text, [("rich", JunitDialect::Rich), ("plain", JunitDialect::Plain)])
}

fn named<T: Copy>(text: &str, known: [(&str, T); 2]) -> Result<T, String> {
    let names = known.map(|(name, _)| name);
    let found = known.into_iter().find(|(name, _)| *name == text);
    let why = || {
        format!(
            "there are {}{}",
            names.join(" and "),
            did_you_mean(closest(text, names))
        )
    };
    found.map(|(_, value)| value).ok_or_else(why)
}

fn worker_memory(low: &LowArgs, memory: Option<u64>) -> Result<MemoryLimit, UsageError> {
    Ok(match low.parsed(Flag::WorkerMemory, values::room)? {
        Some(0) => MemoryLimit::Unlimited,
        Some(limit) => MemoryLimit::Each(limit),
        None => memory.map_or(MemoryLimit::Unlimited, |memory| {
            MemoryLimit::Shared((memory / 100).saturating_mul(MEMORY_SHARE))
        }),
    })
}

fn recycle_above(low: &LowArgs, worker_memory: MemoryLimit) -> Result<MemoryLimit, UsageError> {
    Ok(match low.parsed(Flag::WorkerRecycle, values::size)? {
        Some(0) => MemoryLimit::Unlimited,
        Some(limit) => MemoryLimit::Each(limit),
        None => worker_memory.half(),
    })
}

/// A path (`./setup.ts`, `/abs/setup.ts`) must be there; anything else is the name of a package.
fn preload(given: &[Given], surroundings: &Surroundings<'_>) -> Result<Vec<String>, UsageError> {
    given
        .iter()
        .map(|given| {
            let text = given.text().unwrap_or_default();
            if text.is_empty() {
                return Err(given.refuse("a file like ./setup.ts or a package is needed"));
            }
            let path = plain(&surroundings.root.join(text));
            let is_path = text.starts_with(['.', '/']);
            match (is_path, (surroundings.is_file)(&path)) {
                (true, true) => Ok(path.to_string_lossy().into_owned()),
                (true, false) => Err(given.refuse(format!("there is no file {}", path.display()))),
                (false, true) => Err(given.refuse(format!("it would be a package; for the file write ./{text}"))),
                (false, false) => Ok(text.to_owned()),
            }
        })
        .collect()
}

/// The path without `.` components.
fn plain(path: &Path) -> PathBuf {
    path.components().collect()
}

fn cache_dir(low: &LowArgs, surroundings: &Surroundings<'_>) -> Option<PathBuf> {
    if low.switch(Flag::Cache) == Some(false) {
        return None;
    }
    let root = &surroundings.root;
    if let Some(folder) = low.set.one(Flag::CacheDir).and_then(Given::text) {
        return Some(plain(&root.join(folder)));
    }
    let packages = root.join("node_modules");
    if (surroundings.is_dir)(&packages) {
        return Some(packages.join(".cache/trun"));
    }
    let folder = |name| {
        surroundings
            .env
            .get(name)
            .map(PathBuf::from)
            .filter(|path| path.is_absolute())
    };
    let caches = folder(env_vars::XDG_CACHE_HOME).or_else(|| Some(folder(env_vars::HOME)?.join(".cache")))?;
    Some(caches.join("trun"))
}

/// What was typed wins over the environment and that over a configuration; `FORCE_COLOR` over `NO_COLOR`: the order that
/// Node's tools agree on.
fn colour(low: &LowArgs, env: &Environment) -> ColourChoice {
    let chosen = |on: bool| if on { ColourChoice::Always } else { ColourChoice::Never };
    let given = low.set.one(Flag::Color);
    let said = given.map(|given| chosen(given.word == Word::On));
    if let (Some(given), Some(said)) = (given, said)
        && !matches!(given.place, Place::File { .. })
    {
        return said;
    }
    if let Some(forced) = env.even_empty(env_vars::FORCE_COLOR) {
        return chosen(forced != "0" && forced != "false");
    }
    match env.get(env_vars::NO_COLOR) {
        Some(_) => ColourChoice::Never,
        None => said.unwrap_or_default(),
    }
}

fn gc_stress(env: &Environment) -> Result<Option<u32>, UsageError> {
    let Some(value) = env.get(env_vars::TRUN_GC_STRESS) else {
        return Ok(None);
    };
    match value.to_str().and_then(|text| text.trim().parse::<u32>().ok()) {
        Some(0) => Ok(None),
        Some(every) => Ok(Some(every)),
        None => Err(UsageError::InvalidValue {
            at: String::new(),
            setting: env_vars::TRUN_GC_STRESS.to_owned(),
            value: value.to_string_lossy().into_owned(),
            why: "a number of allocations is needed, like 20; 0 turns it off".to_owned(),
        }),
    }
}
