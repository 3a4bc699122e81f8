// Matchers that compare: identity, deep equality, numbers, strings against patterns, instances.
//
// Tables of `{ check, explain }`, see expect.js. `this` is the assertion.

// `toBe` needs none of these.
const equality = () => require('harness/equality');
const equals = (a, b) => equality().equals(a, b);
const equalsWith = (options, a, b) => equality().equalsWith(options, a, b);
const includesSubset = (object, subset, modern) => equality().includesSubset(object, subset, modern);
const lazy = () => require('harness/messages');

const LOOSE = { strict: false, modern: false };
const MODERN = { strict: false, modern: true };
const STRICT = { strict: true, modern: true };

function misuse(assertion, problem, label, value, signature) {
  require('harness/expect').misuse(assertion, problem, label, value, signature);
}

/** `Expected: not …`, and what was received if it reads differently. */
function negated(expected, received, label = 'Expected') {
  const { show, labelled } = lazy();
  const expectedText = show(expected);
  const receivedText = show(received);
  return labelled([label, `not ${expectedText}`], receivedText === expectedText ? undefined : ['Received', `    ${receivedText}`]);
}

function compared(assertion, expected, received, comment, shown = received) {
  return {
    signature: { comment },
    body: assertion.isNot ? negated(expected, received) : lazy().difference(expected, shown),
    expected,
    received: shown,
  };
}

function needNumbers(assertion, received, expected) {
  const isNumber = (value) => typeof value === 'number' || typeof value === 'bigint';
  if (!isNumber(received)) misuse(assertion, 'received value must be a number or bigint', 'Received', received);
  if (!isNumber(expected)) misuse(assertion, 'expected value must be a number or bigint', 'Expected', expected);
}

function ordering(sign, holds) {
  return {
    check(received, expected) {
      needNumbers(this, received, expected);
      return holds(received, expected);
    },
    explain(received, expected) {
      const { show, labelled } = lazy();
      const not = this.isNot ? 'not ' : '';
      return {
        signature: {},
        body: labelled(['Expected', `${not}${sign} ${show(expected)}`], ['Received', `${' '.repeat(not.length + sign.length + 1)}${show(received)}`]),
        expected,
        received,
      };
    },
  };
}

const toBe = {
  check: (received, expected) => Object.is(received, expected),
  explain(received, expected) {
    const comment = 'Object.is equality';
    if (this.isNot) return compared(this, expected, received, comment);
    const advice = adviceForToBe(received, expected);
    const result = compared(this, expected, received, comment);
    if (advice !== '') result.body = `${advice}\n\n${result.body}`;
    return result;
  },
};

function adviceForToBe(received, expected) {
  if (expected === null || typeof expected !== 'object' || typeof received !== 'object') return '';
  if (equalsWith(STRICT, received, expected)) return 'If it should pass with deep equality, replace "toBe" with "toStrictEqual"';
  if (equals(received, expected)) return 'If it should pass with deep equality, replace "toBe" with "toEqual"';
  return '';
}

const toEqual = {
  check(received, expected) {
    return equalsWith(this.modern ? MODERN : LOOSE, received, expected);
  },
  explain(received, expected) {
    return compared(this, expected, received, 'deep equality');
  },
};

const toStrictEqual = {
  check: (received, expected) => equalsWith(STRICT, received, expected),
  explain: toEqual.explain,
};

const toMatchObject = {
  check(received, expected) {
    const isObject = (value) => value !== null && typeof value === 'object';
    if (!isObject(received)) misuse(this, 'received value must be a non-null object', 'Received', received);
    if (!isObject(expected)) misuse(this, 'expected value must be a non-null object', 'Expected', expected);
    return includesSubset(received, expected, this.modern);
  },
  explain(received, expected) {
    return compared(this, expected, received, undefined, this.isNot ? received : lazy().trimToSubset(received, expected));
  },
};

