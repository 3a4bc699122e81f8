//! Packages that declare `"sideEffects": false`: what is evaluated of them, and that nothing else can be told apart.
//!
//! Every module of the packages notes its name in `globalThis.order` when it is evaluated.

use crate::support::Project;

const BARREL: &[(&str, &str)] = &[
    (
        "package.json",
        r#"{ "name": "barrel", "type": "module", "main": "index.js", "sideEffects": false }"#,
    ),
    (
        "index.js",
        "note('index'); export { default as b } from './b.js'; export * from './a.js'; export * from './late.js'; export * as all from './sub.js'; import { helper } from './helper.js'; export const own = () => helper();",
    ),
    (
        "a.js",
        "import { helper } from './helper.js'; note('a'); export const a1 = () => helper() + 'a'; export function a2() {}",
    ),
    ("b.js", "note('b'); export default function b() { return 'b'; }"),
    (
        "late.js",
        "note('late'); export let count = 0; export const bump = () => { count++; };",
    ),
    (
        "sub.js",
        "note('sub'); export { s1 } from './s1.js'; export * from './s2.js';",
    ),
    ("s1.js", "note('s1'); export const s1 = 1;"),
    ("s2.js", "note('s2'); export const s2 = 2;"),
    ("helper.js", "note('helper'); export const helper = () => 'helper';"),
    (
        "throws.js",
        "note('throws'); throw new Error('thrown by throws.js'); export const never = 1;",
    ),
    (
        "bad.js",
        "export { never } from './throws.js'; export { b } from './index.js';",
    ),
];

fn with_packages(mut project: Project, packages: &[(&str, &[(&str, &str)])]) -> Project {
    for (name, files) in packages {
        for (file, text) in *files {
            project = project.file(&format!("node_modules/{name}/{file}"), text);
        }
    }
    project.file("package.json", r#"{ "type": "module" }"#).file(
        "setup.js",
        "globalThis.order = []; globalThis.note = (name) => order.push(name);",
    )
}

/// Runs one test file per text, each in a realm of its own, with lazy modules and without: all must pass. `ORDER(lazy, eager)` is what
/// must have been evaluated so far.
fn holds(packages: &[(&str, &[(&str, &str)])], tests: &[&str]) {
    let mut project = with_packages(Project::new(), packages);
    for (index, text) in tests.iter().enumerate() {
        let prelude = "const ORDER = (lazy, eager) => expect(order.join()).toBe(process.env.EAGER ? eager : lazy);";
        project = project.file(&format!("t{index}.test.js"), &format!("{text}\n{prelude}"));
    }
    let count = tests.len() as u64;
    let common = ["--parallel=1", "--preload=./setup.js"];
    project.trun(&common).run().exits(0).counts(count, 0);
    let eager = project
        .trun(&[common[0], common[1], "--no-lazy-modules"])
        .env("EAGER", "1");
    eager.run().exits(0).counts(count, 0);
}

const EVERYTHING: &str = "b,helper,a,late,s1,s2,sub,index";

#[test]
fn only_what_is_used_is_evaluated_before_its_importer() {
    let everything = |text: &str| text.replace("EVERYTHING", &format!("'{EVERYTHING}'"));
    let texts = [
        "import { b } from 'barrel'; const seen = order.join(); test('one of them', () => { expect(b()).toBe('b'); expect(b.name).toBe('b'); expect(order.join()).toBe(seen); ORDER('b', EVERYTHING); });",
        "import { a1, b } from 'barrel'; test('in order of the names', () => { expect(a1()).toBe('helpera'); ORDER('helper,a,b', EVERYTHING); });",
        "import { own } from 'barrel'; test('its own', () => { expect(own()).toBe('helper'); ORDER('helper,index', EVERYTHING); });",
        "import { all } from 'barrel'; test('a namespace that is passed on', () => { expect(Object.keys(all)).toEqual(['s1', 's2']); ORDER('sub,s1,s2', EVERYTHING); });",
        "import * as barrel from 'barrel'; test('members of a namespace', () => { expect(barrel.b()).toBe('b'); expect(barrel.nothing).toBe(undefined); ORDER('b', EVERYTHING); });",
        "import { count, bump } from 'barrel'; test('a live binding', () => { bump(); expect(count).toBe(1); ORDER('late', EVERYTHING); });",
        "import 'barrel/index.js'; test('for nothing but its effects', () => ORDER('helper,index,b,a,late,sub,s1,s2', EVERYTHING));",
        "import { b } from 'barrel'; import { b as again } from './mine.js'; test('through a barrel of the project', () => { expect(again).toBe(b); ORDER('b', EVERYTHING); });",
    ];
    let texts: Vec<String> = texts.iter().map(|text| everything(text)).collect();
    let mut packages = vec![("barrel", BARREL)];
    let mine: &[(&str, &str)] = &[("mine.js", "export { b } from 'barrel';")];
    packages.push(("..", mine));
    holds(&packages, &texts.iter().map(String::as_str).collect::<Vec<_>>());
}

