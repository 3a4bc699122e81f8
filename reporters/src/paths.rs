//! Paths as people read them: relative to the run's root. Pure text work, the file system is not asked.

use std::path::{Component, Path};

/// `path` relative to `root`. Stays absolute if the two share nothing but the file system's root, or if it is no
/// absolute path at all (`node:fs`, `<anonymous>`).
#[must_use]
pub fn relative(root: &str, path: &str) -> String {
    let (root, target) = (Path::new(root), Path::new(path));
    if !root.is_absolute() || !target.is_absolute() {
        return path.to_owned();
    }
    let root_parts: Vec<Component<'_>> = root.components().collect();
    let parts: Vec<Component<'_>> = target.components().collect();
    let shared = root_parts
        .iter()
        .zip(&parts)
        .take_while(|(one, other)| one == other)
        .count();
    let inside = shared == root_parts.len();
    if shared == parts.len() || (!inside && shared <= 1) {
        return path.to_owned();
    }
    let up = std::iter::repeat_n("..", root_parts.len() - shared);
    let down = parts[shared..].iter().filter_map(|part| part.as_os_str().to_str());
    up.chain(down).collect::<Vec<_>>().join("/")
}
