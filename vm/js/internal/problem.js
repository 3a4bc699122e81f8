// Makes of whatever was thrown the plain parts a report is built from.

const { rawStackOf, natives } = require('internal/errors_stack');

const MAX_CAUSES = 8;
const { NativeError, NativeAggregateError, isArray, symbolToString, objectToString, apply } = natives;
const { get: originOf, set: setOrigin } = WeakMap.prototype;

function isErrorLike(value) {
  return value instanceof NativeError || (typeof value === 'object' && value !== null && typeof value.message === 'string' && typeof value.stack === 'string');
}

function inspect(value) {
  try {
    return require('internal/util/inspect').inspect(value);
  } catch {
    return plainly(value);
  }
}

/** Without any help, where a test has broken what `inspect` is made of. */
function plainly(value) {
  if (typeof value === 'string') return `'${value}'`;
  if (typeof value === 'symbol') return apply(symbolToString, value, []);
  const isPrimitive = value === null || (typeof value !== 'object' && typeof value !== 'function');
  return isPrimitive ? `${value}` : apply(objectToString, value, []);
}

function text(value) {
  return typeof value === 'string' ? value : undefined;
}

/** Pretty text of one side of an assertion; assertion libraries name the sides `expected` and `actual`. */
function side(error, hidden, plain) {
  if (typeof error[hidden] === 'string') return error[hidden];
  if (!(plain in error) || error[plain] === undefined) return undefined;
  return inspect(error[plain]);
}

function isAssertion(error) {
  return error.matcherResult !== undefined || error.name === 'AssertionError' || error.code === 'ERR_ASSERTION';
}

function nameOf(error) {
  const own = text(error.name);
  const made = text(error.constructor?.name);
  return own === 'Error' && made !== undefined && made !== '' && made !== 'Object' ? made : own ?? made ?? 'Error';
}

/** The engine quotes code in its messages: imports appear there as the transpiler wrote them. */
function withSourceNames(message) {
  return message.includes('$_i') ? message.replace(/\(0,\s?\$_i\d+\.([\w$]+)\)|\$_i\d+\./g, '$1') : message;
}

/** Errors of the module graph say themselves where the fault is. */
function placeOf({ sourceFile, sourcePosition }) {
  return typeof sourceFile === 'string' && sourcePosition ? [sourceFile, sourcePosition.line, sourcePosition.column] : undefined;
}

/** Where objects come from that were thrown in another realm. */
const origins = new WeakMap();

/** `object` is told with `origin` ("in the worker …") as the last paragraph of its message. */
function noteOrigin(object, origin) {
  apply(setOrigin, origins, [object, origin]);
}

function withOrigin(message, origin) {
  if (origin === undefined) return message;
  return message === '' ? origin : `${message}\n\n${origin}`;
}

/** An `ErrorEvent`, ours or of a DOM library: what a promise is rejected with by `worker.onerror = reject`. */
function isErrorEvent(value) {
  return typeof value === 'object' && value !== null && typeof value.message === 'string' && typeof value.lineno === 'number' && 'error' in value;
}

/** Its error is what matters; without one, what the event says itself. */
function describeEvent(event, depth) {
  const { message, filename, lineno, colno, error } = event;
  if (error === null || error === undefined || depth >= MAX_CAUSES) {
    const place = typeof filename === 'string' && filename !== '' && lineno > 0 ? [filename, lineno, colno] : undefined;
    return [false, '', `thrown: ${inspect(event)}`, undefined, undefined, '', undefined, place];
  }
  const parts = describeParts(error, depth + 1);
  const isSaid = message === '' || parts[2].includes(message);
  parts[2] = withOrigin(parts[2], isSaid ? 'thrown as an ErrorEvent' : `thrown as an ErrorEvent: ${message}`);
  return parts;
}

function describeParts(value, depth) {
  if (isErrorEvent(value) && !isErrorLike(value)) return describeEvent(value, depth);
  const origin = apply(originOf, origins, [value]);
  if (!isErrorLike(value)) {
    return [false, '', withOrigin(`thrown: ${inspect(value)}`, origin), undefined, undefined, '', undefined, undefined];
  }
  const assertion = isAssertion(value);
  let message = withSourceNames(text(value.message) ?? inspect(value.message));
  if (value instanceof NativeAggregateError && isArray(value.errors)) {
    for (const inner of value.errors.slice(0, MAX_CAUSES)) message += `\n  - ${isErrorLike(inner) ? `${nameOf(inner)}: ${inner.message}` : inspect(inner)}`;
  }
  message = withOrigin(message, origin);
  if (typeof value.help === 'string' && typeof value.sourceFile === 'string') message += `\n${value.help}`;
  return [
    assertion,
    nameOf(value),
    message,
    assertion ? side(value, 'expectedText', 'expected') : undefined,
    assertion ? side(value, 'receivedText', 'actual') : undefined,
    rawStackOf(value),
    'cause' in value && value.cause !== undefined && depth < MAX_CAUSES ? describeParts(value.cause, depth + 1) : undefined,
    placeOf(value),
  ];
}

/**
 * [assertion, name, message, expected, received, stack, cause, place]; `cause` is such an array again, `place`
 * [file, line, column] when the error says itself where it is (load errors).
 */
function describe(value) {
  try {
    return describeParts(value, 0);
  } catch (error) {
    return [false, '', `a value was thrown that cannot be described (${error})`, undefined, undefined, '', undefined, undefined];
  }
}

module.exports = { describe, isErrorLike, noteOrigin };
