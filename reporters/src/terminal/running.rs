//! Which tests run right now, and which ran when their file was cut short.

use std::{collections::BTreeMap, time::Duration};

use crate::{
    event::{EventKind, RunEvent, RunningCase},
    model::{CaseId, FileId, FileOutcome},
};

/// Known by `Tick`, so up to a quarter of a second late.
#[derive(Debug, Default)]
pub(crate) struct Running {
    cases: Vec<RunningCase>,
    /// Of the last `Tick`, since the run began.
    seen: Duration,
    interrupted: BTreeMap<FileId, CaseId>,
}

impl Running {
    pub(super) fn fold(&mut self, event: &RunEvent) {
        match &event.kind {
            EventKind::Tick { running } => {
                self.cases.clone_from(running);
                self.seen = event.elapsed;
            }
            EventKind::CaseFinished { file, result } => {
                let ended = (*file, Some(result.case));
                self.cases.retain(|case| (case.file, case.case) != ended);
            }
            EventKind::FileFinished { file, outcome, .. } => {
                if let (FileOutcome::NotRun(_), Some(case)) = (outcome, self.case_of(*file)) {
                    self.interrupted.insert(*file, case);
                }
                self.cases.retain(|case| case.file != *file);
            }
            _ => {}
        }
    }

    fn case_of(&self, file: FileId) -> Option<CaseId> {
        self.cases.iter().find(|case| case.file == file)?.case
    }

    /// What runs at `now`, with its ages then; longest first.
    pub(super) fn at(&self, now: Duration) -> impl ExactSizeIterator<Item = RunningCase> + '_ {
        let since = now.saturating_sub(self.seen);
        self.cases.iter().map(move |case| RunningCase {
            age: case.age + since,
            ..case.clone()
        })
    }

    /// Whether this test ran when its file was cut short.
    pub(super) fn was_interrupted(&self, file: FileId, case: CaseId) -> bool {
        self.interrupted.get(&file) == Some(&case)
    }
}
