//! What runs are made of where documents are tested: cases declared in their own file, attempts, leaks.

use std::time::Duration;

use trun_reporters::{
    Attempt, CaseId, CaseMode, CaseResult, EventKind, Failure, FileId, FileOutcome, FrameOwner, Kind, Leak, LeakKind,
    Outcome, ReporterOptions, RunEvent, Stream, Style, TestCase, build,
};

use crate::support::{Run, Sink, frame, location};

/// A test file's part of a run, event by event.
pub(crate) struct Story {
    path: String,
    cases: Vec<TestCase>,
    events: Vec<EventKind>,
    outcome: FileOutcome,
}

/// A file that a worker takes, with nothing in it yet.
pub(crate) fn story(path: &str) -> Story {
    Story {
        path: path.to_owned(),
        cases: Vec::new(),
        events: Vec::new(),
        outcome: FileOutcome::Finished,
    }
}

impl Story {
    /// Declares a test, named by ` > `; number n on line 10 (n + 1) of the file.
    pub(crate) fn case(self, name: &str) -> Self {
        self.case_in(CaseMode::Run, name)
    }

    pub(crate) fn case_in(mut self, mode: CaseMode, name: &str) -> Self {
        let mut titles: Vec<String> = name.split(" > ").map(str::to_owned).collect();
        let title = titles.pop().unwrap_or_default();
        let line = 10 * (u32::try_from(self.cases.len()).expect("few cases") + 1);
        self.cases.push(TestCase {
            ancestors: titles,
            title,
            location: Some(location(&self.path, line, 3)),
            mode,
        });
        self
    }

    /// Declares a test that ends like this.
    pub(crate) fn ends(self, name: &str, outcome: Outcome, failures: Vec<Failure>) -> Self {
        self.tried(name, Vec::new(), outcome, failures)
    }

    pub(crate) fn passes(self, name: &str) -> Self {
        self.ends(name, Outcome::Passed, Vec::new())
    }

    pub(crate) fn fails(self, name: &str, failure: Failure) -> Self {
        self.ends(name, Outcome::Failed, vec![failure])
    }

    /// Declares a test whose attempts before the last one failed like this.
    pub(crate) fn tried(self, name: &str, before: Vec<Failure>, outcome: Outcome, failures: Vec<Failure>) -> Self {
        let attempt = |failure| Attempt {
            outcome: Outcome::Failed,
            duration: Duration::from_millis(7),
            failures: vec![failure],
        };
        let story = self.case(name);
        let result = CaseResult {
            case: CaseId(u32::try_from(story.cases.len()).expect("few cases") - 1),
            outcome,
            duration: Duration::from_millis(4),
            failures,
            earlier_attempts: before.into_iter().map(attempt).collect(),
            assertions: 2,
            note: None,
        };
        story.result(result)
    }

    pub(crate) fn result(mut self, result: CaseResult) -> Self {
        let file = FileId(0);
        self.events.push(EventKind::CaseFinished { file, result });
        self
    }

    pub(crate) fn error(mut self, failure: Failure) -> Self {
        let file = FileId(0);
        self.events.push(EventKind::FileError { file, failure });
        self
    }

    pub(crate) fn leaks(mut self, what: &str) -> Self {
        let leak = Leak {
            kind: LeakKind::Timer,
            what: what.to_owned(),
            stack: vec![frame(Some("start"), &self.path, 5, FrameOwner::User)],
        };
        let (file, leaks) = (FileId(0), vec![leak]);
        self.events.push(EventKind::Leaked { file, leaks });
        self
    }

    pub(crate) fn prints(mut self, case: Option<u32>, stream: Stream, text: &str) -> Self {
        self.events.push(EventKind::Output {
            file: FileId(0),
            case: case.map(CaseId),
            stream,
            text: text.to_owned(),
        });
        self
    }

    pub(crate) fn over(mut self, outcome: FileOutcome) -> Self {
        self.outcome = outcome;
        self
    }

    /// Its events as those of file number `index`.
    fn events(self, index: u32) -> Vec<EventKind> {
        let id = FileId(index);
        let mut events = vec![EventKind::FileStarted { file: id, slot: 1 }];
        events.push(EventKind::FileCollected {
            file: id,
            cases: self.cases,
        });
        events.extend(self.events);
        events.push(EventKind::FileFinished {
            file: id,
            outcome: self.outcome,
            duration: Duration::from_millis(5),
        });
        for event in &mut events {
            match event {
                EventKind::CaseFinished { file, .. }
                | EventKind::FileError { file, .. }
                | EventKind::Leaked { file, .. }
                | EventKind::Output { file, .. } => *file = id,
                _ => {}
            }
        }
        events
    }
}

/// A run of these files, not ended yet.
pub(crate) fn run_of(stories: Vec<Story>) -> Run {
    let paths: Vec<String> = stories.iter().map(|story| story.path.clone()).collect();
    let mut run = Run::of(&paths.iter().map(String::as_str).collect::<Vec<_>>());
    for (index, story) in (0..).zip(stories) {
        story.events(index).into_iter().for_each(|event| run.push(event));
    }
    run
}

/// What a reporter with these options makes of a run.
pub(crate) fn report_with(kind: Kind, options: ReporterOptions, events: &[RunEvent]) -> String {
    let sink = Sink::default();
    let mut reporter = build(kind, Box::new(sink.clone()), Style::plain(), options);
    for event in events {
        reporter.handle(event).expect("the sink takes everything");
    }
    sink.text()
}

/// The end of a skipped test.
pub(crate) fn skipped(case: u32, note: Option<&str>) -> CaseResult {
    CaseResult {
        case: CaseId(case),
        outcome: Outcome::Skipped,
        duration: Duration::ZERO,
        failures: Vec::new(),
        earlier_attempts: Vec::new(),
        assertions: 0,
        note: note.map(str::to_owned),
    }
}
