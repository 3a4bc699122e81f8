// `trun:test`: the test API under the runner's own name, the union of what the others call common.

const { api } = require('harness/chain');
const { state, timeoutOption } = require('harness/registry');

const { test, describe, beforeAll, beforeEach, afterEach, afterAll } = api('globals');

module.exports = {
  test,
  it: test,
  describe,
  xit: test.skip,
  xtest: test.skip,
  fit: test.only,
  xdescribe: describe.skip,
  fdescribe: describe.only,
  beforeAll,
  beforeEach,
  afterEach,
  afterAll,
  onTestFinished: (fn, timeout) => require('harness/plan').onTestFinished(fn, timeout),
  onTestFailed: (fn, timeout) => require('harness/plan').onTestFailed(fn, timeout),
  get expect() {
    return require('harness/expect').expectOf('globals');
  },
  get expectTypeOf() {
    return require('harness/expect_type_of').expectTypeOf;
  },
  get assertType() {
    return require('harness/expect_type_of').assertType;
  },
  get mock() {
    return require('harness/mocking').bunMock;
  },
  spyOn: (object, key, accessType) => require('harness/mock').spyOn('jest', object, key, accessType),
  get jest() {
    return require('harness/mocking').jest;
  },
  get vi() {
    return require('harness/mocking').vi;
  },
  setDefaultTimeout(ms) {
    state.testTimeout = timeoutOption(ms);
    state.hookTimeout = state.testTimeout;
  },
};
