//! Entering the realm for what is due: one macrotask, and the ticks and microtasks after it.

use std::rc::Rc;

use crate::engine::{Ctx, JsResult};
use crate::event_loop::Due;
use crate::harness::session::open;
use crate::harness::uncaught::report_uncaught;
use crate::host::{Host, SharedFlag};
use crate::realm::Realm;

/// A realm whose event loop is run. Knows no phase and no deadline: the watchdog does.
#[derive(Clone, Copy)]
pub(crate) struct Turns<'a> {
    host: &'a Rc<Host>,
    realm: &'a Rc<Realm>,
}

impl<'a> Turns<'a> {
    pub(crate) fn new(host: &'a Rc<Host>, realm: &'a Rc<Realm>) -> Self {
        Self { host, realm }
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

    /// At the end of a turn, as Node runs them: never in the middle of the JavaScript that made them due. Whether any ran: then there may be
    /// more to do at once. The turn still ends with the wait, or a test that collects in every turn would keep the engine's own callbacks out.
    pub(crate) fn drain_finalizers(&self) -> bool {
        let has_any = self.host.addons.has_finalizers();
        if has_any {
            self.enter(|cx, _| self.host.addons.drain_finalizers(cx));
        }
        has_any
    }

    /// The loop of native addons, if one of them has wanted it, has its turn at the end of ours.
    pub(crate) fn run_guest(&self) {
        self.host.event_loop.run_guest(&|task| self.enter(|cx, _| task(cx)));
    }

    /// One macrotask: `work`, then ticks, then (on leaving) microtasks, then ticks those have queued, and so on.
    pub(crate) fn enter(&self, work: impl for<'r> FnOnce(Ctx<'r>, &Realm) -> JsResult<'r, ()>) {
        let watchdog = self.host.vm.watchdog();
        watchdog.rearm();
        self.realm.global().enter(|cx| {
            if let Err(thrown) = work(cx, self.realm)
                && !watchdog.stopped()
            {
                report_uncaught(cx, thrown.0);
            }
            self.run_ticks(cx);
        });
        // The clock is looked at here: the engine's own limit restarts at each of these short calls.
        while self.host.flag(SharedFlag::Ticks) && !watchdog.stopped() && !watchdog.is_due() {
            self.realm.global().enter(|cx| self.run_ticks(cx));
        }
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
