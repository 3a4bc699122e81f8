//! The `dots` reporter: one character a test, then what failed.

use std::{
    fmt,
    io::{self, Write},
};

use crate::{event::RunEvent, ledger::Ledger, reporter::Reporter, style::Style};

/// The `dots` reporter: one character a test, then what failed.
pub struct DotsReporter {
    out: Box<dyn Write + Send>,
    ledger: Ledger,
    style: Style,
}

impl DotsReporter {
    /// Writes to `out`.
    #[must_use]
    pub fn new(out: Box<dyn Write + Send>, style: Style) -> Self {
        Self {
            out,
            ledger: Ledger::default(),
            style,
        }
    }
}

impl Reporter for DotsReporter {
    fn handle(&mut self, event: &RunEvent) -> io::Result<()> {
        self.ledger.fold(event);
        self.out.flush()
    }
}

impl fmt::Debug for DotsReporter {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("DotsReporter").finish_non_exhaustive()
    }
}
