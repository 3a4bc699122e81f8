//! Flags of other runners.

use std::time::Duration;

use trun_reporters::Kind;

use super::super::others::{Fate, OTHERS};
use super::support::{refusal, settings};

#[test]
fn names_of_other_runners() {
    let settings = settings(&["--passWithNoTests", "--testTimeout=7", "--reporters=none"]);
    assert!(settings.pass_with_no_tests);
    assert_eq!(settings.test_timeout, Some(Duration::from_millis(7)));
    assert_eq!(settings.reporters[0].kind, Kind::None);
}

#[test]
fn names_of_other_runners_flags() {
    assert_eq!(settings(&["--maxWorkers=3"]).workers, 3);
    assert_eq!(settings(&["--maxWorkers", "50%"]).workers, 2);
    assert_eq!(settings(&["-w", "3"]).workers, 3);
    for words in [
        &["--runInBand"][..],
        &["-i"],
        &["--no-file-parallelism"],
        &["--parallel=3", "-i"],
    ] {
        assert_eq!(settings(words).workers, 1, "{words:?}");
    }
    assert_eq!(settings(&["-i", "--parallel=3"]).workers, 3);
    assert!(refusal(&["--maxWorkers=x"]).starts_with("invalid value \"x\" for --maxWorkers"));
}

#[test]
fn what_trun_does_anyway_is_taken_and_what_it_cannot_do_is_refused() {
    let nothing = settings(&[]);
    for other in OTHERS {
        let flag = format!("--{}", other.name);
        let (off, no) = (format!("{flag}=false"), format!("--no-{}", other.name));
        match other.fate {
            Fate::Taken => assert_eq!(settings(&[&flag]), nothing, "{flag}"),
            Fate::Refused(why) => {
                assert_eq!(refusal(&[&flag]), format!("{flag} is not possible: {why}"));
                assert_eq!(settings(&[&off]), nothing, "{off}");
                assert_eq!(settings(&[&no]), nothing, "{no}");
            }
            Fate::Sets(_) | Fate::SetsTo(..) => {}
        }
    }
}

#[test]
fn what_editors_type_is_understood() {
    let jest = settings(&[
        "--testLocationInResults",
        "--json",
        "--useStderr",
        "--outputFile",
        "/tmp/r.json",
        "--testNamePattern",
        "a b",
        "--no-coverage",
        "--no-color",
        "--reporters",
        "default",
        "--watchAll=false",
        "--runTestsByPath",
        "a.test.js",
    ]);
    assert_eq!((jest.paths.len(), jest.reporters.len()), (1, 2));
    let neovim = settings(&[
        "--no-coverage",
        "--verbose",
        "--json",
        "--outputFile=/tmp/r.json",
        "--testNamePattern=^a$",
        "--forceExit",
        "--testLocationInResults",
        "a.test.js",
    ]);
    assert_eq!(neovim.name_pattern.as_deref(), Some("^a$"));
    let vitest = settings(&[
        "--watch=false",
        "--reporter=verbose",
        "--reporter=json",
        "--outputFile=/tmp/r.json",
        "--testNamePattern=^\\s?a$",
        "a.test.ts",
    ]);
    assert_eq!(vitest.reporters.len(), 2);
}
