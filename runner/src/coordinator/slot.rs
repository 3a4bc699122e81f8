//! One worker's place: who sits there and what it does.

use trun_reporters::model::{CaseId, FileId, Stream};

use crate::os::Running;
use crate::zygote::ProcessEnd;

/// Why the coordinator killed a worker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KillReason {
    /// What ran did not end within its limit, in milliseconds, and could not be stopped from inside.
    Overdue {
        /// What it had.
        limit_ms: u64,
    },
    /// It used more memory than it may, in bytes.
    Memory {
        /// What it had taken.
        used: u64,
        /// What it may take.
        limit: u64,
    },
    /// Its channel carried garbage.
    Corrupt,
    /// The run is over.
    RunEnded,
}

/// The file a worker runs.
#[derive(Debug)]
pub struct Session {
    /// Which.
    pub file: FileId,
    /// Since when, monotonic nanoseconds.
    pub started: u64,
    /// Per case: whether it has ended. `None` until the file is collected.
    pub finished: Option<Vec<bool>>,
    /// What it may still print.
    pub output: OutputBudget,
}

/// What may still be printed. A test that prints in an endless loop must not fill the coordinator's memory.
#[derive(Debug, Default)]
pub struct OutputBudget {
    used: usize,
}

impl OutputBudget {
    /// Output of one file beyond this is cut.
    pub const MOST: usize = 8 << 20;

    /// What of a text is to be shown, with a marker where the rest was cut.
    pub fn take(&mut self, mut text: String) -> Option<String> {
        let room = Self::MOST.saturating_sub(self.used);
        self.used = self.used.saturating_add(text.len());
        if room == 0 || text.is_empty() {
            return None;
        }
        if text.len() >= room {
            // Nothing more is shown from here on, not even where the cut left a few bytes.
            self.used = Self::MOST;
            text.truncate(text.floor_char_boundary(room));
            text.push_str(&format!("\n[output beyond {} MiB was cut by trun]\n", Self::MOST >> 20));
        }
        Some(text)
    }
}

impl Session {
    /// A file that was just given to a worker.
    #[must_use]
    pub fn new(file: FileId, started: u64) -> Self {
        Self {
            file,
            started,
            finished: None,
            output: OutputBudget::default(),
        }
    }

    /// Marks a case as ended; false if it had ended already or does not exist.
    pub fn finish(&mut self, case: CaseId) -> bool {
        match self.finished.as_mut().and_then(|cases| cases.get_mut(case.0 as usize)) {
            Some(ended) if !*ended => {
                *ended = true;
                true
            }
            _ => false,
        }
    }

    /// Whether every case it has collected has ended.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.finished
            .as_ref()
            .is_none_or(|cases| cases.iter().all(|ended| *ended))
    }

    /// The case that was running and has not ended.
    #[must_use]
    pub fn open_case(&self, running: Running) -> Option<CaseId> {
        match running {
            Running::Case(case) if self.finished.as_ref()?.get(case as usize) == Some(&false) => Some(CaseId(case)),
            _ => None,
        }
    }
}

/// What a worker does.
#[derive(Debug)]
pub enum State {
    /// Nobody is there.
    Vacant,
    /// The process starts.
    Starting {
        /// Since when, monotonic nanoseconds.
        since: u64,
    },
    /// Waits for a file.
    Idle,
    /// Runs a file.
    Running(Session),
    /// Was told to end.
    Leaving {
        /// Since when, monotonic nanoseconds.
        since: u64,
    },
}

/// A worker's place.
#[derive(Debug)]
pub struct Place {
    /// What it does.
    pub state: State,
    /// How its process ended, once it has.
    pub end: Option<ProcessEnd>,
    /// Its channel has closed.
    pub closed: bool,
    /// Why it was killed, if it was.
    pub killed: Option<KillReason>,
    /// Process id, once known.
    pub pid: Option<i32>,
    /// Since when it is half gone: its process or its channel has ended, the other not yet.
    pub half_gone: Option<u64>,
    /// The file that ran here last.
    pub last_file: Option<FileId>,
    /// The file that ran here before that one.
    pub former_file: Option<FileId>,
    /// What was printed before the first file.
    pub early_output: Vec<(Stream, String)>,
    /// What was printed after a file, in all.
    pub late_output: OutputBudget,
    /// trun's own code in it panicked, with this message.
    pub bug: Option<String>,
    /// Files of the addons it has loaded, by their number there.
    addons: Vec<String>,
    /// Its resident memory after the last file, in bytes.
    pub resident: u64,
    /// When what runs has begun, and how long its thread had got no core by then, as far as was seen.
    pub starved_at: (u64, u64),
    /// Starts in a row that failed.
    pub failed_starts: u32,
}

impl Default for Place {
    fn default() -> Self {
        Self {
            state: State::Vacant,
            end: None,
            closed: false,
            killed: None,
            pid: None,
            half_gone: None,
            last_file: None,
            former_file: None,
            early_output: Vec::new(),
            late_output: OutputBudget::default(),
            bug: None,
            addons: Vec::new(),
            resident: 0,
            starved_at: (0, 0),
            failed_starts: 0,
        }
    }
}

impl Place {
    /// A process is being started here.
    pub fn start(&mut self, now: u64) {
        *self = Self {
            state: State::Starting { since: now },
            failed_starts: self.failed_starts,
            ..Self::default()
        };
    }

    /// The worker has loaded an addon. Numbers count up; another one is of no worker of ours.
    pub fn name_addon(&mut self, number: u32, path: String) {
        if number as usize == self.addons.len() {
            self.addons.push(path);
        }
    }

    /// The file of an addon.
    #[must_use]
    pub fn addon(&self, number: u32) -> Option<&str> {
        self.addons.get(number as usize).map(String::as_str)
    }

    /// The session, if a file runs.
    #[must_use]
    pub fn session(&self) -> Option<&Session> {
        match &self.state {
            State::Running(session) => Some(session),
            _ => None,
        }
    }

    /// The session of `file`, to be changed.
    pub fn session_of(&mut self, file: FileId) -> Option<&mut Session> {
        match &mut self.state {
            State::Running(session) if session.file == file => Some(session),
            _ => None,
        }
    }

    /// Its exit status *and* the end of its channel are there: nothing more can come.
    #[must_use]
    pub fn has_ended(&self) -> bool {
        self.end.is_some() && self.closed
    }

    /// Whether nobody is there.
    #[must_use]
    pub fn is_vacant(&self) -> bool {
        matches!(self.state, State::Vacant)
    }
}
