//! What a session is told: the file, and what holds for all files of a run.

use std::path::{Path, PathBuf};
use std::time::Duration;

/// One file to run.
#[derive(Debug, Clone)]
pub struct FileRequest {
    /// The run's number for it, for what is said of it after it has ended.
    pub number: u32,
    /// Absolute path.
    pub path: PathBuf,
    /// `-t`: source of a JavaScript regular expression.
    pub name_pattern: Option<String>,
}

/// What holds for every session of a run.
#[derive(Debug, Clone, Copy)]
pub struct Rules {
    /// Limit of tests and hooks that set none.
    pub test: Option<Duration>,
    /// Limit of loading a file.
    pub load: Option<Duration>,
    /// Whether a file may declare no test at all.
    pub empty_file_passes: bool,
    /// How often a failed test is tried again, unless the test or its file says otherwise.
    pub retry: u32,
    /// How often each test runs; all of these must pass.
    pub repeat_each: u32,
    /// Seed of a random order of tests.
    pub seed: Option<u32>,
    /// Tests are listed and not run.
    pub collect_only: bool,
}

impl Rules {
    /// The number from which the order of the tests of `file` is made: the same in every process, whatever else the run consists of.
    /// Suites that ask for a random order by themselves get one without a seed too, always the same.
    #[must_use]
    pub fn order_key(&self, file: &Path, root: &Path) -> u32 {
        let relative = file.strip_prefix(root).unwrap_or(file);
        let path = relative.as_os_str().as_encoded_bytes();
        let seed = self.seed.unwrap_or_default().to_le_bytes();
        // FNV-1a: the standard library's hashes are not promised to stay the same.
        seed.iter().chain(path).fold(0x811c_9dc5, |hash, &byte| {
            (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(seed: Option<u32>) -> Rules {
        Rules {
            test: None,
            load: None,
            empty_file_passes: false,
            retry: 0,
            repeat_each: 1,
            seed,
            collect_only: false,
        }
    }

    #[test]
    fn the_order_depends_on_seed_and_relative_path_alone() {
        let key = |seed, file: &str, root: &str| rules(seed).order_key(Path::new(file), Path::new(root));
        let here = key(Some(7), "/home/a/project/x.test.js", "/home/a/project");
        assert_eq!(here, key(Some(7), "/tmp/b/x.test.js", "/tmp/b"));
        assert_ne!(here, key(Some(8), "/tmp/b/x.test.js", "/tmp/b"));
        assert_ne!(here, key(Some(7), "/tmp/b/y.test.js", "/tmp/b"));
        // A seed that was printed once must give the same order for ever.
        assert_eq!(key(Some(7), "/tmp/b/x.test.js", "/tmp/b"), 3_637_836_669);
    }
}
