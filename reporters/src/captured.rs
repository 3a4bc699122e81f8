//! What tests printed, as documents hold it: one text per test and stream.

use std::collections::HashMap;

use crate::{
    ledger::FileRecord,
    model::{CaseId, Stream},
};

/// What one test, or nobody in particular, printed.
#[derive(Debug, Default, Clone)]
pub(crate) struct Printed {
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// The output of a file by test; `None` is what belongs to no test.
pub(crate) struct Captured(HashMap<Option<CaseId>, Printed>);

impl Captured {
    /// Joins the pieces of each test and stream, in the order they were written. Looks at each piece once.
    pub(crate) fn of(file: &FileRecord) -> Self {
        let mut all: HashMap<Option<CaseId>, Printed> = HashMap::new();
        for chunk in &file.output {
            let printed = all.entry(chunk.case).or_default();
            let text = match chunk.stream {
                Stream::Stdout => &mut printed.stdout,
                Stream::Stderr => &mut printed.stderr,
            };
            text.push_str(&chunk.text);
        }
        Self(all)
    }

    /// What this test printed; a second call finds nothing.
    pub(crate) fn take(&mut self, case: Option<CaseId>) -> Printed {
        self.0.remove(&case).unwrap_or_default()
    }
}
