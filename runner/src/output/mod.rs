//! Where reports go: from reporter specifications to open sinks, and from sinks to finished files.
//!
//! Owns the process's stdout for the length of a run, the files that reports are written to, and the look of what is
//! printed. Reporters write into it and never wait: what may be slow (a terminal, a pipe) has a queue and a thread of its
//! own. Must be opened after the zygote was forked, because it starts threads.
//!
//! [`queue`] is the writer that never blocks, [`mod@file`] the file that appears only when it is whole, [`target`] decides
//! which of them a path needs, [`mod@style`] what the output looks like, [`gauge`] is what a progress view asks its terminal,
//! [`github`] what a workflow there adds.

mod error;
mod file;
mod gauge;
mod github;
mod queue;
mod style;
mod target;

#[cfg(test)]
mod tests;

use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
};

use trun_reporters::{Fanout, InquiryReporter, Kind, Outlet, ReporterOptions, Style, build};

pub use self::{
    error::OutputError,
    github::Github,
    queue::StdoutWriter,
    style::{Terminal, style},
};
use self::{
    file::FileSink,
    gauge::TerminalGauge,
    queue::{Queue, Watch},
    target::Target,
};
use crate::cli::ReporterSpec;

/// The open sinks of a run.
///
/// Dropped without [`Outputs::finish`], it takes unfinished files away and leaves the old ones as they were.
#[derive(Debug, Default)]
pub struct Outputs {
    stdout: Option<Queue>,
    /// Where answers to inquiries go if no reporter talks to people.
    stderr: Option<Queue>,
    reports: Vec<Report>,
    /// What to warn of when all else is said.
    notes: Vec<String>,
}

/// A report that does not go to stdout.
#[derive(Debug)]
struct Report {
    kind: Kind,
    path: PathBuf,
    sink: Sink,
}

#[derive(Debug)]
enum Sink {
    File(FileSink),
    Stream(Queue),
    /// The path is another name of stdout, which is finished by itself.
    Stdout,
}

/// Opens a sink for every reporter and makes the reporters, with those that `github` adds. `style` is that of stdout; files
/// are plain.
///
/// # Errors
///
/// The first file that cannot be written. Nothing is left behind then.
pub fn open(
    specs: &[ReporterSpec],
    style: Style,
    options: ReporterOptions,
    github: &Github,
) -> Result<(Fanout, Outputs), OutputError> {
    let mut outputs = Outputs::default();
    let mut listeners = Fanout::new();
    let specs = github.complete(specs);
    let options = ReporterOptions {
        hostname: hostname(),
        workspace: github.workspace(),
        ..options
    };
    for spec in &specs {
        let (label, reporter) = match &spec.file {
            Some(path) => {
                let out = outputs.open_file(spec.kind, path)?;
                (
                    format!("{}:{}", spec.kind, path.display()),
                    build(spec.kind, out, Style::plain(), options.clone()),
                )
            }
            None => {
                let out = outputs.open_stdout(spec.kind, style)?;
                (spec.kind.to_string(), build(spec.kind, out, style, options.clone()))
            }
        };
        listeners.add(label, reporter);
    }
    let talks = |spec: &ReporterSpec| matches!(spec.kind, Kind::Default | Kind::Dots) && spec.file.is_none();
    if !specs.iter().any(talks) {
        let out = outputs.stderr_writer()?;
        listeners.add(
            "inquiries",
            Box::new(InquiryReporter::new(Outlet::from(
                Box::new(out) as Box<dyn Write + Send>
            ))),
        );
    }
    outputs.notes.extend(github.add_summary(&specs, &mut listeners).err());
    Ok((listeners, outputs))
}

impl Outputs {
    /// Whether nobody reads stdout any longer, or it takes no more. The run should end; what is written is dropped.
    #[must_use]
    pub fn is_stdout_closed(&self) -> bool {
        self.stdout.as_ref().is_some_and(Queue::is_closed)
    }

