//! From an importer and a specifier to a file or a built-in, by Node's algorithm plus tsconfig's `paths`.
//!
//! Owns the lists of built-ins and the wording of resolution errors. Must not read modules. `oxc_resolver` does the work;
//! four instances share one cache: `import` or `require` conditions, and for project files TypeScript's extensions first,
//! for packages JavaScript's (they ship both, and only the JavaScript is what they tested).

use std::path::{Path, PathBuf};
use std::sync::Arc;

use oxc_resolver::{
    ModuleType, PackageType, ResolveError, ResolveOptions, Resolver as Engine, SideEffects, TsConfig, TsconfigDiscovery,
};

use super::diagnostic::Diagnostic;
use super::record::RequestKind;
use super::transpile::{CompilerOptions, FormatHint};

/// Where a specifier leads.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Target {
    /// A file, by its real path, with the query it was asked for with.
    File {
        /// Absolute path.
        path: PathBuf,
        /// `?…`, or empty: each query is a module of its own.
        query: String,
    },
    /// A module of the runtime, by its internal id.
    Builtin(String),
    /// A `data:` URL.
    Data(String),
}

impl Target {
    /// Into the form that crosses into the realm.
    #[must_use]
    pub fn to_reply(&self) -> String {
        match self {
            Self::File { path, query } => format!("f:{}{query}", path.display()),
            Self::Builtin(id) => format!("b:{id}"),
            Self::Data(url) => format!("f:{url}"),
        }
    }
}

/// Modules of runners and test frameworks that are built in, even when a package of that name is installed.
const RUNNER_MODULES: &[(&str, &str)] = &[
    ("trun", "harness/modules/trun"),
    ("trun:test", "harness/modules/trun_test"),
    ("bun", "harness/modules/bun"),
    ("bun:test", "harness/modules/bun_test"),
    ("trun:ffi", "ffi/index"),
    ("bun:ffi", "ffi/index"),
    ("vitest", "harness/modules/vitest"),
    ("@jest/globals", "harness/modules/jest_globals"),
];

/// Node's public modules.
const NODE_MODULES: &[&str] = &[
    "assert",
    "assert/strict",
    "async_hooks",
    "buffer",
    "child_process",
    "cluster",
    "console",
    "constants",
    "crypto",
    "dgram",
    "diagnostics_channel",
    "dns",
    "dns/promises",
    "domain",
    "events",
    "fs",
    "fs/promises",
    "http",
    "http2",
    "https",
    "inspector",
    "inspector/promises",
    "module",
    "net",
    "os",
    "path",
    "path/posix",
    "path/win32",
    "perf_hooks",
    "process",
    "punycode",
    "querystring",
    "readline",
    "readline/promises",
    "repl",
    "stream",
    "stream/consumers",
    "stream/promises",
    "stream/web",
    "string_decoder",
    "sys",
    "timers",
    "timers/promises",
    "tls",
    "trace_events",
    "tty",
    "url",
    "util",
    "util/types",
    "v8",
    "vm",
    "wasi",
    "worker_threads",
    "zlib",
];

/// Those that exist only with the `node:` prefix.
const PREFIXED_NODE_MODULES: &[&str] = &["sea", "sqlite", "test", "test/reporters"];

/// Names for `module.builtinModules`.
#[must_use]
pub fn builtin_names() -> &'static [&'static str] {
    NODE_MODULES
}

/// The internal id of a built-in module.
#[must_use]
pub fn builtin(specifier: &str) -> Option<String> {
    if let Some((_, id)) = RUNNER_MODULES.iter().find(|(name, _)| *name == specifier) {
        return Some((*id).to_owned());
    }
    match specifier.strip_prefix("node:") {
        Some(name) if NODE_MODULES.contains(&name) || PREFIXED_NODE_MODULES.contains(&name) => {
            Some(format!("node/{name}"))
        }
        None if NODE_MODULES.contains(&specifier) => Some(format!("node/{specifier}")),
        _ => None,
    }
}

/// The resolver of a run.
#[derive(Debug)]
pub struct Resolver {
    project: Pair,
    packages: Pair,
}

#[derive(Debug)]
struct Pair {
    import: Engine,
    require: Engine,
}

