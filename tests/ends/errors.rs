//! What throws, rejects, or cannot be loaded.

use super::row::End;
use super::table::Table;

const THROWS: [(&str, &str); 2] = [
    ("throw", "() => { throw new Error('boom'); }"),
    ("reject", "async () => { throw new Error('boom'); }"),
];

fn hooks() -> Vec<End> {
    let mut rows = Vec::new();
    for (how, code) in THROWS {
        for hook in ["beforeAll", "beforeEach", "afterEach", "afterAll"] {
            let body = format!(
                "test('before', () => {{}});
describe('suite', () => {{ {hook}({code}); test('inside', () => {{}}); }});
test('after', () => {{}});"
            );
            let end = if hook == "afterAll" {
                "PASS before
                 PASS suite > inside
                 PASS after
                 ERROR: afterAll hook failed | Error: boom | .test.js:2:"
                    .to_owned()
            } else {
                format!(
                    "PASS before
                     FAIL suite > inside: {hook} hook failed | Error: boom | .test.js:2:
                     PASS after"
                )
            };
            rows.push(End::new(format!("{hook}.{how}"), body, &end));
        }
        rows.push(End::new(
            format!("onTestFinished.{how}"),
            format!("import {{ onTestFinished }} from 'vitest';\ntest('inside', () => onTestFinished({code}));\ntest('after', () => {{}});"),
            "FAIL inside: onTestFinished hook failed | Error: boom | .test.js:2:
             PASS after",
        ));
    }
    rows
}

fn declarations() -> Vec<End> {
    let load = "ERROR: Error: boom | .test.js:2:";
    vec![
        End::new("top.throw", "test('never', () => {});\nthrow new Error('boom');", load),
        End::new(
            "top.reject.test.mjs",
            "test('never', () => {});\nawait Promise.reject(new Error('boom'));",
            "ERROR: Error: boom | .test.mjs:2:",
        ),
        End::new(
            "top.unhandled",
            "test('runs', () => {});\nPromise.reject(new Error('boom'));",
            &format!("PASS runs\n {load}"),
        ),
        End::new(
            "describe.throw",
            "test('never', () => {});\ndescribe('suite', () => { throw new Error('boom'); });",
            load,
        ),
        End::new(
            "describe.reject",
            "test('never', () => {});\ndescribe('suite', async () => { await 1; throw new Error('boom'); });",
            load,
        ),
        End::new(
            "describe.promise",
            "describe('suite', async () => { test('at once', () => {}); await 1; test('later', () => {}); });\ntest('after', () => {});",
            "PASS suite > at once
             PASS suite > later
             PASS after",
        ),
        End::new(
            "inside",
            "test('outer', () => { test('inner', () => {}); });
test('describes', () => { describe('inner', () => {}); });
test('hooks', () => { beforeEach(() => {}); });
test('after', () => {});",
            "FAIL outer: test() cannot be called inside the test \"outer\" | inside.test.js:1:
             FAIL describes: describe() cannot be called inside the test \"describes\" | inside.test.js:2:
             FAIL hooks: beforeEach() cannot be called inside the test \"hooks\" | inside.test.js:3:
             PASS after",
        ),
        End::new(
            "inside-hook",
            "beforeAll(() => { test('inner', () => {}); });\ntest('after', () => {});",
            "FAIL after: test() cannot be called after the tests have started | inside-hook.test.js:1:",
        ),
        End::new(
            "none",
            "const one = 1;",
            "ERROR: the file declares no tests | --pass-with-no-tests accepts that",
        ),
        End::new("empty", "", "ERROR: the file declares no tests"),
        End::new(
            "skipped",
            "test.skip('a', () => {}); describe.skip('suite', () => { test('b', () => {}); }); test.todo('c');",
            "SKIP a
             SKIP suite > b
             TODO c",
        ),
        End::new(
            "titles",
            "test('same', () => {}); test('same', () => { throw new Error('the second'); });
describe('suite', () => { test('same', () => {}); }); describe('suite', () => { test('same', () => {}); });",
            "PASS same
             FAIL same: the second
             PASS suite > same
             PASS suite > same",
        ),
        End::new(
            "odd",
            "test('null', () => { throw null; });
test('undefined', async () => { throw undefined; });
test('hostile', () => { throw { get message() { throw 1; }, get stack() { throw 2; } }; });
test('after', () => {});",
            "FAIL null: thrown: null
             FAIL undefined: thrown: undefined
             FAIL hostile: a value was thrown that cannot be described
             PASS after",
        ),
    ]
}

