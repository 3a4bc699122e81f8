//! Worker threads in test files: what they print, throw and leave belongs to the test that runs, and no later file meets them.
//!
//! What workers are and how they end is in the fixtures `worker-*`. The full counts are in tests that are ignored; `make soak-workers` runs those.

use std::fs;

use serde_json::Value;

use crate::support::addon::addon;
use crate::support::{Outcome, Project};

/// What each test file begins with.
const BEGIN: &str = "const { Worker } = require('node:worker_threads');
const { once } = require('node:events');
const start = (code, options) => new Worker(`const { parentPort } = require('node:worker_threads');\\n${code}`, { eval: true, ...options });
";

fn project(body: &str) -> Project {
    Project::new().file("a.test.js", &format!("{BEGIN}{body}"))
}

/// The text of everything that is told of a test.
fn told_of(outcome: &Outcome, test: &str) -> String {
    outcome.test(test).to_string()
}

#[test]
fn what_a_worker_prints_lands_under_its_test_with_its_name() {
    let project = project(
        "test('before', () => {});
        test('prints', async () => {
            const worker = start('console.log(\"one\\\\ntwo\"); process.stderr.write(\"three\")', { name: 'printer' });
            await once(worker, 'exit');
        });
        test('prints from below', async () => {
            const inner = JSON.stringify('console.log(\"deep\")');
            const worker = start(`const { Worker } = require('node:worker_threads'); new Worker(${inner}, { eval: true, name: 'leaf' })`);
            await once(worker, 'exit');
        });",
    );
    let outcome = project.trun(&["--parallel=1"]).run();
    outcome.exits(0).counts(3, 0);
    let prints = told_of(&outcome, "prints");
    for text in ["[worker printer] one", "[worker printer] two", "[worker printer] three"] {
        assert!(prints.contains(text), "{text} is told of the test: {prints}");
    }
    assert!(told_of(&outcome, "prints from below").contains("[worker leaf] deep"));
    assert!(!told_of(&outcome, "before").contains("[worker"));
}

#[test]
fn an_error_nobody_listens_for_fails_its_test() {
    let project = project(
        "test('throws', async () => {
            await new Promise((resolve) => { start('setTimeout(() => { throw new RangeError(\"on purpose\") })', { name: 'thrower' }).on('exit', resolve); });
        });
        test('throws in the web', async () => {
            const url = URL.createObjectURL(new Blob(['throw new Error(\"web\")']));
            await new Promise((resolve) => { new globalThis.Worker(url, { name: 'page' }).addEventListener('close', resolve); });
        });
        test('after', () => {});",
    );
    let outcome = project.trun(&["--parallel=1"]).run();
    outcome.exits(1).counts(1, 2);
    for (test, text) in [("throws", "on purpose"), ("throws in the web", "web")] {
        let failure = &outcome.test(test)["x"]["failures"][0]["message"];
        let message = failure.as_str().unwrap_or_default();
        assert!(message.starts_with(text), "{test}: {}", outcome.test(test));
    }
    outcome
        .shows("in the worker thrower (worker eval)")
        .shows("in the worker page (");
}

#[test]
fn a_worker_waits_for_what_its_parent_gives_it() {
    let project = project(
        "const park = (ms) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
        test('data that takes its time', async () => {
            const workerData = { get slow() { park(1000); return 'seen'; } };
            const worker = start('parentPort.postMessage(require(\"node:worker_threads\").workerData.slow)', { workerData });
            const ended = once(worker, 'exit');
            expect(await once(worker, 'message')).toEqual(['seen']);
            expect(await ended).toEqual([0]);
        });
        test('data that cannot be cloned', () => {
            expect(() => start('', { workerData: () => {} })).toThrow('could not be cloned');
        });",
    );
    project
        .trun(&["--parallel=1", "--fail-on-leak"])
        .run()
        .exits(0)
        .counts(2, 0);
}

