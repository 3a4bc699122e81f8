//! Files that wait for a worker.

use std::collections::VecDeque;

use trun_reporters::model::FileId;

/// The files of a run that have not started, in path order.
#[derive(Debug)]
pub struct Queue {
    waiting: VecDeque<FileId>,
}

impl Queue {
    /// All files of a run.
    #[must_use]
    pub fn new(files: usize) -> Self {
        Self {
            waiting: (0..u32::try_from(files).unwrap_or(u32::MAX)).map(FileId).collect(),
        }
    }

    /// The next file to run.
    pub fn take(&mut self) -> Option<FileId> {
        self.waiting.pop_front()
    }

    /// Takes all that is left.
    pub fn drain(&mut self) -> Vec<FileId> {
        self.waiting.drain(..).collect()
    }

    /// How many wait.
    #[must_use]
    pub fn len(&self) -> usize {
        self.waiting.len()
    }

    /// Whether none waits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }
}
