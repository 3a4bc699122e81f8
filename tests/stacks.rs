//! Stacks and code frames show what the user wrote.

use serde_json::Value;

use crate::support::{Outcome, Project};

/// The frames of the first failure of a test, as `function file:line`.
#[track_caller]
fn frames(outcome: &Outcome, test: &str) -> Vec<String> {
    frames_of(&outcome.test(test)["x"]["failures"][0])
}

fn frames_of(failure: &Value) -> Vec<String> {
    let stack = failure["stack"]
        .as_array()
        .unwrap_or_else(|| panic!("no stack in {failure}"));
    let file = |frame: &Value| {
        frame["file"]
            .as_str()
            .unwrap_or_default()
            .rsplit('/')
            .next()
            .unwrap_or_default()
            .to_owned()
    };
    stack
        .iter()
        .map(|frame| {
            format!(
                "{} {}:{}",
                frame["function"].as_str().unwrap_or("-"),
                file(frame),
                frame["line"]
            )
        })
        .collect()
}

#[test]
fn positions_are_those_of_the_typescript() {
    let helper = "interface Long {\n  of: string;\n  several: number;\n}\n\nenum Kind { A, B }\n\nexport class Helper {\n  constructor(private readonly kind: Kind = Kind.A) {}\n\n  fail(input: Long): never {\n    throw new Error(`failed ${input.of} ${this.kind}`);\n  }\n}\n";
    let main = "import { Helper } from './helper';\n\ntype Unused = {\n  a: string;\n};\n\nfunction middle(): void {\n  new Helper().fail({ of: 'it', several: 1 });\n}\n\ntest('goes deep', (): void => {\n  const value = 1 as number;\n  if (value) middle();\n});\n";
    let outcome = Project::new()
        .file("helper.ts", helper)
        .file("a.test.ts", main)
        .trun(&["--parallel=1"])
        .run();
    let frames = frames(&outcome, "goes deep");
    assert_eq!(frames[..2], ["fail helper.ts:12", "middle a.test.ts:8"], "{frames:?}");
    assert!(frames[2].ends_with("a.test.ts:13"), "{frames:?}");
    assert_eq!(outcome.test("goes deep")["location"]["line"], 11);
    outcome.shows("> 12 |     throw new Error(");
}

#[test]
fn awaits_are_seen_through() {
    let body = "async function inner() {\n  await null;\n  throw new Error('late');\n}\nasync function outer() {\n  await inner();\n}\ntest('awaits', async () => {\n  await outer();\n});\n";
    let outcome = Project::new().file("a.test.js", body).trun(&["--parallel=1"]).run();
    assert!(
        frames(&outcome, "awaits")[0].ends_with("inner a.test.js:3"),
        "{:?}",
        frames(&outcome, "awaits")
    );
}

#[test]
fn error_stack_is_in_the_form_of_node() {
    let body = "function make() {\n  return new TypeError('made');\n}\ntest('has a stack', () => {\n  const lines = make().stack.split('\\n');\n  expect(lines[0]).toBe('TypeError: made');\n  expect(lines[1]).toMatch(/^    at make \\(.*\\/a\\.test\\.ts:2:14\\)$/);\n  expect(lines[2]).toMatch(/^    at .*\\/a\\.test\\.ts:5:\\d+\\)?$/);\n  const own = {};\n  Error.captureStackTrace(own);\n  expect(own.stack).toMatch(/a\\.test\\.ts:10:\\d+/);\n});\n";
    Project::new()
        .file("a.test.ts", body)
        .trun(&["--parallel=1"])
        .run()
        .exits(0);
}

#[test]
fn the_code_frame_points_at_the_expectation() {
    let body = "test('compares', () => {\n  const left: number = 1;\n  expect(left)\n    .toBe(2);\n});\n";
    let outcome = Project::new().file("a.test.ts", body).trun(&["--parallel=1"]).run();
    let first = frames(&outcome, "compares").first().cloned().unwrap_or_default();
    assert!(
        first.ends_with("a.test.ts:3") || first.ends_with("a.test.ts:4"),
        "{first}"
    );
    outcome.shows(".toBe(2);");
}

#[test]
fn frames_of_the_runtime_are_not_shown() {
    let body = "test('throws in a callback', () => {\n  [1].forEach(() => JSON.parse('{'));\n});\ntest('throws by assert', () => {\n  require('node:assert').strictEqual(1, 2);\n});\n";
    let outcome = Project::new().file("a.test.js", body).trun(&["--parallel=1"]).run();
    outcome
        .exits(1)
        .shows("a.test.js:2")
        .shows("a.test.js:5")
        .hides("harness/")
        .hides("internal/");
}

#[test]
fn an_endless_loop_names_its_function() {
    let outcome = Project::fixture("endless-loop").trun(&["--parallel=1"]).run();
    let frames = frames(&outcome, "spins");
    assert!(frames[0].starts_with("spinForEver loop.test.ts:"), "{frames:?}");
    assert!(
        frames.iter().any(|frame| frame.ends_with("loop.test.ts:12")),
        "the call is in {frames:?}"
    );
}

#[test]
fn an_endless_chain_of_awaits_names_its_function() {
    let body = "async function starve() {\n  for (;;) await 0;\n}\ntest('starves', async () => {\n  await starve();\n}, 300);\n";
    let outcome = Project::new().file("a.test.js", body).trun(&["--parallel=1"]).run();
    assert!(
        frames(&outcome, "starves")
            .iter()
            .any(|frame| frame.contains("starve a.test.js")),
        "{:?}",
        frames(&outcome, "starves")
    );
}

#[test]
fn load_errors_are_where_the_fault_is() {
    let project = Project::new().file("lib/values.ts", "export const here = 1;\n").file(
        "lib/part.ts",
        "\nimport { missing } from './values';\nexport const part = missing;\n",
    );
    let outcome = project
        .file(
            "a.test.ts",
            "import { part } from './lib/part';\ntest('never', () => part);\n",
        )
        .trun(&["--parallel=1"])
        .run();
    outcome
        .exits(1)
        .shows("missing")
        .shows("./values")
        .shows("lib/part.ts:2");
}

#[test]
fn a_cause_is_shown_with_its_place() {
    let body = "function low() {\n  throw new RangeError('low');\n}\ntest('wraps', () => {\n  try {\n    low();\n  } catch (cause) {\n    throw new Error('high', { cause });\n  }\n});\n";
    let outcome = Project::new().file("a.test.js", body).trun(&["--parallel=1"]).run();
    let cause = &outcome.test("wraps")["x"]["failures"][0]["cause"];
    assert_eq!(
        (cause["name"].as_str(), cause["message"].as_str()),
        (Some("RangeError"), Some("low"))
    );
    assert_eq!(frames_of(cause)[0], "low a.test.js:2");
}
