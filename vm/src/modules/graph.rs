//! The graph of all modules of the process, and the doors through which a realm asks for them.
//!
//! Owns the records. A realm names modules by id; what it is told is true in every realm. Files of the project are checked
//! for changes when a realm opens; files of packages are not, they are taken as they were first read.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::assets::{decode_data_url, kind_of};
use super::chunks::{CHUNK_URL, Chunks};
use super::diagnostic::Diagnostic;
use super::link;
use super::needs::CycleEntries;
use super::position::Position;
pub use super::record::RequestKind;
use super::record::{Demand, Dep, Key, Kind, ModuleId, Record, Stamp, State};
use super::resolve::{self, Resolver, Target};
use super::transpile::{self, Format, FormatHint, Options, Shape};
use crate::times::{Part, span};

/// The answer to a request of a realm.
#[derive(Debug)]
pub enum Reply {
    /// A module that is loaded, linked and has a place in a chunk.
    Module(ModuleId),
    /// A module of the runtime, by internal id.
    Builtin(Arc<str>),
    /// What to throw.
    Failed(Box<Diagnostic>),
}

impl Reply {
    /// As it crosses into the realm: a number, or a text with a tag.
    ///
    /// # Errors
    ///
    /// Everything but a module is a text.
    pub fn into_value(self) -> Result<ModuleId, String> {
        match self {
            Self::Module(id) => Ok(id),
            Self::Builtin(id) => Err(format!("b:{id}")),
            Self::Failed(diagnostic) => Err(format!("e:{}", diagnostic.to_json())),
        }
    }
}

/// Who asks.
#[derive(Debug, Clone, Copy)]
pub enum From<'a> {
    /// A module.
    Module(ModuleId),
    /// A file that need not be a module (`createRequire`).
    File(&'a Path),
}

pub(super) type Fallible<T> = Result<T, Box<Diagnostic>>;

/// All modules of a process.
#[derive(Debug)]
pub struct ModuleGraph {
    pub(super) records: Vec<Record>,
    by_key: HashMap<Key, ModuleId>,
    resolver: Resolver,
    pub(super) chunks: Chunks,
    pub(super) cycle_entries: CycleEntries,
    /// Modules of packages that declare no side effects are evaluated as they are used.
    lazy: bool,
    /// Counts realms.
    realm: u32,
    /// What `require` and dynamic import asked for before: importer, specifier, kind.
    asked: HashMap<(PathBuf, String, RequestKind), Target>,
}

impl ModuleGraph {
    /// An empty graph. `lazy`: of packages that declare no side effects only what is used is evaluated.
    #[must_use]
    pub fn new(lazy: bool) -> Self {
        Self {
            records: Vec::new(),
            by_key: HashMap::new(),
            resolver: Resolver::new(),
            chunks: Chunks::default(),
            cycle_entries: CycleEntries::new(),
            lazy,
            realm: 0,
            asked: HashMap::new(),
        }
    }

    /// What it was made with.
    #[must_use]
    pub fn is_lazy(&self) -> bool {
        self.lazy
    }

    /// A realm opens. What it asks for first is compared with the files again; what it does not ask for costs it nothing.
    pub fn begin_realm(&mut self) {
        self.realm += 1;
        self.chunks.repack(&mut self.records);
    }

    /// A test file's realm is gone. What was kept of the file itself is dropped, unless another module has asked for it: no other realm of
    /// this process will, and it would pile up. Returns the chunk that nobody needs any more.
    pub fn retire_entry(&mut self, file: &Path) -> Option<u32> {
        let path = std::fs::canonicalize(file).ok()?;
        let key = Key {
            path,
            query: String::new(),
            attribute: String::new(),
        };
        let id = *self.by_key.get(&key)?;
        let record = &mut self.records[id as usize];
        if record.imported {
            return None;
        }
        let place = record.place;
        self.by_key.remove(&key);
        let blank = Record::new(key, record.kind, record.in_package);
        *record = blank;
        let (chunk, _) = place?;
        self.chunks.empty(chunk, id).then_some(chunk)
    }

    /// Loads and links an entry and what it statically imports.
    pub fn load(&mut self, file: &str) -> Reply {
        let resolving = span(Part::Resolve);
        let found = self.resolver.resolve_entry(file);
        drop(resolving);
        let target = match found {
            Ok(target) => target,
            Err(error) => return Reply::Failed(error),
        };
        self.open(target, "", RequestKind::Import, None)
    }

