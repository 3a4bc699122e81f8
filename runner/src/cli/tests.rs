use std::{ffi::OsString, path::PathBuf, time::Duration};

use trun_reporters::{JunitDialect, Kind};

use super::{
    Command, UsageError,
    args::LowArgs,
    parse,
    settings::{ColourChoice, OnCrash, ReporterSpec, Settings, Surroundings},
};

/// Settings of `trun WORDS` in `/root` on 4 cores with 1000 MB.
fn resolve(words: &[&str]) -> Result<Settings, UsageError> {
    resolve_in(&[], words)
}

fn resolve_in(env: &[(&str, &str)], words: &[&str]) -> Result<Settings, UsageError> {
    let args = ["trun"].iter().chain(words).map(OsString::from);
    let low = LowArgs::read(args).map_err(|error| UsageError::from_clap(&error))?;
    let lookup = |name: &str| env.iter().find(|(key, _)| *key == name).map(|(_, value)| value.into());
    Settings::resolve(
        low,
        &Surroundings {
            root: PathBuf::from("/root"),
            cores: 4,
            memory: Some(1_000_000_000),
            env: &lookup,
        },
    )
}

fn settings(words: &[&str]) -> Settings {
    resolve(words).unwrap_or_else(|error| panic!("{words:?}: {error}"))
}

fn refusal(words: &[&str]) -> String {
    match resolve(words) {
        Ok(settings) => panic!("{words:?} was taken: {settings:?}"),
        Err(error) => {
            assert_eq!(error.exit_code().code(), 2);
            error.to_string()
        }
    }
}

fn reporters(words: &[&str]) -> Vec<(Kind, Option<String>)> {
    settings(words).reporters.into_iter().map(flat).collect()
}

fn flat(spec: ReporterSpec) -> (Kind, Option<String>) {
    (spec.kind, spec.file.map(|file| file.to_string_lossy().into_owned()))
}

fn to(kind: Kind, file: &str) -> (Kind, Option<String>) {
    (kind, Some(file.to_owned()))
}

#[test]
fn nothing_typed_means_the_defaults() {
    assert_eq!(
        settings(&[]),
        Settings {
            root: PathBuf::from("/root"),
            paths: vec![],
            workers: 4,
            name_pattern: None,
            test_timeout: Some(Duration::from_secs(5)),
            load_timeout: Some(Duration::from_secs(60)),
            reporters: vec![ReporterSpec {
                kind: Kind::Default,
                file: None
            }],
            pass_with_no_tests: false,
            on_crash: OnCrash::Abort,
            worker_memory: Some(200_000_000),
            colour: ColourChoice::Auto,
            recycle_above: None,
            bail: None,
            seed: None,
            retry: 0,
            repeat_each: 1,
            isolate: true,
            preload: vec![],
            fail_on_leak: false,
            scale_up_after: Duration::from_millis(5),
            cache_dir: None,
            junit_dialect: JunitDialect::Rich,
            rerun: vec!["trun".to_owned()],
            gc_stress: None,
        }
    );
}

