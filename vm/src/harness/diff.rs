//! Line diffs of pretty-printed values: two texts in, one text out, no state.
//!
//! The layout is the one that test runners share: `- ` before lines only the expected text has, `+ ` before those only the
//! received one has, two spaces before the rest. Must stay fast on any input: the algorithm has a time limit and then
//! settles for a coarser answer.

use std::ops::Range;
use std::time::Duration;

use similar::{DiffOp, DiffTag, TextDiff};

/// Unchanged lines kept on each side of a change.
const CONTEXT: usize = 5;
/// When the exact search gives up.
const TIME_LIMIT: Duration = Duration::from_millis(200);

/// The lines of both texts, with `- ` before those only expected, `+ ` before those only received.
///
/// Unchanged lines far from every change are left out; each part that remains is then headed by
/// `@@ -start,count +start,count @@`, lines counted from 1.
#[must_use]
pub fn line_diff(expected: &str, received: &str) -> String {
    // Split here rather than by the crate: a last line without a line feed is the same line as one with it.
    let old: Vec<&str> = expected.split('\n').collect();
    let new: Vec<&str> = received.split('\n').collect();
    let diff = TextDiff::configure().timeout(TIME_LIMIT).diff_slices(&old, &new);
    let hunks = hunks(diff.ops());
    let whole = hunks.len() == 1
        && span(&hunks[0], DiffOp::old_range).len() == old.len()
        && span(&hunks[0], DiffOp::new_range).len() == new.len();
    let mut lines = Vec::new();
    for hunk in &hunks {
        if !whole {
            lines.push(header(hunk));
        }
        for op in hunk {
            push_lines(&mut lines, op, &old, &new);
        }
    }
    lines.join("\n")
}

/// The operations in groups, with long unchanged stretches cut down to the context around changes.
fn hunks(ops: &[DiffOp]) -> Vec<Vec<DiffOp>> {
    if ops.iter().all(|op| op.tag() == DiffTag::Equal) {
        return vec![ops.to_vec()];
    }
    similar::group_diff_ops(ops.to_vec(), CONTEXT)
}

fn span(hunk: &[DiffOp], side: impl Fn(&DiffOp) -> Range<usize>) -> Range<usize> {
    match (hunk.first(), hunk.last()) {
        (Some(first), Some(last)) => side(first).start..side(last).end,
        _ => 0..0,
    }
}

fn header(hunk: &[DiffOp]) -> String {
    let old = span(hunk, DiffOp::old_range);
    let new = span(hunk, DiffOp::new_range);
    format!(
        "@@ -{},{} +{},{} @@",
        old.start + 1,
        old.len(),
        new.start + 1,
        new.len()
    )
}

fn push_lines(lines: &mut Vec<String>, op: &DiffOp, old: &[&str], new: &[&str]) {
    if op.tag() == DiffTag::Equal {
        lines.extend(old[op.old_range()].iter().map(|line| format!("  {line}")));
        return;
    }
    lines.extend(old[op.old_range()].iter().map(|line| format!("- {line}")));
    lines.extend(new[op.new_range()].iter().map(|line| format!("+ {line}")));
}

#[cfg(test)]
mod tests {
    use super::line_diff;

    fn numbered(range: std::ops::RangeInclusive<u32>) -> Vec<String> {
        range.map(|n| n.to_string()).collect()
    }

    #[test]
    fn marks_changed_lines_and_keeps_the_rest() {
        assert_eq!(
            line_diff("{\n  a: 1,\n  b: 2,\n}", "{\n  a: 1,\n  b: 3,\n}"),
            "  {\n    a: 1,\n-   b: 2,\n+   b: 3,\n  }"
        );
    }

    #[test]
    fn shows_added_and_removed_lines() {
        assert_eq!(line_diff("a\nb", "a"), "  a\n- b");
        assert_eq!(line_diff("a", "a\nb"), "  a\n+ b");
    }

    #[test]
    fn a_line_at_the_end_equals_the_same_line_before_others() {
        assert_eq!(line_diff("x\na", "a\ny"), "- x\n  a\n+ y");
    }

    #[test]
    fn keeps_empty_lines() {
        assert_eq!(line_diff("a\n\nb", "a\n\nc"), "  a\n  \n- b\n+ c");
        assert_eq!(line_diff("a\n", "a"), "  a\n- ");
    }

    #[test]
    fn equal_texts_have_no_marks() {
        assert_eq!(line_diff("a\nb", "a\nb"), "  a\n  b");
    }

    #[test]
    fn does_not_collapse_what_is_near() {
        let old = numbered(1..=6).join("\n");
        let new = old.replace('6', "six");
        assert!(!line_diff(&old, &new).contains("@@"));
    }

    #[test]
    fn collapses_what_is_far_from_changes() {
        let mut lines = numbered(1..=30);
        let old = lines.join("\n");
        lines[14] = "fifteen".to_owned();
        let diff = line_diff(&old, &lines.join("\n"));
        assert_eq!(
            diff,
            "@@ -10,11 +10,11 @@\n  10\n  11\n  12\n  13\n  14\n- 15\n+ fifteen\n  16\n  17\n  18\n  19\n  20"
        );
    }

    #[test]
    fn heads_every_part() {
        let mut lines = numbered(1..=60);
        let old = lines.join("\n");
        lines[0] = "first".to_owned();
        lines.push("sixty-one".to_owned());
        let diff = line_diff(&old, &lines.join("\n"));
        let heads: Vec<&str> = diff.lines().filter(|line| line.starts_with("@@")).collect();
        assert_eq!(heads, ["@@ -1,6 +1,6 @@", "@@ -56,5 +56,6 @@"]);
    }

    #[test]
    fn gives_up_the_exact_search_on_texts_without_anything_in_common() {
        let old = numbered(1..=20_000).join("\n");
        let new = numbered(30_000..=50_000).join("\n");
        let begun = std::time::Instant::now();
        assert!(!line_diff(&old, &new).is_empty());
        assert!(begun.elapsed().as_secs() < 5);
    }
}
