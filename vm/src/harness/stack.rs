//! Stacks on the way from the engine's form to positions in the files the user wrote.

use crate::engine::{RawFrame, parse_stack};
use crate::harness::observer::{FrameOwner, SourceLocation, StackFrame};
use crate::host::host;

/// URL scheme of the runtime's own scripts.
pub const INTERNAL_SCHEME: &str = "trun:";

/// Reads a stack in either form, the engine's or V8's, innermost frame first, without the runtime's own frames.
#[must_use]
pub fn user_frames(stack: &str) -> Vec<StackFrame> {
    let frames = if is_v8(stack) {
        stack.lines().filter_map(parse_v8_line).collect()
    } else {
        mapped_frames(stack)
    };
    let mut frames: Vec<StackFrame> = frames
        .into_iter()
        .filter(|f| f.owner != FrameOwner::Internal || f.location.is_none())
        .collect();
    while frames.last().is_some_and(|f| f.location.is_none()) {
        frames.pop();
    }
    frames
}

/// The frames of an engine stack, mapped, without native functions that the runtime itself has called.
#[must_use]
pub fn mapped_frames(stack: &str) -> Vec<StackFrame> {
    let mut frames: Vec<StackFrame> = parse_stack(stack).into_iter().map(map_frame).collect();
    let mut below_is_ours = false;
    // From the outermost in, so that the caller of each is known.
    frames.reverse();
    frames.retain(|frame| {
        let keep = frame.location.is_some() || !below_is_ours;
        below_is_ours = frame.owner == FrameOwner::Internal && (frame.location.is_some() || below_is_ours);
        keep
    });
    frames.reverse();
    frames
}

fn map_frame(frame: RawFrame) -> StackFrame {
    let function = (!frame.function.is_empty()).then_some(frame.function);
    let Some(url) = frame.url else {
        return StackFrame {
            function,
            location: None,
            owner: FrameOwner::Internal,
        };
    };
    if url.starts_with(INTERNAL_SCHEME) {
        let location = Some(SourceLocation {
            file: url,
            line: frame.line,
            column: frame.column,
        });
        return StackFrame {
            function,
            location,
            owner: FrameOwner::Internal,
        };
    }
    match host().modules.borrow_mut().map_position(&url, frame.line, frame.column) {
        Some((path, line, column)) => {
            let file = path.to_string_lossy().into_owned();
            StackFrame {
                function,
                owner: owner_of(&file),
                location: Some(SourceLocation { file, line, column }),
            }
        }
        // Glue of a chunk that no module's text covers.
        None if url.starts_with("trun-chunk:") => StackFrame {
            function,
            location: None,
            owner: FrameOwner::Internal,
        },
        None => StackFrame {
            function,
            owner: owner_of(&url),
            location: Some(SourceLocation {
                file: url,
                line: frame.line,
                column: frame.column,
            }),
        },
    }
}

/// Whose code a file is.
#[must_use]
pub fn owner_of(file: &str) -> FrameOwner {
    if file.contains("/node_modules/") {
        FrameOwner::Dependency
    } else {
        FrameOwner::User
    }
}

fn is_v8(stack: &str) -> bool {
    stack.lines().any(|line| line.trim_start().starts_with("at "))
}

/// Reads `    at fn (file:1:2)` or `    at file:1:2`.
fn parse_v8_line(line: &str) -> Option<StackFrame> {
    let rest = line.trim_start().strip_prefix("at ")?;
    let (function, place) = match rest.strip_suffix(')').and_then(|r| r.rsplit_once(" (")) {
        Some((function, place)) => (Some(function.to_owned()), place),
        None => (None, rest),
    };
    let location = parse_place(place);
    let owner = location.as_ref().map_or(FrameOwner::Internal, |l| owner_of(&l.file));
    Some(StackFrame {
        function,
        location,
        owner,
    })
}

fn parse_place(place: &str) -> Option<SourceLocation> {
    let (rest, column) = place.rsplit_once(':')?;
    let (file, line) = rest.rsplit_once(':')?;
    let file = file.strip_prefix("file://").unwrap_or(file);
    Some(SourceLocation {
        file: file.to_owned(),
        line: line.parse().ok()?,
        column: column.parse().ok()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_stacks_in_v8_form() {
        let frames = user_frames(
            "Error: x\n    at f (/p/a.ts:3:4)\n    at file:///p/node_modules/b/c.js:1:2\n    at async g (<anonymous>)",
        );
        assert_eq!(frames.len(), 2);
        assert_eq!(frames[0].function.as_deref(), Some("f"));
        assert_eq!(
            frames[0].location,
            Some(SourceLocation {
                file: "/p/a.ts".into(),
                line: 3,
                column: 4
            })
        );
        assert_eq!(frames[1].owner, FrameOwner::Dependency);
    }
}
