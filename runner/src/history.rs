//! What past runs took: the duration of every test file, kept between runs so that the slowest start first.
//!
//! One JSON file per project in the cache folder, keyed by path relative to the project. It only decides an order: a file that is missing, broken or
//! written by another version is the same as none. Several runs may share it: it is replaced as a whole, and each writes what it measured over
//! what is there by then.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Changes with the form of the file.
const VERSION: u32 = 1;
/// Files that no longer exist are forgotten when there are more entries than this.
const MOST_ENTRIES: usize = 100_000;

#[derive(Debug, Default, Serialize, Deserialize)]
struct Stored {
    version: u32,
    /// Microseconds by path.
    durations: BTreeMap<String, u64>,
}

/// The durations of past runs of one project.
#[derive(Debug)]
pub struct History {
    file: PathBuf,
    root: String,
    known: BTreeMap<String, u64>,
    measured: BTreeMap<String, u64>,
}

impl History {
    /// Reads what is known of the project at `root`.
    #[must_use]
    pub fn read(cache_dir: &Path, root: &str) -> Self {
        let file = cache_dir.join(file_name(cache_dir, root));
        Self {
            known: stored(&file),
            file,
            root: root.to_owned(),
            measured: BTreeMap::new(),
        }
    }

    /// What each of these files will probably take, by what it took last; one that never ran is taken for an average one. `None` if none
    /// of them is known.
    #[must_use]
    pub fn expected(&self, files: &[String]) -> Option<Vec<Duration>> {
        let known: Vec<Option<u64>> = files
            .iter()
            .map(|path| self.known.get(&self.key(path)).copied())
            .collect();
        let median = median(known.iter().copied().flatten().collect())?;
        let durations = known
            .into_iter()
            .map(|micros| Duration::from_micros(micros.unwrap_or(median)));
        Some(durations.collect())
    }

    /// Remembers what a file took.
    pub fn record(&mut self, path: &str, duration: Duration) {
        let micros = u64::try_from(duration.as_micros()).unwrap_or(u64::MAX);
        self.measured.insert(self.key(path), micros);
    }

    /// Writes what was measured over what is stored by now.
    ///
    /// # Errors
    /// The cache folder cannot be written. The next run then starts without it.
    pub fn write(self) -> io::Result<()> {
        if self.measured.is_empty() {
            return Ok(());
        }
        let mut durations = stored(&self.file);
        durations.extend(self.measured);
        if durations.len() > MOST_ENTRIES {
            durations.retain(|path, _| Path::new(&self.root).join(path).exists());
        }
        let text = serde_json::to_vec(&Stored {
            version: VERSION,
            durations,
        })?;
        let folder = self.file.parent().unwrap_or(Path::new("."));
        fs::create_dir_all(folder)?;
        // Beside it under a name of this process's own, then in its place: nobody ever reads half a file.
        let beside = self.file.with_extension(format!("{}.tmp", std::process::id()));
        let written = fs::write(&beside, text).and_then(|()| fs::rename(&beside, &self.file));
        if written.is_err() {
            let _ = fs::remove_file(&beside);
        }
        written
    }

    fn key(&self, path: &str) -> String {
        trun_reporters::relative(&self.root, path)
    }
}

/// A cache folder that is not the project's own serves many projects.
fn file_name(cache_dir: &Path, root: &str) -> String {
    if cache_dir.starts_with(root) {
        return "durations.json".to_owned();
    }
    // FNV-1a: the same in every build of trun, unlike the standard library's hash.
    let hash = root.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    format!("durations-{hash:016x}.json")
}

fn stored(file: &Path) -> BTreeMap<String, u64> {
    let stored: Stored = fs::read(file)
        .ok()
        .and_then(|bytes| serde_json::from_slice(&bytes).ok())
        .unwrap_or_default();
    if stored.version == VERSION {
        stored.durations
    } else {
        BTreeMap::new()
    }
}

fn median(mut values: Vec<u64>) -> Option<u64> {
    values.sort_unstable();
    values.get(values.len() / 2).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths() -> Vec<String> {
        ["/p/a.js", "/p/b.js", "/p/new.js"].map(String::from).to_vec()
    }

    #[test]
    fn what_was_measured_is_known_to_the_next_run() {
        let cache = tempfile::tempdir().unwrap();
        let mut history = History::read(&cache.path().join("deep"), "/p");
        assert_eq!(history.expected(&paths()), None);
        history.record("/p/a.js", Duration::from_millis(3));
        history.record("/p/b.js", Duration::from_millis(7));
        history.write().unwrap();

        let history = History::read(&cache.path().join("deep"), "/p");
        assert_eq!(
            history.expected(&paths()),
            Some([3, 7, 7].map(Duration::from_millis).to_vec())
        );
    }

    #[test]
    fn runs_that_overlap_keep_what_the_other_measured() {
        let cache = tempfile::tempdir().unwrap();
        let (mut one, mut other) = (History::read(cache.path(), "/p"), History::read(cache.path(), "/p"));
        one.record("/p/a.js", Duration::from_millis(3));
        other.record("/p/b.js", Duration::from_millis(7));
        one.write().unwrap();
        other.write().unwrap();
        assert_eq!(History::read(cache.path(), "/p").known.len(), 2);
        assert_eq!(fs::read_dir(cache.path()).unwrap().count(), 1);
    }

    #[test]
    fn projects_that_share_a_folder_do_not_share_durations() {
        let cache = tempfile::tempdir().unwrap();
        let mut history = History::read(cache.path(), "/p");
        history.record("/p/a.js", Duration::from_millis(3));
        history.write().unwrap();
        assert_eq!(
            History::read(cache.path(), "/q").expected(&["/q/a.js".to_owned()]),
            None
        );
    }

    #[test]
    fn a_broken_file_is_the_same_as_none() {
        let cache = tempfile::tempdir().unwrap();
        let name = file_name(cache.path(), "/p");
        for text in ["", "{", "[]", r#"{"version":0,"durations":{"a.js":1}}"#] {
            fs::write(cache.path().join(&name), text).unwrap();
            assert_eq!(History::read(cache.path(), "/p").expected(&paths()), None, "{text}");
        }
    }

    #[test]
    fn a_cache_that_cannot_be_written_is_an_error_with_a_reason() {
        let cache = tempfile::tempdir().unwrap();
        let file = cache.path().join("file");
        fs::write(&file, "").unwrap();
        let mut history = History::read(&file, "/p");
        history.record("/p/a.js", Duration::from_millis(3));
        assert!(history.write().is_err());
    }
}
