//! The side of a threadsafe function that any thread sees.

use std::collections::HashMap;
use std::ffi::c_void;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock, Mutex, PoisonError, RwLock};
use std::thread::{self, ThreadId};

use crossbeam_channel::{Receiver, Sender, TrySendError, bounded, unbounded};
use trun_vm::event_loop::Poster;

use super::function::deliver;
use crate::abi::status::Status;

/// Numbers of functions: process-wide, because threads do not say which VM they mean, and never used twice.
static NEXT: AtomicU64 = AtomicU64::new(1);
static GATES: LazyLock<RwLock<HashMap<u64, Arc<Gate>>>> = LazyLock::new(RwLock::default);

/// What a thread passes. The addon's own business.
pub(crate) struct Item(pub(crate) *mut c_void);

// SAFETY: the interface says that what a thread passes is handed to the JS thread; nobody here follows the pointer.
unsafe impl Send for Item {}

/// The addon's context. As [`Item`].
struct Context(*mut c_void);

// SAFETY: as for `Item`; it is only handed back.
unsafe impl Send for Context {}
// SAFETY: as above.
unsafe impl Sync for Context {}

/// How a thread calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CallMode {
    /// It is told when the queue is full.
    NonBlocking,
    /// It waits for room.
    Blocking,
}

/// How many threads use it, and whether it ends.
struct Users {
    threads: usize,
    closing: bool,
}

/// See the module.
pub(crate) struct Gate {
    number: u64,
    users: Mutex<Users>,
    /// Calls that were let in and have not left: what they bring must be waited for at the end.
    inside: AtomicUsize,
    sender: Sender<Item>,
    /// A letter is on its way.
    rung: AtomicBool,
    poster: Poster,
    js_thread: ThreadId,
    context: Context,
}

impl Gate {
    /// Opens a gate for `threads` users and a queue of at most `most` items (0: any number). Returns the other end of the queue.
    pub(crate) fn open(
        poster: Poster,
        most: usize,
        threads: usize,
        context: *mut c_void,
    ) -> (Arc<Self>, Receiver<Item>) {
        let (sender, receiver) = if most == 0 { unbounded() } else { bounded(most) };
        let gate = Arc::new(Self {
            number: NEXT.fetch_add(1, Ordering::Relaxed),
            users: Mutex::new(Users {
                threads,
                closing: false,
            }),
            inside: AtomicUsize::new(0),
            sender,
            rung: AtomicBool::new(false),
            poster,
            js_thread: thread::current().id(),
            context: Context(context),
        });
        let mut gates = GATES.write().unwrap_or_else(PoisonError::into_inner);
        gates.insert(gate.number, Arc::clone(&gate));
        (gate, receiver)
    }

    /// The gate with this number, unless it is gone.
    pub(crate) fn find(number: u64) -> Option<Arc<Self>> {
        let gates = GATES.read().unwrap_or_else(PoisonError::into_inner);
        gates.get(&number).map(Arc::clone)
    }

    pub(crate) fn number(&self) -> u64 {
        self.number
    }

    pub(crate) fn context(&self) -> *mut c_void {
        self.context.0
    }

    fn users(&self) -> std::sync::MutexGuard<'_, Users> {
        self.users.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Passes an item. Any thread.
    ///
    /// # Errors
    /// `Closing`: it ends, and the caller counts as one user less; `QueueFull`; `WouldDeadlock`: the JS thread cannot wait for itself.
    pub(crate) fn call(&self, item: Item, mode: CallMode) -> Result<(), Status> {
        {
            let mut users = self.users();
            if users.closing {
                users.threads = users.threads.saturating_sub(1);
                return Err(Status::Closing);
            }
            self.inside.fetch_add(1, Ordering::SeqCst);
        }
        let sent = match (self.sender.try_send(item), mode) {
            (Err(TrySendError::Full(item)), CallMode::Blocking) if thread::current().id() != self.js_thread => {
                self.ring();
                self.sender.send(item).map_err(|_| Status::Closing)
            }
            (Err(TrySendError::Full(_)), CallMode::Blocking) => Err(Status::WouldDeadlock),
            (Err(TrySendError::Full(_)), CallMode::NonBlocking) => Err(Status::QueueFull),
            (Err(TrySendError::Disconnected(_)), _) => Err(Status::Closing),
            (Ok(()), _) => Ok(()),
        };
        self.inside.fetch_sub(1, Ordering::SeqCst);
        if sent.is_ok() {
            self.ring();
        }
        sent
    }

    /// One user more. Any thread.
    ///
    /// # Errors
    /// It ends.
    pub(crate) fn acquire(&self) -> Result<(), Status> {
        let mut users = self.users();
        if users.closing {
            return Err(Status::Closing);
        }
        users.threads += 1;
        Ok(())
    }

    /// One user less; the last one ends it, once its queue is empty; `abort` ends it at once. Any thread.
    ///
    /// # Errors
    /// There was no user.
    pub(crate) fn release(&self, abort: bool) -> Result<(), Status> {
        {
            let mut users = self.users();
            users.threads = users.threads.checked_sub(1).ok_or(Status::InvalidArg)?;
            if users.threads > 0 && !abort || users.closing {
                return Ok(());
            }
            users.closing = abort;
        }
        self.ring();
        Ok(())
    }

    /// Lets the JS thread look. One letter at a time is enough.
    pub(super) fn ring(&self) {
        if !self.rung.swap(true, Ordering::AcqRel) {
            let number = self.number;
            self.poster.post(Box::new(move |cx| deliver(cx, number)));
        }
    }

    /// The letter has come; what happens from here on rings again.
    pub(super) fn heard(&self) {
        self.rung.store(false, Ordering::Release);
    }

    /// Whether it ends at once.
    pub(super) fn is_closing(&self) -> bool {
        self.users().closing
    }

    /// Whether nobody is left who could call.
    pub(super) fn is_abandoned(&self) -> bool {
        self.users().threads == 0
    }

    /// From here on every call is refused.
    pub(crate) fn close(&self) {
        self.users().closing = true;
    }

    /// Whether calls that were let in before it closed have not left yet.
    pub(super) fn has_callers_inside(&self) -> bool {
        self.inside.load(Ordering::SeqCst) > 0
    }

    /// Nobody needs it any more.
    pub(super) fn forget(&self) {
        let mut gates = GATES.write().unwrap_or_else(PoisonError::into_inner);
        gates.remove(&self.number);
    }
}
