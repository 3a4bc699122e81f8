//! Functions by which an addon frees what it has tied to an object, and the queue of those that are due.
//!
//! The collector runs none of them: it only makes weak references none, or (for the memory of an array buffer, on whatever thread) posts a
//! number. [`Instance::collect_due`] finds out what is due, the event loop runs it.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::ffi::c_void;
use std::sync::{Arc, Mutex, PoisonError};

use trun_vm::engine::{Ctx, JsResult};

use crate::abi::types::napi_finalize;
use crate::callback::{Activity, call_into};
use crate::env::{Env, State};
use crate::instance::Instance;
use crate::slab::Id;

/// A function with what it is called with.
#[derive(Clone, Copy)]
pub(crate) struct Finalizer {
    /// None where only the data matters.
    pub(crate) callback: Option<napi_finalize>,
    pub(crate) data: *mut c_void,
    pub(crate) hint: *mut c_void,
}

impl Finalizer {
    /// Calls it in a scope of its own.
    ///
    /// # Errors
    /// What it threw.
    pub(crate) fn run<'r>(self, cx: Ctx<'r>, env: &'static Env) -> JsResult<'r, ()> {
        let Some(callback) = self.callback else { return Ok(()) };
        call_into(env, cx, Activity::Finalizer, || {
            // SAFETY: the addon gave function and arguments to be called with on the JS thread, as this is.
            unsafe { callback(env.as_ptr(), self.data, self.hint) }
        })
    }
}

/// What is due.
#[derive(Default)]
pub(crate) struct Queue {
    due: RefCell<VecDeque<Due>>,
    /// Posted by deallocators, from any thread.
    posted: Arc<Mutex<Vec<Id>>>,
    collections_seen: Cell<u64>,
}

#[derive(Clone, Copy)]
enum Due {
    /// The finalizer of a reference whose object is gone.
    Reference(Id),
    /// One that an addon has posted itself.
    Posted(&'static Env, Finalizer),
}

/// How a deallocator reaches the queue.
pub(crate) struct PostBox {
    queue: Arc<Mutex<Vec<Id>>>,
    reference: Id,
}

impl PostBox {
    /// Says that the reference's memory is needed no more. Any thread.
    pub(crate) fn post(self) {
        self.queue
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(self.reference);
    }
}

impl Queue {
    /// A way for the deallocator of `reference` to post it.
    pub(crate) fn post_box(&self, reference: Id) -> PostBox {
        PostBox {
            queue: Arc::clone(&self.posted),
            reference,
        }
    }

    /// Queues what the addon itself wants to run later.
    pub(crate) fn push(&self, env: &'static Env, finalizer: Finalizer) {
        self.due.borrow_mut().push_back(Due::Posted(env, finalizer));
    }

    /// Takes all that was posted for `env` and not run.
    pub(crate) fn take_posted(&self, env: &'static Env) -> Vec<Finalizer> {
        let mut taken = Vec::new();
        self.due.borrow_mut().retain(|due| match due {
            Due::Posted(owner, finalizer) if std::ptr::eq(*owner, env) => {
                taken.push(*finalizer);
                false
            }
            _ => true,
        });
        taken
    }
}

impl Instance {
    /// Whether something may be due.
    pub(crate) fn has_due(&self) -> bool {
        let queue = self.queue();
        !queue.due.borrow().is_empty()
            || queue.collections_seen.get() != self.roots().collections()
            || !queue.posted.lock().unwrap_or_else(PoisonError::into_inner).is_empty()
    }

    /// Finds out what has become due since the last time.
    pub(crate) fn collect_due(&self) {
        let queue = self.queue();
        let posted = std::mem::take(&mut *queue.posted.lock().unwrap_or_else(PoisonError::into_inner));
        queue.due.borrow_mut().extend(posted.into_iter().map(Due::Reference));
        let collections = self.roots().collections();
        if queue.collections_seen.replace(collections) != collections {
            let gone = self.references().borrow_mut().take_gone();
            queue.due.borrow_mut().extend(gone.into_iter().map(Due::Reference));
            self.objects().borrow_mut().forget_gone();
        }
    }

    /// Runs what is due, to the first that throws.
    ///
    /// # Errors
    /// What it threw.
    pub(crate) fn run_due<'r>(&'static self, cx: Ctx<'r>) -> JsResult<'r, ()> {
        self.collect_due();
        // Only what is due now: finalizers that make others due must not keep the loop from everything else.
        let count = self.queue().due.borrow().len();
        for _ in 0..count {
            let due = self.queue().due.borrow_mut().pop_front();
            match due {
                Some(Due::Reference(id)) => self.finalize_reference(cx, id)?,
                Some(Due::Posted(env, finalizer)) if env.state() != State::Dead => finalizer.run(cx, env)?,
                Some(Due::Posted(..)) | None => {}
            }
        }
        Ok(())
    }

    /// Runs what is due of an experimental env without waiting for the end of the turn, as its next function is called. Node runs these inside
    /// the collection; addons see them done when `gc()` has returned, and so they do here.
    pub(crate) fn run_early<'r>(&'static self, cx: Ctx<'r>, env: &'static Env) {
        self.collect_due();
        let mut early = Vec::new();
        self.queue().due.borrow_mut().retain(|due| match due {
            Due::Reference(id) if self.is_of(*id, env) => {
                early.push(*id);
                false
            }
            _ => true,
        });
        for id in early {
            // They cannot throw: nothing of theirs runs JavaScript.
            let _ = self.finalize_reference(cx, id);
        }
    }

    fn is_of(&self, id: Id, env: &'static Env) -> bool {
        self.references()
            .borrow()
            .get(id)
            .is_some_and(|reference| std::ptr::eq(reference.env(), env))
    }

    /// Runs the finalizer of a reference, unless the addon has deleted it meanwhile.
    ///
    /// # Errors
    /// What it threw.
    pub(crate) fn finalize_reference<'r>(&'static self, cx: Ctx<'r>, id: Id) -> JsResult<'r, ()> {
        let Some((env, finalizer)) = self.references().borrow_mut().begin_finalizing(id) else {
            return Ok(());
        };
        let result = finalizer.run(cx, env);
        self.references().borrow_mut().end_finalizing(id);
        result
    }
}
