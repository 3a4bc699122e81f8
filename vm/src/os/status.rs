//! What the system tells of this process.

use std::fs;

use nix::sys::stat::{Mode, umask};

/// The file mode mask. The system call that tells it also sets it, which threads that create files would see: it is only asked where
/// `/proc` is not mounted.
#[must_use]
pub fn current_umask() -> Mode {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    umask_in(&status).unwrap_or_else(|| {
        let mask = umask(Mode::empty());
        umask(mask);
        mask
    })
}

fn umask_in(status: &str) -> Option<Mode> {
    let octal = status.lines().find_map(|line| line.strip_prefix("Umask:"))?;
    u32::from_str_radix(octal.trim(), 8).ok().map(Mode::from_bits_truncate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mask_is_read_as_octal() {
        assert_eq!(
            umask_in("Name:\tx\nUmask:\t0027\nState:\tR\n").map(|mask| mask.bits()),
            Some(0o027)
        );
        assert_eq!(umask_in("Name:\tx\n"), None);
    }
}
