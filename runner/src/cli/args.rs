//! What was typed: [`Typed`], still text. What it means is decided in [`super::settings`].
//!
//! Makes the parser from the tables of flags and of other runners' flags, and brings its answers back into the order in
//! which they were typed, so that the last of contradicting flags wins whatever they are called.

use std::ffi::OsString;

use clap::{Arg, ArgAction, ArgMatches, Command};

use super::{
    error::UsageError,
    flags::{Flag, Row, Scope, TABLE, Takes},
    layer::{Given, Layer, Place, Word, word},
    names::{camel, kebab},
    others::{Fate, OTHERS, Other},
};

/// Stands for a value that was left out. No argument can hold it.
const LEFT_OUT: &str = "\0";

const PATHS: &str = "PATH";
const PATHS_BEHIND: &str = "PATH behind two dashes";

/// The command line as it was typed.
#[derive(Debug, Default)]
pub(super) struct Typed {
    /// How trun was called.
    pub(super) program: String,
    /// The first word, where it is a command.
    pub(super) verb: Option<Verb>,
    /// Files, folders, globs, parts of paths.
    pub(super) paths: Vec<String>,
    /// The flags.
    pub(super) flags: Layer,
}

/// A first word that is no path. A folder of this name is `./list`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verb {
    List,
    Help,
}

