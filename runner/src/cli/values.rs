//! Numbers, times and sizes as people type them. Pure; the caller names the flag.

use std::time::Duration;

/// The longest time limit: what a timer of JavaScript can hold, a little under 25 days.
const LONGEST: Duration = Duration::from_millis(i32::MAX as u64);

/// No worker starts with less memory than this.
const LEAST_SIZE: u64 = 1 << 20;

/// A whole number in decimal digits, without sign or space.
pub(super) fn count(text: &str) -> Option<usize> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten()
}

/// `500`, `500ms`, `5s`, `1.5m`, `2h`. Without unit: milliseconds.
pub(super) fn duration(text: &str) -> Result<Duration, String> {
    let expected = || "milliseconds or a time like 500ms, 5s or 2m is needed, or 0 for no limit".to_owned();
    let (number, unit) = split(text);
    let seconds_per_unit = match unit {
        "" | "ms" => 0.001,
        "s" => 1.0,
        "m" | "min" => 60.0,
        "h" => 3600.0,
        _ => return Err(expected()),
    };
    let seconds = decimal(number).ok_or_else(expected)? * seconds_per_unit;
    if seconds > LONGEST.as_secs_f64() {
        return Err("at most 24 days are possible; 0 means no limit".to_owned());
    }
    let limit = Duration::from_secs_f64(seconds);
    // Rounding a tiny limit to nothing would turn it into "no limit".
    if seconds > 0.0 {
        return Ok(limit.max(Duration::from_millis(1)));
    }
    Ok(limit)
}

/// A [`size`] that a process can live in.
pub(super) fn room(text: &str) -> Result<u64, String> {
    match size(text)? {
        bytes @ 1..LEAST_SIZE => {
            let (number, unit) = split(text);
            let hint = if unit.is_empty() {
                format!("; write {number}M for megabytes")
            } else {
                String::new()
            };
            Err(format!("no worker can live in {bytes} bytes{hint}"))
        }
        bytes => Ok(bytes),
    }
}

/// `512M`, `1.5G`, `512MiB`, or bytes. Units are powers of 1024.
pub(super) fn size(text: &str) -> Result<u64, String> {
    let expected = || "a size like 512M or 2G is needed, or 0 for no limit".to_owned();
    let (number, unit) = split(text);
    let unit = unit.to_ascii_lowercase();
    let shift = match unit.strip_suffix("ib").or(unit.strip_suffix('b')).unwrap_or(&unit) {
        "" => 0,
        "k" => 10,
        "m" => 20,
        "g" => 30,
        "t" => 40,
        _ => return Err(expected()),
    };
    let bytes = decimal(number).ok_or_else(expected)? * f64::from(1_u32 << (shift / 2)).powi(2);
    if bytes >= u64::MAX as f64 {
        return Err(expected());
    }
    Ok(bytes as u64)
}

/// Parts the number from the unit that follows it.
fn split(text: &str) -> (&str, &str) {
    let end = text
        .find(|char: char| !char.is_ascii_digit() && char != '.')
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    (number, unit.trim_start())
}

/// Digits with at most one point. `f64` alone would also take `inf`, `1e9` and signs.
fn decimal(text: &str) -> Option<f64> {
    text.starts_with(|char: char| char.is_ascii_digit())
        .then(|| text.parse().ok())
        .flatten()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{count, duration, room, size};

    #[test]
    fn counts_are_digits() {
        assert_eq!(count("12"), Some(12));
        for wrong in ["", "-1", "+1", " 1", "1.5", "x", "99999999999999999999999"] {
            assert_eq!(count(wrong), None, "{wrong:?}");
        }
    }

    #[test]
    fn durations_have_units() {
        let cases = [
            ("0", 0),
            ("250", 250),
            ("500ms", 500),
            ("5s", 5_000),
            ("1.5s", 1_500),
            ("2 m", 120_000),
            ("1h", 3_600_000),
            ("0.1", 1),
        ];
        for (text, millis) in cases {
            assert_eq!(duration(text), Ok(Duration::from_millis(millis)), "{text:?}");
        }
        for wrong in ["", "s", "-5", "5x", "1e3", "inf", ".", "1.2.3", "99d", "3000h"] {
            assert!(duration(wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn sizes_have_units() {
        let cases = [
            ("0", 0),
            ("512M", 512 << 20),
            ("2g", 2 << 30),
            ("2GB", 2 << 30),
            ("1.5GiB", 3 << 29),
            ("1t", 1 << 40),
            ("2048k", 2 << 20),
            ("1048576", 1 << 20),
            ("512", 512),
        ];
        for (text, bytes) in cases {
            assert_eq!(size(text), Ok(bytes), "{text:?}");
        }
        for wrong in ["", "M", "-1G", "1X", "2 bytes", "99999999999T", "50%"] {
            assert!(size(wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn a_forgotten_unit_is_pointed_out() {
        assert!(room("512").unwrap_err().contains("write 512M"));
        assert_eq!(room("1k").unwrap_err(), "no worker can live in 1024 bytes");
        assert_eq!(room("0"), Ok(0));
        assert_eq!(room("1M"), Ok(1 << 20));
    }
}