    /// A watch over stdout that can be asked from another thread. `None` if no reporter writes there.
    #[must_use]
    pub fn watch_stdout(&self) -> Option<Watch> {
        self.stdout.as_ref().map(Queue::watch)
    }

    /// Waits until everything is written, puts finished files in their places and says on `stderr` where the JSON is and
    /// what had to be left out.
    ///
    /// The answer is what could not be written. A file whose reporter has already failed is only taken away.
    #[must_use = "a report that cannot be written decides the exit code"]
    pub fn finish(mut self, root: &Path, stderr: &mut dyn Write) -> Vec<OutputError> {
        let mut errors = Vec::new();
        if let Some(queue) = self.stdout.take()
            && let Err(error) = queue.finish()
        {
            errors.push(OutputError::Stdout(error));
        }
        // Nobody is left to be told that it cannot be written.
        let _ = self.stderr.take().map(Queue::finish);
        for report in self.reports.drain(..) {
            let finished = match report.sink {
                Sink::File(file) => file.finish(),
                Sink::Stream(queue) => queue.finish().map(|()| true),
                Sink::Stdout => Ok(false),
            };
            match finished {
                Ok(true) if report.kind == Kind::Json => announce(root, &report.path, stderr),
                Ok(_) => {}
                Err(error) => errors.push(OutputError::write(&report.path, error)),
            }
        }
        for note in &self.notes {
            let _ = writeln!(stderr, "warning: {note}");
        }
        errors
    }

    fn open_stdout(&mut self, kind: Kind, style: Style) -> Result<Outlet, OutputError> {
        if kind == Kind::None {
            return Ok(Outlet::from(Box::new(io::sink())));
        }
        let out = Box::new(self.stdout_writer()?);
        Ok(match self.watch_stdout().filter(|_| style.live) {
            Some(queue) => Outlet::gauged(out, Box::new(TerminalGauge::of_stdout(queue))),
            None => Outlet::from(out),
        })
    }

    fn open_file(&mut self, kind: Kind, path: &Path) -> Result<Box<dyn Write + Send>, OutputError> {
        let failed = |error| OutputError::write(path, error);
        let (sink, out): (Sink, Box<dyn Write + Send>) = match target::open(path).map_err(failed)? {
            Target::Stdout => (Sink::Stdout, Box::new(self.stdout_writer()?)),
            Target::Stream(stream) => {
                let queue = Queue::start("report", stream).map_err(failed)?;
                let out = queue.writer();
                (Sink::Stream(queue), Box::new(out))
            }
            Target::File(file) => {
                let (sink, out) = file.shared();
                (Sink::File(sink), Box::new(out))
            }
        };
        self.reports.push(Report {
            kind,
            path: path.to_path_buf(),
            sink,
        });
        Ok(out)
    }

    fn stderr_writer(&mut self) -> Result<StdoutWriter, OutputError> {
        let queue = target::stderr()
            .and_then(|stderr| Queue::start("stderr", stderr))
            .map_err(OutputError::Stdout)?;
        let writer = queue.writer();
        self.stderr = Some(queue);
        Ok(writer)
    }

    fn stdout_writer(&mut self) -> Result<StdoutWriter, OutputError> {
        if let Some(queue) = &self.stdout {
            return Ok(queue.writer());
        }
        let queue = target::stdout()
            .and_then(|stdout| Queue::start("stdout", stdout))
            .map_err(OutputError::Stdout)?;
        let writer = queue.writer();
        self.stdout = Some(queue);
        Ok(writer)
    }
}

/// The name of this machine, for documents that say where a run took place.
fn hostname() -> Option<String> {
    let name = fs::read_to_string("/proc/sys/kernel/hostname").ok()?;
    Some(name.trim().to_owned()).filter(|name| !name.is_empty())
}

fn announce(root: &Path, path: &Path, stderr: &mut dyn Write) {
    let path = trun_reporters::relative(&root.to_string_lossy(), &path.to_string_lossy());
    // The report is written; a closed stderr does not undo that.
    let _ = writeln!(stderr, "Test results written to: {path}");
}
