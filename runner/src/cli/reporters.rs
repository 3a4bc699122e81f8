//! From `--reporter`, `--outputFile`, `--reporter-outfile` and `--json` to who writes where.
//!
//! Three ecosystems name report files in three ways; all of them end in one list in which at most one reporter writes to
//! stdout and no two into the same file.

use std::path::{Path, PathBuf};

use trun_reporters::Kind;

use super::{
    error::{UsageError, closest, did_you_mean},
    flags::Flag,
    layer::Given,
    resolve::LowArgs,
    settings::ReporterSpec,
};

/// Names that other runners have for reporters that do the same.
const OTHER_NAMES: [(&str, Kind); 5] = [
    ("verbose", Kind::Default),
    ("basic", Kind::Default),
    ("spec", Kind::Default),
    ("dot", Kind::Dots),
    ("github-actions", Kind::Github),
];

pub(super) fn resolve(low: &LowArgs, root: &Path, warnings: &mut Vec<String>) -> Result<Vec<ReporterSpec>, UsageError> {
    // A list is the answer itself.
    if low.lists {
        return Ok(Vec::new());
    }
    let mut specs = named(low, root, warnings)?;
    if let Some(file) = low.set.one(Flag::OutputFile) {
        direct(&mut specs, Kind::Json, file, root)?;
    }
    for kind in Kind::ALL {
        if let Some(file) = low.set.one(Flag::OutputFileOf(kind)) {
            direct(&mut specs, kind, file, root)?;
        }
    }
    if let Some(file) = low.set.one(Flag::ReporterOutfile) {
        direct_the_one(&mut specs, file, root)?;
    }
    check(&specs)?;
    Ok(specs)
}

/// The reporters that were named, or the default set.
fn named(low: &LowArgs, root: &Path, warnings: &mut Vec<String>) -> Result<Vec<ReporterSpec>, UsageError> {
    let mut specs: Vec<ReporterSpec> = Vec::new();
    for given in low.set.all(Flag::Reporter) {
        match spec(given, root)? {
            Some(spec) if spec.file.is_none() && specs.contains(&spec) => {}
            Some(spec) => specs.push(spec),
            None => warnings.push(format!(
                "{}={} is not loaded: trun runs its own reporters only",
                given,
                given.text().unwrap_or_default()
            )),
        }
    }
    let wants_json = low.switch(Flag::Json) == Some(true);
    let has_json = specs.iter().any(|spec| spec.kind == Kind::Json);
    let goes_to_file = [Flag::OutputFile, Flag::OutputFileOf(Kind::Json)]
        .into_iter()
        .any(|flag| low.set.one(flag).is_some());
    let on_stdout = |kind| ReporterSpec { kind, file: None };
    if wants_json && !has_json && !goes_to_file {
        specs.push(on_stdout(Kind::Json));
    }
    if specs.is_empty() {
        specs.push(on_stdout(Kind::Default));
    }
    Ok(specs)
}

/// `None` if it names a module, which is some other runner's reporter.
fn spec(given: &Given, root: &Path) -> Result<Option<ReporterSpec>, UsageError> {
    let typed = given.text().unwrap_or_default();
    let (name, file) = match typed.split_once(':') {
        Some((name, file)) => (name, Some(file)),
        None => (typed, None),
    };
    if name.contains('/') {
        return Ok(None);
    }
    let other = OTHER_NAMES.into_iter().find(|(other, _)| *other == name);
    let kind = other
        .map(|(_, kind)| kind)
        .or_else(|| name.parse::<Kind>().ok())
        .ok_or_else(|| unknown(given, name))?;
    let file = file.map(|file| path(given, file, root)).transpose()?;
    Ok(Some(ReporterSpec { kind, file }))
}

fn unknown(given: &Given, name: &str) -> UsageError {
    if name.contains(',') {
        return given.refuse("one reporter each; repeat the flag for several");
    }
    let names = Kind::ALL.map(Kind::name);
    given.refuse(format!(
        "there are {}{}",
        names.join(", "),
        did_you_mean(closest(name, names))
    ))
}

/// Sends the report of this kind into a file. The reporter joins the others if it was not named.
fn direct(specs: &mut Vec<ReporterSpec>, kind: Kind, given: &Given, root: &Path) -> Result<(), UsageError> {
    let file = path(given, given.text().unwrap_or_default(), root)?;
    match specs.iter_mut().find(|spec| spec.kind == kind) {
        None => specs.push(ReporterSpec { kind, file: Some(file) }),
        Some(spec) => assign(spec, given, file)?,
    }
    Ok(())
}

/// Sends the report into a file that is meant when only one can be: the one that is not made for terminals.
fn direct_the_one(specs: &mut [ReporterSpec], given: &Given, root: &Path) -> Result<(), UsageError> {
    let file = path(given, given.text().unwrap_or_default(), root)?;
    let mut documents = specs
        .iter_mut()
        .filter(|spec| !matches!(spec.kind, Kind::Default | Kind::None));
    match (documents.next(), documents.next()) {
        (Some(spec), None) => assign(spec, given, file),
        (None, _) => Err(contradiction(
            given,
            "needs a reporter that writes a document: add --reporter=json",
        )),
        (Some(_), Some(_)) => Err(contradiction(
            given,
            "does not say which of several reporters it means: write --reporter=NAME:FILE",
        )),
    }
}

fn assign(spec: &mut ReporterSpec, given: &Given, file: PathBuf) -> Result<(), UsageError> {
    match &spec.file {
        Some(other) if *other != file => Err(contradiction(
            given,
            &format!(
                "and another flag name different files for the reporter {}: leave one of them out",
                spec.kind
            ),
        )),
        _ => {
            spec.file = Some(file);
            Ok(())
        }
    }
}

fn path(given: &Given, file: &str, root: &Path) -> Result<PathBuf, UsageError> {
    if file.is_empty() {
        return Err(given.refuse("it names no file"));
    }
    Ok(root.join(file))
}

fn contradiction(given: &Given, what: &str) -> UsageError {
    UsageError::Contradiction(format!("{}{given} {what}", given.at()))
}

fn check(specs: &[ReporterSpec]) -> Result<(), UsageError> {
    for (index, spec) in specs.iter().enumerate() {
        match (&spec.file, spec.kind) {
            (Some(_), Kind::None) => {
                return Err(UsageError::Contradiction(
                    "the reporter none writes nothing and takes no file".to_owned(),
                ));
            }
            (Some(file), _) if specs[..index].iter().any(|other| other.file.as_ref() == Some(file)) => {
                return Err(UsageError::Contradiction(format!(
                    "two reporters cannot write into one file, {}: give each its own",
                    file.display()
                )));
            }
            (None, kind) => {
                let mut others = specs[..index].iter().filter(|other| other.file.is_none());
                if let Some(first) = others.find(|other| !share_stdout(other.kind, kind)) {
                    let first = first.kind;
                    return Err(UsageError::Contradiction(format!(
                        "the reporters {first} and {kind} cannot both write to stdout: give one a file, --reporter={kind}:FILE"
                    )));
                }
            }
            _ => {}
        }
    }
    Ok(())
}

/// Whether two reporters may write to one stdout: annotations stand below what people read, and `none` writes nothing.
fn share_stdout(one: Kind, other: Kind) -> bool {
    let is_read = |kind: Kind| matches!(kind, Kind::Default | Kind::Dots);
    match (one, other) {
        (Kind::None, _) | (_, Kind::None) => true,
        (Kind::Github, kind) | (kind, Kind::Github) => is_read(kind),
        _ => false,
    }
}
