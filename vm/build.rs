//! Finds the system's JavaScriptCore and embeds the runtime's own JavaScript.
//!
//! Downloads nothing. The table of built-in sources is made from the files below `js/`, so that adding a file there is all
//! it takes to add a built-in.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

/// Names under which distributions ship the library, best first.
const PACKAGES: [&str; 2] = ["javascriptcoregtk-6.0", "javascriptcoregtk-4.1"];

/// What `make assets` makes below `js/dist`, from npm packages.
const ASSETS: [&str; 2] = ["readable_stream.js", "web_streams.js"];

fn main() {
    link_engine();
    check_assets();
    embed_sources();
}

fn link_engine() {
    let Some(package) = PACKAGES.into_iter().find(|p| pkg_config(&["--exists", p]).is_some()) else {
        panic!(
            "JavaScriptCore was not found. On Debian or Ubuntu: apt-get install libjavascriptcoregtk-6.0-dev pkg-config \
             (looked with pkg-config for {})",
            PACKAGES.join(" and ")
        );
    };
    let libs = pkg_config(&["--libs", package]).expect("pkg-config just said that the package exists");
    for flag in libs.split_whitespace() {
        if let Some(dir) = flag.strip_prefix("-L") {
            println!("cargo:rustc-link-search=native={dir}");
        } else if let Some(lib) = flag.strip_prefix("-l") {
            println!("cargo:rustc-link-lib={lib}");
        }
    }
    let version = pkg_config(&["--modversion", package]).unwrap_or_default();
    println!("cargo:rustc-env=TRUN_BUILT_WITH_JSC={}", version.trim());
}

fn pkg_config(args: &[&str]) -> Option<String> {
    let output = Command::new("pkg-config").args(args).output().ok()?;
    output
        .status
        .success()
        .then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

fn check_assets() {
    let dist = PathBuf::from(env::var("CARGO_MANIFEST_DIR").expect("cargo sets it")).join("js/dist");
    for name in ASSETS {
        let file = dist.join(name);
        assert!(
            file.is_file(),
            "{} is missing: run `make assets`, which makes it from the npm packages pinned in vm/assets/package-lock.json",
            file.display()
        );
    }
}

fn embed_sources() {
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR").expect("cargo sets it")).join("js");
    println!("cargo:rerun-if-changed={}", root.display());
    let mut files = Vec::new();
    walk(&root, &mut files);
    // By id and not by path, which would compare `node/path.js` and `node/path/posix.js` by component.
    let mut entries: Vec<(String, PathBuf)> = files.into_iter().map(|file| (id_of(&root, &file), file)).collect();
    entries.sort();
    let mut table = String::from("&[\n");
    for (id, file) in &entries {
        println!("cargo:rerun-if-changed={}", file.display());
        writeln!(table, "    ({id:?}, include_str!({file:?})),").expect("a String takes everything");
    }
    table.push_str("]\n");
    let out = PathBuf::from(env::var("OUT_DIR").expect("cargo sets it")).join("builtins.rs");
    fs::write(out, table).expect("OUT_DIR is writable");
}

fn id_of(root: &Path, file: &Path) -> String {
    let relative = file.strip_prefix(root).expect("below js/").with_extension("");
    relative.to_string_lossy().into_owned()
}

fn walk(dir: &Path, files: &mut Vec<PathBuf>) {
    println!("cargo:rerun-if-changed={}", dir.display());
    for entry in fs::read_dir(dir).expect("vm/js exists").flatten() {
        let path = entry.path();
        if path.is_dir() {
            walk(&path, files);
        } else if path.extension().is_some_and(|e| e == "js") {
            files.push(path);
        }
    }
}
