//! Configurations: `trun.toml`, or the object `trun` in package.json, in the working directory.
//!
//! Owns where they are looked for and which file is meant. [`mod@toml`] and [`package_json`] know a format each and make
//! [`entries::Entry`]s with line numbers of it; [`keys`] makes settings of those, by the table of flags. What a value means
//! is decided by [`crate::cli::resolve`], which does not know where it came from.

mod entries;
mod keys;
mod package_json;
mod toml;

#[cfg(test)]
mod tests;

use std::{fs, io, path::Path};

use crate::cli::{UsageError, layer::Layer};

const TOML: &str = "trun.toml";
const PACKAGE: &str = "package.json";

/// Which configuration is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// The one in the working directory, if there is one.
    Folder,
    /// This file, relative to the working directory.
    File(String),
    /// None.
    Nothing,
}

/// What the configuration sets.
///
/// # Errors
///
/// It cannot be read or followed, it was named and is not there, or there are two.
pub fn read(source: &Source, root: &Path) -> Result<Layer, UsageError> {
    match source {
        Source::Nothing => Ok(Layer::default()),
        Source::Folder => read_folder(root),
        Source::File(name) => read_named(name, root),
    }
}

fn read_folder(root: &Path) -> Result<Layer, UsageError> {
    let own = text(TOML, root)?;
    let package = match text(PACKAGE, root)? {
        Some(text) => package_json::entries(PACKAGE, &text)?,
        None => None,
    };
    match (own, package) {
        (Some(_), Some(_)) => Err(problem(
            TOML,
            "there is also the key \"trun\" in package.json; leave one of them out",
        )),
        (Some(text), None) => keys::layer(TOML, toml::entries(TOML, &text)?),
        (None, Some(entries)) => keys::layer(PACKAGE, entries),
        (None, None) => Ok(Layer::default()),
    }
}

fn read_named(name: &str, root: &Path) -> Result<Layer, UsageError> {
    let Some(text) = text(name, root)? else {
        return Err(problem(
            name,
            "there is no such file; --config and TRUN_CONFIG name one",
        ));
    };
    parse(name, &text)
}

/// What the configuration of this name and text sets. The name decides the format.
///
/// # Errors
///
/// It cannot be followed.
pub fn parse(name: &str, text: &str) -> Result<Layer, UsageError> {
    let extension = Path::new(name).extension().and_then(|extension| extension.to_str());
    match extension {
        Some("toml") => keys::layer(name, toml::entries(name, text)?),
        Some("json") => match package_json::entries(name, text)? {
            Some(entries) => keys::layer(name, entries),
            None => Err(problem(name, "it has no key \"trun\"")),
        },
        _ => Err(problem(
            name,
            "a configuration of trun is a .toml file, or a package.json with the key \"trun\"",
        )),
    }
}

/// The text of a file, without a byte order mark; `None` if there is no file.
fn text(name: &str, root: &Path) -> Result<Option<String>, UsageError> {
    match fs::read_to_string(root.join(name)) {
        Ok(text) => Ok(Some(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) if error.kind() == io::ErrorKind::InvalidData => Err(problem(name, "it is not valid UTF-8")),
        Err(error) => Err(problem(name, &format!("failed to read it: {error}"))),
    }
}

fn problem(at: &str, problem: &str) -> UsageError {
    UsageError::Config {
        at: at.to_owned(),
        problem: problem.to_owned(),
    }
}

/// The message about this line of a file.
fn problem_at(name: &str, line: usize, what: &str) -> UsageError {
    problem(&format!("{name}:{line}"), what)
}

/// The number of the line that this byte is in, from 1.
fn line_of(text: &str, byte: usize) -> usize {
    let before = &text.as_bytes()[..byte.min(text.len())];
    before.iter().filter(|byte| **byte == b'\n').count() + 1
}
