// `toThrow`: what a function threw, or what a promise was rejected with, against a message, pattern, class or value.

const { equalsWith, includesSubset, isAsymmetric } = require('harness/equality');
const lazy = () => require('harness/messages');

function misuse(assertion, problem, label, value, signature) {
  require('harness/expect').misuse(assertion, problem, label, value, signature);
}

/** What was thrown: `{ value, message }`, or null if nothing was. */
function thrownBy(assertion, received, signature) {
  if (assertion.settledAs === 'rejects') return describeThrown(received);
  if (assertion.settledAs === 'resolves' && received instanceof Error) return describeThrown(received);
  if (typeof received !== 'function') {
    if (assertion.settledAs !== undefined) return null;
    misuse(assertion, 'received value must be a function', 'Received', received, signature);
  }
  try {
    received();
    return null;
  } catch (error) {
    return describeThrown(error);
  }
}

function describeThrown(value) {
  const hasMessage = value !== null && value !== undefined && typeof value.message === 'string';
  return { value, hasMessage, message: hasMessage ? value.message : typeof value === 'string' ? value : undefined };
}

function kindOf(expected) {
  if (expected === undefined) return 'anything';
  if (typeof expected === 'string') return 'substring';
  if (typeof expected === 'function') return 'constructor';
  if (expected instanceof RegExp) return 'pattern';
  if (isAsymmetric(expected)) return 'asymmetric';
  return expected !== null && typeof expected === 'object' ? 'object' : 'unknown';
}

function holds(assertion, thrown, expected, kind) {
  if (thrown === null) return false;
  switch (kind) {
    case 'substring':
      return thrown.message !== undefined && thrown.message.includes(expected);
    case 'pattern':
      return thrown.message !== undefined && new RegExp(expected).test(thrown.message);
    case 'constructor':
      return thrown.value instanceof expected;
    case 'asymmetric':
      return Boolean(expected.asymmetricMatch(thrown.value));
    case 'object':
      return matchesObject(assertion, thrown, expected);
    default:
      return true;
  }
}

/** An error is asked for by its message (and cause); vitest and bun look at the rest of it too. */
function matchesObject(assertion, thrown, expected) {
  if (assertion.modern) {
    return expected instanceof Error ? equalsWith({ modern: true }, thrown.value, expected) : includesSubset(thrown.value, expected, true);
  }
  if (thrown.message !== expected.message) return false;
  return !Object.hasOwn(expected, 'cause') || equalsWith({}, thrown.value.cause, expected.cause);
}

const LABELS = { substring: 'Expected substring', pattern: 'Expected pattern', constructor: 'Expected constructor', asymmetric: 'Expected asymmetric matcher', object: 'Expected message' };

function explainThrow(assertion, expected) {
  const { show, labelled, difference } = lazy();
  const { thrown, kind } = assertion.found;
  const signature = { expected: kind === 'anything' ? '' : 'expected' };
  const not = assertion.isNot ? 'not ' : '';
  const space = assertion.isNot ? '    ' : '';
  if (thrown === null) {
    const wanted = kind === 'anything' ? '' : `${LABELS[kind]}: ${wantedText(expected, kind)}\n\n`;
    return { signature, body: `${wanted}${assertion.settledAs === undefined ? 'Received function did not throw' : 'Received value is not an error'}`, ...values(expected, undefined, kind) };
  }
  const what = thrown.hasMessage ? ['Received message', space + show(thrown.message)] : ['Received value', space + show(thrown.value)];
  if (kind === 'anything') {
    const name = thrown.hasMessage ? labelled(['Error name', show(thrown.value.name)], ['Error message', show(thrown.message)]) : `Thrown value: ${show(thrown.value)}`;
    return { signature, body: name };
  }
  if (kind === 'constructor') {
    const own = thrown.value !== null && thrown.value !== undefined ? thrown.value.constructor : undefined;
    const received = typeof own === 'function' ? ['Received constructor', space + (own.name || '(anonymous)')] : undefined;
    return { signature, body: `${labelled([LABELS[kind], not + (expected.name || '(anonymous)')], received)}\n\n${labelled(what)}`, received: thrown.value };
  }
  if (kind === 'object' && assertion.modern && !assertion.isNot && thrown.message === expected.message) {
    return { signature, body: difference(expected, thrown.value), expected, received: thrown.value };
  }
  return { signature, body: labelled([LABELS[kind], not + wantedText(expected, kind)], what), ...values(expected, thrown, kind) };
}

function wantedText(expected, kind) {
  if (kind === 'constructor') return expected.name || '(anonymous)';
  return lazy().show(kind === 'object' && 'message' in expected ? expected.message : expected);
}

function values(expected, thrown, kind) {
  if (kind !== 'substring' && kind !== 'object') return {};
  return { expected: kind === 'object' && 'message' in expected ? expected.message : expected, received: thrown === undefined ? undefined : thrown.message ?? thrown.value };
}

const toThrow = {
  check(received, expected) {
    const kind = kindOf(expected);
    const signature = { expected: kind === 'anything' ? '' : 'expected' };
    if (kind === 'unknown') misuse(this, 'expected value must be a string or regular expression or class or error', 'Expected', expected, signature);
    const thrown = thrownBy(this, received, signature);
    this.found = { thrown, kind };
    return holds(this, thrown, expected, kind);
  },
  explain(received, expected) {
    return explainThrow(this, expected);
  },
};

module.exports = { toThrow, toThrowError: toThrow };
