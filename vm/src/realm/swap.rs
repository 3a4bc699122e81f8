//! The realm swap: from the end of one test file to the state the next one starts in.
//!
//! The order is the design's (ARCHITECTURE.md, "The realm swap") and is written here once. A crash in it counts against the file that has
//! just ended.

use std::rc::Rc;
use std::time::{Duration, Instant};

use crate::addons::{Teardown, TeardownMode, TeardownState};
use crate::engine::Ctx;
use crate::harness::observer::{Leak, ProblemKind};
use crate::harness::problem;
use crate::host::Host;
use crate::realm::census::Census;
use crate::realm::collection::CollectionBudget;
use crate::realm::{Parking, ProcessState, Realm, leaks};

/// How long JavaScript of the realm that ends may take.
const OWN_LIMIT: Duration = Duration::from_secs(1);

/// Code that gets hot. Compiled code of a realm that is gone waits for being put in place, and keeps the realm, until other code asks the
/// compiler for something; nothing short of that gives it up.
const HOT: &str = "(() => { const hot = (n) => n + 1; let n = 0; while (n < 20000) n = hot(n); })()";

/// What lasts from swap to swap.
pub struct Swaps {
    /// The state every realm starts with.
    state: ProcessState,
    census: Census,
    budget: CollectionBudget,
    addons: Teardown,
}

impl Swaps {
    /// Before the first realm. `collect_always`: a full collection at every swap.
    #[must_use]
    pub fn new(host: &Host, collect_always: bool, addons: Teardown) -> Self {
        Self {
            state: ProcessState::capture(&host.touched),
            census: Census::default(),
            budget: CollectionBudget::new(collect_always),
            addons,
        }
    }

    /// Judges what the file that has just ended leaves behind, and tells.
    pub fn tell_leaks(&self, host: &Host, realm: &Realm, file: u32) {
        tell(host, file, leaks::left_behind(host, realm, &self.state));
    }

    /// Takes `realm` down. Afterwards nothing of it runs any more, and what belongs to the process is as every file finds it.
    pub fn close(&mut self, host: &Rc<Host>, parking: &Parking, realm: Rc<Realm>, file: u32) {
        stop_what_is_open(host);
        drain_microtasks(host, &realm);
        self.state.restore(&host.touched);
        move_addons_out(host, parking);
        let addons = match self.addons.mode {
            TeardownMode::File => tear_addons_down(host, parking, self.addons.timeout),
            TeardownMode::Run => Vec::new(),
        };
        let persistents = forget_registries(host, &realm);
        self.census.retire(&host.vm, realm.global(), file);
        release(realm);
        tell(host, file, [addons, persistents].concat());
        // The collection comes next (`Runtime::run_file`): here, the stack is still the file's.
    }

    /// With one realm for all files: ends a file whose realm goes on with the next one. What is open is stopped; what is *state*
    /// (globals, modules, listeners, the process's own) is shared, which is what such a run asks for. False if the file has broken the
    /// realm, which is an error of that file: then the realm is to be closed.
    pub fn pass_on(&mut self, host: &Rc<Host>, realm: &Rc<Realm>) -> bool {
        stop_what_is_open(host);
        if let Err(why) = end_file(host, realm) {
            let message = format!(
                "the realm that all files share cannot go on after this file ({why}); the next file starts in a new one"
            );
            let problem = problem::plain(ProblemKind::Thrown, message);
            host.observer.borrow_mut().file_error(problem);
            return false;
        }
        drain_microtasks(host, realm);
        host.touched.take_baseline();
        true
    }

    /// The worker ends: so do all envs that are left. Who left what is not told any more: the files have ended long ago.
    pub fn end_addons(&self, host: &Host, parking: &Parking) {
        tear_addons_down(host, parking, self.addons.timeout);
    }

    /// A file is over. Whether it is time to collect.
    pub fn is_collection_due(&mut self) -> bool {
        self.budget.is_spent()
    }

    /// Collects everything that can go and tells which realms did not. The stack below the caller was overwritten.
    pub fn collect(&mut self, host: &Host, parking: &Parking) {
        host.vm.collect(parking.global());
        for file in self.census.count(&host.vm) {
            tell(host, file, vec![Census::leak()]);
        }
        self.budget.renew();
    }

    /// A realm without a file comes and goes, so that the last file's is no longer the newest: that one is never judged, for the stack and the
    /// engine's caches of what ran last may hold it.
    #[inline(never)]
    pub fn pass_blank(&mut self, host: &Rc<Host>, parking: &Parking) {
        if let Ok(realm) = Realm::open(host, parking, false) {
            // Whatever it throws or returns: it only has to run.
            realm.global().enter(|cx| cx.eval(HOT, "trun:hot").is_ok());
            drain_microtasks(host, &realm);
            forget_registries(host, &realm);
            // It is gone before the collections that would make it a leak.
            self.census.retire(&host.vm, realm.global(), u32::MAX);
            release(realm);
        }
    }

