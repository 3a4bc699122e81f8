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

/// Resident memory, or zero if the system does not say.
#[must_use]
pub fn resident_bytes() -> u64 {
    let statm = fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages: u64 = statm.split(' ').nth(1).and_then(|n| n.parse().ok()).unwrap_or(0);
    pages * page_size()
}

/// Bytes of a page of memory: not the same on every machine.
fn page_size() -> u64 {
    // SAFETY: takes no pointer.
    let size = unsafe { libc::sysconf(libc::_SC_PAGESIZE) };
    u64::try_from(size).unwrap_or(4096)
}

fn umask_in(status: &str) -> Option<Mode> {
    let octal = status.lines().find_map(|line| line.strip_prefix("Umask:"))?;
    u32::from_str_radix(octal.trim(), 8).ok().map(Mode::from_bits_truncate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resident_memory_is_what_the_system_lists_in_kilobytes() {
        let listed = || -> u64 {
            let status = fs::read_to_string("/proc/self/status").expect("Linux tells");
            let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
            let text = line.and_then(|rest| rest.trim().strip_suffix(" kB"));
            text.and_then(|text| text.parse().ok()).expect("a number of kilobytes")
        };
        // Other tests run and use memory meanwhile; a wrong page size is off by a factor of two at least.
        let (listed, told) = (listed() << 10, resident_bytes());
        assert!(told > listed * 2 / 3 && told < listed * 3 / 2, "{told} of {listed}");
    }

    #[test]
    fn the_mask_is_read_as_octal() {
        assert_eq!(
            umask_in("Name:\tx\nUmask:\t0027\nState:\tR\n").map(|mask| mask.bits()),
            Some(0o027)
        );
        assert_eq!(umask_in("Name:\tx\n"), None);
    }
}
