//! Native addons that outlive their test file: what they left ends at the swap, once, in Node's order, and meets no other realm.
//!
//! The full counts are in tests that are ignored; `make soak-addons` runs those.

use std::collections::BTreeMap;
use std::fs;

use crate::support::Project;
use crate::support::addon::addon;

/// Both settings of `--addon-teardown`.
const MODES: [&str; 2] = ["--addon-teardown=file", "--addon-teardown=run"];

/// What each test file begins with.
const BEGIN: &str = "const addon = require('./addon.node');
addon.log_to(require('node:path').join(__dirname, 'log.txt'));
globalThis.kept = [];
";

fn project() -> Project {
    let project = Project::new();
    fs::copy(addon("teardown", "addon"), project.path("addon.node")).expect("the addon");
    project
}

/// A project whose files do this at their top, in this order.
fn files(bodies: &[&str]) -> Project {
    let project = project();
    for (name, body) in ('a'..).zip(bodies) {
        project.write(&format!("{name}.test.js"), &format!("{BEGIN}{body}"));
    }
    project
}

/// The lines of the log; forgotten afterwards.
fn log(project: &Project) -> Vec<String> {
    let path = project.path("log.txt");
    let lines = fs::read_to_string(&path).unwrap_or_default();
    let _ = fs::remove_file(path);
    lines.lines().map(str::to_owned).collect()
}

/// How often each line is there.
fn counts(project: &Project) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for line in log(project) {
        *counts.entry(line).or_default() += 1;
    }
    counts
}

