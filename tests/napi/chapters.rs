//! Each chapter's addon with the tests beside it (`fixtures/addons/<chapter>/addon.test.js`).

use std::fs;

use crate::support::Project;
use crate::support::addon::{addon, topic};

macro_rules! chapters {
    ($($name:ident)*) => {$(
        #[test]
        fn $name() {
            topic(stringify!($name)).trun(&["--parallel=1"]).run().exits(0);
        }
    )*};
}

chapters! { functions values strings objects references classes buffers errors primitives env services node_statuses statuses }

/// Handles, references and finalizers while the collector runs at every chance.
#[test]
fn chapters_under_stress() {
    for chapter in ["functions", "references", "classes", "buffers", "env", "services"] {
        topic(chapter)
            .trun(&["--parallel=1"])
            .env("TRUN_GC_STRESS", "5")
            .run()
            .exits(0);
    }
}

#[test]
fn finalizers_of_experimental_addons_do_not_wait_for_the_turn() {
    let project = Project::new().file(
        "a.test.js",
        "const addon = require('./addon.node');
         test('in one turn', () => {
           (function make() { for (let i = 0; i < 100; i++) addon.track({}); })();
           gc();
           expect(addon.count_freed()).toBeGreaterThan(50);
         });",
    );
    fs::copy(addon("references", "early"), project.path("addon.node")).expect("the addon");
    project.trun(&["--parallel=1"]).run().exits(0);
}

/// @parcel/watcher does so when it cannot watch a folder.
#[test]
fn references_may_be_let_go_by_other_threads() {
    let project = Project::new().file(
        "a.test.js",
        "const addon = require('./addon.node');
         test('they go', async () => {
           (function make() {
             for (let i = 0; i < 100; i++) expect(addon.let_go_elsewhere({ i }, i % 2 === 0)).toBe(0);
           })();
           for (let turn = 0; turn < 100 && addon.count_freed() <= 50; turn++) {
             await new Promise((resolve) => setImmediate(resolve));
             gc();
           }
           expect(addon.count_freed()).toBeGreaterThan(50);
         });",
    );
    fs::copy(addon("references", "elsewhere"), project.path("addon.node")).expect("the addon");
    project.trun(&["--parallel=1"]).run().exits(0);
}
