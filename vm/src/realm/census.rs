//! The proof that released realms go.
//!
//! Every released realm is watched by a weak reference until the collector has taken it. The engine takes every word of the stack and the
//! registers for a reference, so one that survives a collection may be there by accident; one that survives two, with other files run
//! in between, is kept by something, and the file it belonged to has leaked it.

use crate::engine::{Global, RealmId, Vm};
use crate::harness::observer::{Leak, LeakKind};

/// A realm that survives this many full collections does not do so by accident.
pub const SURVIVALS_OF_A_LEAK: u32 = 2;

struct Retired {
    realm: RealmId,
    file: u32,
    survived: u32,
}

/// Realms that were released and are not known to be gone.
#[derive(Default)]
pub struct Census {
    retired: Vec<Retired>,
    newest: RealmId,
}

impl Census {
    /// The realm of `file` is about to be released.
    pub fn retire(&mut self, vm: &Vm, global: &Global, file: u32) {
        vm.watch_release(global);
        self.newest = global.id();
        self.retired.push(Retired {
            realm: global.id(),
            file,
            survived: 0,
        });
    }

    /// After a full collection: forgets the realms that are gone. The files whose realms are leaked, each told once.
    pub fn count(&mut self, vm: &Vm) -> Vec<u32> {
        let mut alive = vm.uncollected();
        // In the order they were released: nearly sorted.
        alive.sort_unstable();
        self.retired
            .retain(|retired| alive.binary_search(&retired.realm).is_ok());
        let mut leaked = Vec::new();
        // Nothing has run since the newest was released: the stack is still its own.
        let older = self.retired.iter_mut().filter(|retired| retired.realm < self.newest);
        for retired in older {
            retired.survived += 1;
            if retired.survived == SURVIVALS_OF_A_LEAK {
                leaked.push(retired.file);
            }
        }
        leaked
    }

    /// Released realms that were there at the last count, and those released since.
    #[must_use]
    pub fn len(&self) -> usize {
        self.retired.len()
    }

    /// Whether every released realm is known to be gone.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.retired.is_empty()
    }

    /// What is reported of a realm that stays.
    #[must_use]
    pub fn leak() -> Leak {
        Leak {
            kind: LeakKind::Realm,
            what: "its whole realm: native code or another realm still refers to it".to_owned(),
            stack: Vec::new(),
        }
    }
}
