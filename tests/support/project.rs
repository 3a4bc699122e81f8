//! A project in a folder of its own that goes away with the test.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::command::Trun;

/// A folder with test files in it.
pub(crate) struct Project {
    /// The project is in a subfolder, so that what belongs to the test alone (reports, home) is beside it.
    outer: TempDir,
    root: PathBuf,
}

impl Project {
    /// An empty one.
    pub(crate) fn new() -> Self {
        let outer = tempfile::Builder::new()
            .prefix("trun-test-")
            .tempdir()
            .expect("a temporary folder");
        let real = outer.path().canonicalize().expect("its real path");
        for name in ["project", "home", "tmp"] {
            fs::create_dir(real.join(name)).expect("a folder in it");
        }
        Self {
            outer,
            root: real.join("project"),
        }
    }

    /// A copy of the fixture `fixtures/projects/<name>`, without its model.
    pub(crate) fn fixture(name: &str) -> Self {
        let project = Self::new();
        copy(&fixtures().join(name), &project.root);
        let _ = fs::remove_file(project.root.join("expected.json"));
        project
    }

    /// Adds a copy of a fixture in a folder of its name.
    pub(crate) fn add_fixture(&self, name: &str) {
        copy(&fixtures().join(name), &self.root.join(name));
        let _ = fs::remove_file(self.root.join(name).join("expected.json"));
    }

    /// Adds a file.
    pub(crate) fn file(self, path: &str, text: &str) -> Self {
        self.write(path, text);
        self
    }

    /// Writes a file.
    pub(crate) fn write(&self, path: &str, text: &str) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().expect("a file is in a folder")).expect("its folder");
        fs::write(path, text).expect("a file");
    }

    /// The text of a file.
    pub(crate) fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path(path)).unwrap_or_else(|error| panic!("{path} cannot be read: {error}"))
    }

    /// The absolute path of something in the project.
    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.root.join(path)
    }

    /// A folder beside the project, for what is not of it.
    pub(crate) fn beside(&self, name: &str) -> PathBuf {
        self.outer
            .path()
            .canonicalize()
            .expect("the folder is there")
            .join(name)
    }

    /// The command `trun ARGS` in the project. Unless the arguments name a reporter, the terminal's goes to stdout and the JSON
    /// report is read back as [`super::Outcome::json`].
    pub(crate) fn trun<'p>(&'p self, args: &[&str]) -> Trun<'p> {
        Trun::new(self, args)
    }
}

/// Where the fixtures are.
pub(crate) fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/projects")
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    let entries = fs::read_dir(from).unwrap_or_else(|error| panic!("no fixture {}: {error}", from.display()));
    for entry in entries {
        let entry = entry.expect("an entry");
        let target = to.join(entry.file_name());
        if entry.file_type().expect("its type").is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).expect("a copy");
        }
    }
}
