//! Files that wait for a worker, and who takes which.
//!
//! Every slot has a *range*: neighbours in the run's order, because neighbouring files import the same modules and a worker keeps what it has
//! transpiled. At first the only worker's range is everything; when workers are added, what waits is cut anew. A worker whose range is empty
//! steals. With known durations ranges are cut by time and run slowest first, so that no long file starts when all others have ended.
//!
//! Owns the order, not the workers. Taking a file costs at most one look at every slot.

use std::cmp::Reverse;
use std::collections::VecDeque;
use std::time::Duration;

use trun_reporters::model::FileId;

use super::event::Slot;

/// The files of a run that have not started.
#[derive(Debug)]
pub struct Queue {
    /// By slot; the first is slot 1's.
    ranges: Vec<Range>,
    /// Indexed by [`FileId`]: its place in the run's order.
    ranks: Vec<u32>,
    /// Indexed by [`FileId`]: what it will probably take. `None`: nothing is known, or the order must hold as it is.
    costs: Option<Vec<Duration>>,
}

#[derive(Debug, Default)]
struct Range {
    files: VecDeque<FileId>,
    /// The sum of their costs.
    cost: Duration,
}

impl Queue {
    /// Files in the order they are to be run in, for at most `slots` workers. `costs` are indexed by [`FileId`].
    #[must_use]
    pub fn new(order: Vec<FileId>, slots: usize, costs: Option<Vec<Duration>>) -> Self {
        let mut ranks = vec![0; order.iter().map(|file| file.0 as usize + 1).max().unwrap_or(0)];
        for (rank, file) in (0..).zip(&order) {
            ranks[file.0 as usize] = rank;
        }
        let mut ranges: Vec<Range> = (0..slots.max(1)).map(|_| Range::default()).collect();
        ranges[0].files = order.into();
        let mut queue = Self { ranges, ranks, costs };
        queue.ranges[0].cost = queue.cost_of_all(&queue.ranges[0].files);
        queue
    }

    /// Gives back a file that was taken and not begun: this slot's next one.
    pub fn put_back(&mut self, slot: Slot, file: FileId) {
        let cost = self.cost(file);
        let range = &mut self.ranges[slot as usize - 1];
        range.files.push_front(file);
        range.cost += cost;
    }

    /// The next file for this slot: of its own range, else of another's.
    pub fn take(&mut self, slot: Slot) -> Option<FileId> {
        let own = slot as usize - 1;
        if self.ranges[own].files.is_empty() {
            self.steal(own);
        }
        let file = self.ranges[own].files.pop_front()?;
        let cost = self.cost(file);
        self.ranges[own].cost = self.ranges[own].cost.saturating_sub(cost);
        Some(file)
    }

    /// Cuts what waits into ranges for these slots, in the run's order.
    pub fn spread(&mut self, slots: &[Slot]) {
        let waiting = self.drain();
        let mut left = slots.len();
        let mut files = VecDeque::from(waiting);
        let mut total = self.cost_of_all(&files);
        for slot in slots {
            let range = self.cut(&mut files, total, left);
            total = total.saturating_sub(range.cost);
            left -= 1;
            self.ranges[*slot as usize - 1] = range;
        }
    }

    /// Takes all that is left, in the run's order.
    pub fn drain(&mut self) -> Vec<FileId> {
        let mut all: Vec<FileId> = Vec::with_capacity(self.len());
        for range in &mut self.ranges {
            all.extend(std::mem::take(range).files);
        }
        all.sort_by_key(|file| self.ranks[file.0 as usize]);
        all
    }

    /// What all that waits will probably take, one after the other; `None` if nothing is known.
    #[must_use]
    pub fn expected(&self) -> Option<Duration> {
        self.costs.as_ref()?;
        Some(self.ranges.iter().map(|range| range.cost).sum())
    }