#[test]
fn a_namespace_that_is_seen_is_whole() {
    let whole = "expect(Object.keys(ns)).toEqual(['a1', 'a2', 'all', 'b', 'bump', 'count', 'own']); expect(ns[Symbol.toStringTag]).toBe('Module'); expect(Object.getPrototypeOf(ns)).toBe(null); expect([...order].sort().join()).toBe('a,b,helper,index,late,s1,s2,sub'); ns.bump(); expect(ns.count).toBe(1);";
    let texts = [
        format!("import {{ own, b }} from 'barrel'; import * as ns from 'barrel'; test('passed as a value', () => {{ {whole} expect(ns.b).toBe(b); }});"),
        format!("import {{ a1 }} from 'barrel'; test('import()', async () => {{ const ns = await import('barrel'); {whole} expect(ns.a1).toBe(a1); }});"),
        format!("import {{ createRequire }} from 'node:module'; test('require', () => {{ const ns = createRequire(import.meta.url)('barrel'); {whole} }});"),
        format!("import {{ ns }} from './mine.js'; test('export * as', () => {{ {whole} }});"),
        "import { b, own } from 'barrel'; import * as ns from 'barrel'; import * as other from 'barrel'; test('a spy on it is seen by all', () => { expect(ns).toBe(other); const spy = vi.spyOn(ns, 'b').mockReturnValue('spied'); expect(b()).toBe('spied'); expect(other.b()).toBe('spied'); spy.mockRestore(); expect(b()).toBe('b'); });".to_owned(),
        "import { b } from 'barrel'; test('a spy set later is seen too', async () => { const ns = await import('barrel'); vi.spyOn(ns, 'b').mockReturnValue('spied'); expect(b()).toBe('spied'); });".to_owned(),
        "import * as mine from './star.js'; test('export * of the project', () => expect(Object.keys(mine)).toEqual(['a1', 'a2', 'all', 'b', 'bump', 'count', 'own']));".to_owned(),
    ];
    let mine: &[(&str, &str)] = &[
        ("mine.js", "export * as ns from 'barrel';"),
        ("star.js", "export * from 'barrel';"),
    ];
    holds(
        &[("barrel", BARREL), ("..", mine)],
        &texts.iter().map(String::as_str).collect::<Vec<_>>(),
    );
}

#[test]
fn errors_come_from_the_import_that_needs_the_module() {
    let project = with_packages(Project::new(), &[("barrel", BARREL)])
        .file("used.test.js", "import { never } from 'barrel/bad.js'; test('no', () => never);")
        .file("unused.test.js", "import { b } from 'barrel/bad.js'; test('yes', () => { expect(b()).toBe('b'); });")
        .file(
            "later.test.js",
            "import { b } from 'barrel/bad.js'; test('each time', async () => { b(); for (const _ of [1, 2]) await expect(import('barrel/bad.js')).rejects.toThrow('thrown by throws.js'); expect(order.join()).toBe('b,throws'); });",
        )
        .file("missing.test.js", "import { gone } from 'barrel'; test('no', () => gone);");
    let outcome = project.trun(&["--parallel=1", "--preload=./setup.js"]).run();
    outcome
        .exits(1)
        .counts(2, 0)
        .shows("thrown by throws.js")
        .shows("node_modules/barrel/throws.js:1:")
        .shows("The requested module 'barrel' does not provide an export named 'gone'");
}

#[test]
fn import_cycles_are_entered_as_the_barrel_enters_them() {
    // Evaluated from `base` the cycle works; from `derived` it reads `Base` too early.
    let cycle: &[(&str, &str)] = &[
        (
            "package.json",
            r#"{ "name": "cycle", "type": "module", "main": "index.js", "sideEffects": false }"#,
        ),
        (
            "index.js",
            "note('index'); export { Base } from './base.js'; export { Derived } from './derived.js'; export { alone } from './alone.js';",
        ),
        (
            "base.js",
            "import { make } from './derived.js'; note('base'); export class Base { make() { return make(); } }",
        ),
        (
            "derived.js",
            "import { register } from './late.js'; import { Base } from './base.js'; note('derived'); export const make = () => new Derived(); export let Derived; register(() => { Derived = class extends Base {}; });",
        ),
        (
            "late.js",
            "import { Base } from './base.js'; note('late'); export const register = (define) => { globalThis.define = define; };",
        ),
        ("alone.js", "note('alone'); export const alone = 1;"),
    ];
    holds(
        &[("cycle", cycle)],
        &[
            "import { Derived } from 'cycle'; define(); test('the last member', () => { expect(new Derived().make()).toBeInstanceOf(Derived); ORDER('late,derived,base', 'late,derived,base,alone,index'); });",
            "import { alone } from 'cycle'; test('none', () => { expect(alone).toBe(1); ORDER('alone', 'late,derived,base,alone,index'); });",
        ],
    );
}

