//! What there is to say about a run on GitHub, in the order of files: failures, flaky tests, leaks.

use std::{borrow::Cow, path::Path};

use crate::{
    duration::counted,
    failure_text::{Places, failed_at, failure_text, headline},
    ledger::{FileRecord, Ledger},
    model::{CaseResult, Failure, Location},
    paths, problems,
};

/// One thing worth an annotation.
#[derive(Debug, Default)]
pub(super) struct Finding {
    /// The test file it is about.
    pub(super) file: Option<String>,
    /// Where it is shown, relative to the checkout: the test file, or another one of the user's.
    pub(super) path: Option<String>,
    /// Line and column in `path`.
    pub(super) position: Option<(u32, u32)>,
    /// What an annotation is called.
    pub(super) title: String,
    /// What a list calls it beside its file.
    pub(super) name: String,
    /// The whole matter on one line.
    pub(super) note: String,
    /// The whole matter.
    pub(super) text: String,
}

impl Finding {
    /// `tests/a.test.ts: outer > adds`
    pub(super) fn line(&self) -> String {
        match &self.file {
            Some(file) if self.name.is_empty() => file.clone(),
            Some(file) => format!("{file}: {}", self.name),
            None => self.name.clone(),
        }
    }
}

/// What paths are relative to.
#[derive(Debug, Clone, Copy)]
pub(super) struct Base<'a>(&'a str);

impl<'a> Base<'a> {
    /// The checkout if the run is inside it: in a container it may have another path than the environment says.
    pub(super) fn of(ledger: &'a Ledger, workspace: Option<&'a str>) -> Self {
        let inside = workspace.filter(|workspace| Path::new(&ledger.root).starts_with(workspace));
        Self(inside.unwrap_or(&ledger.root))
    }

    fn relative(self, path: &str) -> String {
        paths::relative(self.0, path)
    }

    /// Puts a finding at the first of these places that the checkout has, else at the file.
    fn at(self, places: &[Option<&Location>], file: &FileRecord, finding: Finding) -> Finding {
        let inside = |place: &&Location| {
            let path = self.relative(&place.file);
            !path.starts_with("..") && !path.starts_with('/')
        };
        let place = places.iter().copied().flatten().find(inside);
        Finding {
            file: Some(self.relative(&file.path)),
            path: Some(self.relative(place.map_or(&file.path, |place| &place.file))),
            position: place.map(|place| (place.line, place.column)),
            ..finding
        }
    }

    fn texts(self, failures: &[Failure], declared: Option<&Location>) -> String {
        let texts = failures
            .iter()
            .map(|failure| failure_text(failure, declared, Places::below(self.0)));
        texts.collect::<Vec<_>>().join("\n\n")
    }
}

/// What failed: the run itself, then file by file.
pub(super) fn failures(ledger: &Ledger, base: Base<'_>) -> Vec<Finding> {
    let of_run = problems::of_run(ledger).into_iter().map(|(label, text)| Finding {
        title: format!("trun: {label}"),
        name: label.to_owned(),
        note: text.clone(),
        text,
        ..Finding::default()
    });
    let of_files = ledger.files.iter().flat_map(|file| of_file(file, base));
    of_run.chain(of_files).collect()
}

fn of_file(file: &FileRecord, base: Base<'_>) -> Vec<Finding> {
    let errors = problems::of_file(file);
    let error = |failure: &Failure| {
        let label = problems::label(failure);
        let finding = Finding {
            title: format!("trun: {label}"),
            name: label.to_owned(),
            note: headline(failure),
            text: base.texts(std::slice::from_ref(failure), None),
            ..Finding::default()
        };
        base.at(&[failed_at(failure)], file, finding)
    };
    let mut findings: Vec<Finding> = errors.iter().map(error).collect();
    let failed = tests(file, |result| result.outcome.is_failure());
    findings.extend(failed.map(|result| failed_test(file, result, base)));
    findings
}

fn tests(file: &FileRecord, wanted: impl Fn(&CaseResult) -> bool) -> impl Iterator<Item = &CaseResult> {
    let results = file.sorted_results().into_iter().map(|timed| &timed.result);
    results.filter(move |result| wanted(result))
}

fn failed_test(file: &FileRecord, result: &CaseResult, base: Base<'_>) -> Finding {
    let case = file.case(result.case);
    let declared = case.location.as_ref();
    let first = result.failures.first();
    let mut text = base.texts(&result.failures, declared);
    let attempts = result.earlier_attempts.len() + 1;
    if attempts > 1 {
        text = format!("All {attempts} attempts failed. The last one:\n{text}");
    }
    let finding = Finding {
        title: case.full_name(" > "),
        name: case.full_name(" > "),
        note: first.map(headline).unwrap_or_default(),
        text,
        ..Finding::default()
    };
    base.at(&[first.and_then(failed_at), declared], file, finding)
}

/// Tests that failed first and passed when they were tried again, each where it is declared.
pub(super) fn flaky(ledger: &Ledger, base: Base<'_>) -> Vec<Finding> {
    let of_file = |file| tests(file, CaseResult::is_flaky).map(move |result| flaky_test(file, result, base));
    ledger.files.iter().flat_map(of_file).collect()
}

fn flaky_test(file: &FileRecord, result: &CaseResult, base: Base<'_>) -> Finding {
    let case = file.case(result.case);
    let declared = case.location.as_ref();
    let before = &result.earlier_attempts;
    let failures = before.first().map_or(&[][..], |attempt| &attempt.failures);
    let attempts = counted(before.len(), "failed attempt");
    let why = failures.first().map(headline).unwrap_or_default();
    let finding = Finding {
        title: format!("flaky: {}", case.full_name(" > ")),
        name: case.full_name(" > "),
        note: format!("passed after {attempts}: {why}"),
        text: format!(
            "passed after {attempts}. The first one:\n{}",
            base.texts(failures, declared)
        ),
        ..Finding::default()
    };
    base.at(&[declared], file, finding)
}

/// What files left behind.
pub(super) fn leaks(ledger: &Ledger, base: Base<'_>) -> Vec<Finding> {
    let of_file = |file: &'_ FileRecord| -> Vec<Finding> {
        let leaks = file.leaks.iter();
        leaks
            .map(|leak| {
                let finding = Finding {
                    title: "trun: leak".to_owned(),
                    note: leak.what.clone(),
                    text: format!("left behind: {}", leak.what),
                    ..Finding::default()
                };
                base.at(&[leak.location()], file, finding)
            })
            .collect()
    };
    ledger.files.iter().flat_map(of_file).collect()
}

/// The beginning of `text`, as much as `limit` bytes hold.
pub(super) fn cut(text: &str, limit: usize) -> Cow<'_, str> {
    if text.len() <= limit {
        return Cow::Borrowed(text);
    }
    Cow::Owned(format!("{}…", &text[..text.floor_char_boundary(limit)]))
}