    /// How many wait.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ranges.iter().map(|range| range.files.len()).sum()
    }

    /// Whether none waits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ranges.iter().all(|range| range.files.is_empty())
    }

    fn cost(&self, file: FileId) -> Duration {
        let known = self.costs.as_ref().and_then(|costs| costs.get(file.0 as usize));
        known.copied().unwrap_or_default()
    }

    fn cost_of_all<'a>(&self, files: impl IntoIterator<Item = &'a FileId>) -> Duration {
        files.into_iter().map(|file| self.cost(*file)).sum()
    }

    /// The front of `files`: the first of `left` shares of their number or, with known durations, of their `total` time.
    fn cut(&self, files: &mut VecDeque<FileId>, total: Duration, left: usize) -> Range {
        let mut range = Range::default();
        let most = files.len().div_ceil(left);
        let share = total / u32::try_from(left).unwrap_or(u32::MAX);
        while let Some(file) = files.front().copied() {
            let cost = self.cost(file);
            let is_full = match self.costs {
                // A file belongs to the share that its middle lies in.
                Some(_) => range.cost + cost / 2 > share && !range.files.is_empty(),
                None => range.files.len() == most,
            };
            if is_full && left > 1 {
                break;
            }
            files.pop_front();
            range.cost += cost;
            range.files.push_back(file);
        }
        if self.costs.is_some() {
            range
                .files
                .make_contiguous()
                .sort_by_key(|file| Reverse(self.cost(*file)));
        }
        range
    }

    /// Fills the empty range `own`: with the back half of the longest one or, with known durations, with the slowest file of the one that
    /// has most time left.
    fn steal(&mut self, own: usize) {
        let fullest = |range: &Range| (range.cost, range.files.len());
        let Some(victim) = (0..self.ranges.len())
            .filter(|index| !self.ranges[*index].files.is_empty())
            // Of equals the first, to keep the run's order.
            .max_by_key(|index| (fullest(&self.ranges[*index]), Reverse(*index)))
        else {
            return;
        };
        let range = &mut self.ranges[victim];
        let stolen: VecDeque<FileId> = if self.costs.is_some() {
            range.files.pop_front().into_iter().collect()
        } else {
            range.files.split_off(range.files.len() / 2)
        };
        let cost = self.cost_of_all(&stolen);
        self.ranges[victim].cost = self.ranges[victim].cost.saturating_sub(cost);
        self.ranges[own] = Range { files: stolen, cost };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(numbers: impl IntoIterator<Item = u32>) -> Vec<FileId> {
        numbers.into_iter().map(FileId).collect()
    }

    fn ms(costs: &[u64]) -> Option<Vec<Duration>> {
        Some(costs.iter().map(|ms| Duration::from_millis(*ms)).collect())
    }

    fn take_all(queue: &mut Queue, slot: Slot) -> Vec<u32> {
        std::iter::from_fn(|| queue.take(slot)).map(|file| file.0).collect()
    }

    #[test]
    fn one_worker_takes_the_files_in_order() {
        let mut queue = Queue::new(files(0..5), 4, None);
        assert_eq!(take_all(&mut queue, 1), [0, 1, 2, 3, 4]);
        assert!(queue.is_empty());
    }

    #[test]
    fn workers_get_neighbouring_files() {
        let mut queue = Queue::new(files(0..8), 3, None);
        queue.spread(&[1, 2, 3]);
        let first = [1, 2, 3, 1, 2, 3].map(|slot| queue.take(slot).unwrap().0);
        assert_eq!(first, [0, 3, 6, 1, 4, 7]);
        assert_eq!(queue.len(), 2);
    }

    #[test]
    fn an_idle_worker_steals_the_back_half_of_the_fullest_range() {
        let mut queue = Queue::new(files(0..10), 2, None);
        queue.spread(&[1, 2]);
        let second: Vec<u32> = (0..7).map(|_| queue.take(2).unwrap().0).collect();
        assert_eq!(second, [5, 6, 7, 8, 9, 2, 3]);
        assert_eq!(take_all(&mut queue, 1), [0, 1, 4]);
    }

    #[test]
    fn the_slowest_go_first_once_durations_are_known() {
        let mut queue = Queue::new(files(0..6), 2, ms(&[1, 9, 2, 3, 1, 8]));
        queue.spread(&[1, 2]);
        // The shares are 12 ms each: files 0 to 2, and 3 to 5.
        assert_eq!(queue.take(1), Some(FileId(1)));
        assert_eq!(queue.take(2), Some(FileId(5)));
        assert_eq!(queue.take(2), Some(FileId(3)));
        assert_eq!(queue.take(2), Some(FileId(4)));
        // Slot 2 is done and takes the slowest of what slot 1 has left.
        assert_eq!(queue.take(2), Some(FileId(2)));
        assert_eq!(queue.take(1), Some(FileId(0)));
        assert_eq!(queue.take(1), None);
    }

    #[test]
    fn one_very_slow_file_has_a_worker_for_itself() {
        let mut queue = Queue::new(files(0..5), 2, ms(&[1, 1, 100, 1, 1]));
        queue.spread(&[1, 2]);
        assert_eq!(queue.take(1), Some(FileId(2)));
        assert_eq!(take_all(&mut queue, 2), [3, 4, 0, 1]);
    }

    #[test]
    fn a_random_order_is_kept() {
        let mut queue = Queue::new(files([3, 0, 2, 1]), 2, None);
        queue.spread(&[1, 2]);
        assert_eq!(queue.take(2), Some(FileId(2)));
        assert_eq!(queue.drain(), files([3, 0, 1]));
    }

    #[test]
    fn whatever_is_taken_by_whom_every_file_is_taken_once() {
        for slots in 1..6 {
            for count in 0..20 {
                for costs in [None, ms(&vec![3; count as usize]), ms(&vec![0; count as usize])] {
                    let mut queue = Queue::new(files(0..count), slots, costs);
                    queue.spread(&(1..=u32::try_from(slots).unwrap()).collect::<Vec<_>>());
                    let mut taken: Vec<u32> = (1..=u32::try_from(slots).unwrap())
                        .rev()
                        .flat_map(|slot| take_all(&mut queue, slot))
                        .collect();
                    taken.sort_unstable();
                    assert_eq!(taken, (0..count).collect::<Vec<_>>());
                }
            }
        }
    }
}
