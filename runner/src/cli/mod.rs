//! The command line: from what was typed and the environment to [`Settings`].
//!
//! [`args`] is what was typed, [`settings`] what it means, [`error`] what is wrong with it, [`exit_code`] what trun
//! answers the shell. Runs in the coordinator before anything else: it starts no thread and writes nothing.

pub mod args;
pub mod env_vars;
pub mod error;
pub mod exit_code;
mod memory;
mod reporters;
pub mod settings;
mod values;

#[cfg(test)]
mod tests;

use std::{env, ffi::OsString};

use clap::error::ErrorKind;

use self::{args::LowArgs, settings::Surroundings};
pub use self::{
    error::UsageError,
    exit_code::ExitCode,
    settings::{ColourChoice, OnCrash, ReporterSpec, Settings},
};

/// What the user wants.
#[derive(Debug)]
pub enum Command {
    /// Tests are to be run.
    Run(Box<Settings>),
    /// This text is to be printed.
    Help(String),
    /// The versions are to be printed.
    Version,
}

/// Reads a command line, the program's name first, and the environment behind `env`.
///
/// # Errors
///
/// The first thing found that trun cannot follow.
pub fn parse(
    args: impl Iterator<Item = OsString>,
    env: impl Fn(&str) -> Option<OsString>,
) -> Result<Command, UsageError> {
    let low = match LowArgs::read(args) {
        Ok(low) => low,
        Err(error) => {
            return match error.kind() {
                ErrorKind::DisplayHelp => Ok(Command::Help(args::HELP.to_owned())),
                ErrorKind::DisplayVersion => Ok(Command::Version),
                _ => Err(UsageError::from_clap(&error)),
            };
        }
    };
    let surroundings = Surroundings {
        root: env::current_dir().map_err(UsageError::NoWorkingDirectory)?,
        cores: std::thread::available_parallelism().map_or(1, usize::from),
        memory: memory::available(),
        env: &env,
    };
    Settings::resolve(low, &surroundings).map(|settings| Command::Run(Box::new(settings)))
}