#[test]
fn an_env_ends_in_nodes_order() {
    let project = files(&["addon.wrap(kept, 'wrap');
        addon.keep(kept);
        addon.set_data('instance');
        addon.add_hook('first', 'plain');
        addon.add_async_hook('second', 'now');
        addon.add_hook('third', 'plain');
        kept.push(addon.external_buffer('buffer', 10));
        addon.work('work', 20, () => {});
        test('runs', () => {});"]);
    project.trun(&["--parallel=1"]).run().exits(0);
    let expected = [
        "execute work 0",
        "complete work 0",
        "called work 23",
        "hook third 0",
        "async-hook second 0",
        "hook first 0",
        "finalized buffer 0",
        "finalized wrap 0",
        "finalized instance 0",
    ];
    assert_eq!(log(&project), expected);
}

#[test]
fn hooks_may_add_and_remove_hooks_while_hooks_run() {
    let project = files(&["addon.add_hook('never', 'plain');
        addon.add_hook('removing', 'removing');
        addon.add_hook('adding', 'adding');
        test('the same hook twice is refused', () => expect(addon.add_hook('twice', 'plain')).toBe(1));"]);
    project.trun(&["--parallel=1"]).run().exits(0);
    let expected = [
        "hook twice 0",
        "hook adding 0",
        "hook added-by-adding 0",
        "hook removing 0",
    ];
    assert_eq!(log(&project), expected);
}

#[test]
fn an_asynchronous_hook_is_done_by_the_finalizer_of_a_threadsafe_function() {
    let project = files(&["addon.add_async_hook('hook', 'function');
        addon.set_data('instance');
        test('runs', () => {});"]);
    project.trun(&["--parallel=1", "--fail-on-leak"]).run();
    let expected = ["async-hook hook 0", "function-ended hook 1", "finalized instance 0"];
    assert_eq!(log(&project), expected);
}

#[test]
fn a_hook_that_never_finishes_is_a_leak_and_may_finish_later() {
    let project = files(&[
        "addon.add_async_hook('hook', 'never'); addon.set_data('instance'); test('leaves it', () => {});",
        "test('finishes it', async () => {
           addon.finish_late();
           await new Promise((resolve) => setTimeout(resolve, 1));
           const log = require('node:fs').readFileSync('log.txt', 'utf8');
           expect(log).toBe('async-hook hook 0\\nfinalized instance 0\\n');
         });",
    ]);
    project
        .trun(&["--parallel=1", "--addon-teardown-timeout=100"])
        .run()
        .exits(0)
        .counts(2, 0)
        .shows("1 cleanup hook that did not end within");
}

#[test]
fn work_that_never_ends_is_a_leak_and_costs_no_later_file_its_thread() {
    let project = files(&[
        "addon.work('held', -1, 0);
         addon.set_data('instance');
         test('has begun', async () => {
           while (addon.holds() === 0) await new Promise((resolve) => setImmediate(resolve));
         });",
        "test('there is a thread, and the work ends late', async () => {
           await new Promise((resolve) => addon.work('other', 0, resolve));
           const log = () => require('node:fs').readFileSync('log.txt', 'utf8');
           expect(log()).not.toContain('complete held');
           addon.let_go();
           while (!log().includes('finalized instance')) await new Promise((resolve) => setImmediate(resolve));
           expect(log()).toContain('complete held 0');
         });",
    ]);
    project
        .trun(&["--parallel=1", "--addon-teardown-timeout=100"])
        .env("UV_THREADPOOL_SIZE", "1")
        .run()
        .exits(0)
        .counts(2, 0)
        .shows("1 async work that did not end within");
}

/// One thread has begun the first of four and does not end until the others are complete, or the next file lets it go: with their file they
/// are cancelled, with the run they are executed in the next file.
#[test]
fn work_that_crosses_the_swap_is_completed_once() {
    let bodies = [
        "for (let i = 0; i < 4; i++) addon.work(`work-${i}`, i === 0 ? -2 : 0, () => {});
         test('the first has begun', async () => {
           while (addon.holds() === 0) await new Promise((resolve) => setImmediate(resolve));
         });",
        "addon.let_go();
         test('all is complete', async () => {
           const log = () => require('node:fs').readFileSync('log.txt', 'utf8');
           while (log().split('complete').length < 5) await new Promise((resolve) => setImmediate(resolve));
         });",
    ];
    for (mode, cancelled) in MODES.into_iter().zip([3, 0]) {
        let project = files(&bodies);
        project
            .trun(&["--parallel=1", mode])
            .env("UV_THREADPOOL_SIZE", "1")
            .run()
            .exits(0)
            .counts(2, 0);
        let counts = counts(&project);
        let of = |what: &str| {
            counts
                .iter()
                .filter(|(line, _)| line.starts_with(what))
                .map(|(_, n)| n)
                .sum::<usize>()
        };
        let with = |status: &str| {
            counts
                .keys()
                .filter(|line| line.starts_with("complete") && line.ends_with(status))
                .count()
        };
        assert_eq!(
            (of("complete"), of("execute"), of("called")),
            (4, 4 - cancelled, 4),
            "{mode}: {counts:?}"
        );
        assert_eq!(
            (with(" 0"), with(" 11")),
            (4 - cancelled, cancelled),
            "{mode}: {counts:?}"
        );
        assert!(counts.values().all(|count| *count == 1), "{mode}: {counts:?}");
    }
}

/// Threads that call before, during and after the swap, `calls` times each.
fn call_across_the_swap(calls: u32, mode: &str) {
    let project = files(&[
        &format!(
            "addon.start_calling({calls}, 0, true, true);
             addon.start_calling({calls}, 16, true, true);
             addon.start_calling({calls}, 16, false, true);
             test('some arrive', async () => {{
               while (addon.caller_state(0).delivered === 0) await new Promise((resolve) => setImmediate(resolve));
             }});"
        ),
        &format!(
            "addon.call_on_all();
             for (const caller of [0, 1, 2]) test(`each call of caller ${{caller}} is accounted for`, async () => {{
               const state = () => addon.caller_state(caller);
               while (!state().done) await new Promise((resolve) => setImmediate(resolve));
               while (state().delivered + state().handedBack < state().taken) await new Promise((resolve) => setImmediate(resolve));
               const {{ taken, refused, full, other, delivered, handedBack, foreign, finalized }} = state();
               expect(taken + refused + full).toBe({calls});
               expect(delivered + handedBack).toBe(taken);
               expect({{ other, foreign }}).toEqual({{ other: 0, foreign: 0 }});
               if ('{mode}' === '--addon-teardown=file') {{
                 expect(refused).toBeGreaterThanOrEqual({calls} / 2);
                 expect(finalized).toBe(1);
                 expect(addon.use_ended()).toEqual([16, 16, 16, 0, 0, 16, 0, 0]);
               }} else expect({{ refused, handedBack, finalized }}).toEqual({{ refused: 0, handedBack: 0, finalized: 0 }});
             }}, 60000);"
        ),
    ]);
    project.trun(&["--parallel=1", mode]).run().exits(0).counts(4, 0);
}

#[test]
fn calls_of_threads_across_the_swap_are_delivered_to_their_file_or_refused() {
    for mode in MODES {
        call_across_the_swap(100_000, mode);
    }
}

#[test]
fn what_was_left_running_is_a_leak_of_its_file() {
    let project =
        files(&["addon.work('work', 1000, 0); addon.start_calling(0, 0, true, false); test('passes', () => {});"]);
    let outcome = project.trun(&["--parallel=1", "--fail-on-leak"]).run();
    outcome
        .exits(1)
        .shows("1 threadsafe function and 1 async work of the native addon");
}

#[test]
fn addons_that_end_with_the_run_move_to_each_next_file() {
    let project = files(&[
        "addon.add_hook('stays', 'plain');
         addon.add_hook('goes', 'plain');
         addon.set_data('instance');
         test('leaves them', () => {});",
        "addon.remove_newest_hook();
         test('a hook of the first file is found', () => {
           expect(require('node:fs').existsSync('log.txt')).toBe(false);
         });",
    ]);
    project.trun(&["--parallel=1", MODES[1]]).run().exits(0).counts(2, 0);
    assert_eq!(log(&project), ["hook stays 0", "finalized instance 0"]);
}

#[test]
fn a_static_env_of_an_ended_file_throws_with_the_way_out_and_can_be_replaced() {
    let first = "test('makes it', () => expect(addon.use_static({ made: 1 })).toEqual({ made: 1 }));";
    let project = files(&[
        first,
        "test('is told', () => expect(() => addon.use_static({})).toThrow(/addon.node has used an env .* --addon-teardown=run/));
         test('replaces it', () => {
           addon.replace_static({ made: 2 });
           expect(addon.use_static({})).toEqual({ made: 2 });
         });",
    ]);
    let outcome = project.trun(&["--parallel=1"]).run();
    outcome.exits(0).counts(3, 0);
    let text = format!("{}{}", outcome.stdout, outcome.stderr);
    assert_eq!(text.matches("TRUN_ENV_ENDED").count(), 1, "{text}");
    let project = files(&[
        first,
        "test('has it', () => expect(addon.use_static({})).toEqual({ made: 1 }));",
    ]);
    project.trun(&["--parallel=1", MODES[1]]).run().exits(0).counts(2, 0);
}

#[test]
fn a_deleted_reference_is_not_finalized_though_its_object_is_gone() {
    let project = files(&[
        "(() => { for (let i = 0; i < 100; i++) addon.wrap_deletable({}, i); })();
        gc();
        addon.delete_all();
        test('runs', async () => { await new Promise((resolve) => setImmediate(resolve)); gc(); });",
    ]);
    project.trun(&["--parallel=1"]).run().exits(0);
    assert_eq!(log(&project), [""; 0]);
}

#[test]
fn finalizers_may_allocate_throw_and_delete_others() {
    let body = "for (let i = 0; i < 50; i++) addon.wrap_wildly(kept[i] = {}, kept[50 + i] = {}, `object-${i}`);
        test('runs', () => {});";
    for stress in ["0", "20"] {
        let project = files(&[body, body]);
        project
            .trun(&["--parallel=1"])
            .env("TRUN_GC_STRESS", stress)
            .run()
            .exits(0);
        let counts = counts(&project);
        assert_eq!(counts.len(), 50, "each victim was deleted before its turn: {counts:?}");
        for (line, count) in counts {
            assert!(
                line.starts_with("wild") && line.ends_with(" 2") && count == 2,
                "{line}, {count} times"
            );
        }
    }
}

/// The crash this project was founded on, with everything an addon can leave, `runs` times. With the collector as it is and under stress,
/// in one worker and two, in both modes.
fn found(runs: usize) {
    let project = project();
    let body = format!(
        "{BEGIN}gc();
         for (let i = 0; i < 1000; i++) {{
           const object = {{ pad: new Array(100).fill(i) }};
           addon.wrap(object, 'object');
           kept.push(object);
         }}
         addon.set_data('instance');
         addon.add_hook('hook', 'plain');
         addon.add_async_hook('hook', 'now');
         addon.work('work', 1, () => {{}});
         gc();"
    );
    let body = body.replace(
        "const addon = require('./addon.node');",
        "import { createRequire } from 'node:module';
         import { dirname, join } from 'node:path';
         const require = createRequire(import.meta.url);
         const __dirname = import.meta.dirname;
         const addon = require('./addon.node');",
    );
    for file in 0..8 {
        let end = "await 0;\ntest('runs', () => expect(kept).toHaveLength(1000));";
        project.write(&format!("f{file}.test.mjs"), &format!("{body}\n{end}"));
    }
    let expected: BTreeMap<String, usize> = [
        ("async-hook hook 0", 8),
        ("complete work 0", 8),
        ("execute work 0", 8),
        ("finalized instance 0", 8),
        ("finalized object 0", 8000),
        ("hook hook 0", 8),
    ]
    .into_iter()
    .map(|(line, count)| (line.to_owned(), count))
    .collect();
    every_way(&project, runs, 8, |counts, way| {
        counts.retain(|line, _| !line.starts_with("called"));
        // Work that no thread had begun is cancelled.
        let cancelled = counts.remove("complete work 11").unwrap_or(0);
        *counts.entry("complete work 0".to_owned()).or_default() += cancelled;
        *counts.entry("execute work 0".to_owned()).or_default() += cancelled;
        assert_eq!(*counts, expected, "{way}");
    });
}

/// 20 files with external buffers, as [`found`].
fn found_buffers(runs: usize) {
    let project = project();
    for file in 0..20 {
        project.write(
            &format!("f{file:02}.test.js"),
            &format!(
                "{BEGIN}for (let i = 0; i < 100; i++) kept.push(addon.external_buffer('kept', 1000));
                 (() => {{ for (let i = 0; i < 100; i++) addon.external_buffer('dropped', 1000); }})();
                 gc();
                 test('runs', () => {{ gc(); expect(kept[99].length).toBe(1000); }});"
            ),
        );
    }
    every_way(&project, runs, 20, |counts, way| {
        let of = |name: &str| counts.get(name).copied();
        assert_eq!(
            (of("finalized kept 0"), of("finalized dropped 0")),
            (Some(2000), Some(2000)),
            "{way}"
        );
    });
}

fn every_way(project: &Project, runs: usize, tests: u64, check: impl Fn(&mut BTreeMap<String, usize>, &str)) {
    for mode in MODES {
        for workers in ["--parallel=1", "--parallel=2"] {
            for stress in ["0", "50"] {
                for run in 0..runs {
                    let mut command = project.trun(&[workers, mode]);
                    if stress != "0" {
                        command = command.env("TRUN_GC_STRESS", stress);
                    }
                    command.run().exits(0).counts(tests, 0);
                    check(
                        &mut counts(project),
                        &format!("{mode} {workers}, stress {stress}, run {run}"),
                    );
                }
            }
        }
    }
}

#[test]
fn everything_left_ends_exactly_once_in_every_way_of_running() {
    found(1);
}

#[test]
fn external_buffers_are_freed_exactly_once_in_every_way_of_running() {
    found_buffers(1);
}

#[test]
#[ignore = "takes minutes: make soak-addons"]
fn soak_everything_left_ends_exactly_once() {
    found(10);
    found_buffers(10);
}

/// Resident memory in KiB at the end of each of `files` files that leave references, wraps and buffers.
fn memory(files: u32) -> Vec<u64> {
    let project = project();
    for file in 0..files {
        project.write(
            &format!("f{file:03}.test.js"),
            &format!(
                "{BEGIN}for (let i = 0; i < 200; i++) {{
                   const object = {{ pad: new Array(100).fill(i) }};
                   addon.wrap(object, 'object');
                   addon.keep(object);
                   addon.keep(addon.external_buffer('buffer', 10000));
                 }}
                 test('runs', () => {{
                   const status = require('node:fs').readFileSync('/proc/self/status', 'utf8');
                   require('node:fs').appendFileSync('memory.txt', `${{/VmRSS:\\s*(\\d+)/.exec(status)[1]}}\\n`);
                 }});"
            ),
        );
    }
    let outcome = project.trun(&["--parallel=1", "--worker-recycle=0"]).run();
    outcome.exits(0).counts(files.into(), 0);
    let counts = counts(&project);
    let each = files as usize * 200;
    assert_eq!(counts.get("finalized object 0"), Some(&each));
    assert_eq!(counts.get("finalized buffer 0"), Some(&each));
    project
        .read("memory.txt")
        .lines()
        .map(|line| line.parse().expect("KiB"))
        .collect()
}

