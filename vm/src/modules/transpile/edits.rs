//! Text edits, and the way back from edited text to the original.
//!
//! Edits are collected in the order of a traversal; where several apply at one offset, that order is kept.

/// One replacement of a byte range of the source.
#[derive(Debug, Clone)]
struct Edit {
    start: u32,
    end: u32,
    text: String,
    /// Sets an export; of no use where getters are published first.
    publishes: bool,
}

/// Replacements to be applied to one source text.
#[derive(Debug, Default)]
pub(super) struct Edits {
    list: Vec<Edit>,
}

impl Edits {
    pub(super) fn insert(&mut self, at: u32, text: impl Into<String>) {
        self.replace(at, at, text);
    }

    pub(super) fn replace(&mut self, start: u32, end: u32, text: impl Into<String>) {
        self.list.push(Edit {
            start,
            end,
            text: text.into(),
            publishes: false,
        });
    }

    /// Inserts an assignment that publishes an export.
    pub(super) fn publish(&mut self, at: u32, text: String) {
        self.list.push(Edit {
            start: at,
            end: at,
            text,
            publishes: true,
        });
    }

    /// Reduces all publishing assignments to the semicolon that keeps their neighbours apart.
    pub(super) fn drop_publishing(&mut self) {
        for edit in self.list.iter_mut().filter(|edit| edit.publishes) {
            edit.text = ";".to_owned();
        }
    }

    /// Applies everything between `prefix` and `suffix`.
    pub(super) fn apply(mut self, prefix: &str, source: &str, suffix: &str) -> (String, EditMap) {
        // Traversal order is nearly sorted already; the sort is stable, so equal offsets keep their order.
        self.list.sort_by_key(|edit| edit.start);
        let grown: usize = self.list.iter().map(|edit| edit.text.len()).sum();
        let mut out = String::with_capacity(prefix.len() + source.len() + grown + suffix.len());
        let mut map = EditMap {
            entries: Vec::with_capacity(self.list.len() + 1),
        };
        out.push_str(prefix);
        map.entries.push(Entry {
            out_start: 0,
            out_end: out.len() as u32,
            source_start: 0,
            source_end: 0,
        });
        let mut at = 0;
        for edit in &self.list {
            // An edit inside a range that is already gone has nothing left to act on.
            if edit.start < at {
                continue;
            }
            out.push_str(&source[at as usize..edit.start as usize]);
            let out_start = out.len() as u32;
            out.push_str(&edit.text);
            let out_end = out.len() as u32;
            map.entries.push(Entry {
                out_start,
                out_end,
                source_start: edit.start,
                source_end: edit.end,
            });
            at = edit.end;
        }
        out.push_str(&source[at as usize..]);
        out.push_str(suffix);
        (out, map)
    }
}

#[derive(Debug, Clone, Copy)]
struct Entry {
    out_start: u32,
    out_end: u32,
    source_start: u32,
    source_end: u32,
}

/// Maps byte offsets of an edited text to those of its source.
#[derive(Debug, Clone, Default)]
pub(super) struct EditMap {
    entries: Vec<Entry>,
}

impl EditMap {
    /// The source offset from which the output at `offset` stems.
    pub(super) fn source_offset(&self, offset: u32) -> u32 {
        let index = self.entries.partition_point(|entry| entry.out_start <= offset);
        let Some(entry) = index.checked_sub(1).map(|index| self.entries[index]) else {
            return offset;
        };
        if offset < entry.out_end {
            // Inside a wrapper around a name, the name's own place is the honest answer.
            entry.source_start
        } else {
            entry.source_end + (offset - entry.out_end)
        }
    }
}
