//! Chunks: scripts that are arrays of module functions with their link data.
//!
//! The engine's code cache keys scripts by text and keeps 2,000 of them, and a function out of a cached array costs an
//! eighth of one out of its own script. So modules that are loaded together are packed together, once per process, and
//! the text of a chunk never changes. The format is defined at the head of `loader.js`.
//!
//! Also the way back: from a position in a chunk to one in a file.

use std::fmt::Write as _;
use std::sync::Arc;

use super::needs;
use super::position::{LineIndex, Position};
use super::record::{Dep, Export, Kind, ModuleId, Origin, Provided, Record, RequestKind, Step};
use super::transpile::{Format, ParamKind, Shape, Transpiled};

/// What a chunk's URL begins with; its number follows.
pub const CHUNK_URL: &str = "trun-chunk:";

/// A chunk is closed when it holds this many modules.
const MAX_MODULES: usize = 100;
/// A chunk is closed when its text has grown to this many bytes.
const MAX_BYTES: usize = 256 * 1024;

/// A chunk of one module is worn after this many uses.
const REPACK_USES: u32 = 4;
/// Fewer worn chunks than this are not worth compiling again.
const REPACK_MODULES: usize = 32;

/// The role of a parameter that is a sparse module's exports object.
const SPARSE_ROLE: usize = 3;

/// Bits of `flags` in a module's link data; `loader.js` has the same list.
mod flags {
    pub(super) const MODULE: u32 = 1;
    pub(super) const COMMON_JS: u32 = 2;
    pub(super) const JSON: u32 = 4;
    pub(super) const TEXT: u32 = 8;
    pub(super) const ADDON: u32 = 16;
    pub(super) const WASM: u32 = 32;
    pub(super) const CYCLIC: u32 = 64;
    pub(super) const AWAITS: u32 = 128;
    pub(super) const ASYNC: u32 = 256;
    pub(super) const EXPORTS_BY_NAME: u32 = 512;
    pub(super) const STRICT: u32 = 1024;
    pub(super) const RUNTIME: u32 = 2048;
    pub(super) const SPARSE: u32 = 4096;
}

/// One packed module.
#[derive(Debug, Clone, Copy)]
struct Slot {
    id: ModuleId,
    /// Byte range of the function in the chunk's text.
    start: u32,
    end: u32,
}

/// A script.
#[derive(Debug)]
pub struct Chunk {
    /// Its text.
    pub text: Arc<str>,
    slots: Vec<Slot>,
    lines: Option<LineIndex>,
    /// How often a realm asked for it.
    uses: u32,
}

/// All chunks of the process.
#[derive(Debug, Default)]
pub struct Chunks {
    list: Vec<Chunk>,
    /// Chunks of one module that a few realms have used.
    worn: Vec<u32>,
}

impl Chunks {
    /// A chunk by number.
    #[must_use]
    pub fn get(&self, number: u32) -> Option<&Chunk> {
        self.list.get(number as usize)
    }

