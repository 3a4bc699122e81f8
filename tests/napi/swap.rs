//! What becomes of an addon's things when the file that loaded it ends.

use std::fs;

use crate::support::Project;
use crate::support::addon::addon;

/// A project with the addon of the swap, built for the newest version of the interface (`addon.c`) or for version 8 (`old.c`).
fn project(source: &str) -> Project {
    let project = Project::new();
    fs::copy(addon("swap", source), project.path("addon.node")).expect("the addon");
    project.write(
        "log.js",
        "module.exports = require('node:path').join(__dirname, 'log.txt');",
    );
    project
}

fn log(project: &Project) -> Vec<String> {
    project.read("log.txt").lines().map(str::to_owned).collect()
}

#[test]
fn everything_is_finalized_once_and_newest_first_when_the_file_ends() {
    let project = project("addon").file(
        "a.test.js",
        "const addon = require('./addon.node');
         addon.log_to(require('./log.js'));
         addon.set_data('data');
         globalThis.kept = [{}, {}];
         addon.wrap(kept[0], 'wrap');
         addon.keep(kept[1], 'strong');
         kept.push(addon.external('external'), addon.buffer('buffer'));
         test('runs', () => {});",
    );
    project.trun(&["--parallel=1"]).run().exits(0);
    let expected = [
        "finalized buffer",
        "finalized external",
        "finalized strong",
        "finalized wrap",
        "instance data data, already forgotten",
    ];
    assert_eq!(log(&project), expected);
}

#[test]
fn nothing_is_finalized_twice_whenever_the_collector_runs() {
    let project = project("addon");
    for file in 0..6 {
        project.write(
            &format!("f{file}.test.js"),
            &format!(
                "const addon = require('./addon.node');
                 addon.log_to(require('./log.js'));
                 gc();
                 globalThis.kept = [];
                 for (let i = 0; i < 20; i++) {{
                   const object = {{ i }};
                   addon.wrap(object, `wrap {file} ${{i}}`);
                   const buffer = addon.buffer(`buffer {file} ${{i}}`);
                   const external = addon.external(`external {file} ${{i}}`);
                   if (i % 2) kept.push(object, buffer, external);
                 }}
                 addon.post('posted {file}');
                 gc();
                 test('waits a turn', async () => {{
                   await new Promise((resolve) => setImmediate(resolve));
                   gc();
                 }});"
            ),
        );
    }
    for (stress, workers) in [("", "--parallel=1"), ("20", "--parallel=1"), ("20", "--parallel=2")] {
        let _ = fs::remove_file(project.path("log.txt"));
        let mut command = project.trun(&[workers]);
        if !stress.is_empty() {
            command = command.env("TRUN_GC_STRESS", stress);
        }
        command.run().exits(0);
        let mut lines = log(&project);
        lines.sort();
        let count = lines.len();
        lines.dedup();
        assert_eq!(
            (lines.len(), count),
            (6 * 61, 6 * 61),
            "with {workers} and stress {stress:?}"
        );
    }
}

#[test]
fn an_env_that_ends_runs_no_javascript() {
    for (source, refused) in [("addon", 23), ("old", 10)] {
        let project = project(source).file(
            "a.test.js",
            "const addon = require('./addon.node');
             addon.log_to(require('./log.js'));
             globalThis.kept = {};
             addon.add_probe(kept);
             test('runs', () => {});",
        );
        project.trun(&["--parallel=1"]).run().exits(0);
        let expected = [
            "create 0".to_owned(),
            "string 0".to_owned(),
            format!("property {refused}"),
            format!("script {refused}"),
            "throw 0".to_owned(),
        ];
        assert_eq!(log(&project), expected, "{source}");
    }
}

#[test]
fn a_finalizer_added_by_a_finalizer_runs_too() {
    let project = project("addon").file(
        "a.test.js",
        "const addon = require('./addon.node');
         addon.log_to(require('./log.js'));
         globalThis.kept = {};
         addon.add_adder(kept, 'adder');
         test('runs', () => {});",
    );
    project.trun(&["--parallel=1"]).run().exits(0);
    assert_eq!(log(&project), ["finalized adder", "finalized added at the end"]);
}

