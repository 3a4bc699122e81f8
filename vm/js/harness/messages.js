// How a failed assertion reads: the hint line, labelled values, the diff.
//
// Owns text only; loaded at the first failure of a realm. Everything is plain text, the reporters add colour.

const { format, formatInline } = require('harness/format');
const { equals, includesSubset, isAsymmetric, keysOf } = require('harness/equality');

/** Characters of both texts together beyond which no line diff is made. */
const DIFF_LIMIT = 4_000_000;
const NO_DIFFERENCE = 'The values look the same when printed.';

/** `expect(received).not.toBe(expected) // comment` */
function hint(assertion, name, { received = 'received', expected = 'expected', comment } = {}) {
  const way = assertion.settledAs ?? assertion.promise;
  const promise = way === '' ? '' : `.${way}`;
  const not = assertion.isNot ? '.not' : '';
  return `expect(${received})${promise}${not}.${name}(${expected})${comment === undefined ? '' : ` // ${comment}`}`;
}

/** A value on one line; spaces at the end of a line are made visible. */
function show(value) {
  return formatInline(value).replace(/[^\S\n]+$/gm, (spaces) => '·'.repeat(spaces.length));
}

/** Lines `label: text` with the texts aligned; `undefined` parts are left out. */
function labelled(...pairs) {
  const shown = pairs.filter((pair) => pair !== undefined);
  const width = Math.max(...shown.map(([label]) => label.length));
  return shown.map(([label, text]) => `${label}:${' '.repeat(width - label.length + 1)}${text}`).join('\n');
}

function typeName(value) {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value !== 'object') return typeof value;
  if (value instanceof RegExp) return 'regexp';
  if (value instanceof Map) return 'map';
  if (value instanceof Set) return 'set';
  return value instanceof Date ? 'date' : 'object';
}

/** The type and the value of something a matcher cannot work with. */
function withType(label, value) {
  const type = typeName(value);
  const hasValue = `${label} has value: ${show(value)}`;
  return type === 'null' || type === 'undefined' ? hasValue : `${label} has type:  ${type}\n${hasValue}`;
}

function canBeDiffed(expected, received) {
  const type = typeName(expected);
  if (type !== typeName(received)) return false;
  if (type === 'string') return expected !== '' && received !== '' && (expected.includes('\n') || received.includes('\n'));
  if (typeof expected !== 'object' || expected === null || type === 'date' || type === 'regexp') return false;
  if (expected instanceof Error && received instanceof Error) return false;
  return !isAsymmetric(received);
}

/** A line diff where lines tell more, else the two values one below the other. */
function difference(expected, received, expectedLabel = 'Expected', receivedLabel = 'Received') {
  if (canBeDiffed(expected, received)) {
    const diff = lineDiff(expected, received, expectedLabel, receivedLabel);
    if (diff !== undefined) return diff;
  }
  const expectedText = show(expected);
  const receivedText = show(received);
  if (receivedText !== expectedText) return labelled([expectedLabel, expectedText], [receivedLabel, receivedText]);
  const values = labelled([expectedLabel, expectedText], [receivedLabel, 'serializes to the same string']);
  const first = firstDifference(expected, received, '', []);
  return first === undefined ? values : `${values}\n\nFirst difference at ${first.path}:\n${labelled(['Expected', first.expected], ['Received', first.received])}`;
}

/** Where two values that print alike begin to differ: `{ path, expected, received }` with texts, or undefined. */
function firstDifference(expected, received, path, seen) {
  const bothObjects = expected !== null && received !== null && typeof expected === 'object' && typeof received === 'object';
  if (!bothObjects || seen.includes(expected) || seen.length > 100) {
    if (path === '' || Object.is(expected, received)) return undefined;
    const texts = { expected: show(expected), received: show(received) };
    return texts.expected === texts.received ? undefined : { path, ...texts };
  }
  const inside = seen.concat([expected]);
  for (const key of partsOf(expected, received)) {
    if (equals(expected[key], received[key])) continue;
    const found = firstDifference(expected[key], received[key], `${path}${keyText(key)}`, inside);
    if (found !== undefined) return found;
  }
  return undefined;
}