#[test]
fn what_a_worker_has_told_by_the_end_of_a_test_is_told_of_that_test() {
    // Each file's test ends without a turn of the loop after the worker has told everything.
    let told = "const told = () => {
            const flag = new Int32Array(new SharedArrayBuffer(4));
            start(`const flag = require('node:worker_threads').workerData;
                process.on('exit', () => { Atomics.store(flag, 0, 1); Atomics.notify(flag, 0); });
                console.log('a log');
                throw new Error('a cause')`, { workerData: flag });
            while (Atomics.load(flag, 0) === 0) Atomics.wait(flag, 0, 0, 10);
        };";
    let file = |test: &str| format!("{BEGIN}{told}\n{test}");
    let outcome = Project::new()
        .file("a.test.js", &file("test('passes', () => { told(); });"))
        .file(
            "b.test.js",
            &file("test('fails', () => { told(); expect(1).toBe(2); });"),
        )
        .file("c.test.js", &file("test('spins', () => { told(); for (;;); }, 2000);"))
        .trun(&["--parallel=1"])
        .run();
    outcome.exits(1).counts(0, 3);
    for test in ["passes", "fails", "spins"] {
        let text = told_of(&outcome, test);
        assert!(text.contains("a cause") && text.contains("a log"), "{test}: {text}");
    }
}

#[test]
fn a_worker_that_is_ending_when_its_file_is_over_is_no_leak() {
    let ends = "test('ends', async () => { await once(start('process.on(\"exit\", () => PARK); parentPort.postMessage(1)'), 'message'); });"
        .replace("PARK", "Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100)");
    project(&ends)
        .trun(&["--parallel=1", "--fail-on-leak"])
        .run()
        .exits(0)
        .counts(1, 0);
    for left in ["setInterval(() => {}, 1000)", "for (;;);"] {
        let stays = format!(
            "test('stays', async () => {{ await once(start('parentPort.postMessage(1); {left}'), 'message'); }});"
        );
        let outcome = project(&stays).trun(&["--parallel=1", "--fail-on-leak"]).run();
        outcome.exits(1).shows("a worker that runs");
    }
}

#[test]
fn a_worker_that_calls_process_exit_ends_alone() {
    let project = project(
        "test('ends a worker', async () => {
            expect(await once(start('process.exit(5)'), 'exit')).toEqual([5]);
        });
        test('after', () => {});",
    );
    project.trun(&["--parallel=1"]).run().exits(0).counts(2, 0);
}

#[test]
fn a_process_that_exits_takes_its_workers_with_it() {
    let project = project(
        "test('ends everything', async () => {
            await once(start('parentPort.postMessage(1); for (;;);'), 'message');
            await once(start('parentPort.postMessage(1); Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)'), 'message');
            start('setInterval(() => {}, 1000)');
            process.exit(3);
        });",
    )
    .file("b.test.js", "test('next file', () => {});");
    let outcome = project.trun(&["--parallel=1"]).run();
    outcome.exits(1).counts(1, 1).hides("did not end within");
}

/// Leaves workers that start, run, wait and end.
const LEAVE: &str = "test('leaves workers', async () => {
        expect(globalThis.isUsed).toBe(undefined);
        globalThis.isUsed = true;
        const running = start('parentPort.postMessage(1); for (;;);');
        const parked = start('parentPort.postMessage(1); Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)');
        await Promise.all([once(running, 'message'), once(parked, 'message')]);
        for (const kind of [start, (code) => new globalThis.Worker(`data:,${code}`)]) kind('setInterval(() => {}, 1000)');
        const ending = start('setInterval(() => {}, 1000)');
        ending.on('exit', () => { console.log(`ended in ${__filename}.`); });
        ending.terminate();
    });";

/// An end of a worker is told in its own file or nowhere.
fn told_at_home(outcome: &Outcome) {
    for file in outcome.files() {
        let (name, text) = (file["name"].as_str().expect("its path"), file.to_string());
        let at_home = text.matches(&format!("ended in {name}.")).count();
        assert_eq!(text.matches("ended in ").count(), at_home, "{text}");
    }
}

fn swaps(count: usize, args: &[&str]) {
    let project = Project::new();
    for number in 0..count {
        project.write(&format!("{number:03}.test.js"), &format!("{BEGIN}{LEAVE}"));
    }
    let outcome = project.trun(args).run();
    outcome.exits(0).hides("did not end within");
    outcome.counts(count as u64, 0);
    told_at_home(&outcome);
    let is_realm = |leak: &Value| leak["kind"] == "realm";
    let realms = outcome
        .files()
        .filter(|file| file["leaks"].as_array().is_some_and(|leaks| leaks.iter().any(is_realm)));
    assert_eq!(realms.count(), 0, "no realm stays: {}", outcome.report());
}

