// AssertionError and its generated messages.

const { kIsNodeError } = require('internal/errors');
const { validateObject } = require('internal/validators');

const HEADS = {
  deepStrictEqual: 'Expected values to be strictly deep-equal:',
  partialDeepStrictEqual: 'Expected values to be partially and strictly deep-equal:',
  strictEqual: 'Expected values to be strictly equal:',
  strictEqualObject: 'Expected "actual" to be reference-equal to "expected":',
  deepEqual: 'Expected values to be loosely deep-equal:',
  notDeepStrictEqual: 'Expected "actual" not to be strictly deep-equal to:',
  notStrictEqual: 'Expected "actual" to be strictly unequal to:',
  notStrictEqualObject: 'Expected "actual" not to be reference-equal to "expected":',
  notDeepEqual: 'Expected "actual" not to be loosely deep-equal to:',
  notIdentical: 'Values have same structure but are not reference-equal:',
  notDeepEqualUnequal: 'Expected values not to be loosely deep-equal:',
};

// Both values together shorter than this are shown side by side.
const SHORT = 12;
const MAX_LINES = 50;
const CONTEXT = 2;

function show(value) {
  return require('internal/util/inspect').inspect(value, {
    compact: false,
    customInspect: false,
    depth: 1000,
    maxArrayLength: Infinity,
    showHidden: false,
    showProxy: false,
    sorted: true,
    getters: true,
    breakLength: Infinity,
  });
}

const isReference = (value) => (typeof value === 'object' && value !== null) || typeof value === 'function';

function cutLines(lines) {
  return lines.length > MAX_LINES ? [...lines.slice(0, MAX_LINES - 4), '...'] : lines;
}

// A trailing comma says only that something follows.
const withoutComma = (line) => (line.endsWith(',') ? line.slice(0, -1) : line);

function diffMessage(actual, expected, operator) {
  let head = operator;
  if (operator === 'strictEqual' && isReference(actual) && typeof actual === typeof expected && expected !== null) head = 'strictEqualObject';
  const left = show(actual);
  const right = show(expected);
  if (left === right) {
    return `${HEADS.notIdentical}\n\n${cutLines(left.split('\n')).join('\n')}\n`;
  }
  const leftLines = left.split('\n');
  const rightLines = right.split('\n');
  let pointer = '';
  if (leftLines.length === 1 && rightLines.length === 1) {
    const length = left.length + right.length;
    const primitives = !isReference(actual) && !isReference(expected);
    if (length <= SHORT && primitives && (actual !== 0 || expected !== 0)) {
      return `${HEADS[head]}\n\n${left} !== ${right}\n`;
    }
    if (head !== 'strictEqualObject' && length < 80) pointer = pointAtDifference(left, right);
  }
  return `${HEADS[head]}\n${renderDiff(leftLines, rightLines)}${pointer}`;
}

function pointAtDifference(left, right) {
  let at = 0;
  while (left[at] === right[at]) at++;
  // At the very start it would point at what everyone sees.
  return at > 2 ? `\n  ${' '.repeat(at)}^` : '';
}

function renderDiff(left, right) {
  const { diffLines } = require('internal/util/line_diff');
  const steps = diffLines(left, right, (a, b) => withoutComma(a) === withoutComma(b));
  const lines = [];
  let skipped = false;
  for (let i = 0; i < steps.length;) {
    const kind = steps[i][0];
    let end = i;
    while (end < steps.length && steps[end][0] === kind) end++;
    if (kind !== '=') {
      // Neither side may crowd out the other.
      const last = Math.min(end, i + MAX_LINES / 2);
      for (; i < last; i++) lines.push(`${kind} ${steps[i][1]}`);
      if (end > last) {
        lines.push('...');
        skipped = true;
        i = end;
      }
      continue;
    }
    const run = steps.slice(i, end).map((step) => `  ${step[1].endsWith(',') ? step[1] : step[2]}`);
    if (run.length > 2 * CONTEXT + 1) {
      lines.push(...run.slice(0, CONTEXT), '...', ...run.slice(-CONTEXT));
      skipped = true;
    } else {
      lines.push(...run);
    }
    i = end;
  }
  if (lines.length > 2 * MAX_LINES) {
    lines.length = 2 * MAX_LINES;
    lines.push('...');
    skipped = true;
  }
  return `+ actual - expected${skipped ? ' ... Lines skipped' : ''}\n\n${lines.join('\n')}`;
}