#[test]
fn help_and_version_win_over_the_rest() {
    let command = |words: &[&str]| parse(["trun"].iter().chain(words).map(OsString::from), |_| None);
    assert!(matches!(command(&["--help"]), Ok(Command::Help(text)) if text.contains("Usage: trun")));
    assert!(matches!(command(&["-h", "x"]), Ok(Command::Help(_))));
    for flag in ["--version", "-v", "-V"] {
        assert!(matches!(command(&["tests", flag]), Ok(Command::Version)));
    }
    assert!(matches!(command(&["tests"]), Ok(Command::Run(settings)) if settings.root.is_absolute()));
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
fn reporters_replace_the_default_set() {
    assert_eq!(reporters(&["--reporter=json"]), [(Kind::Json, None)]);
    assert_eq!(
        reporters(&["--reporter", "default", "--reporter=json:out/r.json"]),
        [(Kind::Default, None), to(Kind::Json, "/root/out/r.json")]
    );
    assert_eq!(
        reporters(&["--reporter=none", "--reporter=json"]),
        [(Kind::None, None), (Kind::Json, None)]
    );
}

#[test]
fn output_files_join_the_set() {
    let beside = [(Kind::Default, None), to(Kind::Json, "/root/r.json")];
    assert_eq!(reporters(&["--outputFile=r.json"]), beside);
    assert_eq!(reporters(&["--outputFile", "r.json"]), beside);
    assert_eq!(reporters(&["--outputFile.json=r.json"]), beside);
    assert_eq!(reporters(&["--outputFile.json", "/root/r.json"]), beside);
    assert_eq!(reporters(&["--reporter=json", "--outputFile=r.json"]), beside[1..]);
    assert_eq!(
        reporters(&["--outputFile.default=log"]),
        [to(Kind::Default, "/root/log")]
    );
}

#[test]
fn the_one_report_file() {
    assert_eq!(
        reporters(&["--reporter=default", "--reporter=json", "--reporter-outfile=r.json"]),
        [(Kind::Default, None), to(Kind::Json, "/root/r.json")]
    );
    assert!(refusal(&["--reporter-outfile=x"]).contains("add --reporter=json"));
}

#[test]
fn reporters_must_not_meet() {
    let cases: [(&[&str], &str); 8] = [
        (
            &["--reporter=json", "--reporter=default"],
            "cannot both write to stdout",
        ),
        (
            &["--reporter=json:a", "--reporter=default:a"],
            "two reporters cannot write into one file",
        ),
        (&["--reporter=json:a", "--outputFile=b"], "different files"),
        (&["--reporter=none:a"], "takes no file"),
        (&["--reporter=json:"], "names no file"),
        (&["--outputFile="], "names no file"),
        (&["--reporter=jsn"], "did you mean json?"),
        (&["--reporter=default,json"], "repeat the flag"),
    ];
    for (words, part) in cases {
        let said = refusal(words);
        assert!(said.contains(part), "{words:?}: {said}");
    }
}

#[test]
fn a_file_named_twice_alike_is_no_contradiction() {
    assert_eq!(
        reporters(&["--reporter=json:a", "--outputFile=a"]),
        [to(Kind::Json, "/root/a")]
    );
}

#[test]
fn what_happens_after_a_crash() {
    assert_eq!(settings(&["--on-crash=continue"]).on_crash, OnCrash::Continue);
    assert_eq!(settings(&["--on-crash", "abort"]).on_crash, OnCrash::Abort);
    assert!(refusal(&["--on-crash=contine"]).contains("did you mean continue?"));
}

#[test]
fn the_memory_of_a_worker() {
    assert_eq!(settings(&["--worker-memory=512M"]).worker_memory, Some(512 << 20));
    assert_eq!(settings(&["--worker-memory=0"]).worker_memory, None);
    assert_eq!(settings(&["--parallel=2"]).worker_memory, Some(400_000_000));
    assert!(refusal(&["--worker-memory=lots"]).contains("512M"));
}

#[test]
fn colours() {
    let colour = |env: &[(&str, &str)], words: &[&str]| resolve_in(env, words).unwrap().colour;
    assert_eq!(colour(&[], &["--color"]), ColourChoice::Always);
    assert_eq!(colour(&[], &["--color", "--no-color"]), ColourChoice::Never);
    assert_eq!(colour(&[("NO_COLOR", "1")], &[]), ColourChoice::Never);
    assert_eq!(colour(&[("NO_COLOR", "")], &[]), ColourChoice::Auto);
    assert_eq!(colour(&[("NO_COLOR", "1")], &["--color"]), ColourChoice::Always);
    assert_eq!(
        colour(&[("NO_COLOR", "1"), ("FORCE_COLOR", "1")], &[]),
        ColourChoice::Always
    );
    assert_eq!(colour(&[("FORCE_COLOR", "0")], &[]), ColourChoice::Never);
    assert_eq!(colour(&[("FORCE_COLOR", "")], &["--no-color"]), ColourChoice::Never);
}

#[test]
fn garbage_collection_stress() {
    let stress = |value: &str| resolve_in(&[("TRUN_GC_STRESS", value)], &[]).map(|settings| settings.gc_stress);
    assert_eq!(stress("20").unwrap(), Some(20));
    assert_eq!(stress("0").unwrap(), None);
    assert_eq!(stress("").unwrap(), None);
    assert!(stress("much").unwrap_err().to_string().contains("TRUN_GC_STRESS"));
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
            &["--pass-with-no-tests=1"],
            "--pass-with-no-tests takes no value, but was given \"1\"",
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

#[test]
fn names_of_other_runners() {
    let settings = settings(&["--passWithNoTests", "--testTimeout=7", "--reporters=none"]);
    assert!(settings.pass_with_no_tests);
    assert_eq!(settings.test_timeout, Some(Duration::from_millis(7)));
    assert_eq!(settings.reporters[0].kind, Kind::None);
}
