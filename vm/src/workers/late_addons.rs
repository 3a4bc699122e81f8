//! A worker's host of native addons, made when its first addon is loaded: most workers load none, and a host is never freed.

use std::cell::{OnceCell, RefCell};
use std::ffi::c_void;
use std::path::Path;
use std::rc::Rc;
use std::time::Duration;

use crate::addons::{AddonHost, AddonLeak, MakeAddonHost, TeardownState};
use crate::engine::{Ctx, JsResult, Object, Value};
use crate::event_loop::Poster;
use crate::realm::Parking;

pub(super) struct LateAddons {
    make: MakeAddonHost,
    parking: Rc<Parking>,
    poster: RefCell<Option<Poster>>,
    made: OnceCell<Box<dyn AddonHost>>,
}

impl LateAddons {
    pub(super) fn new(make: MakeAddonHost, parking: Rc<Parking>) -> Self {
        Self {
            make,
            parking,
            poster: RefCell::default(),
            made: OnceCell::new(),
        }
    }

    fn made(&self) -> Option<&dyn AddonHost> {
        self.made.get().map(AsRef::as_ref)
    }

    fn made_now(&self, cx: Ctx<'_>) -> &dyn AddonHost {
        let made = self.made.get_or_init(|| {
            let host = (self.make)();
            if let Some(poster) = self.poster.take() {
                self.parking.global().enter(|parking| host.attach(parking, poster));
            }
            host.enter_realm(cx);
            host
        });
        made.as_ref()
    }
}

impl AddonHost for LateAddons {
    fn for_threads(&self) -> MakeAddonHost {
        MakeAddonHost::clone(&self.make)
    }

    fn attach(&self, _parking: Ctx<'_>, poster: Poster) {
        self.poster.replace(Some(poster));
    }

    fn load<'r>(&self, cx: Ctx<'r>, module: Object<'r>, path: &Path, flags: i32) -> JsResult<'r, ()> {
        self.made_now(cx).load(cx, module, path, flags)
    }

    fn run_native<'r>(&self, cx: Ctx<'r>, library: &Path, run: &mut dyn FnMut(*mut c_void)) -> JsResult<'r, ()> {
        self.made_now(cx).run_native(cx, library, run)
    }

    fn leave_realm(&self, parking: Ctx<'_>) {
        if let Some(made) = self.made() {
            made.leave_realm(parking);
        }
    }

    fn begin_teardown(&self, parking: Ctx<'_>) {
        if let Some(made) = self.made() {
            made.begin_teardown(parking);
        }
    }

    fn poll_teardown(&self, parking: Ctx<'_>) -> TeardownState {
        self.made()
            .map_or(TeardownState::Done, |made| made.poll_teardown(parking))
    }

    fn give_up(&self, parking: Ctx<'_>, waited: Duration) {
        if let Some(made) = self.made() {
            made.give_up(parking, waited);
        }
    }

    fn leaks(&self) -> Vec<AddonLeak> {
        self.made().map(AddonHost::leaks).unwrap_or_default()
    }

    fn enter_realm(&self, _cx: Ctx<'_>) {}

    fn keeps_alive(&self) -> bool {
        self.made().is_some_and(AddonHost::keeps_alive)
    }

    fn has_finalizers(&self) -> bool {
        self.made().is_some_and(AddonHost::has_finalizers)
    }

    fn drain_finalizers<'r>(&self, cx: Ctx<'r>) -> JsResult<'r, ()> {
        self.made().map_or(Ok(()), |made| made.drain_finalizers(cx))
    }

    fn is_external<'r>(&self, cx: Ctx<'r>, value: Value<'r>) -> bool {
        self.made().is_some_and(|made| made.is_external(cx, value))
    }

    fn describe_running(&self) -> Option<String> {
        self.made().and_then(AddonHost::describe_running)
    }
}
