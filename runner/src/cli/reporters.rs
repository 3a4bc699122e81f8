//! From `--reporter`, `--outputFile` and `--reporter-outfile` to who writes where.
//!
//! Three ecosystems name report files in three ways; all of them end in one list in which at most one reporter writes to
//! stdout and no two into the same file.

use std::path::{Path, PathBuf};

use trun_reporters::Kind;

use super::{
    args::LowArgs,
    error::{UsageError, closest, did_you_mean},
    settings::ReporterSpec,
};

pub(super) fn resolve(low: &LowArgs, root: &Path) -> Result<Vec<ReporterSpec>, UsageError> {
    let mut specs = named(&low.reporters, root)?;
    if let Some(file) = &low.output_file {
        direct(&mut specs, Kind::Json, "--outputFile", file, root)?;
    }
    for (kind, file) in &low.output_files {
        direct(&mut specs, *kind, &format!("--outputFile.{kind}"), file, root)?;
    }
    if let Some(file) = &low.reporter_outfile {
        direct_the_one(&mut specs, file, root)?;
    }
    check(&specs)?;
    Ok(specs)
}

/// The reporters that were named, or the default set.
fn named(typed: &[String], root: &Path) -> Result<Vec<ReporterSpec>, UsageError> {
    if typed.is_empty() {
        return Ok(vec![ReporterSpec {
            kind: Kind::Default,
            file: None,
        }]);
    }
    typed.iter().map(|typed| spec(typed, root)).collect()
}

fn spec(typed: &str, root: &Path) -> Result<ReporterSpec, UsageError> {
    let (name, file) = match typed.split_once(':') {
        Some((name, file)) => (name, Some(file)),
        None => (typed, None),
    };
    let kind = name.parse::<Kind>().map_err(|_| unknown(typed, name))?;
    let file = file.map(|file| path("--reporter", typed, file, root)).transpose()?;
    Ok(ReporterSpec { kind, file })
}

fn unknown(typed: &str, name: &str) -> UsageError {
    let names = Kind::ALL.map(Kind::name);
    let why = if name.contains(',') {
        "one reporter each; repeat the flag for several".to_owned()
    } else {
        let suggestion = closest(name, names);
        format!("there are {}{}", names.join(", "), did_you_mean(suggestion))
    };
    UsageError::InvalidValue {
        flag: "--reporter",
        value: typed.to_owned(),
        why,
    }
}

/// Sends the report of this kind into a file. The reporter joins the others if it was not named.
fn direct(specs: &mut Vec<ReporterSpec>, kind: Kind, flag: &str, file: &str, root: &Path) -> Result<(), UsageError> {
    let file = path(flag, file, file, root)?;
    match specs.iter_mut().find(|spec| spec.kind == kind) {
        None => specs.push(ReporterSpec { kind, file: Some(file) }),
        Some(spec) => assign(spec, flag, file)?,
    }
    Ok(())
}

/// Sends the report into a file that is meant when only one can be: the one that is not made for terminals.
fn direct_the_one(specs: &mut [ReporterSpec], file: &str, root: &Path) -> Result<(), UsageError> {
    const FLAG: &str = "--reporter-outfile";
    let file = path(FLAG, file, file, root)?;
    let mut documents = specs
        .iter_mut()
        .filter(|spec| !matches!(spec.kind, Kind::Default | Kind::None));
    match (documents.next(), documents.next()) {
        (Some(spec), None) => assign(spec, FLAG, file),
        (None, _) => Err(UsageError::Reporters(format!(
            "{FLAG} needs a reporter that writes a document: add --reporter=json"
        ))),
        (Some(_), Some(_)) => Err(UsageError::Reporters(format!(
            "{FLAG} does not say which of several reporters it means: write --reporter=NAME:FILE"
        ))),
    }
}

fn assign(spec: &mut ReporterSpec, flag: &str, file: PathBuf) -> Result<(), UsageError> {
    match &spec.file {
        Some(other) if *other != file => Err(UsageError::Reporters(format!(
            "{flag} and another flag name different files for the reporter {}: leave one of them out",
            spec.kind
        ))),
        _ => {
            spec.file = Some(file);
            Ok(())
        }
    }
}

fn path(flag: &str, typed: &str, file: &str, root: &Path) -> Result<PathBuf, UsageError> {
    if file.is_empty() {
        let place = if typed.is_empty() {
            flag.to_owned()
        } else {
            format!("{flag}={typed}")
        };
        return Err(UsageError::Reporters(format!("{place} names no file")));
    }
    Ok(root.join(file))
}

fn check(specs: &[ReporterSpec]) -> Result<(), UsageError> {
    for (index, spec) in specs.iter().enumerate() {
        match (&spec.file, spec.kind) {
            (Some(_), Kind::None) => {
                return Err(UsageError::Reporters(
                    "the reporter none writes nothing and takes no file".to_owned(),
                ));
            }
            (Some(file), _) if specs[..index].iter().any(|other| other.file.as_ref() == Some(file)) => {
                return Err(UsageError::Reporters(format!(
                    "two reporters cannot write into one file, {}: give each its own",
                    file.display()
                )));
            }
            (None, kind) => {
                let mut others = specs[..index].iter().filter(|other| other.file.is_none());
                if let Some(first) = others.find(|other| !share_stdout(other.kind, kind)) {
                    let first = first.kind;
                    return Err(UsageError::Reporters(format!(
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
