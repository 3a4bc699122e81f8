//! libuv for native addons: one group of its names per addon, with the system's library and our event loop around it; and what addons leave on
//! the loop when their files end.

use std::fs;

use crate::support::Project;
use crate::support::addon::{addon, topic};

/// Both settings of `--addon-teardown`.
const MODES: [&str; 2] = ["--addon-teardown=file", "--addon-teardown=run"];

/// Every group runs alone, under stress of the collector, and as three files one after another in both modes.
fn runs(group: &str) {
    let project = topic(group);
    project
        .trun(&["--parallel=1", "--fail-on-leak"])
        .env("TRUN_GC_STRESS", "20")
        .run()
        .exits(0);
    let test = fs::read_to_string(project.path("addon.test.js")).expect("the test");
    for name in ["again.test.js", "once-more.test.js"] {
        // Folders that the test makes are named after its own.
        project.write(
            name,
            &test.replace("'here' : 'there'", &format!("'{name}-here' : '{name}-there'")),
        );
    }
    for mode in MODES {
        project.trun(&["--parallel=1", "--fail-on-leak", mode]).run().exits(0);
    }
}

#[test]
fn handles() {
    runs("uv_handles");
}

#[test]
fn poll() {
    runs("uv_poll");
}

#[test]
fn work_and_requests() {
    runs("uv_work");
}

#[test]
fn threads() {
    runs("uv_threads");
}

#[test]
fn errors_buffers_and_the_machine() {
    runs("uv_system");
}

#[test]
fn signals_files_streams_and_processes() {
    runs("uv_watch");
}

/// What each file of [`files`] begins with.
const BEGIN: &str = "const addon = require('./addon.node');
addon.log_to(require('node:path').join(__dirname, 'log.txt'));
const turns = async (n) => { for (let i = 0; i < n; i++) await new Promise((resolve) => setTimeout(resolve, 1)); };
";

/// A project whose files do this at their top, in this order.
fn files(bodies: &[&str]) -> Project {
    let project = Project::new();
    fs::copy(addon("uv_left", "addon"), project.path("addon.node")).expect("the addon");
    for (name, body) in ('a'..).zip(bodies) {
        project.write(&format!("{name}.test.js"), &format!("{BEGIN}{body}"));
    }
    project
}

fn log(project: &Project) -> Vec<String> {
    let text = fs::read_to_string(project.path("log.txt")).unwrap_or_default();
    text.lines().map(str::to_owned).collect()
}

#[test]
fn handles_that_are_left_open_are_leaks_of_their_file_and_call_no_more() {
    let project = files(&[
        "test('leaves them', async () => { addon.leave_all(); await turns(5); expect(addon.called()).toBeGreaterThan(3); });",
        "const before = addon.called();
         test('hears nothing of them', async () => { await turns(10); expect(addon.called()).toBe(before); });",
    ]);
    let leak = "1 libuv async handle and 1 libuv check handle and 1 libuv idle handle and 1 libuv poll handle and 1 libuv timer handle of \
                the native addon";
    let outcome = project.trun(&["--parallel=1", "--fail-on-leak"]).run();
    outcome.exits(1).counts(2, 0).shows(leak).shows("addon.node");
    assert_eq!(outcome.stdout.matches("  LEAK  ").count(), 1, "{}", outcome.stdout);
}

#[test]
fn handles_go_on_where_addons_live_as_long_as_the_run() {
    let project = files(&[
        "test('leaves them', () => addon.leave_all());",
        "const before = addon.called();
         test('hears of them', async () => { while (addon.called() < before + 10) await turns(1); });",
    ]);
    project.trun(&["--parallel=1", MODES[1]]).run().exits(0).counts(2, 0);
}

/// Each file leaves everything there is, and the next one works. With the collector as it is and under stress, in one worker and two.
#[test]
fn many_files_leave_everything_open() {
    let body = "addon.leave_all();
        addon.close_at_end();
        addon.work();
        for (let i = 0; i < 20; i++) addon.own({}, i % 2 === 0);
        test('works', async () => { const before = addon.called(); while (addon.called() < before + 3) await turns(1); gc(); });";
    for mode in MODES {
        for (workers, stress) in [("1", "0"), ("2", "20")] {
            let project = files(&[body; 8]);
            project
                .trun(&["--seed=7", mode, &format!("--parallel={workers}")])
                .env("TRUN_GC_STRESS", stress)
                .run()
                .exits(0)
                .counts(8, 0);
            let lines = log(&project);
            let count = |what: &str| lines.iter().filter(|line| *line == what).count();
            assert_eq!(
                (count("finalizer closes"), count("finalizer frees")),
                (80, 80),
                "{mode} {stress}"
            );
            assert_eq!(
                (count("hook"), count("closed by hook"), count("worked")),
                (8, 8, 8),
                "{mode} {stress}"
            );
            assert_eq!(count("a closed timer starts"), 0);
        }
    }
}

