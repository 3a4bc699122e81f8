// Matchers that look into something: items, lengths, properties, keys and values.

const { equals, equalsWith } = require('harness/equality');
const lazy = () => require('harness/messages');

function misuse(assertion, problem, label, value, signature) {
  require('harness/expect').misuse(assertion, problem, label, value, signature);
}

function typeLabel(received) {
  if (Array.isArray(received)) return 'array';
  const tag = Object.prototype.toString.call(received).slice(8, -1).toLowerCase();
  return tag === 'object' ? 'object' : tag;
}

function explainItem(assertion, received, expected, what, comment) {
  const { show, labelled } = lazy();
  const [not, space] = assertion.isNot ? ['not ', '    '] : ['', ''];
  return {
    signature: { comment },
    body: labelled([`Expected ${what}`, not + show(expected)], [`Received ${typeLabel(received)}`, space + show(received)]),
    expected,
    received,
  };
}

function needIterable(assertion, received) {
  if (received !== null && received !== undefined && (typeof received[Symbol.iterator] === 'function' || typeof received.length === 'number')) return;
  misuse(assertion, 'received value must be an iterable or have a length', 'Received', received);
}

const toContain = {
  check(received, expected) {
    if (typeof received === 'string') {
      if (typeof expected !== 'string') misuse(this, 'expected value must be a string if received value is a string', 'Expected', expected);
      return received.includes(expected);
    }
    // DOM token lists have `contains`, and are not arrays.
    if (received !== null && typeof received === 'object' && typeof received.contains === 'function' && typeof received.item === 'function') {
      return received.contains(expected);
    }
    needIterable(this, received);
    return Array.from(received).includes(expected);
  },
  explain(received, expected) {
    const isText = typeof received === 'string';
    const result = explainItem(this, received, expected, isText ? 'substring' : 'value', 'indexOf');
    if (!this.isNot && !isText && Array.from(received).some((item) => equals(item, expected))) {
      result.body += '\n\nAn equal value is in it, but not the same one: toContainEqual compares by deep equality.';
    }
    return result;
  },
};

const toContainEqual = {
  check(received, expected) {
    needIterable(this, received);
    const options = { modern: this.modern };
    return Array.from(received).some((item) => equalsWith(options, item, expected));
  },
  explain(received, expected) {
    return explainItem(this, received, expected, 'value', 'deep equality');
  },
};

const toHaveLength = {
  check(received, expected) {
    if (received === null || received === undefined || typeof received.length !== 'number') {
      misuse(this, 'received value must have a length property whose value must be a number', 'Received', received);
    }
    if (!Number.isInteger(expected) || expected < 0) misuse(this, 'expected value must be a non-negative integer', 'Expected', expected);
    return received.length === expected;
  },
  explain(received, expected) {
    const { show, labelled } = lazy();
    const what = [`Received ${typeLabel(received)}`, (this.isNot ? '    ' : '') + show(received)];
    const body = this.isNot
      ? labelled(['Expected length', `not ${expected}`], what)
      : labelled(['Expected length', show(expected)], ['Received length', show(received.length)], what);
    return { signature: {}, body, expected, received: received.length };
  },
};

/** `a.b[0].c` as keys. */
function pathKeys(path) {
  if (Array.isArray(path)) return path;
  if (path === '') return [''];
  const keys = path.match(/[^.[\]]+|(?=\.(?:\.|$))/g) ?? [];
  return path.startsWith('.') ? ['', ...keys] : keys;
}

/** How far the path leads: the value at its end, the keys that were there, the last object reached. */
function follow(object, keys) {
  let at = object;
  for (let i = 0; i < keys.length; i += 1) {
    const isLast = i === keys.length - 1;
    const isPrimitive = at === null || (typeof at !== 'object' && typeof at !== 'function');
    const value = at[keys[i]];
    const exists = value !== undefined || (!isPrimitive && keys[i] in at);
    if (!exists || (!isLast && (value === null || value === undefined))) return { found: false, traversed: keys.slice(0, i), last: at };
    if (isLast) return { found: true, traversed: keys, last: at, value };
    at = value;
  }
  return { found: true, traversed: keys, last: at, value: at };
}

