//! What one test file leaves behind, another one never sees: the pairs of `fixtures/projects/leak-*`, of which the first file leaks
//! one kind of thing and the second looks for it.

use crate::support::Project;
use crate::support::model::Model;

fn pairs() -> Vec<Model> {
    let pairs: Vec<Model> = Model::all()
        .into_iter()
        .filter(|model| model.name.starts_with("leak-"))
        .collect();
    assert!(pairs.len() >= 10, "the pairs are there: {}", pairs.len());
    pairs
}

/// All pairs in one project, each in a folder of its own: whatever is left has every later file to show in.
fn all_in_one() -> Project {
    let project = Project::new();
    for pair in pairs() {
        project.add_fixture(&pair.name);
    }
    project
}

#[test]
fn no_file_sees_what_any_other_left_behind() {
    let passed = pairs().iter().map(|pair| pair.counts.passed).sum();
    let hidden = ["of a file that is over", "patched console"];
    for workers in ["--parallel=1", "--parallel=4"] {
        let outcome = all_in_one().trun(&[workers]).run();
        outcome.exits(0).counts(passed, 0);
        for text in hidden {
            outcome.hides(text);
        }
    }
}

#[test]
fn each_pair_passes_in_four_workers_too() {
    for pair in pairs() {
        let outcome = Project::fixture(&pair.name).trun(&["--parallel=4"]).run();
        outcome.exits(0).counts(pair.counts.passed, 0);
    }
}
