//! Channels that are found by name: `BroadcastChannel`.
//!
//! A hub belongs to one realm of a test file and the worker threads it starts; the next file's realm has another one, so that no message reaches it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::envelope::Envelope;
use super::port::Port;

/// The open channels of a test file and its worker threads.
#[derive(Default)]
pub struct Hub {
    members: Mutex<Members>,
}

#[derive(Default)]
struct Members {
    last: u64,
    by_name: HashMap<String, Vec<(u64, Arc<Port>)>>,
}

/// A channel's place in its hub. Dropping it takes it out.
pub(super) struct Member {
    hub: Arc<Hub>,
    name: String,
    number: u64,
}

impl Hub {
    fn members(&self) -> MutexGuard<'_, Members> {
        self.members.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Opens a channel: its place, and the port on which it hears the others.
    pub(super) fn join(self: &Arc<Self>, name: String) -> (Member, Port) {
        let (speaker, listener) = Port::pair();
        let mut members = self.members();
        members.last += 1;
        let number = members.last;
        let group = members.by_name.entry(name.clone()).or_default();
        group.push((number, Arc::new(speaker)));
        drop(members);
        let hub = Arc::clone(self);
        (Member { hub, name, number }, listener)
    }
}

impl Member {
    /// Sends an envelope with which nothing was transferred to all others of that name.
    pub(super) fn post(&self, envelope: &Envelope) {
        let members = self.hub.members();
        let group = members.by_name.get(&self.name).map_or(&[][..], Vec::as_slice);
        let others: Vec<Arc<Port>> = group
            .iter()
            .filter(|(number, _)| *number != self.number)
            .map(|(_, speaker)| Arc::clone(speaker))
            .collect();
        drop(members);
        for speaker in others {
            if let Some(copy) = envelope.share() {
                speaker.post(copy);
            }
        }
    }
}

impl Drop for Member {
    fn drop(&mut self) {
        let mut members = self.hub.members();
        let Some(group) = members.by_name.get_mut(&self.name) else {
            return;
        };
        let at = group.iter().position(|(number, _)| *number == self.number);
        let gone = at.map(|at| group.remove(at));
        if group.is_empty() {
            members.by_name.remove(&self.name);
        }
        drop(members);
        // Closes a port, which takes locks of its own.
        drop(gone);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::messaging::{Body, Text};

    fn envelope() -> Envelope {
        Envelope {
            body: Arc::new(Body {
                bytes: Vec::new(),
                text: Text::Ascii(Vec::new()),
                shared: Vec::new(),
            }),
            buffers: Vec::new(),
            ports: Vec::new(),
        }
    }

    #[test]
    fn a_message_reaches_all_others_of_its_name_and_hub() {
        let (hub, other_hub) = (Arc::new(Hub::default()), Arc::new(Hub::default()));
        let join = |hub: &Arc<Hub>, name: &str| hub.join(name.to_owned());
        let (speaker, own) = join(&hub, "a");
        let heard = [join(&hub, "a"), join(&hub, "a"), join(&hub, "b"), join(&other_hub, "a")];
        speaker.post(&envelope());
        assert!(own.take().is_none());
        assert_eq!(
            heard.each_ref().map(|(_, port)| port.take().is_some()),
            [true, true, false, false]
        );
        drop(heard);
        drop(speaker);
        assert_eq!(hub.members().by_name.len(), 0, "empty names are forgotten");
    }
}