    /// The modules of a chunk.
    pub fn members(&self, number: u32) -> impl Iterator<Item = ModuleId> + '_ {
        self.list
            .get(number as usize)
            .into_iter()
            .flat_map(|chunk| chunk.slots.iter().map(|slot| slot.id))
    }

    /// Drops the text of a chunk if `id` is its only module.
    pub fn empty(&mut self, number: u32, id: ModuleId) -> bool {
        let Some(chunk) = self.list.get_mut(number as usize) else {
            return false;
        };
        if chunk.slots.len() != 1 || chunk.slots[0].id != id {
            return false;
        }
        chunk.text = Arc::from("[]");
        chunk.slots = Vec::new();
        chunk.lines = None;
        true
    }

    /// Packs modules that have no place yet, in the given order, neighbours of one package together.
    pub fn pack(&mut self, records: &mut [Record], ids: &[ModuleId]) {
        let mut open: Option<(Builder, Arc<str>)> = None;
        for &id in ids {
            let group = group_of(&records[id as usize]);
            let fits = open
                .as_ref()
                .is_some_and(|(builder, of)| *of == group && !builder.is_full());
            if !fits && let Some((builder, _)) = open.take() {
                self.close(builder);
            }
            let code = self.take_code(&mut records[id as usize]);
            let number = self.list.len() as u32;
            let (builder, _) = open.get_or_insert_with(|| (Builder::default(), group));
            let index = builder.add(records, id, &code);
            let record = &mut records[id as usize];
            record.place = Some((number, index));
            record.code_place = record.place;
        }
        if let Some((builder, _)) = open {
            self.close(builder);
        }
    }

    /// A module's code lives in the chunk it was packed into last; only before that its record holds it.
    fn take_code(&self, record: &mut Record) -> Arc<str> {
        let Some(code) = &mut record.transpiled else {
            return Arc::from("0");
        };
        if !code.code.is_empty() {
            return Arc::from(std::mem::take(&mut code.code));
        }
        let Some((chunk, index)) = record.code_place else {
            return Arc::from("0");
        };
        let chunk = &self.list[chunk as usize];
        let slot = chunk.slots[index as usize];
        Arc::from(&chunk.text[slot.start as usize..slot.end as usize])
    }

    /// Packs modules together that came one by one (`require`, dynamic import) and are still in use after a few realms:
    /// by then it is known which belong together.
    pub fn repack(&mut self, records: &mut [Record]) {
        if self.worn.len() < REPACK_MODULES {
            return;
        }
        let mut worn: Vec<ModuleId> = std::mem::take(&mut self.worn)
            .into_iter()
            .filter_map(|number| Some((number, self.list[number as usize].slots.first()?.id)))
            .filter(|(number, id)| records[*id as usize].place == Some((*number, 0)))
            .map(|(_, id)| id)
            .collect();
        worn.sort_by_cached_key(|&id| group_of(&records[id as usize]));
        self.pack(records, &worn);
    }

    /// Notes that a realm asks for a chunk.
    pub fn note_use(&mut self, number: u32) {
        if let Some(chunk) = self.list.get_mut(number as usize) {
            chunk.uses += 1;
            if chunk.uses == REPACK_USES && chunk.slots.len() == 1 {
                self.worn.push(number);
            }
        }
    }

    fn close(&mut self, builder: Builder) {
        let mut text = builder.text;
        text.push(']');
        self.list.push(Chunk {
            text: Arc::from(text),
            slots: builder.slots,
            lines: None,
            uses: 0,
        });
    }

    /// From a position in a chunk to the module and the byte offset in its code.
    pub fn locate(&mut self, number: u32, position: Position) -> Option<(ModuleId, u32)> {
        let chunk = self.list.get_mut(number as usize)?;
        let lines = chunk.lines.get_or_insert_with(|| LineIndex::new(&chunk.text));
        let offset = lines.offset(&chunk.text, position)?;
        let slot = chunk.slots.iter().rev().find(|slot| slot.start <= offset)?;
        Some((slot.id, offset.min(slot.end) - slot.start))
    }
}

/// What shares chunks: a package, or the project's own files.
#[must_use]
pub fn group_of(record: &Record) -> Arc<str> {
    if !record.in_package {
        return Arc::from("");
    }
    let path = record.key.path.to_string_lossy();
    let Some(at) = path.rfind("/node_modules/") else {
        return Arc::from("");
    };
    let inside = &path[at + "/node_modules/".len()..];
    let depth = if inside.starts_with('@') { 2 } else { 1 };
    let length = inside
        .match_indices('/')
        .nth(depth - 1)
        .map_or(inside.len(), |(at, _)| at);
    Arc::from(&path[..at + "/node_modules/".len() + length])
}

#[derive(Default)]
struct Builder {
    text: String,
    slots: Vec<Slot>,
}

