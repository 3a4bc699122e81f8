//! Native addons for tests: C files under `fixtures/addons`, compiled by the system's compiler.
//!
//! A binary is named by a hash of what it is made of and kept in cargo's folder for the tests, so each version is compiled once.

use std::collections::hash_map::DefaultHasher;
use std::fs;
use std::hash::{Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::Command;

use super::Project;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Where the fixtures are.
pub(crate) fn addons() -> PathBuf {
    root().join("fixtures/addons")
}

/// The addon `fixtures/addons/<topic>/<source>.c`, compiled.
pub(crate) fn addon(topic: &str, source: &str) -> PathBuf {
    let file = addons().join(topic).join(format!("{source}.c"));
    let headers = root().join("tests/npm/node_modules/node-api-headers/include");
    assert!(
        headers.is_dir(),
        "the headers of Node-API are not installed: run `make npm`"
    );
    let mut hasher = DefaultHasher::new();
    let lock = root().join("tests/npm/package-lock.json");
    for input in [
        &file,
        &addons().join("common.h"),
        &addons().join("experimental.h"),
        &lock,
    ] {
        fs::read(input)
            .unwrap_or_else(|error| panic!("{}: {error}", input.display()))
            .hash(&mut hasher);
    }
    let binary = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{topic}-{source}-{:016x}.node", hasher.finish()));
    if !binary.exists() {
        compile(&file, &headers, &binary);
    }
    binary
}

/// Under another name first: tests run side by side, and a half-written library must not be seen.
fn compile(file: &Path, headers: &Path, binary: &Path) {
    let unfinished = tempfile::Builder::new()
        .prefix("addon-")
        .tempfile_in(env!("CARGO_TARGET_TMPDIR"))
        .expect("a temporary file")
        .into_temp_path();
    let output = Command::new("cc")
        .args([
            "-shared", "-fPIC", "-O1", "-g", "-Wall", "-Wextra", "-Werror", "-pthread",
        ])
        // As the source asks for it in its name: symbols are bound when the library is opened, or each when it is used first.
        .arg(if file.ends_with("now.c") {
            "-Wl,-z,now"
        } else {
            "-Wl,-z,lazy"
        })
        .arg("-I")
        .args([
            headers.as_os_str(),
            "-o".as_ref(),
            unfinished.as_os_str(),
            file.as_os_str(),
        ])
        .output()
        .expect("the system's C compiler runs");
    assert!(
        output.status.success(),
        "{} does not compile:\n{}",
        file.display(),
        String::from_utf8_lossy(&output.stderr)
    );
    unfinished.persist(binary).expect("the addon in its place");
}

/// A project with the topic's JavaScript files and its addon as `addon.node`.
pub(crate) fn topic(topic: &str) -> Project {
    let project = Project::new();
    for entry in fs::read_dir(addons().join(topic)).expect("the topic's folder") {
        let path = entry.expect("an entry").path();
        if path.extension().is_some_and(|extension| extension != "c") {
            fs::copy(&path, project.path("").join(path.file_name().expect("a name"))).expect("a copy");
        }
    }
    fs::copy(addon(topic, "addon"), project.path("addon.node")).expect("the addon");
    project
}
