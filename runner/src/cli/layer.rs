//! What was set, where: one [`Layer`] for the command line, one for the environment, one for the configuration.
//!
//! Values stay text and know their place, so that a message about one names what the user has to change. The layers are
//! merged flag by flag: the first that has a flag decides, lists included.

use std::{collections::BTreeMap, fmt};

use super::{
    error::UsageError,
    flags::{Flag, Takes, row},
    names::env_var,
};

/// What was said about a flag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Word {
    /// It has this value.
    Text(String),
    /// It is on: a switch, or a flag whose value was left out.
    On,
    /// It is off: `--no-…`, `false`.
    Off,
}

/// Where it was said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// On the command line, under this name.
    CommandLine(&'static str),
    /// In the environment.
    Environment,
    /// In a configuration.
    File {
        /// As messages name it.
        name: String,
        /// 1-based.
        line: usize,
    },
}

impl Place {
    /// The lower, the stronger.
    fn rank(&self) -> u8 {
        match self {
            Self::CommandLine(_) => 0,
            Self::Environment => 1,
            Self::File { .. } => 2,
        }
    }
}

/// One setting as it was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given {
    /// Which.
    pub flag: Flag,
    /// What.
    pub word: Word,
    /// Where.
    pub place: Place,
}

impl Given {
    /// Its text, if it is one.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match &self.word {
            Word::Text(text) => Some(text),
            Word::On | Word::Off => None,
        }
    }

    /// The message that its value is none that the flag takes. `why` says which are.
    #[must_use]
    pub fn refuse(&self, why: impl Into<String>) -> UsageError {
        let value = match &self.word {
            Word::Text(text) => text.clone(),
            Word::On => "true".to_owned(),
            Word::Off => "false".to_owned(),
        };
        UsageError::InvalidValue {
            at: self.at(),
            setting: self.to_string(),
            value,
            why: why.into(),
        }
    }

    /// `trun.toml:3: ` in front of a message; nothing where the name says it all.
    #[must_use]
    pub fn at(&self) -> String {
        match &self.place {
            Place::File { name, line } => format!("{name}:{line}: "),
            Place::CommandLine(_) | Place::Environment => String::new(),
        }
    }

    /// Whether it stands in a place that counts at least as much.
    #[must_use]
    pub fn outranks(&self, other: &Self) -> bool {
        self.place.rank() <= other.place.rank()
    }
}

/// The setting's name where it was set: `--bail`, `TRUN_BAIL`, `bail`.
impl fmt::Display for Given {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let row = row(self.flag);
        match &self.place {
            Place::CommandLine(name) if self.word == Word::Off => write!(out, "--no-{name}"),
            Place::CommandLine(name) => write!(out, "--{name}"),
            Place::Environment => out.write_str(&env_var(row.name)),
            Place::File { .. } => out.write_str(&row.key().unwrap_or_default()),
        }
    }
}

/// What was said in one place.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Layer(BTreeMap<Flag, Vec<Given>>);

impl Layer {
    /// Adds a setting: to the others of a flag that may be repeated, in place of the one before otherwise.
    pub fn add(&mut self, given: Given) {
        let all = self.0.entry(given.flag).or_default();
        if !matches!(row(given.flag).takes, Takes::Many(_)) {
            all.clear();
        }
        all.push(given);
    }

    /// All that was said about this flag.
    #[must_use]
    pub fn all(&self, flag: Flag) -> &[Given] {
        self.0.get(&flag).map_or(&[], Vec::as_slice)
    }

    /// What was said about a flag that is not repeated.
    #[must_use]
    pub fn one(&self, flag: Flag) -> Option<&Given> {
        self.all(flag).last()
    }

    /// Every flag that was given, in the order of the table.
    pub fn iter(&self) -> impl Iterator<Item = &Given> {
        self.0.values().flatten()
    }

    /// Puts this layer on top of `lower`: what it does not say, `lower` decides.
    #[must_use]
    pub fn over(mut self, lower: Self) -> Self {
        for (flag, all) in lower.0 {
            self.0.entry(flag).or_insert(all);
        }
        self
    }
}

/// Reads a switch as it is written after an equals sign or in the environment.
#[must_use]
pub fn switch(text: &str) -> Option<Word> {
    match text {
        "true" | "1" => Some(Word::On),
        "false" | "0" => Some(Word::Off),
        _ => None,
    }
}

/// The word that this text is for this flag.
///
/// # Errors
/// What a switch takes, if the flag is one and the text is none of it.
pub fn word(flag: Flag, text: &str) -> Result<Word, &'static str> {
    let row = row(flag);
    match (row.takes, text) {
        (Takes::Switch, _) => switch(text).ok_or("true or false is needed"),
        (Takes::Maybe(_), "true") => Ok(Word::On),
        (Takes::Maybe(_) | Takes::One(_), "false") if row.has_off => Ok(Word::Off),
        _ => Ok(Word::Text(text.to_owned())),
    }
}