function partsOf(expected, received) {
  const keys = new Set([...keysOf(expected), ...keysOf(received)]);
  if (expected instanceof Error) for (const key of ['name', 'message', 'cause', 'errors']) keys.add(key);
  return keys;
}

function keyText(key) {
  if (typeof key === 'symbol') return `[${String(key)}]`;
  return /^\d+$/.test(key) ? `[${key}]` : `.${key}`;
}

function lineDiff(expected, received, expectedLabel, receivedLabel) {
  const texts = diffTexts(expected, received);
  if (texts === undefined) return undefined;
  const diff = binding('harness').diff(texts[0], texts[1]);
  const count = (sign) => diff.split('\n').filter((line) => line.startsWith(sign)).length;
  const removed = String(count('-'));
  const added = String(count('+'));
  const labels = Math.max(expectedLabel.length, receivedLabel.length);
  const numbers = Math.max(removed.length, added.length);
  const line = (sign, label, number) => `${sign} ${label.padEnd(labels)}  ${sign} ${number.padStart(numbers)}`;
  return `${line('-', expectedLabel, removed)}\n${line('+', receivedLabel, added)}\n\n${diff}`;
}

/** The two texts to compare line by line; undefined if printing cannot tell the values apart. */
function diffTexts(expected, received) {
  if (typeof expected === 'string') return [expected, received];
  const [left, right] = alignAsymmetric(expected, received);
  for (const options of [{}, { callToJSON: false, maxDepth: 10 }]) {
    const texts = [format(left, options), format(right, options)];
    if (texts[0] !== texts[1] && texts[0].length + texts[1].length < DIFF_LIMIT) return texts;
  }
  return undefined;
}

/**
 * Copies of both values in which every asymmetric matcher that holds stands on both sides, so that the diff shows
 * only what failed.
 */
function alignAsymmetric(expected, received) {
  if (!hasAsymmetric(expected, new Set(), 0)) return [expected, received];
  return align(expected, received, [], 0);
}

function hasAsymmetric(value, seen, depth) {
  if (value === null || typeof value !== 'object' || depth > 50 || seen.has(value) || seen.size > 10_000) return false;
  if (isAsymmetric(value)) return true;
  seen.add(value);
  if (value instanceof Map) return [...value.values()].some((item) => hasAsymmetric(item, seen, depth + 1));
  if (!isPlain(value)) return false;
  return keysOf(value).some((key) => hasAsymmetric(value[key], seen, depth + 1));
}

function isPlain(value) {
  if (Array.isArray(value)) return true;
  const proto = Object.getPrototypeOf(value);
  return proto === null || proto === Object.prototype;
}

function align(expected, received, path, depth) {
  if (isAsymmetric(expected)) return expected.asymmetricMatch(received) ? [expected, expected] : [expected, received];
  const bothObjects = expected !== null && received !== null && typeof expected === 'object' && typeof received === 'object';
  if (!bothObjects || depth > 50 || path.includes(expected) || Array.isArray(expected) !== Array.isArray(received)) return [expected, received];
  if (expected instanceof Map && received instanceof Map) return alignMaps(expected, received, path.concat([expected]), depth);
  if (!isPlain(expected) || !isPlain(received)) return [expected, received];
  const left = copyOf(expected);
  const right = copyOf(received);
  for (const key of keysOf(expected)) {
    if (!Object.hasOwn(received, key)) continue;
    [left[key], right[key]] = align(expected[key], received[key], path.concat([expected]), depth + 1);
  }
  return [left, right];
}

function alignMaps(expected, received, path, depth) {
  const left = new Map(expected);
  const right = new Map(received);
  for (const [key, value] of expected) {
    if (!received.has(key)) continue;
    const [a, b] = align(value, received.get(key), path, depth + 1);
    left.set(key, a);
    right.set(key, b);
  }
  return [left, right];
}

function copyOf(value) {
  return Array.isArray(value) ? value.slice() : Object.assign(Object.create(Object.getPrototypeOf(value)), value);
}

