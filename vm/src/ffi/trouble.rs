//! What goes wrong inside of a native call and has to be told when it returns.
//!
//! Two kinds: a callback threw, or a callback was called where it cannot run. The first is known on the JS thread only. The second is
//! noted by threads that may know nothing of the engine, as plain data.

use std::cell::{Cell, RefCell};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use crate::engine::{Ctx, ErrorClass, JsResult, Persistent, Thrown};
use crate::host::host;

/// What a callback threw, until the native call it was made in has returned.
struct Waiting {
    /// How many native calls were on the stack.
    depth: u32,
    /// The error, in an array: errors are values, and only objects can be kept.
    holder: Persistent,
}

thread_local! {
    /// By depth: a callback may make native calls of its own while an error of before waits.
    static THROWN: RefCell<Vec<Waiting>> = const { RefCell::new(Vec::new()) };
    /// The depth of the last one; zero if there is none.
    static DEEPEST: Cell<u32> = const { Cell::new(0) };
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

/// Keeps what a callback threw for the call it was made in, with `depth` native calls on the stack. The first one counts, as it does in
/// JavaScript: whatever ran on after it ran on a result that was none.
pub(super) fn keep<'r>(cx: Ctx<'r>, depth: u32, thrown: Thrown<'r>) {
    if DEEPEST.get() >= depth {
        return;
    }
    let holder = cx.array();
    if holder.set_index(cx, 0, thrown.0).is_ok() {
        let holder = host().persist(holder, "an error of a native callback");
        THROWN.with_borrow_mut(|waiting| waiting.push(Waiting { depth, holder }));
        DEEPEST.set(depth);
    }
}

/// Takes what the call that just returned has to throw; `depth` calls are left.
fn take(depth: u32) -> Option<Persistent> {
    if DEEPEST.get() <= depth {
        return None;
    }
    THROWN.with_borrow_mut(|waiting| {
        let taken = waiting.pop();
        DEEPEST.set(waiting.last().map_or(0, |next| next.depth));
        taken.map(|taken| taken.holder)
    })
}

/// Whether the call that just returned may have to throw; `depth` calls are left.
pub(super) fn is_pending(depth: u32) -> bool {
    DEEPEST.get() > depth || NOTE_COUNT.load(Ordering::Acquire) != 0
}

/// Throws what has to be thrown now that a call has returned; `depth` calls are left.
///
/// # Errors
/// That.
pub(super) fn raise<'r>(cx: Ctx<'r>, depth: u32, name_of: impl Fn(u64) -> String) -> JsResult<'r, ()> {
    if !is_pending(depth) {
        return Ok(());
    }
    if let Some(holder) = take(depth).as_ref().and_then(|thrown| thrown.open(cx)) {
        return Err(Thrown(holder.get_index(cx, 0)?));
    }
    let mut notes = take_notes().into_iter();
    let Some(first) = notes.next() else { return Ok(()) };
    // One error at a time: the others wait for the next call or the next turn.
    notes.for_each(note);
    Err(cx.error(ErrorClass::Error, &first.misuse.text(&name_of(first.callback))))
}

/// Forgets what was thrown: its realm ends.
pub(super) fn forget() {
    DEEPEST.set(0);
    THROWN.set(Vec::new());
}