const SCRIPT_FIRST: &[&str] = &[
    ".js", ".mjs", ".cjs", ".json", ".node", ".ts", ".tsx", ".mts", ".cts", ".jsx",
];
const TYPESCRIPT_FIRST: &[&str] = &[
    ".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs", ".json", ".node",
];

fn options(condition: &str, extensions: &[&str]) -> ResolveOptions {
    let strings = |list: &[&str]| list.iter().map(|&text| text.to_owned()).collect::<Vec<_>>();
    let alias = |ext: &str, list: &[&str]| (ext.to_owned(), strings(list));
    ResolveOptions {
        tsconfig: Some(TsconfigDiscovery::Auto),
        condition_names: strings(&["node", "node-addons", condition, "default"]),
        extensions: strings(extensions),
        // What is written is tried first: beside a source may lie its own output.
        extension_alias: vec![
            alias(".js", &[".js", ".ts", ".tsx", ".jsx"]),
            alias(".mjs", &[".mjs", ".mts"]),
            alias(".cjs", &[".cjs", ".cts"]),
            alias(".jsx", &[".jsx", ".tsx"]),
        ],
        main_fields: strings(&["main"]),
        main_files: strings(&["index"]),
        node_path: false,
        module_type: true,
        ..ResolveOptions::default()
    }
}

impl Default for Resolver {
    fn default() -> Self {
        Self::new()
    }
}

impl Resolver {
    /// A resolver with an empty cache.
    #[must_use]
    pub fn new() -> Self {
        let first = Engine::new(options("import", TYPESCRIPT_FIRST));
        let pair = |extensions| Pair {
            import: first.clone_with_options(options("import", extensions)),
            require: first.clone_with_options(options("require", extensions)),
        };
        Self {
            packages: pair(SCRIPT_FIRST),
            project: pair(TYPESCRIPT_FIRST),
        }
    }

    /// Forgets what the file system looked like.
    pub fn clear_cache(&self) {
        self.project.import.clear_cache();
    }

    fn engine(&self, importer: &Path, kind: RequestKind) -> &Engine {
        let pair = if in_node_modules(importer) {
            &self.packages
        } else {
            &self.project
        };
        match kind {
            RequestKind::Import => &pair.import,
            RequestKind::Require => &pair.require,
        }
    }

    /// Resolves what the file `importer` asks for.
    ///
    /// # Errors
    ///
    /// In Node's words: not found, not exported, invalid.
    pub fn resolve(&self, importer: &Path, specifier: &str, kind: RequestKind) -> Result<Target, Box<Diagnostic>> {
        if let Some(id) = builtin(specifier) {
            return Ok(Target::Builtin(id));
        }
        if let Some(target) = by_scheme(importer, specifier)? {
            return self.finish(importer, specifier, kind, target);
        }
        self.resolve_with(importer, specifier, kind, specifier)
    }

    /// As [`Self::resolve`], after a `file:` URL has become a path.
    fn finish(
        &self,
        importer: &Path,
        specifier: &str,
        kind: RequestKind,
        target: Target,
    ) -> Result<Target, Box<Diagnostic>> {
        match target {
            Target::File { path, query } => {
                let wanted = format!("{}{query}", escape_path(&path));
                self.resolve_with(importer, &wanted, kind, specifier)
            }
            other => Ok(other),
        }
    }

    fn resolve_with(
        &self,
        importer: &Path,
        wanted: &str,
        kind: RequestKind,
        specifier: &str,
    ) -> Result<Target, Box<Diagnostic>> {
        let engine = self.engine(importer, kind);
        let mut result = engine.resolve_file(importer, wanted);
        let may_be_new = !in_node_modules(importer) && matches!(result, Err(ref error) if is_missing(error));
        if may_be_new {
            // Tests write files and then load them; the cache remembers that they were not there.
            self.clear_cache();
            result = engine.resolve_file(importer, wanted);
        }
        match result {
            Ok(found) => {
                let query = found.query().unwrap_or_default().to_owned();
                Ok(Target::File {
                    path: found.into_path_buf(),
                    query,
                })
            }
            Err(ResolveError::Builtin { resolved, .. }) => builtin(&resolved)
                .map(Target::Builtin)
                .ok_or_else(|| unknown_builtin(importer, specifier)),
            Err(error) => Err(explain(importer, specifier, kind, &error)),
        }
    }

