//! Loading, linking and packing of small projects.

use super::Project;
use crate::modules::{Diagnostic, From, ModuleGraph, ModuleId, Reply, RequestKind};

fn load(graph: &mut ModuleGraph, project: &Project, file: &str) -> ModuleId {
    match graph.load(&project.text(file)) {
        Reply::Module(id) => id,
        Reply::Builtin(id) => panic!("{file} is a built-in: {id}"),
        Reply::Failed(error) => panic!("{file}: {}", error.message),
    }
}

fn load_error(files: &[(&str, &str)], entry: &str) -> Diagnostic {
    let project = Project::new(files);
    match ModuleGraph::new(true).load(&project.text(entry)) {
        Reply::Failed(error) => *error,
        other => panic!("no error: {other:?}"),
    }
}

/// The link data of a module: the array after its function.
fn meta(graph: &mut ModuleGraph, id: ModuleId) -> serde_json::Value {
    let number = graph.chunk_of(id);
    let text = graph.chunk_text(number).expect("the chunk exists");
    let start = text.find(&format!("\n}},[{id},")).expect("the module is in its chunk") + 3;
    let mut stream = serde_json::Deserializer::from_str(&text[start..]).into_iter();
    stream.next().expect("an array").expect("valid JSON")
}

fn id_of(graph: &mut ModuleGraph, project: &Project, file: &str) -> ModuleId {
    load(graph, project, file)
}

#[test]
fn exports_of_others_name_their_origin() {
    let project = Project::new(&[
        (
            "main.js",
            "export * from './a.js'; export { b as c } from './b.js'; export * as ns from './b.js'; export const own = 1",
        ),
        ("a.js", "export const a = 1, dup = 1; export default 1"),
        ("b.js", "export let b = 1; b = 2; export const dup = 2"),
    ]);
    let mut graph = ModuleGraph::new(true);
    let main = load(&mut graph, &project, "main.js");
    let (a, b) = (id_of(&mut graph, &project, "a.js"), id_of(&mut graph, &project, "b.js"));
    let exports = &meta(&mut graph, main)[6];
    let (a, b) = (-(i64::from(a) + 1), i64::from(b) + 1);
    // The project's own barrels are read through, namespaces are copied; `default` is not passed on.
    assert_eq!(
        *exports,
        serde_json::json!(["a", a, "a", "c", -b, "b", "dup", a, "dup", "ns", b, 0, "own", 0, 0])
    );
}

#[test]
fn conflicting_stars_are_no_exports() {
    let files = [
        ("stars.js", "export * from './a.js'; export * from './b.js'"),
        ("a.js", "export const x = 1, same = 1"),
        ("b.js", "export const x = 2; export { same } from './a.js'"),
        ("ok.js", "import { same } from './stars.js'; same"),
        ("bad.js", "import { x } from './stars.js'; x"),
    ];
    let project = Project::new(&files);
    load(&mut ModuleGraph::new(true), &project, "ok.js");
    let error = load_error(&files, "bad.js");
    assert_eq!(
        error.message,
        "The requested module './stars.js' contains conflicting star exports for name 'x'"
    );
}

#[test]
fn cycles_are_found_and_shaped() {
    let project = Project::new(&[
        ("main.js", "import { a } from './a.js'; a"),
        ("a.js", "import { b } from './b.js'; export const a = () => b"),
        ("b.js", "import { a } from './a.js'; export const b = () => a"),
        (
            "self.js",
            "import * as self from './self.js'; export const s = () => self",
        ),
    ]);
    let mut graph = ModuleGraph::new(true);
    let main = load(&mut graph, &project, "main.js");
    let (a, b) = (id_of(&mut graph, &project, "a.js"), id_of(&mut graph, &project, "b.js"));
    assert_eq!(meta(&mut graph, main)[8], 0);
    assert_eq!(meta(&mut graph, a)[8], serde_json::json!([a.min(b), a.max(b)]));
    let own = id_of(&mut graph, &project, "self.js");
    assert_eq!(meta(&mut graph, own)[8], serde_json::json!([own]));
    let chunk = graph.chunk_of(a);
    assert!(graph.chunk_text(chunk).expect("chunk").contains("function*("));
}

#[test]
fn re_exports_through_cycles_resolve() {
    let project = Project::new(&[
        ("main.js", "import { x, y } from './a.js'; x, y"),
        ("a.js", "export * from './b.js'; export const x = 1"),
        ("b.js", "export * from './a.js'; export const y = 2"),
    ]);
    load(&mut ModuleGraph::new(true), &project, "main.js");
}

#[test]
fn top_level_await_reaches_importers() {
    let project = Project::new(&[
        ("main.js", "import './mid.js'"),
        ("mid.js", "import './tla.js'; export {}"),
        ("tla.js", "export {}; await 1"),
        ("plain.js", "export {}"),
    ]);
    let mut graph = ModuleGraph::new(true);
    let is_async = |graph: &mut ModuleGraph, file| {
        let id = load(graph, &project, file);
        meta(graph, id)[1].as_u64().is_some_and(|flags| flags & 256 != 0)
    };
    assert!(is_async(&mut graph, "main.js"));
    assert!(is_async(&mut graph, "mid.js"));
    assert!(!is_async(&mut graph, "plain.js"));
}

