//! Which files a run consists of: from arguments to a sorted list of paths.
//!
//! Every argument is, in this order of preference, an existing file (which always runs), an existing folder (its test
//! files run), a glob, or a part of the relative path of test files under the root. The answer is the union: each file
//! once, whatever links lead to it, sorted by the bytes of its path relative to the root.
//!
//! [`names`] knows what a test file is called, [`walk`] reads folders, [`select`] understands arguments, [`order`]
//! shuffles. Runs in the
//! coordinator, on its calling thread, and only reads.

mod names;
pub mod order;
mod select;
mod walk;

#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

use thiserror::Error;

pub use self::names::is_test_file;
use crate::cli::ExitCode;

/// What was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Discovered {
    /// The test files, absolute, each once, sorted by the bytes of their path relative to the root.
    pub files: Vec<PathBuf>,
    /// Sentences about what could not be looked at: folders that may not be read. They belong on stderr.
    pub notes: Vec<String>,
}

/// There is nothing to run, or an argument cannot be understood.
#[derive(Debug, Error)]
pub enum DiscoveryError {
    /// No argument was given and there are no tests.
    #[error("no test files found in {}; they are named like *.test.ts or *.spec.js, or lie in __tests__", .root.display())]
    NoTests {
        /// Where they were looked for.
        root: PathBuf,
    },
    /// An argument names a folder without tests.
    #[error(
        "no test files found in the folder \"{argument}\"; they are named like *.test.ts or *.spec.js, or lie in __tests__"
    )]
    EmptyFolder {
        /// The argument.
        argument: String,
    },
    /// An argument is no file, no folder, and part of no test file's path.
    #[error("no test files match \"{argument}\": it is no file, no folder and part of no test file's path in {}{hint}", .root.display())]
    NoMatch {
        /// The argument.
        argument: String,
        /// Where test files were looked for.
        root: PathBuf,
        /// What was probably meant: empty, or the end of the sentence.
        hint: String,
    },
    /// An argument is a glob that matches nothing.
    #[error("no test files match the glob \"{argument}\" in {}", .root.display())]
    NoGlobMatch {
        /// The argument.
        argument: String,
        /// Where test files were looked for.
        root: PathBuf,
    },
    /// No test file's path matches a regular expression.
    #[error("no test files match --testPathPattern {pattern} in {}", .root.display())]
    NoPatternMatch {
        /// The pattern.
        pattern: String,
        /// Where test files were looked for.
        root: PathBuf,
    },
    /// A pattern for paths is no regular expression.
    #[error("invalid value \"{pattern}\" for --testPathPattern: {why}")]
    InvalidPattern {
        /// The pattern.
        pattern: String,
        /// What is wrong with it.
        why: String,
    },
    /// An argument looks like a glob and is none.
    #[error("invalid glob \"{argument}\": {why}")]
    InvalidGlob {
        /// The argument.
        argument: String,
        /// What is wrong with it.
        why: String,
    },
    /// A folder that was named cannot be read.
    #[error("failed to read {}: {error}", .path.display())]
    Unreadable {
        /// The folder.
        path: PathBuf,
        /// Why.
        #[source]
        error: std::io::Error,
    },
}

impl DiscoveryError {
    /// What trun exits with after this, unless finding nothing was said to be fine.
    #[must_use]
    pub fn exit_code(&self) -> ExitCode {
        match self {
            Self::InvalidGlob { .. } | Self::InvalidPattern { .. } => ExitCode::Usage,
            Self::Unreadable { .. } => ExitCode::Broken,
            _ => ExitCode::NoTests,
        }
    }
}

/// What is to be found. If both are empty: everything under the root.
#[derive(Debug, Clone, Copy, Default)]
pub struct Wanted<'a> {
    /// Files, folders, globs, parts of paths.
    pub paths: &'a [String],
    /// Regular expressions that absolute paths of test files under the root match.
    pub patterns: &'a [String],
}

/// Finds the test files that are wanted under `root`, which must be absolute.
///
/// # Errors
///
/// The first argument that names no tests, or cannot be understood or read.
pub fn discover(root: &Path, wanted: Wanted<'_>) -> Result<Discovered, DiscoveryError> {
    let (found, misses) = select::all(root, wanted)?;
    match misses.into_iter().next() {
        Some(miss) => Err(miss),
        None => Ok(found),
    }
}

/// As [`discover`], but arguments that name no tests add nothing: what `--pass-with-no-tests` asks for.
///
/// # Errors
///
/// The first argument that cannot be understood or read.
pub fn discover_any(root: &Path, wanted: Wanted<'_>) -> Result<Discovered, DiscoveryError> {
    select::all(root, wanted).map(|(found, _)| found)
}