#[test]
fn the_env_of_a_finished_file_answers_with_a_status() {
    for (source, refused) in [("addon", 23), ("old", 10)] {
        let project = project(source)
            .file(
                "a.test.js",
                "test('a static env and a static reference', () => require('./addon.node').remember({}));",
            )
            .file(
                "b.test.js",
                &format!(
                    "const addon = require('./addon.node');
                     test('used by the next file', () => {{
                       expect(addon.use_remembered()).toEqual([0, 0, {refused}, 16, 1, 1, 0, 'Invalid argument']);
                     }});"
                ),
            );
        project.trun(&["--parallel=1"]).run().exits(0);
    }
}

/// GLib is in this process, because the engine needs it, and some addons bring their own.
#[test]
fn an_addon_meets_its_own_copy_of_a_library_first() {
    let project = Project::new().file(
        "a.test.js",
        "test('its own', () => expect(require('./addon.node').name()).toBe(\"the addon's own\"));",
    );
    fs::copy(addon("constructor", "own_copy"), project.path("addon.node")).expect("the addon");
    project.trun(&["--parallel=1"]).run().exits(0);
}

#[test]
fn a_library_with_a_constructor_is_initialised_in_every_file() {
    let project = Project::new();
    fs::copy(addon("constructor", "addon"), project.path("addon.node")).expect("the addon");
    for (name, inits) in [("a", 1), ("b", 2), ("c", 3)] {
        project.write(
            &format!("{name}.test.js"),
            &format!("test('exports a function', () => expect(require('./addon.node')()).toBe({inits}));"),
        );
    }
    project.trun(&["--parallel=1"]).run().exits(0);
}

#[test]
fn an_init_function_that_throws_leaves_what_it_made_until_the_file_ends() {
    let file = |message: &str| {
        format!(
            "test('throws', () => {{
               const caught = () => {{ try {{ require('./addon.node'); }} catch (error) {{ return error; }} }};
               expect(caught().message).toBe('{message}');
               expect(caught().left()).toBe('works');
             }});"
        )
    };
    let project = Project::new()
        .file("a.test.js", &file("the first time"))
        .file("b.test.js", &file("finalized before"));
    fs::copy(addon("constructor", "throws"), project.path("addon.node")).expect("the addon");
    project.trun(&["--parallel=1"]).run().exits(0);
}

/// The crash this project was founded on: deferred finalizers of a file that ran in the next one's time, on a global that was gone.
#[test]
fn finalizers_of_finished_files_never_meet_another_realm() {
    let project = project("addon");
    for file in 0..8 {
        project.write(
            &format!("f{file}.test.mjs"),
            "import { createRequire } from 'node:module';
             gc();
             const addon = createRequire(import.meta.url)('./addon.node');
             globalThis.kept = [];
             for (let i = 0; i < 1000; i++) {
               const object = { pad: new Array(100).fill(i) };
               addon.wrap(object, `${i}`);
               kept.push(object);
             }
             gc();
             await 0;
             test('runs', () => expect(kept).toHaveLength(1000));",
        );
    }
    for workers in ["--parallel=1", "--parallel=2"] {
        project.trun(&[workers]).run().exits(0).counts(8, 0);
        project
            .trun(&[workers])
            .env("TRUN_GC_STRESS", "50")
            .run()
            .exits(0)
            .counts(8, 0);
    }
}

#[test]
fn endless_javascript_called_by_native_code_is_stopped() {
    let project = Project::new().file(
        "a.test.js",
        "const addon = require('./addon.node');
         test('endless', () => addon.call(undefined, () => { for (;;); }), 100);
         test('after it', () => expect(addon.add(1, 2)).toBe(3));",
    );
    fs::copy(addon("functions", "addon"), project.path("addon.node")).expect("the addon");
    project.trun(&["--parallel=1"]).run().exits(1).counts(1, 1);
}

#[test]
fn finalizers_that_always_add_another_are_given_up() {
    let project = project("addon")
        .file(
            "a.test.js",
            "globalThis.kept = {};
             require('./addon.node').add_endless(kept);
             test('runs', () => {});",
        )
        .file("b.test.js", "test('is reached', () => {});");
    project.trun(&["--parallel=1"]).run().exits(0).counts(2, 0);
}
