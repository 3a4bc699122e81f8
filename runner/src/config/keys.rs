//! From entries to settings: which key is which flag, and what its value may be.

use super::entries::{Entry, Value};
use super::problem_at;
use crate::cli::UsageError;
use crate::cli::error::{closest, did_you_mean};
use crate::cli::flags::{Row, TABLE, Takes};
use crate::cli::layer::{Given, Layer, Place, Word};
use crate::cli::names::{camel, kebab};

/// What the configuration of this name sets.
pub(super) fn layer(name: &str, entries: Vec<Entry>) -> Result<Layer, UsageError> {
    let mut reader = Reader {
        name,
        layer: Layer::default(),
    };
    for entry in entries {
        reader.add(&entry)?;
    }
    Ok(reader.layer)
}

struct Reader<'n> {
    name: &'n str,
    layer: Layer,
}

impl Reader<'_> {
    fn add(&mut self, entry: &Entry) -> Result<(), UsageError> {
        if let Value::Table(inner) = &entry.value
            && has_inner_keys(&entry.key)
        {
            for one in inner {
                let key = format!("{}.{}", entry.key, one.key);
                self.add(&Entry { key, ..one.clone() })?;
            }
            return Ok(());
        }
        let row = find(&entry.key).ok_or_else(|| self.unknown(entry))?;
        if self.layer.one(row.flag).is_some() {
            return Err(problem_at(
                self.name,
                entry.line,
                &format!("{} is set twice", entry.key),
            ));
        }
        for (line, word) in words(row, entry).map_err(|why| self.wrong(entry, &why))? {
            let name = self.name.to_owned();
            self.layer.add(Given {
                flag: row.flag,
                word,
                place: Place::File { name, line },
            });
        }
        Ok(())
    }

    fn wrong(&self, entry: &Entry, why: &str) -> UsageError {
        problem_at(self.name, entry.line, why)
    }

    fn unknown(&self, entry: &Entry) -> UsageError {
        let key = kebab(&entry.key);
        let keys: Vec<String> = TABLE.iter().filter_map(Row::key).collect();
        let positive = key
            .strip_prefix("no-")
            .filter(|rest| find(rest).is_some_and(|row| row.has_off));
        let hint = if let Some(positive) = positive {
            format!(", write {positive} = false")
        } else if let Some(row) = by_alias(&entry.key) {
            did_you_mean(row.key().as_deref())
        } else {
            did_you_mean(closest(&key, keys.iter().map(String::as_str)))
        };
        let what = format!("unknown key {}{hint}; `trun help config` tells more", entry.key);
        problem_at(self.name, entry.line, &what)
    }
}

/// Whether there are keys below this one: `output-file.json`.
fn has_inner_keys(key: &str) -> bool {
    let start = format!("{}.", kebab(key));
    TABLE.iter().filter_map(Row::key).any(|known| known.starts_with(&start))
}

fn find(key: &str) -> Option<&'static Row> {
    TABLE.iter().find(|row| {
        row.key()
            .is_some_and(|known| known == key || camel(&known) == key || row.name == key)
    })
}

/// The flag that has this other name on the command line.
fn by_alias(key: &str) -> Option<&'static Row> {
    TABLE.iter().find(|row| row.aliases.contains(&key))
}

/// The words that an entry says, or why it says none.
fn words(row: &Row, entry: &Entry) -> Result<Vec<(usize, Word)>, String> {
    match (&entry.value, row.takes) {
        (Value::List(items), Takes::Many(_)) => items
            .iter()
            .map(|(line, item)| Ok((*line, word(row, entry, item)?)))
            .collect(),
        (value, _) => Ok(vec![(entry.line, word(row, entry, value)?)]),
    }
}

fn word(row: &Row, entry: &Entry, value: &Value) -> Result<Word, String> {
    let wrong = || {
        let accepted = accepted(row);
        Err(format!(
            "{} is {}, but {accepted} is needed",
            entry.key,
            value.describe()
        ))
    };
    match (value, row.takes) {
        (Value::Switch(true), Takes::Switch | Takes::Maybe(_)) => Ok(Word::On),
        (Value::Switch(false), Takes::Switch) => Ok(Word::Off),
        (Value::Switch(false), Takes::Maybe(_)) if row.has_off => Ok(Word::Off),
        (_, Takes::Switch) => wrong(),
        (Value::Text(text), _) => Ok(Word::Text(text.clone())),
        (Value::Number(number), _) if row.takes_number() => Ok(Word::Text(number.clone())),
        _ => wrong(),
    }
}

/// What a key takes, in a message.
fn accepted(row: &Row) -> &'static str {
    match (row.takes, row.placeholder()) {
        (Takes::Switch, _) => "true or false",
        (Takes::Maybe(_), _) if row.has_off => "a number, true or false",
        (Takes::Maybe(_), _) => "a number or true",
        (Takes::Many(_), _) => "a text or a list of texts",
        (_, "N") => "a number",
        (_, "TIME") => "a number of milliseconds or a time like \"5s\"",
        (_, "SIZE") => "a size like \"512M\"",
        _ => "a text",
    }
}
