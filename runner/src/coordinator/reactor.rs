//! The one place the coordinator waits: turns descriptors and time into events for the dispatcher.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::os::fd::AsFd;
use std::time::{Duration, Instant};

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use trun_reporters::FileId;
use trun_reporters::event::RunEvent;

use super::dispatcher::{Control, Dispatcher};
use super::event::{InternalEvent, Response, Slot, SlotView, Tick};
use super::keys::Keys;
use super::signals::{Request, Signals};
use super::wires::Wires;
use crate::os::{Running, RunningPage, monotonic_ns, resident_bytes, stop_self};
use crate::protocol::message::ToWorker;
use crate::zygote::{Commands, Link};

/// Between two looks at the workers' memory.
const MEMORY_INTERVAL: Duration = Duration::from_millis(250);

/// Where events for reporters go, and whether anybody still reads.
pub trait EventSink {
    /// Takes an event.
    fn event(&mut self, event: &RunEvent);
    /// Takes what a file's time went into, in nanoseconds.
    fn keep_times(&mut self, file: FileId, times: Vec<u64>) {
        let _ = (file, times);
    }
    /// Whether standard output was closed by its reader.
    fn output_closed(&self) -> bool;
}

/// The dispatcher's hands, made of real processes and sockets.
pub struct Hands<S> {
    link: Link,
    pages: &'static [RunningPage],
    wires: BTreeMap<Slot, Wires>,
    /// How many workers each slot has had.
    generations: BTreeMap<Slot, u64>,
    sink: S,
}

impl<S: EventSink> Hands<S> {
    /// Hands that reach the zygote and the reporters.
    pub fn new(link: Link, pages: &'static [RunningPage], sink: S) -> Self {
        Self {
            link,
            pages,
            wires: BTreeMap::new(),
            generations: BTreeMap::new(),
            sink,
        }
    }

    /// The reporters' end.
    pub fn into_sink(self) -> S {
        self.sink
    }
}

impl<S> Hands<S> {
    /// Stops the workers and this process until somebody lets it go on. The time in between counts for no deadline.
    fn stop(&mut self, keys: &mut Keys) {
        keys.end();
        // Without the zygote there is nobody to stop.
        let _ = self.link.suspend(true);
        let before = monotonic_ns();
        stop_self();
        let stopped = monotonic_ns().saturating_sub(before);
        self.pages.iter().for_each(|page| page.vitals().add_suspension(stopped));
        let _ = self.link.suspend(false);
        keys.begin();
    }
}

impl<S: EventSink> Control for Hands<S> {
    fn spawn(&mut self, slot: Slot) -> io::Result<()> {
        // What the slot's last worker was doing must not be taken for what the next one does.
        self.pages[slot as usize - 1].publish(Running::Nothing, None);
        let (wires, theirs) = Wires::new(slot)?;
        self.link
            .spawn(slot, [theirs[0].as_fd(), theirs[1].as_fd(), theirs[2].as_fd()])?;
        self.wires.insert(slot, wires);
        *self.generations.entry(slot).or_default() += 1;
        Ok(())
    }

    fn kill(&mut self, slot: Slot) {
        // A zygote that is gone is noticed by its socket, and has taken the workers with it.
        let _ = self.link.kill(slot);
    }

    fn rouse(&mut self) {
        self.link.wake();
    }

    fn send(&mut self, slot: Slot, message: &ToWorker) {
        if let Some(wires) = self.wires.get_mut(&slot) {
            wires.send(message);
        }
    }

    fn ask_to_stop(&mut self, slot: Slot) {
        self.pages[slot as usize - 1].ask_to_stop();
    }

    fn count_judged(&mut self, slot: Slot) {
        self.pages[slot as usize - 1].count_judged();
    }

    fn ask(&mut self, slot: Slot) {
        let _ = self.link.ask(slot);
    }

    fn emit(&mut self, event: RunEvent) {
        self.sink.event(&event);
    }

