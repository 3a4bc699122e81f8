//! Files that take away or change whatever they can reach: their own realm, their process, the folder they stand in.
//!
//! What they do to others is in `hostile_processes`. In each run another file follows in the same worker, and nothing of it may be harmed.

use serde_json::Value;

use crate::support::{Outcome, Project};

/// A file that needs what the others break.
const NEXT: &str = "
const fs = require('node:fs');
const path = require('node:path');
test('next', async () => {
  await new Promise((resolve) => setTimeout(resolve, 1));
  expect(process.env.PATH).toBeTruthy();
  expect(path.basename(process.cwd())).toBe('project');
  expect([1, 2].map((n) => n + 1)).toEqual([2, 3]);
  expect(JSON.parse('{\"a\":1}')).toEqual({ a: 1 });
  console.log('next says', new Error('so').message);
});";

/// Runs a file and the next one in one worker.
fn run(body: &str) -> Outcome {
    let project = Project::new().file("a.test.js", body).file("b.test.js", NEXT);
    let outcome = project.trun(&["--parallel=1"]).run();
    assert_eq!(outcome.test("next")["status"], "passed", "{}", outcome.all());
    assert_eq!(outcome.test("next")["x"]["stdout"], "next says so\n");
    assert_eq!(outcome.terminal_counts(), outcome.json_counts(), "{}", outcome.all());
    outcome
}

