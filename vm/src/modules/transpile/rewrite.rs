//! The rewrite of modules: one traversal that turns import and export statements, references to imports, `import()`,
//! `import.meta` and `await` into text edits.
//!
//! `await` is rewritten because the engine has no promise hooks: `await e` becomes `R(C(), await e)`, which restores the
//! asynchronous context, and so does the start of every `catch`, `finally` and `for await` body around one.

use std::path::Path;

use oxc_allocator::Allocator;
use oxc_ast::ast::{
    AccessorProperty, ArrowFunctionExpression, AssignmentTargetPropertyIdentifier, AwaitExpression, CallExpression,
    Decorator, Expression, ForOfStatement, Function, IdentifierReference, ImportExpression, ImportMeta, JSXElement,
    JSXFragment, LabeledStatement, ObjectProperty, Program, SimpleAssignmentTarget, Statement, StaticMemberExpression,
    TaggedTemplateExpression, TryStatement, VariableDeclaration, VariableDeclarationKind,
};
use oxc_ast_visit::{Visit, walk};
use oxc_parser::{ParseOptions, Parser, ParserReturn};
use oxc_semantic::{Scoping, SemanticBuilder, SymbolId};
use oxc_span::{GetSpan, SourceType, Span};
use oxc_syntax::scope::ScopeFlags;

use super::edits::Edits;
use super::items::{Binding, Items, Names, member};
use super::render::{self, Body};
use super::{FormatHint, Options, Shape, Transpiled, syntax_error};
use crate::modules::diagnostic::Diagnostic;

/// What the rewrite is told.
#[derive(Debug, Clone, Copy)]
pub(super) struct Input {
    pub(super) hint: FormatHint,
    pub(super) shape: Shape,
    /// The text is oxc's output: nothing is left to lower, and a file without module syntax is strict.
    pub(super) lowered: bool,
    /// A TypeScript file.
    pub(super) typescript: bool,
    /// Free `require`, `module` and the like are given to ES modules too.
    pub(super) common_js_names: bool,
}

impl Input {
    pub(super) fn plain(hint: FormatHint, options: &Options) -> Self {
        // Packages that are ES modules by declaration run elsewhere without these names, and ask with `typeof`.
        let common_js_names = !(options.in_package && hint == FormatHint::Module);
        Self {
            hint,
            shape: options.shape,
            lowered: false,
            typescript: false,
            common_js_names,
        }
    }
}

/// The rewrite's result.
pub(super) enum Outcome {
    Done(Box<Transpiled>),
    /// JSX, decorators, `using` or `accessor` was met.
    NeedsLowering,
}

/// Options of every parse: parentheses are of no interest, CommonJS may return at the top.
fn parse_options() -> ParseOptions {
    ParseOptions {
        allow_return_outside_function: true,
        preserve_parens: false,
        ..ParseOptions::default()
    }
}

/// JavaScript of a format that is known, or to be found out.
fn source_type(hint: FormatHint) -> SourceType {
    match hint {
        FormatHint::Module => SourceType::mjs(),
        FormatHint::Detect => SourceType::unambiguous(),
    }
}

/// Parses; where the format is open and `await` is what a script cannot have, as a module.
pub(super) fn parse<'a>(allocator: &'a Allocator, source: &'a str, source_type: SourceType) -> ParserReturn<'a> {
    let run = |source_type| {
        Parser::new(allocator, source, source_type)
            .with_options(parse_options())
            .parse()
    };
    let parsed = run(source_type);
    let may_be_module = source_type.is_unambiguous()
        && parsed.diagnostics.has_errors()
        && memchr::memmem::find(source.as_bytes(), b"await").is_some();
    if may_be_module {
        let as_module = run(source_type.with_module(true));
        if !as_module.diagnostics.has_errors() {
            return as_module;
        }
    }
    parsed
}

