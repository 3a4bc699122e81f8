//! The random order of the tests of a file depends on the seed and the file, and on nothing else.

use crate::support::{Outcome, Project};

/// Prints the order its tests ran in.
const FILE: &str = "
    const ran = [];
    for (const name of 'abcdef') test(name, () => ran.push(name));
    describe('suite', () => { for (const name of 'uvwxyz') test(name, () => ran.push(name)); });
    afterAll(() => console.log(`${__filename.split('/').pop()} ran ${ran.join('')}.`));";

#[track_caller]
fn order_of<'o>(outcome: &'o Outcome, file: &str) -> &'o str {
    let start = format!("{file} ran ");
    let found = outcome.stdout.lines().find_map(|line| line.trim().strip_prefix(&start));
    found.unwrap_or_else(|| panic!("no order of {file} in {}", outcome.all()))
}

#[test]
fn workers_and_other_files_have_no_say_in_it() {
    let project = Project::new().file("a.test.js", FILE).file("b.test.js", FILE);
    let together = project.trun(&["--parallel=1", "--seed=11"]).run();
    let alone = project.trun(&["--parallel=1", "--seed=11", "b.test.js"]).run();
    let apart = project.trun(&["--parallel=2", "--parallel-delay=0", "--seed=11"]).run();
    together.exits(0).counts(24, 0);
    let order = order_of(&together, "b.test.js");
    assert_eq!(order_of(&alone, "b.test.js"), order);
    assert_eq!(order_of(&apart, "b.test.js"), order);
    assert_ne!(order, "abcdefuvwxyz.");
    assert_ne!(order_of(&together, "a.test.js"), order);
}

#[test]
fn a_name_pattern_leaves_the_rest_in_its_order() {
    let project = Project::new().file("a.test.js", FILE);
    let whole = project.trun(&["--parallel=1", "--seed=11"]).run();
    let part = project.trun(&["--parallel=1", "--seed=11", "-t", "^suite "]).run();
    let of_suite: String = order_of(&whole, "a.test.js")
        .chars()
        .filter(|c| !"abcdef".contains(*c))
        .collect();
    assert_eq!(order_of(&part, "a.test.js"), of_suite);
}

#[test]
fn reports_list_the_tests_as_they_are_declared() {
    let project = Project::new().file("a.test.js", FILE);
    let titles = |outcome: &Outcome| -> Vec<String> {
        let tests = outcome.file("a.test.js")["assertionResults"].as_array().cloned();
        tests
            .into_iter()
            .flatten()
            .map(|test| test["fullName"].to_string())
            .collect()
    };
    let plain = project.trun(&["--parallel=1"]).run();
    let random = project.trun(&["--parallel=1", "--seed=11"]).run();
    assert_eq!(titles(&random), titles(&plain));
}
