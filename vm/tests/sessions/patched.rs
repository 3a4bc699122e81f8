//! Tests that break the engine's own objects break themselves and not the harness of their file.

use trun_vm::harness::observer::CaseOutcome;

use crate::driver::{Session, messages};

const REST: &str = "
    let n = 0;
    beforeEach(() => { n += 1; });
    afterEach(() => {});
    describe('suite', () => {
      beforeAll(() => {});
      afterAll(() => {});
      test('passes', async () => { await null; console.log('ran'); });
      test('fails', () => { throw new Error('as it should'); });
      test('with a callback', (done) => { done(); });
      test('later', () => ({ then(resolve) { resolve(); } }), { retry: 1 });
    });";

#[track_caller]
fn survives(patch: &str) {
    let text = format!("test('breaks it', () => {{ {patch} }});{REST}");
    let heard = Session::new().seed(4).retry(1).run(&text);
    assert_eq!(messages(&heard.file_errors), [""; 0], "{patch}");
    assert_eq!(heard.ends.len(), 5, "{patch}: {:?}", heard.order());
    for end in &heard.ends {
        let name = heard.name(end.case);
        let expected = if name == "suite > fails" {
            CaseOutcome::Failed
        } else {
            CaseOutcome::Passed
        };
        assert_eq!(end.outcome, expected, "{patch}: {name} {:?}", messages(&end.problems));
    }
    assert_eq!(messages(&heard.end("suite > fails").problems), ["as it should"]);
}

#[test]
fn maps_and_sets() {
    survives("Map.prototype.get = null; Map.prototype.set = null; Map.prototype.has = null; Set.prototype.has = null;");
    survives(
        "WeakSet.prototype.has = null; WeakSet.prototype.add = null; globalThis.Map = null; globalThis.WeakSet = null;",
    );
}

#[test]
fn arrays() {
    survives(
        "for (const name of ['push', 'pop', 'shift', 'unshift', 'concat', 'slice', 'splice', 'map', 'some', 'find', 'reverse', 'join']) \
         Array.prototype[name] = null;",
    );
    survives("Array.prototype[Symbol.iterator] = null;");
}

#[test]
fn functions_and_objects() {
    survives("Function.prototype.call = null; Function.prototype.apply = null; Function.prototype.bind = null;");
    survives(
        "Object.create = null; Object.assign = null; Object.defineProperty = null; Object.prototype.toString = null;",
    );
    survives(
        "Reflect.apply = null; String.prototype.startsWith = null; RegExp.prototype.test = null; globalThis.Object = null;",
    );
}

#[test]
fn promises() {
    survives("Promise.resolve = null; Promise.prototype.then = null; Promise.prototype.finally = null;");
    survives("globalThis.Promise = class { then() {} };");
}