impl Verb {
    const ALL: [(&'static str, Self); 2] = [("list", Self::List), ("help", Self::Help)];
}

impl Typed {
    /// Reads a command line whose first word is the program's name.
    pub(super) fn read(args: impl Iterator<Item = OsString>) -> Result<Self, UsageError> {
        let mut args = args.peekable();
        let program = args.peek().map(|name| name.to_string_lossy().into_owned());
        let matches = command()
            .try_get_matches_from(args)
            .map_err(|error| UsageError::from_clap(&error))?;
        let mut paths = texts(&matches, PATHS);
        let verb = paths.first().and_then(|first| {
            let (_, verb) = Verb::ALL.into_iter().find(|(name, _)| name == first)?;
            Some(verb)
        });
        if verb.is_some() {
            paths.remove(0);
        }
        paths.extend(texts(&matches, PATHS_BEHIND));
        Ok(Self {
            program: program.unwrap_or_else(|| "trun".to_owned()),
            verb,
            paths,
            flags: flags(&matches)?,
        })
    }
}

fn texts(matches: &ArgMatches, id: &str) -> Vec<String> {
    matches.get_many(id).into_iter().flatten().cloned().collect()
}

/// What a name on the command line does.
#[derive(Clone, Copy)]
enum Meaning {
    Flag(&'static Row),
    /// `--no-NAME`.
    Off(&'static Row),
    Other(&'static Other),
}

/// Every name but for spellings, with what it does.
fn meanings() -> impl Iterator<Item = (String, Meaning)> {
    let typed = || TABLE.iter().filter(|row| row.scope != Scope::File);
    let flags = typed().map(|row| (row.name.to_owned(), Meaning::Flag(row)));
    let offs = typed()
        .filter(|row| row.has_off)
        .map(|row| (format!("no-{}", row.name), Meaning::Off(row)));
    let others = OTHERS
        .iter()
        .map(|other| (other.name.to_owned(), Meaning::Other(other)));
    flags.chain(offs).chain(others)
}

fn command() -> Command {
    let paths = |id: &'static str| Arg::new(id).action(ArgAction::Append).num_args(0..);
    Command::new("trun")
        .disable_help_flag(true)
        .disable_version_flag(true)
        .no_binary_name(false)
        .arg(paths(PATHS))
        .arg(paths(PATHS_BEHIND).last(true))
        .args(meanings().map(|(name, meaning)| match meaning {
            Meaning::Flag(row) => flag(name, row),
            Meaning::Off(row) => off(name, row),
            Meaning::Other(known) => other(name, known),
        }))
        .args(refusals_off())
}

fn flag(name: String, row: &Row) -> Arg {
    let mut spellings: Vec<String> = row.aliases.iter().map(|&alias| alias.to_owned()).collect();
    spellings.extend([kebab(row.name), camel(row.name)]);
    let arg = named(name, spellings).value_name(row.placeholder());
    let arg = match row.short {
        Some('v') => arg.short('v').short_alias('V'),
        Some(short) => arg.short(short),
        None => arg,
    };
    match row.takes {
        Takes::Switch | Takes::Maybe(_) => maybe(arg),
        Takes::One("REGEX") | Takes::Many("REGEX") => arg.allow_hyphen_values(true),
        // For a message that says what is wrong with the number.
        Takes::One(_) | Takes::Many(_) => arg.allow_negative_numbers(true),
    }
}

fn off(name: String, row: &Row) -> Arg {
    let aliases = row.aliases.iter().copied().chain([row.name]);
    let spellings = aliases.flat_map(|alias| [format!("no-{alias}"), camel(&format!("no-{alias}"))]);
    without_value(named(name.clone(), spellings.collect()))
}

fn other(name: String, other: &Other) -> Arg {
    let arg = named(name, other.aliases.iter().map(|&alias| alias.to_owned()).collect());
    let arg = match other.short {
        Some(short) => arg.short(short),
        None => arg,
    };
    match other.fate {
        Fate::Sets(_) => arg.value_name("N"),
        Fate::SetsTo(..) => without_value(arg),
        Fate::Taken | Fate::Refused(_) => maybe(arg),
    }
}

/// `--no-watch` and the like, which ask for nothing.
fn refusals_off() -> impl Iterator<Item = Arg> {
    OTHERS
        .iter()
        .filter(|other| matches!(other.fate, Fate::Refused(_)))
        .map(|other| without_value(named(format!("no-{}", other.name), Vec::new())))
}

fn named(name: String, mut spellings: Vec<String>) -> Arg {
    spellings.retain(|spelling| *spelling != name);
    spellings.sort();
    spellings.dedup();
    Arg::new(name.clone())
        .long(name)
        .aliases(spellings)
        .action(ArgAction::Append)
}

fn maybe(arg: Arg) -> Arg {
    arg.num_args(0..=1).require_equals(true).default_missing_value(LEFT_OUT)
}

fn without_value(arg: Arg) -> Arg {
    arg.num_args(0).default_missing_value(LEFT_OUT)
}

/// All flags that were typed, in that order.
fn flags(matches: &ArgMatches) -> Result<Layer, UsageError> {
    let mut typed: Vec<(usize, &str, Meaning)> = Vec::new();
    let known: Vec<(String, Meaning)> = meanings().collect();
    for (name, meaning) in &known {
        let values = matches.get_many::<String>(name).into_iter().flatten();
        let places = matches.indices_of(name).into_iter().flatten();
        typed.extend(
            places
                .zip(values)
                .map(|(place, value)| (place, value.as_str(), *meaning)),
        );
    }
    typed.sort_by_key(|(place, ..)| *place);
    let mut layer = Layer::default();
    for (_, value, meaning) in typed {
        if let Some(given) = given(meaning, value)? {
            layer.add(given);
        }
    }
    Ok(layer)
}

fn given(meaning: Meaning, value: &str) -> Result<Option<Given>, UsageError> {
    let made = |flag: Flag, name: &'static str, word: Word| Given {
        flag,
        word,
        place: Place::CommandLine(name),
    };
    match meaning {
        Meaning::Off(row) => Ok(Some(made(row.flag, row.name, Word::Off))),
        Meaning::Flag(row) if value == LEFT_OUT => Ok(Some(made(row.flag, row.name, Word::On))),
        Meaning::Flag(row) => {
            let typed = made(row.flag, row.name, Word::Text(value.to_owned()));
            let word = word(row.flag, value).map_err(|why| typed.refuse(why))?;
            Ok(Some(Given { word, ..typed }))
        }
        Meaning::Other(other) => match other.fate {
            Fate::Sets(flag) => Ok(Some(made(flag, other.name, Word::Text(value.to_owned())))),
            Fate::SetsTo(flag, value) => Ok(Some(made(flag, other.name, Word::Text(value.to_owned())))),
            Fate::Taken => Ok(None),
            Fate::Refused(_) if matches!(value, "false" | "0") => Ok(None),
            Fate::Refused(why) => Err(UsageError::Refused {
                flag: format!("--{}", other.name),
                why,
            }),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::{Typed, Verb, command};

    fn typed(words: &[&str]) -> Typed {
        Typed::read(["trun"].iter().chain(words).map(Into::into)).unwrap()
    }

    #[test]
    fn clap_accepts_the_definition() {
        command().debug_assert();
    }

    #[test]
    fn a_verb_is_the_first_word_that_is_no_flag() {
        let verbs: [(&[&str], Option<Verb>, &[&str]); 6] = [
            (&["list", "a"], Some(Verb::List), &["a"]),
            (&["--retry=1", "list"], Some(Verb::List), &[]),
            (&["help", "workers"], Some(Verb::Help), &["workers"]),
            (&["a", "list"], None, &["a", "list"]),
            (&["--", "list"], None, &["list"]),
            (&["./list"], None, &["./list"]),
        ];
        for (words, verb, paths) in verbs {
            let typed = typed(words);
            assert_eq!(typed.verb, verb, "{words:?}");
            assert_eq!(typed.paths, paths, "{words:?}");
        }
    }
}
