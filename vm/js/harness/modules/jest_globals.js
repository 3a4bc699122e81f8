// `@jest/globals`.

const { api } = require('harness/chain');

const { test, describe, beforeAll, beforeEach, afterEach, afterAll } = api('jest');

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
  get expect() {
    return require('harness/expect').expectOf('jest');
  },
  get jest() {
    return require('harness/mocking').jest;
  },
};
