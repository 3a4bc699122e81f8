//! What was typed: [`LowArgs`], still text. What it means is decided in [`super::settings`].
//!
//! Owns the names of the flags and the help text. Values stay strings here, because the messages about them are ours.

use std::ffi::OsString;

use clap::{Arg, ArgAction, CommandFactory, FromArgMatches, Parser};
use trun_reporters::Kind;

/// The help text. A table: the tests below hold it against the flags, and to the height of a screen.
pub const HELP: &str = "\
trun runs JavaScript and TypeScript tests in parallel

Usage: trun [flags] [PATH]...

A PATH is a test file, a folder, a glob, or a part of test files' paths; none: the working directory

  -t, --test-name-pattern=REGEX  run only tests whose full title (suites and test, joined by spaces) matches
      --parallel[=N]             number of workers [default: number of cores]
      --timeout=TIME             time limit of a test or hook, in ms or like 5s; 0: none [default: 5000]
      --load-timeout=TIME        time limit for loading a file [default: 60s]
      --on-crash=POLICY          after a worker crashed: abort or continue [default: abort]
      --worker-memory=SIZE       kill a worker above this, like 512M or 2G; 0: never
                                 [default: 80 % of the memory, shared by the workers]
      --reporter=NAME[:FILE]     default, dots, json, junit, github or none; repeatable
      --outputFile[.NAME]=FILE   write the report of reporter NAME [json] to FILE
      --reporter-outfile=FILE    write the report of the one reporter beside `default` to FILE
      --pass-with-no-tests       exit 0 when no tests are found
      --color, --no-color        colours, whatever the terminal and the environment say
  -v, --version                  print the versions of trun and its engine
  -h, --help                     print this

Exit: 0 passed, 1 failed, 2 wrong usage, 3 no tests found, 4 trun failed, 128+n ended by signal n
";

/// The command line as it was typed.
#[derive(Debug, Default, Parser)]
#[command(
    name = "trun",
    override_help = HELP,
    disable_help_flag = true,
    disable_version_flag = true,
    version = "",
    args_override_self = true
)]
pub struct LowArgs {
    /// Files, folders, globs, parts of paths.
    #[arg(value_name = "PATH")]
    pub paths: Vec<String>,
    /// `--parallel` is `Some(None)`, `--parallel=4` is `Some(Some("4"))`.
    #[arg(long, value_name = "N", require_equals = true, num_args = 0..=1)]
    pub parallel: Option<Option<String>>,
    /// A regular expression of JavaScript.
    #[arg(
        short = 't',
        long,
        alias = "testNamePattern",
        value_name = "REGEX",
        allow_hyphen_values = true
    )]
    pub test_name_pattern: Option<String>,
    /// The time limit of a test.
    #[arg(long, aliases = ["testTimeout", "test-timeout"], value_name = "TIME", allow_negative_numbers = true)]
    pub timeout: Option<String>,
    /// The time limit for loading a file.
    #[arg(long, alias = "loadTimeout", value_name = "TIME", allow_negative_numbers = true)]
    pub load_timeout: Option<String>,
    /// What happens after a crash.
    #[arg(long, alias = "onCrash", value_name = "POLICY")]
    pub on_crash: Option<String>,
    /// The memory that one worker may use.
    #[arg(long, alias = "workerMemory", value_name = "SIZE", allow_negative_numbers = true)]
    pub worker_memory: Option<String>,
    /// `NAME` or `NAME:FILE` each.
    #[arg(long = "reporter", alias = "reporters", value_name = "NAME[:FILE]")]
    pub reporters: Vec<String>,
    /// Where the JSON report goes.
    #[arg(long = "outputFile", alias = "output-file", value_name = "FILE")]
    pub output_file: Option<String>,
    /// Where each named reporter's report goes; filled from the flags `--outputFile.NAME`.
    #[arg(skip)]
    pub output_files: Vec<(Kind, String)>,
    /// Where the one report goes that is not the terminal's.
    #[arg(long, alias = "reporterOutfile", value_name = "FILE")]
    pub reporter_outfile: Option<String>,
    /// Whether finding nothing is fine.
    #[arg(long, alias = "passWithNoTests")]
    pub pass_with_no_tests: bool,
    /// Colours on.
    #[arg(long, alias = "colors", alias = "colour", overrides_with = "no_color")]
    pub color: bool,
    /// Colours off.
    #[arg(
        long,
        alias = "no-colors",
        alias = "no-colour",
        alias = "noColor",
        overrides_with = "color"
    )]
    pub no_color: bool,
    #[arg(short = 'v', short_alias = 'V', long, action = ArgAction::Version)]
    version: Option<bool>,
    #[arg(short, long, action = ArgAction::Help)]
    help: Option<bool>,
}

impl LowArgs {
    /// Reads a command line whose first word is the program's name.
    pub(super) fn read(args: impl Iterator<Item = OsString>) -> Result<Self, clap::Error> {
        let matches = command().try_get_matches_from(args)?;
        let mut low = Self::from_arg_matches(&matches)?;
        low.output_files = Kind::ALL
            .into_iter()
            .filter_map(|kind| Some((kind, matches.get_one::<String>(output_file_flag(kind))?.clone())))
            .collect();
        Ok(low)
    }
}

/// All flags: the typed ones and an `--outputFile.NAME` for every reporter.
fn command() -> clap::Command {
    let named = Kind::ALL.map(|kind| {
        let flag = output_file_flag(kind);
        Arg::new(flag).long(flag).value_name("FILE").hide(true)
    });
    LowArgs::command().args(named)
}

/// The flag that says where this reporter's report goes, without its dashes.
fn output_file_flag(kind: Kind) -> &'static str {
    match kind {
        Kind::Default => "outputFile.default",
        Kind::Dots => "outputFile.dots",
        Kind::Json => "outputFile.json",
        Kind::Junit => "outputFile.junit",
        Kind::Github => "outputFile.github",
        Kind::None => "outputFile.none",
    }
}

#[cfg(test)]
mod tests {
    use super::{HELP, command};
    use trun_reporters::Kind;

    #[test]
    fn clap_accepts_the_definition() {
        command().debug_assert();
    }

    #[test]
    fn help_names_every_flag() {
        let hidden = |flag: &str| flag.starts_with("outputFile.");
        for flag in command().get_arguments().filter_map(clap::Arg::get_long) {
            assert!(
                hidden(flag) || HELP.contains(&format!("--{flag}")),
                "--{flag} is not in the help"
            );
        }
    }

    #[test]
    fn help_names_every_reporter() {
        let line = HELP.lines().find(|line| line.contains("--reporter=")).unwrap();
        for kind in Kind::ALL {
            assert!(line.contains(kind.name()), "{kind} is not in the help");
        }
    }

    #[test]
    fn help_fits_a_screen() {
        assert!(HELP.lines().count() <= 25);
        assert!(HELP.lines().all(|line| line.len() <= 110));
    }
}
