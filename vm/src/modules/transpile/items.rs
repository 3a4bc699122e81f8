//! What a module imports and exports, gathered from its statements while they are edited away.
//!
//! Owns the tables that become parameters, exports and requests; must not look into expressions (that is `rewrite`).

use std::collections::HashMap;

use oxc_ast::ast::{
    ImportAttributeKey, ImportDeclaration, ImportDeclarationSpecifier, Program, Statement, StringLiteral, WithClause,
};
use oxc_semantic::{Scoping, SymbolId};
use oxc_span::{GetSpan, Span};

use super::{LocalExport, NameUse, Param, ParamKind, Reexport, Request};

/// Names the rewrite introduces: a prefix that occurs nowhere in the file, plus one letter each.
#[derive(Debug, Clone)]
pub(super) struct Names {
    pub(super) prefix: String,
}

impl Names {
    /// Picks a prefix that the text does not contain.
    pub(super) fn for_source(source: &str) -> Self {
        let finder = |prefix: &str| memchr::memmem::find(source.as_bytes(), prefix.as_bytes()).is_some();
        let mut prefix = String::from("$_");
        while finder(&prefix) {
            prefix.push('t');
        }
        Self { prefix }
    }

    pub(super) fn exports(&self) -> String {
        format!("{}x", self.prefix)
    }
    pub(super) fn context(&self) -> String {
        format!("{}m", self.prefix)
    }
    pub(super) fn param(&self, index: usize) -> String {
        format!("{}i{index}", self.prefix)
    }
    pub(super) fn default(&self) -> String {
        format!("{}d", self.prefix)
    }
    /// A constant; assigning to it throws, as assigning to an import does.
    pub(super) fn constant(&self) -> String {
        format!("{}k", self.prefix)
    }
    pub(super) fn resume(&self) -> String {
        format!("{}R", self.prefix)
    }
    pub(super) fn frame(&self) -> String {
        format!("{}C", self.prefix)
    }
    pub(super) fn saved_frame(&self) -> String {
        format!("{}c", self.prefix)
    }
    pub(super) fn import(&self) -> String {
        format!("{}I", self.prefix)
    }
}

/// `.name` or `["na-me"]`.
pub(super) fn member(name: &str) -> String {
    let mut chars = name.chars();
    let plain = chars
        .next()
        .is_some_and(|c| c.is_ascii_alphabetic() || c == '_' || c == '$')
        && chars.all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '$');
    if plain {
        format!(".{name}")
    } else {
        format!("[{}]", quote(name))
    }
}

/// A key of an object literal.
pub(super) fn quote(text: &str) -> String {
    serde_json::to_string(text).unwrap_or_default()
}

/// An imported binding.
#[derive(Debug, Clone)]
pub(super) struct Binding {
    pub(super) request: usize,
    /// None: the namespace.
    pub(super) imported: Option<String>,
    pub(super) param: usize,
    pub(super) span: (u32, u32),
}

/// When an own export gets its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Publish {
    /// At the top: function declarations.
    Hoisted,
    /// By getter at the top.
    Live,
    /// By an assignment after its declaration.
    InPlace,
    /// By an assignment at the end: exported before it is declared.
    AtEnd,
}

/// An own export on its way into the text.
#[derive(Debug, Clone)]
pub(super) struct OwnExport {
    pub(super) name: String,
    pub(super) local: String,
    pub(super) publish: Publish,
}

/// Everything gathered.
#[derive(Debug, Default)]
pub(super) struct Items {
    pub(super) requests: Vec<Request>,
    pub(super) params: Vec<Param>,
    pub(super) bindings: HashMap<SymbolId, Binding>,
    pub(super) exports: Vec<OwnExport>,
    pub(super) reexports: Vec<Reexport>,
    pub(super) stars: Vec<(usize, (u32, u32))>,
    declared: HashMap<SymbolId, Declared>,
}

/// How a top-level binding is declared, as far as exporting is concerned.
#[derive(Debug, Clone, Copy)]
struct Declared {
    function: bool,
    start: u32,
}

impl Items {
    /// First pass: imports, and which bindings the top-level statements declare.
    pub(super) fn gather(program: &Program<'_>) -> Self {
        let mut items = Self::default();
        for statement in &program.body {
            match statement {
                Statement::ImportDeclaration(import) => items.add_import(import),
                Statement::ExportAllDeclaration(export) => {
                    items.request(&export.source, export.with_clause.as_deref());
                }
                Statement::ExportFromDeclaration(export) => {
                    items.request(&export.source, export.with_clause.as_deref());
                }
                Statement::ExportDeclaration(export) => items.declare_in(&export.declaration),
                Statement::ExportDefaultDeclaration(export) => items.declare_default(export),
                Statement::FunctionDeclaration(_)
                | Statement::ClassDeclaration(_)
                | Statement::VariableDeclaration(_) => {
                    if let Some(declaration) = statement.as_declaration() {
                        items.declare_in(declaration);
                    }
                }
                _ => {}
            }
        }
        items
    }

    /// The index of the module asked for; the first mention decides the order.
    pub(super) fn request(&mut self, source: &StringLiteral<'_>, with: Option<&WithClause<'_>>) -> usize {
        let attribute = with.map(attribute_type).unwrap_or_default();
        let specifier = source.value.as_str();
        if let Some(at) = self
            .requests
            .iter()
            .position(|r| r.specifier == specifier && r.attribute == attribute)
        {
            return at;
        }
        self.requests.push(Request {
            specifier: specifier.to_owned(),
            attribute,
            span: range(source.span),
        });
        self.requests.len() - 1
    }