/// Each file has about 3 MB; kept, they would be 120 MB in 40 files.
fn assert_flat(memory: &[u64]) {
    let quarter = memory.len() / 4;
    let most = |part: &[u64]| part.iter().copied().max().unwrap_or(0);
    let (early, late) = (most(&memory[..quarter * 2]), most(&memory[quarter * 2..]));
    assert!(late < early + 16 * 1024, "memory grows: {memory:?}");
}

#[test]
fn memory_is_flat_over_files_that_leave_everything() {
    assert_flat(&memory(40));
}

#[test]
#[ignore = "takes a minute: make soak-addons"]
fn soak_memory_is_flat_over_200_files() {
    assert_flat(&memory(200));
}

#[test]
fn a_crash_names_the_addon_and_what_of_it_ran() {
    let crashes = [
        (
            "(() => addon.crash_in_finalizer({}))();
             test('collects', async () => { gc(); await new Promise((resolve) => setTimeout(resolve, 10000)); });",
            "while this was running, in addon addon.node (finalizer)",
        ),
        (
            "test('works', async () => { addon.crash_in_pool(); await new Promise((resolve) => setTimeout(resolve, 10000)); });",
            "while this was running, in addon addon.node (async work on its thread)",
        ),
        (
            "addon.add_hook('crash', 'crashing'); test('passes', () => {});",
            "while what the file left was taken down, in addon addon.node (cleanup hook)",
        ),
    ];
    for (body, said) in crashes {
        let outcome = files(&[body]).trun(&["--parallel=1"]).run();
        let text = format!("{}{}", outcome.stdout, outcome.stderr);
        assert!(
            text.contains(&format!("crashed with SIGSEGV {said}")),
            "{said}:\n{text}"
        );
        let (_, place) = said.split_once(", ").expect("a place");
        let banner = format!("crashed with SIGSEGV while running a.test.js, {place}");
        assert!(text.contains(&banner), "{banner}:\n{text}");
    }
}

