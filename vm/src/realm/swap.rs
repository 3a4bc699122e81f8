//! The realm swap: from the end of one test file to the state the next one starts in.
//!
//! The order is the design's (ARCHITECTURE.md, "The realm swap") and is written here once. A crash in it counts against the file that has
//! just ended.

use std::rc::Rc;
use std::time::{Duration, Instant};

use crate::addons::TeardownState;
use crate::engine::Ctx;
use crate::host::Host;
use crate::realm::{Parking, ProcessState, Realm};

/// How long native addons may take to end.
const ADDON_TEARDOWN: Duration = Duration::from_secs(2);
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

    fn is_spent(&mut self) -> bool {
        self.swaps += 1;
        self.every_swap
            || self.swaps >= SWAPS_PER_COLLECTION
            || resident_bytes() > self.resident_after_last + GROWTH_PER_COLLECTION
    }

    fn renew(&mut self) {
        self.swaps = 0;
        self.resident_after_last = resident_bytes();
    }
}

/// Resident memory of this process, or zero if the system does not say.
fn resident_bytes() -> u64 {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages: u64 = statm.split(' ').nth(1).and_then(|n| n.parse().ok()).unwrap_or(0);
    pages * 4096
}

/// Takes `realm` down. Afterwards nothing of it runs any more, and what belongs to the process is as every file finds it.
pub fn close(
    host: &Rc<Host>,
    parking: &Parking,
    realm: Rc<Realm>,
    state: &ProcessState,
    budget: &mut CollectionBudget,
) {
    stop_what_is_open(host);
    drain_microtasks(host, &realm);
    state.restore();
    move_addons_out(host, parking);
    tear_addons_down(host, parking);
    forget_registries(host, &realm);
    release(host, realm);
    if budget.is_spent() {
        host.vm.collect(parking.global());
        budget.renew();
    }
}

/// Timers, immediates, asynchronous operations and the children and descriptors they own.
fn stop_what_is_open(host: &Host) {
    host.event_loop.clear();
    crate::node::stop_all();
    crate::net::stop_all();
}

/// Promise reactions that stopping has queued run now, or they would keep the realm and run in the next file's time. Bounded: a
/// chain without an end is stopped by the watchdog.
fn drain_microtasks(host: &Host, realm: &Realm) {
    host.vm
        .watchdog()
        .set_deadline(Some(Instant::now() + Duration::from_secs(1)));
    realm.global().enter(|_| ());
    if host.vm.watchdog().stopped() {
        host.vm.absorb_termination(realm.global());
    }
    host.vm.watchdog().set_deadline(None);
    // What those reactions have opened.
    stop_what_is_open(host);
}

fn move_addons_out(host: &Host, parking: &Parking) {
    parking.global().enter(|cx| host.addons.leave_realm(cx));
}

fn tear_addons_down(host: &Host, parking: &Parking) {
    parking.global().enter(|cx| host.addons.begin_teardown(cx));
    let end = Instant::now() + ADDON_TEARDOWN;
    while in_parking(parking, |cx| host.addons.poll_teardown(cx)) == TeardownState::Pending && Instant::now() < end {
        // A loop that cannot wait any more cannot be waited for.
        if host.event_loop.wait(&host.vm, Some(end)).is_err() {
            break;
        }
    }
}

fn in_parking<T>(parking: &Parking, work: impl for<'r> FnOnce(Ctx<'r>) -> T) -> T {
    parking.global().enter(work)
}

fn forget_registries(host: &Host, realm: &Realm) {
    realm.global().clear_persistents();
    host.set_realm(None);
}

/// In a function of its own: a stack slot that still holds a value of the realm would keep it through the next collection.
#[inline(never)]
fn release(_host: &Host, realm: Rc<Realm>) {
    debug_assert_eq!(Rc::strong_count(&realm), 1, "nobody else holds the realm");
    drop(realm);
}
