//! Async work: an addon's function on a thread of the pool, and its completion on the JS thread.
//!
//! What crosses threads is a ticket, the addon's pointers and a number. The completion comes as a letter to the VM, so it arrives whatever
//! has become of the realm that the work was queued in.

use std::ffi::c_void;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use trun_vm::engine::{Ctx, JsResult};

use crate::abi::status::Status;
use crate::abi::types::{napi_async_complete_callback, napi_async_execute_callback, napi_env};
use crate::callback::{Activity, call_into};
use crate::env::Env;
use crate::frame::Frame;
use crate::instance::Instance;
use crate::pool::Pool;
use crate::slab::Id;

/// `napi_async_work`
pub(crate) struct Work {
    env: &'static Env,
    execute: napi_async_execute_callback,
    complete: Option<napi_async_complete_callback>,
    data: *mut c_void,
    frame: Frame,
    /// There while it is queued or runs.
    ticket: Option<Arc<Ticket>>,
    /// The addon has deleted it meanwhile: it goes as soon as its thread is back.
    deleted: bool,
}

/// Who has the work: the pool, a thread, or nobody any more. Whoever changes it first wins.
struct Ticket(AtomicU8);

const WAITING: u8 = 0;
const STARTED: u8 = 1;
const CANCELLED: u8 = 2;

impl Ticket {
    fn take(&self, to: u8) -> bool {
        let taken = self
            .0
            .compare_exchange(WAITING, to, Ordering::AcqRel, Ordering::Acquire);
        taken.is_ok()
    }

    fn has_started(&self) -> bool {
        self.0.load(Ordering::Acquire) == STARTED
    }
}

/// An addon's pointers on their way to the pool.
struct Cargo {
    env: napi_env,
    execute: napi_async_execute_callback,
    data: *mut c_void,
}

// SAFETY: the interface says that `execute` is called on another thread with this data; the env's memory is never freed, and every function
// of the interface refuses it on that thread.
unsafe impl Send for Cargo {}

impl Cargo {
    fn execute(self) {
        // SAFETY: the addon gave function and data to be called like this on a thread of the pool.
        unsafe { (self.execute)(self.env, self.data) }
    }
}

/// How a piece of work begins.
pub(crate) struct NewWork {
    pub(crate) execute: napi_async_execute_callback,
    pub(crate) complete: Option<napi_async_complete_callback>,
    pub(crate) data: *mut c_void,
}

impl Instance {
    pub(crate) fn create_work(&self, cx: Ctx<'_>, env: &'static Env, new: NewWork) -> Id {
        let frame = Frame::capture(cx, env);
        self.works().borrow_mut().insert(Work {
            env,
            execute: new.execute,
            complete: new.complete,
            data: new.data,
            frame,
            ticket: None,
            deleted: false,
        })
    }

    /// Hands work to the pool.
    ///
    /// # Errors
    /// There is no such work, or it is queued already.
    pub(crate) fn queue_work(&self, id: Id) -> Result<(), Status> {
        let mut works = self.works().borrow_mut();
        let work = works.get_mut(id).ok_or(Status::InvalidArg)?;
        if work.ticket.is_some() {
            return Err(Status::GenericFailure);
        }
        let ticket = Arc::new(Ticket(AtomicU8::new(WAITING)));
        work.ticket = Some(Arc::clone(&ticket));
        let cargo = Cargo {
            env: work.env.as_ptr(),
            execute: work.execute,
            data: work.data,
        };
        let (trace, addon, poster) = (self.trace(), work.env.addon(), self.poster().clone());
        Pool::get().submit(Box::new(move || {
            if ticket.take(STARTED) {
                trace.in_pool(addon, || cargo.execute());
                poster.post(Box::new(move |cx| Self::finish_work(cx, id, Status::Ok)));
            }
        }));
        Ok(())
    }

