//! `trun list`: the tests that would run, and none of them run.
//!
//! Owns the listing's text, its JSON and the ids of tests. Files are loaded as in a run, by [`crate::run::drive`]; what they
//! declare is gathered by a sink of events and written when all is known, in the order of paths and declarations, however
//! many workers there were.

use std::collections::HashMap;
use std::io::{self, Write};

use nix::sys::signal::Signal;
use serde::Serialize;
use trun_reporters::event::{EventKind, RunEnd, RunEvent};
use trun_reporters::{CaseMode, Failure, FileId, FileOutcome, TestCase, relative, visible};

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

/// A test in the JSON list. Every entry has every key.
#[derive(Debug, Serialize, PartialEq, Eq)]
struct Entry<'a> {
    id: String,
    name: String,
    ancestors: &'a [String],
    title: &'a str,
    file: &'a str,
    line: Option<u32>,
    column: Option<u32>,
    mode: &'static str,
    /// Only in entries of files that cannot be loaded, whose mode is `error`.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
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
    let selected = match run::select(settings, complain, warn) {
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
    (settings.bail, settings.seed) = (None, None);
    let needs_titles = listing.form == Form::Tests || settings.name_pattern.is_some();
    let found = if needs_titles {
        run::drive(&settings, &selected, || Ok(Found::default()))?
    } else {
        Found::files(&selected)
    };
    let code = found.finish(&settings, listing, complain)?;
    Ok(selected.judge(code))
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
                    let failure = Failure::plain(trun_reporters::FailureKind::Worker, why);
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
}

impl Found {
    fn files(selected: &Selected) -> Self {
        Self {
            files: selected.files.iter().map(|path| FileFound::of(path)).collect(),
            root: selected.root.clone(),
            end: Some(RunEnd::Completed),
            ..Self::default()
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
        match self.end.take() {
            Some(RunEnd::Interrupted(name)) => return Ok(run::signal_code(&name)),
            Some(RunEnd::Completed) => {}
            Some(RunEnd::Aborted(why) | RunEnd::Broken(why)) => self.errors.push(why),
            Some(RunEnd::Bailed(_)) | None => return Ok(ExitCode::Broken),
        }
        let by_title = settings.name_pattern.is_some();
        if by_title && listing.form != Form::Tests {
            self.files
                .retain(|file| file.listed().next().is_some() || !file.errors.is_empty());
        }
        let written = write(&self.text(listing)?, complain);
        let mut failed = !self.errors.is_empty();
        self.errors.iter().for_each(|error| complain(error));
        for file in &self.files {
            failed |= !file.errors.is_empty();
            file.errors
                .iter()
                .for_each(|failure| complain(&self.describe(file, failure)));
        }
        let is_empty = match listing.form {
            Form::Tests => self.files.iter().all(|file| file.listed().next().is_none()),
            Form::Files | Form::Paths => self.files.is_empty(),
        };
        Ok(match written {
            ExitCode::Passed if failed => ExitCode::Failed,
            ExitCode::Passed if is_empty && !settings.pass_with_no_tests => {
                complain(&run::nothing_found(settings));
                ExitCode::NoTests
            }
            code => code,
        })
    }

    fn text(&self, listing: Listing) -> Result<String, RunError> {
        let relative = |file: &FileFound| relative(&self.root, &file.path);
        if listing.json {
            return Ok(format!("{}\n", self.json(listing.form).map_err(io::Error::from)?));
        }
        let mut text = String::new();
        for file in &self.files {
            match listing.form {
                Form::Paths => push_line(&mut text, &file.path),
                Form::Files => push_line(&mut text, &relative(file)),
                Form::Tests => file
                    .listed()
                    .for_each(|case| push_line(&mut text, &format!("{} > {}", relative(file), case.full_name(" > ")))),
            }
        }
        Ok(text)
    }

    fn json(&self, form: Form) -> serde_json::Result<String> {
        #[derive(Serialize)]
        struct File<'a> {
            file: &'a str,
        }
        let paths = || self.files.iter().map(|file| file.path.as_str());
        match form {
            Form::Paths => serde_json::to_string_pretty(&paths().collect::<Vec<_>>()),
            Form::Files => serde_json::to_string_pretty(&paths().map(|file| File { file }).collect::<Vec<_>>()),
            Form::Tests => {
                let entries: Vec<Entry<'_>> = self.files.iter().flat_map(|file| self.entries(file)).collect();
                serde_json::to_string_pretty(&entries)
            }
        }
    }

    fn entries<'a>(&self, file: &'a FileFound) -> Vec<Entry<'a>> {
        let path = relative(&self.root, &file.path);
        let mut ids = Ids::default();
        // What is filtered counts too, or the id of a test would depend on `-t`.
        let numbered: Vec<(String, &TestCase)> = file.cases.iter().map(|case| (ids.next(&path, case), case)).collect();
        let listed = numbered.into_iter().filter(|(_, case)| case.mode != CaseMode::Filtered);
        let tests = listed.map(|(id, case)| {
            let place = case.location.as_ref().filter(|place| place.file == file.path);
            Entry {
                id,
                name: case.full_name(" > "),
                ancestors: &case.ancestors,
                title: &case.title,
                file: &file.path,
                line: place.map(|place| place.line),
                column: place.map(|place| place.column),
                mode: mode(case.mode),
                error: None,
            }
        });
        let errors = file.errors.iter().map(|failure| {
            let place = place(failure).filter(|place| place.file == file.path);
            Entry {
                id: path.clone(),
                name: String::new(),
                ancestors: &[],
                title: "",
                file: &file.path,
                line: place.map(|place| place.line),
                column: place.map(|place| place.column),
                mode: "error",
                error: Some(message(failure)),
            }
        });
        tests.chain(errors).collect()
    }

    /// `src/a.test.ts:3:5: SyntaxError: …`
    fn describe(&self, file: &FileFound, failure: &Failure) -> String {
        let at = place(failure).map_or_else(
            || relative(&self.root, &file.path),
            |place| {
                let path = relative(&self.root, &place.file);
                format!("{path}:{}:{}", place.line, place.column)
            },
        );
        format!("{at}: {}", trun_reporters::visible_lines(&message(failure)))
    }
}

fn push_line(text: &mut String, line: &str) {
    text.push_str(&visible(line));
    text.push('\n');
}

fn mode(mode: CaseMode) -> &'static str {
    match mode {
        CaseMode::Run => "run",
        CaseMode::Skip | CaseMode::Filtered => "skip",
        CaseMode::Todo => "todo",
    }
}

fn place(failure: &Failure) -> Option<&trun_reporters::Location> {
    let framed = failure.code_frame.as_ref().map(|frame| &frame.at);
    framed.or_else(|| failure.stack.iter().find_map(|frame| frame.location.as_ref()))
}

fn message(failure: &Failure) -> String {
    if failure.name.is_empty() {
        failure.message.clone()
    } else {
        format!("{}: {}", failure.name, failure.message)
    }
}

/// Numbers tests of one name, so that ids are unique and stay when lines move.
#[derive(Debug, Default)]
struct Ids(HashMap<String, u32>);

impl Ids {
    /// `src/a.test.ts#suite>title#1`.
    fn next(&mut self, path: &str, case: &TestCase) -> String {
        let name = case.full_name(">");
        let number = self.0.entry(name.clone()).or_default();
        *number += 1;
        format!("{path}#{name}#{number}")
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
