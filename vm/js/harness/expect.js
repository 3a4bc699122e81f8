// `expect`: the assertion object, its modifiers (`not`, `resolves`, `rejects`, `soft`, `poll`), custom matchers.
//
// Owns how a matcher is run and how its failure becomes an error. The matchers themselves are tables in matchers_*.js:
// each has `check(received, ...args)`, which answers whether it holds, and `explain(received, ...args)`, which is only
// called to word a failure. `this` is the assertion in both.
//
// Every file that asserts anything makes this module's realm-bound parts anew, so it needs nothing that `toBe` does not need:
// tables of matchers are loaded when a name is asked for that no loaded one has, the rest by what uses it.

const { state } = require('harness/registry');

const equality = () => require('harness/equality');
// Taken now, for a test may patch them before it asks for another matcher.
const { keys, hasOwn, defineProperty } = Object;
const { get: reflectGet } = Reflect;
const includes = Function.prototype.call.bind(String.prototype.includes);

const { captureStackTrace } = Error;

// Stacks are cut at the matcher's own frame, so a matcher must not end in a tail call: the engine would drop that frame.

/** What a failed assertion throws. */
class AssertionError extends Error {
  constructor(message) {
    super(message);
    Object.defineProperty(this, 'name', { value: 'AssertionError', writable: true, configurable: true });
  }
}

/** `expect(received)` with its modifiers, whose defaults are on the prototype: most assertions have none. */
class Assertion {
  constructor(received, modern) {
    this.received = received;
    this.modern = modern;
    this.name = '';
  }

  get not() {
    return this.with({ isNot: !this.isNot });
  }

  get resolves() {
    return this.with({ promise: 'resolves' });
  }

  get rejects() {
    return this.with({ promise: 'rejects' });
  }

  with(changes) {
    return Object.assign(new Assertion(this.received, this.modern), this, changes);
  }
}

Object.assign(Assertion.prototype, {
  // These are set by the constructor: being here keeps the assignment from looking further up, at `unloaded`.
  received: undefined,
  modern: false,
  name: '',
  isNot: false,
  promise: '',
  /** The user's own words for a failure. */
  note: undefined,
  soft: false,
  /** `{ interval, timeout }` of `expect.poll`. */
  polling: undefined,
  /** The modifier by which a promise got here, for the hint. */
  settledAs: undefined,
  /** What `check` found out that `explain` needs. */
  found: undefined,
});

const CHAI_WORDS = ' to be been is that which has have deep a an ';

/** Tables in the order they are loaded in, and how many have been. */
const TABLES = ['core', 'value', 'container', 'throw', 'mock', 'snapshot'];
let loaded = 0;

/** The end of the prototype chain of assertions until all tables are there: finds the matcher that is asked for. */
const unloaded = new Proxy(Object.prototype, {
  get(target, name, receiver) {
    if (name in target) return reflectGet(target, name, receiver);
    if (typeof name !== 'string') return undefined;
    if (includes(CHAI_WORDS, ` ${name} `)) throw new Error(`chai-style assertions (expect(…).${name}) are not supported yet by trun`);
    return loadMatcher(name) ? Assertion.prototype[name] : undefined;
  },
  has: (target, name) => name in target || (typeof name === 'string' && loadMatcher(name)),
});
Object.setPrototypeOf(Assertion.prototype, unloaded);

/** Loads tables until one has the matcher; whether one has. */
function loadMatcher(name) {
  while (loaded < TABLES.length) {
    const table = require(`harness/matchers_${TABLES[loaded]}`);
    loaded += 1;
    const names = keys(table);
    for (let i = 0; i < names.length; i += 1) {
      // One of `expect.extend` of the same name came first and stays.
      if (!hasOwn(Assertion.prototype, names[i])) installOne(names[i], table[names[i]]);
    }
    if (hasOwn(table, name)) return true;
  }
  return false;
}

function installOne(name, { check, explain }) {
  const method = function (...args) {
    this.name = name;
    if (this.promise !== '') {
      const pending = afterSettling(this, method, args);
      return pending;
    }
    state.expect.assertionCalls += 1;
    if (Boolean(check.call(this, this.received, ...args)) === this.isNot) raise(this, explain.call(this, this.received, ...args), method);
    return undefined;
  };
  define(name, method);
}