    /// Resolves, loads and links what a module asks for at run time.
    pub fn link(&mut self, specifier: &str, from: From<'_>, kind: RequestKind, attribute: &str) -> Reply {
        let importer = self.importer_path(from);
        match self.find(&importer, specifier, kind) {
            Ok(target) => self.open(target, attribute, kind, Some(&importer)),
            Err(error) => Reply::Failed(error),
        }
    }

    /// Resolves only: `f:<file>`, `b:<builtin>` or `e:<json>`.
    pub fn resolve(&mut self, specifier: &str, from: From<'_>, kind: RequestKind) -> String {
        let importer = self.importer_path(from);
        text_of(self.find(&importer, specifier, kind))
    }

    /// `require.resolve` with `paths`.
    #[must_use]
    pub fn resolve_in(&self, specifier: &str, folders: &[PathBuf]) -> String {
        text_of(self.resolver.resolve_in(specifier, folders))
    }

    /// The chunk that holds a module; packs it if it is in none.
    pub fn chunk_of(&mut self, id: ModuleId) -> u32 {
        if self.records[id as usize].place.is_none() {
            self.know_needs(id);
            self.chunks.pack(&mut self.records, &[id]);
        }
        let number = self.records[id as usize].place.map_or(0, |(chunk, _)| chunk);
        self.chunks.note_use(number);
        number
    }

    /// The text of a chunk.
    #[must_use]
    pub fn chunk_text(&self, number: u32) -> Option<Arc<str>> {
        self.chunks.get(number).map(|chunk| chunk.text.clone())
    }

    /// The URL under which a chunk is evaluated.
    #[must_use]
    pub fn chunk_url(number: u32) -> String {
        format!("{CHUNK_URL}{number}")
    }

    /// After the engine has refused a chunk: finds the file at fault. Only CommonJS of packages gets there unparsed.
    #[must_use]
    pub fn explain_chunk(&self, number: u32, message: &str) -> Box<Diagnostic> {
        for id in self.chunks.members(number) {
            let record = &self.records[id as usize];
            let options = Options {
                in_package: false,
                ..self.options(record)
            };
            if let Err(error) = transpile::transpile(&record.key.path, &record.source, &options) {
                return error;
            }
        }
        let first = self
            .chunks
            .members(number)
            .next()
            .map(|id| self.records[id as usize].key.path.clone());
        let diagnostic = Diagnostic::new("SyntaxError", None, message);
        Box::new(match first {
            Some(path) => diagnostic.in_file(&path),
            None => diagnostic,
        })
    }

    /// The error of an import whose name run time found missing.
    #[must_use]
    pub fn missing(&self, id: ModuleId, request: usize, name: &str) -> String {
        let diagnostic = link::missing_import(&self.records[id as usize], request, name);
        format!("e:{}", diagnostic.to_json())
    }

    /// Takes a text that is no file as a module of the project (`module._compile`).
    pub fn compile(&mut self, code: &str, file: &str) -> Reply {
        // A query that no specifier can have keeps it apart from the file of that name.
        let query = format!("?\0{}", self.records.len());
        let key = Key {
            path: PathBuf::from(file),
            query,
            attribute: String::new(),
        };
        let id = self.add(key, Kind::Script);
        self.records[id as usize].source = Arc::from(code);
        let outcome = self.transpile(id);
        self.records[id as usize].state = match outcome {
            Ok(()) => State::Loaded,
            Err(error) => return Reply::Failed(error),
        };
        match self.prepare(id) {
            Ok(()) => Reply::Module(id),
            Err(error) => Reply::Failed(error),
        }
    }

    /// The text of a JSON or text module.
    #[must_use]
    pub fn text(&self, id: ModuleId) -> Arc<str> {
        self.records
            .get(id as usize)
            .map_or_else(|| Arc::from(""), |record| record.source.clone())
    }

    /// The file of a module.
    #[must_use]
    pub fn path_of(&self, id: ModuleId) -> Option<&Path> {
        self.records.get(id as usize).map(|record| record.key.path.as_path())
    }

