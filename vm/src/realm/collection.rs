//! When to collect garbage: the engine's own timers are off, so nobody else does.

use crate::os::resident_bytes;

/// A full collection after this many swaps at the latest.
const SWAPS_PER_COLLECTION: u32 = 16;
/// And as soon as the process has grown by this much since the last one.
const GROWTH_PER_COLLECTION: u64 = 32 << 20;

/// When to collect.
#[derive(Debug)]
pub struct CollectionBudget {
    swaps: u32,
    resident_after_last: u64,
    every_swap: bool,
}

impl CollectionBudget {
    /// `every_swap`: under GC stress.
    #[must_use]
    pub fn new(every_swap: bool) -> Self {
        Self {
            swaps: 0,
            resident_after_last: resident_bytes(),
            every_swap,
        }
    }

    /// Counts a swap. Whether it is time to collect.
    pub fn is_spent(&mut self) -> bool {
        self.swaps += 1;
        self.every_swap
            || self.swaps >= SWAPS_PER_COLLECTION
            || resident_bytes() > self.resident_after_last + GROWTH_PER_COLLECTION
    }

    /// There was a collection.
    pub fn renew(&mut self) {
        self.swaps = 0;
        self.resident_after_last = resident_bytes();
    }
}
