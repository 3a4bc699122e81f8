//! Configurations: any text is followed or refused with its place, and always in the same way.

use std::path::Path;

use trun::cli::{self, UsageError};

/// The first byte chooses the format, the rest is the text.
pub fn check(data: &[u8]) {
    let Some((format, bytes)) = data.split_first() else {
        return;
    };
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    let name = if format % 2 == 0 { "trun.toml" } else { "package.json" };
    let root = Path::new("/nonexistent");
    let first = cli::with_config(name, text, root).map(|parsed| format!("{:?}", parsed.command));
    match &first {
        Ok(_) => {}
        Err(error) => check_error(name, text, error),
    }
    let words = |one: &Result<String, UsageError>| one.as_ref().map_err(ToString::to_string).cloned();
    let second = cli::with_config(name, text, root).map(|parsed| format!("{:?}", parsed.command));
    // `randomize = true` asks for another seed each time.
    if !text.contains("random") {
        assert_eq!(words(&first), words(&second));
    }
}

/// A line that is named exists.
fn check_error(name: &str, text: &str, error: &UsageError) {
    let said = error.to_string();
    assert!(!said.is_empty());
    let UsageError::Config { at, .. } = error else {
        return;
    };
    assert!(at.starts_with(name), "{said}");
    if let Some(line) = at.strip_prefix(name).and_then(|rest| rest.strip_prefix(':')) {
        let line: usize = line.parse().expect("a number of a line");
        assert!((1..=text.split('\n').count()).contains(&line), "{said}");
    }
}