    /// The nearest package.json above `path` as JSON of `path`, `name` and `type`, or an empty text.
    #[must_use]
    pub fn package_scope(path: &Path) -> String {
        for folder in path.ancestors().skip(1) {
            let file = folder.join("package.json");
            let Ok(text) = std::fs::read_to_string(&file) else {
                continue;
            };
            let json: serde_json::Value = serde_json::from_str(&text).unwrap_or_default();
            return serde_json::json!({ "path": file, "name": json["name"], "type": json["type"] }).to_string();
        }
        String::new()
    }

    /// From a position (from 1) in a script to one in a file. `None` for scripts that are not chunks.
    pub fn map_position(&mut self, url: &str, line: u32, column: u32) -> Option<(PathBuf, u32, u32)> {
        let number = url.strip_prefix(CHUNK_URL)?.parse().ok()?;
        let (id, offset) = self.chunks.locate(number, Position { line, column })?;
        let record = &self.records[id as usize];
        let source = record.source.strip_prefix('\u{feff}').unwrap_or(&record.source);
        let position = record.transpiled.as_ref()?.map.original(source, offset)?;
        Some((record.key.path.clone(), position.line, position.column))
    }

    /// The text of a file as it was when it was loaded, for code frames.
    #[must_use]
    pub fn source_of(&self, path: &Path) -> Option<Arc<str>> {
        self.records
            .iter()
            .rev()
            .find(|record| record.key.path == path)
            .map(|record| record.source.clone())
    }

    /// Files of the project that have been loaded: what a watcher must watch.
    pub fn project_files(&self) -> impl Iterator<Item = &Path> {
        self.by_key
            .values()
            .map(|&id| &self.records[id as usize])
            .filter(|r| !r.in_package)
            .map(|r| r.key.path.as_path())
    }

    fn importer_path(&self, from: From<'_>) -> PathBuf {
        match from {
            From::Module(id) => self.path_of(id).unwrap_or(Path::new("/")).to_path_buf(),
            From::File(path) => path.to_path_buf(),
        }
    }

    fn find(&mut self, importer: &Path, specifier: &str, kind: RequestKind) -> Fallible<Target> {
        let _span = span(Part::Resolve);
        if let Some(id) = resolve::builtin(specifier) {
            return Ok(Target::Builtin(id));
        }
        // Memory pays for packages only; the project's files come and go.
        if !resolve::in_node_modules(importer) {
            return self.resolver.resolve(importer, specifier, kind);
        }
        let question = (importer.to_path_buf(), specifier.to_owned(), kind);
        if let Some(target) = self.asked.get(&question) {
            return Ok(target.clone());
        }
        let target = self.resolver.resolve(importer, specifier, kind)?;
        self.asked.insert(question, target.clone());
        Ok(target)
    }

    fn open(&mut self, target: Target, attribute: &str, kind: RequestKind, importer: Option<&Path>) -> Reply {
        let dep = match self.dep(target, attribute, kind, importer) {
            Ok(dep) => dep,
            Err(error) => return Reply::Failed(error),
        };
        let id = match dep {
            Dep::Module(id) => id,
            Dep::Builtin(id) => return Reply::Builtin(id),
        };
        let id = self.refresh(id);
        // A file that was written anew while its realm runs, as tests of loaders do.
        let id = if self.has_changed(id) { self.renew(id) } else { id };
        match self.prepare(id) {
            Ok(()) => Reply::Module(id),
            Err(error) => Reply::Failed(error),
        }
    }

    /// The record for a target, made if it is new.
    fn dep(&mut self, target: Target, attribute: &str, kind: RequestKind, importer: Option<&Path>) -> Fallible<Dep> {
        let (path, query) = match target {
            Target::Builtin(id) => return Ok(Dep::Builtin(Arc::from(id))),
            Target::File { path, query } => (path, query),
            Target::Data(url) => (PathBuf::from(url), String::new()),
        };
        let module_kind = kind_of(&path, attribute, kind, importer)?;
        let attribute = if module_kind == Kind::Text {
            "text".to_owned()
        } else {
            String::new()
        };
        let key = Key { path, query, attribute };
        let known = self.by_key.get(&key).copied();
        let id = known.unwrap_or_else(|| self.add(key, module_kind));
        self.records[id as usize].imported |= importer.is_some();
        Ok(Dep::Module(id))
    }

