//! What addons find in the binary.

use std::collections::HashSet;
use std::fs;
use std::path::Path;

use crate::support::addon::topic;

/// The names of these families in the table of exported functions.
fn names(families: &[&str]) -> Vec<String> {
    let table = Path::new(env!("CARGO_MANIFEST_DIR")).join("../napi/src/abi/exports.rs");
    let text = fs::read_to_string(table).expect("the table");
    let (_, entries) = text.split_once("\nexports! {").expect("the macro call");
    entries
        .split(|char: char| !char.is_ascii_alphanumeric() && char != '_')
        .filter(|word| families.iter().any(|family| word.starts_with(family)))
        .map(str::to_owned)
        .collect()
}

#[test]
fn every_function_is_found_by_name() {
    let names = names(&["napi_", "node_api_", "uv_"]);
    let list = serde_json::to_string(&names).expect("JSON");
    let project = topic("symbols");
    project.write(
        "lookup.test.js",
        &format!(
            "const {{ missing }} = require('./addon.node');
             test('dlsym', () => expect({list}.filter(missing)).toEqual([]));
             test('dlsym of what is not there', () => expect(['napi_no_such_function'].filter(missing)).toHaveLength(1));"
        ),
    );
    project.trun(&["--parallel=1"]).run().exits(0);
    let of_node_api = names.iter().filter(|name| !name.starts_with("uv_")).count();
    assert_eq!(of_node_api, 161, "all of versions 1 to 10 and what is experimental");
}

#[test]
fn every_function_is_used_by_some_addon() {
    let addons = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/addons");
    let mut code = String::new();
    for folder in fs::read_dir(addons).expect("the addons") {
        let files = fs::read_dir(folder.expect("an addon").path()).into_iter().flatten();
        let sources = files
            .flatten()
            .filter(|file| file.path().extension().is_some_and(|ext| ext == "c"));
        sources.for_each(|file| code.push_str(&fs::read_to_string(file.path()).expect("C")));
    }
    let words: HashSet<&str> = code
        .split(|char: char| !char.is_ascii_alphanumeric() && char != '_')
        .collect();
    let missing: Vec<String> = names(&["napi_", "node_api_"])
        .into_iter()
        .filter(|name| !words.contains(name.as_str()))
        .collect();
    assert!(missing.is_empty(), "no addon uses {missing:?}");
}
