//! Numbers for what JavaScript holds of the network. Never used twice, so a late call about something that is gone finds nothing.

use std::cell::Cell;

thread_local! {
    static NEXT: Cell<u32> = const { Cell::new(1) };
}

/// A new one.
pub(super) fn next() -> u32 {
    NEXT.replace(NEXT.get().wrapping_add(1).max(1))
}