/// Parses and rewrites JavaScript.
pub(super) fn rewrite(path: &Path, source: &str, input: &Input) -> Result<Outcome, Box<Diagnostic>> {
    let allocator = Allocator::default();
    let source_type = source_type(input.hint).with_jsx(!input.lowered);
    let parsed = parse(&allocator, source, source_type);
    if let Some(error) = syntax_error::first_error(path, source, &parsed.diagnostics) {
        return Err(error);
    }
    let program = &parsed.program;
    let semantic = SemanticBuilder::new_compiler().build(program);
    if let Some(error) = syntax_error::first_error(path, source, &semantic.diagnostics) {
        return Err(error);
    }
    let scoping = semantic.semantic.into_scoping();
    let is_module = program.source_type.is_module() || (input.typescript && !mentions_common_js(&scoping));
    let mut rewriter = Rewriter::new(source, &scoping, program, is_module);
    rewriter.run(program);
    if rewriter.needs_lowering && !input.lowered {
        return Ok(Outcome::NeedsLowering);
    }
    let mut free = FreeNames::of(&scoping);
    if is_module && !input.common_js_names {
        free = FreeNames {
            helpers: free.helpers,
            ..FreeNames::default()
        };
    }
    let Rewriter {
        names,
        items,
        edits,
        uses,
        ..
    } = rewriter;
    let body = Body {
        source,
        names,
        items,
        edits,
        uses,
        free,
        is_module,
        shape: input.shape,
    };
    Ok(Outcome::Done(Box::new(render::render(body))))
}

fn mentions_common_js(scoping: &Scoping) -> bool {
    let free = FreeNames::of(scoping);
    free.require || free.module || free.exports || free.filename || free.dirname
}

/// Names of the module wrappers that the file uses without declaring them.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct FreeNames {
    pub(super) require: bool,
    pub(super) module: bool,
    pub(super) exports: bool,
    pub(super) filename: bool,
    pub(super) dirname: bool,
    pub(super) helpers: bool,
}

impl FreeNames {
    fn of(scoping: &Scoping) -> Self {
        let has = |name: &str| scoping.root_unresolved_references().contains_key(name);
        Self {
            require: has("require"),
            module: has("module"),
            exports: has("exports"),
            filename: has("__filename"),
            dirname: has("__dirname"),
            helpers: has("babelHelpers"),
        }
    }
}

/// What the edited body needs from its prologue.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Uses {
    pub(super) resume: bool,
    pub(super) import: bool,
    pub(super) constant: bool,
    pub(super) top_level_await: bool,
}

pub(super) struct Rewriter<'s> {
    pub(super) source: &'s str,
    pub(super) scoping: &'s Scoping,
    pub(super) names: Names,
    pub(super) items: Items,
    pub(super) edits: Edits,
    uses: Uses,
    is_module: bool,
    needs_lowering: bool,
    /// Whether each function around the current place is async; empty at the top of the module.
    functions: Vec<bool>,
    /// Start of the statement in a list that is being visited: a rewritten call there must not continue the line above.
    pub(super) statement_start: u32,
    /// Start of the outermost label around the statement that is about to be visited.
    label_start: Option<u32>,
}

impl<'s> Rewriter<'s> {
    fn new(source: &'s str, scoping: &'s Scoping, program: &Program<'_>, is_module: bool) -> Self {
        Self {
            source,
            scoping,
            names: Names::for_source(source),
            items: Items::gather(program),
            edits: Edits::default(),
            uses: Uses::default(),
            is_module,
            needs_lowering: false,
            functions: Vec::new(),
            statement_start: u32::MAX,
            label_start: None,
        }
    }

    fn run(&mut self, program: &Program<'_>) {
        if let Some(hashbang) = &program.hashbang {
            // Two bytes for two: inside a function `#!` is an error.
            self.edits.replace(hashbang.span.start, hashbang.span.start + 2, "//");
        }
        for statement in &program.body {
            self.top_level(statement);
        }
    }

    pub(super) fn symbol_of(&self, reference: &IdentifierReference<'_>) -> Option<SymbolId> {
        self.scoping.get_reference(reference.reference_id.get()?).symbol_id()
    }

    fn import_of(&self, reference: &IdentifierReference<'_>) -> Option<&Binding> {
        if self.items.bindings.is_empty() {
            return None;
        }
        self.items.bindings.get(&self.symbol_of(reference)?)
    }

    /// The text that reads an import.
    fn read(&self, binding: &Binding) -> String {
        let param = self.names.param(binding.param);
        match &binding.imported {
            Some(name) => param + &member(name),
            None => param,
        }
    }

