//! What the clock brings: more workers, progress, and an end to whatever takes too long or too much.
//!
//! A worker watches its own deadlines and stops JavaScript that misses them; what is here is the second stage, for all that
//! cannot be stopped from inside. Everything a worker can do has a bound, so that no run hangs.

use std::time::Duration;

use trun_reporters::event::{EventKind, RunningCase};

use super::{Control, Dispatcher, Ending};
use crate::coordinator::event::{Slot, SlotView, Tick};
use crate::coordinator::slot::{KillReason, Place, State};
use crate::os::Running;

pub(super) const SECOND: u64 = 1_000_000_000;
/// What the first stage (the worker's own watchdog) is given beyond a deadline before the process is killed.
pub(super) const GRACE: u64 = 2 * SECOND;
/// How long a worker may take to make its VM, or to begin with a file.
pub(super) const START_LIMIT: u64 = 60 * SECOND;
/// How long a worker may take to take down a realm.
pub(super) const SWAP_LIMIT: u64 = 30 * SECOND;
/// How long a worker may take to leave.
pub(super) const LEAVE_LIMIT: u64 = 10 * SECOND;
/// How long a worker's process may outlive its channel, or its channel (in a forked child of the test's) its process.
pub(super) const HALF_GONE_LIMIT: u64 = SECOND;
/// Work for one worker: where past runs tell that there is more, there are more workers from the start.
const WORTH_A_WORKER: Duration = Duration::from_millis(20);
/// Between two `Tick` events for reporters.
const REPORT_TICK: u64 = SECOND / 4;
/// Ticks this much later than planned mean that this process was stopped.
const SUSPENDED: u64 = SECOND;

impl<C: Control> Dispatcher<C> {
    pub(super) fn handle_tick(&mut self, tick: Tick) {
        self.views = tick.slots;
        self.note_starvation();
        self.scale_up();
        for slot in self.slots() {
            self.end_overdue(slot);
            self.end_half_gone(slot);
        }
        self.pursue_inquiry();
        if let Some(memory) = tick.memory {
            self.kill_over_memory(&memory);
        }
        if self.now.saturating_sub(self.last_report_tick) >= REPORT_TICK {
            self.last_report_tick = self.now;
            let running = self.running_cases();
            self.emit(EventKind::Tick { running });
        }
    }

    /// This process was stopped for a while: limits that passed meanwhile are not the tests' fault.
    pub fn noticed_gap(&mut self, gap: u64, now: u64) {
        if gap > SUSPENDED {
            self.lenient_until = now + 2 * GRACE;
        }
    }

    /// Begins with one worker, because a suite that is over at once must not pay for processes it does not need; with as many as have work
    /// where past runs tell.
    pub(super) fn start_workers(&mut self) {
        let most = self.places.len().min(self.queue.len()).max(1);
        let wanted = match self.queue.expected() {
            _ if self.plan.scale_up_after.is_zero() => most,
            Some(work) => usize::try_from(work.as_nanos().div_ceil(WORTH_A_WORKER.as_nanos())).unwrap_or(most),
            None => 1,
        };
        let slots: Vec<Slot> = self.slots().take(wanted.clamp(1, most)).collect();
        self.add_workers(&slots);
    }

    /// Starts workers in vacant slots and cuts what waits for them and for those that are there.
    fn add_workers(&mut self, vacant: &[Slot]) {
        for slot in vacant {
            self.spawn(*slot);
        }
        let staffed: Vec<Slot> = self.slots().filter(|slot| !self.place(*slot).is_vacant()).collect();
        if staffed.len() > 1 {
            self.queue.spread(&staffed);
        }
    }

    /// When every worker has been busy with its file for a while and files wait, starts the others.
    fn scale_up(&mut self) {
        if self.ending != Ending::No || self.queue.is_empty() {
            return;
        }
        let busy = |place: &Place| {
            place
                .session()
                .is_some_and(|s| self.now_since(s.started) >= self.plan.scale_up_after)
        };
        if !self.places.iter().all(|place| place.is_vacant() || busy(place)) {
            return;
        }
        let vacant: Vec<Slot> = self
            .slots()
            .filter(|slot| self.places[*slot as usize - 1].is_vacant())
            .take(self.queue.len())
            .collect();
        if !vacant.is_empty() {
            self.add_workers(&vacant);
        }
    }