    fn add_import(&mut self, import: &ImportDeclaration<'_>) {
        let request = self.request(&import.source, import.with_clause.as_deref());
        for specifier in import.specifiers.iter().flatten() {
            let (imported, local, span) = match specifier {
                ImportDeclarationSpecifier::ImportSpecifier(it) => {
                    (Some(it.imported.name().to_string()), &it.local, it.imported.span())
                }
                ImportDeclarationSpecifier::ImportDefaultSpecifier(it) => {
                    (Some("default".to_owned()), &it.local, it.span)
                }
                ImportDeclarationSpecifier::ImportNamespaceSpecifier(it) => (None, &it.local, it.span),
            };
            let param = self.param(request, imported.as_deref(), range(span));
            if let Some(symbol) = local.symbol_id.get() {
                self.bindings.insert(
                    symbol,
                    Binding {
                        request,
                        imported,
                        param,
                        span: range(span),
                    },
                );
            }
        }
    }

    fn param(&mut self, request: usize, imported: Option<&str>, span: (u32, u32)) -> usize {
        let used = |name: &str| NameUse {
            name: name.to_owned(),
            span,
        };
        let same_role = |kind: &ParamKind| match (kind, imported) {
            (ParamKind::Namespace(_), None) => true,
            (ParamKind::Default(_), Some("default")) => true,
            (ParamKind::Named(_), Some(name)) => name != "default",
            _ => false,
        };
        if let Some(at) = self
            .params
            .iter()
            .position(|p| p.request == request && same_role(&p.kind))
        {
            if let (ParamKind::Named(names), Some(name)) = (&mut self.params[at].kind, imported)
                && !names.iter().any(|known| known.name == name)
            {
                names.push(NameUse {
                    name: name.to_owned(),
                    span,
                });
            }
            return at;
        }
        let kind = match imported {
            None => ParamKind::Namespace(Some(Vec::new())),
            Some("default") => ParamKind::Default(used("default")),
            Some(name) => ParamKind::Named(vec![used(name)]),
        };
        self.params.push(Param { request, kind });
        self.params.len() - 1
    }

    /// A namespace is read as `x.name`.
    pub(super) fn namespace_member(&mut self, param: usize, name: &str) {
        if let ParamKind::Namespace(Some(members)) = &mut self.params[param].kind
            && !members.iter().any(|known| known == name)
        {
            members.push(name.to_owned());
        }
    }

    /// An import is read as a value; if it is a namespace, anything may be read from it.
    pub(super) fn namespace_escapes(&mut self, param: usize) {
        if let ParamKind::Namespace(members) = &mut self.params[param].kind {
            *members = None;
        }
    }

    fn declare_in(&mut self, declaration: &oxc_ast::ast::Declaration<'_>) {
        use oxc_ast::ast::Declaration;
        match declaration {
            Declaration::FunctionDeclaration(function) => {
                if let Some(id) = &function.id {
                    self.declare(id.symbol_id.get(), true, function.span.start);
                }
            }
            Declaration::ClassDeclaration(class) => {
                if let Some(id) = &class.id {
                    self.declare(id.symbol_id.get(), false, class.span.start);
                }
            }
            Declaration::VariableDeclaration(variables) => {
                for declarator in &variables.declarations {
                    for id in declarator.id.get_binding_identifiers() {
                        self.declare(id.symbol_id.get(), false, variables.span.start);
                    }
                }
            }
            _ => {}
        }
    }

    fn declare_default(&mut self, export: &oxc_ast::ast::ExportDefaultDeclaration<'_>) {
        use oxc_ast::ast::ExportDefaultDeclarationKind as Kind;
        match &export.declaration {
            Kind::FunctionDeclaration(it) => {
                if let Some(id) = &it.id {
                    self.declare(id.symbol_id.get(), true, it.span.start);
                }
            }
            Kind::ClassDeclaration(it) => {
                if let Some(id) = &it.id {
                    self.declare(id.symbol_id.get(), false, it.span.start);
                }
            }
            _ => {}
        }
    }

    fn declare(&mut self, symbol: Option<SymbolId>, function: bool, start: u32) {
        if let Some(symbol) = symbol {
            self.declared.insert(symbol, Declared { function, start });
        }
    }

    /// How a local binding named in an export at `at` is published.
    pub(super) fn publish(&self, scoping: &Scoping, symbol: SymbolId, at: u32) -> Publish {
        let Some(declared) = self.declared.get(&symbol) else {
            // A `var` inside a block: its value may come at any time.
            return Publish::Live;
        };
        if scoping.symbol_is_mutated(symbol) || !scoping.symbol_redeclarations(symbol).is_empty() {
            Publish::Live
        } else if declared.function {
            Publish::Hoisted
        } else if declared.start <= at {
            Publish::InPlace
        } else {
            Publish::AtEnd
        }
    }

    /// The public view of the own exports.
    pub(super) fn local_exports(&self) -> Vec<LocalExport> {
        self.exports
            .iter()
            .map(|export| LocalExport {
                name: export.name.clone(),
                live: export.publish == Publish::Live,
            })
            .collect()
    }
}

/// The value of `type` among import attributes.
fn attribute_type(with: &WithClause<'_>) -> String {
    with.with_entries
        .iter()
        .find(|entry| match &entry.key {
            ImportAttributeKey::Identifier(key) => key.name == "type",
            ImportAttributeKey::StringLiteral(key) => key.value == "type",
        })
        .map(|entry| entry.value.value.to_string())
        .unwrap_or_default()
}

pub(super) fn range(span: Span) -> (u32, u32) {
    (span.start, span.end)
}
