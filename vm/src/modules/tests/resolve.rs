//! Resolution on small projects.

use std::path::Path;

use super::{Project, file_name};
use crate::modules::RequestKind::{self, Import, Require};
use crate::modules::resolve::{Resolver, Target, builtin};
use crate::modules::transpile::FormatHint;

fn resolve(
    project: &Project,
    from: &str,
    specifier: &str,
    kind: RequestKind,
) -> Result<String, (Option<&'static str>, String)> {
    match Resolver::new().resolve(&project.path(from), specifier, kind) {
        Ok(Target::File { path, query }) => {
            let relative = path.strip_prefix(project.root()).map(Path::to_path_buf).unwrap_or(path);
            Ok(format!("{}{query}", relative.display()))
        }
        Ok(Target::Builtin(id)) => Ok(format!("builtin {id}")),
        Ok(Target::Data(url)) => Ok(url),
        Err(error) => Err((error.code, error.message)),
    }
}

fn project() -> Project {
    Project::new(&[
        (
            "package.json",
            r##"{ "name": "p", "imports": { "#lib/*": "./src/lib/*.ts" } }"##,
        ),
        (
            "tsconfig.json",
            r#"{ "extends": "./base.json", /* JSONC */ "compilerOptions": { "baseUrl": "." } }"#,
        ),
        (
            "base.json",
            r#"{ "compilerOptions": { "paths": { "@/*": ["./src/*"] }, "experimentalDecorators": true, "target": "es2020" } }"#,
        ),
        ("src/a.ts", ""),
        ("src/b.js", ""),
        ("src/b.ts", ""),
        ("src/only.ts", ""),
        ("src/lib/c.ts", ""),
        ("src/dir/index.tsx", ""),
        ("src/m.mts", ""),
        ("src/data.json", "{}"),
        (
            "node_modules/dual/package.json",
            r#"{ "exports": { ".": { "import": "./i.mjs", "require": "./r.cjs" }, "./sub/*": "./s/*.js", "./no": null } }"#,
        ),
        ("node_modules/dual/i.mjs", ""),
        ("node_modules/dual/r.cjs", ""),
        ("node_modules/dual/s/x.js", ""),
        ("node_modules/plain/package.json", r#"{ "main": "lib/main" }"#),
        ("node_modules/plain/lib/main.js", ""),
        ("node_modules/plain/lib/both.js", ""),
        ("node_modules/plain/lib/both.ts", ""),
        ("node_modules/vitest/package.json", r#"{ "main": "x.js" }"#),
        ("node_modules/vitest/x.js", ""),
        (
            "node_modules/esm/package.json",
            r#"{ "type": "module", "main": "x.js" }"#,
        ),
        ("node_modules/esm/x.js", ""),
    ])
}

#[test]
fn specifiers_lead_where_node_and_typescript_say() {
    let project = project();
    let cases = [
        ("a relative file", "src/a.ts", "./b", Import, "src/b.ts"),
        (
            "what is written is tried first",
            "src/a.ts",
            "./b.js",
            Import,
            "src/b.js",
        ),
        ("a .js that is a .ts", "src/a.ts", "./only.js", Import, "src/only.ts"),
        ("a .mjs that is a .mts", "src/a.ts", "./m.mjs", Import, "src/m.mts"),
        ("a folder", "src/a.ts", "./dir", Import, "src/dir/index.tsx"),
        ("paths through extends", "src/a.ts", "@/lib/c", Import, "src/lib/c.ts"),
        ("baseUrl", "src/a.ts", "src/only", Import, "src/only.ts"),
        ("package imports", "src/a.ts", "#lib/c", Import, "src/lib/c.ts"),
        ("a query", "src/a.ts", "./b.js?x=1", Import, "src/b.js?x=1"),
        (
            "import condition",
            "src/a.ts",
            "dual",
            Import,
            "node_modules/dual/i.mjs",
        ),
        (
            "require condition",
            "src/a.ts",
            "dual",
            Require,
            "node_modules/dual/r.cjs",
        ),
        (
            "a pattern",
            "src/a.ts",
            "dual/sub/x",
            Require,
            "node_modules/dual/s/x.js",
        ),
        (
            "main without extension",
            "src/a.ts",
            "plain",
            Import,
            "node_modules/plain/lib/main.js",
        ),
        (
            "packages prefer their JavaScript",
            "node_modules/plain/lib/main.js",
            "./both",
            Require,
            "node_modules/plain/lib/both.js",
        ),
        ("JSON", "src/a.ts", "./data.json", Import, "src/data.json"),
        ("built-in", "src/a.ts", "fs", Import, "builtin node/fs"),
        (
            "built-in with prefix",
            "src/a.ts",
            "node:fs/promises",
            Require,
            "builtin node/fs/promises",
        ),
        (
            "harness, though installed",
            "src/a.ts",
            "vitest",
            Import,
            "builtin harness/modules/vitest",
        ),
        (
            "data",
            "src/a.ts",
            "data:text/javascript,1",
            Import,
            "data:text/javascript,1",
        ),
    ];
    for (comment, from, specifier, kind, expected) in cases {
        assert_eq!(
            resolve(&project, from, specifier, kind),
            Ok(expected.to_owned()),
            "{comment}"
        );
    }
}

#[test]
fn errors_have_the_codes_and_words_of_node() {
    let project = project();
    let cases = [
        (
            "./nope",
            Import,
            "ERR_MODULE_NOT_FOUND",
            "Cannot find module './nope' imported from ",
        ),
        (
            "nope",
            Import,
            "ERR_MODULE_NOT_FOUND",
            "Cannot find package 'nope' imported from ",
        ),
        (
            "./nope",
            Require,
            "MODULE_NOT_FOUND",
            "Cannot find module './nope'\nRequire stack:\n- ",
        ),
        (
            "dual/private",
            Import,
            "ERR_PACKAGE_PATH_NOT_EXPORTED",
            "Package subpath './private' is not defined by \"exports\" in ",
        ),
        (
            "dual/no",
            Import,
            "ERR_PACKAGE_PATH_NOT_EXPORTED",
            "Package subpath './no'",
        ),
        (
            "#nope",
            Import,
            "ERR_PACKAGE_IMPORT_NOT_DEFINED",
            "Package import specifier \"#nope\" is not defined",
        ),
        (
            "bun:sqlite",
            Import,
            "ERR_UNKNOWN_BUILTIN_MODULE",
            "No such built-in module: bun:sqlite",
        ),
        (
            "https://x.y/z.js",
            Import,
            "ERR_UNSUPPORTED_ESM_URL_SCHEME",
            "Cannot import 'https://x.y/z.js'",
        ),
    ];
    for (specifier, kind, code, message) in cases {
        let error = resolve(&project, "src/a.ts", specifier, kind).expect_err(specifier);
        assert_eq!(error.0, Some(code), "{specifier}");
        assert!(error.1.starts_with(message), "{specifier}: {}", error.1);
    }
}

#[test]
fn a_file_that_appears_later_is_found() {
    let project = project();
    let resolver = Resolver::new();
    let importer = project.path("src/a.ts");
    assert!(resolver.resolve(&importer, "./late", Import).is_err());
    project.write("src/late.ts", "");
    let found = resolver.resolve(&importer, "./late", Import).expect("found");
    assert!(matches!(found, Target::File { path, .. } if file_name(&path) == "late.ts"));
}

#[test]
fn formats_come_from_names_and_packages() {
    let project = project();
    let resolver = Resolver::new();
    let cases = [
        ("src/a.ts", FormatHint::Detect),
        ("src/m.mts", FormatHint::Module),
        ("node_modules/esm/x.js", FormatHint::Module),
        ("node_modules/dual/r.cjs", FormatHint::Detect),
    ];
    for (file, hint) in cases {
        assert_eq!(resolver.file_options(&project.path(file)).0, hint, "{file}");
    }
    let compiler = resolver.file_options(&project.path("src/a.ts")).1;
    assert!(compiler.legacy_decorators && compiler.assign_class_fields);
}

#[test]
fn only_node_prefixed_builtins_need_the_prefix() {
    assert_eq!(builtin("node:test").as_deref(), Some("node/test"));
    assert_eq!(builtin("test"), None);
    assert_eq!(builtin("node:nope"), None);
}

#[test]
fn the_nearest_package_json_tells_the_format() {
    let project = Project::new(&[
        ("node_modules/both/package.json", r#"{ "type": "module" }"#),
        ("node_modules/both/umd/package.json", r#"{ "type": "commonjs" }"#),
        ("node_modules/both/umd/index.js", "this"),
        ("node_modules/both/index.js", "export {}"),
        ("node_modules/old/package.json", r#"{ "name": "old" }"#),
        ("node_modules/old/esm/package.json", r#"{ "type": "module" }"#),
        ("node_modules/old/esm/index.js", "export {}"),
    ]);
    let hint = |file: &str| Resolver::new().file_options(&project.path(file)).0;
    assert_eq!(hint("node_modules/both/index.js"), FormatHint::Module);
    assert_eq!(hint("node_modules/both/umd/index.js"), FormatHint::Detect);
    assert_eq!(hint("node_modules/old/esm/index.js"), FormatHint::Module);
}

#[test]
fn side_effects_are_declared_by_package_and_pattern() {
    let project = Project::new(&[
        ("node_modules/free/package.json", r#"{ "sideEffects": false }"#),
        ("node_modules/free/deep/a.js", ""),
        (
            "node_modules/some/package.json",
            r#"{ "sideEffects": ["./effects.js", "*.css.js", "polyfills/**"] }"#,
        ),
        ("node_modules/some/effects.js", ""),
        ("node_modules/some/deep/effects.js", ""),
        ("node_modules/some/deep/x.css.js", ""),
        ("node_modules/some/polyfills/deep/x.js", ""),
        ("node_modules/silent/package.json", "{}"),
        ("node_modules/silent/a.js", ""),
    ]);
    let free = |file: &str| Resolver::new().declares_no_effects(&project.path(&format!("node_modules/{file}")));
    assert!(free("free/deep/a.js"));
    assert!(free("some/deep/effects.js"));
    for file in [
        "some/effects.js",
        "some/deep/x.css.js",
        "some/polyfills/deep/x.js",
        "silent/a.js",
    ] {
        assert!(!free(file), "{file}");
    }
}
