//! What `--help` prints: an overview, and a text for every topic. Each fits a screen, which the tests below hold it to.
//!
//! All that is said about flags comes from their tables.

use super::{
    error::{UsageError, closest, did_you_mean},
    flags::{Flag, Row, Scope, TABLE, Takes, Topic, row},
    others::{Fate, OTHERS},
};

/// Where the text about a flag begins.
const COLUMN: usize = 34;

/// The longest line.
const WIDTH: usize = 108;

/// The topics, by the names they are asked for.
const TOPICS: [(&str, Topic, &str); 6] = [
    (
        "running",
        Topic::Running,
        "which tests run, in what order, how often and how long",
    ),
    (
        "workers",
        Topic::Workers,
        "worker processes, their number and their memory",
    ),
    (
        "isolation",
        Topic::Isolation,
        "what test files share and what they leave behind",
    ),
    ("reports", Topic::Reports, "reporters, report files, colours"),
    (
        "config",
        Topic::Config,
        "trun.toml, package.json, environment variables, the cache",
    ),
    (
        "listing",
        Topic::Listing,
        "trun list, editors, names of other runners' flags",
    ),
];

/// What the overview shows of the flags.
const USUAL: [Flag; 12] = [
    Flag::TestNamePattern,
    Flag::Parallel,
    Flag::Bail,
    Flag::Timeout,
    Flag::Retry,
    Flag::Randomize,
    Flag::Preload,
    Flag::Reporter,
    Flag::PassWithNoTests,
    Flag::Config,
    Flag::Version,
    Flag::Help,
];

/// The help about this topic, or the overview. A topic that was asked for must exist.
pub(super) fn text(topic: Option<&str>, is_asked: bool) -> Result<String, UsageError> {
    let Some(name) = topic else {
        return Ok(overview());
    };
    match TOPICS.into_iter().find(|(known, ..)| *known == name) {
        Some((_, topic, about)) => Ok(about_topic(name, topic, about)),
        None if !is_asked => Ok(overview()),
        None => {
            let names = TOPICS.map(|(name, ..)| name);
            Err(UsageError::Contradiction(format!(
                "there is no help about \"{name}\"{}; topics: {}",
                did_you_mean(closest(name, names)),
                names.join(", ")
            )))
        }
    }
}

fn overview() -> String {
    let mut text = "\
trun runs JavaScript and TypeScript tests in parallel

Usage: trun [flags] [PATH]...        run tests
       trun list [flags] [PATH]...   list them
       trun help [TOPIC]

A PATH is a test file, a folder, a glob, or a part of test files' paths; none: the working directory

"
    .to_owned();
    for flag in USUAL {
        text.push_str(&line(row(flag)));
    }
    let topics = TOPICS.map(|(name, ..)| name).join(", ");
    text.push_str(&format!("\nTopics: {topics}\n"));
    text.push_str(
        "Exit: 0 passed, 1 failed, 2 wrong usage, 3 no tests found, 4 trun failed, 128+n ended by signal n\n",
    );
    text
}

fn about_topic(name: &str, topic: Topic, about: &str) -> String {
    let mut text = format!("trun help {name}: {about}\n\n");
    let typed = |row: &&Row| row.topic == topic && row.scope != Scope::File;
    for row in TABLE.iter().filter(typed).filter(|row| !is_one_of_many(row)) {
        text.push_str(&line(row));
    }
    text.push('\n');
    text.push_str(&notes(topic));
    text
}

/// `--outputFile.json` and its sisters have one line together.
fn is_one_of_many(row: &Row) -> bool {
    matches!(row.flag, Flag::OutputFileOf(_))
}

/// `  -t, --test-name-pattern=REGEX  only tests …`, wrapped.
fn line(row: &Row) -> String {
    let default = (!row.default.is_empty()).then(|| format!("[default: {}]", row.default));
    // The default stays in one piece.
    let said = row.about.split(' ').chain(default.as_deref());
    let mut line = format!("{:COLUMN$}", left(row));
    let mut lines = wrap(said, WIDTH - COLUMN).into_iter();
    line.push_str(&lines.next().unwrap_or_default());
    for more in lines {
        line.push_str(&format!("\n{:COLUMN$}{more}", ""));
    }
    line.push('\n');
    line
}

fn left(row: &Row) -> String {
    let short = row
        .short
        .map_or_else(|| "    ".to_owned(), |short| format!("-{short}, "));
    let value = match row.takes {
        Takes::Switch => String::new(),
        Takes::Maybe(name) => format!("[={name}]"),
        Takes::One(name) | Takes::Many(name) => format!("={name}"),
    };
    let name = match row.flag {
        // Off is what is typed of these, or as often.
        Flag::Isolate | Flag::LazyModules | Flag::Cache | Flag::Color => format!("[no-]{}", row.name),
        Flag::OutputFile => "outputFile[.NAME]".to_owned(),
        _ => row.name.to_owned(),
    };
    format!("  {short}--{name}{value} ")
}

fn wrap<'a>(words: impl IntoIterator<Item = &'a str>, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in words {
        let last = lines.last_mut().expect("there is always a line");
        if !last.is_empty() && last.len() + 1 + word.len() > width {
            lines.push(word.to_owned());
        } else {
            if !last.is_empty() {
                last.push(' ');
            }
            last.push_str(word);
        }
    }
    lines
}