#[test]
fn a_swap_ends_workers_whatever_they_do() {
    swaps(4, &["--parallel=1"]);
}

#[test]
#[ignore = "a hundred swaps: make soak-workers"]
fn a_hundred_swaps_end_workers_whatever_they_do() {
    swaps(100, &["--parallel=2"]);
}

#[test]
fn workers_of_a_file_are_no_matter_of_the_next_in_a_shared_realm() {
    let leave = LEAVE.replace("expect(globalThis.isUsed).toBe(undefined);", "");
    let project = Project::new();
    for name in ["a", "b"] {
        project.write(&format!("{name}.test.js"), &format!("{{{BEGIN}{leave}}}"));
    }
    let outcome = project.trun(&["--parallel=1", "--no-isolate"]).run();
    outcome.exits(0).counts(2, 0);
    told_at_home(&outcome);
}

#[test]
fn an_addon_has_an_env_in_each_worker_that_ends_with_it() {
    let project = project(
        "const load = `const addon = require(${JSON.stringify(require('node:path').join(__dirname, 'addon.node'))});
            addon.log_to(${JSON.stringify(require('node:path').join(__dirname, 'log.txt'))});`;
        test('addons in workers', async () => {
            const natural = start(`${load} addon.add_hook('natural', 'plain'); addon.set_data('instance of natural')`);
            expect(await once(natural, 'exit')).toEqual([0]);
            const ended = start(`${load} addon.add_hook('ended', 'plain'); setInterval(() => {}, 1000); parentPort.postMessage(1)`);
            await once(ended, 'message');
            expect(await ended.terminate()).toBe(1);
        });",
    );
    fs::copy(addon("teardown", "addon"), project.path("addon.node")).expect("the addon");
    project.trun(&["--parallel=1"]).run().exits(0).counts(1, 0);
    let log = project.read("log.txt");
    let lines: Vec<&str> = log.lines().collect();
    let of = |name: &str| lines.iter().filter(|line| line.contains(name)).count();
    assert_eq!((of("natural"), of("ended")), (2, 1), "each once: {log}");
    let place = |name: &str| lines.iter().position(|line| line.contains(name));
    assert!(
        place("hook natural") < place("instance of natural"),
        "hooks come before instance data: {log}"
    );
}

#[test]
fn a_worker_goes_on_while_an_addon_has_something_under_way() {
    let project = project(
        "const load = `const addon = require(${JSON.stringify(require('node:path').join(__dirname, 'addon.node'))});`;
        const told = async (code) => {
            const heard = [];
            const worker = start(load + code).on('message', (message) => heard.push(message));
            const [exitCode] = await once(worker, 'exit');
            return [exitCode, ...heard];
        };
        test('work in the pool', async () => {
            const chain = 'let n = 2; (async () => { for (let i = 0; i < 100; i++) n = await addon.square_later(n) % 97; parentPort.postMessage(n); })()';
            expect(await told(chain)).toEqual([0, expect.any(Number)]);
        });
        test('threadsafe functions', async () => {
            const count = 'let calls = 0; addon.start_thread(() => { if (++calls === 5000) parentPort.postMessage(calls); }, 5000, 1)';
            expect(await told(count)).toEqual([0, 5000]);
        });",
    );
    fs::copy(addon("services", "addon"), project.path("addon.node")).expect("the addon");
    project.trun(&["--parallel=1"]).run().exits(0).counts(2, 0);
}

#[test]
fn a_worker_goes_on_while_it_waits_for_a_stream_it_was_given() {
    let project = project(
        "const park = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });
        const read = async (code) => {
            const chunks = ['a', 'b'];
            const stream = new ReadableStream({ async pull(controller) {
                await park(50);
                if (chunks.length === 0) controller.close();
                else controller.enqueue(chunks.shift());
            } }, { highWaterMark: 0 });
            const worker = start(`parentPort.once('message', async (stream) => { ${code} })`);
            const heard = [];
            worker.on('message', (message) => heard.push(message));
            worker.postMessage(stream, [stream]);
            const [exitCode] = await once(worker, 'exit');
            return [exitCode, ...heard];
        };
        test('a reader', async () => {
            const code = `const reader = stream.getReader(); for (let i = 0; i < 3; i++) parentPort.postMessage((await reader.read()).value ?? 'end');`;
            expect(await read(code)).toEqual([0, 'a', 'b', 'end']);
        });
        test('a loop', async () => {
            expect(await read('for await (const chunk of stream) parentPort.postMessage(chunk);')).toEqual([0, 'a', 'b']);
        });
        test('nobody reads', async () => { expect(await read('')).toEqual([0]); });
        test('a writer', async () => {
            const heard = [];
            const stream = new WritableStream({ async write(chunk) { await park(50); heard.push(chunk); } });
            const worker = start(`parentPort.once('message', async (stream) => {
                const writer = stream.getWriter();
                for (const chunk of ['a', 'b', 'c']) await writer.write(chunk);
                await writer.close();
            })`);
            worker.postMessage(stream, [stream]);
            expect(await once(worker, 'exit')).toEqual([0]);
            while (heard.length < 3) await park(1);
            expect(heard).toEqual(['a', 'b', 'c']);
        });",
    );
    project.trun(&["--parallel=1"]).run().exits(0).counts(4, 0);
}

fn memory(count: usize, most: u64) {
    let project = project(
        "test('one after another', async () => {
            const settle = () => { gc(); return process.memoryUsage.rss(); };
            const run = async (count) => { for (let i = 0; i < count; i += 1) await once(start('parentPort.postMessage(1)'), 'exit'); };
            await run(COUNT);
            const before = settle();
            await run(COUNT);
            const grown = Math.round((settle() - before) / COUNT / 1024);
            console.log(`${grown} KiB a worker`);
            expect(grown).toBeLessThan(MOST);
        });"
        .replace("COUNT", &count.to_string())
        .replace("MOST", &most.to_string())
        .as_str(),
    );
    project
        .trun(&["--parallel=1", "--timeout=0"])
        .run()
        .exits(0)
        .counts(1, 0);
}

#[test]
#[ignore = "a thousand workers: make soak-workers"]
fn a_thousand_workers_leave_memory_flat() {
    memory(500, 20);
}

#[test]
#[ignore = "a hundred workers at once: make soak-workers"]
fn a_hundred_workers_live_at_once() {
    let project = project(
        "test('at once', async () => {
            const workers = Array.from({ length: 100 }, () => start('parentPort.once(\"message\", (message) => parentPort.postMessage(message))'));
            for (const worker of workers) worker.postMessage('x');
            await Promise.all(workers.map((worker) => once(worker, 'message')));
            const codes = await Promise.all(workers.map((worker) => worker.terminate()));
            expect(codes.every((code) => [0, 1, undefined].includes(code))).toBe(true);
        });",
    );
    project
        .trun(&["--parallel=1", "--timeout=0"])
        .run()
        .exits(0)
        .counts(1, 0);
}

#[test]
#[ignore = "twelve rounds, twenty times: make soak-workers"]
fn lives_end_whatever_they_do_for_long() {
    for _ in 0..20 {
        let outcome = Project::fixture("worker-lifetime")
            .trun(&["--parallel=1", "--timeout=600000"])
            .env("ROUNDS", "12")
            .run();
        outcome.exits(0).hides("left behind").hides("did not end within");
    }
}

#[test]
#[ignore = "waits the ten seconds: make soak-workers"]
fn a_worker_that_cannot_be_stopped_is_named() {
    let endless = "parentPort.postMessage(1); require('node:crypto').pbkdf2Sync('a', 'b', 2 ** 31 - 1, 64, 'sha512')";
    let body = format!(
        "test('leaves it', async () => {{ await once(start({}, {{ name: 'stubborn' }}), 'message'); }});",
        serde_json::to_string(endless).expect("a text")
    );
    let outcome = project(&body).trun(&["--parallel=1"]).run();
    outcome.exits(1);
    outcome
        .shows("the worker stubborn (worker eval) did not end within 10 s of being told to (1 matching, 1 in total)");
}
