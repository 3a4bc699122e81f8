//! The `github` reporter: workflow commands that GitHub shows as annotations, and the page of a workflow's step.
//!
//! Both are written when the run is over. Commands go to stdout, where GitHub looks for them; the page is a file of its
//! own, so it is a reporter of its own ([`GithubReporter::page`]) that no one names.

mod findings;
mod summary;

use std::{
    fmt,
    io::{self, Write},
};

use findings::{Base, Finding};

use crate::{
    duration::counted,
    event::{EventKind, RunEvent},
    ledger::{KeptOutput, Ledger},
    reporter::Reporter,
    text::{strip_ansi, visible},
};

/// Annotations of one level that GitHub shows for a step; it drops what is above.
const SHOWN: usize = 10;
/// Lines of the notice that names the others.
const NAMED: usize = 50;
/// Bytes of one annotation's message.
const MESSAGE_LIMIT: usize = 4 * 1024;

/// The `github` reporter: workflow commands that GitHub shows as annotations.
///
/// A failure is an error, a flaky test and what a file left behind are warnings. Beyond the ten of each level that GitHub
/// shows, one notice names the others.
pub struct GithubReporter {
    out: Box<dyn Write + Send>,
    ledger: Ledger,
    workspace: Option<String>,
    render: Render,
}

/// Makes the whole text of a run; paths are relative to the workspace, if it is told.
type Render = fn(&Ledger, Option<&str>) -> String;

impl GithubReporter {
    /// Writes to `out`. Paths are relative to `workspace`, the checkout, or to the run's root if it is not told.
    #[must_use]
    pub fn new(out: Box<dyn Write + Send>, workspace: Option<String>) -> Self {
        Self::rendering(commands, out, workspace)
    }

    /// Writes the page of a workflow's step to `out`, which is the step's file, opened so that it is added to.
    #[must_use]
    pub fn page(out: Box<dyn Write + Send>, workspace: Option<String>) -> Self {
        Self::rendering(summary::page, out, workspace)
    }

    fn rendering(render: Render, out: Box<dyn Write + Send>, workspace: Option<String>) -> Self {
        Self {
            out,
            ledger: Ledger::keeping(KeptOutput::Nothing),
            workspace,
            render,
        }
    }
}

impl Reporter for GithubReporter {
    fn handle(&mut self, event: &RunEvent) -> io::Result<()> {
        self.ledger.fold(event);
        if !matches!(event.kind, EventKind::RunFinished { .. }) {
            return Ok(());
        }
        let text = (self.render)(&self.ledger, self.workspace.as_deref());
        self.out.write_all(text.as_bytes())?;
        self.out.flush()
    }
}

impl fmt::Debug for GithubReporter {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("GithubReporter").finish_non_exhaustive()
    }
}

fn commands(ledger: &Ledger, workspace: Option<&str>) -> String {
    let base = Base::of(ledger, workspace);
    let errors = findings::failures(ledger, base);
    let mut warnings = findings::flaky(ledger, base);
    warnings.extend(findings::leaks(ledger, base));
    let mut text = String::new();
    let mut others: Vec<&Finding> = Vec::new();
    for (level, findings) in [("error", &errors), ("warning", &warnings)] {
        let (shown, more) = findings.split_at(findings.len().min(SHOWN));
        shown.iter().for_each(|one| text.push_str(&command(level, one)));
        others.extend(more);
    }
    if !others.is_empty() {
        text.push_str(&command("notice", &summary_of(&others)));
    }
    text
}

/// What GitHub would not show, in one annotation.
fn summary_of(others: &[&Finding]) -> Finding {
    let mut lines: Vec<String> = others
        .iter()
        .take(NAMED)
        .map(|one| format!("{}: {}", one.line(), first_line(&one.note)))
        .collect();
    if others.len() > NAMED {
        lines.push(format!("… and {} more", others.len() - NAMED));
    }
    Finding {
        title: format!("{} of this run", counted(others.len(), "more annotation")),
        text: lines.join("\n"),
        ..Finding::default()
    }
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}

/// `::error file=a.test.ts,line=3,col=5,title=adds::expected 3`
fn command(level: &str, finding: &Finding) -> String {
    let mut properties = Vec::new();
    if let Some(path) = &finding.path {
        properties.push(format!("file={}", property(path)));
        if let Some((line, column)) = finding.position {
            properties.push(format!("line={line},col={column}"));
        }
    }
    properties.push(format!("title={}", property(&finding.title)));
    let message = strip_ansi(&finding.text);
    let message = findings::cut(&message, MESSAGE_LIMIT);
    format!("::{level} {}::{}\n", properties.join(","), data(&message))
}

/// Escapes the text of a command.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// Escapes a property of a command.
fn property(text: &str) -> String {
    data(&visible(text)).replace(':', "%3A").replace(',', "%2C")
}