fn notes(topic: Topic) -> String {
    match topic {
        Topic::Overview => String::new(),
        Topic::Running => "\
A PATH that is a file always runs. `--bail` counts failed tests and files. A test that passes when it
is tried again is flaky: the run passes, and every report says so.
"
        .to_owned(),
        Topic::Workers => "\
A worker is a process that runs one file after the other. Further ones are started when there is work
for them, so a short run needs one. A crash ends the run unless --on-crash=continue.
"
        .to_owned(),
        Topic::Isolation => "\
What a file leaves behind is stopped or restored before the next one starts, and reported with the
place where it was made.
"
        .to_owned(),
        Topic::Reports => "\
NAME:FILE sends a report into FILE; at most one reporter writes to stdout, which github may join.
NO_COLOR and FORCE_COLOR are heeded.
"
        .to_owned(),
        Topic::Config => "\
Every flag is a key of trun.toml, or of the object \"trun\" in package.json, in the working directory:

    parallel = 4                        # or \"50%\"
    paths = [\"src\", \"tests\"]            # what runs when no PATH is typed
    reporter = [\"default\", \"junit:report.xml\"]
    isolate = false                     # --no-isolate
    [output-file]
    json = \"report.json\"

and an environment variable: TRUN_PARALLEL=4, TRUN_NO_ISOLATE=1, TRUN_REPORTER=dots,junit:report.xml.
What is typed wins over the environment, and that over the file. Paths are relative to the working
directory.
"
        .to_owned(),
        Topic::Listing => listing_notes(),
    }
}

fn listing_notes() -> String {
    let mut text = "\
`trun list` loads test files and runs no test: `path > suite > title` lines, or objects {id, name, ancestors,
title, file, line, column, mode} where mode is run, skip, todo or error. Ids outlive moved lines.

"
    .to_owned();
    let names = |wanted: fn(Fate) -> bool| {
        let all = OTHERS.iter().filter(|other| wanted(other.fate));
        all.map(|other| format!("--{}", other.name))
            .collect::<Vec<_>>()
            .join(" ")
    };
    let same = names(|fate| matches!(fate, Fate::Sets(_) | Fate::SetsTo(..)));
    let taken = names(|fate| fate == Fate::Taken);
    let refused = names(|fate| matches!(fate, Fate::Refused(_)));
    for (label, names) in [
        ("Other names of --parallel:", same),
        ("Taken, because trun does it anyway:", taken),
        ("Not possible yet (turned off they are taken):", refused),
    ] {
        for line in wrap(format!("{label} {names}").split(' '), WIDTH) {
            text.push_str(&line);
            text.push('\n');
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use trun_reporters::Kind;

    use super::{OTHERS, Row, Scope, TABLE, TOPICS, Topic, left, overview, row, text};

    fn about(topic: Topic) -> String {
        let found = TOPICS.into_iter().find(|(_, known, _)| *known == topic);
        found.map_or_else(overview, |(name, ..)| text(Some(name), true).unwrap())
    }

    /// Every text of the help with its topic.
    fn all() -> Vec<(Topic, String)> {
        let topics = TOPICS.into_iter().map(|(_, topic, _)| topic);
        [Topic::Overview]
            .into_iter()
            .chain(topics)
            .map(|topic| (topic, about(topic)))
            .collect()
    }

    fn is_typed(row: &&Row) -> bool {
        row.scope != Scope::File && !row.name.starts_with("outputFile.")
    }

    #[test]
    fn every_text_fits_a_screen() {
        for (topic, text) in all() {
            assert!(
                text.lines().count() <= 25,
                "{topic:?} has {} lines:\n{text}",
                text.lines().count()
            );
            for line in text.lines() {
                assert!(line.len() <= 110, "{topic:?}: {line}");
            }
        }
    }

    #[test]
    fn every_flag_is_explained_in_exactly_one_topic() {
        for row in TABLE.iter().filter(is_typed) {
            let start = left(row);
            let explained: Vec<Topic> = all()
                .into_iter()
                .filter(|(topic, text)| {
                    let usual = *topic == Topic::Overview && row.topic != Topic::Overview;
                    !usual && text.lines().any(|line| line.starts_with(start.trim_end()))
                })
                .map(|(topic, _)| topic)
                .collect();
            assert_eq!(explained, [row.topic], "--{}", row.name);
        }
    }

    #[test]
    fn the_overview_names_every_topic() {
        for (name, ..) in TOPICS {
            assert!(overview().contains(name), "{name}");
        }
    }

    #[test]
    fn every_reporter_is_named() {
        for kind in Kind::ALL {
            assert!(row(super::Flag::Reporter).about.contains(kind.name()), "{kind}");
        }
    }

    #[test]
    fn every_flag_of_other_runners_is_named() {
        let text = about(Topic::Listing);
        for other in OTHERS {
            assert!(text.contains(&format!("--{}", other.name)), "{}", other.name);
        }
    }

    #[test]
    fn a_topic_that_does_not_exist_is_named_if_it_was_asked_for() {
        let said = text(Some("worker"), true).unwrap_err().to_string();
        assert!(said.contains("did you mean workers?"), "{said}");
        assert_eq!(text(Some("tests"), false).unwrap(), overview());
        assert!(text(Some("workers"), false).unwrap().contains("--worker-memory"));
    }
}
