//! Who writes where.

use trun_reporters::Kind;

use super::super::{flags::Flag, settings::ReporterSpec};
use super::support::{Machine, refusal, settings, with_config, with_env};

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
    assert_eq!(reporters(&["--output-file", "r.json"]), beside);
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
fn json_goes_to_stdout_or_to_its_file() {
    assert_eq!(reporters(&["--json"]), [(Kind::Json, None)]);
    let beside = [(Kind::Default, None), to(Kind::Json, "/root/r.json")];
    assert_eq!(reporters(&["--json", "--outputFile=r.json"]), beside);
    assert_eq!(reporters(&["--json", "--outputFile.json=r.json"]), beside);
    assert_eq!(reporters(&["--json", "--reporter=json:r.json"]), beside[1..]);
    assert!(refusal(&["--json", "--reporter=default"]).contains("cannot both write to stdout"));
}

#[test]
fn other_runners_names_of_reporters() {
    assert_eq!(
        reporters(&["--reporter=verbose", "--reporter=json", "--outputFile=r.json"]),
        [(Kind::Default, None), to(Kind::Json, "/root/r.json")]
    );
    assert_eq!(reporters(&["--reporter=dot"]), [(Kind::Dots, None)]);
    assert_eq!(reporters(&["--reporter=github-actions"]), [(Kind::Github, None)]);
}

#[test]
fn a_module_that_is_a_reporter_is_warned_about() {
    let words = ["--reporters", "default", "--reporters", "/ext/out/reporter.js"];
    let (settings, warnings) = Machine::default().resolve(&words).unwrap();
    assert_eq!(settings.reporters.len(), 1);
    let [warning] = &warnings[..] else {
        panic!("{warnings:?}")
    };
    assert!(warning.contains("/ext/out/reporter.js"), "{warning}");
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
        (
            &["--reporter=json:a", "--outputFile=b"],
            "--outputFile and another flag name different files",
        ),
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
fn annotations_may_follow_what_people_read() {
    assert_eq!(
        reporters(&["--reporter=default", "--reporter=github"]),
        [(Kind::Default, None), (Kind::Github, None)]
    );
    assert!(refusal(&["--reporter=github", "--reporter=json"]).contains("cannot both write to stdout"));
}

#[test]
fn what_is_named_twice_alike_is_no_contradiction() {
    assert_eq!(
        reporters(&["--reporter=json:a", "--outputFile=a"]),
        [to(Kind::Json, "/root/a")]
    );
    assert_eq!(reporters(&["--reporter=dots", "--reporter=dots"]), [(Kind::Dots, None)]);
}

#[test]
fn the_environment_parts_reporters_by_commas() {
    let found = with_env(&[("TRUN_REPORTER", "dots, junit:r.xml")]).settings(&[]);
    let found: Vec<_> = found.reporters.into_iter().map(flat).collect();
    assert_eq!(found, [(Kind::Dots, None), to(Kind::Junit, "/root/r.xml")]);
}

#[test]
fn typed_reporters_replace_configured_ones() {
    let machine = with_config(&[(Flag::Reporter, "dots"), (Flag::Reporter, "junit:r.xml")]);
    assert_eq!(machine.settings(&[]).reporters.len(), 2);
    let found: Vec<_> = machine.settings(&["--reporter=json"]).reporters;
    assert_eq!(found.into_iter().map(flat).collect::<Vec<_>>(), [(Kind::Json, None)]);
}

#[test]
fn a_wrong_reporter_in_a_configuration_is_named_with_its_line() {
    let said = with_config(&[(Flag::Retry, "1"), (Flag::Reporter, "jnit")]).refusal(&[]);
    assert!(
        said.starts_with("trun.toml:2: invalid value \"jnit\" for reporter: ") && said.contains("did you mean junit?"),
        "{said}"
    );
}

#[test]
fn a_list_has_no_reporters() {
    assert_eq!(settings(&["list", "--json"]).reporters, []);
    assert_eq!(settings(&["--listTests"]).reporters, []);
}
