// node:assert, legacy and strict.

const { codes } = require('internal/errors');
const { validateFunction } = require('internal/validators');
const { AssertionError } = require('internal/util/assertion_error');
const types = require('internal/util/types');

const NO_EXCEPTION = Symbol('no exception');
const { is } = Object;

let comparisons;
const compare = () => (comparisons ??= require('internal/util/comparisons'));

function inspect(value) {
  return require('internal/util/inspect').inspect(value);
}

function failWith({ actual, expected, message, operator, stackStartFn }) {
  if (message instanceof Error) throw message;
  throw new AssertionError({ actual, expected, message, operator, stackStartFn });
}

function needBoth(args) {
  if (args.length < 2) throw new codes.ERR_MISSING_ARGS('actual', 'expected');
}

// ---- truth ----

function falsyMessage(fn) {
  const holder = new Error();
  Error.captureStackTrace?.(holder, fn);
  const { callSource } = require('internal/util/call_source');
  const source = callSource(String(holder.stack), /(?:^|\.)\s*(?:ok|strict)\s*\(|assert/i);
  if (source === undefined) return 'The expression evaluated to a falsy value';
  return `The expression evaluated to a falsy value:\n\n  ${source}\n`;
}

function check(fn, count, value, message) {
  if (value) return;
  if (message instanceof Error) throw message;
  let text = message;
  let generated = false;
  if (count === 0) {
    generated = true;
    text = 'No value argument passed to `assert.ok()`';
  } else if (message == null) {
    generated = true;
    text = falsyMessage(fn);
  }
  const error = new AssertionError({ actual: value, expected: true, message: text, operator: '==', stackStartFn: fn });
  error.generatedMessage = generated;
  throw error;
}

function assert(...args) {
  check(assert, args.length, ...args);
}

function ok(...args) {
  check(ok, args.length, ...args);
}

function fail(actual, expected, message, operator, stackStartFn) {
  const count = arguments.length;
  let generated = false;
  let text = message;
  if (actual == null && count <= 1) {
    text = 'Failed';
    generated = true;
  } else if (count === 1) {
    text = actual;
    actual = undefined;
  }
  if (text instanceof Error) throw text;
  const options = { actual, expected, operator: operator ?? (count === 2 ? '!=' : 'fail'), stackStartFn: stackStartFn ?? fail };
  if (text !== undefined) options.message = text;
  const error = new AssertionError(options);
  if (generated) error.generatedMessage = true;
  throw error;
}

// ---- equality ----

/** Makes an assertion of two values out of a test. */
function binary(operator, name, test) {
  const assertion = {
    [name](actual, expected, message) {
      needBoth(arguments);
      if (!test(actual, expected)) failWith({ actual, expected, message, operator, stackStartFn: assertion });
    },
  }[name];
  return assertion;
}

// eslint-disable-next-line eqeqeq
const looselyEqual = (a, b) => a == b || (a !== a && b !== b);

assert.fail = fail;
assert.AssertionError = AssertionError;
assert.ok = ok;
assert.equal = binary('==', 'equal', looselyEqual);
assert.notEqual = binary('!=', 'notEqual', (a, b) => !looselyEqual(a, b));
assert.deepEqual = binary('deepEqual', 'deepEqual', (a, b) => compare().isDeepEqual(a, b));
assert.notDeepEqual = binary('notDeepEqual', 'notDeepEqual', (a, b) => !compare().isDeepEqual(a, b));
assert.deepStrictEqual = binary('deepStrictEqual', 'deepStrictEqual', (a, b) => compare().isDeepStrictEqual(a, b));
assert.notDeepStrictEqual = binary('notDeepStrictEqual', 'notDeepStrictEqual',
  (a, b) => !compare().isDeepStrictEqual(a, b));
assert.strictEqual = binary('strictEqual', 'strictEqual', is);
assert.notStrictEqual = binary('notStrictEqual', 'notStrictEqual', (a, b) => !is(a, b));
assert.partialDeepStrictEqual = binary('partialDeepStrictEqual', 'partialDeepStrictEqual',
  (a, b) => compare().isPartialStrictEqual(a, b));

// ---- exceptions ----

/** The properties of an error that an expectation object names, for a readable diff. */
class Comparison {
  constructor(source, keys, actual) {
    for (const key of keys) {
      if (!(key in source)) continue;
      const matches = actual !== undefined && typeof actual[key] === 'string' && types.isRegExp(source[key]) &&
        source[key].exec(actual[key]) !== null;
      this[key] = matches ? actual[key] : source[key];
    }
  }
}

function compareProperty(actual, expected, key, message, keys, fn) {
  if (key in actual) {
    if (typeof actual[key] === 'string' && types.isRegExp(expected[key]) && expected[key].exec(actual[key]) !== null) return;
    if (compare().isDeepStrictEqual(actual[key], expected[key])) return;
  }
  if (message instanceof Error) throw message;
  if (message) failWith({ actual, expected, message, operator: fn.name, stackStartFn: fn });
  const error = new AssertionError({
    actual: new Comparison(actual, keys),
    expected: new Comparison(expected, keys, actual),
    operator: 'deepStrictEqual',
    stackStartFn: fn,
  });
  error.actual = actual;
  error.expected = expected;
  error.operator = fn.name;
  throw error;
}

function matchesObject(actual, expected, message, fn) {
  if (typeof actual !== 'object' || actual === null) {
    if (message) failWith({ actual, expected, message, operator: fn.name, stackStartFn: fn });
    const error = new AssertionError({ actual, expected, message, operator: 'deepStrictEqual', stackStartFn: fn });
    error.operator = fn.name;
    throw error;
  }
  const keys = Object.keys(expected);
  // Hidden in errors, but they are what one means.
  if (expected instanceof Error) keys.push('name', 'message');
  else if (keys.length === 0) throw new codes.ERR_INVALID_ARG_VALUE('error', expected, 'may not be an empty object');
  for (const key of keys) compareProperty(actual, expected, key, message, keys, fn);
}

/** Checks what was thrown against a class, a pattern, an object or a function. */
function checkThrown(actual, expected, message, fn) {
  let generated = false;
  let text = message;
  let thrown = false;
  if (typeof expected !== 'function') {
    if (types.isRegExp(expected)) {
      if (expected.exec(String(actual)) !== null) return;
      if (!text) {
        generated = true;
        text = `The input did not match the regular expression ${inspect(expected)}. Input:\n\n${inspect(String(actual))}\n`;
      }
      thrown = true;
    } else {
      matchesObject(actual, expected, message, fn);
      return;
    }
  } else if (expected.prototype !== undefined && actual instanceof expected) {
    return;
  } else if (Error.isPrototypeOf(expected) || expected === Error) {
    if (!text) {
      generated = true;
      text = `The error is expected to be an instance of "${expected.name}". Received `;
      if (types.isError(actual)) text += `"${actual.name}"`;
      else text += `"${inspect(actual)}"`;
      if (types.isError(actual)) text += `\n\nError message:\n\n${actual.message}`;
    }
    thrown = true;
  } else {
    const result = Reflect.apply(expected, {}, [actual]);
    if (result === true) return;
    if (!text) {
      generated = true;
      const name = expected.name ? `"${expected.name}" ` : '';
      text = `The ${name}validation function is expected to return "true". Received ${inspect(result)}`;
      if (types.isError(actual)) text += `\n\nCaught error:\n\n${actual}`;
    }
    thrown = true;
  }
  if (!thrown) return;
  const error = new AssertionError({ actual, expected, message: text, operator: fn.name, stackStartFn: fn });
  error.generatedMessage = generated;
  throw error;
}

function catchFrom(fn) {
  validateFunction(fn, 'fn');
  try {
    fn();
  } catch (error) {
    return error;
  }
  return NO_EXCEPTION;
}

const isPromiseLike = (value) =>
  types.isPromise(value) || (value !== null && typeof value === 'object' && typeof value.then === 'function' &&
    typeof value.catch === 'function');

async function rejectionFrom(promiseOrFn) {
  let promise = promiseOrFn;
  if (typeof promiseOrFn === 'function') {
    promise = promiseOrFn();
    if (!isPromiseLike(promise)) {
      throw new codes.ERR_INVALID_RETURN_VALUE('instance of Promise', 'promiseFn', promise);
    }
  } else if (!isPromiseLike(promise)) {
    throw new codes.ERR_INVALID_ARG_TYPE('promiseFn', ['Function', 'Promise'], promiseOrFn);
  }
  try {
    await promise;
  } catch (error) {
    return error;
  }
  return NO_EXCEPTION;
}

function ambiguous(actual, text) {
  if (typeof actual === 'object' && actual !== null) {
    if (actual.message === text) {
      throw new codes.ERR_AMBIGUOUS_ARGUMENT('error/message',
        `The error message "${actual.message}" is identical to the message.`);
    }
  } else if (actual === text) {
    throw new codes.ERR_AMBIGUOUS_ARGUMENT('error/message', `The error "${actual}" is identical to the message.`);
  }
}

function expectError(fn, count, actual, error, message) {
  let expected = error;
  let text = message;
  if (typeof error === 'string') {
    if (count === 3) {
      throw new codes.ERR_INVALID_ARG_TYPE('error', ['Object', 'Error', 'Function', 'RegExp'], error);
    }
    ambiguous(actual, error);
    text = error;
    expected = undefined;
  } else if (error != null && typeof error !== 'object' && typeof error !== 'function') {
    throw new codes.ERR_INVALID_ARG_TYPE('error', ['Object', 'Error', 'Function', 'RegExp'], error);
  }
  if (actual === NO_EXCEPTION) {
    const kind = fn.name === 'rejects' ? 'rejection' : 'exception';
    const detail = expected?.name ? ` (${expected.name})` : '';
    failWith({
      actual: undefined,
      expected,
      operator: fn.name,
      message: `Missing expected ${kind}${detail}${text ? `: ${text}` : '.'}`,
      stackStartFn: fn,
    });
  }
  if (expected != null) checkThrown(actual, expected, text, fn);
}

function matchesExpectation(actual, expected) {
  if (typeof expected !== 'function') {
    if (types.isRegExp(expected)) return expected.exec(String(actual)) !== null;
    throw new codes.ERR_INVALID_ARG_TYPE('expected', ['Function', 'RegExp'], expected);
  }
  if (expected.prototype !== undefined && actual instanceof expected) return true;
  if (Error.isPrototypeOf(expected)) return false;
  return Reflect.apply(expected, {}, [actual]) === true;
}

function expectNoError(fn, actual, error, message) {
  if (actual === NO_EXCEPTION) return;
  let expected = error;
  let text = message;
  if (typeof error === 'string') {
    text = error;
    expected = undefined;
  }
  if (expected && !matchesExpectation(actual, expected)) throw actual;
  const kind = fn.name === 'doesNotReject' ? 'rejection' : 'exception';
  failWith({
    actual,
    expected,
    operator: fn.name,
    message: `Got unwanted ${kind}${text ? `: ${text}` : '.'}\nActual message: "${actual && actual.message}"`,
    stackStartFn: fn,
  });
}

assert.throws = function throws(fn, ...args) {
  expectError(throws, args.length + 1, catchFrom(fn), ...args);
};

assert.rejects = async function rejects(promiseFn, ...args) {
  expectError(rejects, args.length + 1, await rejectionFrom(promiseFn), ...args);
};

assert.doesNotThrow = function doesNotThrow(fn, ...args) {
  expectNoError(doesNotThrow, catchFrom(fn), ...args);
};

assert.doesNotReject = async function doesNotReject(fn, ...args) {
  expectNoError(doesNotReject, await rejectionFrom(fn), ...args);
};

assert.ifError = function ifError(error) {
  if (error === null || error === undefined) return;
  let message = 'ifError got unwanted exception: ';
  if (typeof error === 'object' && typeof error.message === 'string') {
    message += error.message.length === 0 && error.constructor ? error.constructor.name : error.message;
  } else {
    message += inspect(error);
  }
  const failure = new AssertionError({ actual: error, expected: null, operator: 'ifError', message, stackStartFn: ifError });
  failure.generatedMessage = !message;
  joinStacks(failure, error);
  throw failure;
};

/** Both places matter: where the error came from and where it was refused. */
function joinStacks(failure, error) {
  const origin = error.stack;
  if (typeof origin !== 'string') return;
  const start = origin.indexOf('\n    at');
  if (start === -1) return;
  const frames = origin.slice(start + 1).split('\n');
  const own = String(failure.stack).split('\n');
  const shared = own.findIndex((line) => frames.includes(line));
  const kept = shared === -1 ? own : own.slice(0, shared);
  Object.defineProperty(failure, 'stack', {
    __proto__: null, value: `${kept.join('\n')}\n${frames.join('\n')}`, writable: true, configurable: true,
  });
}

// ---- patterns ----

function matchText(text, pattern, message, fn, wanted) {
  if (!types.isRegExp(pattern)) throw new codes.ERR_INVALID_ARG_TYPE('regexp', 'RegExp', pattern);
  if (typeof text === 'string' && (RegExp.prototype.exec.call(pattern, text) !== null) === wanted) return;
  if (message instanceof Error) throw message;
  let generatedText = message;
  if (!message) {
    generatedText = typeof text !== 'string'
      ? `The "string" argument must be of type string. Received ${require('internal/errors').describeReceived(text)}`
      : `${wanted ? `The input did not match the regular expression ${inspect(pattern)}` :
        `The input was expected to not match the regular expression ${inspect(pattern)}`}. Input:\n\n${inspect(text)}\n`;
  }
  const error = new AssertionError({
    actual: text, expected: pattern, message: generatedText, operator: fn.name, stackStartFn: fn,
  });
  error.generatedMessage = !message;
  throw error;
}

assert.match = function match(string, regexp, message) {
  matchText(string, regexp, message, match, true);
};

assert.doesNotMatch = function doesNotMatch(string, regexp, message) {
  matchText(string, regexp, message, doesNotMatch, false);
};

function strict(...args) {
  check(strict, args.length, ...args);
}

assert.strict = Object.assign(strict, assert, {
  equal: assert.strictEqual,
  deepEqual: assert.deepStrictEqual,
  notEqual: assert.notStrictEqual,
  notDeepEqual: assert.notDeepStrictEqual,
});
assert.strict.strict = assert.strict;

/** Removed from Node; named here so that its use is told apart from a typo. */
Object.defineProperty(assert, 'CallTracker', {
  __proto__: null,
  configurable: true,
  enumerable: false,
  get() {
    throw require('internal/errors').notImplemented('assert.CallTracker');
  },
});

module.exports = assert;
