//! Random mixes of fixtures in one run of four workers: the sums are those of the fixtures alone, in every report.
//!
//! `MIX_SEED=N` repeats a mix (0: all of them at once), `MIX_COUNT=N` runs so many; `make soak-ends` runs 200.

use std::fs;

use crate::support::model::Model;
use crate::support::outcome::Counts;
use crate::support::project::fixtures;
use crate::support::readers::{read_junit, text};
use crate::support::{Outcome, Project, note};

/// Fixtures in a mix.
const SIZE: usize = 14;
/// Mixes in every run of the suite.
const USUAL_COUNT: u64 = 2;

/// Fixtures that look at the folder they stand in, or at the file before them in the same worker.
const DEPENDENT: [&str; 2] = ["isolation", "node-basics"];

/// Fixtures whose outcome does not depend on flags, on the folder they stand in or on what runs beside them.
fn suitable() -> Vec<Model> {
    let is_alone = |model: &Model| {
        let own = fixtures().join(&model.name);
        model.args == ["--parallel=1"]
            && !DEPENDENT.contains(&model.name.as_str())
            && matches!(model.exit, 0 | 1)
            && model.counts.files_not_run == 0
            && !["trun.toml", "package.json", "tsconfig.json"]
                .iter()
                .any(|name| own.join(name).exists())
    };
    Model::all().into_iter().filter(is_alone).collect()
}

/// A pseudo-random number for each seed and index (splitmix64).
fn random(seed: u64, index: u64) -> u64 {
    let mut word = seed
        .wrapping_add(index.wrapping_mul(0x9e37_79b9_7f4a_7c15))
        .wrapping_add(0x9e37_79b9_7f4a_7c15);
    word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    word ^ (word >> 31)
}

fn choose(mut from: Vec<Model>, seed: u64) -> Vec<Model> {
    let mut chosen = Vec::new();
    for index in 0..SIZE as u64 {
        let at = usize::try_from(random(seed, index)).unwrap_or(usize::MAX) % from.len();
        chosen.push(from.swap_remove(at));
    }
    chosen
}

fn sum(models: &[Model]) -> Counts {
    models.iter().fold(Counts::default(), |sum, model| {
        let one = &model.counts;
        Counts {
            files_passed: sum.files_passed + one.files_passed,
            files_failed: sum.files_failed + one.files_failed,
            files_not_run: sum.files_not_run + one.files_not_run,
            passed: sum.passed + one.passed,
            failed: sum.failed + one.failed,
            skipped: sum.skipped + one.skipped,
            todo: sum.todo + one.todo,
            tests_not_run: sum.tests_not_run + one.tests_not_run,
            file_errors: sum.file_errors + one.file_errors,
        }
    })
}

fn run(models: &[Model], project: &Project) -> Outcome {
    for model in models {
        project.add_fixture(&model.name);
    }
    let report = project.beside("report.json");
    let json = format!("--reporter=json:{}", report.display());
    let junit = format!("--reporter=junit:{}", project.beside("report.xml").display());
    let args = [
        "--parallel=4",
        "--parallel-delay=0",
        "--on-crash=continue",
        "--reporter=default",
        &json,
        &junit,
    ];
    let mut outcome = project.trun(&args).run();
    outcome.json = fs::read(report)
        .ok()
        .and_then(|text| serde_json::from_slice(&text).ok());
    outcome
}

fn check(seed: u64) {
    let models = if seed == 0 {
        suitable()
    } else {
        choose(suitable(), seed)
    };
    let names: Vec<&str> = models.iter().map(|model| model.name.as_str()).collect();
    let project = Project::new();
    let outcome = run(&models, &project);
    let about = || format!("MIX_SEED={seed}, the fixtures {names:?}\n{}", outcome.all());
    let expected = sum(&models);
    assert_eq!(outcome.terminal_counts(), expected, "on the terminal; {}", about());
    assert_eq!(outcome.json_counts(), expected, "in the JSON report; {}", about());
    let fails = models.iter().any(|model| model.exit == 1);
    assert_eq!(outcome.code(), i32::from(fails), "{}", about());
    let document = &read_junit(&[project.beside("report.xml")])[0].junitparser;
    let root = |name: &str| text(&document["root"][name]).parse::<u64>().unwrap_or(u64::MAX);
    assert!(
        root("tests") >= expected.passed + expected.failed,
        "in JUnit; {document:#} {}",
        about()
    );
}

#[test]
fn mixes_of_fixtures_add_up() {
    let number = |name: &str| std::env::var(name).ok()?.parse::<u64>().ok();
    let first = number("MIX_SEED");
    let count = number("MIX_COUNT").unwrap_or(if first.is_some() { 1 } else { USUAL_COUNT });
    let first = first.unwrap_or(1);
    for seed in first..first + count {
        note(&format!("mix {seed}"));
        check(seed);
    }
}