const toHaveProperty = {
  check(received, path, ...values) {
    const signature = { expected: values.length === 0 ? 'path' : 'path, value' };
    if (received === null || received === undefined) misuse(this, 'received value must not be null nor undefined', 'Received', received, signature);
    const isPath = typeof path === 'string' || Array.isArray(path) || typeof path === 'symbol' || typeof path === 'number';
    if (!isPath) misuse(this, 'expected path must be a string or array', 'Expected', path, signature);
    const keys = typeof path === 'symbol' || typeof path === 'number' ? [path] : pathKeys(path);
    if (keys.length === 0) misuse(this, 'expected path must not be empty', 'Expected', path, signature);
    this.found = resolve(received, path, keys);
    if (!this.found.found) return false;
    return values.length === 0 || equalsWith({ modern: this.modern }, this.found.value, values[0]);
  },
  explain(received, path, ...values) {
    const { show, labelled, difference } = lazy();
    const { found, traversed, last, value } = this.found;
    const signature = { expected: values.length === 0 ? 'path' : 'path, value' };
    const not = this.isNot ? 'not ' : '';
    if (values.length === 0) {
      const reached = found ? '' : `\nReceived path: ${show(typeof path === 'string' && traversed.length > 0 ? traversed.join('.') : traversed)}`;
      return { signature, body: `Expected path: ${not}${show(path)}${reached}\n\nReceived value: ${show(found ? value : last)}` };
    }
    if (this.isNot) return { signature, body: `Expected path: ${show(path)}\n\nExpected value: not ${show(values[0])}`, expected: values[0], received: value };
    if (found) {
      return { signature, body: `Expected path: ${show(path)}\n\n${difference(values[0], value, 'Expected value', 'Received value')}`, expected: values[0], received: value };
    }
    const paths = labelled(['Expected path', show(path)], ['Received path', show(typeof path === 'string' && traversed.length > 0 ? traversed.join('.') : traversed)]);
    return { signature, body: `${paths}\n\n${labelled(['Expected value', show(values[0])], ['Received value', show(last)])}`, expected: values[0], received: last };
  },
};

/** A property may have dots in its own name: that one is found as well. */
function resolve(received, path, keys) {
  const byPath = follow(received, keys);
  if (byPath.found || typeof path !== 'string' || keys.length === 1) return byPath;
  const whole = follow(received, [path]);
  return whole.found ? whole : byPath;
}

// Keys and values (bun's, after jest-extended) ---------------------------------------------------------------------

function ownKeys(assertion, received) {
  if (received instanceof Map) return Array.from(received.keys());
  if (received === null || (typeof received !== 'object' && typeof received !== 'function')) misuse(assertion, 'received value must be an object', 'Received', received);
  return Object.keys(received);
}

function ownValues(assertion, received) {
  if (received instanceof Map) return Array.from(received.values());
  if (received === null || (typeof received !== 'object' && typeof received !== 'function')) misuse(assertion, 'received value must be an object', 'Received', received);
  return Object.values(received);
}

const has = (list, value) => list.some((item) => equals(item, value));
const asKey = (received, key) => (received instanceof Map || typeof key === 'symbol' ? key : String(key));

function listMatcher(what, read, judge) {
  return {
    check(received, expected) {
      return judge(read(this, received), expected, this, received);
    },
    explain(received, expected) {
      const { show, labelled } = lazy();
      const not = this.isNot ? 'not ' : '';
      return { signature: {}, body: labelled([`Expected ${what}`, not + show(expected)], [`Received ${typeLabel(received)}`, show(received)]) };
    },
  };
}

function needList(assertion, expected) {
  if (!Array.isArray(expected)) misuse(assertion, 'expected value must be an array', 'Expected', expected);
}

const keyIn = (keys, key, received) => has(keys, asKey(received, key)) || (typeof key === 'symbol' && Object.hasOwn(received, key));

function keysMatcher(what, judge) {
  return listMatcher(what, ownKeys, (keys, expected, assertion, received) => {
    needList(assertion, expected);
    return judge(keys, expected, (key) => keyIn(keys, key, received));
  });
}

function valuesMatcher(what, judge) {
  return listMatcher(what, ownValues, (values, expected, assertion) => {
    needList(assertion, expected);
    return judge(values, expected, (value) => has(values, value));
  });
}

module.exports = {
  toContain,
  toContainEqual,
  toHaveLength,
  toHaveProperty,
  toContainKey: listMatcher('key', ownKeys, (keys, key, assertion, received) => keyIn(keys, key, received)),
  toContainKeys: keysMatcher('keys', (keys, expected, isIn) => expected.every(isIn)),
  toContainAllKeys: keysMatcher('exactly the keys', (keys, expected, isIn) => keys.length === expected.length && expected.every(isIn)),
  toContainAnyKeys: keysMatcher('any of the keys', (keys, expected, isIn) => expected.some(isIn)),
  toContainValue: listMatcher('value', ownValues, (values, value) => has(values, value)),
  toContainValues: valuesMatcher('values', (values, expected, isIn) => expected.every(isIn)),
  toContainAllValues: valuesMatcher('exactly the values', (values, expected, isIn) => values.length === expected.length && expected.every(isIn)),
  toContainAnyValues: valuesMatcher('any of the values', (values, expected, isIn) => expected.some(isIn)),
};
