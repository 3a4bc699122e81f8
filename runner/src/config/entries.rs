//! What a configuration says, whatever its format: keys, values, line numbers.

/// A key with its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    /// As it was written.
    pub(super) key: String,
    /// Its line, from 1.
    pub(super) line: usize,
    /// What it is set to.
    pub(super) value: Value,
}

/// What a key is set to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value {
    /// `true` or `false`.
    Switch(bool),
    /// A number, as it was written.
    Number(String),
    /// A text.
    Text(String),
    /// Several, each with its line.
    List(Vec<(usize, Value)>),
    /// Keys with values.
    Table(Vec<Entry>),
    /// What no key takes: `null`, a date.
    Other(&'static str),
}

impl Value {
    /// What it is, in a message.
    pub(super) fn describe(&self) -> String {
        match self {
            Self::Switch(on) => on.to_string(),
            Self::Number(number) => format!("the number {number}"),
            Self::Text(text) => format!("the text \"{text}\""),
            Self::List(_) => "a list".to_owned(),
            Self::Table(_) => "a table".to_owned(),
            Self::Other(what) => (*what).to_owned(),
        }
    }
}
