//! Words that the collector reads while they grow: chunks that never move, in a table that never moves.
//!
//! Written on the JS thread only; the marking constraint may read on any thread at any time.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicPtr, AtomicUsize, Ordering};

use super::encoding;
use crate::engine::sys;

const CHUNK_BITS: usize = 14;
const CHUNK: usize = 1 << CHUNK_BITS;
/// 2^26 words in all: half a gigabyte of handles is a leak, not a program.
const CHUNKS: usize = 1 << 12;

/// A growing row of words.
pub(super) struct Cells {
    /// Made with the first word: most VMs of worker threads never have one, and rows are never freed.
    chunks: OnceLock<Box<[AtomicPtr<AtomicUsize>]>>,
    len: AtomicUsize,
}

impl Cells {
    pub(super) fn new() -> Self {
        Self {
            chunks: OnceLock::new(),
            len: AtomicUsize::new(0),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.len.load(Ordering::Relaxed)
    }

    /// Appends a word and returns its place.
    ///
    /// # Panics
    /// There are 2^26 words already.
    pub(super) fn push(&self, word: usize) -> usize {
        let at = self.len();
        let chunks = self
            .chunks
            .get_or_init(|| (0..CHUNKS).map(|_| AtomicPtr::default()).collect());
        let chunk = &chunks[at >> CHUNK_BITS];
        if chunk.load(Ordering::Relaxed).is_null() {
            let fresh: Box<[AtomicUsize]> = (0..CHUNK).map(|_| AtomicUsize::new(0)).collect();
            // Never freed: the collector may be reading it.
            chunk.store(Box::leak(fresh).as_mut_ptr(), Ordering::Release);
        }
        self.slot(at).store(word, Ordering::Relaxed);
        self.len.store(at + 1, Ordering::Release);
        at
    }

    /// Drops everything from `len` on.
    pub(super) fn truncate(&self, len: usize) {
        debug_assert!(len <= self.len(), "a row only shrinks by this");
        self.len.store(len, Ordering::Release);
    }

    pub(super) fn get(&self, at: usize) -> usize {
        debug_assert!(at < self.len(), "a place that was pushed");
        self.slot(at).load(Ordering::Relaxed)
    }

    pub(super) fn set(&self, at: usize, word: usize) {
        debug_assert!(at < self.len(), "a place that was pushed");
        self.slot(at).store(word, Ordering::Release);
    }

    fn slot(&self, at: usize) -> &AtomicUsize {
        let chunks = self.chunks.get().expect("made before a place was given out");
        let chunk = chunks[at >> CHUNK_BITS].load(Ordering::Acquire);
        // SAFETY: `push` has made the chunk before it counted the place in `len`; chunks are never freed, and the index is below their size.
        unsafe { &*chunk.add(at & (CHUNK - 1)) }
    }

    /// Marks every cell in it.
    ///
    /// # Safety
    /// `marker` is what the collector gave to a marking constraint that is running.
    pub(super) unsafe fn mark(&self, marker: *mut sys::JSMarker) {
        for at in 0..self.len.load(Ordering::Acquire) {
            let word = self.slot(at).load(Ordering::Acquire);
            if encoding::is_cell(word) {
                // SAFETY: the marker is valid for this call; the cell is live, because it was marked at every collection since it was stored.
                unsafe { ((*marker).mark)(marker, word as sys::JSObjectRef) }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grows_over_chunks_without_moving() {
        let cells = Cells::new();
        for word in 0..CHUNK * 2 + 5 {
            assert_eq!(cells.push(word), word);
        }
        assert_eq!(
            (cells.get(3), cells.get(CHUNK), cells.get(CHUNK * 2 + 4)),
            (3, CHUNK, CHUNK * 2 + 4)
        );
        cells.truncate(CHUNK + 1);
        assert_eq!(cells.push(77), CHUNK + 1);
        assert_eq!(cells.get(CHUNK + 1), 77);
    }
}
