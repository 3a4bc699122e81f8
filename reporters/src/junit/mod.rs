//! The `junit` reporter: one document in JUnit's shape.

use std::{
    fmt,
    io::{self, Write},
};

use crate::{event::RunEvent, ledger::Ledger, reporter::Reporter};

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
}

impl JunitReporter {
    /// Writes to `out`.
    #[must_use]
    pub fn new(out: Box<dyn Write + Send>, dialect: JunitDialect) -> Self {
        Self {
            out,
            ledger: Ledger::default(),
            dialect,
        }
    }
}

impl Reporter for JunitReporter {
    fn handle(&mut self, event: &RunEvent) -> io::Result<()> {
        self.ledger.fold(event);
        self.out.flush()
    }
}

impl fmt::Debug for JunitReporter {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("JunitReporter").finish_non_exhaustive()
    }
}
