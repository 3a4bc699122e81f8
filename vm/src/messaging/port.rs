//! The two ends of a channel, each on whatever thread it is.
//!
//! A queue belongs to the end that reads it and moves with it. An end is read where it is *attached*: there a letter comes for every envelope
//! and for the end of the channel, as long as it is *receiving*. A letter finds what is there when it is opened, which may be nothing any more.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::envelope::Envelope;
use crate::event_loop::Poster;

/// Tells the thread that an end is attached to. Called with no lock held.
#[derive(Clone)]
pub(super) struct Bell {
    pub(super) poster: Poster,
    /// The end's number on that thread.
    pub(super) number: u32,
}

impl Bell {
    fn ring(&self) {
        let number = self.number;
        self.poster.post(Box::new(move |cx| super::ports::deliver(cx, number)));
    }
}

/// What an end has for its reader.
pub(super) enum Next {
    Message(Envelope),
    /// The other end is closed, and everything it had sent has been read.
    Closed,
    Nothing,
}

#[derive(Default)]
struct End {
    inbox: VecDeque<Envelope>,
    bell: Option<Bell>,
    is_receiving: bool,
    is_closed: bool,
}

#[derive(Default)]
struct Pair([Mutex<End>; 2]);

/// One end of a channel. Dropping it closes it.
pub struct Port {
    pair: Arc<Pair>,
    side: usize,
}

impl Port {
    /// A channel: what one end posts, the other one reads.
    #[must_use]
    pub fn pair() -> (Self, Self) {
        let pair = Arc::new(Pair::default());
        let end = |side| Self {
            pair: Arc::clone(&pair),
            side,
        };
        (end(0), end(1))
    }

    fn own(&self) -> MutexGuard<'_, End> {
        // Nothing that could panic runs under the lock.
        self.pair.0[self.side].lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn other(&self) -> MutexGuard<'_, End> {
        self.pair.0[1 - self.side]
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether `other` is the other end of the same channel.
    pub(super) fn is_entangled_with(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.pair, &other.pair) && self.side != other.side
    }

    /// Sends an envelope to the other end; dropped if that is closed.
    pub fn post(&self, envelope: Envelope) {
        let mut other = self.other();
        if other.is_closed {
            drop(other);
            // Its ports are closed by this, perhaps this very channel's: not under the lock.
            drop(envelope);
            return;
        }
        other.inbox.push_back(envelope);
        let bell = other.bell.clone().filter(|_| other.is_receiving);
        drop(other);
        if let Some(bell) = bell {
            bell.ring();
        }
    }

    /// Makes this thread the one that reads it. It does not receive yet.
    pub(super) fn attach(&self, bell: Bell) {
        let mut own = self.own();
        own.bell = Some(bell);
        own.is_receiving = false;
        drop(own);
        self.ring_if_over();
    }

    /// It is on its way to another thread: nobody reads it until it is attached again.
    pub(super) fn detach(&self) {
        let mut own = self.own();
        own.bell = None;
        own.is_receiving = false;
    }

    /// Begins or stops to receive.
    pub(super) fn receive(&self, is_receiving: bool) {
        let mut own = self.own();
        let begins = is_receiving && !own.is_receiving;
        own.is_receiving = is_receiving;
        let (waiting, bell) = (own.inbox.len(), own.bell.clone());
        drop(own);
        if let (true, Some(bell)) = (begins, bell) {
            (0..waiting).for_each(|_| bell.ring());
            self.ring_if_over();
        }
    }

    /// A closed channel is told also to an end that does not receive, unless there is something left to read.
    fn ring_if_over(&self) {
        if !self.other().is_closed {
            return;
        }
        let own = self.own();
        let bell = own.bell.clone().filter(|_| own.is_receiving || own.inbox.is_empty());
        drop(own);
        if let Some(bell) = bell {
            bell.ring();
        }
    }

    /// The next envelope, also if it does not receive.
    pub(super) fn take(&self) -> Option<Envelope> {
        let mut own = self.own();
        let envelope = own.inbox.pop_front();
        let is_last = envelope.is_some() && own.inbox.is_empty() && !own.is_receiving;
        drop(own);
        if is_last {
            self.ring_if_over();
        }
        envelope
    }

    /// What a letter is for.
    pub(super) fn next(&self) -> Next {
        let mut own = self.own();
        if own.is_receiving
            && let Some(envelope) = own.inbox.pop_front()
        {
            return Next::Message(envelope);
        }
        let has_read_all = own.inbox.is_empty();
        drop(own);
        if has_read_all && self.other().is_closed {
            Next::Closed
        } else {
            Next::Nothing
        }
    }
}

impl Drop for Port {
    fn drop(&mut self) {
        let mut own = self.own();
        own.is_closed = true;
        own.bell = None;
        let unread = std::mem::take(&mut own.inbox);
        drop(own);
        let other = self.other();
        let bell = other
            .bell
            .clone()
            .filter(|_| other.is_receiving || other.inbox.is_empty());
        drop(other);
        if let Some(bell) = bell {
            bell.ring();
        }
        // May close other channels, whose ends may be in there: no lock is held.
        drop(unread);
    }
}