    /// Resolves the path of an entry, which may be a `file:` URL, to a real file.
    ///
    /// # Errors
    ///
    /// When there is no such file.
    pub fn resolve_entry(&self, path: &str) -> Result<Target, Box<Diagnostic>> {
        // A file that is there is meant as it is written, also when its name would read as a specifier with a query.
        if let Ok(real) = std::fs::canonicalize(path)
            && real.is_file()
        {
            return Ok(Target::File {
                path: real,
                query: String::new(),
            });
        }
        let anchor = Path::new("/").join("entry");
        match by_scheme(&anchor, path)? {
            Some(target) => self.finish(&anchor, path, RequestKind::Import, target),
            None => self.resolve_with(
                Path::new(path),
                &escape_path(Path::new(path)),
                RequestKind::Import,
                path,
            ),
        }
    }

    /// `require.resolve(specifier, { paths })`: as if a file in each folder in turn had asked.
    ///
    /// # Errors
    ///
    /// When no folder leads to it.
    pub fn resolve_in(&self, specifier: &str, folders: &[PathBuf]) -> Result<Target, Box<Diagnostic>> {
        let mut last = None;
        for folder in folders {
            match self.resolve(&folder.join("noop.js"), specifier, RequestKind::Require) {
                Ok(target) => return Ok(target),
                Err(error) => last = Some(error),
            }
        }
        Err(last.unwrap_or_else(|| not_found(Path::new(""), specifier, RequestKind::Require)))
    }

    /// Format by name and package, and the options of the tsconfig that covers a file.
    #[must_use]
    pub fn file_options(&self, path: &Path) -> (FormatHint, CompilerOptions) {
        let compiler = match self.project.import.find_tsconfig(path) {
            Ok(Some(config)) => compiler_options(&config),
            Ok(None) | Err(_) => CompilerOptions::default(),
        };
        (self.format_hint(path), compiler)
    }

    /// The tsconfig's error, if the one that covers `path` cannot be read.
    #[must_use]
    pub fn tsconfig_error(&self, path: &Path) -> Option<Box<Diagnostic>> {
        let error = self.project.import.find_tsconfig(path).err()?;
        Some(Box::new(
            Diagnostic::new("Error", Some("ERR_INVALID_TSCONFIG"), error.to_string()).in_file(path),
        ))
    }

    fn format_hint(&self, path: &Path) -> FormatHint {
        match path.extension().and_then(|ext| ext.to_str()) {
            Some("mjs" | "mts") => FormatHint::Module,
            Some("cjs" | "cts") => FormatHint::Detect,
            _ if self.is_module_by_scope(path) => FormatHint::Module,
            _ => FormatHint::Detect,
        }
    }

