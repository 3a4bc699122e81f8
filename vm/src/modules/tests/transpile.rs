//! The rewrite, case by case: a piece of source and what must be found in the function made of it.

use std::path::Path;

use crate::modules::Diagnostic;
use crate::modules::transpile::{CompilerOptions, Format, FormatHint, Options, Shape, Transpiled, transpile};

fn run_with(file: &str, source: &str, options: &Options) -> Transpiled {
    match transpile(Path::new(file), source, options) {
        Ok(result) => result,
        Err(error) => panic!("{file}: {} at {:?}\n{source}", error.message, error.position),
    }
}

fn run(file: &str, source: &str) -> Transpiled {
    run_with(file, source, &Options::default())
}

fn fail(file: &str, source: &str) -> Diagnostic {
    match transpile(Path::new(file), source, &Options::default()) {
        Ok(result) => panic!("no error: {}", result.code),
        Err(error) => *error,
    }
}

/// What is checked: comment, source, text that the code must contain.
type Case = (&'static str, &'static str, &'static str);

fn check(file: &str, cases: &[Case]) {
    for (comment, source, expected) in cases {
        let code = run(file, source).code;
        assert!(
            code.contains(expected),
            "{comment}\n  source: {source}\n  wanted: {expected}\n  got: {code}"
        );
    }
}

#[test]
fn references_to_imports_read_the_exports_object() {
    check(
        "a.js",
        &[
            ("a value", "import { a } from 'x'; f(a)", "f($_i0.a)"),
            ("a renamed value", "import { a as b } from 'x'; f(b)", "f($_i0.a)"),
            (
                "a callee has no receiver",
                "import { a } from 'x'; f(a(1))",
                "f((0,$_i0.a)(1))",
            ),
            (
                "a callee in parentheses",
                "import { a } from 'x'; f((a)(1))",
                "f(((0,$_i0.a))(1))",
            ),
            (
                "an optional call",
                "import { a } from 'x'; f(a?.(1))",
                "f((0,$_i0.a)?.(1))",
            ),
            ("a tag", "import { a } from 'x'; f(a`t`)", "f((0,$_i0.a)`t`)"),
            (
                "new keeps its shape",
                "import { A } from 'x'; f(new A(1))",
                "f(new $_i0.A(1))",
            ),
            (
                "a member of an import",
                "import { a } from 'x'; f(a.b())",
                "f($_i0.a.b())",
            ),
            ("shorthand", "import { a } from 'x'; f({ a })", "f({ a:$_i0.a })"),
            ("typeof", "import { a } from 'x'; f(typeof a)", "f(typeof $_i0.a)"),
            (
                "heritage",
                "import { A } from 'x'; class B extends A {}",
                "extends $_i0.A {",
            ),
            ("the default", "import d from 'x'; f(d)", "f($_i0.default)"),
            (
                "the namespace",
                "import * as n from 'x'; f(n, n.g())",
                "f($_i0, $_i0.g())",
            ),
            (
                "a name that is no identifier",
                "import { 'a-b' as c } from 'x'; f(c)",
                "f($_i0[\"a-b\"])",
            ),
            (
                "a shadowed name is not touched",
                "import { a } from 'x'; (a => f(a))(1)",
                "(a => f(a))(1)",
            ),
            (
                "a property is not touched",
                "import { a } from 'x'; f(o.a, { a: 1 })",
                "f(o.a, { a: 1 })",
            ),
        ],
    );
}

#[test]
fn assignments_to_imports_throw() {
    check(
        "a.js",
        &[
            ("plain", "import { a } from 'x'; a = 1", "$_k = 1"),
            ("update", "import { a } from 'x'; a++", "$_k++"),
            ("destructuring", "import { a } from 'x'; ({ a } = o)", "({ a:$_k } = o)"),
            ("loop", "import { a } from 'x'; for (a of o);", "for ($_k of o)"),
            ("the constant exists", "import { a } from 'x'; a = 1", "const $_k=0;"),
        ],
    );
}

#[test]
fn exports_are_set_when_their_value_is_there() {
    check(
        "a.js",
        &[
            (
                "a function is hoisted",
                "export function f() {}",
                "{\"use strict\";$_x.f=f;function f",
            ),
            (
                "a constant after its statement",
                "export const a = 1",
                "const a = 1;$_x.a=a;",
            ),
            ("destructured", "export const { a, ...b } = o", ";$_x.a=a;;$_x.b=b;"),
            ("a class", "export class C {}", "class C {};$_x.C=C;"),
            (
                "reassigned: a getter",
                "export let a = 1; a = 2",
                "$_m.live(\"a\",()=>a);",
            ),
            (
                "declared twice: a getter",
                "export var a = 1; var a = 2",
                "$_m.live(\"a\",()=>a);",
            ),
            (
                "a var in a block: a getter",
                "{ var a = 1 } export { a }",
                "$_m.live(\"a\",()=>a);",
            ),
            ("by list, after", "const a = 1; export { a as b }", ";;$_x.b=a;"),
            ("by list, before", "export { a }; const a = 1", "\n$_x.a=a;\n}"),
            (
                "keys in order",
                "export const b = 1, a = 2",
                "$_x.a=void 0;$_x.b=void 0;",
            ),
            (
                "no keys where the order is right",
                "export const a = 1, b = 2",
                "{\"use strict\";const a",
            ),
        ],
    );
}

#[test]
fn default_exports_are_named() {
    check(
        "a.js",
        &[
            (
                "an arrow",
                "export default () => 1",
                "const $_d={default: () => 1}.default;$_x.default=$_d;",
            ),
            (
                "an anonymous class",
                "export default class {}",
                "const $_d={default: class {}}.default",
            ),
            (
                "in parentheses",
                "export default (class {});",
                "const $_d={default: (class {})}.default",
            ),
            (
                "an anonymous function",
                "export default function () {}",
                "function  $_d() {}",
            ),
            (
                "which is hoisted",
                "export default function () {}",
                "$_x.default=$_d;$_m.nameDefault($_d);",
            ),
            (
                "a named function",
                "export default function f() {}",
                "$_x.default=f;function f() {}",
            ),
            (
                "a named class",
                "export default class C {}",
                "class C {};$_x.default=C;",
            ),
            (
                "an expression",
                "export default a + b",
                "const $_d= a + b;$_x.default=$_d;",
            ),
            (
                "with a comment between",
                "export /* default */ default a",
                "const $_d= a;",
            ),
        ],
    );
}

#[test]
fn lines_stay_where_they_are() {
    let code = run("a.js", "import {\n  a,\n} from 'x'\nexport {\n  b\n}\nconst b = 1\n").code;
    let line = code.lines().position(|line| line.contains("const b = 1"));
    assert_eq!(line, Some(6));
}

#[test]
fn removed_statements_keep_their_neighbours_apart() {
    check(
        "a.js",
        &[
            (
                "an import between",
                "const a = b\nimport 'x'\n(c)()",
                "const a = b\n;\n(c)()",
            ),
            (
                "a call at a line's start",
                "import { f } from 'x'\nconst a = b\nf(1)",
                "const a = b\n;(0,$_i0.f)(1)",
            ),
            (
                "but not in a branch",
                "import { f } from 'x'\nif (a) f(1)\nelse f(2)",
                "if (a) (0,$_i0.f)(1)\nelse (0,$_i0.f)(2)",
            ),
            (
                "after an exported arrow",
                "export default () => {}\n(c)()",
                "}.default;$_x.default=$_d;\n(c)()",
            ),
        ],
    );
}

#[test]
fn await_restores_the_frame() {
    check(
        "a.js",
        &[
            (
                "an expression",
                "async function f() { return await g() }",
                "return $_R($_C(),await g())",
            ),
            (
                "nested",
                "async () => await (await a)",
                "$_R($_C(),await ($_R($_C(),await a)))",
            ),
            (
                "catch and finally",
                "async () => { try { await a } catch (e) { b } finally { c } }",
                "{const $_c=$_C();try { $_R($_C(),await a) } catch (e) {$_R($_c); b } finally {$_R($_c); c }}",
            ),
            (
                "a try without await",
                "async () => { try { a } catch { b } }",
                "{ try { a } catch { b } }",
            ),
            (
                "a try of a plain function",
                "() => { try { a } catch { await_ } }",
                "{ try { a }",
            ),
            (
                "a loop with a label",
                "async () => { l: for await (const a of b) continue l }",
                "{const $_c=$_C();l: for await (const a of b) {$_R($_c);continue l}$_R($_c);}",
            ),
        ],
    );
}

#[test]
fn the_head_says_what_the_body_is() {
    let cases = [
        ("a.js", "export const a = 1", "function($_x,$_m){"),
        ("a.js", "await a", "async function($_x,$_m){"),
        ("a.js", "for await (const a of b);", "async function($_x,$_m){"),
        ("a.mjs", "class A { static [await a] = 1 }", "async function($_x,$_m){"),
        ("a.js", "export {}; async () => await a", "function($_x,$_m){"),
        (
            "a.js",
            "exports.a = 1",
            "function(exports,require,module,__filename,__dirname){",
        ),
        (
            "a.cjs",
            "import('x')",
            "function(exports,require,module,__filename,__dirname,$_R,$_C,$_I,babelHelpers){",
        ),
    ];
    for (file, source, head) in cases {
        let hint = if file.ends_with(".mjs") {
            FormatHint::Module
        } else {
            FormatHint::Detect
        };
        let code = run_with(
            file,
            source,
            &Options {
                hint: Some(hint),
                ..Options::default()
            },
        )
        .code;
        assert!(code.starts_with(head), "{source}\n  wanted: {head}\n  got: {code}");
    }
}

#[test]
fn cycles_publish_getters_first() {
    let options = Options {
        shape: Shape::Cyclic,
        ..Options::default()
    };
    let code = run_with(
        "a.js",
        "import { b } from 'b'; export const a = b; export function f() {}",
        &options,
    )
    .code;
    assert!(
        code.starts_with("function*($_x,$_m,$_i0){\"use strict\";$_m.live(\"a\",()=>a);$_m.live(\"f\",()=>f);yield;")
    );
    assert!(!code.contains("$_x.a="));
}

#[test]
fn names_never_clash() {
    let code = run("a.js", "import { a } from 'x'; let $_x = 1, $_tm = 2; f(a)").code;
    assert!(code.starts_with("function($_ttx,$_ttm,$_tti0){"), "{code}");
}

#[test]
fn formats_are_told_apart() {
    let cases = [
        ("a.js", "const a = require('a')", Format::CommonJs),
        ("a.js", "import('a')", Format::CommonJs),
        ("a.js", "import.meta.url", Format::Module),
        ("a.js", "await a", Format::Module),
        ("a.js", "return 1", Format::CommonJs),
        ("a.ts", "const a: number = 1", Format::Module),
        ("a.ts", "module.exports = 1", Format::CommonJs),
        ("a.ts", "import type { A } from 'a'; const a: A = 1", Format::Module),
        ("a.ts", "import a = require('a'); a()", Format::CommonJs),
        ("a.ts", "const a = 1; export = a", Format::CommonJs),
        ("a.cts", "export const a: number = 1", Format::Module),
    ];
    for (file, source, format) in cases {
        assert_eq!(run(file, source).format, format, "{file}: {source}");
    }
}

#[test]
fn packages_of_common_js_are_not_parsed() {
    let options = Options {
        in_package: true,
        ..Options::default()
    };
    let unparsed = run_with("a.js", "exports.a = this is not valid", &options);
    assert_eq!(unparsed.format, Format::CommonJs);
    let parsed = run_with("a.js", "exports.a = 1; export const b = 2", &options);
    assert_eq!(parsed.format, Format::Module);
}

#[test]
fn a_hashbang_becomes_a_comment() {
    let code = run("a.js", "#!/usr/bin/env node\nexports.a = 1").code;
    assert!(code.contains("{///usr/bin/env node\n"), "{code}");
}

#[test]
fn typescript_elides_what_is_only_a_type() {
    let source = "import { A, b, C } from './x'; import D from './d'; export { A2 } from './y';\n\
                  export interface I {} export type T = A; const v: C = b as A; export { v, D2 }; type D2 = D";
    let result = run("a.ts", source);
    let specifiers: Vec<_> = result
        .requests
        .iter()
        .map(|request| request.specifier.as_str())
        .collect();
    assert_eq!(specifiers, ["./x", "./y"]);
    assert_eq!(result.type_names, ["I", "T", "D2"]);
    assert!(result.typescript);
}

#[test]
fn typescript_syntax_is_lowered() {
    let cases = [
        ("a.ts", "export enum E { A, B = 'b' }", "E[E[\"A\"] = 0] = \"A\""),
        (
            "a.ts",
            "export class A { constructor(private b: string) {} }",
            "this.b = b",
        ),
        (
            "a.tsx",
            "export const e = <a b='c'/>",
            "(0,$_i0.jsx)(\"a\", { b: \"c\" })",
        ),
        ("a.jsx", "export const e = <a/>", "(0,$_i0.jsx)(\"a\", {})"),
        ("a.ts", "export class A { accessor b = 1 }", "get b()"),
        ("a.js", "export {}; { using a = b }", "babelHelpers.usingCtx()"),
        (
            "a.js",
            "/** @jsxRuntime classic @jsx h */ export const e = <a/>",
            "h(\"a\", null)",
        ),
    ];
    for (file, source, expected) in cases {
        let code = run(file, source).code;
        assert!(code.contains(expected), "{source}\n  wanted: {expected}\n  got: {code}");
    }
}

#[test]
fn jsx_follows_the_tsconfig() {
    let classic = CompilerOptions {
        classic_jsx: true,
        jsx_factory: Some("h".to_owned()),
        jsx_fragment: Some("F".to_owned()),
        ..CompilerOptions::default()
    };
    let source = "import { h, F } from 'x'; export const e = <><a/></>";
    let code = run_with(
        "a.tsx",
        source,
        &Options {
            compiler: classic,
            ..Options::default()
        },
    )
    .code;
    assert!(code.contains("(0,$_i0.h)($_i0.F, null,"), "{code}");
    let preact = CompilerOptions {
        jsx_import_source: Some("preact".to_owned()),
        ..CompilerOptions::default()
    };
    let result = run_with(
        "a.tsx",
        "export const e = <a/>",
        &Options {
            compiler: preact,
            ..Options::default()
        },
    );
    assert_eq!(result.requests[0].specifier, "preact/jsx-runtime");
}

#[test]
fn legacy_decorators_carry_metadata() {
    let compiler = CompilerOptions {
        legacy_decorators: true,
        decorator_metadata: true,
        ..CompilerOptions::default()
    };
    let source = "import { D } from 'd'; @d class A { constructor(a: D) {} @p b: string }; export { A }";
    let result = run_with(
        "a.ts",
        source,
        &Options {
            compiler,
            ..Options::default()
        },
    );
    assert!(result.code.contains("let babelHelpers=$_m.helpers;"));
    assert!(
        result
            .code
            .contains("babelHelpers.decorateMetadata(\"design:paramtypes\"")
    );
    assert!(result.lenient_imports);
}

#[test]
fn class_fields_can_be_assigned() {
    let compiler = CompilerOptions {
        assign_class_fields: true,
        ..CompilerOptions::default()
    };
    let code = run_with(
        "a.ts",
        "export class A { a = 1; b: string; #c = 2 }",
        &Options {
            compiler,
            ..Options::default()
        },
    )
    .code;
    assert!(code.contains("this.a = 1"), "{code}");
    assert!(!code.contains("this.b"), "{code}");
}

#[test]
fn standard_decorators_name_the_option() {
    let error = fail("a.ts", "@d class A {}");
    assert!(error.help.is_some_and(|help| help.contains("experimentalDecorators")));
}

#[test]
fn syntax_errors_have_a_place_and_a_frame() {
    let cases = [
        ("a.js", "export {}\nconst a = [1, 2\nf()", 3),
        ("a.js", "export {}\nlet a; let a", 2),
        ("a.js", "export { nope }", 1),
        ("a.ts", "const a: = 1", 1),
        ("a.js", "export {}\nfunction f() { await a }", 2),
    ];
    for (file, source, line) in cases {
        let error = fail(file, source);
        assert_eq!(error.name, "SyntaxError");
        assert_eq!(
            error.position.map(|at| at.line),
            Some(line),
            "{source}: {}",
            error.message
        );
        assert!(error.frame.is_some_and(|frame| frame.contains(&format!("> {line} |"))));
    }
}

/// The original position of `needle` in the code.
fn original(result: &Transpiled, source: &str, needle: &str) -> (u32, u32) {
    let offset = result.code.find(needle).expect("the needle is in the code") as u32;
    let at = result.map.original(source, offset).expect("a position");
    (at.line, at.column)
}

#[test]
fn positions_lead_back_to_the_source() {
    let source = "import { a } from 'x'\nconst é = '𝒳'; a(1); throw new Error('e')\n";
    let result = run("a.js", source);
    assert_eq!(original(&result, source, "throw"), (2, 23));
    assert_eq!(original(&result, source, "(1)"), (2, 18));
    let source = "interface A {}\n\nexport const f = (a: A): void => {\n  throw new Error('e')\n}\n";
    let result = run("a.ts", source);
    assert_eq!(original(&result, source, "throw"), (4, 3));
}

#[test]
fn common_js_names_of_modules_are_given_to_the_project_only() {
    let source = "export const a = typeof require, b = module";
    let result = run("a.js", source);
    assert!(result.code.contains("let require=$_m.require;let module=$_m.module;"));
    assert!(result.common_js.exports);
    let options = Options {
        in_package: true,
        hint: Some(FormatHint::Module),
        ..Options::default()
    };
    let result = run_with("a.js", source, &options);
    assert!(!result.code.contains("let require"));
    assert!(!result.common_js.exports);
    let own = run(
        "a.js",
        "import { createRequire } from 'module'; const require = createRequire(import.meta.url)",
    );
    assert!(!own.code.contains("let require"));
}
