//! What any thread may know and do about one worker: who it is, and how it is told to end.

use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::event_loop::Poster;
use crate::messaging::Interrupt;
use crate::os::ThreadNumber;

use super::registry::{Live, WorkerId};

/// One worker, seen from outside.
pub struct Control {
    /// Its number.
    pub id: WorkerId,
    /// Who started it.
    pub parent: WorkerId,
    /// What its user calls it; empty if it has no name.
    pub name: String,
    /// What it runs: a path, or what kind of text.
    pub entry: String,
    /// Raised when it is to end; the watchdog of its VM looks at it.
    is_asked: Arc<AtomicBool>,
    /// What it does, as a [`Stage`].
    stage: AtomicU8,
    /// What its thread waits in, while it has one that waits.
    reach: Mutex<Reach>,
}

/// How near its end a worker is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// It starts, or runs JavaScript: nobody knows what it will do next.
    Runs,
    /// It waits for something that may still come.
    Waits,
    /// It has left its event loop and takes itself down.
    Leaves,
}

#[derive(Default)]
struct Reach {
    poster: Option<Poster>,
    interrupt: Option<Arc<Interrupt>>,
    thread: Option<ThreadNumber>,
}

impl Control {
    /// A worker that nobody has asked to end.
    #[must_use]
    pub fn new(id: WorkerId, parent: WorkerId, name: String, entry: String) -> Arc<Self> {
        Arc::new(Self {
            id,
            parent,
            name,
            entry,
            is_asked: Arc::default(),
            stage: AtomicU8::new(Stage::Runs as u8),
            reach: Mutex::default(),
        })
    }

    fn reach(&self) -> MutexGuard<'_, Reach> {
        self.reach.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The flag that is raised when it is to end.
    #[must_use]
    pub fn flag(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.is_asked)
    }

    /// Whether it is to end.
    #[must_use]
    pub fn is_asked(&self) -> bool {
        self.is_asked.load(Ordering::SeqCst)
    }

    /// Its thread says what it does from now on.
    pub(super) fn enter(&self, stage: Stage) {
        self.stage.store(stage as u8, Ordering::SeqCst);
    }

    /// What it does.
    #[must_use]
    pub fn stage(&self) -> Stage {
        match self.stage.load(Ordering::SeqCst) {
            stage if stage == Stage::Leaves as u8 => Stage::Leaves,
            stage if stage == Stage::Waits as u8 => Stage::Waits,
            _ => Stage::Runs,
        }
    }

    /// The thread that calls is its own, and waits in these from now on.
    pub(super) fn attach(&self, poster: Poster, interrupt: Arc<Interrupt>) {
        *self.reach() = Reach {
            poster: Some(poster),
            interrupt: Some(interrupt),
            thread: Some(ThreadNumber::own()),
        };
        if self.is_asked() {
            // Asked before there was anything to wake.
            self.ask_to_end();
        }
    }

    /// Its thread waits in nothing any more.
    pub(super) fn detach(&self) {
        *self.reach() = Reach::default();
    }

    /// How messages name it: by its name if it has one.
    #[must_use]
    pub fn label(&self) -> String {
        if self.name.is_empty() {
            self.id.to_string()
        } else {
            self.name.clone()
        }
    }

    /// Asks it to end; see [`Live::ask_to_end`].
    pub fn ask_to_end(&self) {
        self.is_asked.store(true, Ordering::SeqCst);
        let reach = self.reach();
        if let Some(poster) = &reach.poster {
            poster.post(Box::new(|_| Ok(())));
        }
        if let Some(interrupt) = &reach.interrupt {
            interrupt.stop();
        }
        if let Some(thread) = &reach.thread {
            thread.interrupt_system_call();
        }
    }
}

impl Live for Arc<Control> {
    fn ask_to_end(&self) {
        Control::ask_to_end(self);
    }

    fn entry(&self) -> String {
        if self.name.is_empty() {
            self.entry.clone()
        } else {
            format!("{} ({})", self.name, self.entry)
        }
    }
}
