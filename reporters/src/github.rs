//! The `github` reporter: workflow commands that GitHub shows as annotations.

use std::{
    fmt,
    io::{self, Write},
};

use crate::{event::RunEvent, ledger::Ledger, reporter::Reporter};

/// The `github` reporter: workflow commands that GitHub shows as annotations.
pub struct GithubReporter {
    out: Box<dyn Write + Send>,
    ledger: Ledger,
}

impl GithubReporter {
    /// Writes to `out`.
    #[must_use]
    pub fn new(out: Box<dyn Write + Send>) -> Self {
        Self {
            out,
            ledger: Ledger::default(),
        }
    }
}

impl Reporter for GithubReporter {
    fn handle(&mut self, event: &RunEvent) -> io::Result<()> {
        self.ledger.fold(event);
        self.out.flush()
    }
}

impl fmt::Debug for GithubReporter {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("GithubReporter").finish_non_exhaustive()
    }
}
