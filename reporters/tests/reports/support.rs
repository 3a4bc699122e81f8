//! A small language for runs: `Run::of(&["a.test.ts"]).file(0, |file| file.cases(&["adds"]).pass(0))`.

use std::{
    io::{self, Write},
    sync::{Arc, Mutex},
    time::Duration,
};

use serde_json::Value;
use trun_reporters::{
    CaseId, CaseMode, CaseResult, CodeFrame, EventKind, Failure, FailureKind, FileId, FileOutcome, Frame, FrameOwner,
    Kind, Location, Outcome, ReporterOptions, RunEnd, RunEvent, Stream, Style, TestCase, build,
};

pub(crate) const ROOT: &str = "/home/me/project";

/// A run under construction. Every test takes 4 ms.
pub(crate) struct Run {
    pub(crate) events: Vec<RunEvent>,
    elapsed: Duration,
    files: usize,
}

impl Run {
    /// A run of these files below the root, or anywhere if the path is absolute.
    pub(crate) fn of(files: &[&str]) -> Self {
        let files: Vec<String> = files.iter().map(|file| absolute(file)).collect();
        let mut run = Self {
            events: Vec::new(),
            elapsed: Duration::ZERO,
            files: files.len(),
        };
        run.push(EventKind::RunStarted {
            root: ROOT.to_owned(),
            files,
            workers: 2,
            version: "0.1.0".to_owned(),
            started_at_ms: 1_700_000_000_000,
            seed: None,
            rerun: vec!["trun".to_owned()],
        });
        run
    }

    pub(crate) fn push(&mut self, kind: EventKind) {
        self.events.push(RunEvent {
            elapsed: self.elapsed,
            kind,
        });
    }

    pub(crate) fn event(mut self, kind: EventKind) -> Self {
        self.push(kind);
        self
    }

    /// A file that a worker takes and ends, with what happens between. It ends well unless told otherwise.
    pub(crate) fn file(mut self, file: usize, fill: impl FnOnce(File) -> File) -> Self {
        assert!(file < self.files, "the run has no such file");
        let file = FileId(u32::try_from(file).expect("few files"));
        self.push(EventKind::FileStarted {
            file,
            slot: 1 + file.0 % 2,
        });
        let filled = fill(File {
            file,
            kinds: Vec::new(),
            outcome: FileOutcome::Finished,
        });
        let mut duration = Duration::ZERO;
        for kind in filled.kinds {
            if matches!(kind, EventKind::CaseFinished { .. }) {
                duration += Duration::from_millis(4);
                self.elapsed += Duration::from_millis(4);
            }
            self.push(kind);
        }
        duration += Duration::from_millis(1);
        self.elapsed += Duration::from_millis(1);
        self.push(EventKind::FileFinished {
            file,
            outcome: filled.outcome,
            duration,
        });
        self
    }

    /// A file that no worker takes.
    pub(crate) fn never(mut self, file: u32, reason: &str) -> Self {
        let outcome = FileOutcome::NotRun(reason.to_owned());
        self.push(EventKind::FileFinished {
            file: FileId(file),
            outcome,
            duration: Duration::ZERO,
        });
        self
    }

    pub(crate) fn end(mut self, end: RunEnd) -> Self {
        self.elapsed = Duration::from_millis(1234);
        self.push(EventKind::RunFinished { end });
        self
    }

    /// What the terminal shows of it in a log.
    pub(crate) fn plain(self) -> String {
        self.terminal(Style::plain())
    }

    pub(crate) fn terminal(self, style: Style) -> String {
        report(Kind::Default, style, &self.completed().events)
    }

    pub(crate) fn json(self) -> Value {
        document(&self.completed().events)
    }

    fn completed(self) -> Self {
        if matches!(
            self.events.last().map(|event| &event.kind),
            Some(EventKind::RunFinished { .. })
        ) {
            return self;
        }
        self.end(RunEnd::Completed)
    }
}

/// A file under construction.
pub(crate) struct File {
    file: FileId,
    kinds: Vec<EventKind>,
    outcome: FileOutcome,
}

impl File {
    /// Collects tests named by ` > `; number n is declared at line 10 (n + 1).
    pub(crate) fn cases(mut self, names: &[&str]) -> Self {
        let case = |(line, name): (u32, &&str)| {
            let mut titles: Vec<String> = name.split(" > ").map(str::to_owned).collect();
            let title = titles.pop().unwrap_or_default();
            let location = Some(location("tests/declared.test.ts", line * 10, 3));
            TestCase {
                ancestors: titles,
                title,
                location,
                mode: CaseMode::Run,
            }
        };
        let cases = (1..).zip(names).map(case).collect();
        self.kinds.push(EventKind::FileCollected { file: self.file, cases });
        self
    }