    /// A callee or tag: reading it must not make the namespace `this`.
    fn rewrite_callee(&mut self, callee: &Expression<'_>) -> bool {
        let Expression::Identifier(reference) = callee else {
            return false;
        };
        let Some(binding) = self.import_of(reference) else {
            return false;
        };
        let guard = if self.statement_start == reference.span.start {
            ";"
        } else {
            ""
        };
        let text = match binding.imported {
            Some(_) => format!("{guard}(0,{})", self.read(binding)),
            None => self.read(binding),
        };
        let param = binding.param;
        self.edits.replace(reference.span.start, reference.span.end, text);
        self.items.namespace_escapes(param);
        true
    }

    /// Whether `await` may stand here, and so a frame may have to be restored.
    fn in_async(&self) -> bool {
        self.functions.last().copied().unwrap_or(self.is_module)
    }

    fn mentions_await(&self, span: Span) -> bool {
        memchr::memmem::find(
            &self.source.as_bytes()[span.start as usize..span.end as usize],
            b"await",
        )
        .is_some()
    }

    fn open_frame(&mut self, at: u32) {
        self.uses.resume = true;
        self.edits.insert(
            at,
            format!("{{const {}={}();", self.names.saved_frame(), self.names.frame()),
        );
    }

    fn restore_frame(&mut self, at: u32, suffix: &str) {
        self.edits.insert(
            at,
            format!("{}({});{suffix}", self.names.resume(), self.names.saved_frame()),
        );
    }
}