    fn add(&mut self, key: Key, kind: Kind) -> ModuleId {
        let id = self.records.len() as ModuleId;
        let in_package = resolve::in_node_modules(&key.path);
        self.by_key.insert(key.clone(), id);
        self.records.push(Record::new(key, kind, in_package));
        id
    }

    /// Loads, links and places everything below `id`.
    fn prepare(&mut self, id: ModuleId) -> Fallible<()> {
        if self.records[id as usize].link.is_none() {
            let order = self.load_below(id)?;
            if !self.records[id as usize].is_esm() {
                return Ok(());
            }
            link::link(&mut self.records, id)?;
            self.reshape(&order)?;
        }
        self.place(id);
        Ok(())
    }

    /// Loads all static dependencies; returns the modules that are not linked yet in order of evaluation.
    fn load_below(&mut self, root: ModuleId) -> Fallible<Vec<ModuleId>> {
        let mut order = Vec::new();
        let mut seen = HashSet::from([root]);
        self.load_one(root)?;
        let mut path = vec![(root, 0)];
        while let Some((id, edge)) = path.last_mut() {
            let id = *id;
            let Some(dep) = self.records[id as usize].deps.get(*edge) else {
                path.pop();
                order.push(id);
                continue;
            };
            *edge += 1;
            let Dep::Module(target) = *dep else { continue };
            if self.records[target as usize].link.is_some() || !seen.insert(target) {
                continue;
            }
            self.load_one(target)?;
            path.push((target, 0));
        }
        Ok(order)
    }

    fn load_one(&mut self, id: ModuleId) -> Fallible<()> {
        if matches!(self.records[id as usize].state, State::New) {
            self.read(id);
        }
        match &self.records[id as usize].state {
            State::Failed(error) => Err(error.clone()),
            _ if self.records[id as usize].resolved => Ok(()),
            _ => self.resolve_requests(id),
        }
    }

    fn resolve_requests(&mut self, id: ModuleId) -> Fallible<()> {
        let _span = span(Part::Resolve);
        let record = &self.records[id as usize];
        let path = record.key.path.clone();
        let requests = record
            .transpiled
            .as_ref()
            .map(|code| code.requests.clone())
            .unwrap_or_default();
        let mut deps = Vec::with_capacity(requests.len());
        for request in &requests {
            let found = self
                .resolver
                .resolve(&path, &request.specifier, RequestKind::Import)
                .and_then(|target| self.dep(target, &request.attribute, RequestKind::Import, Some(&path)));
            match found {
                Ok(dep) => deps.push(dep),
                Err(error) => {
                    return Err(Box::new(self.records[id as usize].mark(*error, request.span)));
                }
            }
        }
        let record = &mut self.records[id as usize];
        record.deps = deps;
        record.resolved = true;
        Ok(())
    }

    fn read(&mut self, id: ModuleId) {
        let _span = span(Part::Transpile);
        let outcome = self.read_source(id).and_then(|()| self.transpile(id));
        self.records[id as usize].state = match outcome {
            Ok(()) => State::Loaded,
            Err(error) => State::Failed(error),
        };
    }

    fn read_source(&mut self, id: ModuleId) -> Fallible<()> {
        let record = &mut self.records[id as usize];
        if let Some(url) = record.key.path.to_str().filter(|path| path.starts_with("data:")) {
            record.source = Arc::from(decode_data_url(url)?);
            return Ok(());
        }
        if matches!(record.kind, Kind::Addon | Kind::Wasm) {
            return Ok(());
        }
        record.stamp = stamp(&record.key.path);
        match std::fs::read(&record.key.path) {
            Ok(bytes) => {
                record.source = Arc::from(String::from_utf8_lossy(&bytes));
                Ok(())
            }
            Err(error) => Err(Box::new(
                Diagnostic::new(
                    "Error",
                    Some("ERR_MODULE_NOT_FOUND"),
                    format!("Cannot read module '{}': {error}", record.key.path.display()),
                )
                .in_file(&record.key.path),
            )),
        }
    }

    fn options(&self, record: &Record) -> Options {
        if record.key.path.as_os_str().as_encoded_bytes().starts_with(b"data:") {
            return Options {
                hint: Some(FormatHint::Module),
                ..Options::default()
            };
        }
        let (hint, compiler) = self.resolver.file_options(&record.key.path);
        Options {
            hint: Some(hint),
            shape: record.shape,
            compiler,
            in_package: record.in_package,
        }
    }