const toBeCloseTo = {
  check(received, expected, precision = 2) {
    if (typeof expected !== 'number') misuse(this, 'expected value must be a number', 'Expected', expected);
    if (typeof received !== 'number') misuse(this, 'received value must be a number', 'Received', received);
    if (received === expected) return true;
    return Math.abs(expected - received) < 10 ** -precision / 2;
  },
  explain(received, expected, precision) {
    const { show, labelled } = lazy();
    const signature = { expected: precision === undefined ? 'expected' : 'expected, precision' };
    const details = labelled(
      ['Expected precision', `  ${precision ?? 2}`],
      ['Expected difference', `${this.isNot ? 'not ' : ''}< ${10 ** -(precision ?? 2) / 2}`],
      ['Received difference', `${this.isNot ? '    ' : ''}  ${Math.abs(expected - received)}`],
    );
    const values = this.isNot ? negated(expected, received) : labelled(['Expected', show(expected)], ['Received', show(received)]);
    return { signature, body: received === expected ? values : `${values}\n\n${details}`, expected, received };
  },
};

const toBeInstanceOf = {
  check(received, expected) {
    if (typeof expected !== 'function') misuse(this, 'expected value must be a function', 'Expected', expected);
    return received instanceof expected;
  },
  explain(received, expected) {
    const { show, labelled } = lazy();
    const name = expected.name || '(anonymous)';
    if (this.isNot) return { signature: {}, body: labelled(['Expected constructor', `not ${name}`], ['Received value', show(received)]) };
    const isObject = received !== null && (typeof received === 'object' || typeof received === 'function');
    const own = isObject && typeof received.constructor === 'function' ? received.constructor.name || '(anonymous)' : undefined;
    const what = own === undefined ? ['Received value', show(received)] : ['Received constructor', own];
    return { signature: {}, body: labelled(['Expected constructor', name], what) };
  },
};

const toMatch = {
  check(received, expected) {
    if (typeof received !== 'string') misuse(this, 'received value must be a string', 'Received', received);
    if (typeof expected === 'string') return received.includes(expected);
    if (!(expected instanceof RegExp)) misuse(this, 'expected value must be a string or a regular expression', 'Expected', expected);
    return new RegExp(expected).test(received);
  },
  explain(received, expected) {
    const { show, labelled } = lazy();
    const label = typeof expected === 'string' ? 'Expected substring' : 'Expected pattern';
    const [not, space] = this.isNot ? ['not ', '    '] : ['', ''];
    return { signature: {}, body: labelled([label, not + show(expected)], ['Received string', space + show(received)]), expected, received };
  },
};

const toBeOneOf = {
  check(received, list) {
    if (list === null || typeof list !== 'object' || typeof list[Symbol.iterator] !== 'function') {
      misuse(this, 'expected value must be an array or another iterable', 'Expected', list);
    }
    return Array.from(list).some((item) => equalsWith(this.modern ? MODERN : LOOSE, received, item));
  },
  explain(received, list) {
    const { show, labelled } = lazy();
    return { signature: {}, body: labelled([this.isNot ? 'Expected none of' : 'Expected one of', show(Array.from(list))], ['Received', show(received)]) };
  },
};

const toSatisfy = {
  check(received, predicate) {
    if (typeof predicate !== 'function') misuse(this, 'expected value must be a function', 'Expected', predicate);
    const answer = predicate(received);
    if (answer !== null && typeof answer === 'object' && typeof answer.then === 'function') {
      misuse(this, 'the predicate must not return a promise', 'Received', answer);
    }
    return answer;
  },
  explain(received, predicate) {
    const { show, labelled } = lazy();
    return { signature: {}, body: labelled([this.isNot ? 'Expected not to satisfy' : 'Expected to satisfy', show(predicate)], ['Received', show(received)]) };
  },
};

module.exports = {
  toBe,
  toEqual,
  toStrictEqual,
  toMatchObject,
  toBeGreaterThan: ordering('>', (a, b) => a > b),
  toBeGreaterThanOrEqual: ordering('>=', (a, b) => a >= b),
  toBeLessThan: ordering('<', (a, b) => a < b),
  toBeLessThanOrEqual: ordering('<=', (a, b) => a <= b),
  toBeCloseTo,
  toBeInstanceOf,
  toMatch,
  toBeOneOf,
  toSatisfy,
};