/** What `received` has of `subset`'s properties: the diff of toMatchObject leaves the rest out. */
function trimToSubset(received, subset, seen = new Map()) {
  if (received === null || subset === null || typeof received !== 'object' || typeof subset !== 'object' || isAsymmetric(subset)) return received;
  if (seen.has(received)) return seen.get(received);
  if (Array.isArray(received)) {
    if (!Array.isArray(subset) || subset.length !== received.length) return received;
    const items = [];
    seen.set(received, items);
    for (let i = 0; i < subset.length; i += 1) items.push(trimToSubset(received[i], subset[i], seen));
    return items;
  }
  if (received instanceof Date || received instanceof Map || received instanceof Set || Array.isArray(subset)) return received;
  const trimmed = {};
  seen.set(received, trimmed);
  for (const key of keysOf(subset)) if (key in received) trimmed[key] = trimToSubset(received[key], subset[key], seen);
  return keysOf(trimmed).length > 0 || keysOf(subset).length === 0 ? trimmed : received;
}

const SMALL = ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten', 'eleven', 'twelve', 'thirteen'];

function pluralize(word, count) {
  return `${SMALL[count] ?? count} ${word}${count === 1 ? '' : 's'}`;
}

/** `this.utils` of custom matchers: the names that matcher libraries rely on. */
function utils() {
  const signature = (name, received = 'received', expected = 'expected', options = {}) => {
    const { comment = '', isNot = false, promise = '', secondArgument = '', isDirectExpectCall = false } = options;
    const chain = (promise === '' ? '' : `.${promise}`) + (isNot ? '.not' : '');
    const call = received === '' && isDirectExpectCall ? 'expect' : `expect(${received})`;
    const args = secondArgument === '' ? expected : `${expected}, ${secondArgument}`;
    return `${call}${chain}${name.startsWith('.') || name.startsWith('[') ? name : `.${name}`}(${args})${comment === '' ? '' : ` // ${comment}`}`;
  };
  const plain = (text) => String(text);
  return {
    stringify: (value) => formatInline(value),
    printExpected: show,
    printReceived: show,
    printWithType: (label, value, print) => withType(label, value, print),
    printDiffOrStringify: (expected, received, expectedLabel, receivedLabel) => difference(expected, received, expectedLabel, receivedLabel),
    diff: (a, b) => (Object.is(a, b) ? NO_DIFFERENCE : canBeDiffed(a, b) ? lineDiff(a, b, 'Expected', 'Received') ?? NO_DIFFERENCE : difference(a, b)),
    matcherHint: signature,
    matcherErrorMessage: (first, generic, specific) => `${first}\n\nMatcher error: ${generic}${specific === undefined ? '' : `\n\n${specific}`}`,
    getLabelPrinter: (...labels) => {
      const width = Math.max(...labels.map((label) => label.length));
      return (label) => `${label}: ${' '.repeat(width - label.length)}`;
    },
    pluralize,
    highlightTrailingWhitespace: plain,
    EXPECTED_COLOR: plain,
    RECEIVED_COLOR: plain,
    INVERTED_COLOR: plain,
    BOLD_WEIGHT: plain,
    DIM_COLOR: plain,
    SUGGEST_TO_CONTAIN_EQUAL: 'The value is there by deep equality: toContainEqual compares that way.',
    replaceMatchedToAsymmetricMatcher: (expected, received) => {
      const [replacedExpected, replacedReceived] = alignAsymmetric(expected, received);
      return { replacedExpected, replacedReceived };
    },
    ensureNoExpected(expected, name) {
      if (expected !== undefined) throw new Error(`${signature(name, undefined, '')}\n\nMatcher error: this matcher must not have an expected argument\n\n${withType('Expected', expected)}`);
    },
    ensureNumbers(received, expected, name) {
      for (const [label, value] of [['received', received], ['expected', expected]]) {
        if (typeof value === 'number' || typeof value === 'bigint') continue;
        throw new Error(`${signature(name)}\n\nMatcher error: ${label} value must be a number or bigint\n\n${withType(label === 'received' ? 'Received' : 'Expected', value)}`);
      }
    },
    // Equality in this runtime always looks into iterables; these testers exist so that they can be passed along.
    iterableEquality: () => undefined,
    subsetEquality: (object, subset) => (subset !== null && typeof subset === 'object' ? includesSubset(object, subset) : undefined),
    typeEquality: (a, b) => (a === null || a === undefined || b === null || b === undefined || a.constructor === b.constructor ? undefined : false),
    equals,
  };
}

module.exports = { hint, show, labelled, withType, difference, trimToSubset, pluralize, utils };
