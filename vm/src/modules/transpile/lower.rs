//! TypeScript, JSX, `using`, legacy decorators and `accessor`: lowered by oxc, printed, and then rewritten like plain
//! JavaScript.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use oxc_allocator::Allocator;
use oxc_ast::ast::{Declaration, ImportOrExportKind, Program, Statement, TSModuleReference};
use oxc_ast_visit::Visit;
use oxc_codegen::{Codegen, CodegenOptions, CommentOptions};
use oxc_semantic::SemanticBuilder;
use oxc_span::{SourceType, Span};
use oxc_transformer::{HelperLoaderMode, JsxOptions, JsxRuntime, Module, TransformOptions, Transformer};

use super::map::Lowered;
use super::rewrite::{self, Input, Outcome};
use super::{FormatHint, Language, Options, Transpiled, syntax_error};
use crate::modules::diagnostic::Diagnostic;

/// What of a tsconfig changes the emitted code.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct CompilerOptions {
    /// `experimentalDecorators`.
    pub legacy_decorators: bool,
    /// `emitDecoratorMetadata`.
    pub decorator_metadata: bool,
    /// `strictNullChecks`, or `strict`.
    pub strict_null_checks: bool,
    /// `useDefineForClassFields` is false, written or by a target before ES2022.
    pub assign_class_fields: bool,
    /// `verbatimModuleSyntax` or `preserveValueImports`: only what is marked as a type is removed.
    pub verbatim_imports: bool,
    /// `jsx: "react"`.
    pub classic_jsx: bool,
    /// `jsx: "react-jsxdev"`.
    pub development_jsx: bool,
    /// `jsxFactory`.
    pub jsx_factory: Option<String>,
    /// `jsxFragmentFactory`.
    pub jsx_fragment: Option<String>,
    /// `jsxImportSource`.
    pub jsx_import_source: Option<String>,
}

/// Lowers a file and rewrites the result.
pub(super) fn lower_and_rewrite(
    path: &Path,
    source: &str,
    language: Language,
    options: &Options,
) -> Result<Transpiled, Box<Diagnostic>> {
    let hint = options.hint.unwrap_or(FormatHint::Detect);
    let stage = lower(path, source, language, hint, &options.compiler)?;
    let input = Input {
        hint: if stage.is_module {
            FormatHint::Module
        } else {
            FormatHint::Detect
        },
        lowered: true,
        typescript: language != Language::JavaScript,
        ..Input::plain(hint, options)
    };
    let outcome = rewrite::rewrite(path, &stage.lowered.text, &input).map_err(|error| {
        // The printed text is ours: report the fault, without a place that exists in no file.
        Box::new(Diagnostic {
            position: None,
            frame: None,
            labels: Vec::new(),
            ..*error
        })
    })?;
    let Outcome::Done(transpiled) = outcome else {
        return Err(Box::new(
            Diagnostic::new("SyntaxError", None, "this file uses syntax that could not be lowered").in_file(path),
        ));
    };
    let mut transpiled = *transpiled;
    transpiled.typescript = input.typescript;
    transpiled.lenient_imports = stage.lowered.text.contains("babelHelpers.decorateMetadata");
    let is_value = |name: &String| {
        transpiled.exports.iter().any(|e| e.name == *name) || transpiled.reexports.iter().any(|e| e.name == *name)
    };
    transpiled.type_names = stage
        .exported_names
        .into_iter()
        .filter(|name| !is_value(name))
        .collect();
    transpiled.map.lowered = Some(Box::new(stage.lowered));
    Ok(transpiled)
}

struct Stage {
    lowered: Lowered,
    is_module: bool,
    /// Names that the file exports as values or as types.
    exported_names: Vec<String>,
}

fn lower(
    path: &Path,
    source: &str,
    language: Language,
    hint: FormatHint,
    compiler: &CompilerOptions,
) -> Result<Stage, Box<Diagnostic>> {
    let allocator = Allocator::default();
    let parsed = rewrite::parse(&allocator, source, source_type(language, hint));
    if let Some(error) = syntax_error::first_error(path, source, &parsed.diagnostics) {
        return Err(error);
    }
    let mut program = parsed.program;
    let survey = Survey::of(&program);
    if let (Some(span), false) = (survey.decorator, compiler.legacy_decorators) {
        return Err(syntax_error::at(
            path,
            source,
            (span.start, span.end),
            "standard decorators are not supported yet",
            "set \"experimentalDecorators\": true in the tsconfig.json of this file to use legacy decorators",
        ));
    }
    // The transformer needs the values of enums, and adds scopes of its own.
    let semantic = SemanticBuilder::new_compiler()
        .with_enum_eval(true)
        .with_excess_capacity(2.0)
        .build(&program);
    if let Some(error) = syntax_error::first_error(path, source, &semantic.diagnostics) {
        return Err(error);
    }
    let scoping = semantic.semantic.into_scoping();
    let is_module = program.source_type.is_module() && (hint == FormatHint::Module || survey.module_syntax);
    let options = transform_options(compiler, &survey);
    let result = Transformer::new(&allocator, path, &options).build_with_scoping(scoping, &mut program);
    if let Some(error) = syntax_error::first_error(path, source, &result.diagnostics) {
        return Err(error);
    }
    let printed = Codegen::new().with_options(codegen_options(path)).build(&program);
    let map = printed.map.map(|map| map.into_owned_sourcemap());
    let Some(map) = map else {
        return Err(Box::new(
            Diagnostic::new("Error", None, "the printer gave no source map").in_file(path),
        ));
    };
    Ok(Stage {
        lowered: Lowered::new(printed.code, map),
        is_module,
        exported_names: survey.exported_names,
    })
}

