//! trun, a parallel JavaScript and TypeScript test runner: the processes around the VM.
//!
//! `cli` (what was typed) to `run` (the run in order) to `coordinator` (all run state), which asks the `zygote` for `worker`
//! processes and talks to them by `protocol`; results go through the reporters to `output`.

#![deny(unsafe_code)]

use std::ffi::OsString;
use std::io::{self, Write};

pub mod cli;
pub mod coordinator;
pub mod discovery;
pub mod history;
#[allow(unsafe_code, reason = "forking, and memory shared by processes")]
pub mod os;
pub mod output;
pub mod pattern;
pub mod protocol;
pub mod run;
pub mod scratch;
pub mod worker;
pub mod zygote;

use cli::{Command, ExitCode};

/// Does what the command line says and returns what to tell the shell.
pub fn main_with(args: impl Iterator<Item = OsString>) -> u8 {
    let code = match cli::parse(args, |name| std::env::var_os(name)) {
        Ok(Command::Help(text)) => say(io::stdout(), text.trim_end()),
        Ok(Command::Version) => say(
            io::stdout(),
            &format!("trun {} ({})", env!("CARGO_PKG_VERSION"), trun_vm::engine_version()),
        ),
        Ok(Command::Run(settings)) => run::run(&settings, &mut complain, &mut |note| {
            let _ = say(io::stderr(), &format!("warning: {note}"));
        })
        .unwrap_or_else(|error| {
            complain(&error.to_string());
            error.exit_code()
        }),
        Err(error) => {
            complain(&error.to_string());
            error.exit_code()
        }
    };
    code.code()
}

fn complain(message: &str) {
    say(io::stderr(), &format!("error: {message}"));
}

/// Nobody is left to tell when this fails but the shell.
fn say(mut to: impl Write, text: &str) -> ExitCode {
    match writeln!(to, "{text}") {
        Ok(()) => ExitCode::Passed,
        Err(_) => ExitCode::Broken,
    }
}
