//! `--trace-time`.

use crate::support::Project;

#[test]
fn the_time_of_each_file_is_told_by_part() {
    let outcome = Project::new()
        .file("quick.test.js", "test('quick', () => {});")
        .file(
            "slow.test.js",
            "test('slow', () => { const end = performance.now() + 30; while (performance.now() < end); });",
        )
        .trun(&["--parallel=1", "--trace-time"])
        .run();
    outcome.exits(0).counts(2, 0);
    let table: Vec<Vec<&str>> = outcome
        .stderr
        .lines()
        .skip_while(|line| !line.contains("Time of each file"))
        .skip(1)
        .map(|line| line.split_whitespace().collect())
        .collect();
    let tests = table[0]
        .iter()
        .position(|name| *name == "tests")
        .expect("a column for tests");
    let sum = table[0]
        .iter()
        .position(|name| *name == "sum")
        .expect("a column for the sum");
    let slow = table
        .iter()
        .find(|row| row.last() == Some(&"slow.test.js"))
        .expect("a row for the file");
    let number = |column: usize| slow[column].parse::<f64>().expect("milliseconds");
    assert!(number(tests) >= 29.0, "{slow:?}");
    assert!(number(sum) >= number(tests), "{slow:?}");
    assert_eq!(
        table.last().map(|row| row[sum + 1..].join(" ")).as_deref(),
        Some("all 2 files")
    );
}

#[test]
fn without_it_nothing_is_told() {
    let outcome = Project::new().file("a.test.js", "test('a', () => {});").trun(&[]).run();
    outcome.exits(0);
    assert!(!outcome.stderr.contains("Time of each file"), "{}", outcome.stderr);
}