    fn keep_times(&mut self, file: FileId, times: Vec<u64>) {
        self.sink.keep_times(file, times);
    }
}

/// Runs a run to its end.
///
/// # Errors
/// The system does not let this process wait.
pub fn run<S: EventSink>(
    dispatcher: &mut Dispatcher<Hands<S>>,
    signals: &Signals,
    keys: &mut Keys,
    pages: &'static [RunningPage],
) -> io::Result<()> {
    let mut clock = Clock::new();
    if dispatcher.begin() == Response::Finished {
        return Ok(());
    }
    loop {
        let ready = wait(
            dispatcher,
            signals,
            keys,
            dispatcher
                .tick_interval()
                .min(clock.until_tick(dispatcher.tick_interval())),
        )?;
        let mut events = Vec::new();
        if ready.signal {
            for request in signals.pending() {
                events.extend(answer(request, dispatcher.control(), keys));
            }
        }
        if ready.key && keys.asks() {
            events.push(InternalEvent::Inquiry);
        }
        for slot in ready.slots {
            if let Some(wires) = dispatcher.control().wires.get_mut(&slot) {
                wires.read(&pages[slot as usize - 1], &mut events);
            }
        }
        if ready.zygote {
            read_zygote(dispatcher.control(), &mut events);
        }
        if dispatcher.control().sink.output_closed() {
            events.push(InternalEvent::OutputClosed);
        }
        if let Some(gap) = clock.tick_due(dispatcher.tick_interval()) {
            dispatcher.noticed_gap(gap, monotonic_ns());
            events.insert(0, InternalEvent::Tick(clock.look(dispatcher, pages)));
        } else if events.iter().any(is_about_pages) {
            // A death is judged by what the page says at that moment, and so is what an interrupt interrupts and what somebody asks.
            events.insert(0, InternalEvent::Tick(clock.look(dispatcher, pages)));
        }
        let generations = dispatcher.control().generations.clone();
        for event in events {
            // Handling one event may put a new worker in a slot; what its predecessor still said is not the new one's.
            let slot = event.wire();
            if slot.is_some_and(|slot| dispatcher.control().generations.get(&slot) != generations.get(&slot)) {
                continue;
            }
            if dispatcher.handle(event, monotonic_ns()) == Response::Finished {
                return Ok(());
            }
        }
    }
}

/// Does what a signal asks for, as far as it is no event of the run.
fn answer<S>(request: Request, hands: &mut Hands<S>, keys: &mut Keys) -> Option<InternalEvent> {
    match request {
        Request::End(signal) => {
            // If it comes again, this process ends where it stands.
            keys.end();
            Some(InternalEvent::Signal(signal))
        }
        Request::Tell => Some(InternalEvent::Inquiry),
        Request::Stop => {
            hands.stop(keys);
            None
        }
        Request::Continued => {
            keys.begin();
            None
        }
    }
}

fn is_about_pages(event: &InternalEvent) -> bool {
    matches!(
        event,
        InternalEvent::Closed(_)
            | InternalEvent::Zygote(_)
            | InternalEvent::Corrupt(_)
            | InternalEvent::Inquiry
            | InternalEvent::Signal(_)
            | InternalEvent::OutputClosed
    )
}

struct Ready {
    signal: bool,
    zygote: bool,
    key: bool,
    slots: Vec<Slot>,
}