fn source_type(language: Language, hint: FormatHint) -> SourceType {
    let kind = match language {
        Language::JavaScript => SourceType::mjs().with_jsx(true),
        Language::TypeScript => SourceType::ts(),
        Language::Tsx => SourceType::tsx(),
    };
    match hint {
        FormatHint::Module => kind.with_module(true),
        FormatHint::Detect => kind.with_unambiguous(true),
    }
}

fn codegen_options(path: &Path) -> CodegenOptions {
    CodegenOptions {
        source_map_path: Some(PathBuf::from(path.file_name().unwrap_or_default())),
        comments: CommentOptions::disabled(),
        ..CodegenOptions::default()
    }
}

fn transform_options(compiler: &CompilerOptions, survey: &Survey) -> TransformOptions {
    let mut options = TransformOptions::default();
    options.helper_loader.mode = HelperLoaderMode::External;
    options.env.es2026.explicit_resource_management = true;
    if survey.common_js_syntax {
        options.env.module = Module::CommonJS;
    }
    // Also lowers `accessor`, which the engine does not know.
    options.decorator.legacy = true;
    options.decorator.emit_decorator_metadata = compiler.decorator_metadata;
    options.decorator.strict_null_checks = compiler.strict_null_checks;
    options.typescript.only_remove_type_imports = compiler.verbatim_imports;
    if compiler.assign_class_fields {
        options.assumptions.set_public_class_fields = true;
        options.typescript.remove_class_fields_without_initializer = true;
        options.env.es2022.class_properties = Some(oxc_transformer::ClassPropertiesOptions { loose: true });
    }
    options.jsx = jsx_options(compiler);
    if let Some(factory) = &compiler.jsx_factory {
        options.typescript.jsx_pragma = Cow::Owned(factory.clone());
    }
    if let Some(fragment) = &compiler.jsx_fragment {
        options.typescript.jsx_pragma_frag = Cow::Owned(fragment.clone());
    }
    options
}

fn jsx_options(compiler: &CompilerOptions) -> JsxOptions {
    let mut jsx = JsxOptions::enable();
    if compiler.classic_jsx {
        jsx.runtime = JsxRuntime::Classic;
        jsx.pragma.clone_from(&compiler.jsx_factory);
        jsx.pragma_frag.clone_from(&compiler.jsx_fragment);
    } else {
        jsx.runtime = JsxRuntime::Automatic;
        jsx.development = compiler.development_jsx;
        jsx.import_source.clone_from(&compiler.jsx_import_source);
        jsx.conform();
    }
    jsx
}

/// What must be known of the syntax tree before it is changed.
#[derive(Default)]
struct Survey {
    module_syntax: bool,
    /// `export =` or `import x = require()`.
    common_js_syntax: bool,
    decorator: Option<Span>,
    exported_names: Vec<String>,
}

impl Survey {
    fn of(program: &Program<'_>) -> Self {
        let mut survey = Self::default();
        for statement in &program.body {
            survey.note_statement(statement);
        }
        survey.visit_program(program);
        survey
    }

    fn note_statement(&mut self, statement: &Statement<'_>) {
        match statement {
            Statement::ExportDeclaration(it) => {
                self.module_syntax = true;
                if let Declaration::TSImportEqualsDeclaration(import) = &it.declaration {
                    self.note_import_equals(&import.module_reference);
                }
                match it.declaration.id() {
                    Some(id) => self.exported_names.push(id.name.to_string()),
                    None => self.note_namespace_name(&it.declaration),
                }
            }
            Statement::ExportNamedDeclaration(it) => {
                self.module_syntax = true;
                self.exported_names
                    .extend(it.specifiers.iter().map(|s| s.exported.name().to_string()));
            }
            Statement::ExportFromDeclaration(it) => {
                self.module_syntax = true;
                self.exported_names
                    .extend(it.specifiers.iter().map(|s| s.exported.name().to_string()));
            }
            Statement::ExportAllDeclaration(it) => {
                self.module_syntax = true;
                if let Some(name) = &it.exported
                    && it.export_kind == ImportOrExportKind::Type
                {
                    self.exported_names.push(name.name().to_string());
                }
            }
            Statement::ExportDefaultDeclaration(_) => {
                self.module_syntax = true;
                self.exported_names.push("default".to_owned());
            }
            Statement::ImportDeclaration(_) => self.module_syntax = true,
            Statement::TSImportEqualsDeclaration(it) => self.note_import_equals(&it.module_reference),
            Statement::TSExportAssignment(_) => self.common_js_syntax = true,
            _ => {}
        }
    }

    fn note_namespace_name(&mut self, declaration: &Declaration<'_>) {
        if let Declaration::TSNamespaceDeclaration(it) = declaration {
            self.exported_names.push(it.id.name.to_string());
        }
    }

    fn note_import_equals(&mut self, reference: &TSModuleReference<'_>) {
        self.common_js_syntax |= matches!(reference, TSModuleReference::ExternalModuleReference(_));
    }
}

impl<'a> Visit<'a> for Survey {
    fn visit_decorator(&mut self, it: &oxc_ast::ast::Decorator<'a>) {
        self.decorator.get_or_insert(it.span);
    }

    fn visit_import_meta(&mut self, _it: &oxc_ast::ast::ImportMeta) {
        self.module_syntax = true;
    }
}
