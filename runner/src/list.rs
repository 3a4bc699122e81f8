//! `trun list`: the tests that would run, and none of them run.
//!
//! Files are loaded as in a run, by [`crate::run::drive`]; what they declare is gathered by a sink of events and written
//! when all is known, in the order of paths and declarations, however many workers there were. [`document`] is how it is
//! written.

mod document;

use std::io::{self, Write};

use nix::sys::signal::Signal;
use trun_reporters::event::{EventKind, RunEnd, RunEvent};
use trun_reporters::{CaseMode, Failure, FailureKind, FileId, FileOutcome, TestCase};

use crate::cli::{ExitCode, OnCrash, Settings};
use crate::coordinator::reactor::EventSink;
use crate::run::{self, RunError, Selected};

/// What is listed, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Listing {
    /// What.
    pub form: Form,
    /// Whether as JSON.
    pub json: bool,
}

/// What a list consists of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Tests.
    Tests,
    /// Test files, relative to the root; in JSON objects.
    Files,
    /// Test files, absolute; in JSON texts. What Jest prints for `--listTests`.
    Paths,
}

/// Lists what `settings` name.
///
/// # Errors
/// There is nothing to list, or the files could not be loaded or the list not be written.
pub fn list(
    settings: &Settings,
    listing: Listing,
    complain: &mut dyn FnMut(&str),
    warn: &mut dyn FnMut(&str),
) -> Result<ExitCode, RunError> {
    let selected = match run::select(settings, warn) {
        // A program that reads the list gets one all the same.
        Err(error) if error.exit_code() == ExitCode::NoTests && listing.json => {
            write("[]\n", complain);
            return Err(error);
        }
        selected => selected?,
    };
    let mut settings = settings.clone();
    // A list is complete, and in the order of the files.
    settings.on_crash = OnCrash::Continue;
    (settings.bail, settings.seed, settings.fail_on_leak) = (None, None, false);
    let needs_titles = listing.form == Form::Tests || settings.name_pattern.is_some();
    let found = if needs_titles {
        let (found, _) = run::drive(&settings, &selected, None, warn, || Ok(Found::default()))?;
        found
    } else {
        Found::files(&selected)
    };
    found.finish(&settings, listing, complain)
}

/// What one file declares.
#[derive(Debug, Default)]
struct FileFound {
    path: String,
    cases: Vec<TestCase>,
    errors: Vec<Failure>,
}

/// What all files declare.
#[derive(Debug, Default)]
struct Found {
    root: String,
    files: Vec<FileFound>,
    errors: Vec<String>,
    end: Option<RunEnd>,
}

impl EventSink for Found {
    fn event(&mut self, event: &RunEvent) {
        match &event.kind {
            EventKind::RunStarted { root, files, .. } => {
                self.root.clone_from(root);
                self.files = files.iter().map(|path| FileFound::of(path)).collect();
            }
            EventKind::FileCollected { file, cases } => self.file(*file).cases.clone_from(cases),
            EventKind::FileError { file, failure } => self.file(*file).errors.push(failure.clone()),
            EventKind::FileFinished { file, outcome, .. } => {
                if let FileOutcome::Crashed(why) | FileOutcome::NotRun(why) = outcome
                    && self.file(*file).errors.is_empty()
                {
                    let failure = Failure::plain(FailureKind::Worker, why);
                    self.file(*file).errors.push(failure);
                }
            }
            EventKind::RunError { message } => self.errors.push(message.clone()),
            EventKind::RunFinished { end } => self.end = Some(end.clone()),
            _ => {}
        }
    }

    /// Nothing is written before the end.
    fn output_closed(&self) -> bool {
        false
    }
}

impl FileFound {
    fn of(path: &str) -> Self {
        Self {
            path: path.to_owned(),
            ..Self::default()
        }
    }

    fn listed(&self) -> impl Iterator<Item = &TestCase> {
        self.cases.iter().filter(|case| case.mode != CaseMode::Filtered)
    }

    fn lists_nothing(&self) -> bool {
        self.listed().next().is_none()
    }
}

impl Found {
    fn files(selected: &Selected) -> Self {
        Self {
            files: selected.files.iter().map(|path| FileFound::of(path)).collect(),
            root: selected.root.clone(),
            errors: selected.errors.clone(),
            end: Some(RunEnd::Completed),
        }
    }

    fn file(&mut self, file: FileId) -> &mut FileFound {
        &mut self.files[file.0 as usize]
    }

    /// Writes the list and what went wrong, and judges.
    fn finish(
        mut self,
        settings: &Settings,
        listing: Listing,
        complain: &mut dyn FnMut(&str),
    ) -> Result<ExitCode, RunError> {
        let ended = match self.end.take() {
            Some(RunEnd::Interrupted(name)) => return Ok(run::signal_code(&name)),
            Some(RunEnd::Broken(why)) => {
                self.errors.push(why);
                ExitCode::Broken
            }
            Some(RunEnd::Aborted(why)) => {
                self.errors.push(why);
                ExitCode::Failed
            }
            Some(RunEnd::Completed | RunEnd::Bailed(_)) => ExitCode::Passed,
            None => ExitCode::Broken,
        };
        if settings.name_pattern.is_some() && listing.form != Form::Tests {
            self.files
                .retain(|file| !file.lists_nothing() || !file.errors.is_empty());
        }
        let written = write(&self.text(listing).map_err(io::Error::from)?, complain);
        let errors = self.complaints();
        errors.iter().for_each(|error| complain(error));
        Ok(match (written, ended) {
            (ExitCode::Passed, ExitCode::Passed) if !errors.is_empty() => ExitCode::Failed,
            (ExitCode::Passed, ExitCode::Passed) if self.is_empty(listing.form) && !settings.pass_with_no_tests => {
                complain(&run::nothing_found(settings));
                ExitCode::NoTests
            }
            (ExitCode::Passed, ended) => ended,
            (written, _) => written,
        })
    }

    fn complaints(&self) -> Vec<String> {
        let of_files = self.files.iter().flat_map(|file| {
            let errors = file.errors.iter();
            errors.map(|failure| self.describe(file, failure))
        });
        self.errors.iter().cloned().chain(of_files).collect()
    }

    fn is_empty(&self, form: Form) -> bool {
        match form {
            Form::Tests => self.files.iter().all(FileFound::lists_nothing),
            Form::Files | Form::Paths => self.files.is_empty(),
        }
    }
}

/// Writes all of the list at once.
fn write(text: &str, complain: &mut dyn FnMut(&str)) -> ExitCode {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Ok(()) => ExitCode::Passed,
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::signal(Signal::SIGPIPE as i32),
        Err(error) => {
            complain(&format!("failed to write to standard output: {error}"));
            ExitCode::Broken
        }
    }
}