fn wait<S: EventSink>(
    dispatcher: &mut Dispatcher<Hands<S>>,
    signals: &Signals,
    keys: &Keys,
    most: Duration,
) -> io::Result<Ready> {
    let hands = dispatcher.control();
    let mut owners: Vec<Option<Slot>> = vec![None, None];
    let mut fds: Vec<PollFd<'_>> = vec![
        PollFd::new(signals.as_fd(), PollFlags::POLLIN),
        PollFd::new(hands.link.socket(), PollFlags::POLLIN),
    ];
    for (slot, wires) in &hands.wires {
        for fd in wires.fds() {
            fds.push(PollFd::new(fd, PollFlags::POLLIN));
            owners.push(Some(*slot));
        }
    }
    let keyboard = keys.fd().map(|fd| {
        fds.push(PollFd::new(fd, PollFlags::POLLIN));
        fds.len() - 1
    });
    let unfinished: Vec<Slot> = hands
        .wires
        .iter()
        .filter(|(_, wires)| wires.has_more())
        .map(|(slot, _)| *slot)
        .collect();
    let most = if unfinished.is_empty() { most } else { Duration::ZERO };
    // Rounded up: with less than a millisecond to go, a timeout of none would spin.
    let timeout = PollTimeout::try_from(most.as_micros().div_ceil(1000)).unwrap_or(PollTimeout::ZERO);
    match poll(&mut fds, timeout) {
        Ok(_) | Err(nix::errno::Errno::EINTR) => {}
        Err(error) => return Err(error.into()),
    }
    let is_ready: Vec<bool> = fds.iter().map(|fd| fd.any() == Some(true)).collect();
    let ready = owners
        .iter()
        .zip(&is_ready)
        .filter(|(_, ready)| **ready)
        .filter_map(|(slot, _)| *slot);
    let mut slots: Vec<Slot> = ready.chain(unfinished).collect();
    slots.sort_unstable();
    slots.dedup();
    Ok(Ready {
        signal: is_ready[0],
        zygote: is_ready[1],
        key: keyboard.is_some_and(|at| is_ready[at]),
        slots,
    })
}

fn read_zygote<S>(hands: &mut Hands<S>, events: &mut Vec<InternalEvent>) {
    loop {
        match hands.link.receive() {
            Ok(Some(message)) => events.push(InternalEvent::Zygote(message)),
            Ok(None) => return,
            Err(_) => {
                events.push(InternalEvent::ZygoteGone);
                return;
            }
        }
    }
}

/// When to tick, and what to look at then.
struct Clock {
    last_tick: Instant,
    last_memory: Instant,
}

impl Clock {
    fn new() -> Self {
        Self {
            last_tick: Instant::now(),
            last_memory: Instant::now(),
        }
    }

    fn until_tick(&self, interval: Duration) -> Duration {
        interval.saturating_sub(self.last_tick.elapsed())
    }

    /// Nanoseconds beyond the interval, if a tick is due.
    fn tick_due(&mut self, interval: Duration) -> Option<u64> {
        let elapsed = self.last_tick.elapsed();
        let late = elapsed.checked_sub(interval)?;
        self.last_tick = Instant::now();
        Some(u64::try_from(late.as_nanos()).unwrap_or(u64::MAX))
    }

    fn look<S: EventSink>(&mut self, dispatcher: &Dispatcher<Hands<S>>, pages: &[RunningPage]) -> Tick {
        let slots = pages
            .iter()
            .zip(dispatcher.pids())
            .map(|(page, pid)| SlotView {
                running: page.running(),
                since: page.since(),
                deadline: page.deadline(),
                native: page.native().read(),
                starved: pid.map_or(0, starved),
                waits: page.vitals().waits(),
            })
            .collect();
        let memory = (self.last_memory.elapsed() >= MEMORY_INTERVAL).then(|| {
            self.last_memory = Instant::now();
            dispatcher
                .pids()
                .map(|pid| pid.and_then(|pid| resident_bytes(pid.unsigned_abs())))
                .collect()
        });
        Tick {
            now: monotonic_ns(),
            slots,
            memory,
        }
    }
}

/// How long the main thread of a process was ready to run and got no core, in nanoseconds; zero if the system does not count it.
fn starved(pid: i32) -> u64 {
    let statistics = fs::read_to_string(format!("/proc/{pid}/task/{pid}/schedstat")).unwrap_or_default();
    let waited = statistics.split(' ').nth(1);
    waited.and_then(|nanoseconds| nanoseconds.parse().ok()).unwrap_or(0)
}
