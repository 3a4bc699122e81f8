//! Errors of worker threads are told where they were made, and of which worker; how scripts of the web are usually written works.

use crate::support::{Outcome, Project};

/// What each test file begins with; a place in a worker's file is on a line of another text here.
const BEGIN: &str = "// The first line is no code.
const node = require('node:worker_threads');
const ended = (worker) => new Promise((resolve) => worker.once('exit', resolve));
const closed = (worker) => new Promise((resolve) => worker.addEventListener('close', resolve));
const failed = (worker) => new Promise((resolve) => { worker.onerror = resolve; });
const blob = (code) => URL.createObjectURL(new Blob([code], { type: 'text/javascript' }));
const data = (code) => `data:text/javascript,${encodeURIComponent(code)}`;
";

fn project(body: &str) -> Project {
    Project::new().file("a.test.js", &format!("{BEGIN}{body}"))
}

/// File and line of the first frame of a test's first failure.
fn place_of(outcome: &Outcome, test: &str) -> String {
    let frame = &outcome.test(test)["x"]["failures"][0]["stack"][0];
    let file = frame["file"].as_str().unwrap_or_default();
    format!("{}:{}", file.rsplit('/').next().unwrap_or_default(), frame["line"])
}

fn message_of<'o>(outcome: &'o Outcome, test: &str) -> &'o str {
    let failure = &outcome.test(test)["x"]["failures"][0];
    failure["message"].as_str().unwrap_or_default()
}

#[test]
fn handlers_of_a_workers_scope_are_set_by_their_names_alone() {
    let script = "onmessageerror = onerror = null; onerror = () => {}; onmessage = function (e) { postMessage([e.data, this === globalThis, typeof onmessage, typeof onerror]); };\n";
    project(
        "const answer = (worker) => new Promise((resolve, reject) => {
            worker.onmessage = ({ data }) => resolve(data);
            worker.onerror = ({ error }) => reject(error);
            worker.postMessage(4);
        });
        const script = require('node:fs').readFileSync(`${__dirname}/classic.js`, 'utf8');
        const ways = { file: `${__dirname}/classic.js`, module: `${__dirname}/module.mjs`, ts: `${__dirname}/typed.ts`, blob: blob(script), data: data(script) };
        for (const type of ['classic', 'module']) {
            for (const name of Object.keys(ways)) {
                test(`${name} ${type}`, async () => {
                    const worker = new Worker(ways[name], { type });
                    expect(await answer(worker)).toEqual([4, true, 'function', 'function']);
                    await worker.terminate();
                });
            }
        }
        test('taken away again', async () => {
            const worker = new Worker(blob('onmessage = () => postMessage(1); onmessage = null; addEventListener(\"message\", () => postMessage(onmessage));'));
            expect(await answer(worker)).toBe(null);
            await worker.terminate();
        });",
    )
    .file("classic.js", script)
    .file("module.mjs", script)
    .file("typed.ts", script)
    .trun(&["--parallel=1"])
    .run()
    .exits(0)
    .counts(11, 0);
}

#[test]
fn errors_of_the_engine_are_placed_in_the_workers_own_files() {
    let outcome = project(
        "const code = '\\n\\nlet o = null;\\no.x';
        test('file', () => ended(new node.Worker(`${__dirname}/entry.js`)));
        test('second module', () => ended(new node.Worker(`${__dirname}/deep.js`)));
        test('module', () => ended(new node.Worker(`${__dirname}/deep.mjs`)));
        test('typescript', () => ended(new node.Worker(`${__dirname}/typed.ts`)));
        test('eval', () => ended(new node.Worker(code, { eval: true })));
        test('blob', () => closed(new Worker(blob(code))));
        test('data', () => closed(new Worker(data(code))));
        test('reference', () => closed(new Worker(blob('\\nunknown();'))));
        test('overflow', () => closed(new Worker(blob('\\n\\n(function deep() { deep(); })()'))));
        test('rejected', () => closed(new Worker(blob('\\n\\n\\n\\nPromise.resolve().then(() => null.x);'))));
        test('cause', () => closed(new Worker(blob('try { null.x; } catch (cause) {\\n throw new Error(\"outer\", { cause }); }'))));
        test('rethrown', async () => { throw (await failed(new Worker(`${__dirname}/entry.js`))).error; });
        test('posted', async () => {
            const worker = new Worker(blob('\\ntry { null.x; } catch (error) { postMessage(error); }'));
            throw await new Promise((resolve) => { worker.onmessage = ({ data }) => resolve(data); });
        });
        test('as text', async () => {
            const { stack } = (await failed(new Worker(`${__dirname}/entry.js`))).error;
            expect(stack).toContain(`    at ${__dirname}/entry.js:3:`);
            expect(stack).not.toContain('@');
        });",
    )
    .file("entry.js", "// one\nlet o = null;\no.x;\n")
    .file("deep.js", "require('./inner.js').f();\n")
    .file("inner.js", "\n\n\n\nexports.f = (u) => u.length;\n")
    .file("deep.mjs", "import { f } from './inner.mjs';\nf();\n")
    .file("inner.mjs", "\n\n\nexport function f(u) { return u.length; }\n")
    .file(
        "typed.ts",
        "interface A {\n  b: number;\n}\nconst a = null as unknown as A;\na.b;\n",
    )
    .trun(&["--parallel=1"])
    .run();
    let places = [
        ("file", "entry.js:3"),
        ("second module", "inner.js:5"),
        ("module", "inner.mjs:4"),
        ("typescript", "typed.ts:5"),
        ("eval", "[worker eval]:4"),
        ("blob", "[worker blob: URL].js:4"),
        ("data", "[worker data: URL].js:4"),
        ("reference", "[worker blob: URL].js:2"),
        ("overflow", "[worker blob: URL].js:3"),
        ("rejected", "[worker blob: URL].js:5"),
        ("cause", "[worker blob: URL].js:2"),
        ("rethrown", "entry.js:3"),
        ("posted", "[worker blob: URL].js:2"),
    ];
    for (test, place) in places {
        assert_eq!(place_of(&outcome, test), place, "{test}: {}", outcome.test(test));
    }
    outcome
        .exits(1)
        .counts(1, 13)
        .shows("> 3 | o.x;")
        .hides("> 1 | // The first");
}

