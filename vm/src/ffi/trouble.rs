//! What goes wrong inside of a native call and has to be told when it returns.
//!
//! Two kinds: a callback threw, or a callback was called where it cannot run. The first is known on the JS thread only. The second is
//! noted by threads that may know nothing of the engine, as plain data.

use std::cell::{Cell, RefCell};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use crate::engine::{Ctx, ErrorClass, JsResult, Persistent, Thrown};
use crate::host::host;

thread_local! {
    /// What a callback threw, in an array: errors are values, and only objects can be kept.
    static THROWN: RefCell<Option<Persistent>> = const { RefCell::new(None) };
    static HAS_THROWN: Cell<bool> = const { Cell::new(false) };
}

/// Why a call of a callback was not run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Misuse {
    /// By a thread that is not the JS thread, and the callback is not threadsafe.
    ForeignThread,
    /// By a deallocator, in the middle of a collection.
    InCollection,
    /// Faster than it can be run, by other threads.
    Flood,
}

impl Misuse {
    /// The report, for the callback called `name`.
    pub(super) fn text(self, name: &str) -> String {
        match self {
            Self::ForeignThread => format!(
                "the callback {name} was called on a thread that is not the JavaScript thread, but it is not threadsafe: \
                 the call was not run and returned zero (create it with `threadsafe: true`)"
            ),
            Self::InCollection => format!(
                "the callback {name} was called while memory was being collected (by the deallocator of a buffer), when no \
                 JavaScript can run: the call was not run and returned zero"
            ),
            Self::Flood => format!(
                "the callback {name} is called faster than it runs: {MOST_WAITING} calls wait, and those that came on top were dropped"
            ),
        }
    }
}

/// How many calls of a callback may wait for the JS thread. Blocking the caller instead would lock up a JS thread that waits for it.
pub(super) const MOST_WAITING: u32 = 1 << 20;

/// A misuse that nobody was told of yet.
#[derive(Debug, Clone, Copy)]
pub(super) struct Note {
    /// Whose callback it is.
    pub(super) thread: libc::pthread_t,
    /// Number of the callback.
    pub(super) callback: u64,
    pub(super) misuse: Misuse,
}

static NOTES: Mutex<Vec<Note>> = Mutex::new(Vec::new());
/// How many notes there are, to be asked after every call.
static NOTE_COUNT: AtomicUsize = AtomicUsize::new(0);

/// Notes a misuse, on any thread.
pub(super) fn note(note: Note) {
    let mut notes = NOTES.lock().unwrap_or_else(PoisonError::into_inner);
    notes.push(note);
    NOTE_COUNT.store(notes.len(), Ordering::Release);
}

/// The notes for this thread.
pub(super) fn take_notes() -> Vec<Note> {
    // SAFETY: the call has no preconditions.
    let own = unsafe { libc::pthread_self() };
    let mut notes = NOTES.lock().unwrap_or_else(PoisonError::into_inner);
    let (taken, left) = notes.drain(..).partition(|note| note.thread == own);
    *notes = left;
    NOTE_COUNT.store(notes.len(), Ordering::Release);
    taken
}

/// Keeps what a callback threw for the call it was made in. The first one counts, as it does in JavaScript: whatever ran on after it ran on a
/// result that was none.
pub(super) fn keep<'r>(cx: Ctx<'r>, thrown: Thrown<'r>) {
    if HAS_THROWN.get() {
        return;
    }
    let holder = cx.array();
    if holder.set_index(cx, 0, thrown.0).is_ok() {
        THROWN.set(Some(host().persist(holder)));
        HAS_THROWN.set(true);
    }
}

/// Whether the call that just returned may have to throw.
pub(super) fn is_pending() -> bool {
    HAS_THROWN.get() || NOTE_COUNT.load(Ordering::Acquire) != 0
}

/// Throws what has to be thrown now that a call has returned.
///
/// # Errors
/// That.
pub(super) fn raise<'r>(cx: Ctx<'r>, name_of: impl Fn(u64) -> String) -> JsResult<'r, ()> {
    if !is_pending() {
        return Ok(());
    }
    let notes = take_notes();
    HAS_THROWN.set(false);
    if let Some(holder) = THROWN.take().as_ref().and_then(|thrown| thrown.open(cx)) {
        return Err(Thrown(holder.get_index(cx, 0)?));
    }
    match notes.first() {
        Some(note) => Err(cx.error(ErrorClass::Error, &note.misuse.text(&name_of(note.callback)))),
        None => Ok(()),
    }
}

/// Forgets what was thrown: its realm ends.
pub(super) fn forget() {
    HAS_THROWN.set(false);
    THROWN.set(None);
}