    /// How many realms were released and are not known to be gone.
    #[must_use]
    pub fn released_realms(&self) -> usize {
        self.census.len()
    }
}

/// A worker thread ends: as [`Swaps::close`], without what belongs to the process or is told of a file.
pub fn close_thread(host: &Rc<Host>, parking: &Parking, realm: Rc<Realm>, addons: Duration) {
    stop_what_is_open(host);
    drain_microtasks(host, &realm);
    move_addons_out(host, parking);
    let _ = tear_addons_down(host, parking, addons);
    let _ = forget_registries(host, &realm);
    release(realm);
}

fn tell(host: &Host, file: u32, leaks: Vec<Leak>) {
    if !leaks.is_empty() {
        host.observer.borrow_mut().leaked(file, leaks);
    }
}

/// Through their owners: what has a handle (newest first), then timers, immediates and operations in flight.
fn stop_what_is_open(host: &Host) {
    // First: they may be using what the rest ends, and no letter of theirs is opened any more.
    crate::workers::end_children(host);
    let children = crate::node::owned_children();
    host.handles.stop_all();
    host.event_loop.clear();
    crate::node::forget_all();
    crate::net::stop_all();
    crate::messaging::stop_all();
    crate::ffi::stop_all();
    if host.owns_process {
        crate::node::kill_orphans(&children);
    }
}

/// Lets the harness forget the file. Why it cannot, if it cannot: what it calls may be patched.
fn end_file(host: &Host, realm: &Realm) -> Result<(), String> {
    let ended = within_limit(host, realm, |cx| match realm.entries().end_file.open(cx) {
        Some(end_file) => end_file
            .call(cx, &[])
            .map(|_| ())
            .map_err(|thrown| thrown.0.to_text(cx).unwrap_or_default()),
        None => Err("bug in trun: an entry point of another realm".to_owned()),
    });
    ended.unwrap_or_else(|| Err("its code did not end".to_owned()))
}

/// Enters the realm for `work` and the microtasks after it; `None` if the watchdog had to stop that.
fn within_limit<T>(host: &Host, realm: &Realm, work: impl for<'r> FnOnce(Ctx<'r>) -> T) -> Option<T> {
    let watchdog = host.vm.watchdog();
    watchdog.set_deadline(Some(Instant::now() + OWN_LIMIT));
    let done = realm.global().enter(work);
    let is_stopped = watchdog.stopped();
    if is_stopped {
        host.vm.absorb_termination(realm.global());
    }
    watchdog.set_deadline(None);
    (!is_stopped).then_some(done)
}

/// Promise reactions that stopping has queued run now, or they would keep the realm and run in the next file's time. Bounded: a
/// chain without an end is stopped by the watchdog.
fn drain_microtasks(host: &Host, realm: &Realm) {
    let _ = within_limit(host, realm, |_| ());
    // What those reactions have opened.
    stop_what_is_open(host);
}

fn move_addons_out(host: &Host, parking: &Parking) {
    parking.global().enter(|cx| host.addons.leave_realm(cx));
}

/// What does not end in time stays parked and valid. What was left running is a leak either way.
fn tear_addons_down(host: &Host, parking: &Parking, timeout: Duration) -> Vec<Leak> {
    in_parking(parking, |cx| host.addons.begin_teardown(cx));
    let begun = Instant::now();
    let end = begun + timeout;
    while in_parking(parking, |cx| host.addons.poll_teardown(cx)) == TeardownState::Pending {
        // A loop that cannot wait any more cannot be waited for.
        if Instant::now() >= end || host.event_loop.wait(&host.vm, Some(end)).is_err() {
            in_parking(parking, |cx| host.addons.give_up(cx, begun.elapsed()));
            break;
        }
        host.event_loop.run_guest(&|task| {
            // As below.
            parking.global().enter(|cx| {
                let _ = task(cx);
            });
        });
        while let Some(letter) = host.event_loop.next_between_realms() {
            // There is no file any more whose error it could be; envs that are torn down run no JavaScript.
            let _ = parking.global().enter(|cx| letter(cx).is_ok());
        }
    }
    leaks::addons(host.addons.leaks())
}

fn in_parking<T>(parking: &Parking, work: impl for<'r> FnOnce(Ctx<'r>) -> T) -> T {
    parking.global().enter(work)
}

/// Persistents. Modules, mocks and everything else that is JavaScript's go with the realm.
fn forget_registries(host: &Host, realm: &Realm) -> Vec<Leak> {
    host.set_realm(None);
    leaks::persistents(realm.global().clear_persistents())
}

/// In a function of its own: a stack slot that still holds a value of the realm would keep it through the next collection.
#[inline(never)]
fn release(realm: Rc<Realm>) {
    debug_assert_eq!(Rc::strong_count(&realm), 1, "nobody else holds the realm");
    drop(realm);
}
