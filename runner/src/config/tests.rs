//! Configurations in a folder, and what they set.

use std::fs;
use std::path::Path;

use tempfile::TempDir;

use super::{Source, read};
use crate::cli::flags::{Flag, TABLE, Takes};
use crate::cli::layer::{Layer, Place, Word};
use crate::cli::names::camel;

fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

fn toml(text: &str) -> Layer {
    let folder = folder(&[("trun.toml", text)]);
    read(&Source::Folder, folder.path()).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn package(text: &str) -> Layer {
    let folder = folder(&[("package.json", text)]);
    read(&Source::Folder, folder.path()).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn refusal(source: &Source, root: &Path) -> String {
    let error = read(source, root).unwrap_err();
    assert_eq!(error.exit_code().code(), 2);
    error.to_string()
}

/// What is said about `trun.toml` with this text.
fn refused_toml(text: &str) -> String {
    refusal(&Source::Folder, folder(&[("trun.toml", text)]).path())
}

fn refused_package(text: &str) -> String {
    refusal(&Source::Folder, folder(&[("package.json", text)]).path())
}

fn words(layer: &Layer, flag: Flag) -> Vec<Word> {
    layer.all(flag).iter().map(|given| given.word.clone()).collect()
}

fn text(text: &str) -> Word {
    Word::Text(text.to_owned())
}

#[test]
fn no_configuration_sets_nothing() {
    let nothing = folder(&[("package.json", "{\"name\": \"x\"}")]);
    assert_eq!(read(&Source::Folder, nothing.path()).unwrap(), Layer::default());
    let ignored = folder(&[("trun.toml", "nonsense")]);
    assert_eq!(read(&Source::Nothing, ignored.path()).unwrap(), Layer::default());
}

#[test]
fn values_of_every_kind() {
    let layer = toml(
        "parallel = 4\ntimeout = '5s'\nisolate = false\nbail = true\nreporter = ['default', 'junit:r.xml']\npreload = './a.js'\n",
    );
    assert_eq!(words(&layer, Flag::Parallel), [text("4")]);
    assert_eq!(words(&layer, Flag::Timeout), [text("5s")]);
    assert_eq!(words(&layer, Flag::Isolate), [Word::Off]);
    assert_eq!(words(&layer, Flag::Bail), [Word::On]);
    assert_eq!(words(&layer, Flag::Reporter), [text("default"), text("junit:r.xml")]);
    assert_eq!(words(&layer, Flag::Preload), [text("./a.js")]);
}

#[test]
fn every_flag_is_a_key_in_both_spellings_and_both_files() {
    for row in TABLE {
        let Some(key) = row.key() else { continue };
        let (value, word) = match row.takes {
            Takes::Switch => ("true", Word::On),
            _ => ("\"x\"", text("x")),
        };
        let given = |layer: Layer| words(&layer, row.flag);
        for key in [key.clone(), camel(&key)] {
            assert_eq!(
                given(toml(&format!("{key} = {value}"))),
                std::slice::from_ref(&word),
                "{key}"
            );
        }
        // A point is a part of the key there.
        for key in [key.clone(), camel(&key)] {
            let json = format!("{{\"trun\": {{\"{key}\": {value}}}}}");
            assert_eq!(given(package(&json)), std::slice::from_ref(&word), "{key}");
        }
    }
}

#[test]
fn output_files_nest() {
    for layer in [
        toml("[output-file]\njson = 'a'\njunit = 'b'"),
        toml("outputFile = { json = 'a', junit = 'b' }"),
        package("{\"trun\": {\"outputFile\": {\"json\": \"a\", \"junit\": \"b\"}}}"),
    ] {
        assert_eq!(
            words(&layer, Flag::OutputFileOf(trun_reporters::Kind::Json)),
            [text("a")]
        );
        assert_eq!(
            words(&layer, Flag::OutputFileOf(trun_reporters::Kind::Junit)),
            [text("b")]
        );
    }
}

#[test]
fn settings_know_their_line() {
    let lines = |layer: &Layer, flag| -> Vec<usize> {
        let places = layer.all(flag).iter().map(|given| &given.place);
        places
            .map(|place| match place {
                Place::File { line, .. } => *line,
                other => panic!("{other:?}"),
            })
            .collect()
    };
    let layer = toml("# first\n\nretry = 1\nreporter = [\n  'dots',\n  'json:x',\n]\n");
    assert_eq!(lines(&layer, Flag::Retry), [3]);
    assert_eq!(lines(&layer, Flag::Reporter), [5, 6]);
    let layer =
        package("{\n \"name\": \"x\",\n \"trun\": {\n  \"retry\": 1,\n  \"reporter\": [\n   \"dots\"]\n }\n}\n");
    assert_eq!(lines(&layer, Flag::Retry), [4]);
    assert_eq!(lines(&layer, Flag::Reporter), [6]);
}

#[test]
fn mistakes_are_named_with_file_and_line() {
    let cases = [
        (
            "\nparalel = 4",
            "trun.toml:2: unknown key paralel, did you mean parallel?",
        ),
        (
            "frobnicate = 1",
            "trun.toml:1: unknown key frobnicate; `trun help config`",
        ),
        (
            "testTimeout = 1",
            "trun.toml:1: unknown key testTimeout, did you mean timeout?",
        ),
        (
            "no-isolate = true",
            "trun.toml:1: unknown key no-isolate, write isolate = false",
        ),
        ("json = true", "trun.toml:1: unknown key json"),
        (
            "[output-file]\njsn = 'x'",
            "trun.toml:2: unknown key output-file.jsn, did you mean output-file.json?",
        ),
        ("[workers]\nparallel = 1", "trun.toml:1: unknown key workers"),
        ("a = 1\nretry = true\n", "trun.toml:1: unknown key a"),
        ("retry = true", "trun.toml:1: retry is true, but a number is needed"),
        (
            "bail = []",
            "trun.toml:1: bail is a list, but a number, true or false is needed",
        ),
        (
            "isolate = 'no'",
            "trun.toml:1: isolate is the text \"no\", but true or false is needed",
        ),
        (
            "timeout = false",
            "trun.toml:1: timeout is false, but a number of milliseconds or a time like \"5s\" is needed",
        ),
        (
            "worker-memory = 2020-01-01",
            "worker-memory is a date, but a size like \"512M\" is needed",
        ),
        (
            "reporter = [1]",
            "reporter is the number 1, but a text or a list of texts is needed",
        ),
        (
            "test-name-pattern = 5",
            "test-name-pattern is the number 5, but a text is needed",
        ),
        ("retry = 1\n\nretry = 2", "trun.toml:3: not valid TOML: duplicate key"),
        (
            "test-name-pattern = 'a'\ntestNamePattern = 'b'",
            "trun.toml:2: testNamePattern is set twice",
        ),
        ("retry = \nbail = 1", "trun.toml:1: not valid TOML"),
    ];
    for (text, expected) in cases {
        let said = refused_toml(text);
        assert!(said.contains(expected), "{text:?}: {said}");
        assert_eq!(said.lines().count(), 1, "{said}");
    }
}

#[test]
fn mistakes_in_a_package_are_named_with_their_line() {
    let cases = [
        (
            "{\n \"trun\": {\n  \"bial\": 1 } }",
            "package.json:3: unknown key bial, did you mean bail?",
        ),
        (
            "{\n \"trun\": {\n  \"bail\": null } }",
            "package.json:3: bail is null, but",
        ),
        (
            "{\n \"trun\": \"x\"}",
            "package.json:2: the key \"trun\" is the text \"x\", but an object",
        ),
        ("{\n\n \"trun\": {,} }", "package.json:3: not valid JSON: "),
        ("{\n \"name\": }", "package.json:2: not valid JSON: expected value"),
    ];
    for (text, expected) in cases {
        let said = refused_package(text);
        assert!(said.contains(expected), "{text:?}: {said}");
        assert!(!said.contains("column"), "{said}");
    }
}

#[test]
fn two_configurations_are_one_too_many() {
    let both = folder(&[("trun.toml", ""), ("package.json", "{\"trun\": {}}")]);
    let said = refusal(&Source::Folder, both.path());
    assert!(said.contains("trun.toml") && said.contains("package.json"), "{said}");
    let one = folder(&[("trun.toml", "retry = 1"), ("package.json", "{}")]);
    assert_eq!(
        words(&read(&Source::Folder, one.path()).unwrap(), Flag::Retry),
        [text("1")]
    );
}

#[test]
fn a_file_that_is_named_is_read_alone() {
    let root = folder(&[
        ("trun.toml", "retry = 1"),
        ("other.toml", "retry = 2"),
        ("package.json", "{\"trun\": {\"retry\": 3}}"),
        ("plain.json", "{}"),
        ("jest.config.js", ""),
    ]);
    let named = |name: &str| Source::File(name.to_owned());
    let retry = |name| words(&read(&named(name), root.path()).unwrap(), Flag::Retry);
    assert_eq!(retry("other.toml"), [text("2")]);
    assert_eq!(retry("package.json"), [text("3")]);
    for (name, expected) in [
        ("missing.toml", "missing.toml: there is no such file"),
        ("plain.json", "plain.json: it has no key \"trun\""),
        (
            "jest.config.js",
            "jest.config.js: a configuration of trun is a .toml file",
        ),
    ] {
        let said = refusal(&named(name), root.path());
        assert!(said.contains(expected), "{said}");
    }
}

#[test]
fn a_byte_order_mark_is_no_mistake() {
    assert_eq!(words(&toml("\u{feff}retry = 1"), Flag::Retry), [text("1")]);
    assert_eq!(
        words(&package("\u{feff}{\"trun\": {\"retry\": 1}}"), Flag::Retry),
        [text("1")]
    );
}

#[test]
fn a_file_that_cannot_be_read_is_named() {
    let root = tempfile::tempdir().unwrap();
    fs::create_dir(root.path().join("trun.toml")).unwrap();
    assert!(refusal(&Source::Folder, root.path()).starts_with("trun.toml: failed to read it"));
    let binary = tempfile::tempdir().unwrap();
    fs::write(binary.path().join("trun.toml"), [0xff, 0xfe]).unwrap();
    assert!(refusal(&Source::Folder, binary.path()).contains("not valid UTF-8"));
}
