// `vitest`.

const { api } = require('harness/chain');

const { test, describe, beforeAll, beforeEach, afterEach, afterAll } = api('vitest');

function missing(name) {
  return { [name]: () => require('harness/mocking').refuse(name) }[name];
}

module.exports = {
  test,
  it: test,
  describe,
  suite: describe,
  beforeAll,
  beforeEach,
  afterEach,
  afterAll,
  aroundAll: missing('aroundAll'),
  aroundEach: missing('aroundEach'),
  bench: missing('bench'),
  inject: missing('inject'),
  createExpect: missing('createExpect'),
  recordArtifact: missing('recordArtifact'),
  onTestFinished: (fn, timeout) => require('harness/plan').onTestFinished(fn, timeout),
  onTestFailed: (fn, timeout) => require('harness/plan').onTestFailed(fn, timeout),
  get expect() {
    return require('harness/expect').expectOf('vitest');
  },
  get expectTypeOf() {
    return require('harness/expect_type_of').expectTypeOf;
  },
  get assertType() {
    return require('harness/expect_type_of').assertType;
  },
  get assert() {
    return require('node/assert');
  },
  get vi() {
    return require('harness/mocking').vi;
  },
  get vitest() {
    return require('harness/mocking').vi;
  },
};
