//! One file's text to one function expression.
//!
//! Plain JavaScript is changed by text edits on the original: line structure and formatting stay, nothing is printed anew.
//! TypeScript, JSX, `using`, legacy decorators and `accessor` are first lowered by oxc and printed (`lower`), then the same
//! edits are applied to the printed text, so that there is one rewrite of modules, not two. Nothing is down-levelled: the
//! engine runs the current language. CommonJS of packages is wrapped without being parsed where no word in it asks for more.
//!
//! The head of `vm/js/internal/modules/loader.js` says what the functions receive.

mod edits;
mod items;
mod lower;
mod map;
mod render;
mod rewrite;
mod statements;
mod syntax_error;

use std::path::Path;

use memchr::memmem;

pub use lower::CompilerOptions;
pub use map::CodeMap;

use super::diagnostic::Diagnostic;

/// What the file's name and its package say about the format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FormatHint {
    /// `.mjs`, `.mts`, or a package of type `module`.
    Module,
    /// The syntax decides.
    Detect,
}

/// How the function of an ES module is shaped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Shape {
    /// Exports are set as they come to be.
    #[default]
    Plain,
    /// A generator that publishes getters before its body: members of import cycles.
    Cyclic,
}

/// What `transpile` must know besides the text.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Format by name and package.
    pub hint: Option<FormatHint>,
    /// Shape of the function.
    pub shape: Shape,
    /// From the tsconfig.
    pub compiler: CompilerOptions,
    /// Third-party code: trusted to be valid, so that CommonJS need not be parsed.
    pub in_package: bool,
}

/// Which loader a module's function is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// ES module.
    Module,
    /// CommonJS.
    CommonJs,
}

/// A module asked for by an import or export statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// As written.
    pub specifier: String,
    /// Value of the `type` attribute, or empty.
    pub attribute: String,
    /// Byte range of the specifier in the edited text's source.
    pub span: (u32, u32),
}

/// A name asked for, with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NameUse {
    /// The export's name.
    pub name: String,
    /// Byte range.
    pub span: (u32, u32),
}

/// In which role a module is passed to the function of its importer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ParamKind {
    /// Named imports.
    Named(Vec<NameUse>),
    /// `import x from`.
    Default(NameUse),
    /// `import * as x from`: the names read from it as `x.name`, if nothing else is done with it.
    Namespace(Option<Vec<String>>),
}

/// One parameter of the module's function after the first two.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Param {
    /// Index of the request.
    pub request: usize,
    /// Role.
    pub kind: ParamKind,
}

/// An export whose binding is the module's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocalExport {
    /// Exported name.
    pub name: String,
    /// Read through a getter, because the binding is assigned to again.
    pub live: bool,
}

/// An export of another module's binding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reexport {
    /// Exported name.
    pub name: String,
    /// Index of the request.
    pub request: usize,
    /// Name over there; none for the namespace itself.
    pub imported: Option<String>,
    /// Where it is written.
    pub span: (u32, u32),
}

/// The free CommonJS names that an ES module uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CommonJsNames {
    /// `require`.
    pub require: bool,
    /// `module` or `exports`: the file may export through them.
    pub exports: bool,
}

/// The result.
#[derive(Debug)]
pub struct Transpiled {
    /// One function expression; empty once it has been packed into a chunk.
    pub code: String,
    /// For which loader.
    pub format: Format,
    /// Modules asked for, in order of evaluation.
    pub requests: Vec<Request>,
    /// Parameters after the first two.
    pub params: Vec<Param>,
    /// Own exports.
    pub exports: Vec<LocalExport>,
    /// Named exports from elsewhere.
    pub reexports: Vec<Reexport>,
    /// `export * from`: request and place.
    pub stars: Vec<(usize, (u32, u32))>,
    /// `await` outside of functions.
    pub top_level_await: bool,
    /// Free CommonJS names in an ES module.
    pub common_js: CommonJsNames,
    /// CommonJS function that takes the runtime's parameters too.
    pub needs_runtime: bool,
    /// Written in TypeScript: missing names may be types.
    pub typescript: bool,
    /// Imports may name types: decorator metadata reads them and bears their absence.
    pub lenient_imports: bool,
    /// Exported names that are only types.
    pub type_names: Vec<String>,
    /// Back from `code` to the file.
    pub map: CodeMap,
}

/// Languages by extension.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Language {
    JavaScript,
    TypeScript,
    Tsx,
}

impl Language {
    pub(super) fn of(path: &Path) -> Self {
        match path.extension().and_then(|ext| ext.to_str()) {
            Some("ts" | "mts" | "cts") => Self::TypeScript,
            Some("tsx") => Self::Tsx,
            _ => Self::JavaScript,
        }
    }
}

/// Turns the text of the file at `path` into a function expression.
///
/// # Errors
///
/// Syntax errors, and syntax that is not supported.
pub fn transpile(path: &Path, source: &str, options: &Options) -> Result<Transpiled, Box<Diagnostic>> {
    let source = source.strip_prefix('\u{feff}').unwrap_or(source);
    let language = Language::of(path);
    let hint = options.hint.unwrap_or(FormatHint::Detect);
    if language != Language::JavaScript {
        return lower::lower_and_rewrite(path, source, language, options);
    }
    if options.in_package && hint == FormatHint::Detect && is_bare_common_js(path, source) {
        return Ok(render::wrap_unparsed(source));
    }
    match rewrite::rewrite(path, source, &rewrite::Input::plain(hint, options))? {
        rewrite::Outcome::Done(transpiled) => Ok(*transpiled),
        rewrite::Outcome::NeedsLowering => lower::lower_and_rewrite(path, source, language, options),
    }
}

/// CommonJS beyond doubt, with nothing to rewrite: no word of the module syntax, no `await`, nothing to be lowered.
fn is_bare_common_js(path: &Path, source: &str) -> bool {
    let bytes = source.as_bytes();
    path.extension().is_none_or(|ext| ext != "jsx")
        && memmem::find(bytes, b"await").is_none()
        && memmem::find(bytes, b"using ").is_none()
        && !has_word(bytes, b"import")
        && !has_word(bytes, b"export")
}

/// Whether `word` occurs without a letter or digit right after it: `exports` is no `export`.
fn has_word(bytes: &[u8], word: &[u8]) -> bool {
    memmem::find_iter(bytes, word).any(|at| {
        let is_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$');
        let after = bytes.get(at + word.len()).copied().unwrap_or(b' ');
        let before = at.checked_sub(1).map_or(b' ', |at| bytes[at]);
        !is_name(after) && !is_name(before) && before != b'.'
    })
}
