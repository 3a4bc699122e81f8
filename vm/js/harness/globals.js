// The globals of a test file: name to getter, so that a realm pays only for what its file touches.

const api = () => require('harness/chain').api('globals');
const mocking = () => require('harness/mocking');
const plan = () => require('harness/plan');

/** Every getter is called at most once; bootstrap replaces it by the value. */
const globals = {
  describe: () => api().describe,
  test: () => api().test,
  it: () => api().test,
  suite: () => api().describe,
  context: () => api().describe,
  specify: () => api().test,
  xdescribe: () => api().describe.skip,
  xcontext: () => api().describe.skip,
  xit: () => api().test.skip,
  xtest: () => api().test.skip,
  xspecify: () => api().test.skip,
  fdescribe: () => api().describe.only,
  fit: () => api().test.only,
  ftest: () => api().test.only,
  beforeAll: () => api().beforeAll,
  beforeEach: () => api().beforeEach,
  afterEach: () => api().afterEach,
  afterAll: () => api().afterAll,
  before: () => api().beforeAll,
  after: () => api().afterAll,
  suiteSetup: () => api().beforeAll,
  setup: () => api().beforeEach,
  teardown: () => api().afterEach,
  suiteTeardown: () => api().afterAll,
  onTestFinished: () => plan().onTestFinished,
  onTestFailed: () => plan().onTestFailed,
  expect: () => require('harness/expect').expectOf('globals'),
  expectTypeOf: () => require('harness/expect_type_of').expectTypeOf,
  assertType: () => require('harness/expect_type_of').assertType,
  jest: () => mocking().jest,
  vi: () => mocking().vi,
};

module.exports = { globals };