    /// Takes work back that no thread has begun. Its completion is told so.
    ///
    /// # Errors
    /// There is no such work, it is not queued, or it has begun.
    pub(crate) fn cancel_work(&self, id: Id) -> Result<(), Status> {
        let works = self.works().borrow();
        let work = works.get(id).ok_or(Status::InvalidArg)?;
        if !work.ticket.as_ref().ok_or(Status::InvalidArg)?.take(CANCELLED) {
            return Err(Status::GenericFailure);
        }
        self.poster()
            .post(Box::new(move |cx| Self::finish_work(cx, id, Status::Cancelled)));
        Ok(())
    }

    /// Forgets work. What a thread has in its hands is forgotten when it comes back.
    ///
    /// # Errors
    /// There is no such work.
    pub(crate) fn delete_work(&self, id: Id) -> Result<(), Status> {
        let mut works = self.works().borrow_mut();
        let work = works
            .get_mut(id)
            .filter(|work| !work.deleted)
            .ok_or(Status::InvalidArg)?;
        work.frame.release(work.env);
        if work.ticket.is_some() {
            work.deleted = true;
        } else {
            works.remove(id);
        }
        Ok(())
    }

    /// A thread is back, or the work was cancelled: tells the addon, in the realm of its env.
    fn finish_work<'r>(cx: Ctx<'r>, id: Id, status: Status) -> JsResult<'r, ()> {
        let Some(instance) = Self::here() else { return Ok(()) };
        let Some((env, complete, data, mut frame)) = instance.take_finished(id) else {
            instance.advance_stuck(cx);
            return Ok(());
        };
        let result = instance.in_realm_of(cx, env, |cx| {
            let Some(complete) = complete else { return Ok(()) };
            frame.run(cx, env, || {
                call_into(env, cx, Activity::AsyncWork, || {
                    // SAFETY: the addon gave function and data to be called like this on the JS thread.
                    unsafe { complete(env.as_ptr(), status, data) }
                })
            })
        });
        frame.release(env);
        instance.advance_stuck(cx);
        result
    }

    fn take_finished(
        &self,
        id: Id,
    ) -> Option<(&'static Env, Option<napi_async_complete_callback>, *mut c_void, Frame)> {
        let mut works = self.works().borrow_mut();
        let work = works.get_mut(id)?;
        work.ticket = None;
        let finished = (work.env, work.complete, work.data, std::mem::take(&mut work.frame));
        if work.deleted {
            works.remove(id);
        }
        Some(finished).filter(|_| works.get(id).is_some())
    }

    /// How much work of `env` is queued or runs.
    pub(crate) fn open_works(&self, env: &'static Env) -> usize {
        let works = self.works().borrow();
        let open = |work: &Work| std::ptr::eq(work.env, env) && work.ticket.is_some();
        works.iter().filter(|(_, work)| open(work)).count()
    }

    /// How much work of `env` is in the hands of a thread.
    pub(crate) fn started_works(&self, env: &'static Env) -> usize {
        let works = self.works().borrow();
        let started = |work: &Work| work.ticket.as_ref().is_some_and(|ticket| ticket.has_started());
        works
            .iter()
            .filter(|(_, work)| std::ptr::eq(work.env, env) && started(work))
            .count()
    }

    /// Takes back everything of `env` that no thread has begun.
    pub(crate) fn cancel_works(&self, env: &'static Env) {
        let ids = self.works().borrow().ids_where(|work| std::ptr::eq(work.env, env));
        for id in ids {
            // What has begun is waited for.
            let _ = self.cancel_work(id);
        }
    }

    /// Forgets all work of an env that ends; none of it is queued any more.
    pub(crate) fn delete_works(&self, env: &'static Env) {
        let ids = self.works().borrow().ids_where(|work| std::ptr::eq(work.env, env));
        for id in ids {
            let _ = self.delete_work(id);
        }
    }

    /// The realm goes: frames are of no use in another one, and would keep it.
    pub(crate) fn release_work_frames(&self) {
        let mut works = self.works().borrow_mut();
        let ids = works.ids_where(|_| true);
        for id in ids {
            if let Some(work) = works.get_mut(id) {
                work.frame.release(work.env);
            }
        }
    }
}
