// The object that vitest's tests and each-hooks receive: `({ task, expect, skip, onTestFinished, signal }) => …`.
//
// Owns nothing but that view of one attempt. Loaded only by files that use it.

const registry = require('harness/registry');

class TestContext {
  #attempt;
  #tools;
  #controller = null;

  constructor(attempt, tools) {
    this.#attempt = attempt;
    this.#tools = tools;
    // Own bound functions: the context is nearly always destructured.
    this.skip = (condition, note) => this.#skip(condition, note);
    this.onTestFinished = (fn, timeout) => require('harness/plan').onTestFinished(fn, timeout);
    this.onTestFailed = (fn, timeout) => require('harness/plan').onTestFailed(fn, timeout);
    this.annotate = (message) => Promise.resolve({ message, type: 'notice' });
  }

  get expect() {
    return require('harness/expect').expectOf('vitest');
  }

  get task() {
    const { testCase, errors, number, repetition } = this.#attempt;
    return {
      id: String(testCase.index),
      name: testCase.title,
      fullName: this.#tools.fullName(testCase),
      type: 'test',
      mode: 'run',
      meta: {},
      fails: testCase.failing,
      suite: testCase.suite.parent === null ? undefined : suiteView(testCase.suite),
      file: { filepath: registry.state.expect.testPath, name: registry.state.expect.testPath },
      result: {
        state: errors.length > 0 ? 'fail' : 'run',
        errors: errors.map((entry) => entry.error),
        retryCount: number - 1,
        repeatCount: repetition,
      },
    };
  }

  get signal() {
    this.#controller ??= new AbortController();
    return this.#controller.signal;
  }

  /** Tells the test's own operations that it has failed. */
  abort(reason) {
    if (this.#controller !== null) this.#controller.abort(reason);
  }

  #skip(condition, note) {
    if (condition === false) return;
    throw new this.#tools.SkipSignal(typeof condition === 'string' ? condition : note);
  }
}

/** What vitest's beforeAll and afterAll receive. */
function suiteView(suite) {
  return { name: suite.title, type: 'suite', mode: suite.mode, suite: suite.parent === null ? undefined : suiteView(suite.parent) };
}

module.exports = { create: (attempt, tools) => new TestContext(attempt, tools), suiteView };