function define(name, method) {
  defineProperty(method, 'name', { value: name, configurable: true });
  defineProperty(Assertion.prototype, name, { value: method, writable: true, configurable: true });
}

/**
 * Throws the failure that `explain` worded: `{ signature, body, expected, received }`, where `signature` are the
 * options of the hint line and `expected`/`received` are there only if the matcher compares two values.
 */
function raise(assertion, explanation, caller) {
  const { hint } = require('harness/messages');
  const text = `${hint(assertion, assertion.name, explanation.signature)}\n\n${explanation.body}`;
  throwFailure(assertion, text, explanation, caller);
}

function throwFailure(assertion, text, explanation, caller) {
  const message = assertion.note === undefined ? text : `${assertion.note}\n\n${text}`;
  const error = makeError(message, caller);
  const { expected, received } = explanation;
  error.matcherResult = { pass: assertion.isNot, message, expected, actual: received, name: assertion.name };
  if ('expected' in explanation) describeValues(error, expected, received);
  fail(assertion, error);
}

/** Counts the failure and throws it, or keeps it for the end of the test (`expect.soft`). */
function fail(assertion, error) {
  state.expect.failedAssertions += 1;
  if (!assertion.soft) throw error;
  (state.expect.softErrors ??= []).push(error);
}

function makeError(message, caller) {
  const error = new AssertionError(message);
  captureStackTrace(error, caller);
  return error;
}

/** The values for tools, and their texts for reports, which are only made if someone reads them. */
function describeValues(error, expected, received) {
  error.expected = expected;
  error.actual = received;
  const text = (value) => ({
    get: () => require('harness/format').format(value),
    configurable: true,
    enumerable: false,
  });
  Object.defineProperty(error, 'expectedText', text(expected));
  Object.defineProperty(error, 'receivedText', text(received));
}

/** A matcher that was given something it cannot work with fails in both directions. */
function misuse(assertion, problem, label, value, signature) {
  const { hint, withType } = require('harness/messages');
  const detail = label === undefined ? '' : `\n\n${withType(label, value)}`;
  const error = makeError(`${hint(assertion, assertion.name, signature)}\n\nMatcher error: ${problem}${detail}`, Assertion.prototype[assertion.name]);
  state.expect.failedAssertions += 1;
  throw error;
}

// Promises ---------------------------------------------------------------------------------------------------------

function afterSettling(assertion, method, args) {
  if (assertion.promise === 'poll') return poll(assertion, method, args);
  const origin = makeError('', method);
  let promise = assertion.received;
  if (typeof promise === 'function') promise = promise();
  if (promise === null || typeof promise !== 'object' || typeof promise.then !== 'function') {
    state.expect.assertionCalls += 1;
    misuse(assertion, 'received value must be a promise or a function returning a promise', 'Received', promise, { expected: '' });
  }
  const wanted = assertion.promise;
  const settled = (way, value) => {
    if (way !== wanted) {
      state.expect.assertionCalls += 1;
      return wrongWay(assertion, way, value, origin);
    }
    return runSettled(assertion, method, args, value, origin);
  };
  return Promise.resolve(promise).then(
    (value) => settled('resolves', value),
    (reason) => settled('rejects', reason),
  );
}

function wrongWay(assertion, way, value, origin) {
  const { hint, show } = require('harness/messages');
  const [happened, instead, label] = way === 'rejects' ? ['rejected', 'resolved', 'Rejected to value'] : ['resolved', 'rejected', 'Resolved to value'];
  const message = `${hint(assertion, assertion.name, { expected: '' })}\n\nReceived promise ${happened} instead of ${instead}\n${label}: ${show(value)}`;
  origin.message = assertion.note === undefined ? message : `${assertion.note}\n\n${message}`;
  if (way === 'rejects') Object.defineProperty(origin, 'cause', { value, writable: true, configurable: true });
  fail(assertion, origin);
}

