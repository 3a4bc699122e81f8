// Argument checks shared by the built-ins: each returns nothing and throws a Node-style coded error.
//
// Must stay free of load-time requires other than internal/errors: nearly every built-in loads this file.

const { codes } = require('internal/errors');
const { isArray } = Array;
const { isInteger, MAX_SAFE_INTEGER, MIN_SAFE_INTEGER } = Number;

// Bits of validateObject's third argument.
const kValidateObjectNone = 0;
const kValidateObjectAllowNullable = 1;
const kValidateObjectAllowArray = 2;
const kValidateObjectAllowFunction = 4;

function typeError(name, expected, value) {
  return new codes.ERR_INVALID_ARG_TYPE(name, expected, value);
}

function validateString(value, name) {
  if (typeof value !== 'string') throw typeError(name, 'string', value);
}

function validateBoolean(value, name) {
  if (typeof value !== 'boolean') throw typeError(name, 'boolean', value);
}

function validateFunction(value, name) {
  if (typeof value !== 'function') throw typeError(name, 'Function', value);
}

function validateSymbol(value, name) {
  if (typeof value !== 'symbol') throw typeError(name, 'symbol', value);
}

function validateUndefined(value, name) {
  if (value !== undefined) throw typeError(name, 'undefined', value);
}

function validateNumber(value, name, min = undefined, max = undefined) {
  if (typeof value !== 'number') throw typeError(name, 'number', value);
  const bounded = min != null || max != null;
  if ((min != null && value < min) || (max != null && value > max) || (bounded && value !== value)) {
    const lower = min != null ? `>= ${min}` : '';
    const upper = max != null ? `<= ${max}` : '';
    throw new codes.ERR_OUT_OF_RANGE(name, `${lower}${lower && upper ? ' && ' : ''}${upper}`, value);
  }
}

function checkInteger(value, name, min, max) {
  if (typeof value !== 'number') throw typeError(name, 'number', value);
  if (!isInteger(value)) throw new codes.ERR_OUT_OF_RANGE(name, 'an integer', value);
  if (value < min || value > max) throw new codes.ERR_OUT_OF_RANGE(name, `>= ${min} && <= ${max}`, value);
}

function validateInteger(value, name, min = MIN_SAFE_INTEGER, max = MAX_SAFE_INTEGER) {
  checkInteger(value, name, min, max);
}

function validateInt32(value, name, min = -2147483648, max = 2147483647) {
  checkInteger(value, name, min, max);
}

function validateUint32(value, name, positive = false) {
  checkInteger(value, name, positive ? 1 : 0, 4294967295);
}

function validateObject(value, name, options = kValidateObjectNone) {
  if (value === null) {
    if (options & kValidateObjectAllowNullable) return;
  } else if (isArray(value)) {
    if (options & kValidateObjectAllowArray) return;
  } else if (typeof value === 'object' || (typeof value === 'function' && options & kValidateObjectAllowFunction)) {
    return;
  }
  throw typeError(name, 'Object', value);
}

function validateDictionary(value, name) {
  if (value != null && typeof value !== 'object' && typeof value !== 'function') {
    throw typeError(name, 'a dictionary', value);
  }
}

function validateArray(value, name, minLength = 0) {
  if (!isArray(value)) throw typeError(name, 'Array', value);
  if (value.length < minLength) {
    throw new codes.ERR_INVALID_ARG_VALUE(name, value, `must be longer than ${minLength}`);
  }
}

function validateArrayOf(check) {
  return (value, name) => {
    validateArray(value, name);
    for (let i = 0; i < value.length; i++) check(value[i], `${name}[${i}]`);
  };
}

const validateStringArray = validateArrayOf(validateString);
const validateBooleanArray = validateArrayOf(validateBoolean);

function validateOneOf(value, name, oneOf) {
  if (oneOf.includes(value)) return;
  const allowed = oneOf.map((v) => (typeof v === 'string' ? `'${v}'` : String(v))).join(', ');
  throw new codes.ERR_INVALID_ARG_VALUE(name, value, `must be one of: ${allowed}`);
}

function validateUnion(value, name, union) {
  if (!union.includes(value)) throw typeError(name, `('${union.join('|')}')`, value);
}

/** `undefined` is allowed: callers pass an optional option through. */
function validateAbortSignal(signal, name) {
  if (signal !== undefined && (signal === null || typeof signal !== 'object' || !('aborted' in signal))) {
    throw typeError(name, 'AbortSignal', signal);
  }
}

function validateAbortSignalArray(value, name) {
  validateArray(value, name);
  for (let i = 0; i < value.length; i++) {
    if (value[i] == null) throw typeError(`${name}[${i}]`, 'AbortSignal', value[i]);
    validateAbortSignal(value[i], `${name}[${i}]`);
  }
}

function validateBuffer(value, name = 'buffer') {
  if (!ArrayBuffer.isView(value)) throw typeError(name, ['Buffer', 'TypedArray', 'DataView'], value);
}

function validateEncoding(data, encoding) {
  const normalized = require('internal/util/encodings').normalizeEncoding(encoding);
  if (normalized === 'hex' && data.length % 2 !== 0) {
    throw new codes.ERR_INVALID_ARG_VALUE('encoding', encoding, `is invalid for data of length ${data.length}`);
  }
}

/** A port number, also as decimal or hex text. Returns it as a number. */
function validatePort(port, name = 'Port', allowZero = true) {
  const usable = typeof port === 'number' || (typeof port === 'string' && port.trim().length > 0);
  if (!usable || +port !== +port >>> 0 || port > 0xffff || (port == 0 && !allowZero)) {
    throw new codes.ERR_SOCKET_BAD_PORT(name, port, allowZero);
  }
  return port | 0;
}

function validateSignalName(signal, name = 'signal') {
  validateString(signal, name);
  const { signals } = require('node/constants');
  if (signals[signal] !== undefined) return;
  throw new codes.ERR_UNKNOWN_SIGNAL(signal, signals[signal.toUpperCase()] !== undefined);
}

const OCTAL = /^[0-7]+$/;

/** A file mode as a number or octal text. */
function parseFileMode(value, name, fallback) {
  let mode = value ?? fallback;
  if (typeof mode === 'string') {
    if (!OCTAL.test(mode)) {
      throw new codes.ERR_INVALID_ARG_VALUE(name, mode, 'must be a 32-bit unsigned integer or an octal string');
    }
    mode = parseInt(mode, 8);
  }
  validateUint32(mode, name);
  return mode;
}

function validatePlainFunction(value, name) {
  const isAsync = typeof value === 'function' && require('internal/util/types').isAsyncFunction(value);
  if (typeof value !== 'function' || isAsync) throw typeError(name, 'Function', value);
}

module.exports = {
  isInt32: (value) => value === (value | 0),
  isUint32: (value) => value === value >>> 0,
  kValidateObjectAllowArray,
  kValidateObjectAllowFunction,
  kValidateObjectAllowNullable,
  kValidateObjectNone,
  parseFileMode,
  validateAbortSignal,
  validateAbortSignalArray,
  validateArray,
  validateBoolean,
  validateBooleanArray,
  validateBuffer,
  validateDictionary,
  validateEncoding,
  validateFunction,
  validateInt32,
  validateInteger,
  validateNumber,
  validateObject,
  validateOneOf,
  validatePlainFunction,
  validatePort,
  validateSignalName,
  validateString,
  validateStringArray,
  validateSymbol,
  validateUint32,
  validateUndefined,
  validateUnion,
};