/// A finalizer may free the memory of a handle it forgot to close, or close it though it is closed: then the close callback is called.
#[test]
fn handles_are_closed_before_finalizers_free_them() {
    let project = files(&[
        "for (let i = 0; i < 3; i++) addon.own({}, true);
         test('leaves them', () => {});",
        "addon.own({}, false);
         test('their callbacks came', async () => {
           const log = () => require('node:fs').readFileSync('log.txt', 'utf8');
           while (log().split('closed').length < 4) await turns(1);
         });",
    ]);
    let outcome = project.trun(&["--parallel=1"]).run();
    outcome.exits(0).shows("3 libuv timer handles of the native addon");
    let closes = ["finalizer closes"; 3]
        .into_iter()
        .chain(["closed"; 3])
        .chain(["finalizer frees"]);
    assert_eq!(log(&project), closes.collect::<Vec<_>>());
}

#[test]
fn a_hook_that_closes_leaves_nothing() {
    let project = files(&["addon.close_at_end(); test('runs', () => {});"; 2]);
    project.trun(&["--parallel=1", "--fail-on-leak"]).run().exits(0);
    assert_eq!(log(&project), ["hook", "closed by hook", "hook", "closed by hook"]);
}

#[test]
fn a_static_handle_can_be_sent_to_after_its_file_and_be_made_again() {
    let project = files(&[
        "test('is called', async () => {
           expect([addon.make_static(), addon.send_static()]).toEqual([0, 0]);
           while (addon.static_called() === 0) await turns(1);
         });",
        "test('is closed', async () => {
           expect(addon.send_static()).toBe(0);
           await turns(5);
           expect(addon.static_called()).toBe(1);
         });
         test('is made again', async () => {
           expect([addon.make_static(), addon.send_static()]).toEqual([0, 0]);
           while (addon.static_called() < 2) await turns(1);
         });",
    ]);
    project.trun(&["--parallel=1"]).run().exits(0).counts(3, 0);
}

#[test]
fn work_is_waited_for_at_the_end_of_its_file() {
    let project = files(&["for (let i = 0; i < 3; i++) addon.work(); test('leaves it', () => {});"]);
    let outcome = project.trun(&["--parallel=1"]).env("UV_THREADPOOL_SIZE", "1").run();
    outcome.exits(0).shows("3 libuv requests of the native addon");
    let lines = log(&project);
    assert_eq!(lines.len(), 3, "{lines:?}");
    assert!(
        lines.iter().all(|line| line == "worked" || line == "ECANCELED"),
        "{lines:?}"
    );
}

#[test]
fn work_that_does_not_end_is_a_leak_and_may_end_later() {
    let project = files(&[
        "addon.hold();
         test('has begun', async () => {
           const fs = require('node:fs');
           while (!fs.existsSync('log.txt')) await turns(1);
         });",
        "test('lets it go', async () => {
           addon.let_go();
           const log = () => require('node:fs').readFileSync('log.txt', 'utf8');
           while (!log().includes('worked')) await turns(1);
         });",
    ]);
    let outcome = project.trun(&["--parallel=1", "--addon-teardown-timeout=100"]).run();
    outcome
        .exits(0)
        .counts(2, 0)
        .shows("1 libuv request that did not end within");
    assert_eq!(log(&project), ["work", "worked"]);
}