    fn transpile(&mut self, id: ModuleId) -> Fallible<()> {
        let record = &self.records[id as usize];
        if record.kind != Kind::Script {
            return Ok(());
        }
        if let Some(error) = self.resolver.tsconfig_error(&record.key.path) {
            return Err(error);
        }
        let options = self.options(record);
        let code = transpile::transpile(&record.key.path, &record.source, &options)?;
        let extension = record.key.path.extension().and_then(|ext| ext.to_str()).unwrap_or("");
        let strict_module = code.format == Format::Module
            && match extension {
                "mjs" | "mts" => true,
                "js" => options.hint == Some(FormatHint::Module),
                _ => false,
            };
        let effect_free = self.lazy
            && record.in_package
            && code.format == Format::Module
            && self.resolver.declares_no_effects(&record.key.path);
        let record = &mut self.records[id as usize];
        record.effect_free = effect_free;
        record.strict_module = strict_module;
        record.transpiled = Some(code);
        Ok(())
    }

    /// Gives members of import cycles their other shape.
    fn reshape(&mut self, ids: &[ModuleId]) -> Fallible<()> {
        for &id in ids {
            let record = &mut self.records[id as usize];
            let in_cycle = record.link.as_ref().is_some_and(|link| !link.cycle.is_empty());
            let shape = if in_cycle { Shape::Cyclic } else { Shape::Plain };
            if record.shape != shape {
                record.shape = shape;
                self.transpile(id)?;
            }
        }
        Ok(())
    }

    fn has_changed(&self, id: ModuleId) -> bool {
        let record = &self.records[id as usize];
        let may_change = !record.in_package || matches!(record.state, State::Failed(_));
        may_change
            && record.stamp.is_some()
            && self.by_key.get(&record.key) == Some(&id)
            && stamp(&record.key.path) != record.stamp
    }

    /// Compares a module and the files of the project below it with what is on disk, once per realm, and forgets those that have
    /// changed. Returns the module's record, which is another one if it has.
    fn refresh(&mut self, root: ModuleId) -> ModuleId {
        let mut changed = Vec::new();
        let mut waiting = vec![root];
        while let Some(id) = waiting.pop() {
            let record = &mut self.records[id as usize];
            if std::mem::replace(&mut record.checked, self.realm) == self.realm {
                continue;
            }
            if self.has_changed(id) {
                changed.push(id);
            }
            let deps = self.records[id as usize].deps.iter();
            waiting.extend(deps.filter_map(|dep| match dep {
                Dep::Module(id) if !self.records[*id as usize].in_package => Some(*id),
                _ => None,
            }));
        }
        if changed.is_empty() {
            return root;
        }
        self.forget(&changed);
        if changed.contains(&root) {
            self.renew(root)
        } else {
            root
        }
    }

    /// Replaces a changed module by a new record.
    fn renew(&mut self, id: ModuleId) -> ModuleId {
        self.forget(&[id]);
        let (key, kind) = (self.records[id as usize].key.clone(), self.records[id as usize].kind);
        self.by_key.get(&key).copied().unwrap_or_else(|| self.add(key, kind))
    }

    /// Drops changed modules; every file of the project is resolved, linked and placed anew, for what it imports may have
    /// changed its exports. What was transpiled stays.
    fn forget(&mut self, changed: &[ModuleId]) {
        self.resolver.clear_cache();
        for &id in changed {
            let key = self.records[id as usize].key.clone();
            self.by_key.remove(&key);
        }
        for record in self.records.iter_mut().filter(|record| !record.in_package) {
            record.resolved = false;
            record.link = None;
            record.place = None;
            record.demand = Demand::None;
        }
    }
}

fn text_of(result: Fallible<Target>) -> String {
    match result {
        Ok(target) => target.to_reply(),
        Err(error) => format!("e:{}", error.to_json()),
    }
}

fn stamp(path: &Path) -> Option<Stamp> {
    let metadata = std::fs::metadata(path).ok()?;
    Some(Stamp {
        modified: metadata.modified().ok(),
        size: metadata.len(),
    })
}
