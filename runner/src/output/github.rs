//! What GitHub's environment means for the output of a run.
//!
//! In a workflow (`GITHUB_ACTIONS=true`) a run that people read on stdout, by the reporter `default` or `dots`, is
//! annotated as well, as if `--reporter=github` had been added. Documents on stdout and `none` are left alone. Wherever
//! annotations are made, the page of the workflow's step gets a part too, if `GITHUB_STEP_SUMMARY` names its file.

use std::{ffi::OsString, fs::OpenOptions, path::PathBuf};

use trun_reporters::{Fanout, GithubReporter, Kind};

use crate::cli::{ReporterSpec, env_vars};

/// GitHub's environment, or the lack of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Github {
    is_workflow: bool,
    workspace: Option<String>,
    summary: Option<PathBuf>,
}

impl Github {
    /// Reads the environment through `env`.
    pub fn of(env: impl Fn(&str) -> Option<OsString>) -> Self {
        let told = |name| env(name).filter(|value| !value.is_empty());
        Self {
            is_workflow: told(env_vars::GITHUB_ACTIONS).is_some_and(|value| value == "true"),
            workspace: told(env_vars::GITHUB_WORKSPACE).and_then(|value| value.into_string().ok()),
            summary: told(env_vars::GITHUB_STEP_SUMMARY).map(PathBuf::from),
        }
    }

    /// Absolute path of the checkout.
    pub(super) fn workspace(&self) -> Option<String> {
        self.workspace.clone()
    }

    /// The reporters of a run for which these were asked: in a workflow with annotations. What annotates on stdout comes last,
    /// so that it writes below what people read.
    pub(super) fn complete(&self, asked: &[ReporterSpec]) -> Vec<ReporterSpec> {
        let annotates = |spec: &ReporterSpec| spec.kind == Kind::Github;
        let is_read = |spec: &ReporterSpec| spec.file.is_none() && matches!(spec.kind, Kind::Default | Kind::Dots);
        let mut specs = asked.to_vec();
        if self.is_workflow && asked.iter().any(is_read) && !asked.iter().any(annotates) {
            specs.push(ReporterSpec {
                kind: Kind::Github,
                file: None,
            });
        }
        specs.sort_by_key(|spec| annotates(spec) && spec.file.is_none());
        specs
    }

    /// Lets the page of the step join `listeners` if `specs` annotate.
    ///
    /// # Errors
    ///
    /// What to warn of if the file cannot be opened: a page that nobody asked for is no reason to fail a run.
    pub(super) fn add_summary(&self, specs: &[ReporterSpec], listeners: &mut Fanout) -> Result<(), String> {
        let annotates = specs.iter().any(|spec| spec.kind == Kind::Github);
        let Some(path) = self.summary.as_ref().filter(|_| annotates) else {
            return Ok(());
        };
        let file = OpenOptions::new()
            .append(true)
            .create(true)
            .open(path)
            .map_err(|error| {
                let (name, path) = (env_vars::GITHUB_STEP_SUMMARY, path.display());
                format!("the summary for GitHub is not written: {name} names {path}: {error}")
            })?;
        let label = format!("{}={}", env_vars::GITHUB_STEP_SUMMARY, path.display());
        let reporter = GithubReporter::page(Box::new(file), self.workspace.clone());
        listeners.add(label, Box::new(reporter));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spec(kind: Kind, file: Option<&str>) -> ReporterSpec {
        let file = file.map(PathBuf::from);
        ReporterSpec { kind, file }
    }

    fn complete(workflow: &str, asked: &[ReporterSpec]) -> Vec<ReporterSpec> {
        let env = |name: &str| (name == "GITHUB_ACTIONS").then(|| OsString::from(workflow));
        Github::of(env).complete(asked)
    }

    #[test]
    fn what_people_read_is_annotated_in_a_workflow_alone() {
        let github = || spec(Kind::Github, None);
        for kind in [Kind::Default, Kind::Dots] {
            let asked = [spec(kind, None), spec(Kind::Junit, Some("r.xml"))];
            let annotated = [asked[0].clone(), asked[1].clone(), github()];
            assert_eq!(complete("true", &asked), annotated);
            assert_eq!(complete("", &asked), asked);
            assert_eq!(complete("false", &asked), asked);
        }
        for asked in [
            spec(Kind::Json, None),
            spec(Kind::None, None),
            spec(Kind::Default, Some("page.txt")),
        ] {
            assert_eq!(complete("true", std::slice::from_ref(&asked)), [asked]);
        }
    }

    #[test]
    fn annotations_that_were_asked_for_are_not_doubled_and_come_last() {
        let in_file = [spec(Kind::Default, None), spec(Kind::Github, Some("a.txt"))];
        assert_eq!(complete("true", &in_file), in_file);
        let (github, dots) = (spec(Kind::Github, None), spec(Kind::Dots, None));
        assert_eq!(complete("true", &[github.clone(), dots.clone()]), [dots, github]);
    }
}
