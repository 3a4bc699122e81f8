//! What a reporter is, how one is made by name, and how several listen to one run.

use std::{error::Error, fmt, io, str::FromStr};

use crate::{
    dots::DotsReporter,
    event::RunEvent,
    github::GithubReporter,
    json::JsonReporter,
    junit::{JunitDialect, JunitReporter},
    none::NoneReporter,
    outlet::Outlet,
    style::Style,
    terminal::TerminalReporter,
};

/// Listens to a run and writes something about it.
pub trait Reporter: Send {
    /// Takes the next event. Events come in the order that [`crate::event`] describes.
    ///
    /// # Errors
    ///
    /// Whatever the writer behind the reporter failed with. The reporter's state is then undefined: tell it no more.
    fn handle(&mut self, event: &RunEvent) -> io::Result<()>;
}

/// The reporters that exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// Blocks for people on a terminal or in a log.
    Default,
    /// One character a test, then what failed.
    Dots,
    /// One document in Jest's `--json` shape.
    Json,
    /// One document in JUnit's shape.
    Junit,
    /// Workflow commands that GitHub shows as annotations.
    Github,
    /// Silence.
    None,
}

impl Kind {
    /// Every kind, in the order in which messages list them.
    pub const ALL: [Self; 6] = [
        Self::Default,
        Self::Dots,
        Self::Json,
        Self::Junit,
        Self::Github,
        Self::None,
    ];

    /// The name that `--reporter` takes.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::Dots => "dots",
            Self::Json => "json",
            Self::Junit => "junit",
            Self::Github => "github",
            Self::None => "none",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.name())
    }
}

impl FromStr for Kind {
    type Err = UnknownReporter;

    fn from_str(name: &str) -> Result<Self, UnknownReporter> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.name() == name)
            .ok_or_else(|| UnknownReporter { name: name.to_owned() })
    }
}

/// Someone asked for a reporter that does not exist.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownReporter {
    /// The name as it was typed.
    pub name: String,
}

impl fmt::Display for UnknownReporter {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let known = Kind::ALL.map(Kind::name).join(", ");
        write!(
            out,
            "unknown reporter \"{}\"; there are: {known}",
            crate::text::visible(&self.name)
        )
    }
}

impl Error for UnknownReporter {}

/// What reporters are told besides their look.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReporterOptions {
    /// The form of JUnit documents.
    pub junit_dialect: JunitDialect,
    /// The machine's name, for documents that say where a run took place.
    pub hostname: Option<String>,
    /// Absolute path of the checkout that annotations are relative to; `None`: the run's root.
    pub workspace: Option<String>,
}

/// Makes the reporter of this kind, writing to `out`.
#[must_use]
pub fn build(kind: Kind, out: impl Into<Outlet>, style: Style, options: ReporterOptions) -> Box<dyn Reporter> {
    let out = out.into();
    match kind {
        Kind::Default => Box::new(TerminalReporter::new(out, style)),
        Kind::Dots => Box::new(DotsReporter::new(out, style)),
        Kind::Junit => Box::new(JunitReporter::new(
            Box::new(out),
            options.junit_dialect,
            options.hostname,
        )),
        Kind::Github => Box::new(GithubReporter::new(Box::new(out), options.workspace)),
        Kind::Json => Box::new(JsonReporter::new(Box::new(out))),
        Kind::None => Box::new(NoneReporter),
    }
}

/// A reporter that could not write.
#[derive(Debug)]
pub struct ReporterFailure {
    /// The label it was added under: `json:report.json`, say.
    pub reporter: String,
    /// Why.
    pub error: io::Error,
}

impl fmt::Display for ReporterFailure {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "failed to write the report of {}: {}", self.reporter, self.error)
    }
}

impl Error for ReporterFailure {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.error)
    }
}

/// Tells several reporters the same events.
///
/// One that fails is dropped and named; the others go on, because a full disk under the JSON file is no reason to leave
/// the terminal silent.
#[derive(Default)]
pub struct Fanout {
    listeners: Vec<(String, Box<dyn Reporter>)>,
}

impl Fanout {
    /// Nobody listens yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a listener. `label` is how messages name it.
    pub fn add(&mut self, label: impl Into<String>, reporter: Box<dyn Reporter>) {
        self.listeners.push((label.into(), reporter));
    }

    /// Tells everyone still listening. Each reporter fails at most once: it is dropped with its first failure.
    #[must_use = "a report that cannot be written decides the exit code"]
    pub fn handle(&mut self, event: &RunEvent) -> Vec<ReporterFailure> {
        let mut failures = Vec::new();
        self.listeners
            .retain_mut(|(label, reporter)| match reporter.handle(event) {
                Ok(()) => true,
                Err(error) => {
                    failures.push(ReporterFailure {
                        reporter: label.clone(),
                        error,
                    });
                    false
                }
            });
        failures
    }
}

impl fmt::Debug for Fanout {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_list()
            .entries(self.listeners.iter().map(|(label, _)| label))
            .finish()
    }
}
