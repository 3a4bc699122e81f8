// node:util: a thin front over internal/util/*, each part loaded when it is first used.

const { codes } = require('internal/errors');
const { validateFunction, validateNumber, validateString, validateOneOf, validateBoolean } =
  require('internal/validators');

function inherits(constructor, parent) {
  validateFunction(constructor, 'ctor');
  validateFunction(parent, 'superCtor');
  if (parent.prototype === undefined) {
    throw new codes.ERR_INVALID_ARG_TYPE('superCtor.prototype', 'Object', parent.prototype);
  }
  Object.defineProperty(constructor, 'super_', { __proto__: null, value: parent, writable: true, configurable: true });
  Object.setPrototypeOf(constructor.prototype, parent.prototype);
}

// ---- deprecation and debug output ----

const warnedCodes = new Set();

function deprecate(fn, message, code, options) {
  if (code !== undefined) validateString(code, 'code');
  let warned = false;
  function warnOnce() {
    if (warned) return;
    warned = true;
    if (code !== undefined) {
      if (warnedCodes.has(code)) return;
      warnedCodes.add(code);
    }
    require('node/process').emitWarning(message, 'DeprecationWarning', code, deprecated);
  }
  function deprecated(...args) {
    warnOnce();
    return new.target ? Reflect.construct(fn, args, new.target) : Reflect.apply(fn, this, args);
  }
  if (options?.modifyPrototype !== false) {
    Object.setPrototypeOf(deprecated, fn);
    // Instances made through the wrapper must pass instanceof checks of both.
    if (fn.prototype) deprecated.prototype = fn.prototype;
  }
  return deprecated;
}

/** NODE_DEBUG as a test of names: comma-separated, `*` matches anything, case does not matter. */
function isDebugEnabled(set) {
  const list = require('node/process').env.NODE_DEBUG;
  if (!list) return false;
  const source = list.replace(/[|\\{}()[\]^$+?.]/g, '\\$&').replaceAll('*', '.*').replaceAll(',', '$|^');
  return new RegExp(`^${source}$`, 'i').test(set);
}

function debuglog(set, onReady) {
  let enabled;
  const name = String(set).toUpperCase();
  const isEnabled = () => (enabled ??= isDebugEnabled(name));
  const logger = (...args) => {
    if (!isEnabled()) return;
    const { pid, stderr } = require('node/process');
    const text = require('internal/util/format').format(...args);
    stderr.write(`${name} ${pid}: ${text}\n`);
    if (typeof onReady === 'function') onReady(logger);
  };
  Object.defineProperty(logger, 'enabled', { __proto__: null, get: isEnabled, configurable: true, enumerable: true });
  return logger;
}

// ---- system errors ----

function getSystemErrorName(number) {
  validateNumber(number, 'err');
  if (number >= 0 || !Number.isSafeInteger(number)) {
    throw new codes.ERR_OUT_OF_RANGE('err', 'a negative integer', number);
  }
  return require('internal/util/errno').nameOf(number);
}

function getSystemErrorMessage(number) {
  validateNumber(number, 'err');
  if (number >= 0 || !Number.isSafeInteger(number)) {
    throw new codes.ERR_OUT_OF_RANGE('err', 'a negative integer', number);
  }
  return require('internal/util/errno').messageOf(number);
}

// ---- text ----

function stripVTControlCharacters(text) {
  validateString(text, 'str');
  return require('internal/util/text_width').stripEscapes(text);
}

function toUSVString(text) {
  return `${text}`.toWellFormed();
}

function wantsColors(stream) {
  const { env } = require('node/process');
  if (stream === null || typeof stream !== 'object' || typeof stream.write !== 'function') {
    throw new codes.ERR_INVALID_ARG_TYPE('stream', ['ReadableStream', 'WritableStream', 'Stream'], stream);
  }
  if (env.FORCE_COLOR !== undefined && env.FORCE_COLOR !== '') return env.FORCE_COLOR !== '0';
  return Boolean(stream.isTTY) && !env.NO_COLOR && env.TERM !== 'dumb';
}

