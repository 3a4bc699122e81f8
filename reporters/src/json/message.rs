//! What else a failure tells a reader of Jest's keys.

use crate::model::{Failure, FailureKind};

/// The matcher of a message like `expect(received).not.toBe(expected)`.
pub(super) fn matcher_name(failure: &Failure) -> Option<String> {
    if failure.kind != FailureKind::Assertion {
        return None;
    }
    let mut call = failure
        .message
        .lines()
        .next()?
        .split_once("expect(")?
        .1
        .split_once(").")?
        .1;
    while let Some(rest) = ["not.", "resolves.", "rejects."]
        .iter()
        .find_map(|word| call.strip_prefix(word))
    {
        call = rest;
    }
    let name = call.split_once('(')?.0;
    let is_word = !name.is_empty()
        && name
            .chars()
            .all(|char| char.is_ascii_alphanumeric() || matches!(char, '_' | '$'));
    is_word.then(|| name.to_owned())
}
