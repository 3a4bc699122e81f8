//! The workers that JavaScript of one thread has started: starting them, and hearing of them.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::engine::{Ctx, JsResult, Object, Persistent};
use crate::handles::{HandleId, OpenHandle, Site};
use crate::harness::observer::{LeakKind, OutputStream, Problem};
use crate::host::{Host, host};
use crate::messaging;
use crate::realm::leaks;

use super::WORKERS;
use super::control::{Control, Stage};
use super::registry::{Live, MAIN, WorkerId};
use super::relay::ToParent;
use super::thread::{self, Start};

/// How long a worker that runs when its file is over may take to find that nothing is left to do.
const LAST_RUN: Duration = Duration::from_millis(250);
/// How long one that is ending may take.
const LAST_STEPS: Duration = Duration::from_secs(2);
/// How often such workers are looked at.
const LOOK_AGAIN: Duration = Duration::from_millis(1);

/// What a parent hears of a worker.
pub(super) enum News {
    /// Text for standard output or error; whose, for the report.
    Output {
        stream: OutputStream,
        text: String,
        label: String,
    },
    /// Something that is no error of JavaScript's.
    Problem(Box<Problem>),
    /// The last one. `failure`: why it never ran.
    Exit { code: i32, failure: Option<String> },
}

/// The numbers under which `on_news` is told; `vm/js/internal/workers/thread.js` has the same list.
const OUTPUT: u32 = 0;
const EXIT: u32 = 1;

struct Member {
    on_news: Persistent,
    open: Rc<Open>,
    handle: HandleId,
}

/// A worker in the table of open handles.
struct Open {
    control: Arc<Control>,
    is_ref: Cell<bool>,
}

impl Open {
    /// Whether it may be gone in a moment, by itself or because it was told to, after so long a wait for that.
    fn is_ending(&self, waited: Duration) -> bool {
        let patience = match self.control.stage() {
            Stage::Leaves => LAST_STEPS,
            _ if self.control.is_asked() => LAST_STEPS,
            Stage::Runs => LAST_RUN,
            Stage::Waits => return false,
        };
        waited < patience && self.left_behind().is_some()
    }
}

impl OpenHandle for Open {
    fn kind(&self) -> LeakKind {
        LeakKind::Worker
    }

    fn left_behind(&self) -> Option<String> {
        (self.is_ref.get() && WORKERS.contains(self.control.id))
            .then(|| format!("a worker that runs ({})", self.control.entry()))
    }

    fn keeps_alive(&self) -> bool {
        self.is_ref.get()
    }

    fn stop(&self) {
        self.control.ask_to_end();
    }
}

/// The workers of one thread.
#[derive(Default)]
pub struct Family {
    members: RefCell<HashMap<WorkerId, Member>>,
    has_started_any: Cell<bool>,
}

impl Family {
    /// Whether there may be any. Files that start none pay nothing for them.
    pub(crate) fn has_started_any(&self) -> bool {
        self.has_started_any.get()
    }

    /// The file is over, and what is left of it is told next: gives those that are ending a moment for it. One that waits, or runs on, is left
    /// behind.
    pub(crate) fn let_end(&self) {
        let begun = Instant::now();
        let is_any_ending = |waited| {
            self.members
                .borrow()
                .values()
                .any(|member| member.open.is_ending(waited))
        };
        while is_any_ending(begun.elapsed()) {
            std::thread::sleep(LOOK_AGAIN);
        }
    }

    /// What they tell from now on is told nobody.
    pub(super) fn forget(&self) {
        self.has_started_any.set(false);
        let gone = self.members.take();
        for member in gone.values() {
            host().handles.remove(member.handle);
        }
    }

    pub(super) fn set_ref(&self, id: WorkerId, is_ref: bool) {
        if let Some(member) = self.members.borrow().get(&id) {
            member.open.is_ref.set(is_ref);
        }
    }

    fn remove(&self, host: &Host, id: WorkerId) {
        let member = self.members.borrow_mut().remove(&id);
        if let Some(member) = member {
            host.handles.remove(member.handle);
        }
    }
}

