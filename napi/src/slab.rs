//! Things known by index and generation, so that a stale number is recognised and never read as something else.

/// Generations are cut to this, so that an id also fits a JavaScript number.
const GENERATIONS: u32 = 1 << 20;

/// Index and generation.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Id {
    index: u32,
    generation: u32,
}

impl Id {
    /// As a word that is never zero.
    pub(crate) fn word(self) -> usize {
        (self.generation as usize) << 32 | (self.index as usize + 1)
    }

    /// From [`Id::word`]; none for what cannot be one.
    pub(crate) fn from_word(word: usize) -> Option<Self> {
        let index = u32::try_from(word & 0xffff_ffff).ok()?.checked_sub(1)?;
        let generation = u32::try_from(word >> 32).ok()?;
        Some(Self { index, generation })
    }

    /// As a JavaScript number; below 2^52.
    #[expect(clippy::cast_precision_loss, reason = "below 2^52")]
    pub(crate) fn number(self) -> f64 {
        self.word() as f64
    }

    /// From [`Id::number`].
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "only numbers made by `number` find anything"
    )]
    pub(crate) fn from_number(number: f64) -> Option<Self> {
        Self::from_word(number as usize)
    }
}

struct Entry<T> {
    generation: u32,
    value: Option<T>,
}

/// A table of `T`.
pub(crate) struct Slab<T> {
    entries: Vec<Entry<T>>,
    free: Vec<u32>,
}

impl<T> Default for Slab<T> {
    fn default() -> Self {
        Self {
            entries: Vec::new(),
            free: Vec::new(),
        }
    }
}

impl<T> Slab<T> {
    pub(crate) fn insert(&mut self, value: T) -> Id {
        if let Some(index) = self.free.pop() {
            let entry = &mut self.entries[index as usize];
            entry.value = Some(value);
            return Id {
                index,
                generation: entry.generation,
            };
        }
        let index = u32::try_from(self.entries.len()).expect("fewer than 2^32 entries");
        self.entries.push(Entry {
            generation: 0,
            value: Some(value),
        });
        Id { index, generation: 0 }
    }

    pub(crate) fn get(&self, id: Id) -> Option<&T> {
        let entry = self.entries.get(id.index as usize)?;
        entry.value.as_ref().filter(|_| entry.generation == id.generation)
    }

    pub(crate) fn get_mut(&mut self, id: Id) -> Option<&mut T> {
        let entry = self.entries.get_mut(id.index as usize)?;
        entry.value.as_mut().filter(|_| entry.generation == id.generation)
    }

    pub(crate) fn remove(&mut self, id: Id) -> Option<T> {
        let entry = self.entries.get_mut(id.index as usize)?;
        if entry.generation != id.generation {
            return None;
        }
        let value = entry.value.take()?;
        entry.generation = (entry.generation + 1) % GENERATIONS;
        self.free.push(id.index);
        Some(value)
    }

    /// All entries with their ids.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (Id, &T)> {
        (0..).zip(&self.entries).filter_map(|(index, entry)| {
            let id = Id {
                index,
                generation: entry.generation,
            };
            entry.value.as_ref().map(|value| (id, value))
        })
    }

    /// Ids of the entries that `wanted` names.
    pub(crate) fn ids_where(&self, wanted: impl Fn(&T) -> bool) -> Vec<Id> {
        self.iter()
            .filter(|(_, value)| wanted(value))
            .map(|(id, _)| id)
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_dead_once_its_entry_was_removed() {
        let mut slab = Slab::default();
        let first = slab.insert("first");
        assert_eq!(slab.remove(first), Some("first"));
        let second = slab.insert("second");
        assert_eq!((slab.get(first), slab.get(second)), (None, Some(&"second")));
        assert_eq!(slab.remove(first), None);
    }

    #[test]
    fn ids_survive_the_ways_they_travel() {
        let mut slab = Slab::default();
        let mut id = slab.insert(0);
        for _ in 0..1000 {
            slab.remove(id);
            id = slab.insert(0);
        }
        assert_eq!(Id::from_word(id.word()), Some(id));
        assert_eq!(Id::from_number(id.number()), Some(id));
        assert_eq!(Id::from_word(0), None);
    }
}
