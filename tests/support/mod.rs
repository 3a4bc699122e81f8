//! What makes a test four lines: a project, a command, its outcome.

pub(crate) mod addon;
pub(crate) mod command;
pub(crate) mod model;
pub(crate) mod outcome;
pub(crate) mod process;
pub(crate) mod project;
pub(crate) mod readers;
pub(crate) mod terminal;

pub(crate) use outcome::Outcome;
pub(crate) use process::{Running, eventually};
pub(crate) use project::Project;

/// Says something about a test while it runs: that it is skipped, and why; which of many cases comes next.
pub(crate) fn note(text: &str) {
    use std::io::Write;
    let _ = writeln!(std::io::stderr(), "{text}");
}