/// What JavaScript asks for.
pub(super) struct Order {
    /// What `vm/js/internal/workers/realm.js` is to run, as that file reads it.
    pub(super) spec: String,
    /// What it is called.
    pub(super) name: String,
    /// What it runs, for messages.
    pub(super) entry: String,
    /// Bytes of stack.
    pub(super) stack: usize,
}

/// Starts a worker: its number. It gets these ports of this thread's, of the channel for messages and of the channel for everything else.
pub(super) fn start<'r>(cx: Ctx<'r>, order: Order, on_news: Object<'r>, ports: [u32; 2]) -> JsResult<'r, WorkerId> {
    let host = host();
    let parent = super::own_id(&host);
    if host.thread.as_ref().is_some_and(|thread| thread.is_asked_to_end()) {
        return Err(cx.type_error("this worker is being terminated and cannot start others"));
    }
    let [Some(messages), Some(rest)] = ports.map(messaging::release) else {
        return Err(cx.type_error("bug in trun: a worker without ports"));
    };
    let control = WORKERS.register(parent, |id| Control::new(id, parent, order.name, order.entry));
    let id = control.id;
    let poster = host.event_loop.mailbox().poster(host.realm().global().id());
    let start = Start {
        control: Arc::clone(&control),
        parent: ToParent { poster, id },
        spec: order.spec,
        messages,
        rest,
        hub: messaging::hub(),
        make_addons: host.addons.for_threads(),
        lazy_modules: host.modules.borrow().is_lazy(),
        root: host.root.clone(),
        slot: host.slot,
        addon_timeout: host.addon_timeout,
    };
    if let Err(error) = thread::spawn(start, order.stack) {
        WORKERS.unlink(id);
        return Err(cx.coded_error(
            crate::engine::ErrorClass::Error,
            "ERR_WORKER_INIT_FAILED",
            &format!("Worker initialization failure: no thread could be started: {error}"),
        ));
    }
    host.workers.has_started_any.set(true);
    let open = Rc::new(Open {
        control,
        is_ref: Cell::new(true),
    });
    let handle = host.handles.add(Rc::clone(&open) as Rc<dyn OpenHandle>, Site::here(cx));
    let member = Member {
        on_news: host.persist(on_news, leaks::RUNTIME),
        open,
        handle,
    };
    host.workers.members.borrow_mut().insert(id, member);
    Ok(id)
}

/// A letter of the worker `id`, on its parent's thread. One that is forgotten is not heard.
pub(super) fn hear<'r>(cx: Ctx<'r>, id: WorkerId, news: News) -> JsResult<'r, ()> {
    let host = host();
    let function = {
        let members = host.workers.members.borrow();
        members.get(&id).and_then(|member| member.on_news.open(cx))
    };
    let Some(on_news) = function else { return Ok(()) };
    match news {
        News::Output { stream, text, label } => {
            let fd = match stream {
                OutputStream::Stdout => 1,
                OutputStream::Stderr => 2,
            };
            let args = [cx.number(OUTPUT), cx.number(fd), cx.string(&text), cx.string(&label)];
            on_news.call(cx, &args).map(|_| ())
        }
        News::Problem(problem) => {
            host.observer.borrow_mut().file_error(*problem);
            Ok(())
        }
        News::Exit { code, failure } => {
            host.workers.remove(&host, id);
            let args = [cx.number(EXIT), cx.number(code), cx.optional_string(failure.as_deref())];
            on_news.call(cx, &args).map(|_| ())
        }
    }
}

/// Text that a worker of this thread wrote and nobody has taken: goes the way of this thread's own. `label` says whose it is.
pub(super) fn forward(host: &Host, stream: OutputStream, text: &str, label: &str) {
    if super::own_id(host) == MAIN {
        let text = labelled(text, label);
        host.observer.borrow_mut().output(host.phases.case(), stream, &text);
    } else if let Some(thread) = &host.thread {
        thread.pass_on(stream, text, label);
    }
}

/// Each line with the worker's name before it.
fn labelled(text: &str, label: &str) -> String {
    let lines = text.split_inclusive('\n');
    lines.map(|line| format!("[worker {label}] {line}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_says_whose_it_is() {
        assert_eq!(labelled("a\nb\n", "one"), "[worker one] a\n[worker one] b\n");
        assert_eq!(labelled("", "one"), "");
    }
}
