//! What was reported of a run, and what must hold for it whatever happened.

use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value;
use trun_reporters::{EventKind, Fanout, FileId, Kind, ReporterOptions, RunEvent, RunStats, Style, build};

/// Takes a run's events and hands them to the real reporters.
pub(crate) struct Reports {
    reporters: Fanout,
    json: Document,
    junit: Document,
    files: Vec<File>,
    is_finished: bool,
}

/// What has been told of a file.
#[derive(Debug, Clone, Default)]
struct File {
    cases: Option<Vec<bool>>,
    is_started: bool,
    is_finished: bool,
}

/// A document that is being written.
#[derive(Clone, Default)]
struct Document(Arc<Mutex<Vec<u8>>>);

impl Write for Document {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Document {
    fn text(&self) -> String {
        let bytes = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        String::from_utf8(bytes).expect("documents are UTF-8")
    }
}

impl Reports {
    pub(crate) fn new(files: usize) -> Self {
        let (json, junit) = (Document::default(), Document::default());
        let mut reporters = Fanout::new();
        for (kind, out) in [
            (Kind::Json, json.clone()),
            (Kind::Junit, junit.clone()),
            (Kind::Default, Document::default()),
            (Kind::Github, Document::default()),
        ] {
            let out: Box<dyn Write + Send> = Box::new(out);
            reporters.add(
                kind.name(),
                build(kind, out, Style::plain(), ReporterOptions::default()),
            );
        }
        Self {
            reporters,
            json,
            junit,
            files: vec![File::default(); files],
            is_finished: false,
        }
    }

    pub(crate) fn take(&mut self, event: &RunEvent) {
        assert!(!self.is_finished, "{event:?} comes after the end");
        self.follow(&event.kind);
        assert!(self.reporters.handle(event).is_empty(), "a reporter failed");
    }

    /// The order of events that every reporter relies on.
    fn follow(&mut self, kind: &EventKind) {
        match kind {
            EventKind::FileStarted { file, .. } => {
                let file = self.open(*file);
                assert!(!std::mem::replace(&mut file.is_started, true), "started twice");
            }
            EventKind::FileCollected { file, cases } => {
                let file = self.running(*file);
                assert!(
                    file.cases.replace(vec![false; cases.len()]).is_none(),
                    "collected twice"
                );
            }
            EventKind::CaseFinished { file, result } => {
                let cases = self.running(*file).cases.as_mut().expect("collected before");
                let case = cases.get_mut(result.case.0 as usize).expect("one of them");
                assert!(!std::mem::replace(case, true), "a case ended twice");
            }
            EventKind::FileFinished { file, .. } => self.open(*file).is_finished = true,
            // Also after the file's end.
            EventKind::FileError { file, .. } | EventKind::Output { file, .. } | EventKind::Leaked { file, .. } => {
                let file = &self.files[file.0 as usize];
                assert!(file.is_started, "told of a file that never ran");
            }
            EventKind::RunFinished { .. } => self.is_finished = true,
            EventKind::RunStarted { .. }
            | EventKind::RunError { .. }
            | EventKind::Inquired(_)
            | EventKind::Tick { .. } => {}
        }
    }

    fn open(&mut self, file: FileId) -> &mut File {
        let file = self.files.get_mut(file.0 as usize).expect("a file of the run");
        assert!(!file.is_finished, "told after its end");
        file
    }

    fn running(&mut self, file: FileId) -> &mut File {
        let file = self.open(file);
        assert!(file.is_started, "told before its start");
        file
    }

    /// The run is over: every file has ended, and all documents agree.
    pub(crate) fn judge(self, stats: &RunStats) {
        assert!(self.is_finished, "the run's end was told");
        assert!(self.files.iter().all(|file| file.is_finished), "every file has an end");
        let json: Value = serde_json::from_str(&self.json.text()).expect("the JSON report is JSON");
        let ended = self.files.iter().filter_map(|file| file.cases.as_ref()).flatten();
        let ended = ended.filter(|ended| **ended).count();
        let number = |name: &str| json[name].as_u64().unwrap_or_else(|| panic!("{name} is missing"));
        let listed = ["numPassedTests", "numFailedTests", "numPendingTests", "numTodoTests"].map(number);
        assert_eq!(listed.iter().sum::<u64>(), ended as u64, "every ended case counts once");
        assert_eq!(number("numFailedTests"), stats.tests_failed as u64);
        let files = ["numPassedTestSuites", "numFailedTestSuites", "numPendingTestSuites"].map(number);
        assert_eq!(
            files.iter().sum::<u64>(),
            self.files.len() as u64,
            "every file counts once"
        );
        check_junit(&self.junit.text());
    }
}

/// The totals of the root are the sums of its suites', and those the numbers of their cases.
fn check_junit(text: &str) {
    use quick_xml::events::Event;
    let mut reader = quick_xml::Reader::from_str(text);
    let (mut total, mut claimed, mut counted) = (None, 0, 0);
    loop {
        let event = reader.read_event().expect("the JUnit document is XML");
        let (Event::Start(tag) | Event::Empty(tag)) = &event else {
            if matches!(event, Event::Eof) {
                break;
            }
            continue;
        };
        let tests = || {
            let found = tag.attributes().flatten().find(|one| one.key.as_ref() == b"tests");
            let value = found.and_then(|one| String::from_utf8(one.value.into_owned()).ok());
            value
                .and_then(|text| text.parse::<u64>().ok())
                .expect("a number of tests")
        };
        match tag.name().as_ref() {
            b"testsuites" => total = Some(tests()),
            b"testsuite" => claimed += tests(),
            b"testcase" => counted += 1,
            _ => {}
        }
    }
    assert_eq!((total, claimed), (Some(counted), counted), "totals of JUnit");
}
