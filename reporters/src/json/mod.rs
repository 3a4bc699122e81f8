//! The `json` reporter: one document in the shape of Jest's `--json`, written when the run is over.
//!
//! The shape is a superset. All keys of Jest are there with their meaning, so that editor plugins and CI scripts made for
//! it read the document unchanged; what Jest has no place for (stable ids, captured output, what did not run, why the run
//! ended) is in objects called `x` on the document, each file and each test.
//!
//! Where Jest's shape leaves a choice:
//! - `status` of a skipped test is `pending`, as in Jest; a test that never ran because its file crashed or was cut short
//!   is no entry at all, it is listed in `x.notRunTests`;
//! - a file is in `testResults` if a worker had it, and then `failed`, `passed` or, cut short before anything failed,
//!   `pending`; the files that did not run are listed in `x.notRun` and are `numPendingTestSuites`;
//! - a test that failed first and passed when it was tried again is `passed` and has no `failureMessages`, or editors would
//!   show an error on it; what its failed attempts said is in `retryReasons` (and `retryMessages`), `invocations` counts
//!   all attempts, and `x.flaky` tells it from the others;
//! - a test that `-t` leaves out is `pending` as in Jest, with `x.mode` `filtered`;
//! - `numRuntimeErrorTestSuites` counts the files with file errors, which are among the failed ones;
//! - text is as the tests wrote it: JSON can hold anything, and editors match titles literally.

mod convert;
mod document;
mod message;

use std::{
    fmt,
    io::{self, Write},
};

use crate::{
    event::{EventKind, RunEvent},
    ledger::Ledger,
    reporter::Reporter,
};

/// Remembers the run and writes the document at its end.
pub struct JsonReporter {
    out: Box<dyn Write + Send>,
    ledger: Ledger,
}

impl JsonReporter {
    /// Writes to `out` when the run is over, on one line.
    #[must_use]
    pub fn new(out: Box<dyn Write + Send>) -> Self {
        Self {
            out,
            ledger: Ledger::default(),
        }
    }
}

impl Reporter for JsonReporter {
    fn handle(&mut self, event: &RunEvent) -> io::Result<()> {
        self.ledger.fold(event);
        if matches!(event.kind, EventKind::RunFinished { .. }) {
            // In one piece: the writer may be a bare file.
            let mut text = serde_json::to_vec(&convert::document(&self.ledger))?;
            text.push(b'\n');
            self.out.write_all(&text)?;
            self.out.flush()?;
        }
        Ok(())
    }
}

impl fmt::Debug for JsonReporter {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("JsonReporter")
            .field("ledger", &self.ledger)
            .finish_non_exhaustive()
    }
}