impl<'a> Visit<'a> for Rewriter<'_> {
    fn visit_statements(&mut self, it: &oxc_allocator::ArenaVec<'a, Statement<'a>>) {
        for statement in it {
            self.statement_start = statement.span().start;
            self.visit_statement(statement);
        }
    }

    fn visit_identifier_reference(&mut self, it: &IdentifierReference<'a>) {
        if let Some(binding) = self.import_of(it) {
            let (text, param) = (self.read(binding), binding.param);
            self.edits.replace(it.span.start, it.span.end, text);
            self.items.namespace_escapes(param);
        }
    }

    fn visit_static_member_expression(&mut self, it: &StaticMemberExpression<'a>) {
        if let Expression::Identifier(reference) = &it.object
            && let Some(binding) = self.import_of(reference)
            && binding.imported.is_none()
        {
            let (text, param) = (self.read(binding), binding.param);
            self.edits.replace(reference.span.start, reference.span.end, text);
            self.items.namespace_member(param, it.property.name.as_str());
            return;
        }
        walk::walk_static_member_expression(self, it);
    }

    fn visit_object_property(&mut self, it: &ObjectProperty<'a>) {
        if it.shorthand {
            if let Expression::Identifier(reference) = &it.value
                && let Some(binding) = self.import_of(reference)
            {
                let (text, param) = (format!("{}:{}", reference.name, self.read(binding)), binding.param);
                self.edits.replace(it.span.start, it.span.end, text);
                self.items.namespace_escapes(param);
            }
            return;
        }
        walk::walk_object_property(self, it);
    }

    fn visit_call_expression(&mut self, it: &CallExpression<'a>) {
        if !self.rewrite_callee(&it.callee) {
            self.visit_expression(&it.callee);
        }
        self.visit_arguments(&it.arguments);
    }

    fn visit_tagged_template_expression(&mut self, it: &TaggedTemplateExpression<'a>) {
        if !self.rewrite_callee(&it.tag) {
            self.visit_expression(&it.tag);
        }
        self.visit_template_literal(&it.quasi);
    }

    fn visit_simple_assignment_target(&mut self, it: &SimpleAssignmentTarget<'a>) {
        if let SimpleAssignmentTarget::AssignmentTargetIdentifier(reference) = it {
            if self.import_of(reference).is_some() {
                self.uses.constant = true;
                self.edits
                    .replace(reference.span.start, reference.span.end, self.names.constant());
            }
            return;
        }
        walk::walk_simple_assignment_target(self, it);
    }

    fn visit_assignment_target_property_identifier(&mut self, it: &AssignmentTargetPropertyIdentifier<'a>) {
        if self.import_of(&it.binding).is_some() {
            self.uses.constant = true;
            let text = format!("{}:{}", it.binding.name, self.names.constant());
            self.edits.replace(it.binding.span.start, it.binding.span.end, text);
        }
        if let Some(init) = &it.init {
            self.visit_expression(init);
        }
    }

    fn visit_import_expression(&mut self, it: &ImportExpression<'a>) {
        self.uses.import = true;
        let callee = if self.is_module {
            format!("{}.import", self.names.context())
        } else {
            self.names.import()
        };
        // Covers the phase of `import.defer(x)`: evaluating early is allowed to a test runner, failing is not.
        let open = self.source[it.span.start as usize..]
            .find('(')
            .map_or(it.span.start, |at| it.span.start + at as u32);
        self.edits.replace(it.span.start, open, callee);
        walk::walk_import_expression(self, it);
    }

    fn visit_import_meta(&mut self, it: &ImportMeta) {
        self.edits
            .replace(it.span.start, it.span.end, format!("{}.meta", self.names.context()));
    }

    fn visit_await_expression(&mut self, it: &AwaitExpression<'a>) {
        self.uses.resume = true;
        self.uses.top_level_await |= self.functions.is_empty();
        self.edits.insert(
            it.span.start,
            format!("{}({}(),", self.names.resume(), self.names.frame()),
        );
        walk::walk_await_expression(self, it);
        self.edits.insert(it.span.end, ")");
    }

    fn visit_labeled_statement(&mut self, it: &LabeledStatement<'a>) {
        // A label must stay on its loop, so the block around the loop goes around the label.
        let outermost = self.label_start.take().unwrap_or(it.span.start);
        if matches!(it.body, Statement::LabeledStatement(_) | Statement::ForOfStatement(_)) {
            self.label_start = Some(outermost);
        }
        self.visit_statement(&it.body);
        self.label_start = None;
    }

    fn visit_for_of_statement(&mut self, it: &ForOfStatement<'a>) {
        let start = self.label_start.take().unwrap_or(it.span.start);
        if !it.r#await {
            walk::walk_for_of_statement(self, it);
            return;
        }
        self.uses.top_level_await |= self.functions.is_empty();
        self.open_frame(start);
        self.visit_for_statement_left(&it.left);
        self.visit_expression(&it.right);
        let body = it.body.span();
        if matches!(it.body, Statement::BlockStatement(_)) {
            self.restore_frame(body.start + 1, "");
            self.visit_statement(&it.body);
        } else {
            self.edits.insert(body.start, "{");
            self.restore_frame(body.start, "");
            self.visit_statement(&it.body);
            self.edits.insert(body.end, "}");
        }
        self.restore_frame(it.span.end, "}");
    }

    fn visit_try_statement(&mut self, it: &TryStatement<'a>) {
        if !self.in_async() || !self.mentions_await(it.span) {
            walk::walk_try_statement(self, it);
            return;
        }
        self.open_frame(it.span.start);
        self.visit_block_statement(&it.block);
        if let Some(handler) = &it.handler {
            if let Some(param) = &handler.param {
                self.visit_catch_parameter(param);
            }
            self.restore_frame(handler.body.span.start + 1, "");
            self.visit_block_statement(&handler.body);
        }
        if let Some(finalizer) = &it.finalizer {
            self.restore_frame(finalizer.span.start + 1, "");
            self.visit_block_statement(finalizer);
        }
        self.edits.insert(it.span.end, "}");
    }

    fn visit_function(&mut self, it: &Function<'a>, flags: ScopeFlags) {
        self.functions.push(it.r#async);
        walk::walk_function(self, it, flags);
        self.functions.pop();
    }

    fn visit_arrow_function_expression(&mut self, it: &ArrowFunctionExpression<'a>) {
        self.functions.push(it.r#async);
        walk::walk_arrow_function_expression(self, it);
        self.functions.pop();
    }

    fn visit_variable_declaration(&mut self, it: &VariableDeclaration<'a>) {
        self.needs_lowering |= matches!(
            it.kind,
            VariableDeclarationKind::Using | VariableDeclarationKind::AwaitUsing
        );
        walk::walk_variable_declaration(self, it);
    }

    fn visit_accessor_property(&mut self, it: &AccessorProperty<'a>) {
        self.needs_lowering = true;
        walk::walk_accessor_property(self, it);
    }

    fn visit_decorator(&mut self, _it: &Decorator<'a>) {
        self.needs_lowering = true;
    }

    fn visit_jsx_element(&mut self, _it: &JSXElement<'a>) {
        self.needs_lowering = true;
    }

    fn visit_jsx_fragment(&mut self, _it: &JSXFragment<'a>) {
        self.needs_lowering = true;
    }
}
