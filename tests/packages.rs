//! Packages from npm in their own words: the real zod, date-fns and lodash-es, in many realms of one worker.
//!
//! They are pinned in `tests/npm` and installed by `make test`.

use std::path::{Path, PathBuf};

use crate::support::Project;

const FILES: usize = 24;

fn packages() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/npm/node_modules")
}

/// Every file evaluates the three packages anew: by name, as ES modules (640 of them in lodash-es alone), and through `require`.
fn project() -> Project {
    assert!(
        packages().is_dir(),
        "the npm packages are not installed: run `make npm`"
    );
    let project = Project::new();
    std::os::unix::fs::symlink(packages(), project.path("node_modules")).expect("a fresh project has no packages");
    for index in 0..FILES {
        project.write(
            &format!("tests/p{index}.test.ts"),
            &format!(
                r#"
import {{ z }} from 'zod';
import {{ addDays, formatISO }} from 'date-fns';
import {{ chunk, groupBy }} from 'lodash-es';

const Row = z.object({{ id: z.number(), tags: z.array(z.string()).default([]) }});
type Row = z.infer<typeof Row>;

test('zod {index}', () => {{
  const row: Row = Row.parse({{ id: {index} }});
  expect(row).toEqual({{ id: {index}, tags: [] }});
  expect(Row.safeParse({{ id: 'x' }}).error!.issues[0].path).toEqual(['id']);
}});
test('date-fns {index}', () => {{
  expect(formatISO(addDays(new Date(2020, 0, 1), {index}), {{ representation: 'date' }})).toMatch(/^2020-01-\d\d$/);
  expect(require('date-fns').addDays).not.toBe(addDays);
}});
test('lodash-es {index}', () => {{
  expect(chunk([1, 2, 3, 4, 5], 2)).toEqual([[1, 2], [3, 4], [5]]);
  expect(Object.keys(groupBy([1, 2, 3], (x: number) => (x % 2 ? 'odd' : 'even'))).sort()).toEqual(['even', 'odd']);
}});
"#
            ),
        );
    }
    project
}

#[test]
fn packages_work_in_every_realm() {
    let project = project();
    for workers in ["--parallel=1", "--parallel=2"] {
        let outcome = project.trun(&[workers]).run();
        outcome.exits(0).counts(3 * FILES as u64, 0);
    }
}

/// onnxruntime-common does so.
#[test]
fn a_folder_of_a_package_may_say_that_it_is_common_js() {
    let project = Project::new()
        .file(
            "node_modules/dep/package.json",
            r#"{ "name": "dep", "type": "module", "main": "cjs/index.js" }"#,
        )
        .file("node_modules/dep/cjs/package.json", r#"{ "type": "commonjs" }"#)
        .file(
            "node_modules/dep/cjs/index.js",
            "Object.defineProperty(exports, 'a', { value: 1 });",
        )
        .file("a.test.js", "test('it is', () => expect(require('dep').a).toBe(1));");
    project.trun(&["--parallel=1"]).run().exits(0);
}

#[test]
fn mochas_names_of_its_tdd_interface_are_there() {
    let project = Project::new().file(
        "a.test.js",
        "const seen = [];
         suiteSetup(() => seen.push('suiteSetup'));
         setup(() => seen.push('setup'));
         teardown(() => seen.push('teardown'));
         suiteTeardown(() => expect(seen).toEqual(['suiteSetup', 'setup', 'test', 'teardown']));
         suite('of one', () => test('is one', () => { seen.push('test'); }));",
    );
    project.trun(&["--parallel=1"]).run().exits(0);
}