function styleText(format, text, { validateStream = true, stream } = {}) {
  validateString(text, 'text');
  validateBoolean(validateStream, 'options.validateStream');
  const formats = Array.isArray(format) ? format : [format];
  const { inspect } = require('internal/util/inspect');
  const plain = validateStream && !wantsColors(stream ?? require('node/process').stdout);
  let left = '';
  let right = '';
  for (const name of formats) {
    if (name === 'none') continue;
    const pair = inspect.colors[name];
    if (pair === undefined) validateOneOf(name, 'format', Object.keys(inspect.colors));
    left += `\u001b[${pair[0]}m`;
    right = `\u001b[${pair[1]}m${right}`;
  }
  return plain ? text : `${left}${text}${right}`;
}

// ---- old type tests ----

const isObject = (value) => value !== null && typeof value === 'object';
const isPrimitive = (value) => value === null || (typeof value !== 'object' && typeof value !== 'function');

function _extend(target, source) {
  if (!isObject(source)) return target;
  return Object.assign(target, source);
}

function aborted(signal, resource) {
  if (signal === undefined) {
    return Promise.reject(new codes.ERR_INVALID_ARG_TYPE('signal', 'AbortSignal', signal));
  }
  try {
    require('internal/validators').validateAbortSignal(signal, 'signal');
    require('internal/validators').validateObject(resource, 'resource', 4);
  } catch (error) {
    return Promise.reject(error);
  }
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

function parseEnv(content) {
  validateString(content, 'content');
  return require('internal/util/parse_env').parseEnv(content);
}

function log(...args) {
  const now = new Date();
  const two = (number) => String(number).padStart(2, '0');
  const time = `${two(now.getHours())}:${two(now.getMinutes())}:${two(now.getSeconds())}`;
  const month = now.toLocaleString('en-US', { month: 'short' });
  require('internal/console').globalConsole.log('%s %s - %s', now.getDate(), `${month} ${time}`,
    require('internal/util/format').format(...args));
}

const util = {
  _errnoException: (...args) => require('internal/errors').errnoException(...args),
  _exceptionWithHostPort: (...args) => require('internal/errors').exceptionWithHostPort(...args),
  _extend,
  aborted,
  debug: debuglog,
  debuglog,
  deprecate,
  getSystemErrorMap: () => new Map(require('internal/util/errno').errorMap()),
  getSystemErrorMessage,
  getSystemErrorName,
  inherits,
  isArray: Array.isArray,
  isBoolean: (value) => typeof value === 'boolean',
  isBuffer: (value) => require('node/buffer').Buffer.isBuffer(value),
  isDate: (value) => require('internal/util/types').isDate(value),
  isDeepStrictEqual: (a, b) => require('internal/util/comparisons').isDeepStrictEqual(a, b),
  isError: (value) => require('internal/util/types').isError(value),
  isFunction: (value) => typeof value === 'function',
  isNull: (value) => value === null,
  isNullOrUndefined: (value) => value === null || value === undefined,
  isNumber: (value) => typeof value === 'number',
  isObject,
  isPrimitive,
  isRegExp: (value) => require('internal/util/types').isRegExp(value),
  isString: (value) => typeof value === 'string',
  isSymbol: (value) => typeof value === 'symbol',
  isUndefined: (value) => value === undefined,
  log,
  parseEnv,
  stripVTControlCharacters,
  styleText,
  toUSVString,
};

/** Exports that are loaded with the file that owns them. */
function lazy(name, id, key = name) {
  Object.defineProperty(util, name, {
    __proto__: null,
    configurable: true,
    enumerable: true,
    get() {
      const value = require(id)[key];
      Object.defineProperty(util, name, { __proto__: null, value, writable: true, configurable: true, enumerable: true });
      return value;
    },
    set(value) {
      Object.defineProperty(util, name, { __proto__: null, value, writable: true, configurable: true, enumerable: true });
    },
  });
}

lazy('TextDecoder', 'web/text_codec');
lazy('TextEncoder', 'web/text_codec');
lazy('callbackify', 'internal/util/promisify');
lazy('format', 'internal/util/format');
lazy('formatWithOptions', 'internal/util/format');
lazy('inspect', 'internal/util/inspect');
lazy('parseArgs', 'internal/util/parse_args');
lazy('promisify', 'internal/util/promisify');
lazy('types', 'internal/util/types');

module.exports = util;
