//! Reads what the plan (`vm/js/harness/plan.js`) answers: the cases of a file, and one step after the other.
//!
//! The arrays are described at `cases` and `next` of `vm/js/internal/bootstrap.js`. Every function here fails only if a test broke
//! the engine's own prototypes.

use std::time::Duration;

use crate::engine::{Ctx, JsResult, Object, Value};
use crate::harness::limits::limit_from;
use crate::harness::observer::{
    CaseEnd, CaseMode, CaseOutcome, CollectedCase, FailedAttempt, Problem, ProblemKind, SourceLocation,
};
use crate::harness::problem;

/// What the plan wants next.
pub(super) enum Step {
    /// A user function is to be run.
    Phase(Phase),
    /// An attempt of the running case has ended and another one follows.
    Again {
        /// Whether it failed; else it was one of several repetitions.
        failed: bool,
    },
    /// A case has ended. Nobody has told how long anything took.
    Report(CaseEnd),
    /// An error of the file.
    FileError(Problem),
    /// There is nothing left.
    End,
}

/// A user function that is to be run.
pub(super) struct Phase {
    /// Its number.
    pub(super) id: u32,
    /// The case it belongs to.
    pub(super) case: Option<u32>,
    /// Whether it only waits between two attempts.
    pub(super) is_pause: bool,
    /// How long it may take.
    pub(super) limit: Option<Duration>,
}

/// Kinds of phases, as `PHASES` of the bootstrap numbers them.
const SUITE_HOOK: u32 = 0;
const PAUSE: u32 = 2;

/// Reads the collected cases.
pub(super) fn read_cases<'r>(cx: Ctx<'r>, flat: Object<'r>) -> JsResult<'r, Vec<CollectedCase>> {
    let mut cases = Vec::new();
    for at in (0..flat.length(cx)?).step_by(5) {
        let titles = flat.get_index(cx, at)?.expect_object(cx, "titles")?;
        let mut ancestors = (0..titles.length(cx)?)
            .map(|i| titles.get_index(cx, i)?.to_text(cx))
            .collect::<JsResult<'r, Vec<String>>>()?;
        let title = ancestors.pop().unwrap_or_default();
        let file = flat.get_index(cx, at + 1)?;
        let location = if file.is_nullish(cx) {
            None
        } else {
            Some(SourceLocation {
                file: file.to_text(cx)?,
                line: small(cx, flat.get_index(cx, at + 2)?),
                column: small(cx, flat.get_index(cx, at + 3)?),
            })
        };
        cases.push(CollectedCase {
            ancestors,
            title,
            location,
            mode: case_mode(cx, flat.get_index(cx, at + 4)?)?,
        });
    }
    Ok(cases)
}

fn case_mode<'r>(cx: Ctx<'r>, mode: Value<'r>) -> JsResult<'r, CaseMode> {
    Ok(match mode.to_text(cx)?.as_str() {
        "skip" => CaseMode::Skip,
        "todo" => CaseMode::Todo,
        "filtered" => CaseMode::Filtered,
        _ => CaseMode::Run,
    })
}

fn small<'r>(cx: Ctx<'r>, value: Value<'r>) -> u32 {
    value.as_integer(cx).and_then(|n| u32::try_from(n).ok()).unwrap_or(0)
}

/// Reads a step.
pub(super) fn read_step<'r>(cx: Ctx<'r>, step: Object<'r>) -> JsResult<'r, Step> {
    Ok(match small(cx, step.get_index(cx, 0)?) {
        0 => Step::Phase(read_phase(cx, step)?),
        1 => Step::Report(read_report(cx, step)?),
        2 => {
            let hook = optional_text(cx, step.get_index(cx, 2)?)?;
            Step::FileError(problem::read(cx, step.get_index(cx, 1)?, None, hook)?)
        }
        _ => Step::Again {
            failed: step.get_index(cx, 1)?.to_bool(cx),
        },
    })
}

fn read_phase<'r>(cx: Ctx<'r>, step: Object<'r>) -> JsResult<'r, Phase> {
    let kind = small(cx, step.get_index(cx, 4)?);
    Ok(Phase {
        id: small(cx, step.get_index(cx, 1)?),
        case: if kind == SUITE_HOOK {
            None
        } else {
            Some(small(cx, step.get_index(cx, 2)?))
        },
        is_pause: kind == PAUSE,
        limit: limit_from(step.get_index(cx, 3)?.to_number(cx)?),
    })
}

fn read_report<'r>(cx: Ctx<'r>, step: Object<'r>) -> JsResult<'r, CaseEnd> {
    let outcome = match step.get_index(cx, 2)?.to_text(cx)?.as_str() {
        "passed" => CaseOutcome::Passed,
        "timedOut" => CaseOutcome::TimedOut,
        "skipped" => CaseOutcome::Skipped,
        "todo" => CaseOutcome::Todo,
        _ => CaseOutcome::Failed,
    };
    Ok(CaseEnd {
        case: small(cx, step.get_index(cx, 1)?),
        outcome,
        duration: Duration::ZERO,
        problems: match outcome {
            CaseOutcome::Passed => Vec::new(),
            _ => read_problems(cx, outcome == CaseOutcome::TimedOut, step.get_index(cx, 5)?)?,
        },
        earlier_attempts: read_earlier(cx, step.get_index(cx, 6)?)?,
        assertions: small(cx, step.get_index(cx, 3)?),
        note: optional_text(cx, step.get_index(cx, 4)?)?,
    })
}

fn read_earlier<'r>(cx: Ctx<'r>, list: Value<'r>) -> JsResult<'r, Vec<FailedAttempt>> {
    let Some(list) = list.as_object(cx) else {
        return Ok(Vec::new());
    };
    (0..list.length(cx)?)
        .map(|index| {
            let attempt: Object<'r> = list.get_index(cx, index)?.expect_object(cx, "an attempt")?;
            let timed_out = attempt.get_index(cx, 0)?.to_bool(cx);
            Ok(FailedAttempt {
                timed_out,
                duration: Duration::ZERO,
                problems: read_problems(cx, timed_out, attempt.get_index(cx, 1)?)?,
            })
        })
        .collect()
}

fn read_problems<'r>(cx: Ctx<'r>, timed_out: bool, list: Value<'r>) -> JsResult<'r, Vec<Problem>> {
    let mut problems = problem::read_list(cx, list)?;
    // By the outcome and not by the name alone: a test can throw a `TimeoutError` of its own (`AbortSignal.timeout`).
    if timed_out {
        for problem in problems.iter_mut().filter(|p| p.name == "TimeoutError") {
            problem.kind = ProblemKind::Timeout;
        }
    }
    Ok(problems)
}

/// A text, unless it is `undefined` or `null`.
pub(super) fn optional_text<'r>(cx: Ctx<'r>, value: Value<'r>) -> JsResult<'r, Option<String>> {
    if value.is_nullish(cx) {
        Ok(None)
    } else {
        value.to_text(cx).map(Some)
    }
}
