//! Understands arguments. Owns the order of preference between file, folder, glob and part of a path.

use std::{
    collections::{HashMap, HashSet},
    error::Error,
    ffi::{OsStr, OsString},
    fs,
    os::unix::ffi::OsStrExt,
    path::{Component, Path, PathBuf},
};

use globset::{GlobBuilder, GlobMatcher};
use regex_automata::meta::{BuildError, Regex};

use super::{
    Discovered, DiscoveryError, Wanted, names,
    walk::{Met, walk},
};

/// Characters that make an argument a glob.
const GLOB_CHARACTERS: [char; 4] = ['*', '?', '[', '{'];

/// The union of what all arguments name, and the arguments that name nothing.
pub(super) fn all(root: &Path, wanted: Wanted<'_>) -> Result<(Discovered, Vec<DiscoveryError>), DiscoveryError> {
    let mut selection = Selection::new(root);
    let mut misses = Vec::new();
    if wanted.paths.is_empty() && wanted.patterns.is_empty() && selection.everything()? == 0 {
        misses.push(DiscoveryError::NoTests {
            root: root.to_path_buf(),
        });
    }
    for argument in wanted.paths {
        misses.extend(selection.add(argument)?);
    }
    for pattern in wanted.patterns {
        misses.extend(selection.add_pattern(pattern)?);
    }
    Ok((selection.finish(), misses))
}

struct Selection<'a> {
    root: &'a Path,
    files: Vec<PathBuf>,
    notes: Vec<String>,
    /// The test files under the root, once they are needed.
    known: Option<Vec<PathBuf>>,
}

impl<'a> Selection<'a> {
    fn new(root: &'a Path) -> Self {
        Self {
            root,
            files: Vec::new(),
            notes: Vec::new(),
            known: None,
        }
    }

    /// Adds what the argument names. The answer says why that is nothing.
    fn add(&mut self, argument: &str) -> Result<Option<DiscoveryError>, DiscoveryError> {
        let path = settle(self.root.join(argument));
        match fs::metadata(&path) {
            Ok(found) if found.is_dir() => self.add_folder(argument, &path),
            Ok(_) => {
                self.files.push(path);
                Ok(None)
            }
            Err(_) if self.add_escaped(argument) => Ok(None),
            Err(_) if argument.contains(GLOB_CHARACTERS) => self.add_glob(argument),
            Err(_) => self.add_part(argument),
        }
    }

    /// Editors that know other runners escape the file they name, as for a regular expression: `\/a\/b\.test\.js$`.
    fn add_escaped(&mut self, argument: &str) -> bool {
        if !argument.contains('\\') {
            return false;
        }
        let path = settle(self.root.join(unescaped(argument)));
        let is_file = path.is_file();
        if is_file {
            self.files.push(path);
        }
        is_file
    }

    fn add_pattern(&mut self, pattern: &str) -> Result<Option<DiscoveryError>, DiscoveryError> {
        let regex = Regex::new(pattern).map_err(|error| DiscoveryError::InvalidPattern {
            pattern: pattern.to_owned(),
            why: why(&error),
        })?;
        let mut found = self.known()?.to_vec();
        found.retain(|path| regex.is_match(bytes(path)));
        let miss = found.is_empty().then(|| DiscoveryError::NoPatternMatch {
            pattern: pattern.to_owned(),
            root: self.root.to_path_buf(),
        });
        self.files.extend(found);
        Ok(miss)
    }

    /// The test files under the root.
    fn known(&mut self) -> Result<&[PathBuf], DiscoveryError> {
        if self.known.is_none() {
            self.known = Some(self.tests_in(self.root)?);
        }
        Ok(self.known.as_deref().unwrap_or_default())
    }

    fn everything(&mut self) -> Result<usize, DiscoveryError> {
        let found = self.tests_in(self.root)?;
        self.files.extend(found);
        Ok(self.files.len())
    }

    fn add_folder(&mut self, argument: &str, folder: &Path) -> Result<Option<DiscoveryError>, DiscoveryError> {
        let found = self.tests_in(folder)?;
        let miss = found.is_empty().then(|| DiscoveryError::EmptyFolder {
            argument: argument.to_owned(),
        });
        self.files.extend(found);
        Ok(miss)
    }