    /// By the nearest package.json, which may lie deep in a package: builds of both formats are told apart by one each.
    fn is_module_by_scope(&self, path: &Path) -> bool {
        let Ok(found) = self.packages.import.resolve_file(path, &escape_path(path)) else {
            return false;
        };
        match path.extension().and_then(|ext| ext.to_str()) {
            Some("js" | "ts") => found.module_type() == Some(ModuleType::Module),
            // The resolver gives the type of the two extensions that Node knows.
            _ => found.package_json().and_then(|package| package.r#type()) == Some(PackageType::Module),
        }
    }

    /// Whether its package says by `sideEffects` that evaluating a file has no effect but its exports: `false`, or a
    /// list of the files that have effects, read as webpack reads it.
    #[must_use]
    pub fn declares_no_effects(&self, path: &Path) -> bool {
        let found = self.packages.import.resolve_file(path, &escape_path(path)).ok();
        let Some(package) = found.as_ref().and_then(|found| found.package_json()) else {
            return false;
        };
        let inside = package
            .path()
            .parent()
            .and_then(|folder| path.strip_prefix(folder).ok());
        let inside = inside.map(|inside| inside.to_string_lossy());
        let has_effects = |pattern: &str| inside.as_deref().is_none_or(|file| matches_effects(pattern, file));
        match package.side_effects() {
            None | Some(SideEffects::Bool(true)) => false,
            Some(SideEffects::Bool(false)) => true,
            Some(SideEffects::String(pattern)) => !has_effects(pattern),
            Some(SideEffects::Array(patterns)) => !patterns.into_iter().any(has_effects),
        }
    }
}

/// Whether a path lies in a package.
#[must_use]
pub fn in_node_modules(path: &Path) -> bool {
    memchr::memmem::find(path.as_os_str().as_encoded_bytes(), b"/node_modules/").is_some()
}

/// Whether a pattern of `sideEffects` names a file; without a slash it does in any folder.
fn matches_effects(pattern: &str, file: &str) -> bool {
    if !pattern.contains('/') {
        return fast_glob::glob_match(format!("**/{pattern}"), file);
    }
    fast_glob::glob_match(pattern.strip_prefix("./").unwrap_or(pattern), file)
}

/// `#` begins a fragment for the resolver; a NUL in front makes it part of the path.
fn escape_path(path: &Path) -> String {
    path.to_string_lossy().replace('#', "\0#")
}

fn by_scheme(importer: &Path, specifier: &str) -> Result<Option<Target>, Box<Diagnostic>> {
    let Some((scheme, _)) = specifier.split_once(':') else {
        return Ok(None);
    };
    let looks_like_scheme =
        scheme.len() > 1 && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b));
    if !looks_like_scheme {
        return Ok(None);
    }
    match scheme {
        "file" => file_url(importer, specifier).map(Some),
        "data" => Ok(Some(Target::Data(specifier.to_owned()))),
        "node" | "bun" | "trun" => Err(unknown_builtin(importer, specifier)),
        "http" | "https" | "npm" | "jsr" => Err(Box::new(
            Diagnostic::new(
                "Error",
                Some("ERR_UNSUPPORTED_ESM_URL_SCHEME"),
                format!(
                    "Cannot import '{specifier}': only file:, data: and node: URLs are supported, imported from {}",
                    importer.display()
                ),
            )
            .in_file(importer),
        )),
        // `virtual:x`, `~icons:y`: left to tsconfig's paths, else not found.
        _ => Ok(None),
    }
}

fn file_url(importer: &Path, specifier: &str) -> Result<Target, Box<Diagnostic>> {
    let url = url::Url::parse(specifier).ok();
    let path = url.as_ref().and_then(|url| url.to_file_path().ok());
    match (url, path) {
        (Some(url), Some(path)) => {
            let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
            Ok(Target::File { path, query })
        }
        _ => Err(Box::new(
            Diagnostic::new(
                "TypeError",
                Some("ERR_INVALID_FILE_URL_PATH"),
                format!("Invalid file URL '{specifier}'"),
            )
            .in_file(importer),
        )),
    }
}

fn compiler_options(config: &Arc<TsConfig>) -> CompilerOptions {
    let options = &config.compiler_options;
    let legacy_decorators = options.experimental_decorators.unwrap_or(false);
    let strict = options.strict.unwrap_or(false);
    // The default of `useDefineForClassFields` hangs on the target. It is followed only beside legacy decorators, whose
    // users rely on it: for others the language's own semantics are what every other tool of today gives them.
    let assigns_by_target = legacy_decorators && options.target.as_deref().is_some_and(is_before_es2022);
    CompilerOptions {
        legacy_decorators,
        decorator_metadata: options.emit_decorator_metadata.unwrap_or(false),
        strict_null_checks: options.strict_null_checks.unwrap_or(strict),
        assign_class_fields: options
            .use_define_for_class_fields
            .map_or(assigns_by_target, |define| !define),
        verbatim_imports: options.verbatim_module_syntax.unwrap_or(false)
            || options.preserve_value_imports.unwrap_or(false),
        classic_jsx: options.jsx.as_deref() == Some("react"),
        development_jsx: options.jsx.as_deref() == Some("react-jsxdev"),
        jsx_factory: options.jsx_factory.clone(),
        jsx_fragment: options.jsx_fragment_factory.clone(),
        jsx_import_source: options.jsx_import_source.clone(),
    }
}

fn is_before_es2022(target: &str) -> bool {
    let target = target.to_ascii_lowercase();
    matches!(target.as_str(), "es3" | "es5" | "es6")
        || target
            .strip_prefix("es")
            .and_then(|year| year.parse::<u32>().ok())
            .is_some_and(|year| year < 2022)
}

fn is_missing(error: &ResolveError) -> bool {
    matches!(
        error,
        ResolveError::NotFound(_)
            | ResolveError::MatchedAliasNotFound(..)
            | ResolveError::ExtensionAlias(..)
            | ResolveError::IOError(_)
    )
}

