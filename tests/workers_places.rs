//! Errors of worker threads are told where they were made, and of which worker; how scripts of the web are usually written works.

use crate::support::Project;

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