function negativeMessage(actual, operator) {
  let head = HEADS[operator];
  if (operator === 'notStrictEqual' && isReference(actual)) head = HEADS.notStrictEqualObject;
  const lines = cutLines(show(actual).split('\n'));
  if (lines.length === 1) return `${head}${lines[0].length > 5 ? '\n\n' : ' '}${lines[0]}`;
  return `${head}\n\n${lines.join('\n')}\n`;
}

const cut = (text, length) => (text.length > length ? `${text.slice(0, length - 3)}...` : text);

function looseMessage(actual, expected, operator) {
  const left = show(actual);
  const right = show(expected);
  if (operator === 'notDeepEqual' && left === right) return cut(`${HEADS.notDeepEqual}\n\n${left}`, 1024);
  const [a, b] = [cut(left, 512), cut(right, 512)];
  if (operator === 'deepEqual') return `${HEADS.deepEqual}\n\n${a}\n\nshould loosely deep-equal\n\n${b}`;
  if (operator === 'notDeepEqual') return `${HEADS.notDeepEqualUnequal}\n\n${a}\n\nshould not loosely deep-equal\n\n${b}`;
  return `${a} ${operator} ${b}`;
}

/** An error without its stack: two stacks always differ, which would hide what matters. */
function withoutStack(error) {
  const copy = Object.assign({ __proto__: Object.getPrototypeOf(error) }, error);
  hide(copy, 'message', error.message);
  if (Object.hasOwn(error, 'cause')) hide(copy, 'cause', isError(error.cause) ? withoutStack(error.cause) : error.cause);
  return copy;
}

function isError(value) {
  return require('internal/util/types').isError(value);
}

function generate(left, right, operator) {
  const errors = isError(left) && isError(right);
  const actual = errors ? withoutStack(left) : left;
  const expected = errors ? withoutStack(right) : right;
  switch (operator) {
    case 'deepStrictEqual':
    case 'strictEqual':
    case 'partialDeepStrictEqual':
      return diffMessage(actual, expected, operator);
    case 'notDeepStrictEqual':
    case 'notStrictEqual':
      return negativeMessage(actual, operator);
    default:
      return looseMessage(actual, expected, operator);
  }
}

function hide(object, key, value) {
  Object.defineProperty(object, key, { __proto__: null, value, enumerable: false, writable: true, configurable: true });
}

class AssertionError extends Error {
  constructor(options) {
    validateObject(options, 'options');
    const { message, operator, stackStartFn, stackStartFunction, actual, expected } = options;
    super(message == null ? generate(actual, expected, operator) : String(message));
    hide(this, 'name', 'AssertionError');
    hide(this, kIsNodeError, true);
    this.generatedMessage = !message;
    this.code = 'ERR_ASSERTION';
    this.actual = actual;
    this.expected = expected;
    this.operator = operator;
    // The frames of assert itself are of no interest.
    Error.captureStackTrace?.(this, stackStartFn || stackStartFunction);
  }

  toString() {
    return `${this.name} [${this.code}]: ${this.message}`;
  }

  [Symbol.for('nodejs.util.inspect.custom')](depth, options, inspect) {
    const { actual, expected } = this;
    const shorten = (value) => (typeof value === 'string' ? shortenText(value) : value);
    this.actual = shorten(actual);
    this.expected = shorten(expected);
    try {
      return inspect(this, { ...options, customInspect: false, depth: 0 });
    } finally {
      this.actual = actual;
      this.expected = expected;
    }
  }
}

function shortenText(text) {
  const lines = text.split('\n', 11);
  if (lines.length > 10) return `${lines.slice(0, 10).join('\n')}\n...`;
  return text.length > 512 ? `${text.slice(0, 512)}...` : text;
}

module.exports = { AssertionError };
