//! What a user can get wrong on the command line. Owns the wording: the thing, its place, the way out.

use std::io;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use thiserror::Error;

use super::exit_code::ExitCode;

/// The command line, or an environment variable, cannot be followed.
#[derive(Debug, Error)]
pub enum UsageError {
    /// There is no such flag.
    #[error("unknown flag {flag}{}; `trun --help` lists all flags", did_you_mean(.suggestion.as_deref()))]
    UnknownFlag {
        /// As it was typed.
        flag: String,
        /// A flag that reads like it.
        suggestion: Option<String>,
    },
    /// A flag that needs a value has none.
    #[error("{flag} needs a value: {form}")]
    MissingValue {
        /// The flag.
        flag: String,
        /// How it is written.
        form: String,
    },
    /// A flag that takes no value has one.
    #[error("{flag} takes no value, but was given \"{value}\"")]
    UnexpectedValue {
        /// The flag.
        flag: String,
        /// What it was given.
        value: String,
    },
    /// The value of a setting is not one that it takes.
    #[error("{at}invalid value \"{value}\" for {setting}: {why}")]
    InvalidValue {
        /// `trun.toml:3: `, or nothing.
        at: String,
        /// Its name where it was set: `--bail`, `TRUN_BAIL`, `bail`.
        setting: String,
        /// As it was written.
        value: String,
        /// What the setting takes.
        why: String,
    },
    /// A flag of another runner asks for what trun cannot do.
    #[error("{flag} is not possible: {why}")]
    Refused {
        /// As it was typed.
        flag: String,
        /// What trun does not do.
        why: &'static str,
    },
    /// A configuration cannot be read or understood.
    #[error("{at}: {problem}")]
    Config {
        /// The file, and the line if there is one: `trun.toml:3`.
        at: String,
        /// What is wrong with it.
        problem: String,
    },
    /// Flags that do not go together, or words that are none.
    #[error("{0}")]
    Contradiction(String),
    /// An argument is not Unicode.
    #[error("an argument is not valid UTF-8; name the folder that holds the file instead")]
    NotUnicode,
    /// There is no working directory.
    #[error("failed to find the working directory: {0}; change to a folder that exists")]
    NoWorkingDirectory(#[source] io::Error),
    /// Whatever else the parser of the command line says.
    #[error("{0}; `trun --help` lists all flags")]
    Other(String),
}

impl UsageError {
    /// What trun exits with after this.
    #[must_use]
    pub fn exit_code(&self) -> ExitCode {
        ExitCode::Usage
    }

    /// Rewords what clap found. Its own texts are several lines long and end in a usage line.
    pub(super) fn from_clap(error: &clap::Error) -> Self {
        let flag = || context(error, ContextKind::InvalidArg).unwrap_or_default();
        let value = || context(error, ContextKind::InvalidValue).unwrap_or_default();
        match error.kind() {
            ErrorKind::UnknownArgument => Self::UnknownFlag {
                flag: flag(),
                suggestion: context(error, ContextKind::SuggestedArg),
            },
            ErrorKind::InvalidValue if value().is_empty() => missing_value(&flag()),
            ErrorKind::NoEquals | ErrorKind::TooFewValues | ErrorKind::WrongNumberOfValues => missing_value(&flag()),
            ErrorKind::TooManyValues => Self::UnexpectedValue {
                flag: flag(),
                value: value(),
            },
            ErrorKind::InvalidUtf8 => Self::NotUnicode,
            _ => Self::Other(first_line(error)),
        }
    }
}

/// The end of a message that offers a likely name, or nothing.
pub(crate) fn did_you_mean(name: Option<&str>) -> String {
    name.map(|name| format!(", did you mean {name}?")).unwrap_or_default()
}

/// The one of `known` that reads most like `typed`, if any does.
pub(crate) fn closest<'a>(typed: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    /// Below this two words have little in common; the same bar as clap's, so that flags and values feel alike.
    const ALIKE: f64 = 0.7;
    known
        .into_iter()
        .map(|name| (strsim::jaro(typed, name), name))
        .filter(|(likeness, _)| *likeness > ALIKE)
        .max_by(|(one, _), (other, _)| one.total_cmp(other))
        .map(|(_, name)| name)
}

/// clap names a flag together with its value: `--timeout <MS>`.
fn missing_value(usage: &str) -> UsageError {
    let flag = usage.split([' ', '=', '[']).next().unwrap_or(usage);
    let placeholder = usage
        .split_once('<')
        .and_then(|(_, rest)| rest.split_once('>'))
        .map_or("VALUE", |(name, _)| name);
    UsageError::MissingValue {
        flag: flag.to_owned(),
        form: format!("{flag}={placeholder}"),
    }
}

fn context(error: &clap::Error, kind: ContextKind) -> Option<String> {
    match error.get(kind)? {
        ContextValue::String(text) => Some(text.clone()),
        ContextValue::Strings(texts) => texts.first().cloned(),
        _ => None,
    }
}

fn first_line(error: &clap::Error) -> String {
    let text = error.to_string();
    let line = text.lines().next().unwrap_or("the command line is wrong");
    line.trim_start_matches("error: ").to_owned()
}