#[test]
fn what_a_callback_throws_fails_the_test_it_belongs_to() {
    let project = files(&["test('passes', () => {});
        test('fails', async () => { addon.throw_later(); await turns(20); });
        test('passes too', () => {});"]);
    let outcome = project.trun(&["--parallel=1"]).run();
    outcome.exits(1).counts(2, 1).shows("thrown by a timer of libuv");
}

#[test]
fn a_crash_names_the_addon_and_what_ran() {
    for (body, what) in [
        ("crash_later", "libuv callback"),
        ("crash_on_thread", "async work on its thread"),
    ] {
        let project = files(&[&format!(
            "test('ends', async () => {{ addon.{body}(); await turns(1); require('node:fs').writeFileSync('log.txt', ''); await turns(1e6); }});"
        )]);
        let outcome = project.trun(&["--parallel=1"]).run();
        let text = format!("{}{}", outcome.stdout, outcome.stderr);
        let said = format!("crashed with SIGABRT while this was running, in addon addon.node ({what})");
        assert!(text.contains(&said), "{text}");
    }
}

/// A project with these addons of `uv_missing`, each under its own name, and this test.
fn missing(sources: &[&str], test: &str) -> Project {
    let project = Project::new().file("a.test.js", test);
    for source in sources {
        fs::copy(addon("uv_missing", source), project.path(&format!("{source}.node"))).expect("the addon");
    }
    project
}

#[test]
fn a_missing_symbol_is_an_error_that_names_addon_and_symbol() {
    let test = "const load = (name) => { try { require(`./${name}.node`); return 'loaded'; } catch (error) { return `${error.code} ${error.message}`; } };
        test('bound lazily, twice', () => {
          for (let i = 0; i < 2; i++) {
            expect(load('addon')).toMatch(/^ERR_DLOPEN_FAILED .*addon\\.node: this native addon needs the symbol trun_no_such_function, which neither trun nor/);
          }
        });
        test('called by a constructor', () => {
          expect(load('early')).toMatch(/early\\.node: this native addon needs the symbol (uv|napi)_from_the_future \\(and 1 more\\)/);
        });
        test('weak', () => expect(require('./weak.node').has()).toBe(false));";
    let project = missing(&["addon", "early", "weak"], test);
    project.trun(&["--parallel=1"]).run().exits(0).counts(3, 0);
}

#[test]
fn an_addon_for_v8_is_told_from_others_and_the_way_out_is_said() {
    let test = "const load = (name) => { try { require(`./${name}.node`); return 'loaded'; } catch (error) { return `${error.code} ${error.message}`; } };
        const WAY_OUT = 'Use a version of the package that is built on Node-API, or one in WebAssembly or JavaScript, or run the tests that need it under Node.';
        test('V8', () => {
          expect(load('v8')).toMatch(/^ERR_DLOPEN_FAILED .*v8\\.node: this native addon is built on V8.s own C\\+\\+ interface, directly or with NAN \\(it needs .* and 2 more symbols of it\\)/);
          expect(load('v8')).toContain(WAY_OUT);
        });
        test('NAN', () => {
          expect(load('nan')).toContain('(it registers like one)');
          expect(load('nan')).toContain(WAY_OUT);
        });";
    let project = missing(&["v8", "nan"], test);
    project.trun(&["--parallel=1"]).run().exits(0).counts(2, 0);
}

#[test]
fn an_addon_whose_symbols_are_bound_at_once_finds_libuv() {
    let test = "test('loads', () => expect(require('./now.node').version()).toMatch(/^1\\./));";
    let project = missing(&["now"], test);
    project.trun(&["--parallel=1"]).run().exits(0).counts(1, 0);
}

/// A library that has the name of libuv, and nothing of it.
#[test]
fn a_libuv_that_cannot_be_used_is_an_error_with_the_way_out() {
    let test = "test('an addon that calls it', () => {
          expect(() => require('./now.node')).toThrow(/now\\.node: this native addon calls libuv \\(uv_version_string\\), and the system.s libuv cannot be used .* install it .*libuv1/);
        });
        test('an addon that asks for the loop', () => {
          expect(() => require('./loop.node').loop()).toThrow(/loop\\.node: the system.s libuv cannot be used .* install it/);
        });";
    let project = missing(&["now", "loop"], test);
    fs::copy(addon("uv_missing", "nan"), project.path("libuv.so.1")).expect("the library");
    project
        .trun(&["--parallel=1"])
        .env("LD_LIBRARY_PATH", project.path("").to_str().expect("UTF-8"))
        .run()
        .exits(0)
        .counts(2, 0);
    let test = "test('finds it', () => expect(require('./loop.node').loop()).toBe(true));";
    missing(&["loop"], test)
        .trun(&["--parallel=1"])
        .run()
        .exits(0)
        .counts(1, 0);
}
