//! The record of one module: what is known of a file independently of any realm.

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::SystemTime;

use super::diagnostic::Diagnostic;
use super::position::LineIndex;
use super::transpile::{Format, Shape, Transpiled};

/// Names a record for the life of the process; never reused.
pub type ModuleId = u32;

/// Which conditions a request is resolved with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RequestKind {
    /// `import`, static or dynamic.
    Import,
    /// `require`.
    Require,
}

/// What makes a module another one.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Key {
    /// The real path, or a `data:` URL.
    pub path: PathBuf,
    /// `?query` or empty.
    pub query: String,
    /// Import attribute that changes the kind: only `text`.
    pub attribute: String,
}

/// How a file is loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// JavaScript or TypeScript; the format is known once it is transpiled.
    Script,
    /// JSON.
    Json,
    /// The text is the default export.
    Text,
    /// A native addon.
    Addon,
    /// WebAssembly: a clear error.
    Wasm,
}

/// State of a file when it was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    /// Modification time.
    pub modified: Option<SystemTime>,
    /// Size in bytes.
    pub size: u64,
}

/// A module or a built-in, as the target of a request.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Dep {
    /// A record.
    Module(ModuleId),
    /// A module of the runtime.
    Builtin(Arc<str>),
}

/// Where an export comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// The module whose binding it is.
    pub from: Dep,
    /// Its name there; none for the namespace.
    pub name: Option<Arc<str>>,
    /// The binding changes, or is not yet there when it is linked.
    pub live: bool,
}

/// An entry of a module's table of exports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Export {
    /// Found.
    Found(Origin),
    /// Two `export *` give different bindings: the name is not exported.
    Ambiguous,
}

/// One thing to evaluate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Step {
    /// A module's body and what the body needs.
    Run(ModuleId),
    /// The same, and everything it passes on: its namespace will be seen as a whole.
    Complete(ModuleId),
}

/// A name that must be on a sparse module's exports object before an importer runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Provided {
    /// The sparse module.
    pub to: ModuleId,
    /// The name there.
    pub name: Arc<str>,
    /// The binding behind it, another module's.
    pub origin: Origin,
}

/// What a module needs evaluated. The rules are in [`super::needs`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Needs {
    /// Before its body, in order.
    pub steps: Vec<Step>,
    /// And to complete it: only sparse modules have some.
    pub rest: Vec<Step>,
    /// After the steps, before the body.
    pub provided: Vec<Provided>,
    /// The steps are its requests, one by one, and there is nothing else.
    pub plain: bool,
}

/// How much of a module has been asked for so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Demand {
    /// Nothing.
    #[default]
    None,
    /// Its body.
    Body,
    /// Its whole namespace.
    Whole,
}

/// The outcome of linking.
#[derive(Debug, Clone, Default)]
pub struct Link {
    /// All export names and their origins.
    pub table: BTreeMap<Arc<str>, Export>,
    /// Requests of `export *` whose names only evaluation tells, here or in what is re-exported.
    pub dynamic_stars: Vec<usize>,
    /// More names may come at run time: `dynamic_stars`, or `module.exports`.
    pub open: bool,
    /// Members of the import cycle in evaluation order; empty outside of one.
    pub cycle: Vec<ModuleId>,
    /// It or something below it has top-level await.
    pub is_async: bool,
    /// Names of its parameters that must be checked at run time, per parameter.
    pub checked_names: Vec<Option<Vec<String>>>,
    /// For each name that a module without side effects passes on: the request it comes by and its name there (none: the namespace).
    pub via: HashMap<Arc<str>, (usize, Option<Arc<str>>)>,
    /// Known once something asks for the module to be evaluated.
    pub needs: Option<Needs>,
}

/// What a file turned into.
#[derive(Debug)]
pub enum State {
    /// Not read yet.
    New,
    /// Transpiled (scripts) and resolved.
    Loaded,
    /// Cannot be loaded.
    Failed(Box<Diagnostic>),
}

/// A module.
#[derive(Debug)]
pub struct Record {
    /// Identity.
    pub key: Key,
    /// How it is loaded.
    pub kind: Kind,
    /// Third-party code: assumed not to change during a run.
    pub in_package: bool,
    /// Its package declares that evaluating it has no effect but its exports.
    pub effect_free: bool,
    /// What has been asked of it, and so has a place together with what it needs.
    pub demand: Demand,
    /// Of the file that was read.
    pub stamp: Option<Stamp>,
    /// The file's text.
    pub source: Arc<str>,
    /// State.
    pub state: State,
    /// For scripts.
    pub transpiled: Option<Transpiled>,
    /// Shape of `transpiled`.
    pub shape: Shape,
    /// Strict ES module by Node's rules: `default` of CommonJS is always `module.exports`.
    pub strict_module: bool,
    /// Targets of the requests; valid while `resolved`.
    pub deps: Vec<Dep>,
    /// `deps` is up to date.
    pub resolved: bool,
    /// Present once linked.
    pub link: Option<Link>,
    /// Chunk and index in it, while the link data there is true.
    pub place: Option<(u32, u32)>,
    /// Another module asked for it; else it is a test file, which a process runs once.
    pub imported: bool,
    /// The realm, by the graph's count, in which it was last compared with its file.
    pub checked: u32,
    /// Chunk and index where the code is, once it has been packed.
    pub code_place: Option<(u32, u32)>,
}

impl Record {
    /// A record that nothing is known of but its name.
    #[must_use]
    pub fn new(key: Key, kind: Kind, in_package: bool) -> Self {
        Self {
            key,
            kind,
            in_package,
            effect_free: false,
            demand: Demand::None,
            stamp: None,
            source: Arc::from(""),
            state: State::New,
            transpiled: None,
            shape: Shape::Plain,
            strict_module: false,
            deps: Vec::new(),
            resolved: false,
            link: None,
            place: None,
            imported: false,
            checked: 0,
            code_place: None,
        }
    }

    /// An ES module, once it is loaded.
    #[must_use]
    pub fn is_esm(&self) -> bool {
        self.transpiled
            .as_ref()
            .is_some_and(|code| code.format == Format::Module)
    }
}

impl Record {
    /// Marks a byte range of the text that was edited, at its place in the file.
    #[must_use]
    pub fn mark(&self, diagnostic: Diagnostic, span: (u32, u32)) -> Diagnostic {
        let Some(code) = &self.transpiled else {
            return diagnostic;
        };
        let source = self.source.strip_prefix('\u{feff}').unwrap_or(&self.source);
        let Some(start) = code.map.original_of_input(source, span.0) else {
            return diagnostic;
        };
        let index = LineIndex::new(source);
        let Some(from) = index.offset(source, start) else {
            return diagnostic;
        };
        diagnostic.mark(source, &[(from, from + (span.1 - span.0), None)])
    }
}