#[test]
fn missing_exports_name_importer_and_specifier() {
    let error = load_error(
        &[
            ("main.js", "export {}\nimport {\n  gone } from './a.js'; gone"),
            ("a.js", "export const a = 1"),
        ],
        "main.js",
    );
    assert_eq!(
        error.message,
        "The requested module './a.js' does not provide an export named 'gone'"
    );
    assert!(error.file.is_some_and(|file| file.ends_with("main.js")));
    assert_eq!(error.position.map(|at| (at.line, at.column)), Some((3, 3)));
    assert!(error.frame.is_some_and(|frame| frame.contains("  gone } from")));
}

#[test]
fn missing_modules_are_marked_in_the_importer() {
    let error = load_error(
        &[("main.ts", "const a: number = 1\nimport './gone'\nexport { a }")],
        "main.ts",
    );
    assert_eq!(error.code, Some("ERR_MODULE_NOT_FOUND"));
    assert_eq!(error.position.map(|at| at.line), Some(2));
    assert_eq!(error.specifier.as_deref(), Some("./gone"));
}

#[test]
fn types_pass_through_typescript_barrels() {
    let types = (
        "types.ts",
        "export interface T {} export type U = 1; export const v = 1",
    );
    let good = [
        ("direct", "export { T, v } from './types'"),
        ("imported first", "import { T, v } from './types'; export { T, v }"),
        ("twice", "export { T } from './barrel'; export { v } from './types'"),
        ("by star", "export * from './types'; export { U as V } from './types'"),
        (
            "kept by verbatim imports",
            "import { T } from './types'; export const x = T",
        ),
    ];
    for (comment, main) in good {
        let project = Project::new(&[("main.ts", main), types, ("barrel.ts", "export { T } from './types'")]);
        let reply = ModuleGraph::new(true).load(&project.text("main.ts"));
        assert!(matches!(reply, Reply::Module(_)), "{comment}: {reply:?}");
    }
    let bad = load_error(
        &[("main.ts", "import { W } from './types'; export const w = W"), types],
        "main.ts",
    );
    assert!(bad.message.contains("'W'"));
    let bad = load_error(&[("main.js", "export { T } from './types.ts'"), types], "main.js");
    assert!(bad.message.contains("'T'"));
}

