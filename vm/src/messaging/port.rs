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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event_loop::{Due, EventLoop};
    use crate::messaging::{Body, Text};

    const REALM: u32 = 1;

    fn envelope(byte: u8, ports: Vec<Port>) -> Envelope {
        Envelope {
            body: Arc::new(Body {
                bytes: vec![byte],
                text: Text::Ascii(Vec::new()),
                shared: Vec::new(),
            }),
            buffers: Vec::new(),
            ports,
        }
    }

    fn attach(port: &Port, event_loop: &EventLoop) {
        port.attach(Bell {
            poster: event_loop.mailbox().poster(REALM),
            number: 1,
        });
    }

    /// How many letters have come: in this turn of the loop and, if its time for letters is over, in the next one.
    fn letters(event_loop: &EventLoop) -> usize {
        let turn = || std::iter::from_fn(|| event_loop.next(REALM));
        let due: Vec<Due> = turn().chain(turn()).collect();
        due.iter().filter(|due| matches!(due, Due::Letter(_))).count()
    }

    fn read(port: &Port) -> Option<u8> {
        match port.next() {
            Next::Message(envelope) => Some(envelope.body.bytes[0]),
            Next::Closed | Next::Nothing => None,
        }
    }

    #[test]
    fn a_port_that_moves_takes_its_queue_along_and_hears_of_the_end() {
        let (sender, reader) = Port::pair();
        sender.post(envelope(1, Vec::new()));
        let threads = EventLoop::new().expect("a loop");
        attach(&reader, &threads);
        sender.post(envelope(2, Vec::new()));
        assert_eq!(letters(&threads), 0, "it does not receive yet");
        reader.receive(true);
        assert_eq!(letters(&threads), 2);
        reader.detach();
        sender.post(envelope(3, Vec::new()));
        drop(sender);
        let other = EventLoop::new().expect("a loop");
        attach(&reader, &other);
        assert_eq!(letters(&other), 0, "there is something to read first");
        reader.receive(true);
        assert_eq!(letters(&other), 4, "three messages and the end");
        assert_eq!([(); 3].map(|()| read(&reader)), [Some(1), Some(2), Some(3)]);
        assert!(matches!(reader.next(), Next::Closed));
        assert_eq!(letters(&threads), 0);
    }

    #[test]
    fn the_end_is_told_to_a_port_that_does_not_receive_once_it_is_empty() {
        let (sender, reader) = Port::pair();
        let event_loop = EventLoop::new().expect("a loop");
        attach(&reader, &event_loop);
        sender.post(envelope(1, Vec::new()));
        drop(sender);
        assert_eq!(letters(&event_loop), 0);
        assert!(reader.take().is_some());
        assert_eq!(letters(&event_loop), 1);
        assert!(matches!(reader.next(), Next::Closed));
    }

    #[test]
    fn envelopes_of_many_threads_all_arrive_and_each_thread_s_in_order() {
        const EACH: u8 = 200;
        let (sender, reader) = Port::pair();
        let sender = Arc::new(sender);
        let event_loop = EventLoop::new().expect("a loop");
        attach(&reader, &event_loop);
        reader.receive(true);
        let threads = [0_u8, 1].map(|thread| {
            let sender = Arc::clone(&sender);
            std::thread::spawn(move || {
                for byte in 0..EACH {
                    sender.post(envelope(byte / 2 * 2 + thread, Vec::new()));
                }
            })
        });
        for thread in threads {
            thread.join().expect("no panic");
        }
        drop(sender);
        let read: Vec<u8> = std::iter::from_fn(|| read(&reader)).collect();
        assert_eq!(read.len(), usize::from(EACH) * 2);
        for thread in [0, 1] {
            assert!(read.iter().filter(|byte| **byte % 2 == thread).is_sorted());
        }
        assert_eq!(letters(&event_loop), read.len() + 1);
    }

    #[test]
    fn ports_that_nobody_receives_are_closed_with_their_message() {
        let (outer, outer_reader) = Port::pair();
        let (inner, inner_reader) = Port::pair();
        let event_loop = EventLoop::new().expect("a loop");
        attach(&inner, &event_loop);
        outer.post(envelope(1, vec![inner_reader]));
        assert!(matches!(inner.next(), Next::Nothing));
        drop(outer_reader);
        assert_eq!(letters(&event_loop), 1);
        assert!(matches!(inner.next(), Next::Closed));
        let (last, last_reader) = Port::pair();
        outer.post(envelope(2, vec![last_reader]));
        assert!(matches!(last.next(), Next::Closed), "nobody was there to receive it");
    }
}