fn is_bare(specifier: &str) -> bool {
    !specifier.starts_with(['.', '/', '#']) && !specifier.starts_with("file:")
}

fn not_found(importer: &Path, specifier: &str, kind: RequestKind) -> Box<Diagnostic> {
    let importer_text = importer.display();
    let (code, message) = match kind {
        RequestKind::Require => (
            "MODULE_NOT_FOUND",
            format!("Cannot find module '{specifier}'\nRequire stack:\n- {importer_text}"),
        ),
        // The entry of a run or of a worker: nobody imports it.
        RequestKind::Import if Path::new(specifier) == importer => {
            ("ERR_MODULE_NOT_FOUND", format!("Cannot find module '{specifier}'"))
        }
        RequestKind::Import if is_bare(specifier) => (
            "ERR_MODULE_NOT_FOUND",
            format!("Cannot find package '{specifier}' imported from {importer_text}"),
        ),
        RequestKind::Import => (
            "ERR_MODULE_NOT_FOUND",
            format!("Cannot find module '{specifier}' imported from {importer_text}"),
        ),
    };
    let mut diagnostic = Diagnostic::new("Error", Some(code), message).in_file(importer);
    diagnostic.specifier = Some(specifier.to_owned());
    Box::new(diagnostic)
}

fn unknown_builtin(importer: &Path, specifier: &str) -> Box<Diagnostic> {
    let mut diagnostic = Diagnostic::new(
        "Error",
        Some("ERR_UNKNOWN_BUILTIN_MODULE"),
        format!(
            "No such built-in module: {specifier}, imported from {}",
            importer.display()
        ),
    )
    .in_file(importer);
    diagnostic.specifier = Some(specifier.to_owned());
    Box::new(diagnostic)
}

fn explain(importer: &Path, specifier: &str, kind: RequestKind, error: &ResolveError) -> Box<Diagnostic> {
    let from = importer.display();
    let (name, code, message) = match error {
        _ if is_missing(error) => return not_found(importer, specifier, kind),
        ResolveError::PackagePathNotExported {
            subpath,
            package_json_path,
            ..
        } => (
            "Error",
            "ERR_PACKAGE_PATH_NOT_EXPORTED",
            if subpath == "." {
                format!(
                    "No \"exports\" main defined in {} imported from {from}",
                    package_json_path.display()
                )
            } else {
                format!(
                    "Package subpath '{subpath}' is not defined by \"exports\" in {} imported from {from}",
                    package_json_path.display()
                )
            },
        ),
        ResolveError::PackageImportNotDefined(specifier, package) => (
            "TypeError",
            "ERR_PACKAGE_IMPORT_NOT_DEFINED",
            format!(
                "Package import specifier \"{specifier}\" is not defined in package {} imported from {from}",
                package.display()
            ),
        ),
        ResolveError::InvalidModuleSpecifier(..) => (
            "TypeError",
            "ERR_INVALID_MODULE_SPECIFIER",
            format!("{error} imported from {from}"),
        ),
        ResolveError::InvalidPackageTarget(..) => (
            "Error",
            "ERR_INVALID_PACKAGE_TARGET",
            format!("{error} imported from {from}"),
        ),
        ResolveError::InvalidPackageConfig(_)
        | ResolveError::InvalidPackageConfigDefault(_)
        | ResolveError::Json(_) => (
            "Error",
            "ERR_INVALID_PACKAGE_CONFIG",
            format!("{error}, imported from {from}"),
        ),
        ResolveError::TsconfigNotFound(_)
        | ResolveError::TsconfigSelfReference(_)
        | ResolveError::TsconfigCircularExtend(_)
        | ResolveError::TsconfigLoadFailed { .. } => ("Error", "ERR_INVALID_TSCONFIG", error.to_string()),
        ResolveError::Specifier(_) => (
            "TypeError",
            "ERR_INVALID_ARG_VALUE",
            format!("{error}, imported from {from}"),
        ),
        _ => (
            "Error",
            "ERR_MODULE_NOT_FOUND",
            format!("Cannot resolve '{specifier}' imported from {from}: {error}"),
        ),
    };
    let mut diagnostic = Diagnostic::new(name, Some(code), message).in_file(importer);
    diagnostic.specifier = Some(specifier.to_owned());
    Box::new(diagnostic)
}
