//! Due times. Knows no callback: JavaScript keeps those, under the same number.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::time::{Duration, Instant};

/// A timer's number in its realm, given by JavaScript.
pub type TimerId = u32;

/// Timers of one realm, ordered by due time, then by the order they were set.
#[derive(Debug, Default)]
pub struct Timers {
    heap: BinaryHeap<Reverse<(Instant, u64, TimerId)>>,
    /// The entry of the heap that counts for each live timer; others are stale and skipped when they surface.
    live: HashMap<TimerId, u64>,
    sequence: u64,
}

impl Timers {
    /// Sets or moves a timer.
    pub fn set(&mut self, id: TimerId, now: Instant, delay: Duration) {
        self.sequence += 1;
        self.live.insert(id, self.sequence);
        // A delay beyond what the clock can hold never comes due, which is what it asks for.
        if let Some(due) = now.checked_add(delay) {
            self.heap.push(Reverse((due, self.sequence, id)));
        }
        self.compact();
    }

    /// Forgets a timer.
    pub fn clear(&mut self, id: TimerId) {
        self.live.remove(&id);
        self.compact();
    }

    /// When the next one is due.
    pub fn next_due(&mut self) -> Option<Instant> {
        while let Some(Reverse((due, sequence, id))) = self.heap.peek() {
            if self.live.get(id) == Some(sequence) {
                return Some(*due);
            }
            self.heap.pop();
        }
        None
    }

    /// Takes the first timer that is due at `now`.
    pub fn take_due(&mut self, now: Instant) -> Option<TimerId> {
        if self.next_due()? > now {
            return None;
        }
        let Reverse((_, _, id)) = self.heap.pop()?;
        self.live.remove(&id);
        Some(id)
    }

    /// Number of live timers.
    #[must_use]
    pub fn len(&self) -> usize {
        self.live.len()
    }

    /// Whether none is set.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.live.is_empty()
    }

    /// Timers that are set and cleared before they are due would pile up in the heap: rebuild it when most of it is stale.
    fn compact(&mut self) {
        if self.heap.len() > 64 && self.heap.len() > 4 * self.live.len() {
            let live = &self.live;
            self.heap
                .retain(|Reverse((_, sequence, id))| live.get(id) == Some(sequence));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn come_due_in_order_of_time_then_of_setting() {
        let start = Instant::now();
        let ms = Duration::from_millis;
        let mut timers = Timers::default();
        timers.set(1, start, ms(5));
        timers.set(2, start, ms(1));
        timers.set(3, start, ms(5));
        timers.set(4, start, ms(2));
        timers.clear(4);
        timers.set(2, start, ms(9));
        assert_eq!(timers.take_due(start + ms(4)), None);
        let order: Vec<_> = std::iter::from_fn(|| timers.take_due(start + ms(10))).collect();
        assert_eq!(order, [1, 3, 2]);
        assert!(timers.is_empty());
    }

    #[test]
    fn cleared_timers_do_not_pile_up() {
        let mut timers = Timers::default();
        for _ in 0..10_000 {
            timers.set(7, Instant::now(), Duration::from_secs(3600));
        }
        assert!(timers.heap.len() <= 65);
    }
}
