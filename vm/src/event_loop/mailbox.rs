//! Posting plain data to the JS thread from any thread.
//!
//! Invariant: what is posted holds no engine handle (it is `Send`, and handles are not). A letter names whom it is for: a realm, and once
//! that is retired its letters are dropped unread; or the VM as a whole, whose letters always arrive (native addons outlive realms, and
//! their letters say themselves which env they mean).

use std::sync::Arc;

use crossbeam_channel::{Receiver, Sender, unbounded};
use tokio::sync::Notify;

use crate::engine::{Ctx, JsResult, RealmId};

/// What a letter does when it is opened, on the JS thread, in its realm.
pub type Letter = Box<dyn for<'r> FnOnce(Ctx<'r>) -> JsResult<'r, ()> + Send>;

/// Whom a letter is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Address {
    Realm(RealmId),
    Vm,
}

/// The receiving end, on the JS thread.
pub struct Mailbox {
    letters: Receiver<(Address, Letter)>,
    sender: Sender<(Address, Letter)>,
    bell: Arc<Notify>,
}

/// A sending end. Cheap to clone, usable from any thread, harmless after the end of the realm or VM it is for.
#[derive(Clone)]
pub struct Poster {
    address: Address,
    sender: Sender<(Address, Letter)>,
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
        self.poster_to(Address::Realm(realm))
    }

    /// A sending end for the VM: its letters are opened in whatever realm is current then, and while addons are torn down in the parking
    /// realm.
    #[must_use]
    pub fn vm_poster(&self) -> Poster {
        self.poster_to(Address::Vm)
    }

    fn poster_to(&self, address: Address) -> Poster {
        Poster {
            address,
            sender: self.sender.clone(),
            bell: Arc::clone(&self.bell),
        }
    }

    /// The next letter for the VM or for `realm`, if one is current; those for retired realms are dropped.
    pub(super) fn take(&self, realm: Option<RealmId>) -> Option<Letter> {
        let wanted = |to| match to {
            Address::Vm => true,
            Address::Realm(to) => Some(to) == realm,
        };
        self.letters
            .try_iter()
            .find_map(|(to, letter)| wanted(to).then_some(letter))
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
        let _ = self.sender.send((self.address, letter));
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
        while mailbox.take(Some(2)).is_some() {
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

    #[test]
    fn letters_for_the_vm_arrive_in_every_realm_and_between_two() {
        let mailbox = Mailbox::new(Arc::new(Notify::new()));
        for realm in [Some(1), Some(2), None] {
            mailbox.poster(1).post(Box::new(|_| Ok(())));
            mailbox.vm_poster().post(Box::new(|_| Ok(())));
            let own = usize::from(realm == Some(1));
            assert_eq!(std::iter::from_fn(|| mailbox.take(realm)).count(), 1 + own, "{realm:?}");
        }
    }
}
