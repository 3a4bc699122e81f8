//! Flags, and what they mean. [`reporters`] are who writes where, [`precedence`] which place wins, [`others`] other runners' flags, [`docs`] the page
//! about all of them.

mod docs;
mod others;
mod precedence;
mod reporters;
mod support;

use std::{path::PathBuf, time::Duration};

use trun_reporters::{JunitDialect, Kind};

use super::{
    Command, Parsed,
    env_vars::Environment,
    flags::{TABLE, row},
    parse,
    settings::{ColourChoice, MemoryLimit, OnCrash, ReporterSpec, Settings},
};
use crate::list::{Form, Listing};
use support::{Machine, refusal, settings, with_env};
use trun_vm::addons::{Teardown, TeardownMode};

#[test]
fn nothing_typed_means_the_defaults() {
    assert_eq!(
        settings(&[]),
        Settings {
            root: PathBuf::from("/root"),
            paths: vec![],
            workers: 4,
            path_patterns: vec![],
            name_pattern: None,
            test_timeout: Some(Duration::from_secs(5)),
            load_timeout: Some(Duration::from_secs(60)),
            reporters: vec![ReporterSpec {
                kind: Kind::Default,
                file: None
            }],
            pass_with_no_tests: false,
            on_crash: OnCrash::Abort,
            worker_memory: MemoryLimit::Shared(800_000_000),
            colour: ColourChoice::Auto,
            recycle_above: MemoryLimit::Shared(400_000_000),
            bail: None,
            seed: None,
            retry: 0,
            repeat_each: 1,
            isolate: true,
            lazy_modules: true,
            preload: vec![],
            addon_teardown: Teardown {
                mode: TeardownMode::File,
                timeout: Duration::from_secs(2),
            },
            fail_on_leak: false,
            trace_time: false,
            scale_up_after: Duration::from_millis(5),
            cache_dir: None,
            junit_dialect: JunitDialect::Rich,
            rerun: vec!["trun".to_owned()],
            collect_only: false,
            gc_stress: None,
        }
    );
}

#[test]
fn addons_end_with_their_file_or_with_the_run() {
    let given = settings(&["--addon-teardown=run", "--addon-teardown-timeout=250"]).addon_teardown;
    assert_eq!(
        (given.mode, given.timeout),
        (TeardownMode::Run, Duration::from_millis(250))
    );
    assert_eq!(
        settings(&["--addon-teardown=file"]).addon_teardown.mode,
        TeardownMode::File
    );
    let said = refusal(&["--addon-teardown=never"]);
    assert!(said.contains("file and run"), "{said}");
}

#[test]
fn the_number_of_workers_needs_an_equals_sign() {
    assert_eq!(settings(&["--parallel"]).workers, 4);
    assert_eq!(settings(&["--parallel=7"]).workers, 7);
    let apart = settings(&["--parallel", "3"]);
    assert_eq!((apart.workers, apart.paths), (4, vec!["3".to_owned()]));
    for wrong in ["0", "-1", "x", "1.5", "", "99999999999999999999", "4096"] {
        let flag = format!("--parallel={wrong}");
        let said = refusal(&[&flag]);
        assert!(said.contains("--parallel"), "{said}");
    }
}

#[test]
fn the_name_pattern_is_taken_as_it_is() {
    for words in [
        ["-t", "a (b|c)"].as_slice(),
        &["-ta (b|c)"],
        &["--test-name-pattern=a (b|c)"],
        &["--testNamePattern", "a (b|c)"],
    ] {
        assert_eq!(settings(words).name_pattern.as_deref(), Some("a (b|c)"), "{words:?}");
    }
    assert_eq!(settings(&["-t", ""]).name_pattern.as_deref(), Some(""));
    assert_eq!(settings(&["-t", "-1 is"]).name_pattern.as_deref(), Some("-1 is"));
}

