//! The one table of trun's flags. Each is also an environment variable and a key of the configuration.
//!
//! Owns their names, what they take and what is said about them: the parser of the command line, the reader of
//! configurations, the help and `docs/configuration.md` are all made from it. What a value means is decided in
//! [`super::settings`].

use trun_reporters::Kind;

use super::names::{env_var, kebab};

/// Everything that can be set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs, reason = "the table below says what each of them is")]
pub enum Flag {
    Paths,
    TestNamePattern,
    TestPathPattern,
    PassWithNoTests,
    Bail,
    Randomize,
    Seed,
    Retry,
    RepeatEach,
    Timeout,
    LoadTimeout,
    Parallel,
    ParallelDelay,
    WorkerMemory,
    WorkerRecycle,
    OnCrash,
    Isolate,
    LazyModules,
    Preload,
    FailOnLeak,
    AddonTeardown,
    AddonTeardownTimeout,
    Reporter,
    OutputFile,
    OutputFileOf(Kind),
    ReporterOutfile,
    JunitDialect,
    TraceTime,
    Color,
    Config,
    Cache,
    CacheDir,
    Json,
    FilesOnly,
    ListTests,
    Version,
    Help,
}

/// What follows a flag. The text is the placeholder in the help.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Takes {
    /// Nothing: `--isolate`, `--no-isolate`; `true` or `false` in a configuration.
    Switch,
    /// Maybe a value, after an equals sign.
    Maybe(&'static str),
    /// A value.
    One(&'static str),
    /// A value each time; may be repeated.
    Many(&'static str),
}

/// Where something can be set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// On the command line, in the environment, in a configuration.
    Anywhere,
    /// On the command line and in the environment.
    NotInFiles,
    /// On the command line alone.
    CommandLine,
    /// In a configuration alone.
    File,
}

/// What the help is divided into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Topic {
    /// `trun --help` itself.
    Overview,
    /// Which tests run, how often and how long.
    Running,
    /// Processes.
    Workers,
    /// What files share and leave behind.
    Isolation,
    /// Who tells about the run.
    Reports,
    /// Where settings come from.
    Config,
    /// `trun list`.
    Listing,
}

/// A line of the table.
#[derive(Debug, Clone, Copy)]
pub struct Row {
    /// Which.
    pub flag: Flag,
    /// Its name without dashes, as the help has it.
    pub name: &'static str,
    /// Its letter.
    pub short: Option<char>,
    /// Other names of the flag. Configurations know only the first name.
    pub aliases: &'static [&'static str],
    /// What follows it.
    pub takes: Takes,
    /// Whether it can be turned off: `--no-NAME`. Switches always can, unless they are only for the command line.
    pub has_off: bool,
    /// Where it can be set.
    pub scope: Scope,
    /// Where the help explains it.
    pub topic: Topic,
    /// What it does, in a few words.
    pub about: &'static str,
    /// What holds if it is not given; empty if that is obvious.
    pub default: &'static str,
    /// Whether a command that runs one test again needs it.
    pub reruns: bool,
}

impl Row {
    const fn new(flag: Flag, name: &'static str, takes: Takes, topic: Topic, about: &'static str) -> Self {
        Self {
            flag,
            name,
            short: None,
            aliases: &[],
            takes,
            has_off: matches!(takes, Takes::Switch),
            scope: Scope::Anywhere,
            topic,
            about,
            default: "",
            reruns: false,
        }
    }

    const fn short(mut self, short: char) -> Self {
        self.short = Some(short);
        self
    }

