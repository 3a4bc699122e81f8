//! Commands that run one test or one file again, to be pasted into a shell.
//!
//! Two kinds of quoting, one in the other: the title becomes a regular expression of JavaScript that matches it and nothing
//! else, and every argument becomes a word of `sh`. Neither ever holds a control character, whatever a title or path does.

use super::page::View;
use crate::{model::TestCase, paths, text::is_hostile};

/// Characters of a title that the expression holds. Titles beyond are matched by how they begin.
const TITLE: usize = 400;

/// The command that runs this test alone, or the whole file where no test is named.
pub(super) fn command(view: View<'_>, path: &str, case: Option<&TestCase>) -> String {
    let ledger = &view.story.ledger;
    let mut words: Vec<String> = ledger.rerun.iter().map(|word| shell_word(word)).collect();
    words.push(shell_word(&path_argument(&ledger.root, path)));
    if let Some(case) = case {
        words.push("-t".to_owned());
        words.push(shell_word(&exactly(&case.full_name(" "))));
    }
    words.join(" ")
}

/// A path that is not taken for a flag.
fn path_argument(root: &str, path: &str) -> String {
    let path = paths::relative(root, path);
    if path.starts_with('-') {
        format!("./{path}")
    } else {
        path
    }
}

/// The regular expression, without flags, that matches `title` alone.
fn exactly(title: &str) -> String {
    let mut expression = String::from("^");
    let mut chars = title.chars();
    for char in chars.by_ref().take(TITLE) {
        match char {
            '\\' | '^' | '$' | '.' | '*' | '+' | '?' | '(' | ')' | '[' | ']' | '{' | '}' | '|' => {
                expression.extend(['\\', char]);
            }
            '\n' => expression.push_str("\\n"),
            '\t' => expression.push_str("\\t"),
            // Half of a surrogate pair, which no text but JavaScript's can hold.
            '\u{fffd}' => expression.push('.'),
            _ if is_hostile(char) => expression.push_str(&format!("\\u{:04x}", u32::from(char))),
            _ => expression.push(char),
        }
    }
    if chars.next().is_none() {
        expression.push('$');
    }
    expression
}

/// `text` as one word of `sh`.
fn shell_word(text: &str) -> String {
    let plain = |char: char| char.is_ascii_alphanumeric() || "_-./:=@%+,".contains(char);
    if !text.is_empty() && text.chars().all(plain) {
        return text.to_owned();
    }
    if text.chars().any(is_hostile) {
        return format!("\"$(printf '{}')\"", printf_format(text));
    }
    format!("'{}'", text.replace('\'', "'\\''"))
}

/// What `printf` turns into `text`. There is no other way to say a control character that every `sh` knows.
fn printf_format(text: &str) -> String {
    let mut format = String::new();
    for char in text.chars() {
        match char {
            '%' => format.push_str("%%"),
            '\\' => format.push_str("\\\\"),
            '\'' => format.push_str("'\\''"),
            _ if is_hostile(char) => {
                let mut bytes = [0; 4];
                for byte in char.encode_utf8(&mut bytes).bytes() {
                    format.push_str(&format!("\\{byte:03o}"));
                }
            }
            _ => format.push(char),
        }
    }
    format
}

#[cfg(test)]
mod tests {
    use super::{exactly, shell_word};

    #[test]
    fn titles_match_themselves_alone() {
        for (title, expression) in [
            ("outer inner title", "^outer inner title$"),
            ("adds 1+1 (fast) [x] {y} a|b", r"^adds 1\+1 \(fast\) \[x\] \{y\} a\|b$"),
            (r"costs $5.00 \o/ ^", r"^costs \$5\.00 \\o/ \^$"),
            ("two\nlines\tand\u{1b}[31m", r"^two\nlines\tand\u001b\[31m$"),
            ("half a pair \u{fffd}", "^half a pair .$"),
            ("", "^$"),
        ] {
            assert_eq!(exactly(title), expression);
        }
    }

    #[test]
    fn long_titles_are_matched_by_how_they_begin() {
        assert_eq!(exactly(&"é".repeat(1000)), format!("^{}", "é".repeat(400)));
    }

    #[test]
    fn words_are_quoted_for_sh() {
        for (text, word) in [
            ("tests/a.test.ts", "tests/a.test.ts"),
            ("tests/a b.test.ts", "'tests/a b.test.ts'"),
            ("^it's$", r"'^it'\''s$'"),
            ("", "''"),
            ("~/x", "'~/x'"),
            ("a\nb%'\u{1b}", r#""$(printf 'a\012b%%'\''\033')""#),
        ] {
            assert_eq!(shell_word(text), word);
        }
    }
}
