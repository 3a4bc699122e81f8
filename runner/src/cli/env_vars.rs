//! Every environment variable that the coordinator looks at, and nothing else's job.
//!
//! Each flag has one: `TRUN_` and its name in capitals. They are read from an [`Environment`] that [`crate::cli::parse`] is
//! given, so that tests state theirs. What the tests see in `process.env` is the worker's business.

use std::{
    collections::BTreeMap,
    ffi::{OsStr, OsString},
};

use super::{
    error::{UsageError, closest, did_you_mean},
    flags::{Row, TABLE, Takes},
    layer::{Given, Layer, Place, Word, switch, word},
    names::{PREFIX, env_var},
};

/// `TRUN_GC_STRESS=N` makes the engine collect garbage every N slow allocations, and fully at every swap. For finding
/// values that are not kept alive as they should be; slow. Unset, empty or 0: off.
pub const TRUN_GC_STRESS: &str = "TRUN_GC_STRESS";

/// What trun itself sets for the tests, and so finds when a test starts trun.
pub const TRUN_WORKER_ID: &str = "TRUN_WORKER_ID";

/// `NO_COLOR` with any text but none turns colours off (<https://no-color.org>).
pub const NO_COLOR: &str = "NO_COLOR";

/// `FORCE_COLOR` turns colours on where no terminal is seen, and wins over [`NO_COLOR`]. `0` and `false` turn them off.
pub const FORCE_COLOR: &str = "FORCE_COLOR";

/// `TERM=dumb` says that the terminal shows no colours.
pub const TERM: &str = "TERM";

/// `CI` with any text but none, `0` and `false` says that nobody watches: no progress view.
pub const CI: &str = "CI";

/// `COLUMNS` is how wide a page is where the output is no terminal.
pub const COLUMNS: &str = "COLUMNS";

/// What decides the character set, the first that is set: `LC_ALL`, `LC_CTYPE`, `LANG`.
pub const LOCALE: [&str; 3] = ["LC_ALL", "LC_CTYPE", "LANG"];

/// `GITHUB_ACTIONS=true` says that a workflow of GitHub runs us: what people read on stdout is followed by annotations.
pub const GITHUB_ACTIONS: &str = "GITHUB_ACTIONS";

/// `GITHUB_WORKSPACE` is the checkout that annotations are relative to.
pub const GITHUB_WORKSPACE: &str = "GITHUB_WORKSPACE";

/// `GITHUB_STEP_SUMMARY` names the file that becomes the page of a workflow's step.
pub const GITHUB_STEP_SUMMARY: &str = "GITHUB_STEP_SUMMARY";

/// Where the user's caches are, if not in `~/.cache`.
pub const XDG_CACHE_HOME: &str = "XDG_CACHE_HOME";

/// The user's folder.
pub const HOME: &str = "HOME";

/// Where programs are looked for.
pub const PATH: &str = "PATH";

/// The variables of a process, by name.
#[derive(Debug, Clone, Default)]
pub struct Environment(BTreeMap<OsString, OsString>);

impl Environment {
    /// A variable that is set and not empty.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&OsStr> {
        self.even_empty(name).filter(|value| !value.is_empty())
    }

    /// A variable that is set, maybe to nothing.
    #[must_use]
    pub fn even_empty(&self, name: &str) -> Option<&OsStr> {
        self.0.get(OsStr::new(name)).map(OsString::as_os_str)
    }
}

impl<N: Into<OsString>, V: Into<OsString>> FromIterator<(N, V)> for Environment {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(variables: I) -> Self {
        let all = variables.into_iter();
        Self(all.map(|(name, value)| (name.into(), value.into())).collect())
    }
}

/// The settings in the environment, and a sentence about each variable that looks like one and is none.
///
/// Those are no errors: a variable may belong to another version of trun, and nobody sees it while typing.
pub(super) fn read(env: &Environment) -> Result<(Layer, Vec<String>), UsageError> {
    let mut layer = Layer::default();
    for row in TABLE {
        if let Some(name) = row.env_var()
            && let Some(value) = env.get(&name)
        {
            values(row, &unicode(&name, value)?, &mut layer)?;
        }
        if let Some(name) = off_var(row)
            && let Some(value) = env.get(&name)
            && is_on(&name, &unicode(&name, value)?)?
        {
            layer.add(given(row, Word::Off));
        }
    }
    Ok((layer, strangers(env)))
}

/// Several values of a flag that may be repeated are parted by commas.
fn values(row: &Row, value: &str, layer: &mut Layer) -> Result<(), UsageError> {
    let parts: Vec<&str> = match row.takes {
        Takes::Many(_) => value
            .split(',')
            .map(str::trim)
            .filter(|part| !part.is_empty())
            .collect(),
        _ => vec![value],
    };
    for part in parts {
        let word = word(row.flag, part).map_err(|why| given(row, Word::Text(part.to_owned())).refuse(why))?;
        layer.add(given(row, word));
    }
    Ok(())
}

fn given(row: &Row, word: Word) -> Given {
    Given {
        flag: row.flag,
        word,
        place: Place::Environment,
    }
}

/// `TRUN_NO_ISOLATE=1` for `--no-isolate`.
fn off_var(row: &Row) -> Option<String> {
    row.env_var()?;
    row.has_off.then(|| env_var(&format!("no-{}", row.name)))
}

fn is_on(name: &str, value: &str) -> Result<bool, UsageError> {
    switch(value)
        .map(|word| word == Word::On)
        .ok_or_else(|| UsageError::InvalidValue {
            at: String::new(),
            setting: name.to_owned(),
            value: value.to_owned(),
            why: "true or false is needed".to_owned(),
        })
}

fn unicode(name: &str, value: &OsStr) -> Result<String, UsageError> {
    value
        .to_str()
        .map(str::to_owned)
        .ok_or_else(|| UsageError::InvalidValue {
            at: String::new(),
            setting: name.to_owned(),
            value: value.to_string_lossy().into_owned(),
            why: "it is not valid UTF-8".to_owned(),
        })
}

fn strangers(env: &Environment) -> Vec<String> {
    let mut known: Vec<String> = TABLE.iter().filter_map(Row::env_var).collect();
    known.extend(TABLE.iter().filter_map(off_var));
    known.extend([TRUN_GC_STRESS, TRUN_WORKER_ID].map(str::to_owned));
    let names = env.0.keys().filter_map(|name| name.to_str());
    names
        .filter_map(|name| Some((name, name.strip_prefix(PREFIX)?)))
        .filter(|(name, _)| !known.iter().any(|known| known == name))
        .map(|(name, rest)| {
            let meant =
                closest(rest, known.iter().map(|known| &known[PREFIX.len()..])).map(|rest| format!("{PREFIX}{rest}"));
            format!("unknown environment variable {name}{}", did_you_mean(meant.as_deref()))
        })
        .collect()
}