    /// Remembers how long a thread had got no core when what it runs began.
    fn note_starvation(&mut self) {
        for (place, view) in self.places.iter_mut().zip(&self.views) {
            if place.starved_at.0 != view.since {
                place.starved_at = (view.since, view.starved);
            }
        }
    }

    /// How long what runs has been ready and got no core. The worker's own watchdog counts the time that its thread had a core, so on a
    /// busy machine it comes that much later.
    fn starved(&self, slot: Slot) -> u64 {
        let view = self.views[slot as usize - 1];
        let (since, before) = self.places[slot as usize - 1].starved_at;
        if since == view.since {
            view.starved.saturating_sub(before)
        } else {
            0
        }
    }

    fn end_overdue(&mut self, slot: Slot) {
        if self.now <= self.lenient_until {
            return;
        }
        let view = self.views[slot as usize - 1];
        let until = self.running_until(view);
        let leave_limit = LEAVE_LIMIT + self.addon_teardown();
        let (since, until) = match &self.place(slot).state {
            State::Starting { since } => (*since, since + START_LIMIT),
            State::Leaving { since } => (*since, since + leave_limit),
            State::Running(session) => match until {
                Some(until) => (view.since, until),
                // It has not begun yet, or runs without a limit, as the user wants it.
                None if view.running == Running::Nothing => (session.started, session.started + START_LIMIT),
                None => return,
            },
            State::Vacant | State::Idle => return,
        };
        let grace = if view.deadline == Some(until) {
            GRACE + self.starved(slot)
        } else {
            0
        };
        if self.now > until + grace {
            self.kill(
                slot,
                KillReason::Overdue {
                    limit_ms: until.saturating_sub(since) / 1_000_000,
                },
            );
        }
    }

    /// Until when a worker may do what it does: as it says itself, and in any case not for ever where nothing of the tests' runs.
    fn running_until(&self, view: SlotView) -> Option<u64> {
        let swap = || view.since + SWAP_LIMIT + self.addon_teardown();
        view.deadline.or_else(|| (view.running == Running::Swapping).then(swap))
    }

    /// What native addons may take to end, in nanoseconds.
    fn addon_teardown(&self) -> u64 {
        u64::try_from(self.plan.addon_teardown.as_nanos()).unwrap_or(u64::MAX / 2)
    }

    /// One half of a worker's end is there and the other does not come.
    fn end_half_gone(&mut self, slot: Slot) {
        let now = self.now;
        if self.place(slot).half_gone.is_some() && self.place(slot).end.is_none() {
            self.control.rouse();
        }
        let place = self.place(slot);
        if place.is_vacant() || place.half_gone.is_none_or(|since| now < since + HALF_GONE_LIMIT) {
            return;
        }
        if place.end.is_some() {
            // A process that the test forked holds the channel. It has nothing to say.
            place.closed = true;
            self.settle(slot);
        } else {
            // Code in the worker has closed a descriptor it does not own.
            self.kill(slot, KillReason::Corrupt);
        }
    }

    fn kill_over_memory(&mut self, memory: &[Option<u64>]) {
        let Some(limit) = self.plan.worker_memory else { return };
        for (slot, used) in (1..).zip(memory) {
            if let Some(used) = used.filter(|used| *used > limit) {
                self.kill(slot, KillReason::Memory { used, limit });
            }
        }
    }

    pub(super) fn running_cases(&self) -> Vec<RunningCase> {
        let mut running: Vec<RunningCase> = self
            .places
            .iter()
            .zip(&self.views)
            .filter_map(|(place, view)| {
                let session = place.session()?;
                let case = session.open_case(view.running);
                let since = if case.is_some() { view.since } else { session.started };
                Some(RunningCase {
                    file: session.file,
                    case,
                    age: self.now_since(since),
                })
            })
            .collect();
        running.sort_by_key(|r| std::cmp::Reverse(r.age));
        running
    }
}
