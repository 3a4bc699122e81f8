//! Line diffs of pretty-printed values.

use similar::{ChangeTag, TextDiff};

/// The lines of both texts, with `- ` before those only expected, `+ ` before those only received.
#[must_use]
pub fn line_diff(expected: &str, received: &str) -> String {
    let diff = TextDiff::from_lines(expected, received);
    let mut out = String::new();
    for change in diff.iter_all_changes() {
        let sign = match change.tag() {
            ChangeTag::Delete => "- ",
            ChangeTag::Insert => "+ ",
            ChangeTag::Equal => "  ",
        };
        out.push_str(sign);
        out.push_str(change.value().trim_end_matches('\n'));
        out.push('\n');
    }
    out.pop();
    out
}