    const fn aliases(mut self, aliases: &'static [&'static str]) -> Self {
        self.aliases = aliases;
        self
    }

    const fn default(mut self, default: &'static str) -> Self {
        self.default = default;
        self
    }

    const fn has_off(mut self) -> Self {
        self.has_off = true;
        self
    }

    const fn scope(mut self, scope: Scope) -> Self {
        self.has_off = self.has_off && !matches!(scope, Scope::CommandLine);
        self.scope = scope;
        self
    }

    const fn reruns(mut self) -> Self {
        self.reruns = true;
        self
    }

    /// Its key in a configuration, in kebab case; `None` if it has none.
    #[must_use]
    pub fn key(&self) -> Option<String> {
        matches!(self.scope, Scope::Anywhere | Scope::File).then(|| kebab(self.name))
    }

    /// Its environment variable; `None` if it has none.
    #[must_use]
    pub fn env_var(&self) -> Option<String> {
        matches!(self.scope, Scope::Anywhere | Scope::NotInFiles).then(|| env_var(self.name))
    }

    /// What its value is called in the help; empty if it takes none.
    #[must_use]
    pub fn placeholder(&self) -> &'static str {
        match self.takes {
            Takes::Switch => "",
            Takes::Maybe(name) | Takes::One(name) | Takes::Many(name) => name,
        }
    }

    /// Whether a number without quotes makes sense in a configuration.
    #[must_use]
    pub fn takes_number(&self) -> bool {
        matches!(self.placeholder(), "N" | "TIME" | "SIZE")
    }
}

/// The line of this flag.
#[must_use]
pub fn row(flag: Flag) -> &'static Row {
    let found = TABLE.iter().find(|row| row.flag == flag);
    found.expect("every flag has a line in the table; a test holds it to that")
}

use Takes::{Many, Maybe, One, Switch};
use Topic::{Config, Isolation, Listing, Overview, Reports, Running, Workers};

const fn output_file(kind: Kind, name: &'static str) -> Row {
    Row::new(
        Flag::OutputFileOf(kind),
        name,
        One("FILE"),
        Reports,
        "write the report of this reporter to FILE",
    )
}

