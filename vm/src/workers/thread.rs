//! The life of a worker's thread, from its first line to its last, and the order of its end.

use std::io;
use std::panic::{self, AssertUnwindSafe};
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use crate::addons::MakeAddonHost;
use crate::engine::Vm;
use crate::event_loop::EventLoop;
use crate::harness::turns::Turns;
use crate::host::{Host, HostParts};
use crate::messaging::{self, Hub, Interrupt, Port};
use crate::modules::graph::ModuleGraph;
use crate::realm::{Builtins, Parking, Realm, swap};

use super::WORKERS;
use super::control::{Control, Stage};
use super::family::News;
use super::late_addons::LateAddons;
use super::membership::{Membership, call};
use super::relay::{Relay, ToParent};

/// How long `exit` handlers of a worker may take.
const EXIT_LIMIT: Duration = Duration::from_secs(1);
/// The exit code of a worker that was terminated or failed, as Node has it.
const TERMINATED: i32 = 1;

/// Everything a worker's thread is given. Nothing in it refers to memory of its parent's VM.
pub(super) struct Start {
    pub(super) control: Arc<Control>,
    pub(super) parent: ToParent,
    pub(super) spec: String,
    pub(super) messages: Port,
    pub(super) rest: Port,
    pub(super) hub: Arc<Hub>,
    pub(super) make_addons: MakeAddonHost,
    /// As for [`ModuleGraph::new`].
    pub(super) lazy_modules: bool,
    pub(super) root: PathBuf,
    pub(super) slot: u32,
    pub(super) addon_timeout: Duration,
}

/// Starts the thread of a worker that is registered. It unlinks itself.
///
/// # Errors
/// The system gives no thread: then nothing runs that would unlink it.
pub(super) fn spawn(start: Start, stack: usize) -> io::Result<()> {
    let name = format!("worker {}", start.control.id);
    let builder = thread::Builder::new().name(name).stack_size(stack);
    builder.spawn(move || live(start)).map(drop)
}

/// The whole life. The last two lines are its last contact with the parent.
fn live(start: Start) {
    let (control, parent) = (Arc::clone(&start.control), start.parent.clone());
    let end = panic::catch_unwind(AssertUnwindSafe(|| run(start)));
    let news = match end {
        Ok(Ok(code)) => News::Exit { code, failure: None },
        Ok(Err(why)) => failed(why),
        Err(_) => failed("bug in trun: the worker's thread panicked".to_owned()),
    };
    control.detach();
    parent.tell(news);
    WORKERS.unlink(control.id);
}

fn failed(why: String) -> News {
    News::Exit {
        code: TERMINATED,
        failure: Some(why),
    }
}

/// Makes the VM, runs the worker in it and takes it down again.
fn run(start: Start) -> Result<i32, String> {
    // Each step of the start is short; between any two it may turn out to be over.
    if start.control.is_asked() {
        return Ok(TERMINATED);
    }
    let vm = Vm::new().map_err(|error| error.to_string())?;
    let event_loop = EventLoop::new().map_err(|error| format!("failed to set up the event loop: {error}"))?;
    vm.watchdog().obey(start.control.flag());
    messaging::set_hub(start.hub);
    let parking = Rc::new(Parking::new(&vm));
    let membership = Membership::new(Arc::clone(&start.control), start.parent.clone());
    let host = Host::install(HostParts {
        event_loop,
        modules: ModuleGraph::new(start.lazy_modules),
        builtins: Builtins::default(),
        observer: Box::new(Relay::new(start.parent, Arc::clone(&start.control))),
        addons: Box::new(LateAddons::new(start.make_addons, Rc::clone(&parking))),
        preload: Vec::new(),
        root: start.root,
        slot: start.slot,
        owns_process: false,
        addon_timeout: start.addon_timeout,
        thread: Some(Rc::clone(&membership)),
        vm,
    });
    let poster = host.event_loop.mailbox().vm_poster();
    start.control.attach(poster.clone(), Interrupt::current());
    parking.global().enter(|cx| host.addons.attach(cx, poster));
    let code = in_realm(&host, &parking, &membership, &start.spec, [start.messages, start.rest]);
    // The addons' host, which is a part of the host, holds the parking realm, and both of them values of the VM.
    Host::uninstall();
    drop(parking);
    drop(host);
    code
}