#[test]
fn packages_share_chunks_and_entries_stand_alone() {
    let project = Project::new(&[
        ("one.js", "import 'p'; import 'q'; import './own.js'"),
        ("two.js", "import 'p'; import './own.js'"),
        ("own.js", "export {}"),
        ("node_modules/p/package.json", r#"{ "type": "module", "main": "a.js" }"#),
        ("node_modules/p/a.js", "import './b.js'"),
        ("node_modules/p/b.js", "export {}"),
        ("node_modules/q/package.json", r#"{ "type": "module", "main": "a.js" }"#),
        ("node_modules/q/a.js", "export {}"),
    ]);
    let mut graph = ModuleGraph::new(true);
    let mut chunk = |file: &str| {
        let id = load(&mut graph, &project, file);
        graph.chunk_of(id)
    };
    let (one, two, own) = (chunk("one.js"), chunk("two.js"), chunk("own.js"));
    let (pa, pb, q) = (
        chunk("node_modules/p/a.js"),
        chunk("node_modules/p/b.js"),
        chunk("node_modules/q/a.js"),
    );
    assert_eq!(pa, pb);
    let mut all = vec![one, two, own, pa, q];
    all.sort_unstable();
    all.dedup();
    assert_eq!(all.len(), 5);
}

#[test]
fn chunks_do_not_change_from_realm_to_realm() {
    let project = Project::new(&[("main.js", "import './a.js'"), ("a.js", "export {}")]);
    let mut graph = ModuleGraph::new(true);
    let first = load(&mut graph, &project, "main.js");
    let chunk = graph.chunk_of(first);
    let text = graph.chunk_text(chunk);
    graph.begin_realm();
    let second = load(&mut graph, &project, "main.js");
    assert_eq!((first, chunk), (second, graph.chunk_of(second)));
    assert_eq!(text, graph.chunk_text(chunk));
}

#[test]
fn changed_files_are_seen_by_the_next_realm() {
    let project = Project::new(&[
        ("main.js", "import { a } from './a.js'; a"),
        ("a.js", "export const a = 1"),
    ]);
    let mut graph = ModuleGraph::new(true);
    load(&mut graph, &project, "main.js");
    project.write("a.js", "export const renamed = 1");
    graph.begin_realm();
    assert!(matches!(graph.load(&project.text("main.js")), Reply::Failed(_)));
    project.write("a.js", "export const a = 'again, and longer'");
    graph.begin_realm();
    let main = load(&mut graph, &project, "main.js");
    let a = meta(&mut graph, main)[4][0].as_u64().expect("a dependency") as ModuleId;
    let chunk = graph.chunk_of(a);
    assert!(graph.chunk_text(chunk).expect("chunk").contains("again, and longer"));
}

#[test]
fn a_file_that_failed_is_tried_again() {
    let project = Project::new(&[("main.js", "export const = 1")]);
    let mut graph = ModuleGraph::new(true);
    assert!(matches!(graph.load(&project.text("main.js")), Reply::Failed(_)));
    project.write("main.js", "export const a = 1");
    graph.begin_realm();
    load(&mut graph, &project, "main.js");
}

#[test]
fn positions_in_chunks_lead_to_files() {
    let project = Project::new(&[
        (
            "main.ts",
            "import './a'\n\nexport const f = (): void => { throw new Error('main') }",
        ),
        ("a.ts", "type A = 1\nexport const g = (): A => { throw new Error('a') }"),
    ]);
    let mut graph = ModuleGraph::new(true);
    let main = load(&mut graph, &project, "main.ts");
    let a = load(&mut graph, &project, "a.ts");
    for (id, file, needle, line) in [
        (main, "main.ts", "throw new Error(\"main\")", 3),
        (a, "a.ts", "throw new Error(\"a\")", 2),
    ] {
        let chunk = graph.chunk_of(id);
        let text = graph.chunk_text(chunk).expect("chunk");
        let at = text.find(needle).expect("the statement");
        let before = &text[..at];
        let chunk_line = before.matches('\n').count() as u32 + 1;
        let column = before.len() - before.rfind('\n').map_or(0, |at| at + 1) + 1;
        let (path, found, _) = graph
            .map_position(&ModuleGraph::chunk_url(chunk), chunk_line, column as u32)
            .expect("mapped");
        assert_eq!((path, found), (project.path(file), line));
    }
}

#[test]
fn worn_chunks_are_packed_together() {
    let mut files: Vec<(String, String)> = (0..40)
        .map(|i| (format!("node_modules/p/{i}.js"), format!("exports.i = {i}")))
        .collect();
    files.push(("main.js".to_owned(), String::new()));
    let borrowed: Vec<(&str, &str)> = files
        .iter()
        .map(|(name, text)| (name.as_str(), text.as_str()))
        .collect();
    let project = Project::new(&borrowed);
    let mut graph = ModuleGraph::new(true);
    let mut last = Vec::new();
    for _ in 0..5 {
        graph.begin_realm();
        last = (0..40)
            .map(|i| {
                let reply = graph.link(
                    &format!("p/{i}.js"),
                    From::File(&project.path("main.js")),
                    RequestKind::Require,
                    "",
                );
                let Reply::Module(id) = reply else { panic!("{reply:?}") };
                graph.chunk_of(id)
            })
            .collect();
    }
    last.dedup();
    assert_eq!(last.len(), 1);
    let text = graph.chunk_text(last[0]).expect("chunk");
    assert!((0..40).all(|i| text.contains(&format!("exports.i = {i}\n"))));
}

#[test]
fn assets_are_loaded_by_kind() {
    let project = Project::new(&[
        (
            "main.js",
            "import a from './a.json'; import t from './a.json' with { type: 'text' }; a, t",
        ),
        ("a.json", "{\"k\":1}"),
        ("css.js", "import './a.css'"),
        ("a.css", ""),
        ("attr.js", "import './a.css' with { type: 'css' }"),
    ]);
    let mut graph = ModuleGraph::new(true);
    let main = load(&mut graph, &project, "main.js");
    let deps = meta(&mut graph, main)[4].clone();
    assert_ne!(deps[0], deps[1]);
    assert_eq!(&*graph.text(deps[0].as_u64().expect("an id") as ModuleId), "{\"k\":1}");
    for (file, code) in [
        ("css.js", "ERR_UNKNOWN_FILE_EXTENSION"),
        ("attr.js", "ERR_IMPORT_ATTRIBUTE_UNSUPPORTED"),
    ] {
        let Reply::Failed(error) = graph.load(&project.text(file)) else {
            panic!("{file} loads")
        };
        assert_eq!(error.code, Some(code));
    }
}

#[test]
fn the_fault_of_an_unparsed_package_is_found() {
    let project = Project::new(&[
        ("main.cjs", "require('p')"),
        ("node_modules/p/index.js", "exports.a = 1\nfoo(;"),
    ]);
    let mut graph = ModuleGraph::new(true);
    let reply = graph.link("p", From::File(&project.path("main.cjs")), RequestKind::Require, "");
    let Reply::Module(id) = reply else { panic!("{reply:?}") };
    let chunk = graph.chunk_of(id);
    let error = graph.explain_chunk(chunk, "refused");
    assert_eq!(error.position.map(|at| (at.line, at.column)), Some((2, 5)));
}
