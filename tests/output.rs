//! What tests print is recorded under the test that printed it.

use serde_json::Value;

use crate::support::{Outcome, Project};

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or("no text")
}

#[track_caller]
fn stdout<'o>(outcome: &'o Outcome, test: &str) -> &'o str {
    text(&outcome.test(test)["x"]["stdout"])
}

#[track_caller]
fn stderr<'o>(outcome: &'o Outcome, test: &str) -> &'o str {
    text(&outcome.test(test)["x"]["stderr"])
}

#[test]
fn the_console_is_its_tests() {
    let outcome = Project::fixture("output-console").trun(&["--parallel=1"]).run();
    assert_eq!(
        stdout(&outcome, "first"),
        "from the first { depth: { of: [ 'an', 'object' ] } }\n"
    );
    assert_eq!(stderr(&outcome, "first"), "an error line of the first\n");
    assert_eq!(stdout(&outcome, "second"), "from the second, text and 42\n");
    assert_eq!(stderr(&outcome, "second"), "a warning of the second\n");
    assert_eq!((stdout(&outcome, "silent"), stderr(&outcome, "silent")), ("", ""));
    let file = &outcome.file("console.test.ts")["x"];
    assert_eq!(text(&file["stdout"]), "while loading\nin beforeAll\n");
}

#[test]
fn raw_writes_are_their_tests() {
    let outcome = Project::fixture("output-raw").trun(&["--parallel=1"]).run();
    assert_eq!(stdout(&outcome, "writes to the streams"), "raw to stdout\n");
    assert_eq!(stderr(&outcome, "writes to the streams"), "raw to stderr\n");
    assert_eq!(stdout(&outcome, "a child inherits them"), "from a child\n");
    assert_eq!(stderr(&outcome, "a child inherits them"), "complaint of a child\n");
    assert_eq!(stdout(&outcome, "a child is captured"), "");
}

#[test]
fn order_is_kept_between_console_and_raw_writes() {
    let body = "test('mixes', () => { for (let n = 0; n < 200; n += 1) { if (n % 2) console.log(n); else process.stdout.write(`${n}\\n`); } });";
    let outcome = Project::new().file("a.test.js", body).trun(&["--parallel=1"]).run();
    let numbers: Vec<u32> = stdout(&outcome, "mixes")
        .lines()
        .map(|line| line.parse().unwrap())
        .collect();
    assert_eq!(numbers, (0..200).collect::<Vec<_>>());
}

#[test]
fn what_was_printed_before_a_death_is_kept() {
    let body = "test('speaks and dies', () => { console.log('by console'); process.stdout.write('raw\\n'); process.kill(process.pid, 'SIGKILL'); for (;;); });";
    let outcome = Project::new().file("a.test.js", body).trun(&["--parallel=1"]).run();
    assert_eq!(stdout(&outcome, "speaks and dies"), "by console\nraw\n");
}

#[test]
fn much_output_is_no_trouble() {
    let body =
        "test('talks', () => { for (let n = 0; n < 20000; n += 1) console.log('a line of no great interest', n); });";
    let outcome = Project::new().file("a.test.js", body).trun(&["--parallel=1"]).run();
    outcome.exits(0).counts(1, 0);
    assert!(
        stdout(&outcome, "talks").lines().count() >= 1000,
        "most of it is kept or cut with a marker"
    );
    let body = "test('talks raw', () => { const line = 'x'.repeat(99) + '\\n'; for (let n = 0; n < 20000; n += 1) process.stdout.write(line); });";
    Project::new()
        .file("a.test.js", body)
        .trun(&["--parallel=1"])
        .run()
        .exits(0)
        .counts(1, 0);
}

#[test]
fn bytes_that_are_no_text_are_no_trouble() {
    let body = "test('bytes', () => { process.stdout.write(Buffer.from([0xff, 0xfe, 0x41, 0x0a])); });";
    let outcome = Project::new().file("a.test.js", body).trun(&["--parallel=1"]).run();
    assert!(stdout(outcome.exits(0), "bytes").ends_with("A\n"));
}

#[test]
fn a_result_of_any_length_arrives() {
    let body = "
        const long = 'x'.repeat(1 << 20);
        test('fails often and at length', { retry: 20, timeout: 1e8 }, () => { throw new Error(long); });
        describe(long, () => { for (let i = 0; i < 20; i += 1) test('case ' + i, () => {}); });
    ";
    let outcome = Project::new().file("a.test.js", body).trun(&["--reporter=dots"]).run();
    outcome.exits(1).shows("Tests  20 passed, 1 failed").hides("corrupt");
}
