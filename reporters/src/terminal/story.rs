//! What the terminal's reporters remember of a run: the ledger, what runs right now, and what failed tests printed.

use super::{running::Running, tail::Tails};
use crate::{event::RunEvent, ledger::Ledger, model::FileId};

/// The memory of a reporter for people.
#[derive(Debug, Default)]
pub(crate) struct Story {
    pub(crate) ledger: Ledger,
    pub(crate) running: Running,
    pub(crate) tails: Tails,
}

impl Story {
    /// Takes the next event in. Nothing is forgotten before [`Story::forget_output`].
    pub(crate) fn fold(&mut self, event: &RunEvent) {
        self.ledger.fold(event);
        self.running.fold(event);
        self.tails.fold(event, &self.ledger);
    }

    /// What the file printed is on the screen, or never will be: what its failures need is kept elsewhere.
    pub(crate) fn forget_output(&mut self, file: FileId) {
        self.ledger.file_mut(file).output = Vec::new();
    }
}
