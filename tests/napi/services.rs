//! `node_api.h` where a test of its own is needed: errors that nobody catches, and the end of the process.

use std::fs;

use crate::support::Project;
use crate::support::addon::addon;

fn project(source: &str, test: &str) -> Project {
    let project = Project::new().file("a.test.js", &format!("const addon = require('./addon.node');\n{test}"));
    fs::copy(addon("services", source), project.path("addon.node")).expect("the addon");
    project
}

#[test]
fn an_exception_given_as_fatal_fails_the_test_it_belongs_to() {
    let project = project(
        "addon",
        "test('fails', async () => { addon.fatal_exception(new Error('given as fatal')); await 0; });
         test('passes', () => {});
         test('is caught', () => {
           let caught;
           process.once('uncaughtException', (error) => { caught = error; });
           addon.fatal_exception('mine');
           expect(caught).toBe('mine');
         });",
    );
    let outcome = project.trun(&["--parallel=1"]).run();
    outcome.exits(1).counts(2, 1).shows("given as fatal");
}

#[test]
fn a_fatal_error_ends_the_worker_with_its_words_and_its_place() {
    let project = project("addon", "test('ends', () => addon.fatal_error());");
    let outcome = project.trun(&["--parallel=1"]).run();
    outcome.shows("FATAL ERROR: here the end");
    let text = format!("{}{}", outcome.stdout, outcome.stderr);
    let said = "crashed with SIGABRT while this was running, in addon addon.node (callback)";
    assert!(text.contains(said), "{text}");
}

#[test]
fn exceptions_of_a_completion_are_uncaught() {
    let project = project(
        "addon",
        "test('fails', () => new Promise((resolve) => addon.call_later(() => setImmediate(resolve), true)));",
    );
    let outcome = project.trun(&["--parallel=1"]).run();
    outcome.exits(1).shows("thrown by a completion");
}

#[test]
fn exceptions_of_a_threadsafe_function_count_from_version_10_on() {
    let test = "test('throws', async () => {
        addon.start_thread(() => { throw new Error('thrown to nobody'); }, 1, 0);
        while (addon.finalized() === 0) await new Promise((resolve) => setImmediate(resolve));
      });";
    let outcome = project("addon", test).trun(&["--parallel=1"]).run();
    outcome.exits(1).shows("thrown to nobody");
    let outcome = project("old", test).trun(&["--parallel=1"]).run();
    outcome.exits(0);
    let text = format!("{}{}", outcome.stdout, outcome.stderr);
    assert!(text.contains("DEP0168") && text.contains("thrown to nobody"), "{text}");
}
