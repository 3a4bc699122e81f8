//! Posting plain data to the JS thread from any thread.
//!
//! Invariant: what is posted holds no engine handle (it is `Send`, and handles are not). A letter names the realm it is for; once
//! that realm is retired its letters are dropped unread.

use std::sync::Arc;

use crossbeam_channel::{Receiver, Sender, unbounded};
use tokio::sync::Notify;

use crate::engine::{Ctx, JsResult, RealmId};

/// What a letter does when it is opened, on the JS thread, in its realm.
pub type Letter = Box<dyn for<'r> FnOnce(Ctx<'r>) -> JsResult<'r, ()> + Send>;

/// The receiving end, on the JS thread.
pub struct Mailbox {
    letters: Receiver<(RealmId, Letter)>,
    sender: Sender<(RealmId, Letter)>,
    bell: Arc<Notify>,
}

/// A sending end for one realm. Cheap to clone, usable from any thread, harmless after the realm's end.
#[derive(Clone)]
pub struct Poster {
    realm: RealmId,
    sender: Sender<(RealmId, Letter)>,
    bell: Arc<Notify>,
}

impl Mailbox {
    pub(super) fn new(bell: Arc<Notify>) -> Self {
        let (sender, letters) = unbounded();
        Self { letters, sender, bell }
    }

    /// A sending end for `realm`.
    #[must_use]
    pub fn poster(&self, realm: RealmId) -> Poster {
        Poster {
            realm,
            sender: self.sender.clone(),
            bell: Arc::clone(&self.bell),
        }
    }

    /// The next letter for `realm`; those for retired realms are dropped.
    pub(super) fn take(&self, realm: RealmId) -> Option<Letter> {
        self.letters
            .try_iter()
            .find_map(|(to, letter)| (to == realm).then_some(letter))
    }

    /// How many letters wait, those for retired realms included.
    pub(super) fn len(&self) -> usize {
        self.letters.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.letters.is_empty()
    }
}

impl Poster {
    /// Sends a letter.
    pub fn post(&self, letter: Letter) {
        // The mailbox is gone only when its VM is, and then nobody waits for the letter.
        let _ = self.sender.send((self.realm, letter));
        self.bell.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_arrive_in_order_and_those_for_retired_realms_never() {
        let mailbox = Mailbox::new(Arc::new(Notify::new()));
        let (old, new) = (mailbox.poster(1), mailbox.poster(2));
        let threads = [old.clone(), new.clone()].map(|poster| {
            std::thread::spawn(move || {
                for _ in 0..100 {
                    poster.post(Box::new(|_| Ok(())));
                }
            })
        });
        for thread in threads {
            thread.join().expect("posting does not panic");
        }
        let mut taken = 0;
        while mailbox.take(2).is_some() {
            taken += 1;
        }
        assert_eq!(taken, 100);
        assert!(
            mailbox.is_empty(),
            "letters for the retired realm were dropped on the way"
        );
        drop(mailbox);
        new.post(Box::new(|_| Ok(())));
    }
}
