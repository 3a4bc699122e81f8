//! Flags of other runners that people have in their scripts and editors pass: what becomes of each.
//!
//! The one place for that decision. What asks for what trun does anyway is taken quietly; what asks for what trun cannot do
//! is an error that says so. Flags that mean the same as one of trun's under another name, and take the same, are aliases
//! in [`super::flags`].

use super::flags::Flag;

/// What becomes of a flag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It sets this flag to its value.
    Sets(Flag),
    /// It sets this flag to this value.
    SetsTo(Flag, &'static str),
    /// trun does that anyway.
    Taken,
    /// trun cannot do that. Turned off (`--watch=false`, `--no-watch`) it is taken.
    Refused(&'static str),
}

/// A flag of another runner.
#[derive(Debug, Clone, Copy)]
pub struct Other {
    /// Its name without dashes.
    pub name: &'static str,
    /// Its letter.
    pub short: Option<char>,
    /// Other spellings.
    pub aliases: &'static [&'static str],
    /// What becomes of it.
    pub fate: Fate,
}

const fn other(name: &'static str, fate: Fate) -> Other {
    Other {
        name,
        short: None,
        aliases: &[],
        fate,
    }
}

impl Other {
    const fn short(mut self, short: char) -> Self {
        self.short = Some(short);
        self
    }

    const fn aliases(mut self, aliases: &'static [&'static str]) -> Self {
        self.aliases = aliases;
        self
    }
}

use Fate::{Refused, Sets, SetsTo, Taken};

const NO_WATCH: &str = "trun does not watch files yet; it runs once and ends";
const NO_SNAPSHOTS: &str = "trun has no snapshots yet";
const NO_HISTORY: &str = "trun does not choose tests by what has changed yet; name files, folders or globs";

/// All of them.
pub const OTHERS: &[Other] = &[
    // Another name, and the value may stand apart.
    other("maxWorkers", Sets(Flag::Parallel))
        .short('w')
        .aliases(&["max-workers"]),
    other("runInBand", SetsTo(Flag::Parallel, "1"))
        .short('i')
        .aliases(&["run-in-band"]),
    // vitest's, by its whole name.
    other("no-file-parallelism", SetsTo(Flag::Parallel, "1")),
    // trun stops what a file leaves open, always.
    other("forceExit", Taken).aliases(&["force-exit"]),
    // The leaks of a file are reported, always.
    other("detectOpenHandles", Taken).aliases(&["detect-open-handles"]),
    // Places of tests are in every report, always.
    other("testLocationInResults", Taken),
    // An argument that is a file is a path first, and a part of paths only if there is none.
    other("runTestsByPath", Taken),
    // Editors read both streams; the line they wait for is on stderr.
    other("useStderr", Taken),
    // The terminal shows each failure whole, and what passed in the reports.
    other("verbose", Taken),
    // Nothing is written into the project, with or without.
    other("ci", Taken),
    // trun runs once.
    other("run", Taken),
    // `describe`, `test`, `expect` … are globals.
    other("globals", Taken),
    other("watch", Refused(NO_WATCH)),
    other("watchAll", Refused(NO_WATCH)).aliases(&["watch-all"]),
    other("coverage", Refused("trun does not measure coverage yet")).aliases(&["collectCoverage"]),
    other("updateSnapshot", Refused(NO_SNAPSHOTS))
        .short('u')
        .aliases(&["update", "update-snapshots"]),
    other("findRelatedTests", Refused(NO_HISTORY)),
    other("onlyChanged", Refused(NO_HISTORY))
        .short('o')
        .aliases(&["changed"]),
    other("onlyFailures", Refused(NO_HISTORY)),
];
