//! The `junit` reporter: one document in JUnit's shape, written when the run is over.
//!
//! One suite per test file, flat; a case's name is the path of its titles. There is one document ([`model`], filled in by
//! [`build`]) and one sanitiser ([`sanitise`]); the dialects [`rich`] and [`plain`] differ only in what they can express.
//! Nothing is written before the end of the run, which also comes when it is interrupted or aborted.

mod build;
mod encode;
mod failed;
mod model;
mod names;
mod plain;
mod rich;
mod sanitise;

use std::{
    fmt,
    io::{self, Write},
};

use crate::{
    event::{EventKind, RunEvent},
    ledger::{KeptOutput, Ledger},
    reporter::Reporter,
};

/// The form of a JUnit document.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum JunitDialect {
    /// All that readers of JUnit documents understand today: flaky tests, places, properties.
    #[default]
    Rich,
    /// What the oldest readers understand.
    Plain,
}

/// The `junit` reporter: one document in JUnit's shape.
pub struct JunitReporter {
    out: Box<dyn Write + Send>,
    ledger: Ledger,
    dialect: JunitDialect,
    hostname: Option<String>,
}

impl JunitReporter {
    /// Writes to `out`. The document names the machine if `hostname` does.
    #[must_use]
    pub fn new(out: Box<dyn Write + Send>, dialect: JunitDialect, hostname: Option<String>) -> Self {
        Self {
            out,
            ledger: Ledger::keeping(KeptOutput::OfFailures),
            dialect,
            hostname,
        }
    }

    fn write(&mut self) -> io::Result<()> {
        let document = build::document(&self.ledger, self.hostname.as_deref());
        let text = match self.dialect {
            JunitDialect::Rich => rich::write(&document)?,
            JunitDialect::Plain => plain::write(&document)?,
        };
        self.out.write_all(text.as_bytes())?;
        self.out.flush()
    }
}

impl Reporter for JunitReporter {
    fn handle(&mut self, event: &RunEvent) -> io::Result<()> {
        self.ledger.fold(event);
        match event.kind {
            EventKind::RunFinished { .. } => self.write(),
            _ => Ok(()),
        }
    }
}

impl fmt::Debug for JunitReporter {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("JunitReporter").finish_non_exhaustive()
    }
}
