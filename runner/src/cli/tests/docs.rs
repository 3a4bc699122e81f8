//! `docs/configuration.md` says what the tables say.

use std::{fs, path::Path};

use super::super::{
    flags::{Flag, Row, Scope, TABLE, Takes},
    others::{Fate, OTHERS, Other},
};

fn page() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/configuration.md");
    fs::read_to_string(path).expect("the page is there")
}

fn settings_table() -> String {
    let mut table = "| flag | key | environment variable | meaning | default |\n|---|---|---|---|---|\n".to_owned();
    for row in TABLE {
        let code = |name: Option<String>| name.map(|name| format!("`{name}`")).unwrap_or_default();
        let cells = [
            flag_cell(row),
            code(row.key()),
            code(row.env_var()),
            cell(row.about),
            cell(row.default),
        ];
        table.push_str(&format!("| {} |\n", cells.join(" | ")));
    }
    table
}

fn flag_cell(row: &Row) -> String {
    if row.scope == Scope::File {
        return String::new();
    }
    let value = match row.takes {
        Takes::Switch => String::new(),
        Takes::Maybe(name) => format!("[={name}]"),
        Takes::One(name) | Takes::Many(name) => format!("={name}"),
    };
    let short = row.short.map(|short| format!("`-{short}`, ")).unwrap_or_default();
    let off = if row.has_off {
        format!(", `--no-{}`", row.name)
    } else {
        String::new()
    };
    let aliases: String = row.aliases.iter().map(|alias| format!(", `--{alias}`")).collect();
    format!("{short}`--{}{value}`{off}{aliases}", row.name)
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

fn others_table() -> String {
    let mut table = "| flag | what becomes of it |\n|---|---|\n".to_owned();
    for other in OTHERS {
        let fate = match other.fate {
            Fate::Sets(flag) => format!("as `--{}=N`", name(flag)),
            Fate::SetsTo(flag, value) => format!("as `--{}={value}`", name(flag)),
            Fate::Taken => "taken: it asks for what trun does anyway".to_owned(),
            Fate::Refused(why) => format!("an error: {why}"),
        };
        table.push_str(&format!("| {} | {fate} |\n", names(other)));
    }
    table
}

fn name(flag: Flag) -> &'static str {
    super::super::flags::row(flag).name
}

fn names(other: &Other) -> String {
    let short = other.short.map(|short| format!("`-{short}`, ")).unwrap_or_default();
    let aliases: String = other.aliases.iter().map(|alias| format!(", `--{alias}`")).collect();
    format!("{short}`--{}`{aliases}", other.name)
}

#[test]
fn the_page_has_the_tables() {
    let page = page();
    for table in [settings_table(), others_table()] {
        assert!(
            page.contains(&table),
            "docs/configuration.md must have this table:\n{table}"
        );
    }
}
