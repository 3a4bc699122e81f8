//! The command line: from what was typed, the environment and the configuration to [`Settings`].
//!
//! [`flags`] is the table of all flags and [`others`] that of other runners' flags, [`args`] what was typed, [`env_vars`]
//! what the environment says, [`crate::config`] what a file says, [`layer`] how they are merged, [`resolve`] what they
//! mean, [`help`] what is said about them, [`error`] what is wrong with them, [`exit_code`] what trun answers the shell.
//! Runs in the coordinator before anything else: it starts no thread and writes nothing.

mod args;
pub mod env_vars;
pub mod error;
pub mod exit_code;
pub mod flags;
pub mod help;
pub mod layer;
mod memory;
pub mod names;
pub mod others;
mod reporters;
mod rerun;
pub mod resolve;
pub mod settings;
mod values;

#[cfg(test)]
mod tests;

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::path::{Path, PathBuf};
use std::{env, ffi::OsString};

use self::args::{Typed, Verb};
use self::env_vars::Environment;
use self::flags::Flag;
use self::layer::Word;
use self::resolve::{LowArgs, Surroundings};
pub use self::{
    error::UsageError,
    exit_code::ExitCode,
    settings::{ColourChoice, MemoryLimit, OnCrash, ReporterSpec, Settings},
};
use crate::config::{self, Source};
use crate::list::{Form, Listing};

/// What the user wants.
#[derive(Debug)]
pub enum Command {
    /// Tests are to be run.
    Run(Box<Settings>),
    /// Tests are to be listed.
    List(Box<Settings>, Listing),
    /// This text is to be printed.
    Help(String),
    /// The versions are to be printed.
    Version,
}

/// What the user wants, and what is worth a word about how it was said.
#[derive(Debug)]
pub struct Parsed {
    /// What to do.
    pub command: Command,
    /// Sentences for stderr.
    pub warnings: Vec<String>,
}

/// Reads a command line, the program's name first, the environment and the configuration.
///
/// # Errors
///
/// The first thing found that trun cannot follow.
pub fn parse(args: impl Iterator<Item = OsString>, env: &Environment) -> Result<Parsed, UsageError> {
    let typed = Typed::read(args)?;
    if let Some(command) = about_trun(&typed)? {
        let warnings = Vec::new();
        return Ok(Parsed { command, warnings });
    }
    let root = env::current_dir().map_err(UsageError::NoWorkingDirectory)?;
    let (variables, warnings) = env_vars::read(env)?;
    let source = source(&typed, &variables);
    let lower = variables.over(config::read(&source, &root)?);
    decide(typed, lower, root, env, warnings)
}

/// What `trun` without arguments would do in `root` with a configuration of this name and text, and nothing in the environment.
///
/// # Errors
///
/// The configuration cannot be followed.
pub fn with_config(name: &str, text: &str, root: &Path) -> Result<Parsed, UsageError> {
    let typed = Typed::read(std::iter::once("trun".into()))?;
    let lower = config::parse(name, text)?;
    decide(typed, lower, root.to_owned(), &Environment::default(), Vec::new())
}

fn decide(
    typed: Typed,
    lower: layer::Layer,
    root: PathBuf,
    env: &Environment,
    mut warnings: Vec<String>,
) -> Result<Parsed, UsageError> {
    let listing = listing(&typed)?;
    let low = LowArgs::new(typed, lower);
    let surroundings = Surroundings {
        root,
        cores: std::thread::available_parallelism().map_or(1, usize::from),
        memory: memory::available(),
        env,
        fresh_seed: fresh_seed(),
        is_file: &Path::is_file,
        is_dir: &Path::is_dir,
    };
    let settings = Box::new(Settings::resolve(&low, &surroundings, &mut warnings)?);
    let command = match listing {
        Some(listing) => Command::List(settings, listing),
        None => Command::Run(settings),
    };
    Ok(Parsed { command, warnings })
}

/// Help and versions win over the rest.
fn about_trun(typed: &Typed) -> Result<Option<Command>, UsageError> {
    let help = typed.flags.one(Flag::Help);
    if help.is_some() || typed.verb == Some(Verb::Help) {
        let topic = help
            .and_then(layer::Given::text)
            .or(typed.paths.first().map(String::as_str));
        // `trun tests --help` asks for help and for no topic.
        let is_asked = typed.verb == Some(Verb::Help) || help.and_then(layer::Given::text).is_some();
        return help::text(topic, is_asked).map(|text| Some(Command::Help(text)));
    }
    Ok(typed.flags.one(Flag::Version).map(|_| Command::Version))
}

fn source(typed: &Typed, variables: &layer::Layer) -> Source {
    let given = typed.flags.one(Flag::Config).or_else(|| variables.one(Flag::Config));
    match given.map(|given| &given.word) {
        Some(Word::Text(file)) => Source::File(file.clone()),
        Some(Word::Off) => Source::Nothing,
        Some(Word::On) | None => Source::Folder,
    }
}

/// What `trun list` and its flags ask for.
fn listing(typed: &Typed) -> Result<Option<Listing>, UsageError> {
    let has = |flag| typed.flags.one(flag).is_some_and(|given| given.word == Word::On);
    let form = match (
        typed.verb == Some(Verb::List),
        has(Flag::ListTests),
        has(Flag::FilesOnly),
    ) {
        (_, true, _) => Form::Paths,
        (true, _, true) => Form::Files,
        (true, _, false) => Form::Tests,
        (false, _, true) => {
            return Err(UsageError::Contradiction(
                "--files-only belongs to a list: write trun list --files-only".to_owned(),
            ));
        }
        (false, _, false) => return Ok(None),
    };
    let json = has(Flag::Json);
    Ok(Some(Listing { form, json }))
}

/// The standard library keys its hash tables with the system's randomness.
fn fresh_seed() -> u32 {
    let random = RandomState::new().build_hasher().finish();
    // Short enough to be read out to a colleague.
    (random % 1_000_000) as u32
}