#[test]
fn time_limits() {
    assert_eq!(
        settings(&["--timeout=250"]).test_timeout,
        Some(Duration::from_millis(250))
    );
    assert_eq!(settings(&["--timeout", "0"]).test_timeout, None);
    assert_eq!(
        settings(&["--load-timeout=90s"]).load_timeout,
        Some(Duration::from_secs(90))
    );
    assert_eq!(settings(&["--load-timeout=0"]).load_timeout, None);
    assert!(refusal(&["--timeout=soon"]).contains("invalid value \"soon\" for --timeout"));
    assert!(refusal(&["--timeout", "-5"]).contains("invalid value \"-5\" for --timeout"));
}

#[test]
fn the_last_of_equal_flags_wins() {
    let settings = settings(&["--timeout=1", "--timeout=2", "--parallel=1", "--parallel=2"]);
    assert_eq!(settings.test_timeout, Some(Duration::from_millis(2)));
    assert_eq!(settings.workers, 2);
}

#[test]
fn what_happens_after_a_crash() {
    assert_eq!(settings(&["--on-crash=continue"]).on_crash, OnCrash::Continue);
    assert_eq!(settings(&["--on-crash", "abort"]).on_crash, OnCrash::Abort);
    assert!(refusal(&["--on-crash=contine"]).contains("did you mean continue?"));
}

#[test]
fn the_memory_of_a_worker() {
    assert_eq!(
        settings(&["--worker-memory=512M"]).worker_memory,
        MemoryLimit::Each(512 << 20)
    );
    assert_eq!(settings(&["--worker-memory=0"]).worker_memory, MemoryLimit::Unlimited);
    let shared = settings(&["--parallel=800"]).worker_memory;
    assert_eq!(shared.of_each(2), Some(400_000_000));
    assert_eq!(
        shared.of_each(800),
        Some(256 << 20),
        "a worker needs something to start with"
    );
    assert!(refusal(&["--worker-memory=lots"]).contains("512M"));
}

#[test]
fn garbage_collection_stress() {
    let stress = |value| with_env(&[("TRUN_GC_STRESS", value)]);
    assert_eq!(stress("20").settings(&[]).gc_stress, Some(20));
    assert_eq!(stress("0").settings(&[]).gc_stress, None);
    assert_eq!(stress("").settings(&[]).gc_stress, None);
    assert!(stress("much").refusal(&[]).contains("TRUN_GC_STRESS"));
}

#[test]
fn wrong_flags_are_named_with_a_way_out() {
    let cases: [(&[&str], &str); 7] = [
        (
            &["--paralell"],
            "unknown flag --paralell, did you mean --parallel?; `trun --help` lists all flags",
        ),
        (
            &["--frobnicate"],
            "unknown flag --frobnicate; `trun --help` lists all flags",
        ),
        (&["-x"], "unknown flag -x; `trun --help` lists all flags"),
        (
            &["--outputFile.jsn=x"],
            "unknown flag --outputFile.jsn, did you mean --outputFile.json?; `trun --help` lists all flags",
        ),
        (&["--timeout"], "--timeout needs a value: --timeout=TIME"),
        (&["-t"], "--test-name-pattern needs a value: --test-name-pattern=REGEX"),
        (
            &["--pass-with-no-tests=yes"],
            "invalid value \"yes\" for --pass-with-no-tests: true or false is needed",
        ),
    ];
    for (words, expected) in cases {
        assert_eq!(refusal(words), expected, "{words:?}");
    }
}

#[test]
fn flags_end_at_two_dashes() {
    assert_eq!(settings(&["a", "--", "--parallel=0"]).paths, ["a", "--parallel=0"]);
}

fn command(words: &[&str]) -> Command {
    let args = ["trun"].iter().chain(words).map(Into::into);
    let Parsed { command, .. } =
        parse(args, &Environment::default()).unwrap_or_else(|error| panic!("{words:?}: {error}"));
    command
}

#[test]
fn help_and_version_win_over_the_rest() {
    for words in [&["--help"][..], &["-h", "x"], &["help"], &["--parallel=x", "--help"]] {
        assert!(
            matches!(command(words), Command::Help(text) if text.contains("Usage: trun")),
            "{words:?}"
        );
    }
    for words in [&["--help=workers"][..], &["help", "workers"], &["--help", "workers"]] {
        assert!(
            matches!(command(words), Command::Help(text) if text.contains("--worker-recycle")),
            "{words:?}"
        );
    }
    for flag in ["--version", "-v", "-V"] {
        assert!(matches!(command(&["tests", flag]), Command::Version));
    }
    assert!(matches!(command(&["tests"]), Command::Run(settings) if settings.root.is_absolute()));
}

