//! What the running test file has open: the one table of everything that outlives the call that made it.
//!
//! Whoever makes such a thing (a child process, a descriptor, a watched signal; servers, sockets, watchers and workers alike) adds it
//! here and removes it when JavaScript ends it. What is in the table when a file is over is in its leak report, and the swap stops
//! it. Timers are not here: they are far too many, the event loop and `vm/js/internal/timers.js` own them.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::ops::Bound;
use std::rc::Rc;

use crate::engine::Ctx;
use crate::harness::observer::{Leak, LeakKind, StackFrame};
use crate::harness::session::capture_stack;
use crate::harness::stack::user_frames;
use crate::host::host;

/// Something a test file can leave open.
pub trait OpenHandle {
    /// Its family.
    fn kind(&self) -> LeakKind;

    /// What it is, in words that follow `left behind: `; `None` if it is no leak: it has ended, or somebody else reports it.
    fn left_behind(&self) -> Option<String>;

    /// Whether a worker thread that has it open goes on when it has nothing else to do.
    fn keeps_alive(&self) -> bool {
        true
    }

    /// Ends it without telling JavaScript. It is out of the table already.
    fn stop(&self);
}

/// Number of an open handle, never used twice.
pub type HandleId = u64;

/// More sites than this are not kept at a time: who has so much open makes it in a loop.
const MAX_SITES: usize = 64;

/// Where something was made: the engine's stack, mapped to the user's files when it is reported.
#[derive(Debug, Clone, Default)]
pub struct Site(Option<String>);

impl Site {
    /// The JavaScript that runs now.
    #[must_use]
    pub fn here(cx: Ctx<'_>) -> Self {
        let is_worth_it = host().handles.open.borrow().len() < MAX_SITES;
        Self(is_worth_it.then(|| capture_stack(cx).ok()).flatten())
    }

    /// The user's frames, innermost first; empty if it is not known.
    #[must_use]
    pub fn frames(&self) -> Vec<StackFrame> {
        self.0.as_deref().map(user_frames).unwrap_or_default()
    }
}

struct Entry {
    handle: Rc<dyn OpenHandle>,
    site: Site,
}

/// The table, in the order in which things were opened.
#[derive(Default)]
pub struct Handles {
    last: Cell<HandleId>,
    /// What is older was opened by preload modules.
    baseline: Cell<HandleId>,
    open: RefCell<BTreeMap<HandleId, Entry>>,
}

impl Handles {
    /// `handle` is open from now on.
    pub fn add(&self, handle: Rc<dyn OpenHandle>, site: Site) -> HandleId {
        let id = self.last.get() + 1;
        self.last.set(id);
        self.open.borrow_mut().insert(id, Entry { handle, site });
        id
    }

    /// It has been ended by whoever opened it, or ended by itself.
    pub fn remove(&self, id: HandleId) {
        self.open.borrow_mut().remove(&id);
    }

    /// What is open by now is not left behind by the file that begins; it is still stopped with the others.
    pub fn take_baseline(&self) {
        self.baseline.set(self.last.get());
    }

    /// What would be left behind if the file ended now.
    #[must_use]
    pub fn leaks(&self) -> Vec<Leak> {
        let open = self.open.borrow();
        let leak = |entry: &Entry| {
            Some(Leak {
                kind: entry.handle.kind(),
                what: entry.handle.left_behind()?,
                stack: entry.site.frames(),
            })
        };
        let own = open.range((Bound::Excluded(self.baseline.get()), Bound::Unbounded));
        own.filter_map(|(_, entry)| leak(entry)).collect()
    }

    /// Whether anything that is open is a reason for its thread to go on.
    #[must_use]
    pub fn keep_alive(&self) -> bool {
        self.open.borrow().values().any(|entry| entry.handle.keeps_alive())
    }

    /// Stops everything, newest first: what was built on something else goes before it.
    pub fn stop_all(&self) {
        // No borrow is held: stopping one thing may end another.
        while let Some((_, entry)) = { self.open.borrow_mut().pop_last() } {
            entry.handle.stop();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Door {
        name: &'static str,
        stopped: Rc<RefCell<Vec<&'static str>>>,
    }

    impl OpenHandle for Door {
        fn kind(&self) -> LeakKind {
            LeakKind::Socket
        }

        fn left_behind(&self) -> Option<String> {
            (self.name != "quiet").then(|| self.name.to_owned())
        }

        fn stop(&self) {
            self.stopped.borrow_mut().push(self.name);
        }
    }

    #[test]
    fn what_is_open_is_listed_in_order_and_stopped_in_reverse() {
        let (handles, stopped) = (Handles::default(), Rc::default());
        let add = |name| {
            let stopped = Rc::clone(&stopped);
            handles.add(Rc::new(Door { name, stopped }), Site::default())
        };
        let ids = ["first", "closed", "quiet", "last"].map(add);
        handles.remove(ids[1]);
        let left: Vec<String> = handles.leaks().into_iter().map(|leak| leak.what).collect();
        assert_eq!(left, ["first", "last"]);
        handles.stop_all();
        assert_eq!(*stopped.borrow(), ["last", "quiet", "first"]);
        assert!(handles.leaks().is_empty());
    }

    #[test]
    fn what_was_open_at_the_baseline_is_stopped_and_not_listed() {
        let (handles, stopped) = (Handles::default(), Rc::default());
        let add = |name| {
            let stopped = Rc::clone(&stopped);
            handles.add(Rc::new(Door { name, stopped }), Site::default())
        };
        add("preloaded");
        handles.take_baseline();
        add("own");
        let left: Vec<String> = handles.leaks().into_iter().map(|leak| leak.what).collect();
        assert_eq!(left, ["own"]);
        handles.stop_all();
        assert_eq!(*stopped.borrow(), ["own", "preloaded"]);
    }
}