/** Runs the matcher on the settled value; the stack of a failure starts where the user called it. */
function runSettled(assertion, method, args, value, origin) {
  const now = assertion.with({ promise: '', received: value, settledAs: assertion.promise });
  const rethrow = (error) => {
    throw adopt(origin, error);
  };
  let returned;
  try {
    returned = method.apply(now, args);
  } catch (error) {
    rethrow(error);
  }
  return returned instanceof Promise ? returned.catch(rethrow) : returned;
}

const STACK_KEYS = ['stack', 'line', 'column', 'sourceURL'];

/** The failure as it would be had it happened where `origin` was made: after an await the user's call is off the stack. */
function adopt(origin, error) {
  if (!(error instanceof AssertionError)) return error;
  for (const key of Reflect.ownKeys(error)) {
    if (!STACK_KEYS.includes(key)) Object.defineProperty(origin, key, Object.getOwnPropertyDescriptor(error, key));
  }
  return origin;
}

/** `expect.poll(fn)`: tries the matcher until it holds or the time is over. */
async function poll(assertion, method, args) {
  const origin = makeError('', method);
  const { setTimeout } = globalThis;
  const { interval, timeout } = assertion.polling;
  const end = performance.now() + timeout;
  for (;;) {
    const before = { ...state.expect };
    try {
      return method.apply(assertion.with({ promise: '', received: await assertion.received(), soft: false }), args);
    } catch (error) {
      if (performance.now() >= end) throw adopt(origin, error);
      state.expect.assertionCalls = before.assertionCalls;
      state.expect.failedAssertions = before.failedAssertions;
    }
    await new Promise((resolve) => {
      setTimeout(resolve, interval)?.unref?.();
    });
  }
}

// Custom matchers --------------------------------------------------------------------------------------------------

/** `this` of a matcher made by `expect.extend`. */
function matcherContext(assertion) {
  const { equals, customTesters } = equality();
  return {
    isNot: assertion.isNot,
    promise: assertion.settledAs ?? assertion.promise,
    equals: (a, b, testers, strict) => equals(a, b, testers ?? customTesters, strict),
    customTesters,
    expand: false,
    assertionCalls: state.expect.assertionCalls,
    currentTestName: state.expect.currentTestName,
    testPath: state.expect.testPath,
    suppressedErrors: state.expect.suppressedErrors,
    dontThrow() {},
    get utils() {
      return require('harness/messages').utils();
    },
  };
}

function extend(matchers) {
  if (matchers === null || typeof matchers !== 'object') throw new TypeError('expect.extend() needs an object of matchers');
  for (const name of Reflect.ownKeys(matchers)) {
    const matcher = matchers[name];
    if (typeof matcher !== 'function') throw new TypeError(`expect.extend(): the matcher "${String(name)}" is not a function`);
    installCustom(name, matcher);
  }
}

function installCustom(name, matcher) {
  const method = function (...args) {
    this.name = String(name);
    if (this.promise !== '') {
      const pending = afterSettling(this, method, args);
      return pending;
    }
    state.expect.assertionCalls += 1;
    const result = matcher.call(matcherContext(this), this.received, ...args);
    if (result !== null && typeof result === 'object' && typeof result.then === 'function') {
      const origin = makeError('', method);
      return Promise.resolve(result).then((value) => {
        try {
          judgeCustom(this, value, method);
        } catch (error) {
          throw adopt(origin, error);
        }
      });
    }
    judgeCustom(this, result, method);
    return undefined;
  };
  define(name, method);
  const { CustomMatcher } = require('harness/asymmetric');
  const asymmetric = (inverse) => (...args) => new CustomMatcher(String(name), matcher, args, inverse, matcherContext);
  for (const expect of flavours.values()) {
    expect[name] = asymmetric(false);
    expect.not[name] = asymmetric(true);
  }
  customAsymmetric.set(name, asymmetric);
}

function judgeCustom(assertion, result, method) {
  const valid = result !== null && typeof result === 'object' && typeof result.pass === 'boolean';
  if (!valid) {
    throw new TypeError(`the matcher "${assertion.name}" must return an object { pass: boolean, message: () => string }`);
  }
  if (result.pass !== assertion.isNot) return;
  const text = typeof result.message === 'function' ? String(result.message()) : result.message ?? `the matcher "${assertion.name}" did not hold`;
  const explanation = 'expected' in result || 'actual' in result ? { expected: result.expected, received: result.actual } : {};
  throwFailure(assertion, text, explanation, method);
}

