//! The `trun` binary: hands the command line to the library and its answer to the shell.
//!
//! Must stay this small: whatever can be tested lives in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(trun::main_with(std::env::args_os()))
}
