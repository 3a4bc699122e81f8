//! How times and counted nouns are written for people.

use std::time::Duration;

/// A duration as short as it stays honest: `0.4 ms`, `12 ms`, `1.23 s`, `2 m 05 s`.
#[must_use]
pub fn duration(duration: Duration) -> String {
    let micros = duration.as_micros();
    match micros {
        0..9_950 => {
            let tenths = (micros + 50) / 100;
            format!("{}.{} ms", tenths / 10, tenths % 10)
        }
        9_950..999_500 => format!("{} ms", (micros + 500) / 1000),
        999_500..59_995_000 => seconds(duration),
        _ => {
            let whole = (micros + 500_000) / 1_000_000;
            format!("{} m {:02} s", whole / 60, whole % 60)
        }
    }
}

/// A duration in seconds with two decimals, whatever its size: the last line of a run.
#[must_use]
pub fn seconds(duration: Duration) -> String {
    let hundredths = (duration.as_micros() + 5_000) / 10_000;
    format!("{}.{:02} s", hundredths / 100, hundredths % 100)
}

/// `1 test`, `2 tests`.
pub(crate) fn counted(count: usize, noun: &str) -> String {
    if count == 1 {
        format!("1 {noun}")
    } else {
        format!("{count} {noun}s")
    }
}
