// Matchers about one value and nothing else: `toBeNull`, `toBeTruthy`, bun's `toBeEven` and so on.
//
// One table of predicates; those with an argument follow.

const lazy = () => require('harness/messages');

function misuse(assertion, problem, label, value, signature) {
  require('harness/expect').misuse(assertion, problem, label, value, signature);
}

const isString = (value) => typeof value === 'string' || value instanceof String;
const isNumber = (value) => typeof value === 'number';
const isValidDate = (value) => value instanceof Date && !Number.isNaN(value.getTime());

function isEmpty(value) {
  if (typeof value === 'string') return value.length === 0;
  if (value === null || typeof value !== 'object') return false;
  if (typeof value.length === 'number') return value.length === 0;
  if (typeof value.size === 'number') return value.size === 0;
  if (typeof value[Symbol.iterator] === 'function') return Boolean(value[Symbol.iterator]().next().done);
  return Object.keys(value).length === 0;
}

const PREDICATES = {
  toBeDefined: (value) => value !== undefined,
  toBeUndefined: (value) => value === undefined,
  toBeNull: (value) => value === null,
  toBeNil: (value) => value === null || value === undefined,
  toBeNullable: (value) => value === null || value === undefined,
  toBeNaN: (value) => Number.isNaN(value),
  toBeTruthy: (value) => Boolean(value),
  toBeFalsy: (value) => !value,
  toBeTrue: (value) => value === true,
  toBeFalse: (value) => value === false,
  toBeBoolean: (value) => typeof value === 'boolean',
  toBeNumber: isNumber,
  toBeInteger: (value) => Number.isInteger(value),
  toBeFinite: (value) => Number.isFinite(value),
  toBePositive: (value) => isNumber(value) && value > 0 && value !== Infinity,
  toBeNegative: (value) => isNumber(value) && value < 0 && value !== -Infinity,
  toBeEven: (value) => (typeof value === 'bigint' ? value % 2n === 0n : isNumber(value) && value % 2 === 0),
  toBeOdd: (value) => (typeof value === 'bigint' ? value % 2n !== 0n : Number.isInteger(value) && value % 2 !== 0),
  toBeString: isString,
  toBeSymbol: (value) => typeof value === 'symbol',
  toBeFunction: (value) => typeof value === 'function',
  toBeObject: (value) => (value !== null && typeof value === 'object') || typeof value === 'function',
  toBeArray: (value) => Array.isArray(value),
  toBeDate: (value) => value instanceof Date,
  toBeValidDate: isValidDate,
  toBeEmpty: isEmpty,
  toBeEmptyObject: (value) => value !== null && typeof value === 'object' && !Array.isArray(value) && Object.keys(value).length === 0,
};

function predicate(holds) {
  return {
    check(received, ...rest) {
      if (rest.length > 0 && rest[0] !== undefined) misuse(this, 'this matcher must not have an expected argument', 'Expected', rest[0], { expected: '' });
      return holds(received);
    },
    explain(received) {
      return { signature: { expected: '' }, body: `Received: ${lazy().show(received)}` };
    },
  };
}

const table = {};
for (const name of Object.keys(PREDICATES)) table[name] = predicate(PREDICATES[name]);

function simple(check, words) {
  return {
    check,
    explain(received, ...args) {
      const { show, labelled } = lazy();
      const not = this.isNot ? 'not ' : '';
      return {
        signature: { expected: args.length > 1 ? words.join(', ') : 'expected' },
        body: labelled(...args.map((arg, i) => [`Expected${words[i] === '' ? '' : ` ${words[i]}`}`, (i === 0 ? not : '') + show(arg)]), ['Received', show(received)]),
      };
    },
  };
}

const TYPES = new Set(['bigint', 'boolean', 'number', 'string', 'symbol', 'undefined', 'object', 'function']);

function needStrings(assertion, received, expected) {
  if (!isString(received)) misuse(assertion, 'received value must be a string', 'Received', received);
  if (typeof expected !== 'string') misuse(assertion, 'expected value must be a string', 'Expected', expected);
}

table.toBeTypeOf = simple(function (received, type) {
  if (!TYPES.has(type)) misuse(this, `expected value must be one of ${[...TYPES].join(', ')}`, 'Expected', type);
  // eslint-disable-next-line valid-typeof
  return typeof received === type;
}, ['type']);

table.toBeWithin = simple(function (received, start, end) {
  for (const value of [start, end]) if (!isNumber(value)) misuse(this, 'expected values must be numbers', 'Expected', value);
  return isNumber(received) && received >= start && received < end;
}, ['start', 'end']);

table.toInclude = simple(function (received, expected) {
  needStrings(this, received, expected);
  return received.includes(expected);
}, ['substring']);

table.toIncludeRepeated = simple(function (received, expected, times) {
  needStrings(this, received, expected);
  if (!Number.isInteger(times) || times < 0) misuse(this, 'the number of times must be a whole number that is not negative', 'Expected', times);
  if (expected === '') misuse(this, 'expected value must not be empty', 'Expected', expected);
  const count = received.split(expected).length - 1;
  return times === 0 ? count === 0 : count === times;
}, ['substring', 'times']);

table.toStartWith = simple(function (received, expected) {
  needStrings(this, received, expected);
  return received.startsWith(expected);
}, ['start']);

table.toEndWith = simple(function (received, expected) {
  needStrings(this, received, expected);
  return received.endsWith(expected);
}, ['end']);

table.toEqualIgnoringWhitespace = simple(function (received, expected) {
  needStrings(this, received, expected);
  return received.replace(/\s+/g, '') === expected.replace(/\s+/g, '');
}, ['']);

table.toBeArrayOfSize = simple((received, size) => Array.isArray(received) && received.length === size, ['size']);

// bun's pass() and fail(): the verdict is given, the text is optional.
const verdict = (holds) => ({
  check: () => holds,
  explain: (received, text) => ({ signature: { expected: '' }, body: text === undefined ? (holds ? 'passes by .pass()' : 'fails by .fail()') : String(text) }),
});
table.pass = verdict(true);
table.fail = verdict(false);

module.exports = table;
