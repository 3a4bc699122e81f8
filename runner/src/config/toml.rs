//! `trun.toml` into entries.

use toml::Spanned;
use toml::de::{DeInteger, DeTable, DeValue};

use super::entries::{Entry, Value};
use super::{line_of, problem_at};
use crate::cli::UsageError;

pub(super) fn entries(name: &str, text: &str) -> Result<Vec<Entry>, UsageError> {
    let document = DeTable::parse(text).map_err(|error| {
        let line = line_of(text, error.span().map_or(0, |span| span.start));
        problem_at(
            name,
            line,
            &format!("not valid TOML: {}", error.message().replace('\n', ", ")),
        )
    })?;
    Ok(table(document.get_ref(), text))
}

/// In the order in which they are written: the parser's is that of the alphabet, and the first mistake is the one to tell.
fn table(table: &DeTable<'_>, text: &str) -> Vec<Entry> {
    let mut entries: Vec<Entry> = table
        .iter()
        .map(|(key, set)| Entry {
            key: key.get_ref().to_string(),
            line: line_of(text, key.span().start),
            value: value(set, text),
        })
        .collect();
    entries.sort_by_key(|entry| entry.line);
    entries
}

fn value(set: &Spanned<DeValue<'_>>, text: &str) -> Value {
    match set.get_ref() {
        DeValue::Boolean(on) => Value::Switch(*on),
        DeValue::String(text) => Value::Text(text.to_string()),
        DeValue::Integer(number) => Value::Number(integer(number)),
        DeValue::Float(number) => Value::Number(number.as_str().to_owned()),
        DeValue::Array(items) => Value::List(
            items
                .iter()
                .map(|item| (line_of(text, item.span().start), value(item, text)))
                .collect(),
        ),
        DeValue::Table(inner) => Value::Table(table(inner, text)),
        DeValue::Datetime(_) => Value::Other("a date"),
    }
}

/// `0x10` and the like in decimal digits.
fn integer(number: &DeInteger<'_>) -> String {
    i128::from_str_radix(number.as_str(), number.radix())
        .map_or_else(|_| number.as_str().to_owned(), |number| number.to_string())
}
