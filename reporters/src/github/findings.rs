//! What there is to say about a run on GitHub, in the order of files: failures, flaky tests, leaks.

use std::borrow::Cow;

use crate::{
    duration::counted,
    failure_text::{Places, failed_at, failure_text},
    ledger::{FileRecord, Ledger, TimedResult},
    model::{Failure, Location},
    paths, problems,
};

/// One thing worth an annotation.
#[derive(Debug)]
pub(super) struct Finding {
    /// Relative to the checkout.
    pub(super) path: Option<String>,
    /// Line and column in it.
    pub(super) position: Option<(u32, u32)>,
    pub(super) title: String,
    pub(super) text: String,
}

impl Finding {
    /// `tests/a.test.ts:3: outer > adds`
    pub(super) fn line(&self) -> String {
        let title = &self.title;
        match (&self.path, self.position) {
            (Some(path), Some((line, _))) => format!("{path}:{line}: {title}"),
            (Some(path), None) => format!("{path}: {title}"),
            (None, _) => title.clone(),
        }
    }
}

/// What paths are relative to.
#[derive(Debug, Clone, Copy)]
pub(super) struct Base<'a>(&'a str);

impl<'a> Base<'a> {
    pub(super) fn of(ledger: &'a Ledger, workspace: Option<&'a str>) -> Self {
        Self(workspace.unwrap_or(&ledger.root))
    }

    fn relative(self, path: &str) -> String {
        paths::relative(self.0, path)
    }

    /// A finding at the first of these places that the checkout has, else at the file.
    fn finding(self, places: &[Option<&Location>], file: &str, title: String, text: String) -> Finding {
        let inside = |place: &&Location| {
            let path = self.relative(&place.file);
            !path.starts_with("..") && !path.starts_with('/')
        };
        let place = places.iter().copied().flatten().find(inside);
        Finding {
            path: Some(self.relative(place.map_or(file, |place| &place.file))),
            position: place.map(|place| (place.line, place.column)),
            title,
            text,
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
        path: None,
        position: None,
        title: format!("trun: {label}"),
        text,
    });
    let of_files = ledger.files.iter().flat_map(|file| of_file(file, base));
    of_run.chain(of_files).collect()
}

fn of_file(file: &FileRecord, base: Base<'_>) -> Vec<Finding> {
    let errors = problems::of_file(file);
    let error = |failure: &Failure| {
        let title = format!("{}: {}", base.relative(&file.path), problems::label(failure));
        let text = base.texts(std::slice::from_ref(failure), None);
        base.finding(&[failed_at(failure)], &file.path, title, text)
    };
    let mut findings: Vec<Finding> = errors.iter().map(error).collect();
    let results = file.sorted_results().into_iter();
    findings.extend(
        results
            .filter(|timed| timed.result.outcome.is_failure())
            .map(|timed| failed_test(file, timed, base)),
    );
    findings
}

fn failed_test(file: &FileRecord, timed: &TimedResult, base: Base<'_>) -> Finding {
    let result = &timed.result;
    let case = file.case(result.case);
    let declared = case.location.as_ref();
    let mut text = base.texts(&result.failures, declared);
    let attempts = result.earlier_attempts.len() + 1;
    if attempts > 1 {
        text = format!("All {attempts} attempts failed. The last one:\n{text}");
    }
    let places = [result.failures.first().and_then(failed_at), declared];
    base.finding(&places, &file.path, case.full_name(" > "), text)
}

/// Tests that failed first and passed when they were tried again.
pub(super) fn flaky(ledger: &Ledger, base: Base<'_>) -> Vec<Finding> {
    let files = ledger.files.iter();
    files
        .flat_map(|file| {
            let results = file.sorted_results().into_iter();
            results
                .filter(|timed| timed.result.is_flaky())
                .map(move |timed| flaky_test(file, timed, base))
        })
        .collect()
}

fn flaky_test(file: &FileRecord, timed: &TimedResult, base: Base<'_>) -> Finding {
    let result = &timed.result;
    let case = file.case(result.case);
    let declared = case.location.as_ref();
    let failures = result
        .earlier_attempts
        .first()
        .map_or(&[][..], |attempt| &attempt.failures);
    let attempts = counted(result.earlier_attempts.len(), "failed attempt");
    let text = format!(
        "It passed after {attempts}. The first one:\n{}",
        base.texts(failures, declared)
    );
    let title = format!("flaky: {}", case.full_name(" > "));
    base.finding(
        &[failures.first().and_then(failed_at), declared],
        &file.path,
        title,
        text,
    )
}

/// What files left behind.
pub(super) fn leaks(ledger: &Ledger, base: Base<'_>) -> Vec<Finding> {
    let files = ledger.files.iter();
    files
        .flat_map(|file| {
            file.leaks.iter().map(move |leak| {
                let title = format!("{}: leak", base.relative(&file.path));
                base.finding(
                    &[leak.location()],
                    &file.path,
                    title,
                    format!("left behind: {}", leak.what),
                )
            })
        })
        .collect()
}

/// The beginning of `text`, as much as `limit` bytes hold.
pub(super) fn cut(text: &str, limit: usize) -> Cow<'_, str> {
    if text.len() <= limit {
        return Cow::Borrowed(text);
    }
    Cow::Owned(format!("{}…", &text[..text.floor_char_boundary(limit)]))
}
