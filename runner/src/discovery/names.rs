//! What test files are called. Pure text work on relative paths.

use std::path::{Component, Path};

/// The extensions that trun can run.
const EXTENSIONS: [&str; 8] = ["js", "mjs", "cjs", "ts", "mts", "cts", "jsx", "tsx"];

/// How the name of a test file ends before its extension.
const ENDINGS: [&str; 4] = [".test", ".spec", "_test", "_spec"];

/// A folder in which every runnable file is a test file.
const TESTS_FOLDER: &str = "__tests__";

/// Folders that are never walked into: packages of others, and the history.
const SKIPPED_FOLDERS: [&str; 2] = ["node_modules", ".git"];

/// Whether the file at this path, relative to the root, is a test file by its name or by the folder it is in.
#[must_use]
pub fn is_test_file(path: &Path) -> bool {
    let Some(stem) = runnable_stem(path) else {
        return false;
    };
    ENDINGS.iter().any(|ending| stem.ends_with(ending)) || is_in_tests_folder(path)
}

/// Whether trun can run a file of this name. Declarations of types are none.
pub(super) fn is_runnable(path: &Path) -> bool {
    runnable_stem(path).is_some()
}

/// Whether a folder of this name is walked into when it is met.
pub(super) fn is_skipped_folder(name: &std::ffi::OsStr) -> bool {
    SKIPPED_FOLDERS.iter().any(|skipped| name == *skipped)
}

fn runnable_stem(path: &Path) -> Option<std::borrow::Cow<'_, str>> {
    let extension = path.extension()?.to_str()?;
    // Only ASCII is compared, so what is lost of a strange name does not matter.
    let stem = path.file_stem()?.to_string_lossy();
    let declaration = extension.ends_with("ts") && stem.ends_with(".d");
    (EXTENSIONS.contains(&extension) && !declaration).then_some(stem)
}

fn is_in_tests_folder(path: &Path) -> bool {
    path.parent()
        .into_iter()
        .flat_map(Path::components)
        .any(|part| matches!(part, Component::Normal(name) if name == TESTS_FOLDER))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::is_test_file;

    #[test]
    fn test_files_by_name() {
        let tests = [
            "a.test.ts",
            "a.spec.js",
            "a_test.mjs",
            "a_spec.cjs",
            "a.test.mts",
            "a.test.cts",
            "a.b.test.jsx",
            "x/y/a.test.tsx",
            ".hidden/.a.test.js",
            "__tests__/a.js",
            "src/__tests__/deep/helper.ts",
        ];
        for path in tests {
            assert!(is_test_file(Path::new(path)), "{path}");
        }
    }

    #[test]
    fn other_files_by_name() {
        let others = [
            "a.ts",
            "test.ts",
            "test/a.js",
            "atest.ts",
            "a-test.ts",
            "a.tests.ts",
            "a.test.ts.snap",
            "a.test.d.ts",
            "a.test.json",
            "a.Test.ts",
            "a.test",
            "__tests__",
            "__tests__.js",
            "__tests__/a.snap",
            "__tests__/types.d.ts",
            "my__tests__/a.js",
        ];
        for path in others {
            assert!(!is_test_file(Path::new(path)), "{path}");
        }
    }
}