/// All of them, in the order of the help.
#[rustfmt::skip]
pub const TABLE: &[Row] = &[
    Row::new(Flag::Paths, "paths", Many("PATH"), Running, "what runs when no PATH is typed")
        .scope(Scope::File).default("the working directory"),
    Row::new(Flag::TestNamePattern, "test-name-pattern", One("REGEX"), Running,
        "only tests whose titles, suites included and joined by spaces, match").short('t'),
    Row::new(Flag::TestPathPattern, "testPathPattern", Many("REGEX"), Running,
        "only test files whose absolute path matches; joins the PATHs")
        .aliases(&["testPathPatterns", "test-path-patterns"]).scope(Scope::CommandLine),
    Row::new(Flag::PassWithNoTests, "pass-with-no-tests", Switch, Running, "exit 0 when no tests are found"),
    Row::new(Flag::Bail, "bail", Maybe("N"), Running, "start no further file after N failures; alone: 1")
        .short('b').has_off().default("never"),
    Row::new(Flag::Randomize, "randomize", Switch, Running, "run files and tests in a random order"),
    Row::new(Flag::Seed, "seed", One("N"), Running, "the random order with this number; implies --randomize")
        .default("a new one, which reports name"),
    Row::new(Flag::Retry, "retry", One("N"), Running, "try a failed test again, up to N times").default("0").reruns(),
    Row::new(Flag::RepeatEach, "repeat-each", One("N"), Running, "run each test N times; all must pass")
        .aliases(&["rerun-each", "rerunEach"]).default("1").reruns(),
    Row::new(Flag::Timeout, "timeout", One("TIME"), Running,
        "time limit of a test or hook, in ms or like 5s; 0: none")
        .aliases(&["testTimeout", "test-timeout"]).default("5000").reruns(),
    Row::new(Flag::LoadTimeout, "load-timeout", One("TIME"), Running, "time limit for loading a file")
        .default("60s").reruns(),

    Row::new(Flag::Parallel, "parallel", Maybe("N"), Workers,
        "workers at most, or a part of the cores like 50%").default("all cores"),
    Row::new(Flag::ParallelDelay, "parallel-delay", One("TIME"), Workers,
        "a worker busy with one file for this long calls for more workers").default("5ms"),
    Row::new(Flag::WorkerMemory, "worker-memory", One("SIZE"), Workers,
        "kill a worker above this, like 512M or 2G; 0: never").default("80 % of the memory, shared by the workers"),
    Row::new(Flag::WorkerRecycle, "worker-recycle", One("SIZE"), Workers,
        "replace a worker that is above this after a file; 0: never").default("half of worker-memory"),
    Row::new(Flag::OnCrash, "on-crash", One("POLICY"), Workers,
        "after a worker crashed: abort or continue").default("abort"),

    Row::new(Flag::Isolate, "isolate", Switch, Isolation,
        "a realm (global object and modules) of its own for every file").default("on").reruns(),
    Row::new(Flag::LazyModules, "lazy-modules", Switch, Isolation,
        "of packages with \"sideEffects\": false evaluate only what is used").default("on").reruns(),
    Row::new(Flag::Preload, "preload", Many("MODULE"), Isolation,
        "a file (./setup.ts) or package to evaluate in every realm first; repeatable")
        .aliases(&["setupFiles", "setup-files", "setupFilesAfterEnv"]).reruns(),
    Row::new(Flag::FailOnLeak, "fail-on-leak", Switch, Isolation,
        "a file that leaves timers, servers, children ... behind fails").reruns(),
    Row::new(Flag::AddonTeardown, "addon-teardown", One("WHEN"), Isolation,
        "native addons end with their file, or with the run and move to each next file: file or run")
        .default("file").reruns(),
    Row::new(Flag::AddonTeardownTimeout, "addon-teardown-timeout", One("TIME"), Isolation,
        "what addons may take to end; what does not end in time is reported as a leak")
        .default("2s").reruns(),

    Row::new(Flag::Reporter, "reporter", Many("NAME[:FILE]"), Reports,
        "default, dots, json, junit, github or none; repeatable").aliases(&["reporters"]).default("default"),
    Row::new(Flag::OutputFile, "outputFile", One("FILE"), Reports, "write the report of reporter json to FILE"),
    output_file(Kind::Default, "outputFile.default"),
    output_file(Kind::Dots, "outputFile.dots"),
    output_file(Kind::Json, "outputFile.json"),
    output_file(Kind::Junit, "outputFile.junit"),
    output_file(Kind::Github, "outputFile.github"),
    Row::new(Flag::ReporterOutfile, "reporter-outfile", One("FILE"), Reports,
        "write the report of the one reporter beside `default` to FILE"),
    Row::new(Flag::JunitDialect, "junit-dialect", One("FORM"), Reports,
        "rich (flaky tests and retries have elements of their own) or plain").default("rich"),
    Row::new(Flag::TraceTime, "trace-time", Switch, Reports,
        "print at the end what the time of each file went into"),
    Row::new(Flag::Color, "color", Switch, Reports, "colours, whatever the terminal and the environment say")
        .aliases(&["colors", "colour"]),

    Row::new(Flag::Config, "config", One("FILE"), Config, "read this configuration and no other; --no-config: none")
        .short('c').has_off().scope(Scope::NotInFiles).default("trun.toml or package.json").reruns(),
    Row::new(Flag::Cache, "cache", Switch, Config, "keep durations of files between runs").default("on"),
    Row::new(Flag::CacheDir, "cache-dir", One("DIR"), Config, "where they are kept")
        .default("node_modules/.cache/trun, else the user's cache"),

    Row::new(Flag::Json, "json", Switch, Listing, "one JSON array; without `list`: as --reporter=json")
        .scope(Scope::CommandLine),
    Row::new(Flag::FilesOnly, "files-only", Switch, Listing, "files and not their tests")
        .scope(Scope::CommandLine),
    Row::new(Flag::ListTests, "listTests", Switch, Listing, "as `trun list --files-only`, with absolute paths")
        .scope(Scope::CommandLine),

    Row::new(Flag::Version, "version", Switch, Overview, "print the versions of trun and its engine")
        .short('v').scope(Scope::CommandLine),
    Row::new(Flag::Help, "help", Maybe("TOPIC"), Overview, "print this, or what there is to say about TOPIC")
        .short('h').scope(Scope::CommandLine),
];
