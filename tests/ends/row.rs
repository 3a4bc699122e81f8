//! A row of the table: a test file and what every report says of it.
//!
//! ```text
//! PASS before
//! TIMEOUT suite > stuck: did not finish within 150 ms | at spin (
//! NOT RUN after: timeout
//! ERROR: failed | at load
//! CRASH: timeout
//! ```
//!
//! Tests are in the order of their declaration; what follows a colon must be found where the failure is told, each text between bars.
//! `ERROR` is an error of the file. `CRASH` says that its worker died, and why. `LEFT OUT` is a file that was never begun.

/// A file and its end.
pub(super) struct End {
    /// Path in the project.
    pub(super) file: String,
    pub(super) code: String,
    pub(super) lines: Vec<Line>,
}

/// One line of a row.
pub(super) struct Line {
    pub(super) what: What,
    /// As the terminal names the test: `suite > title`. Empty for what is the file's.
    pub(super) name: String,
    pub(super) says: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum What {
    Passed,
    Failed,
    TimedOut,
    Skipped,
    Todo,
    NotRun,
    Error,
    Crash,
    LeftOut,
}

const WORDS: [(&str, What); 9] = [
    ("PASS", What::Passed),
    ("FAIL", What::Failed),
    ("TIMEOUT", What::TimedOut),
    ("SKIP", What::Skipped),
    ("TODO", What::Todo),
    ("NOT RUN", What::NotRun),
    ("ERROR", What::Error),
    ("CRASH", What::Crash),
    ("LEFT OUT", What::LeftOut),
];

impl End {
    /// The file `name`, or `name.test.js` where it is not named as a test file.
    pub(super) fn new(name: impl Into<String>, code: impl Into<String>, end: &str) -> Self {
        let name = name.into();
        let file = if name.contains(".test.") {
            name
        } else {
            format!("{name}.test.js")
        };
        let lines = end
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty())
            .map(Line::read);
        Self {
            file,
            code: code.into(),
            lines: lines.collect(),
        }
    }

    /// Its lines of one kind.
    pub(super) fn of(&self, what: What) -> impl Iterator<Item = &Line> {
        self.lines.iter().filter(move |line| line.what == what)
    }

    /// How many lines it has of these kinds.
    pub(super) fn count(&self, kinds: &[What]) -> u64 {
        kinds.iter().map(|&what| self.of(what).count() as u64).sum()
    }
}

impl Line {
    fn read(text: &str) -> Self {
        let (word, what) = WORDS
            .into_iter()
            .find(|(word, _)| text.starts_with(word))
            .unwrap_or_else(|| panic!("{text:?} begins with no word of the table"));
        let rest = &text[word.len()..];
        let (name, says) = rest.split_once(':').unwrap_or((rest, ""));
        Self {
            what,
            name: name.trim().to_owned(),
            says: says
                .split(" | ")
                .map(|text| text.trim().to_owned())
                .filter(|text| !text.is_empty())
                .collect(),
        }
    }

    /// As the reports for machines name a test.
    pub(super) fn full_name(&self) -> String {
        self.name.replace(" > ", " ")
    }

    /// The outcome in the JSON report; `None` for what is no test that ran.
    pub(super) fn outcome(&self) -> Option<&'static str> {
        Some(match self.what {
            What::Passed => "passed",
            What::Failed => "failed",
            What::TimedOut => "timedOut",
            What::Skipped => "skipped",
            What::Todo => "todo",
            What::NotRun | What::Error | What::Crash | What::LeftOut => return None,
        })
    }

    /// Whether it is a test, of one that ran or of one that did not.
    pub(super) fn is_test(&self) -> bool {
        self.outcome().is_some() || self.what == What::NotRun
    }
}
