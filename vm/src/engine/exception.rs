//! What JavaScript throws, and the stacks that come with it.

use super::value::Value;

/// A thrown value, on its way to whoever catches it.
#[derive(Clone, Copy)]
pub struct Thrown<'r>(pub Value<'r>);

/// The result of anything that runs JavaScript.
pub type JsResult<'r, T = Value<'r>> = Result<T, Thrown<'r>>;

/// One line of a stack as the engine writes it, not yet mapped to the source the user wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawFrame {
    /// Function name; empty for anonymous functions and top-level code.
    pub function: String,
    /// The script's URL, if it has one.
    pub url: Option<String>,
    /// 1-based; zero if unknown.
    pub line: u32,
    /// 1-based; zero if unknown.
    pub column: u32,
}

/// Reads an engine stack: lines `function@url:line:column`, any part of which may be missing.
#[must_use]
pub fn parse_stack(stack: &str) -> Vec<RawFrame> {
    stack.lines().filter(|line| !line.is_empty()).map(parse_line).collect()
}

fn parse_line(line: &str) -> RawFrame {
    // The URL may hold an `@` (scoped packages), a function name in a stack does not, unless it is a computed one.
    let (function, place) = line.split_once('@').unwrap_or((line, ""));
    let function = match function {
        "global code" | "eval code" | "module code" | "anonymous" => String::new(),
        name => name.to_owned(),
    };
    if place.is_empty() || place == "[native code]" {
        return RawFrame {
            function,
            url: None,
            line: 0,
            column: 0,
        };
    }
    let (rest, last) = split_number(place);
    let (url, line, column) = match (last, split_number(rest)) {
        (Some(column), (url, Some(line))) => (url, line, column),
        (Some(line), _) => (rest, line, 0),
        (None, _) => (place, 0, 0),
    };
    RawFrame {
        function,
        url: (!url.is_empty()).then(|| url.to_owned()),
        line,
        column,
    }
}

/// Splits `text:12` into `text` and 12.
fn split_number(text: &str) -> (&str, Option<u32>) {
    match text
        .rsplit_once(':')
        .and_then(|(head, tail)| Some((head, tail.parse().ok()?)))
    {
        Some((head, number)) => (head, Some(number)),
        None => (text, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(function: &str, url: Option<&str>, line: u32, column: u32) -> RawFrame {
        RawFrame {
            function: function.into(),
            url: url.map(Into::into),
            line,
            column,
        }
    }

    #[test]
    fn reads_every_form_of_line() {
        let stack = "inner@file:///a/@scope/b.js:3:14\n@trun-chunk:1:20:5\nforEach@[native code]\nglobal code@x.js:1:2\nplain\n";
        assert_eq!(
            parse_stack(stack),
            [
                frame("inner", Some("file:///a/@scope/b.js"), 3, 14),
                frame("", Some("trun-chunk:1"), 20, 5),
                frame("forEach", None, 0, 0),
                frame("", Some("x.js"), 1, 2),
                frame("plain", None, 0, 0),
            ]
        );
    }
}