    /// A glob means runnable files; if it matches none, the folders that it matches, as if the shell had expanded it; and
    /// a text that only looks like a glob (`[id]`) is still a part of paths.
    fn add_glob(&mut self, argument: &str) -> Result<Option<DiscoveryError>, DiscoveryError> {
        let globbed = match Glob::new(self.root, argument) {
            Ok(glob) => self.matches(&glob)?,
            Err(error) => {
                let found = self.containing(argument)?;
                if found.is_empty() {
                    return Err(error);
                }
                found
            }
        };
        let found = if globbed.is_empty() {
            self.containing(argument)?
        } else {
            globbed
        };
        let miss = found.is_empty().then(|| DiscoveryError::NoGlobMatch {
            argument: argument.to_owned(),
            root: self.root.to_path_buf(),
        });
        self.files.extend(found);
        Ok(miss)
    }

    fn matches(&mut self, glob: &Glob) -> Result<Vec<PathBuf>, DiscoveryError> {
        if !glob.base.is_dir() {
            return Ok(Vec::new());
        }
        let mut matching = walk(&glob.base, &mut self.notes)?;
        matching.retain(|met| glob.matches(&met.path));
        let (folders, files): (Vec<Met>, Vec<Met>) = matching.into_iter().partition(|met| met.is_folder);
        let files: Vec<PathBuf> = files
            .into_iter()
            .map(|met| met.path)
            .filter(|path| names::is_runnable(path))
            .collect();
        if !files.is_empty() {
            return Ok(files);
        }
        let mut found = Vec::new();
        for folder in folders {
            found.extend(self.tests_in(&folder.path)?);
        }
        Ok(found)
    }

    fn add_part(&mut self, argument: &str) -> Result<Option<DiscoveryError>, DiscoveryError> {
        let found = self.containing(argument)?;
        let miss = found.is_empty().then(|| DiscoveryError::NoMatch {
            argument: argument.to_owned(),
            root: self.root.to_path_buf(),
            hint: self.hint(argument),
        });
        self.files.extend(found);
        Ok(miss)
    }

    /// The test files whose path relative to the root contains this text. With `./` in front the path must start with it.
    fn containing(&mut self, text: &str) -> Result<Vec<PathBuf>, DiscoveryError> {
        let root = self.root;
        let contains = |path: &&PathBuf| {
            let path = relative(root, path).to_string_lossy();
            match text.strip_prefix("./") {
                Some(start) => path.starts_with(start),
                None => path.contains(text),
            }
        };
        Ok(self.known()?.iter().filter(contains).cloned().collect())
    }

    fn hint(&self, argument: &str) -> String {
        if matches!(argument, "run" | "test") {
            return "; trun without a PATH runs all tests".to_owned();
        }
        if argument.bytes().all(|byte| byte.is_ascii_digit()) {
            return format!("; a number belongs to its flag by an equals sign, as in --parallel={argument}");
        }
        /// Above this, what was typed and a path differ by a slip of the fingers.
        const ALIKE: f64 = 0.85;
        let known = self.known.as_deref().unwrap_or_default();
        known
            .iter()
            .map(|path| relative(self.root, path).to_string_lossy())
            .map(|path| (strsim::normalized_levenshtein(argument, &path), path))
            .filter(|(likeness, _)| *likeness > ALIKE)
            .max_by(|(one, _), (other, _)| one.total_cmp(other))
            .map(|(_, path)| format!("; did you mean {path}?"))
            .unwrap_or_default()
    }

    fn tests_in(&mut self, folder: &Path) -> Result<Vec<PathBuf>, DiscoveryError> {
        // Who stands in `__tests__` itself means the files there.
        let in_tests_folder = names::is_test_file(&self.root.join("x.js"));
        let root = if in_tests_folder { Path::new("/") } else { self.root };
        let mut found = walk(folder, &mut self.notes)?;
        found.retain(|met| !met.is_folder && names::is_test_file(relative(root, &met.path)));
        Ok(found.into_iter().map(|met| met.path).collect())
    }

