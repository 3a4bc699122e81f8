//! What more than one of the terminal's tests play: leaks, flaky tests, ticks, and a run in which everything happens.

use std::time::Duration;

use trun_reporters::{
    Attempt, CaseId, CaseResult, EventKind, Failure, FailureKind, FileId, FrameOwner, Leak, LeakKind, Outcome, RunEnd,
    RunEvent, RunningCase, Stream,
};

use crate::support::{Run, frame, mismatch, thrown};

pub(crate) fn at(milliseconds: u64, kind: EventKind) -> RunEvent {
    let elapsed = Duration::from_millis(milliseconds);
    RunEvent { elapsed, kind }
}

/// `(file, case, age in milliseconds)`, longest first.
pub(crate) fn tick(milliseconds: u64, running: &[(u32, Option<u32>, u64)]) -> RunEvent {
    let case = |(file, case, age): &(u32, Option<u32>, u64)| RunningCase {
        file: FileId(*file),
        case: case.map(CaseId),
        age: Duration::from_millis(*age),
    };
    let running = running.iter().map(case).collect();
    at(milliseconds, EventKind::Tick { running })
}

/// The run with something more in this file, before its end.
pub(crate) fn within(mut run: Run, file: u32, kind: EventKind) -> Run {
    let is_end =
        |event: &RunEvent| matches!(&event.kind, EventKind::FileFinished { file: ended, .. } if ended.0 == file);
    let end = run.events.iter().position(is_end).expect("the file ends");
    let elapsed = run.events[end].elapsed;
    run.events.insert(end, RunEvent { elapsed, kind });
    run
}

/// A test that passed (or failed for good) after these failures.
pub(crate) fn retried(file: u32, case: u32, outcome: Outcome, earlier: Vec<Failure>) -> EventKind {
    let attempt = |failure: Failure| Attempt {
        outcome: Outcome::Failed,
        duration: Duration::from_millis(7),
        failures: vec![failure],
    };
    let result = CaseResult {
        case: CaseId(case),
        outcome,
        duration: Duration::from_millis(4),
        failures: if outcome.is_failure() {
            vec![thrown("still no")]
        } else {
            Vec::new()
        },
        earlier_attempts: earlier.into_iter().map(attempt).collect(),
        assertions: 1,
        note: None,
    };
    let file = FileId(file);
    EventKind::CaseFinished { file, result }
}

pub(crate) fn leaked(file: u32, count: u32) -> EventKind {
    let leak = |n| Leak {
        kind: LeakKind::Timer,
        what: format!("a timer (setTimeout, {}000 ms)", n + 1),
        stack: if n == 0 {
            vec![frame(None, "tests/leaky.test.ts", 3, FrameOwner::User)]
        } else {
            Vec::new()
        },
    };
    let file = FileId(file);
    let leaks = (0..count).map(leak).collect();
    EventKind::Leaked { file, leaks }
}

/// A test that took this long.
pub(crate) fn lasting(file: u32, case: u32, milliseconds: u64) -> EventKind {
    let EventKind::CaseFinished { file, mut result } = retried(file, case, Outcome::Passed, Vec::new()) else {
        unreachable!("it is the end of a test")
    };
    result.duration = Duration::from_millis(milliseconds);
    EventKind::CaseFinished { file, result }
}

pub(crate) fn seeded(mut run: Run, number: u32, command: &[&str]) -> Run {
    if let EventKind::RunStarted { seed, rerun, .. } = &mut run.events[0].kind {
        *seed = Some(number);
        *rerun = command.iter().map(|&word| word.to_owned()).collect();
    }
    run
}

/// One of everything that a run can have.
pub(crate) fn everything() -> Run {
    let run = Run::of(&[
        "tests/a/rather/long/way/down/into/the/folders/passes.test.ts",
        "tests/leaky.test.ts",
        "tests/fails.test.ts",
        "tests/flaky.test.ts",
        "tests/load.test.ts",
        "tests/crash.test.ts",
        "tests/never.test.ts",
    ])
    .file(0, |file| {
        file.cases(&["math > adds", "math > later", "math > skipped"])
            .pass(0)
            .todo(1)
            .skip(2)
    })
    .file(1, |file| file.cases(&["leaves a timer"]).pass(0))
    .file(2, |file| {
        file.cases(&[
            "suite > a title that is long enough to need more than a narrow terminal has to give",
            "throws",
        ])
        .print(Some(0), Stream::Stdout, "looking at it\n")
        .fail(0, mismatch())
        .print(Some(1), Stream::Stderr, "about to throw\n")
        .fail(
            1,
            thrown("a message in prose that says at some length what it is that has gone wrong here, and why"),
        )
    })
    .file(3, |file| file.cases(&["network > answers", "quick"]).pass(1))
    .file(4, |file| {
        file.error(Failure::plain(FailureKind::Load, "Cannot find module './gone'"))
    })
    .file(5, |file| {
        let died = Failure::plain(
            FailureKind::Worker,
            "the worker process was killed: 512 MiB over the memory limit",
        );
        file.cases(&["hoards", "after it"])
            .fail(0, died)
            .crashed("killed: 512 MiB over the memory limit")
    })
    .never(6, "bailed out");
    let run = within(run, 1, leaked(1, 2));
    let run = within(
        run,
        3,
        retried(3, 0, Outcome::Passed, vec![mismatch(), thrown("no answer")]),
    );
    let run = within(run, 0, lasting(0, 0, 1500));
    seeded(run, 12345, &["trun", "--randomize", "--seed=12345"]).end(RunEnd::Bailed(5))
}
