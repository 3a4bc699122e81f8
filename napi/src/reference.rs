//! References: values that an addon keeps, strongly or weakly, and what is to be freed when an object goes.
//!
//! Addons know them by index and generation, so that one that was deleted is recognised. A strong one keeps its value in a root slot, a weak
//! one has a weak cell; one whose object is gone has neither.

use trun_vm::engine::native::{NativeRoots, RawValue, WeakCell};

use crate::env::Env;
use crate::finalizer::Finalizer;
use crate::slab::{Id, Slab};

/// Who deletes a reference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Owner {
    /// The addon has its number.
    Addon,
    /// It goes once it was finalized.
    Runtime,
}

/// What a reference is to.
enum Target {
    Strong(u32),
    Weak(WeakCell),
    /// The object is gone, or there never was one (the memory of an array buffer).
    Gone,
}

/// A reference.
pub(crate) struct Reference {
    env: &'static Env,
    target: Target,
    count: u32,
    owner: Owner,
    finalizer: Option<Finalizer>,
    /// Newest last; teardown goes backwards.
    sequence: u64,
}

impl Reference {
    /// Its env.
    pub(crate) fn env(&self) -> &'static Env {
        self.env
    }

    /// Whether the addon deletes it.
    pub(crate) fn owner(&self) -> Owner {
        self.owner
    }

    /// What is to be freed with its object.
    pub(crate) fn finalizer(&self) -> Option<Finalizer> {
        self.finalizer
    }

    /// Takes that away.
    pub(crate) fn clear_finalizer(&mut self) {
        self.finalizer = None;
    }

    /// The value, or none if it is gone.
    pub(crate) fn value(&self, roots: &NativeRoots) -> RawValue {
        match &self.target {
            Target::Strong(slot) => roots.slot(*slot),
            Target::Weak(weak) => weak.get(),
            Target::Gone => RawValue::NONE,
        }
    }

    /// Counts it up; the first makes it strong. What is gone stays at zero.
    pub(crate) fn add(&mut self, roots: &NativeRoots) -> u32 {
        let value = self.value(roots);
        if value.is_none() {
            return 0;
        }
        if let Target::Weak(_) = self.target {
            self.target = Target::Strong(roots.keep(value));
        }
        self.count += 1;
        self.count
    }

    /// Counts it down; none if it is at zero. At zero it is weak, or for what cannot be held weakly gone.
    pub(crate) fn subtract(&mut self, roots: &'static NativeRoots, can_be_weak: bool) -> Option<u32> {
        self.count = self.count.checked_sub(1)?;
        if self.count == 0
            && let Target::Strong(slot) = self.target
        {
            let value = roots.slot(slot);
            self.target = target(roots, value, 0, can_be_weak);
            roots.release_slot(slot);
        }
        Some(self.count)
    }

    fn is_gone(&self) -> bool {
        matches!(&self.target, Target::Weak(weak) if weak.get().is_none())
    }
}

fn target(roots: &'static NativeRoots, value: RawValue, count: u32, can_be_weak: bool) -> Target {
    if count > 0 {
        Target::Strong(roots.keep(value))
    } else if can_be_weak {
        // SAFETY: the caller has the value as a live object or symbol: it comes from a handle, an argument or a root slot.
        Target::Weak(unsafe { WeakCell::new(roots, value) })
    } else {
        Target::Gone
    }
}

/// How a reference begins.
pub(crate) struct NewReference {
    pub(crate) env: &'static Env,
    /// None for what has no object.
    pub(crate) value: RawValue,
    /// Whether it is an object or symbol.
    pub(crate) can_be_weak: bool,
    pub(crate) count: u32,
    pub(crate) owner: Owner,
    pub(crate) finalizer: Option<Finalizer>,
}

/// All references of a VM.
#[derive(Default)]
pub(crate) struct References {
    slab: Slab<Reference>,
    sequence: u64,
}

impl References {
    pub(crate) fn create(&mut self, roots: &'static NativeRoots, new: &NewReference) -> Id {
        self.sequence += 1;
        let target = if new.value.is_none() {
            Target::Gone
        } else {
            target(roots, new.value, new.count, new.can_be_weak)
        };
        self.slab.insert(Reference {
            env: new.env,
            target,
            count: new.count,
            owner: new.owner,
            finalizer: new.finalizer,
            sequence: self.sequence,
        })
    }

    pub(crate) fn get(&self, id: Id) -> Option<&Reference> {
        self.slab.get(id)
    }

    pub(crate) fn get_mut(&mut self, id: Id) -> Option<&mut Reference> {
        self.slab.get_mut(id)
    }

    /// Forgets it; its finalizer will not run.
    pub(crate) fn delete(&mut self, roots: &NativeRoots, id: Id) -> Option<Reference> {
        let reference = self.slab.remove(id)?;
        if let Target::Strong(slot) = reference.target {
            roots.release_slot(slot);
        }
        Some(reference)
    }

    /// References that have something to free and whose object went since the last time.
    pub(crate) fn take_gone(&mut self) -> Vec<Id> {
        let gone = self.slab.ids_where(|one| one.finalizer.is_some() && one.is_gone());
        for id in &gone {
            if let Some(reference) = self.slab.get_mut(*id) {
                reference.target = Target::Gone;
            }
        }
        gone
    }

    /// Takes the finalizer of a reference to run it; the reference stays while it runs.
    pub(crate) fn begin_finalizing(&mut self, id: Id) -> Option<(&'static Env, Finalizer)> {
        let reference = self.slab.get_mut(id)?;
        Some((reference.env, reference.finalizer.take()?))
    }

    /// After that, one that the addon has no number of goes.
    pub(crate) fn end_finalizing(&mut self, id: Id) {
        if self.slab.get(id).is_some_and(|one| one.owner == Owner::Runtime) {
            self.slab.remove(id);
        }
    }

    /// References of `env` with something to free, newest first.
    pub(crate) fn finalizable(&self, env: &'static Env) -> Vec<Id> {
        let mut list: Vec<(u64, Id)> = self
            .slab
            .iter()
            .filter(|(_, one)| std::ptr::eq(one.env, env) && one.finalizer.is_some())
            .map(|(id, one)| (one.sequence, id))
            .collect();
        list.sort_unstable_by_key(|(sequence, _)| std::cmp::Reverse(*sequence));
        list.into_iter().map(|(_, id)| id).collect()
    }

    /// Forgets everything of `env` and says how many references were strong.
    pub(crate) fn delete_all(&mut self, roots: &NativeRoots, env: &'static Env) -> usize {
        let ids = self.slab.ids_where(|one| std::ptr::eq(one.env, env));
        let deleted = ids.into_iter().filter_map(|id| self.delete(roots, id));
        deleted.filter(|one| matches!(one.target, Target::Strong(_))).count()
    }
}