/// The realm's life. Its end is an ordered list, as the swap's is:
///
/// 1. JavaScript has left the loop; what is left of a termination is absorbed before anything runs again.
/// 2. `exit` handlers, unless it was terminated from outside.
/// 3. Its own workers: told to end, waited for, bounded ([`super::end_children`], the first thing that [`swap::close_thread`] does).
/// 4. What it has open, through the owners; addons; the realm.
fn in_realm(
    host: &Rc<Host>,
    parking: &Rc<Parking>,
    membership: &Rc<Membership>,
    spec: &str,
    [messages, rest]: [Port; 2],
) -> Result<i32, String> {
    let realm = Realm::open(host, parking, false)
        .map_err(|message| format!("bug in trun: the realm could not be set up: {message}"))?;
    let ports = [messaging::adopt(messages), messaging::adopt(rest)];
    let code = {
        let life = Life {
            host,
            realm: &realm,
            membership,
        };
        life.run(spec, ports);
        membership.control().enter(Stage::Leaves);
        life.leave()
    };
    membership.forget_entries();
    swap::close_thread(host, parking, realm, host.addon_timeout);
    Ok(code)
}

struct Life<'a> {
    host: &'a Rc<Host>,
    realm: &'a Rc<Realm>,
    membership: &'a Rc<Membership>,
}

impl Life<'_> {
    fn turns(&self) -> Turns<'_> {
        Turns::new(self.host, self.realm)
    }

    /// Runs the entry and the event loop until there is nothing left to do or it is to end.
    fn run(&self, spec: &str, [messages, rest]: [u32; 2]) {
        self.turns().enter(|cx, _| {
            // Loads what makes the entry points, which tells them natively.
            crate::harness::session::open(cx, &self.realm.entries().load)?.call(cx, &[])?;
            let Some(entries) = self.membership.entries() else {
                return Ok(());
            };
            let args = [cx.string(spec), cx.number(messages), cx.number(rest)];
            call(cx, &entries.run, &args).map(|_| ())
        });
        while !self.membership.is_asked_to_end() {
            match self.host.event_loop.next(self.realm.global().id()) {
                Some(due) => self.turns().dispatch(due),
                None => {
                    let more = self.turns().finish();
                    if !more && !self.is_alive() && !self.survives_before_exit() {
                        return;
                    }
                    let until = more.then(Instant::now);
                    if self.membership.is_asked_to_end() || !self.wait(until) {
                        return;
                    }
                }
            }
        }
    }

    /// Waits in the loop, which is told to others if it may be for long. False if it cannot.
    fn wait(&self, until: Option<Instant>) -> bool {
        let control = self.membership.control();
        if until.is_none() && !self.host.event_loop.is_busy() {
            control.enter(Stage::Waits);
        }
        let can_go_on = self.host.event_loop.wait(&self.host.vm, until).is_ok();
        control.enter(Stage::Runs);
        can_go_on
    }

    /// Whether anything may still happen.
    fn is_alive(&self) -> bool {
        self.host.event_loop.is_busy()
            || self.host.operations.get() > 0
            || self.host.event_loop.has_guest()
            || self.host.handles.keep_alive()
            || self.host.addons.keeps_alive()
            || self.ask(|entries| &entries.is_alive)
    }

    /// Tells JavaScript that nothing is left to do; whether it has found something.
    fn survives_before_exit(&self) -> bool {
        self.ask(|entries| &entries.before_exit);
        self.is_alive()
    }

    fn ask(&self, which: impl Fn(&super::membership::Entries) -> &crate::engine::Persistent) -> bool {
        let Some(entries) = self.membership.entries() else {
            return false;
        };
        let mut answer = false;
        self.turns().enter(|cx, _| {
            answer = call(cx, which(&entries), &[])?.to_bool(cx);
            Ok(())
        });
        answer
    }

    /// JavaScript has left the loop: the exit code.
    fn leave(&self) -> i32 {
        let watchdog = self.host.vm.watchdog();
        if self.membership.is_asked_to_end() {
            watchdog.be_deaf();
            watchdog.set_deadline(Some(Instant::now() + EXIT_LIMIT));
            self.host.vm.absorb_termination(self.realm.global());
            return self.membership.exit_code().unwrap_or(TERMINATED);
        }
        let mut code = TERMINATED;
        if let Some(entries) = self.membership.entries() {
            self.turns().enter(|cx, _| {
                let told = call(cx, &entries.exit, &[])?.as_integer(cx);
                code = told.and_then(|code| i32::try_from(code).ok()).unwrap_or(0);
                Ok(())
            });
        }
        self.membership.exit_code().unwrap_or(code)
    }
}