    fn finish(mut self) -> Discovered {
        let root = self.root;
        self.files
            .sort_by(|one, other| bytes(relative(root, one)).cmp(bytes(relative(root, other))));
        let mut identities = Identities::default();
        self.files.retain(|path| identities.is_new(path));
        self.notes.sort();
        self.notes.dedup();
        Discovered {
            files: self.files,
            notes: self.notes,
        }
    }
}

/// A glob, parted into the folder that it certainly lies in and the pattern from there on.
///
/// So an absolute glob, one that starts with `../` and one into `node_modules` work as any other, and only what can match
/// is walked.
struct Glob {
    base: PathBuf,
    pattern: GlobMatcher,
}

impl Glob {
    fn new(root: &Path, argument: &str) -> Result<Self, DiscoveryError> {
        let is_literal = |part: &&str| !part.contains(GLOB_CHARACTERS) && !part.contains('\\');
        let literal: usize = argument
            .split('/')
            .take_while(is_literal)
            .map(|part| part.len() + 1)
            .sum();
        let (base, pattern) = argument.split_at(literal);
        let pattern = GlobBuilder::new(pattern)
            .literal_separator(true)
            .build()
            .map_err(|error| DiscoveryError::InvalidGlob {
                argument: argument.to_owned(),
                why: error.kind().to_string(),
            })?;
        Ok(Self {
            base: settle(root.join(base)),
            pattern: pattern.compile_matcher(),
        })
    }

    fn matches(&self, path: &Path) -> bool {
        self.pattern.is_match(relative(&self.base, path))
    }
}

/// Tells files apart by what they are in the end, so that one reached by two ways runs once.
#[derive(Default)]
struct Identities {
    /// Resolving a path costs a system call per component, and neighbours share their folder.
    folders: HashMap<PathBuf, PathBuf>,
    seen: HashSet<PathBuf>,
}

impl Identities {
    fn is_new(&mut self, path: &Path) -> bool {
        let identity = self.identity(path);
        self.seen.insert(identity)
    }

    fn identity(&mut self, path: &Path) -> PathBuf {
        let is_link = fs::symlink_metadata(path).is_ok_and(|found| found.is_symlink());
        let (Some(folder), Some(name), false) = (path.parent(), path.file_name(), is_link) else {
            return canonical(path);
        };
        if let Some(known) = self.folders.get(folder) {
            return known.join(name);
        }
        let resolved = canonical(folder);
        let identity = resolved.join(name);
        self.folders.insert(folder.to_path_buf(), resolved);
        identity
    }
}

/// Without the backslashes that take the meaning from the characters behind them, and the anchors of a whole path.
fn unescaped(argument: &str) -> String {
    let plain = argument.strip_prefix('^').unwrap_or(argument);
    let plain = plain.strip_suffix('$').unwrap_or(plain);
    let mut chars = plain.chars();
    std::iter::from_fn(|| match chars.next()? {
        '\\' => chars.next(),
        char => Some(char),
    })
    .collect()
}

/// What is wrong with a regular expression, on one line.
fn why(error: &BuildError) -> String {
    let text = error
        .source()
        .map_or_else(|| error.to_string(), |source| source.to_string());
    let last = text.lines().last().unwrap_or_default();
    last.trim_start_matches("error: ").to_owned()
}

/// Takes `.` out of a path. `..` cannot be taken out by text alone where a link comes before it, so the system is asked.
fn settle(path: PathBuf) -> PathBuf {
    let parts = || path.components();
    if parts().any(|part| part == Component::ParentDir) {
        return canonical(&path);
    }
    let plain: OsString = parts().collect::<PathBuf>().into_os_string();
    PathBuf::from(plain)
}

fn canonical(path: &Path) -> PathBuf {
    fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf())
}

fn relative<'p>(root: &Path, path: &'p Path) -> &'p Path {
    path.strip_prefix(root).unwrap_or(path)
}

fn bytes(path: &Path) -> &[u8] {
    OsStr::as_bytes(path.as_os_str())
}