#[test]
#[ignore = "waits for the limit of the swap: make soak-addons"]
fn soak_a_hook_that_blocks_is_killed_and_named() {
    let outcome = files(&["addon.add_hook('hook', 'stuck'); test('passes', () => {});"])
        .trun(&["--parallel=1"])
        .run();
    outcome.exits(1);
    let text = format!("{}{}", outcome.stdout, outcome.stderr);
    assert!(text.contains("in addon addon.node (cleanup hook)"), "{text}");
}

/// Debug builds can leave envs behind in their realms, as the founding bug did: the check must notice before native code runs.
#[cfg(debug_assertions)]
#[test]
fn an_env_that_is_left_behind_is_noticed_before_its_code_runs() {
    let project = files(&[
        "for (let i = 0; i < 100; i++) addon.wrap(kept[i] = {}, 'object'); test('leaves them', () => {});",
        "test('collects', async () => {
           for (let i = 0; i < 20; i++) { gc(); await new Promise((resolve) => setImmediate(resolve)); }
         });",
    ]);
    let outcome = project
        .trun(&["--parallel=1"])
        .env("TRUN_DEBUG_LEAVE_ENVS_BEHIND", "1")
        .env("TRUN_GC_STRESS", "50")
        .run();
    let text = format!("{}{}", outcome.stdout, outcome.stderr);
    assert!(text.contains("was left behind in a realm that is gone"), "{text}");
    assert!(!text.contains("SIGSEGV"), "{text}");
    assert_eq!(log(&project), [""; 0], "no code of it ran");
}
