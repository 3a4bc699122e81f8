//! Exports the functions of Node-API, and those of libuv that are ours, from the `trun` binary: addons find them there by name.

use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() {
    let table = Path::new(env!("CARGO_MANIFEST_DIR")).join("../napi/src/abi/exports.rs");
    println!("cargo::rerun-if-changed={}", table.display());
    let text = fs::read_to_string(&table).expect("the table of exported functions");
    let list = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it")).join("exports.list");
    fs::write(&list, dynamic_list(&text)).expect("the linker's list");
    println!("cargo::rustc-link-arg-bins=-Wl,--dynamic-list={}", list.display());
}

/// The names of the table as the linker wants them.
fn dynamic_list(table: &str) -> String {
    let (_, entries) = table.split_once("\nexports! {").expect("the table's macro call");
    let families = ["napi_", "node_api_", "uv_"];
    let names = entries
        .split(|char: char| !char.is_ascii_alphanumeric() && char != '_')
        .filter(|word| families.iter().any(|family| word.starts_with(family)));
    let lines: String = names.map(|name| format!("    {name};\n")).collect();
    format!("{{\n{lines}}};\n")
}
