//! Names in a JUnit document: where a case belongs, and no two cases of one name.
//!
//! Several services know a test by its classname and name alone and drop or merge what has both in common.

use std::collections::{HashMap, HashSet};

use super::sanitise::Clean;

/// Endings of names of test files, before the extension.
const ENDINGS: [&str; 4] = [".test", ".spec", "_test", "_spec"];

/// `tests/api/user.test.ts` as `tests.api.user`: dots, because readers make packages of what is before the last one.
pub(super) fn classname(relative: &str) -> Clean {
    let parts = relative.split('/').filter(|part| !matches!(*part, "" | "." | ".."));
    let mut name = parts.collect::<Vec<_>>().join(".");
    let file = relative.rsplit('/').next().unwrap_or_default();
    name.truncate(name.len() - (file.len() - without_ending(file).len()));
    Clean::line(&name)
}

/// The name of a test file without what makes it one; never empty.
fn without_ending(file: &str) -> &str {
    let stem = match file.rsplit_once('.') {
        Some((stem, _)) if !stem.is_empty() => stem,
        _ => file,
    };
    let cut = ENDINGS.iter().find_map(|ending| stem.strip_suffix(ending));
    cut.filter(|rest| !rest.is_empty()).unwrap_or(stem)
}

/// The names given so far.
#[derive(Default)]
pub(super) struct Names {
    taken: HashSet<(Clean, Clean)>,
    /// How many asked for a name.
    asked: HashMap<(Clean, Clean), u32>,
}

impl Names {
    /// `name`, with the first number of ` [2]`, ` [3]`, … behind it that makes it new under `classname`.
    pub(super) fn unique(&mut self, classname: &Clean, name: Clean) -> Clean {
        let wanted = (classname.clone(), name);
        let asked = self.asked.entry(wanted.clone()).or_default();
        loop {
            *asked += 1;
            let name = match *asked {
                1 => wanted.1.clone(),
                number => Clean::line(&format!("{} [{number}]", wanted.1)),
            };
            if self.taken.insert((classname.clone(), name.clone())) {
                return name;
            }
        }
    }
}