impl Builder {
    fn is_full(&self) -> bool {
        self.slots.len() >= MAX_MODULES || self.text.len() >= MAX_BYTES
    }

    fn add(&mut self, records: &[Record], id: ModuleId, code: &str) -> u32 {
        self.text.push_str(if self.slots.is_empty() { "[" } else { ",\n" });
        let start = self.text.len() as u32;
        self.text.push_str(code);
        let end = self.text.len() as u32;
        self.text.push(',');
        write_meta(&mut self.text, records, id);
        self.slots.push(Slot { id, start, end });
        self.slots.len() as u32 - 1
    }
}

fn quote(text: &str) -> String {
    serde_json::to_string(text).unwrap_or_else(|_| "\"\"".to_owned())
}

fn dep_text(dep: &Dep) -> String {
    match dep {
        Dep::Module(id) => id.to_string(),
        Dep::Builtin(id) => quote(id),
    }
}

/// Writes `[id, flags, file, query, deps, imports, exports, stars, cycle]`.
fn write_meta(out: &mut String, records: &[Record], id: ModuleId) {
    let record = &records[id as usize];
    let (file, query) = (quote(&record.key.path.to_string_lossy()), quote(&record.key.query));
    let _ = write!(out, "[{id},{},{file},{query}", flags_of(record));
    if let (Some(code), true) = (&record.transpiled, record.is_esm()) {
        let deps: Vec<String> = record.deps.iter().map(dep_text).collect();
        let _ = write!(out, ",[{}],", deps.join(","));
        write_imports(out, code, records, record);
        write_exports(out, record);
        let link = record.link.as_ref();
        write_numbers(out, link.map_or(&[][..], |link| &link.dynamic_stars));
        write_numbers(out, link.map_or(&[][..], |link| &link.cycle));
        write_needs(out, records, record);
    }
    out.push(']');
}

/// Writes `needs, provided, rest`, or nothing where the requests say it all.
fn write_needs(out: &mut String, records: &[Record], record: &Record) {
    let Some(needs) = record.link.as_ref().and_then(|link| link.needs.as_ref()) else {
        return;
    };
    if needs.plain {
        return;
    }
    let step = |step: &Step| match step {
        Step::Run(id) => i64::from(*id),
        Step::Complete(id) => -(i64::from(*id) + 1),
    };
    // Empty or not, the list of steps stands for the requests.
    let steps: Vec<String> = needs.steps.iter().map(|it| step(it).to_string()).collect();
    let _ = write!(out, ",[{}]", steps.join(","));
    write_provided(out, records, &needs.provided);
    write_numbers(out, &needs.rest.iter().map(step).collect::<Vec<_>>());
}

/// Fours of sparse module, name, origin and name there.
fn write_provided(out: &mut String, records: &[Record], list: &[Provided]) {
    let texts: Vec<String> = list
        .iter()
        .map(|it| {
            let to = &records[it.to as usize];
            let id = i64::from(it.to);
            let id = if to.strict_module { -(id + 1) } else { id };
            format!(
                "{id},{},{}",
                quote(&it.name),
                origin_text(&it.origin, is_read_through(to, &it.origin))
            )
        })
        .collect();
    write_numbers(out, &texts);
}

fn write_numbers<T: std::fmt::Display>(out: &mut String, list: &[T]) {
    if list.is_empty() {
        out.push_str(",0");
        return;
    }
    let texts: Vec<String> = list.iter().map(ToString::to_string).collect();
    let _ = write!(out, ",[{}]", texts.join(","));
}

