//! The table that `--trace-time` prints: what each file's time in its worker went into.
//!
//! Owns the rows and their layout. What is measured is `trun_vm::times`' to say.

use std::fmt::Write as _;
use std::path::Path;

use trun_reporters::FileId;
use trun_vm::times::PARTS;

/// Rows in the order the files ended.
#[derive(Debug, Default)]
pub struct TimeTable(Vec<(FileId, Vec<u64>)>);

impl TimeTable {
    /// Adds a file's times, in nanoseconds.
    pub fn record(&mut self, file: FileId, times: Vec<u64>) {
        self.0.push((file, times));
    }

    /// The table in milliseconds: a column for each part and for their sum, the slowest file first, the sum of all files last. `files` are
    /// absolute paths by number.
    #[must_use]
    pub fn to_text(&self, files: &[String], root: &Path) -> String {
        let mut rows: Vec<(u64, &FileId, &Vec<u64>)> = self
            .0
            .iter()
            .map(|(file, times)| (times.iter().sum(), file, times))
            .collect();
        rows.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.0.cmp(&b.1.0)));
        let mut text = String::from("\nTime of each file in its worker, in ms\n");
        for (_, name) in PARTS {
            write!(text, "{name:>10}").expect("a String takes everything");
        }
        text.push_str("       sum  file\n");
        let mut all = vec![0; PARTS.len()];
        for (_, file, times) in rows {
            all.iter_mut().zip(times).for_each(|(sum, time)| *sum += time);
            let path = files.get(file.0 as usize).map_or("?", String::as_str);
            let path = Path::new(path).strip_prefix(root).unwrap_or(Path::new(path));
            push_row(&mut text, times, &path.to_string_lossy());
        }
        push_row(&mut text, &all, &format!("all {} files", self.0.len()));
        text
    }
}

fn push_row(text: &mut String, times: &[u64], name: &str) {
    for time in times.iter().copied().chain([times.iter().sum()]) {
        #[expect(clippy::cast_precision_loss, reason = "milliseconds with two decimals")]
        let milliseconds = time as f64 / 1e6;
        write!(text, "{milliseconds:>10.2}").expect("a String takes everything");
    }
    text.push_str("  ");
    text.push_str(name);
    text.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_slowest_file_is_first_and_the_sum_last() {
        let mut table = TimeTable::default();
        table.record(FileId(0), vec![1_000_000; PARTS.len()]);
        table.record(FileId(1), vec![2_500_000; PARTS.len()]);
        let files = ["/p/a.test.js".to_owned(), "/p/b.test.js".to_owned()];
        let text = table.to_text(&files, Path::new("/p"));
        let rows: Vec<&str> = text.lines().skip(3).collect();
        assert!(
            rows[0].ends_with("22.50  b.test.js") && rows[0].contains("      2.50"),
            "{text}"
        );
        assert!(rows[1].ends_with("9.00  a.test.js"), "{text}");
        assert!(rows[2].ends_with("31.50  all 2 files"), "{text}");
    }
}