    pub(crate) fn finish(mut self, case: u32, outcome: Outcome, failures: Vec<Failure>) -> Self {
        let note = (outcome == Outcome::Skipped).then(|| "needs a network".to_owned());
        let ran = !matches!(outcome, Outcome::Skipped | Outcome::Todo);
        let duration = Duration::from_millis(if ran { 4 } else { 0 });
        let result = CaseResult {
            case: CaseId(case),
            outcome,
            duration,
            failures,
            earlier_attempts: Vec::new(),
            assertions: 2,
            note,
        };
        self.kinds.push(EventKind::CaseFinished {
            file: self.file,
            result,
        });
        self
    }

    pub(crate) fn pass(self, case: u32) -> Self {
        self.finish(case, Outcome::Passed, Vec::new())
    }

    pub(crate) fn skip(self, case: u32) -> Self {
        self.finish(case, Outcome::Skipped, Vec::new())
    }

    pub(crate) fn todo(self, case: u32) -> Self {
        self.finish(case, Outcome::Todo, Vec::new())
    }

    pub(crate) fn fail(self, case: u32, failure: Failure) -> Self {
        self.finish(case, Outcome::Failed, vec![failure])
    }

    pub(crate) fn print(mut self, case: Option<u32>, stream: Stream, text: &str) -> Self {
        let case = case.map(CaseId);
        self.kinds.push(EventKind::Output {
            file: self.file,
            case,
            stream,
            text: text.to_owned(),
        });
        self
    }

    pub(crate) fn error(mut self, failure: Failure) -> Self {
        self.kinds.push(EventKind::FileError {
            file: self.file,
            failure,
        });
        self
    }

    pub(crate) fn crashed(mut self, how: &str) -> Self {
        self.outcome = FileOutcome::Crashed(how.to_owned());
        self
    }

    pub(crate) fn cut_short(mut self, why: &str) -> Self {
        self.outcome = FileOutcome::NotRun(why.to_owned());
        self
    }
}

pub(crate) fn absolute(path: &str) -> String {
    if path.starts_with('/') {
        path.to_owned()
    } else {
        format!("{ROOT}/{path}")
    }
}

pub(crate) fn location(file: &str, line: u32, column: u32) -> Location {
    Location {
        file: absolute(file),
        line,
        column,
    }
}

pub(crate) fn frame(function: Option<&str>, file: &str, line: u32, owner: FrameOwner) -> Frame {
    Frame {
        function: function.map(str::to_owned),
        location: Some(location(file, line, 7)),
        owner,
    }
}

pub(crate) fn failure(kind: FailureKind, name: &str, message: &str) -> Failure {
    Failure {
        name: name.to_owned(),
        ..Failure::plain(kind, message)
    }
}

/// An assertion with everything that one can have.
pub(crate) fn mismatch() -> Failure {
    Failure {
        expected: Some("3".to_owned()),
        received: Some("2".to_owned()),
        stack: vec![
            frame(Some("check"), "tests/b.test.ts", 4, FrameOwner::User),
            frame(None, "tests/b.test.ts", 9, FrameOwner::User),
            frame(Some("run"), "node_modules/dep/index.js", 1, FrameOwner::Dependency),
            frame(Some("loop"), "node_modules/dep/index.js", 2, FrameOwner::Dependency),
            Frame {
                function: Some("runTest".to_owned()),
                location: None,
                owner: FrameOwner::Internal,
            },
        ],
        code_frame: Some(CodeFrame {
            at: location("tests/b.test.ts", 4, 10),
            first_line: 3,
            lines: ["function check() {", "\texpect(1 + 1).toBe(3);", "}"]
                .map(str::to_owned)
                .to_vec(),
        }),
        ..failure(
            FailureKind::Assertion,
            "AssertionError",
            "expect(received).toBe(expected)\n\nExpected: 3\nReceived: 2",
        )
    }
}

pub(crate) fn thrown(message: &str) -> Failure {
    Failure {
        stack: vec![frame(Some("parse"), "src/parse.ts", 12, FrameOwner::User)],
        ..failure(FailureKind::Thrown, "TypeError", message)
    }
}

/// A writer whose text can be read while a reporter owns it.
#[derive(Clone, Default)]
pub(crate) struct Sink(Arc<Mutex<Vec<u8>>>);

impl Sink {
    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.0.lock().expect("no writer panicked").clone()).expect("reports are UTF-8")
    }
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("no writer panicked").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

pub(crate) fn report(kind: Kind, style: Style, events: &[RunEvent]) -> String {
    let sink = Sink::default();
    let mut reporter = build(kind, Box::new(sink.clone()), style, ReporterOptions::default());
    for event in events {
        reporter.handle(event).expect("the sink takes everything");
    }
    sink.text()
}

pub(crate) fn document(events: &[RunEvent]) -> Value {
    serde_json::from_str(&report(Kind::Json, Style::plain(), events)).expect("the report is JSON")
}