#[test]
fn what_is_listed() {
    let listing = |words: &[&str]| match command(words) {
        Command::List(settings, listing) => {
            assert!(settings.collect_only);
            listing
        }
        other => panic!("{words:?}: {other:?}"),
    };
    let expected = |form, json| Listing { form, json };
    assert_eq!(listing(&["list"]), expected(Form::Tests, false));
    assert_eq!(listing(&["list", "--json", "a"]), expected(Form::Tests, true));
    assert_eq!(listing(&["list", "--filesOnly", "--json"]), expected(Form::Files, true));
    assert_eq!(listing(&["list", "--files-only"]), expected(Form::Files, false));
    assert_eq!(listing(&["--listTests", "--json"]), expected(Form::Paths, true));
    assert_eq!(listing(&["--list-tests"]), expected(Form::Paths, false));
    assert!(refusal_of_parse(&["--files-only"]).contains("trun list --files-only"));
}

fn refusal_of_parse(words: &[&str]) -> String {
    let args = ["trun"].iter().chain(words).map(Into::into);
    parse(args, &Environment::default()).unwrap_err().to_string()
}

#[test]
fn the_table_has_one_line_for_each_flag() {
    for line in TABLE {
        assert_eq!(row(line.flag).name, line.name);
    }
    for kind in Kind::ALL.into_iter().filter(|kind| *kind != Kind::None) {
        let name = format!("outputFile.{kind}");
        assert!(TABLE.iter().any(|row| row.name == name), "{name}");
    }
}

#[test]
fn when_to_stop() {
    assert_eq!(settings(&[]).bail, None);
    assert_eq!(settings(&["--bail"]).bail, Some(1));
    assert_eq!(settings(&["-b"]).bail, Some(1));
    assert_eq!(settings(&["--bail=3"]).bail, Some(3));
    assert_eq!(settings(&["--bail=0"]).bail, None);
    assert_eq!(settings(&["--bail", "--no-bail"]).bail, None);
    let apart = settings(&["--bail", "3"]);
    assert_eq!((apart.bail, apart.paths), (Some(1), vec!["3".to_owned()]));
    assert!(refusal(&["--bail=-1"]).contains("invalid value \"-1\" for --bail"));
    assert!(refusal(&["--bail="]).contains("invalid value \"\" for --bail"));
}

#[test]
fn how_often_tests_run() {
    assert_eq!(settings(&["--retry=2", "--repeat-each=3"]).retry, 2);
    assert_eq!(settings(&["--repeat-each", "3"]).repeat_each, 3);
    assert_eq!(settings(&["--rerun-each=3"]).repeat_each, 3);
    assert!(refusal(&["--repeat-each=0"]).contains("a number from 1 on is needed"));
    assert!(refusal(&["--retry=-1"]).contains("invalid value \"-1\" for --retry"));
}

#[test]
fn workers_come_and_go() {
    assert_eq!(
        settings(&["--parallel-delay=1s"]).scale_up_after,
        Duration::from_secs(1)
    );
    assert_eq!(settings(&["--parallel-delay=0"]).scale_up_after, Duration::ZERO);
    assert_eq!(
        settings(&["--worker-recycle=64M"]).recycle_above,
        MemoryLimit::Each(64 << 20)
    );
    assert_eq!(settings(&["--worker-recycle=0"]).recycle_above, MemoryLimit::Unlimited);
    assert_eq!(
        settings(&["--worker-memory=1G"]).recycle_above,
        MemoryLimit::Each(512 << 20)
    );
    assert_eq!(settings(&["--worker-memory=0"]).recycle_above, MemoryLimit::Unlimited);
}

#[test]
fn parts_of_the_cores() {
    assert_eq!(settings(&["--parallel=50%"]).workers, 2);
    assert_eq!(settings(&["--parallel=1%"]).workers, 1);
    assert!(refusal(&["--parallel=0%"]).contains("--parallel"));
    assert!(refusal(&["--parallel=200%"]).contains("--parallel"));
}

