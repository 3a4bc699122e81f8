//! How much memory this process may use: the machine's, or its control group's if that is less.
//!
//! Reads `/proc` and `/sys/fs/cgroup`, both relative to a root that tests replace. What cannot be read does not limit.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// Bytes of memory that this process may use, if that can be told.
pub(super) fn available() -> Option<u64> {
    available_under(Path::new("/"))
}

fn available_under(root: &Path) -> Option<u64> {
    [machine(root), control_group(root)].into_iter().flatten().min()
}

fn machine(root: &Path) -> Option<u64> {
    let text = fs::read_to_string(root.join("proc/meminfo")).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    let kilobytes: u64 = line.trim().trim_end_matches("kB").trim_end().parse().ok()?;
    Some(kilobytes * 1024)
}

/// The least limit of the group that this process is in and of all groups above it, in either version of the interface.
fn control_group(root: &Path) -> Option<u64> {
    let text = fs::read_to_string(root.join("proc/self/cgroup")).ok()?;
    text.lines()
        .filter_map(|line| {
            let mut fields = line.splitn(3, ':');
            let (_, controllers, path) = (fields.next()?, fields.next()?, fields.next()?);
            let path = path.trim_start_matches('/');
            if controllers.is_empty() {
                least_limit(&root.join("sys/fs/cgroup"), path, "memory.max")
            } else if controllers.split(',').any(|name| name == "memory") {
                least_limit(&root.join("sys/fs/cgroup/memory"), path, "memory.limit_in_bytes")
            } else {
                None
            }
        })
        .min()
}

fn least_limit(mount: &Path, group: &str, file: &str) -> Option<u64> {
    let mut folder: PathBuf = mount.join(group);
    let mut least = None;
    loop {
        // "max" is no number: no limit at this level. Version 1 writes a huge one, which the machine's memory undercuts.
        let limit = fs::read_to_string(folder.join(file))
            .ok()
            .and_then(|text| text.trim().parse::<u64>().ok());
        least = [least, limit].into_iter().flatten().min();
        if folder == mount || !folder.pop() || !folder.starts_with(mount) {
            return least;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use tempfile::TempDir;

    use super::{available, available_under};

    fn machine(files: &[(&str, &str)]) -> TempDir {
        let root = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let path = root.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        root
    }

    const MEMINFO: (&str, &str) = ("proc/meminfo", "MemTotal:        1000 kB\nMemFree: 1 kB\n");

    #[test]
    fn the_machine_without_groups() {
        assert_eq!(available_under(machine(&[MEMINFO]).path()), Some(1_024_000));
    }

    #[test]
    fn nothing_known() {
        assert_eq!(available_under(machine(&[]).path()), None);
    }

    #[test]
    fn a_group_above_limits_too() {
        let root = machine(&[
            MEMINFO,
            ("proc/self/cgroup", "0::/a/b\n"),
            ("sys/fs/cgroup/a/memory.max", "5000\n"),
            ("sys/fs/cgroup/a/b/memory.max", "max\n"),
        ]);
        assert_eq!(available_under(root.path()), Some(5000));
    }

    #[test]
    fn the_first_version_of_groups() {
        let root = machine(&[
            MEMINFO,
            ("proc/self/cgroup", "5:cpu:/x\n4:hugetlb,memory:/x\n"),
            ("sys/fs/cgroup/memory/x/memory.limit_in_bytes", "7000\n"),
            ("sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n"),
        ]);
        assert_eq!(available_under(root.path()), Some(7000));
    }

    #[test]
    fn this_machine_has_memory() {
        assert!(available().is_some_and(|bytes| bytes > 1 << 20));
    }
}
