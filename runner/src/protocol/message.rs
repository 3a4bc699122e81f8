//! What coordinator and worker say to each other: two closed sets.

use serde::{Deserialize, Serialize};
use trun_reporters::model::{CaseId, CaseResult, Failure, FileId, Frame, Leak, Stream, TestCase};

/// From the coordinator.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum ToWorker {
    /// Run this file. The worker answers with its results and [`FromWorker::FileDone`].
    Run {
        /// Its number.
        file: FileId,
        /// Absolute path.
        path: String,
    },
    /// End: there is nothing left to do.
    Shutdown,
}

/// From a worker.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum FromWorker {
    /// The VM is there.
    Ready,
    /// There will be no VM; why.
    Unable(String),
    /// trun's own code in the worker panicked, with this message. The worker ends.
    Bug(String),
    /// The file was loaded.
    Collected {
        /// Which.
        file: FileId,
        /// All its cases.
        cases: Vec<TestCase>,
    },
    /// A case ended.
    CaseFinished {
        /// Which file.
        file: FileId,
        /// How.
        result: CaseResult,
    },
    /// Something failed that belongs to no case.
    FileError {
        /// Which file.
        file: FileId,
        /// What.
        failure: Failure,
    },
    /// `console.*`, `process.stdout.write`.
    Output {
        /// Which file.
        file: FileId,
        /// Whose.
        case: Option<CaseId>,
        /// Where.
        stream: Stream,
        /// What.
        text: String,
    },
    /// The JavaScript that runs, innermost call first: the answer to an inquiry.
    Runs {
        /// Where it is.
        stack: Vec<Frame>,
    },
    /// An addon is loaded for the first time in this worker, from now on known to the page by a number. Sent before any of its code runs.
    AddonLoaded {
        /// Counts up from 0.
        number: u32,
        /// Its file.
        path: String,
    },
    /// A file left something behind: the one that runs, or one that ran before it in this worker.
    Leaked {
        /// Which.
        file: FileId,
        /// What.
        leaks: Vec<Leak>,
    },
    /// What the time of a file that is over went into (`--trace-time`).
    FileTimes {
        /// Which.
        file: FileId,
        /// In nanoseconds, in the order of `trun_vm::times::PARTS`.
        times: Vec<u64>,
    },
    /// The file is over and its realm released.
    FileDone {
        /// Which.
        file: FileId,
        /// Resident memory of the worker now, in bytes: decides whether it is replaced.
        resident: u64,
    },
}

/// The longest text one message carries.
const MAX_TEXT: usize = 1 << 20;

/// Cuts a text that would make a frame too long, and says so in it. Nothing is dropped silently.
#[must_use]
pub fn cap(mut text: String) -> String {
    if text.len() > MAX_TEXT {
        let dropped = text.len() - MAX_TEXT;
        text.truncate(text.floor_char_boundary(MAX_TEXT));
        text.push_str(&format!("\n[… {dropped} bytes cut by trun]"));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_texts_are_cut_at_a_character_and_marked() {
        let capped = cap("é".repeat(MAX_TEXT));
        assert!(capped.len() < MAX_TEXT + 64 && capped.ends_with("bytes cut by trun]"));
        assert_eq!(cap("short".into()), "short");
    }
}