#[test]
fn modules_with_effects_between_are_evaluated() {
    let mixed: &[(&str, &str)] = &[
        (
            "package.json",
            r#"{ "name": "mixed", "type": "module", "main": "index.js", "sideEffects": ["./effects.js", "*.css.js", "./polyfills/**"] }"#,
        ),
        (
            "index.js",
            "note('index'); export { x } from './effects.js'; export { y } from './y.js'; export { p } from './polyfills/deep/p.js'; export { c } from './c.js';",
        ),
        (
            "effects.js",
            "import './polyfills/p.js'; note('effects'); export { x } from './x.js'; export { unused } from './unused.js';",
        ),
        ("x.js", "note('x'); export const x = 1;"),
        ("y.js", "import './y.css.js'; note('y'); export const y = 1;"),
        ("y.css.js", "note('css');"),
        ("c.js", "import './y.js'; note('c'); export const c = 1;"),
        (
            "both.js",
            "import { x } from './effects.js'; note('both'); export { x }; export const more = x + 1;",
        ),
        ("unused.js", "note('unused'); export const unused = 1;"),
        ("polyfills/p.js", "note('p');"),
        ("polyfills/deep/p.js", "note('deep'); export const p = 1;"),
    ];
    let eager = "p,x,unused,effects,css,y,deep,c,index";
    holds(
        &[("mixed", mixed)],
        &[
            &format!(
                "import {{ x }} from 'mixed'; test('on the way', () => {{ expect(x).toBe(1); ORDER('p,x,unused,effects', '{eager}'); }});"
            ),
            &format!(
                "import {{ y }} from 'mixed'; test('below', () => {{ expect(y).toBe(1); ORDER('css,y', '{eager}'); }});"
            ),
            "import * as both from 'mixed/both.js'; test('used and passed on', () => { expect(Object.keys(both)).toEqual(['more', 'x']); expect(both.x + both.more).toBe(3); ORDER('p,x,unused,effects,both', 'p,x,unused,effects,both'); });",
            &format!(
                "import {{ p, c }} from 'mixed'; test('by pattern', () => {{ expect(p + c).toBe(2); ORDER('deep,css,y,c', '{eager}'); }});"
            ),
        ],
    );
}

#[test]
fn what_only_run_time_tells_is_evaluated_as_ever() {
    let interop: &[(&str, &str)] = &[
        (
            "package.json",
            r#"{ "name": "interop", "type": "module", "main": "index.js", "sideEffects": false }"#,
        ),
        (
            "index.js",
            "note('index'); export { one, default as common } from './c.cjs'; export { join } from 'node:path'; export { data } from './data.js'; export { d } from './d.js';",
        ),
        (
            "c.cjs",
            "note('cjs'); exports.one = 1; exports.__esModule = true; exports.default = 'marked';",
        ),
        (
            "data.js",
            "note('data'); import json from './data.json' with { type: 'json' }; export const data = json;",
        ),
        ("data.json", r#"{ "n": 1 }"#),
        ("d.js", "note('d'); export const d = 1;"),
        (
            "star.js",
            "note('star'); export * from './c.cjs'; export * from './d.js';",
        ),
        (
            "awaits.js",
            "note('awaits'); export { slow } from './slow.js'; export { d } from './d.js';",
        ),
        (
            "slow.js",
            "note('slow'); await null; note('slow after'); export const slow = 1;",
        ),
    ];
    holds(
        &[("interop", interop)],
        &[
            "import { join, d } from 'interop'; test('built-in', () => { expect(join('a', 'b')).toBe('a/b'); expect(d).toBe(1); ORDER('d', 'cjs,data,d,index'); });",
            "import { one, common } from 'interop'; test('CommonJS by name', () => { expect(one).toBe(1); expect(common).toEqual({ one: 1, __esModule: true, default: 'marked' }); ORDER('cjs', 'cjs,data,d,index'); });",
            "import { data } from 'interop'; test('JSON', () => { expect(data).toEqual({ n: 1 }); ORDER('data', 'cjs,data,d,index'); });",
            "import { d } from 'interop/star.js'; test('export * of CommonJS', () => { expect(d).toBe(1); ORDER('cjs,d,star', 'cjs,d,star'); });",
            "import { d } from 'interop/awaits.js'; test('top-level await', () => { expect(d).toBe(1); ORDER('slow,slow after,d,awaits', 'slow,slow after,d,awaits'); });",
        ],
    );
}

#[test]
fn files_of_one_realm_share_what_was_evaluated() {
    let project = with_packages(Project::new(), &[("barrel", BARREL)])
        .file("a.test.js", "import { b } from 'barrel'; b.seen = true; test('first', () => { expect(order.join()).toBe('b'); });")
        .file("b.test.js", "import { b, a2 } from 'barrel'; test('second', () => { expect(b.seen).toBe(true); expect(typeof a2).toBe('function'); expect(order.join()).toBe('b,helper,a'); });")
        .file("c.test.js", "import * as ns from 'barrel'; test('third', () => { expect(ns.b.seen).toBe(true); expect(Object.keys(ns).length).toBe(7); expect(order.filter((name) => name === 'b').length).toBe(1); });");
    let outcome = project
        .trun(&["--parallel=1", "--preload=./setup.js", "--no-isolate"])
        .run();
    outcome.exits(0).counts(3, 0);
}
