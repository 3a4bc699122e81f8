//! Async contexts: which test, and which stores of `AsyncLocalStorage`, an addon's callback belongs to.
//!
//! What starts something asynchronous keeps the frame it was called in; what completes it runs in that frame. Frames are values of the
//! realm's JavaScript and mean nothing in another one, so they are only entered while their env is in the realm it had then.

use trun_vm::engine::native::NativeRoots;
use trun_vm::engine::{Ctx, JsResult, Value};
use trun_vm::host::host;

use crate::env::Env;

/// A frame that was kept, in a root slot; none outside of any.
#[derive(Debug, Default)]
pub(crate) struct Frame {
    slot: Option<u32>,
    /// The realm it is of; none for a frame that means nothing.
    epoch: Option<u32>,
}

fn current(cx: Ctx<'_>) -> Option<Value<'_>> {
    let realm = host().open_realm()?;
    let frame = realm.entries().async_frame.open(cx)?.call(cx, &[]).ok()?;
    (!frame.is_undefined(cx)).then_some(frame)
}

fn enter<'r>(cx: Ctx<'r>, frame: Value<'r>) {
    if let Some(enter) = host()
        .open_realm()
        .and_then(|realm| realm.entries().enter_frame.open(cx))
    {
        // It only assigns.
        let _ = enter.call(cx, &[frame]);
    }
}

impl Frame {
    /// Keeps the current frame.
    pub(crate) fn capture(cx: Ctx<'_>, env: &'static Env) -> Self {
        if !env.is_in_its_realm() {
            return Self::default();
        }
        Self {
            slot: current(cx).map(|frame| env.instance().roots().keep(frame.to_raw())),
            epoch: Some(env.instance().epoch()),
        }
    }

    /// Runs `work` in the frame.
    ///
    /// # Errors
    /// What `work` threw.
    pub(crate) fn run<'r, T>(
        &self,
        cx: Ctx<'r>,
        env: &'static Env,
        work: impl FnOnce() -> JsResult<'r, T>,
    ) -> JsResult<'r, T> {
        if self.slot.is_none() || !self.means_something(env) {
            return work();
        }
        let outer = current(cx).unwrap_or_else(|| cx.undefined());
        self.resume(cx, env);
        let result = work();
        enter(cx, outer);
        result
    }

    fn means_something(&self, env: &'static Env) -> bool {
        self.epoch == Some(env.instance().epoch()) && env.is_in_its_realm()
    }

    /// Enters the frame and returns the one it came from, for [`Frame::resume`].
    pub(crate) fn enter(&self, cx: Ctx<'_>, env: &'static Env) -> Self {
        if self.slot.is_none() || !self.means_something(env) {
            return Self::default();
        }
        let outer = Self::capture(cx, env);
        self.resume(cx, env);
        outer
    }

    /// Makes the frame current.
    pub(crate) fn resume(&self, cx: Ctx<'_>, env: &'static Env) {
        if !self.means_something(env) {
            return;
        }
        match self.slot {
            // SAFETY: the slot keeps it.
            Some(slot) => enter(cx, unsafe { env.instance().roots().slot(slot).value(cx) }),
            None => enter(cx, cx.undefined()),
        }
    }

    /// The same frame in a slot of its own.
    pub(crate) fn duplicate(&self, env: &Env) -> Self {
        let roots = env.instance().roots();
        Self {
            slot: self.slot.map(|slot| roots.keep(roots.slot(slot))),
            epoch: self.epoch,
        }
    }

    /// Lets go of it.
    pub(crate) fn release(&mut self, env: &Env) {
        self.release_to(env.instance().roots());
    }

    /// As [`Frame::release`], where its env is not known.
    pub(crate) fn release_to(&mut self, roots: &NativeRoots) {
        if let Some(slot) = self.slot.take() {
            roots.release_slot(slot);
        }
    }
}