#[test]
fn modules_to_preload() {
    let machine = Machine {
        files: vec!["/root/setup.ts", "/abs/x.js"],
        ..Machine::default()
    };
    let preload = |words: &[&str]| machine.settings(words).preload;
    assert_eq!(
        preload(&[
            "--preload=./setup.ts",
            "--preload",
            "dotenv/config",
            "--setupFiles=/abs/x.js"
        ]),
        ["/root/setup.ts", "dotenv/config", "/abs/x.js"]
    );
    let said = machine.refusal(&["--preload=./missing.ts"]);
    assert_eq!(
        said,
        "invalid value \"./missing.ts\" for --preload: there is no file /root/missing.ts"
    );
    assert!(machine.refusal(&["--preload=setup.ts"]).contains("write ./setup.ts"));
    assert!(machine.refusal(&["--preload="]).contains("for --preload"));
}

#[test]
fn where_the_cache_is() {
    let machine = |env: &[(&'static str, &'static str)], folders: &[&'static str]| Machine {
        folders: folders.to_vec(),
        ..with_env(env)
    };
    let user = [("HOME", "/home/me")];
    let dir = |machine: Machine, words: &[&str]| machine.settings(words).cache_dir.map(|dir| dir.display().to_string());
    let packages = "/root/node_modules/.cache/trun";
    assert_eq!(
        dir(machine(&user, &["/root/node_modules"]), &[]).as_deref(),
        Some(packages)
    );
    assert_eq!(dir(machine(&user, &[]), &[]).as_deref(), Some("/home/me/.cache/trun"));
    let xdg = [("HOME", "/home/me"), ("XDG_CACHE_HOME", "/caches")];
    assert_eq!(dir(machine(&xdg, &[]), &[]).as_deref(), Some("/caches/trun"));
    let odd = [("HOME", "/home/me"), ("XDG_CACHE_HOME", "relative")];
    assert_eq!(dir(machine(&odd, &[]), &[]).as_deref(), Some("/home/me/.cache/trun"));
    assert_eq!(dir(machine(&[], &[]), &[]), None);
    assert_eq!(dir(machine(&user, &[]), &["--no-cache"]), None);
    assert_eq!(dir(machine(&user, &[]), &["--cache-dir=x"]).as_deref(), Some("/root/x"));
    let own = [("TRUN_CACHE_DIR", "/c")];
    assert_eq!(dir(machine(&own, &["/root/node_modules"]), &[]).as_deref(), Some("/c"));
    assert_eq!(dir(machine(&own, &[]), &["--no-cache"]), None);
}

#[test]
fn forms_of_junit() {
    assert_eq!(settings(&["--junit-dialect=plain"]).junit_dialect, JunitDialect::Plain);
    assert!(refusal(&["--junit-dialect=plan"]).contains("there are rich and plain, did you mean plain?"));
}

#[test]
fn a_rerun_needs_what_a_test_may_depend_on() {
    let rerun = |words: &[&str]| settings(words).rerun.join(" ");
    assert_eq!(
        rerun(&[
            "a.test.js",
            "-t",
            "x",
            "--bail",
            "--parallel=2",
            "--reporter=dots",
            "--color"
        ]),
        "trun"
    );
    assert_eq!(
        rerun(&[
            "--no-isolate",
            "--retry",
            "2",
            "--testTimeout=9s",
            "--preload=a",
            "--preload=b",
            "--fail-on-leak"
        ]),
        "trun --retry=2 --timeout=9s --no-isolate --preload=a --preload=b --fail-on-leak"
    );
    assert_eq!(rerun(&["--randomize"]), "trun --seed=4711");
    assert_eq!(rerun(&["--config=other.toml"]), "trun --config=other.toml");
    assert_eq!(rerun(&["--no-config"]), "trun --no-config");
    // It is there again.
    assert_eq!(with_env(&[("TRUN_RETRY", "2")]).settings(&[]).rerun, ["trun"]);
}
