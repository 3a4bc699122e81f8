//! The statements of a module: imports and exports are edited away, the rest is left to the traversal.

use oxc_ast::ast::{
    BindingIdentifier, Declaration, ExportDefaultDeclaration, ExportDefaultDeclarationKind, Expression,
    ModuleExportName, Statement,
};
use oxc_ast_visit::Visit;
use oxc_semantic::SymbolId;
use oxc_span::{GetSpan, Span};
use oxc_syntax::scope::ScopeFlags;

use super::Reexport;
use super::items::{Binding, OwnExport, Publish, member, range};
use super::rewrite::Rewriter;

impl Rewriter<'_> {
    pub(super) fn top_level(&mut self, statement: &Statement<'_>) {
        match statement {
            Statement::ImportDeclaration(it) => self.blank(it.span),
            Statement::ExportAllDeclaration(it) => {
                let request = self.items.request(&it.source, it.with_clause.as_deref());
                match &it.exported {
                    Some(name) => self.items.reexports.push(Reexport {
                        name: name.name().to_string(),
                        request,
                        imported: None,
                        span: range(it.span),
                    }),
                    None => self.items.stars.push((request, range(it.source.span))),
                }
                self.blank(it.span);
            }
            Statement::ExportFromDeclaration(it) => {
                let request = self.items.request(&it.source, it.with_clause.as_deref());
                for specifier in &it.specifiers {
                    self.items.reexports.push(Reexport {
                        name: specifier.exported.name().to_string(),
                        request,
                        imported: Some(specifier.local.name().to_string()),
                        span: range(specifier.local.span()),
                    });
                }
                self.blank(it.span);
            }
            Statement::ExportNamedDeclaration(it) => {
                self.blank(it.span);
                for specifier in &it.specifiers {
                    self.export_local(specifier.exported.name().to_string(), &specifier.local, it.span);
                }
            }
            Statement::ExportDeclaration(it) => {
                self.edits.replace(it.span.start, it.declaration.span().start, "");
                self.visit_declaration(&it.declaration);
                self.export_declaration(&it.declaration, it.span.end);
            }
            Statement::ExportDefaultDeclaration(it) => self.export_default(it),
            _ => {
                self.statement_start = statement.span().start;
                self.visit_statement(statement);
            }
        }
    }

    /// Removes a statement but not its line breaks; the semicolon keeps the lines around it apart.
    fn blank(&mut self, span: Span) {
        let lines = self.source[span.start as usize..span.end as usize]
            .bytes()
            .filter(|&b| b == b'\n')
            .count();
        self.edits
            .replace(span.start, span.end, format!(";{}", "\n".repeat(lines)));
    }

    fn export_local(&mut self, name: String, local: &ModuleExportName<'_>, statement: Span) {
        let ModuleExportName::IdentifierReference(local) = local else {
            return;
        };
        let Some(symbol) = self.symbol_of(local) else {
            return;
        };
        if let Some(binding) = self.items.bindings.get(&symbol) {
            let Binding {
                request,
                imported,
                span,
                ..
            } = binding.clone();
            self.items.reexports.push(Reexport {
                name,
                request,
                imported,
                span,
            });
            return;
        }
        self.export_symbol(name, local.name.to_string(), symbol, statement.start, statement.end);
    }

    fn export_declaration(&mut self, declaration: &Declaration<'_>, end: u32) {
        let mut declared: Vec<(String, SymbolId)> = Vec::new();
        let mut add = |id: &BindingIdentifier<'_>| {
            if let Some(symbol) = id.symbol_id.get() {
                declared.push((id.name.to_string(), symbol));
            }
        };
        match declaration {
            Declaration::FunctionDeclaration(it) => it.id.iter().for_each(&mut add),
            Declaration::ClassDeclaration(it) => it.id.iter().for_each(&mut add),
            Declaration::VariableDeclaration(it) => {
                for declarator in &it.declarations {
                    declarator.id.get_binding_identifiers().into_iter().for_each(&mut add);
                }
            }
            _ => {}
        }
        for (name, symbol) in declared {
            self.export_symbol(name.clone(), name, symbol, end, end);
        }
    }

    fn export_symbol(&mut self, name: String, local: String, symbol: SymbolId, at: u32, end: u32) {
        let publish = self.items.publish(self.scoping, symbol, at);
        self.publish(OwnExport { name, local, publish }, end);
    }

    fn publish(&mut self, export: OwnExport, end: u32) {
        if export.publish == Publish::InPlace {
            let text = format!(";{}{}={};", self.names.exports(), member(&export.name), export.local);
            self.edits.publish(end, text);
        }
        self.items.exports.push(export);
    }

    fn export_default(&mut self, export: &ExportDefaultDeclaration<'_>) {
        let keyword_end = self.default_keyword_end(export.span.start);
        match &export.declaration {
            ExportDefaultDeclarationKind::FunctionDeclaration(function) => {
                self.edits.replace(export.span.start, function.span.start, "");
                match &function.id {
                    Some(id) => {
                        self.visit_function(function, ScopeFlags::Function);
                        self.export_default_binding(id, export.span.end);
                    }
                    None => {
                        self.edits
                            .insert(function.params.span.start, format!(" {}", self.names.default()));
                        self.visit_function(function, ScopeFlags::Function);
                        self.publish_default(Publish::Hoisted, export.span.end);
                    }
                }
            }
            ExportDefaultDeclarationKind::ClassDeclaration(class) if class.id.is_some() => {
                self.edits.replace(export.span.start, class.span.start, "");
                self.visit_class(class);
                if let Some(id) = &class.id {
                    self.export_default_binding(id, export.span.end);
                }
            }
            ExportDefaultDeclarationKind::ClassDeclaration(class) => {
                self.open_named_default(export.span.start, keyword_end);
                self.visit_class(class);
                self.edits.insert(export.span.end, "}.default");
                self.publish_default(Publish::InPlace, export.span.end);
            }
            ExportDefaultDeclarationKind::TSInterfaceDeclaration(_) => self.blank(export.span),
            other => {
                let Some(expression) = other.as_expression() else {
                    return;
                };
                self.export_default_expression(export, expression, keyword_end);
            }
        }
    }

    fn export_default_expression(
        &mut self,
        export: &ExportDefaultDeclaration<'_>,
        expression: &Expression<'_>,
        keyword_end: u32,
    ) {
        let end = export.span.end;
        let has_semicolon = self.source.as_bytes().get(end as usize - 1) == Some(&b';');
        let expression_end = if has_semicolon { end - 1 } else { end };
        if is_anonymous_definition(expression) {
            // A property definition gives the value the name `default`, as the specification asks.
            self.open_named_default(export.span.start, keyword_end);
            self.visit_expression(expression);
            self.edits.insert(expression_end, "}.default");
        } else {
            self.edits.replace(
                export.span.start,
                keyword_end,
                format!("const {}=", self.names.default()),
            );
            self.visit_expression(expression);
        }
        self.publish_default(Publish::InPlace, end);
    }

    fn open_named_default(&mut self, start: u32, keyword_end: u32) {
        self.edits
            .replace(start, keyword_end, format!("const {}={{default:", self.names.default()));
    }

    fn publish_default(&mut self, publish: Publish, end: u32) {
        let export = OwnExport {
            name: "default".to_owned(),
            local: self.names.default(),
            publish,
        };
        self.publish(export, end);
    }

    fn export_default_binding(&mut self, id: &BindingIdentifier<'_>, end: u32) {
        if let Some(symbol) = id.symbol_id.get() {
            self.export_symbol("default".to_owned(), id.name.to_string(), symbol, end, end);
        }
    }

    /// The end of the words `export default`, which comments may separate.
    fn default_keyword_end(&self, start: u32) -> u32 {
        let bytes = self.source.as_bytes();
        let mut at = start as usize + "export".len();
        while at < bytes.len() {
            let rest = &bytes[at..];
            if rest.starts_with(b"/*") {
                at += memchr::memmem::find(rest, b"*/").map_or(rest.len(), |length| length + 2);
            } else if rest.starts_with(b"//") {
                at += memchr::memchr(b'\n', rest).unwrap_or(rest.len());
            } else if rest.starts_with(b"default") {
                return (at + "default".len()) as u32;
            } else {
                at += 1;
            }
        }
        start
    }
}

/// Functions, classes and arrows without a name of their own.
fn is_anonymous_definition(expression: &Expression<'_>) -> bool {
    match expression {
        Expression::FunctionExpression(it) => it.id.is_none(),
        Expression::ClassExpression(it) => it.id.is_none(),
        Expression::ArrowFunctionExpression(_) => true,
        _ => false,
    }
}
