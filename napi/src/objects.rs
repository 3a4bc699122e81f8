//! What is known of objects that native code does not make: their wrap, their type tag, the memory of an array buffer.
//!
//! Keyed by address, which is an object's for its whole life because the collector moves nothing. A weak cell beside each entry tells whether the
//! object at that address is still the one that was meant: it is none before the address can be used again. So no property, visible or
//! hidden, is put on anybody's object, frozen ones and proxies are as good as others, and looking one up runs no JavaScript.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use trun_vm::engine::BackingBytes;
use trun_vm::engine::native::{NativeRoots, RawValue, WeakCell};

use crate::abi::types::napi_type_tag;
use crate::slab::Id;

/// What is known of one object.
#[derive(Default)]
pub(crate) struct Facts {
    /// The reference that has the wrapped pointer.
    pub(crate) wrap: Option<Id>,
    pub(crate) tag: Option<napi_type_tag>,
    /// The memory of an array buffer that native code made.
    pub(crate) bytes: Option<BackingBytes>,
}

struct Known {
    weak: WeakCell,
    facts: Facts,
}

/// Addresses are multiples of 16, spread by one multiplication.
#[derive(Default)]
struct AddressHasher(u64);

impl Hasher for AddressHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_usize(usize::from(*byte));
        }
    }

    fn write_usize(&mut self, word: usize) {
        self.0 = (self.0 ^ word as u64)
            .wrapping_mul(0x9e37_79b9_7f4a_7c15)
            .rotate_left(29);
    }
}

/// All that is known.
#[derive(Default)]
pub(crate) struct Objects(HashMap<usize, Known, BuildHasherDefault<AddressHasher>>);

impl Objects {
    /// What is known of `object`.
    pub(crate) fn get(&self, object: RawValue) -> Option<&Facts> {
        let known = self.0.get(&object.word())?;
        (known.weak.get() == object).then_some(&known.facts)
    }

    /// As [`Objects::get`], to change it.
    pub(crate) fn get_mut(&mut self, object: RawValue) -> Option<&mut Facts> {
        let known = self.0.get_mut(&object.word())?;
        (known.weak.get() == object).then_some(&mut known.facts)
    }

    /// What is known of `object`, a live one; nothing to begin with.
    pub(crate) fn entry(&mut self, roots: &'static NativeRoots, object: RawValue) -> &mut Facts {
        let fresh = || Known {
            // SAFETY: the caller has it as a live object: it comes from a handle or an argument.
            weak: unsafe { WeakCell::new(roots, object) },
            facts: Facts::default(),
        };
        let known = self.0.entry(object.word()).or_insert_with(fresh);
        if known.weak.get() != object {
            *known = fresh();
        }
        &mut known.facts
    }

    /// Forgets what the collector has taken.
    pub(crate) fn forget_gone(&mut self) {
        self.0.retain(|_, known| !known.weak.get().is_none());
    }
}