fn write_imports(out: &mut String, code: &Transpiled, records: &[Record], record: &Record) {
    out.push('[');
    for (index, param) in code.params.iter().enumerate() {
        let role = match param.kind {
            ParamKind::Named(_) => 0,
            ParamKind::Default(_) => 1,
            ParamKind::Namespace(_) => 2,
        };
        let role = match record.deps.get(param.request) {
            Some(Dep::Module(target)) if needs::is_sparse(&records[*target as usize]) => SPARSE_ROLE,
            _ => role,
        };
        let separator = if index == 0 { "" } else { "," };
        let _ = write!(out, "{separator}{},", param.request * 4 + role);
        match record
            .link
            .as_ref()
            .and_then(|link| link.checked_names.get(index))
            .and_then(Option::as_ref)
        {
            Some(names) => out.push_str(&serde_json::to_string(names).unwrap_or_else(|_| "0".to_owned())),
            None => out.push('0'),
        }
    }
    out.push(']');
}

/// Triples of name, origin and name there, for modules that pass exports of others on.
fn write_exports(out: &mut String, record: &Record) {
    let (Some(code), Some(link)) = (&record.transpiled, &record.link) else {
        out.push_str(",0");
        return;
    };
    if code.reexports.is_empty() && code.stars.is_empty() {
        out.push_str(",0");
        return;
    }
    let own: Vec<&str> = code.exports.iter().map(|export| export.name.as_str()).collect();
    let mut entries: Vec<(&str, String)> = Vec::with_capacity(link.table.len());
    for (name, export) in &link.table {
        let Export::Found(origin) = export else {
            continue;
        };
        if own.contains(&&**name) {
            entries.push((name, "0,0".to_owned()));
            continue;
        }
        entries.push((name, origin_text(origin, is_read_through(record, origin))));
    }
    // The namespace's keys are ordered by UTF-16 units.
    entries.sort_by(|a, b| a.0.encode_utf16().cmp(b.0.encode_utf16()));
    let texts: Vec<String> = entries
        .iter()
        .map(|(name, rest)| format!("{},{rest}", quote(name)))
        .collect();
    let _ = write!(out, ",[{}]", texts.join(","));
}

/// Whether an export of another module's binding is a getter. Spies on the original are seen through the project's own barrels;
/// packages are copied, which is twice as fast.
fn is_read_through(record: &Record, origin: &Origin) -> bool {
    let in_cycle = record.link.as_ref().is_some_and(|link| !link.cycle.is_empty());
    origin.name.is_some() && (origin.live || in_cycle || !record.in_package)
}

/// Origin and name there.
fn origin_text(origin: &Origin, live: bool) -> String {
    let there = origin.name.as_ref().map_or_else(|| "0".to_owned(), |name| quote(name));
    match &origin.from {
        Dep::Module(id) if live => format!("-{},{there}", u64::from(*id) + 1),
        Dep::Module(id) => format!("{},{there}", u64::from(*id) + 1),
        Dep::Builtin(id) => format!("{},{there}", quote(id)),
    }
}

fn flags_of(record: &Record) -> u32 {
    let mut bits = match record.kind {
        Kind::Script => 0,
        Kind::Json => flags::JSON,
        Kind::Text => flags::TEXT,
        Kind::Addon => flags::ADDON,
        Kind::Wasm => flags::WASM,
    };
    let Some(code) = &record.transpiled else {
        return bits;
    };
    let mut set = |bit: u32, on: bool| bits |= if on { bit } else { 0 };
    set(flags::MODULE, code.format == Format::Module);
    set(flags::COMMON_JS, code.format == Format::CommonJs);
    set(flags::CYCLIC, record.shape == Shape::Cyclic);
    set(flags::AWAITS, code.top_level_await);
    set(flags::ASYNC, record.link.as_ref().is_some_and(|link| link.is_async));
    set(flags::EXPORTS_BY_NAME, code.common_js.exports);
    set(flags::STRICT, record.strict_module);
    set(flags::RUNTIME, code.needs_runtime);
    set(flags::SPARSE, needs::is_sparse(record) && needs::passes_on(code));
    bits
}

/// Kind of request by the number that the realm uses.
#[must_use]
pub fn request_kind(number: u32) -> RequestKind {
    if number == 1 {
        RequestKind::Require
    } else {
        RequestKind::Import
    }
}
