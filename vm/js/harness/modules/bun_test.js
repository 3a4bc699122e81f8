// `bun:test`.

const { api } = require('harness/chain');
const { state, timeoutOption } = require('harness/registry');

const { test, describe, beforeAll, beforeEach, afterEach, afterAll } = api('bun');

module.exports = {
  test,
  it: test,
  describe,
  xit: test.skip,
  xtest: test.skip,
  xdescribe: describe.skip,
  beforeAll,
  beforeEach,
  afterEach,
  afterAll,
  onTestFinished: (fn, timeout) => require('harness/plan').onTestFinished(fn, timeout),
  get expect() {
    return require('harness/expect').expectOf('bun');
  },
  get expectTypeOf() {
    return require('harness/expect_type_of').expectTypeOf;
  },
  get mock() {
    return require('harness/mocking').bunMock;
  },
  spyOn: (object, key, accessType) => require('harness/mock').spyOn('jest', object, key, accessType),
  get jest() {
    return require('harness/mocking').jest;
  },
  get vi() {
    return require('harness/mocking').bunVi;
  },
  setDefaultTimeout(ms) {
    state.testTimeout = timeoutOption(ms);
    state.hookTimeout = state.testTimeout;
  },
  setSystemTime() {
    require('harness/mocking').refuse('setSystemTime');
  },
};
