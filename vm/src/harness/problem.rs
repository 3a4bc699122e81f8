//! Thrown values, as the plain parts of a report. The JavaScript half is `vm/js/internal/problem.js`.

use std::fs;

use crate::engine::{Ctx, JsResult, Object, Value};
use crate::harness::observer::{CodeFrame, FrameOwner, Problem, ProblemKind, SourceLocation, StackFrame};
use crate::harness::stack::{owner_of, user_frames};

/// Lines shown before and after the marked one.
const CONTEXT: u32 = 2;
/// Longer lines are cut: minified files have lines of a megabyte.
const MAX_LINE: usize = 240;
/// What is shown behind the marked place of a long line.
const BEHIND_MARK: usize = 80;
/// Beyond this column a line is nothing to show.
const MAX_COLUMN: usize = 2000;

/// A problem that has a message and nothing else.
#[must_use]
pub fn plain(kind: ProblemKind, message: impl Into<String>) -> Problem {
    Problem {
        kind,
        name: String::new(),
        message: message.into(),
        expected: None,
        received: None,
        hook: None,
        stack: Vec::new(),
        code_frame: None,
        cause: None,
    }
}

/// Says where it was: by the engine's stack of what was stopped, if it was.
pub fn place(problem: &mut Problem, stack: Option<String>) {
    problem.stack = stack.map(|s| user_frames(&s)).unwrap_or_default();
    problem.code_frame = problem
        .stack
        .iter()
        .find_map(|f| f.location.clone())
        .and_then(code_frame);
}

/// Reads what `describe` of problem.js returns. `kind` overrides the family it suggests.
///
/// # Errors
/// Only if a test broke the engine's own prototypes.
pub fn read<'r>(
    cx: Ctx<'r>,
    described: Value<'r>,
    kind: Option<ProblemKind>,
    hook: Option<String>,
) -> JsResult<'r, Problem> {
    let parts = described.expect_object(cx, "a described error")?;
    let text = |index| -> JsResult<'r, Option<String>> {
        let value = parts.get_index(cx, index)?;
        if value.is_nullish(cx) {
            Ok(None)
        } else {
            value.to_text(cx).map(Some)
        }
    };
    let assertion = parts.get_index(cx, 0)?.to_bool(cx);
    let name = text(1)?.unwrap_or_default();
    let suggested = if assertion {
        ProblemKind::Assertion
    } else {
        ProblemKind::Thrown
    };
    let mut stack = user_frames(&text(5)?.unwrap_or_default());
    let place = read_place(cx, parts.get_index(cx, 7)?)?;
    // A fault the loader found has a place; the calls that led to it, if any, are those of a `require`.
    if let Some(place) = place
        .as_ref()
        .filter(|place| stack.first().is_none_or(|f| f.location.as_ref() != Some(place)))
    {
        stack.insert(
            0,
            StackFrame {
                function: None,
                owner: owner_of(&place.file),
                location: Some(place.clone()),
            },
        );
    }
    let code_frame = place.or_else(|| blamed(&stack)).and_then(code_frame);
    let cause = parts.get_index(cx, 6)?;
    Ok(Problem {
        kind: kind.unwrap_or(suggested),
        name,
        message: text(2)?.unwrap_or_default(),
        expected: text(3)?,
        received: text(4)?,
        hook,
        stack,
        code_frame,
        cause: if cause.is_nullish(cx) {
            None
        } else {
            Some(Box::new(read(cx, cause, None, None)?))
        },
    })
}

/// Reads `[[described, hook], …]`.
///
/// # Errors
/// As [`read`].
pub fn read_list<'r>(cx: Ctx<'r>, list: Value<'r>) -> JsResult<'r, Vec<Problem>> {
    let list = list.expect_object(cx, "a list of errors")?;
    (0..list.length(cx)?)
        .map(|index| {
            let pair: Object<'r> = list.get_index(cx, index)?.expect_object(cx, "an error with its hook")?;
            let hook = pair.get_index(cx, 1)?;
            let hook = if hook.is_nullish(cx) {
                None
            } else {
                Some(hook.to_text(cx)?)
            };
            read(cx, pair.get_index(cx, 0)?, None, hook)
        })
        .collect()
}

fn read_place<'r>(cx: Ctx<'r>, place: Value<'r>) -> JsResult<'r, Option<SourceLocation>> {
    let Some(place) = place.as_object(cx) else {
        return Ok(None);
    };
    let file = place.get_index(cx, 0)?.to_text(cx)?;
    let number = |index| -> JsResult<'r, u32> {
        let value = place.get_index(cx, index)?.as_integer(cx).unwrap_or(0);
        Ok(u32::try_from(value).unwrap_or(0))
    };
    Ok(Some(SourceLocation {
        file,
        line: number(1)?,
        column: number(2)?,
    }))
}

/// The frame a reader wants to see: the innermost one of the project's own, else of a dependency.
fn blamed(stack: &[StackFrame]) -> Option<SourceLocation> {
    let of = |owner| stack.iter().find(|f| f.owner == owner).and_then(|f| f.location.clone());
    of(FrameOwner::User).or_else(|| of(FrameOwner::Dependency))
}

/// The source around a place, if the file can be read.
#[must_use]
pub fn code_frame(at: SourceLocation) -> Option<CodeFrame> {
    if at.line == 0 || at.column as usize > MAX_COLUMN {
        return None;
    }
    // The mark must lie on what it marks.
    let width = MAX_LINE.max(at.column as usize + BEHIND_MARK);
    let source = fs::read_to_string(&at.file).ok()?;
    let first_line = at.line.saturating_sub(CONTEXT).max(1);
    let lines: Vec<String> = source
        .lines()
        .skip(first_line as usize - 1)
        .take((at.line + CONTEXT - first_line) as usize + 1)
        .map(|line| line.chars().take(width).collect())
        .collect();
    (lines.len() > (at.line - first_line) as usize).then_some(CodeFrame { at, first_line, lines })
}