#[test]
fn whatever_a_worker_throws_names_the_worker() {
    let outcome = project(
        "test('object', () => closed(new Worker(blob('throw { code: 5 }'), { name: 'thrower' })));
        test('text', () => closed(new Worker(blob('throw \"plain\"'), { name: 'thrower' })));
        test('rejected', () => closed(new Worker(blob('Promise.reject(undefined)'), { name: 'thrower' })));
        test('object of node', () => ended(new node.Worker('throw { code: 5 }', { eval: true, name: 'thrower' })));
        test('text of node', () => ended(new node.Worker('throw \"plain\"', { eval: true, name: 'thrower' })));
        test('gone', () => closed(new Worker('./gone.js', { name: 'thrower' })));
        test('gone of node', () => ended(new node.Worker('./gone.mjs', { name: 'thrower' })));",
    )
    .trun(&["--parallel=1"])
    .run();
    outcome.exits(1).counts(0, 7);
    let thrown = [
        ("object", "{ code: 5 }"),
        ("text", "'plain'"),
        ("rejected", "undefined"),
        ("object of node", "{ code: 5 }"),
        ("text of node", "'plain'"),
        ("gone", "gone.js'"),
        ("gone of node", "gone.mjs'"),
    ];
    for (test, text) in thrown {
        let message = message_of(&outcome, test);
        assert!(message.contains(text), "{test}: {message}");
        assert!(message.contains("\n\nin the worker thrower ("), "{test}: {message}");
    }
    outcome.hides("imported from");
}

#[test]
fn an_error_event_that_is_thrown_shows_its_error() {
    let outcome = project(
        "const rejected = (worker) => new Promise((resolve, reject) => { worker.onerror = reject; });
        test('of a worker', () => rejected(new Worker(`${__dirname}/entry.js`, { name: 'broken' })));
        test('of an object', () => rejected(new Worker(blob('throw { code: 5 }'))));
        test('made', () => Promise.reject(new ErrorEvent('error', { message: 'told', filename: '/x/y.js', lineno: 3, colno: 4 })));
        test('made of an error', () => Promise.reject(new ErrorEvent('error', { message: 'told', error: new RangeError('inner') })));
        test('place', async () => {
            const { filename, lineno, colno, message } = await failed(new Worker(`${__dirname}/entry.js`));
            expect([filename, lineno, colno > 0, message]).toEqual([`${__dirname}/entry.js`, 2, true, 'from entry']);
            const bad = await failed(new Worker(`${__dirname}/syntax.js`));
            expect([bad.filename, bad.lineno]).toEqual([`${__dirname}/syntax.js`, 3]);
        });
        test('place inside', async () => {
            const worker = new Worker(blob('onerror = (event) => { event.preventDefault(); postMessage([event.filename, event.lineno]); };\\nsetTimeout(() => null.x);'));
            const [file, line] = await new Promise((resolve) => { worker.onmessage = ({ data }) => resolve(data); });
            expect([file.endsWith('[worker blob: URL].js'), line]).toEqual([true, 2]);
        });",
    )
    .file("entry.js", "// one\nthrow new TypeError('from entry');\n")
    .file("syntax.js", "// one\n\nlet a = ;\n")
    .trun(&["--parallel=1"])
    .run();
    outcome.exits(1).counts(2, 4);
    assert_eq!(place_of(&outcome, "of a worker"), "entry.js:2");
    let messages = [
        (
            "of a worker",
            vec!["from entry", "in the worker broken (", "thrown as an ErrorEvent"],
        ),
        ("of an object", vec!["{ code: 5 }"]),
        ("made", vec!["'told'", "/x/y.js", "lineno: 3"]),
        ("made of an error", vec!["inner", "thrown as an ErrorEvent"]),
    ];
    for (test, texts) in messages {
        let message = message_of(&outcome, test);
        for text in texts {
            assert!(message.contains(text), "{test}: {message}");
        }
    }
    outcome
        .shows("> 2 | throw new TypeError('from entry');")
        .shows("RangeError: inner");
}
