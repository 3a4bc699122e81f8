//! What a command that runs one test of this run again begins with.
//!
//! The program and the flags that were typed and that the outcome of a test may depend on. What comes from the environment
//! or a configuration is there again anyway.

use std::path::Path;

use super::{
    env_vars,
    flags::{Row, TABLE},
    layer::{Given, Place, Word},
    resolve::{LowArgs, Surroundings},
};

pub(super) fn command(low: &LowArgs, seed: Option<u32>, surroundings: &Surroundings<'_>) -> Vec<String> {
    let mut words = vec![program(&low.program, surroundings)];
    for row in TABLE.iter().filter(|row| row.reruns) {
        let typed = |given: &&Given| matches!(given.place, Place::CommandLine(_));
        words.extend(
            low.set
                .all(row.flag)
                .iter()
                .filter(typed)
                .map(|given| spelt(row, given)),
        );
    }
    // Also if it is set elsewhere: a rerun with another order is none.
    words.extend(seed.map(|seed| format!("--seed={seed}")));
    words
}

fn spelt(row: &Row, given: &Given) -> String {
    match &given.word {
        Word::Text(text) => format!("--{}={text}", row.name),
        Word::On => format!("--{}", row.name),
        Word::Off => format!("--no-{}", row.name),
    }
}

/// The name alone if the shell finds this very program by it, else as it was typed.
fn program(typed: &str, surroundings: &Surroundings<'_>) -> String {
    let path = Path::new(typed);
    let Some(name) = path.file_name() else {
        return "trun".to_owned();
    };
    let folders = surroundings.env.get(env_vars::PATH).unwrap_or_default();
    let found = std::env::split_paths(folders)
        .map(|folder| folder.join(name))
        .find(|candidate| (surroundings.is_file)(candidate));
    if found.as_deref() == Some(path) {
        return name.to_string_lossy().into_owned();
    }
    typed.to_owned()
}

#[cfg(test)]
mod tests {
    use super::{super::flags::Flag, TABLE};

    #[test]
    fn what_chooses_or_reports_is_not_repeated() {
        let reruns = |flag| TABLE.iter().any(|row| row.flag == flag && row.reruns);
        for flag in [
            Flag::TestNamePattern,
            Flag::Bail,
            Flag::Parallel,
            Flag::Reporter,
            Flag::Color,
            Flag::Seed,
        ] {
            assert!(!reruns(flag), "{flag:?}");
        }
    }
}
