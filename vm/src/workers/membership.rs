//! A worker, seen from its own thread.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;

use crate::engine::{Ctx, JsResult, Object, Persistent, Value};
use crate::harness::observer::OutputStream;
use crate::host::Host;
use crate::realm::leaks;

use super::control::Control;
use super::family::News;
use super::relay::ToParent;

/// The functions of `vm/js/internal/workers/realm.js` that the thread calls.
pub(super) struct Entries {
    /// Runs the entry.
    pub(super) run: Persistent,
    /// Whether JavaScript has a reason to go on that native code cannot see.
    pub(super) is_alive: Persistent,
    /// There is nothing left to do: `beforeExit`.
    pub(super) before_exit: Persistent,
    /// `exit` handlers; the exit code.
    pub(super) exit: Persistent,
}

/// What a worker's thread knows of itself.
pub struct Membership {
    control: Arc<Control>,
    parent: ToParent,
    entries: RefCell<Option<Rc<Entries>>>,
    /// Set when its own JavaScript has ended it.
    exit_code: Cell<Option<i32>>,
}

impl Membership {
    pub(super) fn new(control: Arc<Control>, parent: ToParent) -> Rc<Self> {
        Rc::new(Self {
            control,
            parent,
            entries: RefCell::default(),
            exit_code: Cell::new(None),
        })
    }

    pub(super) fn control(&self) -> &Arc<Control> {
        &self.control
    }

    /// Text of one of its own workers goes on to its parent.
    pub(super) fn pass_on(&self, stream: OutputStream, text: &str, label: &str) {
        self.parent.tell(News::Output {
            stream,
            text: text.to_owned(),
            label: label.to_owned(),
        });
    }

    /// Whether it is to end.
    #[must_use]
    pub fn is_asked_to_end(&self) -> bool {
        self.control.is_asked()
    }

    pub(super) fn entries(&self) -> Option<Rc<Entries>> {
        self.entries.borrow().as_ref().map(Rc::clone)
    }

    /// Keeps the entry points of the realm.
    pub(super) fn set_entries(&self, host: &Host, [run, is_alive, before_exit, exit]: [Object<'_>; 4]) {
        let keep = |function| host.persist(function, leaks::RUNTIME);
        self.entries.replace(Some(Rc::new(Entries {
            run: keep(run),
            is_alive: keep(is_alive),
            before_exit: keep(before_exit),
            exit: keep(exit),
        })));
    }

    pub(super) fn forget_entries(&self) {
        self.entries.replace(None);
    }

    /// Its own JavaScript ends it, with this exit code.
    pub(super) fn leave(&self, code: i32) {
        if self.exit_code.get().is_none() {
            self.exit_code.set(Some(code));
        }
        self.control.ask_to_end();
    }

    pub(super) fn exit_code(&self) -> Option<i32> {
        self.exit_code.get()
    }
}

/// Calls one of them with `args`; nothing if it is of another realm.
pub(super) fn call<'r>(cx: Ctx<'r>, entry: &Persistent, args: &[Value<'r>]) -> JsResult<'r> {
    match entry.open(cx) {
        Some(function) => function.call(cx, args),
        None => Ok(cx.undefined()),
    }
}
