//! Native addons from npm, loaded and used in many isolated files of one run.
//!
//! What each is asked to do is in `tests/addons/cases`, which also run under Node (`scripts/addon-table.sh`). The lightest addons are installed with
//! the other packages of the tests; all of them, several hundred megabytes, by `make soak`.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use crate::support::Project;

/// The lightest, in CI.
const LIGHT: [&str; 6] = [
    "bufferutil",
    "msgpackr-extract",
    "node-rs-argon2",
    "node-rs-bcrypt",
    "node-rs-crc32",
    "node-rs-xxhash",
];

/// Those that `make soak` loads besides.
const HEAVY: [&str; 10] = [
    "bcrypt",
    "classic-level",
    "duckdb",
    "koffi",
    "lightningcss",
    "lmdb",
    "oxc-parser",
    "parcel-watcher",
    "sharp",
    "utf-8-validate",
];

/// Test files of one run.
const FILES: usize = 60;

fn tests() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests")
}

/// 60 files that take turns with the addons. What a case makes in its `leave` is kept by a global when the file ends.
fn project(packages: &Path, addons: &[&str]) -> Project {
    assert!(
        packages.is_dir(),
        "the packages are not installed: run `make npm addon-packages`"
    );
    let project = Project::new();
    symlink(packages, project.path("node_modules")).expect("a fresh project has no packages");
    for entry in fs::read_dir(tests().join("addons/cases")).expect("the cases") {
        let entry = entry.expect("a case");
        let name = entry.file_name().into_string().expect("a name of a case");
        project.write(
            &format!("cases/{name}"),
            &fs::read_to_string(entry.path()).expect("a case"),
        );
    }
    project.write(
        "scratch.cjs",
        &fs::read_to_string(tests().join("addons/scratch.cjs")).expect("the helper"),
    );
    for (index, addon) in addons.iter().cycle().take(FILES).enumerate() {
        project.write(
            &format!("f{index:02}-{addon}.test.cjs"),
            &format!(
                "const {{ leave, ...cases }} = require('./cases/{addon}.cjs');
                 for (const [title, run] of Object.entries(cases)) test(title, run, 60000);
                 afterAll(() => {{ globalThis.left = leave?.(); }});"
            ),
        );
    }
    project
}

/// Runs it `rounds` times in random orders, with one worker and two, with addons that end with their file and with the run.
fn runs(project: &Project, rounds: u32) {
    for round in 1..=rounds {
        for workers in ["--parallel=1", "--parallel=2"] {
            for mode in ["--addon-teardown=file", "--addon-teardown=run"] {
                let outcome = project
                    .trun(&[workers, mode, "--randomize", &format!("--seed={round}")])
                    .run();
                outcome.exits(0);
                let text = &outcome.stdout;
                assert!(!text.contains("CRITICAL"), "{workers} {mode}, seed {round}: {text}");
            }
        }
    }
}

#[test]
fn light_addons_from_npm_work_in_many_files() {
    runs(&project(&tests().join("npm/node_modules"), &LIGHT), 1);
}

#[test]
#[ignore = "needs `make addon-packages`; part of `make soak`"]
fn all_addons_from_npm_work_in_many_files() {
    let all = [&LIGHT[..], &HEAVY[..]].concat();
    runs(&project(&tests().join("addons/node_modules"), &all), 5);
}
