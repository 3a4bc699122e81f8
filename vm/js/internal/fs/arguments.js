// What file system functions are called with: paths, flags, options, buffers, positions, times.

const { AbortError, codes } = require('internal/errors');
const { validateAbortSignal, validateInt32, validateInteger, parseFileMode } =
  require('internal/validators');
const { fs: constants } = require('node/constants');

const { isView } = ArrayBuffer;
const { O_APPEND, O_CREAT, O_EXCL, O_RDONLY, O_RDWR, O_SYNC, O_TRUNC, O_WRONLY } = constants;

const FLAGS = {
  __proto__: null,
  r: O_RDONLY, rs: O_RDONLY | O_SYNC, sr: O_RDONLY | O_SYNC, 'r+': O_RDWR, 'rs+': O_RDWR | O_SYNC, 'sr+': O_RDWR | O_SYNC,
  w: O_TRUNC | O_CREAT | O_WRONLY, wx: O_TRUNC | O_CREAT | O_WRONLY | O_EXCL, xw: O_TRUNC | O_CREAT | O_WRONLY | O_EXCL,
  'w+': O_TRUNC | O_CREAT | O_RDWR, 'wx+': O_TRUNC | O_CREAT | O_RDWR | O_EXCL, 'xw+': O_TRUNC | O_CREAT | O_RDWR | O_EXCL,
  a: O_APPEND | O_CREAT | O_WRONLY, ax: O_APPEND | O_CREAT | O_WRONLY | O_EXCL, xa: O_APPEND | O_CREAT | O_WRONLY | O_EXCL,
  as: O_APPEND | O_CREAT | O_WRONLY | O_SYNC, sa: O_APPEND | O_CREAT | O_WRONLY | O_SYNC,
  'a+': O_APPEND | O_CREAT | O_RDWR, 'ax+': O_APPEND | O_CREAT | O_RDWR | O_EXCL, 'xa+': O_APPEND | O_CREAT | O_RDWR | O_EXCL,
  'as+': O_APPEND | O_CREAT | O_RDWR | O_SYNC, 'sa+': O_APPEND | O_CREAT | O_RDWR | O_SYNC,
};

function isUrl(value) {
  return value !== null && typeof value === 'object' && typeof value.href === 'string' && typeof value.protocol === 'string' &&
    value.auth === undefined && value.path === undefined;
}

/** A path as natives take it: a string, or bytes. */
function toPath(path, name = 'path') {
  let result = path;
  if (isUrl(path)) result = require('node/url').fileURLToPath(path);
  if (typeof result === 'string') {
    if (!result.includes('\0')) return result;
  } else if (isView(result)) {
    if (!result.includes(0)) return result;
  } else {
    throw new codes.ERR_INVALID_ARG_TYPE(name, ['string', 'Buffer', 'URL'], path);
  }
  throw new codes.ERR_INVALID_ARG_VALUE(name, path, 'must be a string, Uint8Array, or URL without null bytes');
}

/** A path for messages and for joining. */
function pathText(path) {
  return typeof path === 'string' ? path : require('node/buffer').Buffer.from(path).toString();
}

function toFd(fd) {
  validateInt32(fd, 'fd', 0, 2147483647);
  return fd;
}

function toFlags(flags, name = 'flags') {
  if (flags === undefined || flags === null) return O_RDONLY;
  if (typeof flags === 'number') {
    validateInt32(flags, name);
    return flags;
  }
  const known = FLAGS[flags];
  if (known === undefined) throw new codes.ERR_INVALID_ARG_VALUE(name, flags);
  return known;
}

function toMode(mode, fallback) {
  return parseFileMode(mode, 'mode', fallback);
}

function checkEncoding(encoding) {
  if (encoding && encoding !== 'utf8' && !require('internal/util/encodings').normalizeEncoding(encoding)) {
    throw new codes.ERR_INVALID_ARG_VALUE('encoding', encoding, 'is invalid encoding');
  }
}

const NO_OPTIONS = Object.freeze({ __proto__: null });

/** Options that may also be the encoding alone. */
function toOptions(options, defaults = NO_OPTIONS) {
  if (options === undefined || options === null || typeof options === 'function') return defaults;
  if (typeof options === 'string') options = { ...defaults, encoding: options };
  else if (typeof options !== 'object') throw new codes.ERR_INVALID_ARG_TYPE('options', ['string', 'Object'], options);
  else options = { ...defaults, ...options };
  if (options.encoding !== 'buffer') checkEncoding(options.encoding);
  if (options.signal !== undefined) validateAbortSignal(options.signal, 'options.signal');
  return options;
}

function throwIfAborted(signal) {
  if (signal?.aborted) throw new AbortError(undefined, { cause: signal.reason });
}

/** What is written: a string stays one when it is UTF-8, all else becomes bytes. */
function toData(data, encoding, name = 'data') {
  if (isView(data)) return data;
  if (typeof data !== 'string') {
    throw new codes.ERR_INVALID_ARG_TYPE(name, ['string', 'Buffer', 'TypedArray', 'DataView'], data);
  }
  if (encoding === undefined || encoding === null || encoding === 'utf8' || encoding === 'utf-8') return data;
  return require('node/buffer').Buffer.from(data, encoding);
}

/** -1 stands for the present position. */
function toPosition(position) {
  if (position === undefined || position === null || position === -1 || position === -1n) return -1;
  if (typeof position === 'bigint') return Number(position);
  if (typeof position !== 'number') throw new codes.ERR_INVALID_ARG_TYPE('position', ['integer', 'bigint'], position);
  validateInteger(position, 'position', -1);
  return position;
}

/** The part of a buffer that is read or written: `[offset, length]`. */
function toWindow(buffer, offset, length) {
  if (!isView(buffer)) throw new codes.ERR_INVALID_ARG_TYPE('buffer', ['Buffer', 'TypedArray', 'DataView'], buffer);
  const start = offset ?? 0;
  validateInteger(start, 'offset', 0);
  const size = length ?? buffer.byteLength - start;
  if (start > buffer.byteLength) throw new codes.ERR_OUT_OF_RANGE('offset', `<= ${buffer.byteLength}`, start);
  if (size > buffer.byteLength - start) throw new codes.ERR_OUT_OF_RANGE('length', `<= ${buffer.byteLength - start}`, size);
  validateInt32(size, 'length', 0);
  return [start, size];
}

/** Seconds since 1970: numbers and numeric text are seconds, dates are dates. */
function toSeconds(time, name = 'time') {
  if (typeof time === 'string' && +time == time) return +time;
  if (Number.isFinite(time)) return time < 0 ? Date.now() / 1000 : time;
  if (require('internal/util/types').types.isDate(time)) return time.getTime() / 1000;
  throw new codes.ERR_INVALID_ARG_TYPE(name, ['Date', 'Time in seconds'], time);
}

function toOwner(id, name) {
  validateInteger(id, name, -1, 4294967295);
  return id;
}

module.exports = {
  checkEncoding,
  constants,
  pathText,
  throwIfAborted,
  toData,
  toFd,
  toFlags,
  toMode,
  toOptions,
  toOwner,
  toPath,
  toPosition,
  toSeconds,
  toWindow,
};