#[test]
fn a_working_directory_that_is_gone() {
    let outcome = run("
        const fs = require('node:fs');
        const os = require('node:os');
        test('stands in nothing', () => {
          const folder = fs.mkdtempSync(os.tmpdir() + '/x');
          process.chdir(folder);
          fs.rmdirSync(folder);
          expect(() => process.cwd()).toThrow();
        });
        test('fails there', () => { throw new Error('with a stack'); });
        test('after it', () => {});");
    outcome
        .exits(1)
        .counts(3, 1)
        .shows("Error: with a stack")
        .shows("at a.test.js:10:");
}

#[test]
fn an_environment_that_is_empty() {
    let outcome = run("
        test('empties', () => { for (const name of Object.keys(process.env)) delete process.env[name]; expect(Object.keys(process.env)).toEqual([]); });
        test('after it', () => { console.log('still talks'); });");
    outcome.exits(0).counts(3, 0);
    assert_eq!(outcome.test("after it")["x"]["stdout"], "still talks\n");
}

#[test]
fn intrinsics_that_lie() {
    let outcome = run("
        const poison = (object, names) => { for (let n = 0; n < names.length; n += 1) object[names[n]] = () => { throw 'poisoned'; }; };
        const { expect, test } = globalThis;
        poison(Promise.prototype, ['then', 'catch', 'finally']);
        poison(Promise, ['resolve', 'reject', 'all', 'race']);
        poison(JSON, ['parse', 'stringify']);
        poison(console, Object.keys(console));
        poison(Object, ['keys', 'entries', 'assign', 'defineProperty', 'freeze']);
        poison(Function.prototype, ['call', 'apply', 'bind']);
        poison(String.prototype, ['split', 'slice', 'replace', 'trim', 'startsWith']);
        poison(Array.prototype, ['push', 'pop', 'shift', 'map', 'filter', 'forEach', 'slice', 'join', 'includes', 'indexOf', 'concat', 'find', Symbol.iterator]);
        globalThis.Promise = globalThis.Error = globalThis.JSON = globalThis.Array = globalThis.Object = globalThis.console = undefined;
        globalThis.setTimeout = globalThis.clearTimeout = globalThis.queueMicrotask = undefined;
        test('passes', () => {});
        test('fails', () => { throw 'for a reason'; });
        test('is asynchronous', async () => { await null; });
        test('spins', () => { for (;;); }, 50);
        test('after it', () => {});");
    outcome.exits(1).counts(4, 2).shows("for a reason");
    assert_eq!(outcome.test("spins")["x"]["outcome"], "timedOut");
    assert_eq!(outcome.test("after it")["status"], "passed");
}

#[test]
fn an_error_that_lies_about_everything() {
    let outcome = run("
        const lies = () => { throw new RangeError('in a getter'); };
        test('throws a proxy', () => { throw new Proxy(new Error('inside'), { get: lies, has: lies, getPrototypeOf: lies, ownKeys: lies, getOwnPropertyDescriptor: lies }); });
        test('throws getters', () => { throw Object.defineProperties({}, { message: { get: lies }, stack: { get: lies }, name: { get: lies }, toString: { value: lies } }); });
        test('throws what has no end', () => { const error = new Error('round'); error.cause = error; throw error; });
        test('rejects with nothing', () => Promise.reject());
        test('after it', () => {});");
    outcome.exits(1).counts(2, 4);
    assert_eq!(outcome.test("after it")["status"], "passed");
}

#[test]
fn a_title_of_64_megabytes() {
    let outcome = run("test('x'.repeat(64 << 20), () => {}); test('after it', () => {});");
    outcome.exits(0).counts(3, 0);
    let tests = outcome.file("a.test.js")["assertionResults"]
        .as_array()
        .expect("a list");
    let title = tests[0]["title"].as_str().expect("a title");
    assert!(title.ends_with("bytes cut by trun]"), "{} bytes", title.len());
}

/// So many tests in one file, of which two fail.
fn many(count: usize) {
    let outcome = run(&format!(
        "for (let n = 0; n < {count}; n += 1) test('test ' + n, () => {{ if (n % {} === 0) throw new Error('twice'); }});",
        count / 2
    ));
    outcome.exits(1).counts(count as u64 - 1, 2);
    let listed = outcome.file("a.test.js")["assertionResults"]
        .as_array()
        .map_or(0, Vec::len);
    assert_eq!(listed, count);
}

#[test]
fn ten_thousand_tests_in_one_file() {
    many(10_000);
}

#[test]
#[ignore = "half a minute: `make soak-ends`"]
fn a_hundred_thousand_tests_in_one_file() {
    many(100_000);
}

#[test]
fn ten_megabytes_of_output() {
    for write in [
        "console.log(line)",
        "process.stdout.write(line + '\\n')",
        "fs.writeSync(1, line + '\\n')",
    ] {
        let outcome = run(&format!(
            "const fs = require('node:fs');
             test('talks', () => {{ const line = 'x'.repeat(1023); for (let n = 0; n < 10240; n += 1) {write}; }});
             test('after it', () => {{}});"
        ));
        outcome
            .exits(0)
            .counts(3, 0)
            .shows("output beyond 8 MiB was cut by trun");
    }
}

#[test]
fn output_that_is_no_text() {
    let outcome = run("
        const fs = require('node:fs');
        const { execFileSync } = require('node:child_process');
        test('writes bytes', () => {
          for (let n = 0; n < 256; n += 1) fs.writeSync(1 + n % 2, Buffer.from([n, 0xc3, 0x28, 0xff]));
          process.stdout.write(Buffer.from([0xf0, 0x9f, 0x92]));
        });
        test('a child does', () => { execFileSync('sh', ['-c', 'head -c 100000 /dev/urandom'], { stdio: 'inherit' }); });
        test('half a character', () => { console.log('\\ud800'); });
        test('after it', () => { console.log('clean'); });");
    outcome.exits(0).counts(5, 0);
    assert_eq!(outcome.test("after it")["x"]["stdout"], "clean\n");
    let text = |name: &str| outcome.test(name)["x"]["stdout"].as_str().map(str::len);
    assert!(text("writes bytes") > Some(400) && text("a child does") > Some(1000));
}

#[test]
fn descriptors_that_are_written_to_and_closed() {
    for (act, code) in [
        ("fs.writeSync(fd, '\\u0000\\u0000\\u0000\\u0000garbage')", 1),
        ("fs.closeSync(fd)", 1),
    ] {
        // The descriptors of the event loop, the channel, the page: and in the end those of the streams.
        let body = format!(
            "const fs = require('node:fs');
             test('finished before', () => {{}});
             test('meddles', async () => {{
               for (let fd = 1023; fd >= 0; fd -= 1) try {{ {act}; }} catch {{}}
               for (;;) await new Promise((resolve) => setTimeout(resolve, 10));
             }}, 3000);
             test('after it', () => {{}});"
        );
        let project = Project::new().file("a.test.js", &body).file("b.test.js", NEXT);
        let outcome = project.trun(&["--parallel=1"]).run();
        outcome.exits(code);
        assert_eq!(
            outcome.test("finished before")["status"],
            "passed",
            "{act}: {}",
            outcome.all()
        );
        assert_eq!(outcome.test("meddles")["status"], "failed", "{act}: {}", outcome.all());
        assert_eq!(outcome.test("next")["status"], "passed", "{act}: {}", outcome.all());
    }
}

/// A message in the form in which workers send them, made by a test.
fn forged(message: &Value) -> String {
    format!(
        "const fs = require('node:fs');
         test('finished before', () => {{}});
         test('forges', async () => {{
           const body = Buffer.from({:?});
           for (let sequence = 0; sequence < 64; sequence += 1) {{
             const head = Buffer.alloc(9);
             head.writeUInt32LE(body.length, 0);
             head[4] = 0xb7;
             head.writeUInt32LE(sequence, 5);
             for (const name of fs.readdirSync('/proc/self/fd')) {{
               if (Number(name) > 2) try {{ fs.writeSync(Number(name), Buffer.concat([head, body])); }} catch {{}}
             }}
           }}
           for (;;) await new Promise((resolve) => setTimeout(resolve, 10));
         }}, 1e8);",
        message.to_string()
    )
}

#[test]
fn messages_that_are_forged() {
    let case = serde_json::json!({"ancestors": [], "title": "made up", "location": null, "mode": "Run"});
    for message in [
        serde_json::json!({"Collected": {"file": 0, "cases": [case]}}),
        serde_json::json!({"FileDone": {"file": 1, "resident": 0}}),
        serde_json::json!({"Leaked": {"file": 77, "leaks": []}}),
    ] {
        let project = Project::new()
            .file("a.test.js", &forged(&message))
            .file("b.test.js", NEXT);
        let outcome = project.trun(&["--parallel=1"]).run();
        outcome.exits(1).counts(2, 1).hides("made up");
        assert_eq!(outcome.test("forges")["status"], "failed", "{}", outcome.all());
        assert_eq!(outcome.test("next")["status"], "passed", "{}", outcome.all());
    }
}

#[test]
#[ignore = "a minute: `make soak-ends`"]
fn ten_thousand_files() {
    let body = "test('passes', () => {}); test('too', () => { expect(1).toBe(1); });";
    let fails = "test('fails', () => { throw new Error('one in a thousand'); });";
    let project = (0..10_000).fold(Project::new(), |project, n| {
        let text = if n % 1000 == 0 { fails } else { body };
        project.file(&format!("{:02}/{n:05}.test.js", n / 100), text)
    });
    let outcome = project.trun(&["--parallel=4"]).run();
    outcome.exits(1).counts(2 * 9990, 10);
    assert_eq!(outcome.terminal_counts().files_passed, 9990);
    assert_eq!(outcome.terminal_counts(), outcome.json_counts());
}
