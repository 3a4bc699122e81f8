//! trun, a parallel JavaScript and TypeScript test runner: the processes around the VM.
//!
//! `cli` (what was typed) and `config` (what a file says) to `run` (the run in order; `list` runs no test) to `coordinator`
//! (all run state), which asks the `zygote` for `worker` processes and talks to them by `protocol`; results go through the
//! reporters to `output`.

#![deny(unsafe_code)]

use std::ffi::OsString;
use std::io::{self, Write};

pub mod cli;
pub mod config;
pub mod coordinator;
pub mod discovery;
pub mod history;
pub mod list;
#[allow(unsafe_code, reason = "forking, and memory shared by processes")]
pub mod os;
pub mod output;
pub mod pattern;
pub mod protocol;
pub mod run;
pub mod scratch;
pub mod time_table;
pub mod worker;
pub mod zygote;

use cli::env_vars::Environment;
use cli::{Command, ExitCode};

/// Does what the command line says and returns what to tell the shell.
pub fn main_with(args: impl Iterator<Item = OsString>) -> u8 {
    let env = std::env::vars_os().collect::<Environment>();
    let code = match cli::parse(args, &env) {
        Ok(parsed) => {
            parsed.warnings.iter().for_each(|text| warn(text));
            follow(&parsed.command)
        }
        Err(error) => {
            complain(&error.to_string());
            error.exit_code()
        }
    };
    code.code()
}

fn follow(command: &Command) -> ExitCode {
    let ended = match command {
        Command::Help(text) => return say(io::stdout(), text.trim_end()),
        Command::Version => {
            let engine = trun_vm::engine_version();
            return say(io::stdout(), &format!("trun {} ({engine})", env!("CARGO_PKG_VERSION")));
        }
        Command::Run(settings) => run::run(settings, &mut complain, &mut warn),
        Command::List(settings, listing) => list::list(settings, *listing, &mut complain, &mut warn),
    };
    ended.unwrap_or_else(|error| {
        complain(&error.to_string());
        error.exit_code()
    })
}

fn complain(message: &str) {
    say(io::stderr(), &format!("error: {message}"));
}

fn warn(message: &str) {
    say(io::stderr(), &format!("warning: {message}"));
}

/// Nobody is left to tell when this fails but the shell.
fn say(mut to: impl Write, text: &str) -> ExitCode {
    match writeln!(to, "{text}") {
        Ok(()) => ExitCode::Passed,
        // `trun --help | head` has had what it wanted.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::Passed,
        Err(_) => ExitCode::Broken,
    }
}
