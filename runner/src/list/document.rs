//! How a list is written: lines for people, JSON for programs, ids of tests.

use std::collections::HashMap;

use serde::Serialize;
use trun_reporters::{CaseMode, Failure, Location, TestCase, relative, visible, visible_lines};

use super::{FileFound, Form, Found, Listing};

/// A test in the JSON list. Every entry has every key.
#[derive(Debug, Default, Serialize)]
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

impl<'a> Entry<'a> {
    fn of_case(id: String, case: &'a TestCase, file: &'a FileFound) -> Self {
        Self {
            id,
            name: case.full_name(" > "),
            ancestors: &case.ancestors,
            title: &case.title,
            mode: mode(case.mode),
            error: None,
            ..Self::at(case.location.as_ref(), file)
        }
    }

    fn of_error(id: String, failure: &Failure, file: &'a FileFound) -> Self {
        Self {
            id,
            mode: "error",
            error: Some(message(failure)),
            ..Self::at(place(failure), file)
        }
    }

    /// Lines of other files (a helper that declares tests) would be taken for lines of this one.
    fn at(place: Option<&Location>, file: &'a FileFound) -> Self {
        let place = place.filter(|place| place.file == file.path);
        Self {
            file: &file.path,
            line: place.map(|place| place.line),
            column: place.map(|place| place.column),
            ..Self::default()
        }
    }
}

impl Found {
    /// The whole list.
    pub(super) fn text(&self, listing: Listing) -> serde_json::Result<String> {
        let relative = |file: &FileFound| relative(&self.root, &file.path);
        if listing.json {
            return Ok(format!("{}\n", self.json(listing.form)?));
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
        let tests = listed.map(|(id, case)| Entry::of_case(id, case, file));
        let errors = file.errors.iter();
        tests
            .chain(errors.map(|failure| Entry::of_error(path.clone(), failure, file)))
            .collect()
    }

    /// `src/a.test.ts:3:5: SyntaxError: …`
    pub(super) fn describe(&self, file: &FileFound, failure: &Failure) -> String {
        let at = place(failure).map_or_else(
            || relative(&self.root, &file.path),
            |place| {
                let path = relative(&self.root, &place.file);
                format!("{path}:{}:{}", place.line, place.column)
            },
        );
        format!("{at}: {}", visible_lines(&message(failure)))
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

fn place(failure: &Failure) -> Option<&Location> {
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
