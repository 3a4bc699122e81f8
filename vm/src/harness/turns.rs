//! Entering the realm for what is due: one macrotask, and the ticks and microtasks after it.

use std::cell::RefCell;
use std::rc::Rc;

use crate::engine::{Ctx, JsResult};
use crate::event_loop::Due;
use crate::harness::session::open;
use crate::harness::steps::optional_text;
use crate::harness::uncaught::report_uncaught;
use crate::host::{Host, SharedFlag};
use crate::realm::Realm;

/// A realm whose event loop is run. Knows no phase and no deadline: the watchdog does.
#[derive(Clone, Copy)]
pub(crate) struct Turns<'a> {
    host: &'a Rc<Host>,
    realm: &'a Rc<Realm>,
    strays: Option<&'a Stray>,
}

/// Whose code was stopped by force: asked and answered, and the answer.
pub(crate) type Stray = RefCell<Option<Option<String>>>;

impl<'a> Turns<'a> {
    pub(crate) fn new(host: &'a Rc<Host>, realm: &'a Rc<Realm>) -> Self {
        Self {
            host,
            realm,
            strays: None,
        }
    }

    /// Writes down whose code was stopped.
    pub(crate) fn noting_strays(self, stray: &'a Stray) -> Self {
        Self {
            strays: Some(stray),
            ..self
        }
    }

    /// Runs what is due.
    pub(crate) fn dispatch(&self, due: Due) {
        self.enter(|cx, realm| match due {
            Due::Timer(id) => open(cx, &realm.entries().run_timer)?
                .call(cx, &[cx.number(id)])
                .map(|_| ()),
            Due::Immediate(id) => open(cx, &realm.entries().run_immediate)?
                .call(cx, &[cx.number(id)])
                .map(|_| ()),
            Due::Completion(completion) => completion(cx),
            Due::Letter(letter) => letter(cx),
        });
    }

    /// The end of a turn: whether there may be more to do at once.
    pub(crate) fn finish(&self) -> bool {
        self.drain_finalizers() | self.run_guest()
    }

    /// The loop of native addons, if one of them has wanted it, has its turn at the end of ours. Whether it has brought what must not wait; its
    /// own next turn, timers and letters are looked at by the wait itself.
    fn run_guest(&self) -> bool {
        self.host.event_loop.run_guest(&|task| self.enter(|cx, _| task(cx)));
        self.host.flag(SharedFlag::Ticks) || self.host.addons.has_finalizers()
    }

    /// As Node runs them: never in the middle of the JavaScript that made them due. Whether any ran: then there may be
    /// more to do at once. The turn still ends with the wait, or a test that collects in every turn would keep the engine's own callbacks out.
    fn drain_finalizers(&self) -> bool {
        let has_any = self.host.addons.has_finalizers();
        if has_any {
            self.enter(|cx, _| self.host.addons.drain_finalizers(cx));
        }
        has_any
    }

    /// One macrotask: `work`, then ticks, then (on leaving) microtasks, then ticks those have queued, and so on.
    pub(crate) fn enter(&self, work: impl for<'r> FnOnce(Ctx<'r>, &Realm) -> JsResult<'r, ()>) {
        let watchdog = self.host.vm.watchdog();
        watchdog.rearm();
        self.realm.global().enter(|cx| {
            match work(cx, self.realm) {
                Err(_) if watchdog.stopped() => self.note_stopped(cx),
                Err(thrown) => report_uncaught(cx, thrown.0),
                Ok(()) => {}
            }
            self.run_ticks(cx);
        });
        // The clock is looked at here: the engine's own limit restarts at each of these short calls.
        while self.host.flag(SharedFlag::Ticks) && !watchdog.stopped() && !watchdog.is_due() {
            self.realm.global().enter(|cx| self.run_ticks(cx));
        }
    }

    /// Code was stopped by force inside of this entry. Whose it was is to be asked now: microtasks of others run when it is left.
    fn note_stopped(&self, cx: Ctx<'_>) {
        let Some(stray) = self.strays else { return };
        // Takes the pending termination away.
        let _ = cx.eval("0", "trun:absorb");
        let owner = open(cx, &self.realm.entries().after_stop).and_then(|ask| optional_text(cx, ask.call(cx, &[])?));
        stray.replace(owner.ok());
    }

    fn run_ticks(&self, cx: Ctx<'_>) {
        let watchdog = self.host.vm.watchdog();
        while self.host.flag(SharedFlag::Ticks) && !watchdog.stopped() && !watchdog.is_due() {
            let ran = open(cx, &self.realm.entries().run_ticks).and_then(|run| run.call(cx, &[]));
            if let Err(thrown) = ran
                && !watchdog.stopped()
            {
                report_uncaught(cx, thrown.0);
            }
        }
    }
}