/// Each is let go by the other test's own code, never by time.
fn callbacks() -> Vec<End> {
    let two = |left: &str| {
        format!(
            "let thrown;
const ready = new Promise((resolve) => {{ thrown = resolve; }});
test('A', () => {{ {left} }});
test('B', async () => {{ await ready; await new Promise((resolve) => setTimeout(resolve, 1)); }});"
        )
    };
    let of_a = "PASS A
                PASS B
                ERROR: Error: of A | after the test \"A\" had ended | .test.js:3:";
    vec![
        End::new(
            "timer.throw",
            two("setTimeout(() => { thrown(); throw new Error('of A'); }, 1);"),
            of_a,
        ),
        End::new(
            "timer.reject",
            two("setTimeout(async () => { thrown(); throw new Error('of A'); }, 1);"),
            of_a,
        ),
        End::new(
            "immediate.throw",
            two("setImmediate(() => { thrown(); throw new Error('of A'); });"),
            of_a,
        ),
        End::new(
            "child.throw",
            two("require('node:child_process').exec('true', () => { thrown(); throw new Error('of A'); });"),
            of_a,
        ),
        End::new(
            "after-the-file",
            "test('A', () => { setTimeout(() => { throw new Error('of A'); }, 2); });",
            "PASS A",
        ),
        End::new(
            "unhandled",
            "test('A', () => { Promise.reject(new Error('of A')); });\ntest('B', () => {});",
            "FAIL A: Error: of A | unhandled.test.js:1:
             PASS B",
        ),
    ]
}

fn modules() -> Vec<End> {
    let own = "test('a', () => {});";
    let one = |name: &str, code: &str, end: &str| End::new(name, format!("{code}\n{own}"), end);
    vec![
        one(
            "syntax",
            "const = 3;",
            "ERROR: SyntaxError: Unexpected token | syntax.test.js:1:7",
        ),
        one(
            "syntax.imported",
            "import './broken.js';",
            "ERROR: SyntaxError: Unexpected token | broken.js:1:7",
        ),
        one(
            "syntax.required",
            "require('./broken.js');",
            "ERROR: SyntaxError: Unexpected token | broken.js:1:7 | syntax.required.test.js:1:",
        ),
        one(
            "missing.file",
            "import './nowhere.js';",
            "ERROR: Cannot find module './nowhere.js' | missing.file.test.js:1:8",
        ),
        one(
            "missing.package",
            "import 'no-such-package';",
            "ERROR: Cannot find package 'no-such-package' | missing.package.test.js:1:8",
        ),
        End::new(
            "missing.later",
            "test('imports', () => import('./nowhere.js'));\ntest('requires', () => require('./nowhere'));\ntest('after', () => {});",
            "FAIL imports: Cannot find module './nowhere.js'
             FAIL requires: Cannot find module './nowhere' | missing.later.test.js:2:
             PASS after",
        ),
        one(
            "cycle",
            "import { two } from './cycle-a.mjs'; test('works', () => expect(two()).toBe(2));",
            "PASS works\n PASS a",
        ),
        one(
            "cycle.early",
            "import './early-a.mjs';",
            "ERROR: ReferenceError: Cannot access | early-b.mjs:1:",
        ),
        one(
            "cycle.required",
            "const { b } = require('./cycle-a.js'); test('is in part', () => expect(b).toBe(undefined));",
            "PASS is in part\n PASS a",
        ),
    ]
}

#[test]
fn every_error_is_told_where_it_belongs() {
    let table = Table::new(
        [hooks(), declarations(), callbacks(), modules()]
            .into_iter()
            .flatten()
            .collect(),
    );
    for (name, code) in [
        ("broken.js", "const = 3;\n"),
        (
            "cycle-a.mjs",
            "import { next } from './cycle-b.mjs'; export const one = 1; export const two = () => next();",
        ),
        (
            "cycle-b.mjs",
            "import { one } from './cycle-a.mjs'; export const next = () => one + 1;",
        ),
        (
            "early-a.mjs",
            "import { b } from './early-b.mjs'; export const a = 1 + b;",
        ),
        (
            "early-b.mjs",
            "import { a } from './early-a.mjs'; export const b = 1 + a;",
        ),
        ("cycle-a.js", "exports.b = require('./cycle-b.js').a;"),
        ("cycle-b.js", "exports.a = require('./cycle-a.js').b;"),
    ] {
        table.project.write(name, code);
    }
    table.check(&["--parallel=2", "--timeout=60s"], 1);
}

#[test]
fn only_skipped_tests_are_no_failure() {
    let rows = vec![End::new(
        "skipped",
        "test.skip('a', () => {}); test.todo('b');",
        "SKIP a\n TODO b",
    )];
    Table::new(rows).check(&[], 0);
}
