//! Which tests run right now, and which ran when their file was cut short.

use std::{cmp::Reverse, collections::BTreeMap, time::Duration};

use crate::{
    event::{EventKind, RunEvent, RunningCase},
    model::{CaseId, FileId, FileOutcome},
};

/// A file that a worker has, and the test in it that runs as far as that is known: by `Tick`, so up to a quarter of a
/// second late.
#[derive(Debug)]
struct Session {
    case: Option<CaseId>,
    /// Since the run began.
    since: Duration,
}

/// All files that workers have.
#[derive(Debug, Default)]
pub(crate) struct Running {
    sessions: BTreeMap<FileId, Session>,
    interrupted: BTreeMap<FileId, CaseId>,
}

impl Running {
    pub(super) fn fold(&mut self, event: &RunEvent) {
        let session = |case| Session {
            case,
            since: event.elapsed,
        };
        match &event.kind {
            EventKind::FileStarted { file, .. } => {
                self.sessions.insert(*file, session(None));
            }
            EventKind::Tick { running } => {
                let told = |told: &RunningCase| Session {
                    case: told.case,
                    since: event.elapsed.saturating_sub(told.age),
                };
                self.sessions = running.iter().map(|one| (one.file, told(one))).collect();
            }
            EventKind::CaseFinished { file, result } => {
                if let Some(running) = self.sessions.get_mut(file)
                    && running.case.is_none_or(|case| case == result.case)
                {
                    *running = session(None);
                }
            }
            EventKind::FileFinished { file, outcome, .. } => {
                let case = self.sessions.remove(file).and_then(|session| session.case);
                if let (FileOutcome::NotRun(_), Some(case)) = (outcome, case) {
                    self.interrupted.insert(*file, case);
                }
            }
            _ => {}
        }
    }

    /// What runs at `now`, longest first.
    pub(super) fn at(&self, now: Duration) -> Vec<RunningCase> {
        let case = |(file, session): (&FileId, &Session)| RunningCase {
            file: *file,
            case: session.case,
            age: now.saturating_sub(session.since),
        };
        let mut cases: Vec<RunningCase> = self.sessions.iter().map(case).collect();
        cases.sort_by_key(|case| Reverse(case.age));
        cases
    }

    /// Whether this test ran when its file was cut short.
    pub(super) fn was_interrupted(&self, file: FileId, case: CaseId) -> bool {
        self.interrupted.get(&file) == Some(&case)
    }
}
