//! The object `trun` of a package.json into entries.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::entries::{Entry, Value};
use super::{line_of, problem_at};
use crate::cli::UsageError;

#[derive(Deserialize)]
struct Package<'t> {
    #[serde(borrow)]
    trun: Option<&'t RawValue>,
}

/// `None` if the file has no key `trun`.
pub(super) fn entries(name: &str, text: &str) -> Result<Option<Vec<Entry>>, UsageError> {
    let invalid = |error: serde_json::Error| {
        let (line, said) = (error.line(), error.to_string());
        // The end of the sentence is the place, which stands in front already.
        let what = said.split(" at line ").next().unwrap_or(&said);
        problem_at(name, line, &format!("not valid JSON: {what}"))
    };
    let Some(raw) = serde_json::from_str::<Package<'_>>(text).map_err(invalid)?.trun else {
        return Ok(None);
    };
    let document = Document { text };
    match document.value(raw) {
        Value::Table(entries) => Ok(Some(entries)),
        other => Err(problem_at(
            name,
            document.line(raw),
            &format!(
                "the key \"trun\" is {}, but an object with settings is needed",
                other.describe()
            ),
        )),
    }
}

/// The whole text, to tell the lines of its parts.
struct Document<'t> {
    text: &'t str,
}

impl<'t> Document<'t> {
    /// A raw value is a part of the text it was parsed from, so that its address tells its place.
    fn line(&self, raw: &'t RawValue) -> usize {
        let start = raw.get().as_ptr().addr().saturating_sub(self.text.as_ptr().addr());
        line_of(self.text, start)
    }

    fn value(&self, raw: &'t RawValue) -> Value {
        let text = raw.get();
        match text.as_bytes().first() {
            Some(b'{') => Value::Table(self.table(text)),
            Some(b'[') => Value::List(self.list(text)),
            Some(b'"') => Value::Text(parse(text)),
            Some(b't' | b'f') => Value::Switch(text == "true"),
            Some(b'n') => Value::Other("null"),
            _ => Value::Number(text.to_owned()),
        }
    }

    fn table(&self, text: &'t str) -> Vec<Entry> {
        let set: BTreeMap<String, &'t RawValue> = parse(text);
        let mut entries: Vec<Entry> = set
            .into_iter()
            .map(|(key, raw)| Entry {
                key,
                line: self.line(raw),
                value: self.value(raw),
            })
            .collect();
        entries.sort_by_key(|entry| entry.line);
        entries
    }

    fn list(&self, text: &'t str) -> Vec<(usize, Value)> {
        let items: Vec<&'t RawValue> = parse(text);
        items.into_iter().map(|raw| (self.line(raw), self.value(raw))).collect()
    }
}

/// Parses a part of a text that was parsed as a whole before.
fn parse<'t, T: Deserialize<'t> + Default>(text: &'t str) -> T {
    serde_json::from_str(text).unwrap_or_default()
}