// The function -----------------------------------------------------------------------------------------------------

const flavours = new Map();
const customAsymmetric = new Map();

/** The `expect` of an API flavour; bun's and vitest's compare a little more strictly than Jest's. */
function expectOf(flavour) {
  const key = flavour === 'vitest' || flavour === 'bun' ? 'modern' : 'jest';
  let expect = flavours.get(key);
  if (expect === undefined) {
    expect = makeExpect(key === 'modern');
    flavours.set(key, expect);
    for (const [name, asymmetric] of customAsymmetric) {
      expect[name] = asymmetric(false);
      expect.not[name] = asymmetric(true);
    }
  }
  return expect;
}

/** The asymmetric matchers that `expect` has: values that are made, and their classes loaded, when they are called. */
function statics() {
  const make = (name, sample, more) => require('harness/asymmetric').make(name, sample, more);
  return {
    any: (sample) => make('any', sample),
    anything: () => make('anything'),
    arrayContaining: (sample) => make('arrayContaining', sample),
    arrayOf: (sample) => make('arrayOf', sample),
    objectContaining: (sample) => make('objectContaining', sample),
    stringContaining: (sample) => make('stringContaining', sample),
    stringMatching: (sample) => make('stringMatching', sample),
    closeTo: (sample, precision) => make('closeTo', sample, precision),
    toSatisfy: (test) => make('toSatisfy', test),
    toBeOneOf: (list) => make('toBeOneOf', list),
    schemaMatching: (schema) => make('schemaMatching', schema),
    not: {
      arrayContaining: (sample) => make('notArrayContaining', sample),
      arrayOf: (sample) => make('notArrayOf', sample),
      objectContaining: (sample) => make('notObjectContaining', sample),
      stringContaining: (sample) => make('notStringContaining', sample),
      stringMatching: (sample) => make('notStringMatching', sample),
      closeTo: (sample, precision) => make('notCloseTo', sample, precision),
    },
  };
}

function makeExpect(modern) {
  const expect = function (received, note) {
    const assertion = new Assertion(received, modern);
    if (note !== undefined) assertion.note = String(note);
    return assertion;
  };
  Object.defineProperty(expect, 'name', { value: 'expect' });
  Object.assign(expect, statics());
  expect.extend = extend;
  expect.soft = (received, note) => {
    const assertion = expect(received, note);
    assertion.soft = true;
    return assertion;
  };
  expect.poll = (fn, options = {}) => {
    if (typeof fn !== 'function') throw new TypeError('expect.poll() needs a function');
    return expect(fn).with({ promise: 'poll', polling: { interval: options.interval ?? 50, timeout: options.timeout ?? 1000 } });
  };
  expect.assertions = (count) => {
    if (!Number.isInteger(count) || count < 0) throw new TypeError('expect.assertions() needs a whole number that is not negative');
    state.expect.expectedAssertionsNumber = count;
    state.expect.expectedAssertionsError = makeError('', expect.assertions);
  };
  expect.hasAssertions = () => {
    state.expect.isExpectingAssertions = true;
    state.expect.isExpectingAssertionsError = makeError('', expect.hasAssertions);
  };
  expect.unreachable = (reason) => {
    state.expect.assertionCalls += 1;
    state.expect.failedAssertions += 1;
    if (reason instanceof Error) throw reason;
    throw makeError(reason === undefined ? 'this code should not have been reached' : String(reason), expect.unreachable);
  };
  expect.fail = expect.unreachable;
  expect.getState = () => state.expect;
  expect.setState = (changes) => {
    Object.assign(state.expect, changes);
  };
  expect.addEqualityTesters = (testers) => {
    if (!Array.isArray(testers)) throw new TypeError('expect.addEqualityTesters() needs an array of functions');
    const { customTesters } = equality();
    for (const tester of testers) if (!customTesters.includes(tester)) customTesters.push(tester);
  };
  expect.addSnapshotSerializer = () => {
    throw new Error('expect.addSnapshotSerializer is not supported yet by trun');
  };
  return expect;
}

module.exports = { expectOf, AssertionError, Assertion, misuse };
