// node:buffer: Buffer as a subclass of Uint8Array, over native codecs.
//
// There is no pool: the engine keeps small typed arrays in its own heap, which is quicker than slicing a shared block,
// and a buffer's `.buffer` holds nothing but its own bytes.
//
// binding('buffer'); `encoding` is a number of ENCODINGS below:
//   encode(string, encoding) -> Uint8Array, freshly made
//   write(Uint8Array, string, offset, length, encoding) -> bytes written, whole characters only
//   decode(Uint8Array, start, end, encoding) -> string
//   byteLength(string) -> bytes in UTF-8
//   compare(Uint8Array, Uint8Array) -> -1, 0 or 1
//   indexOf(haystack, needle, offset, forward, step) -> index or -1; step 2 finds whole UTF-16 units only
//   isUtf8(Uint8Array) -> boolean; isAscii(Uint8Array) -> boolean

const { codes } = require('internal/errors');
const { validateArray, validateInteger, validateNumber, validateString } = require('internal/validators');
const { normalizeEncoding } = require('internal/util/encodings');
const types = require('internal/util/types');

const native = binding('buffer');
const { encode, decode, write: nativeWrite } = native;

const UTF8 = 0;
const UTF16 = 1;
const LATIN1 = 2;
const HEX = 3;
const BASE64 = 4;
const BASE64URL = 5;
const ASCII = 6;
const ENCODINGS = {
  __proto__: null, utf8: UTF8, utf16le: UTF16, latin1: LATIN1, hex: HEX, base64: BASE64, base64url: BASE64URL, ascii: ASCII,
};

const MAX_LENGTH = 2 ** 32;
const MAX_STRING_LENGTH = 2 ** 31 - 1;
const TypedArrayPrototype = Object.getPrototypeOf(Uint8Array.prototype);
const { indexOf: indexOfByte, lastIndexOf: lastIndexOfByte, fill: fillBytes } = TypedArrayPrototype;
const kInspect = Symbol.for('nodejs.util.inspect.custom');

let inspectMaxBytes = 50;

class FastBuffer extends Uint8Array {}

/** Deprecated as a constructor, still used as one. */
function Buffer(arg, encodingOrOffset, length) {
  if (typeof arg === 'number') {
    if (typeof encodingOrOffset === 'string') throw new codes.ERR_INVALID_ARG_TYPE('string', 'string', arg);
    return Buffer.alloc(arg);
  }
  return Buffer.from(arg, encodingOrOffset, length);
}

Buffer.prototype = FastBuffer.prototype;
Object.setPrototypeOf(Buffer, Uint8Array);
Object.defineProperty(FastBuffer.prototype, 'constructor', {
  __proto__: null, value: Buffer, writable: true, configurable: true, enumerable: false,
});
Object.defineProperty(Buffer, Symbol.species, {
  __proto__: null, get: () => FastBuffer, configurable: true, enumerable: true,
});

function encodingNumber(encoding) {
  const number = ENCODINGS[normalizeEncoding(encoding)];
  if (number === undefined) throw new codes.ERR_UNKNOWN_ENCODING(encoding);
  return number;
}

const isBytes = (value) => types.typedArrayTag(value) === 'Uint8Array';

function needBytes(value, name) {
  if (!isBytes(value)) throw new codes.ERR_INVALID_ARG_TYPE(name, ['Buffer', 'Uint8Array'], value);
}

function checkSize(size) {
  validateNumber(size, 'size', 0, MAX_LENGTH);
}

// ---- making ----

function view(bytes) {
  return new FastBuffer(bytes.buffer, bytes.byteOffset, bytes.length);
}

/** Short ASCII text is quicker here than a call into native code. */
function fromShortText(text) {
  const { length } = text;
  const buffer = new FastBuffer(length);
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i);
    if (code > 127) return undefined;
    buffer[i] = code;
  }
  return buffer;
}

function fromString(text, encoding) {
  if (typeof encoding !== 'string' || encoding.length === 0) encoding = 'utf8';
  const number = encodingNumber(encoding);
  if (text.length === 0) return new FastBuffer();
  if (number === UTF8 && text.length <= 64) {
    const short = fromShortText(text);
    if (short !== undefined) return short;
  }
  return view(encode(text, number));
}

function fromArrayBuffer(source, byteOffset, length) {
  let offset = 0;
  if (byteOffset !== undefined) offset = +byteOffset || 0;
  const most = source.byteLength - offset;
  if (most < 0) throw new codes.ERR_BUFFER_OUT_OF_BOUNDS('offset');
  let size = most;
  if (length !== undefined) {
    size = +length;
    if (!(size > 0)) size = 0;
    else if (size > most) throw new codes.ERR_BUFFER_OUT_OF_BOUNDS('length');
  }
  return new FastBuffer(source, offset, size);
}

function fromArrayLike(source) {
  if (!(source.length > 0)) return new FastBuffer();
  const buffer = new FastBuffer(source.length);
  buffer.set(source, 0);
  return buffer;
}

function fromObject(source) {
  if (source.length !== undefined || types.isAnyArrayBuffer(source.buffer)) {
    return typeof source.length === 'number' ? fromArrayLike(source) : new FastBuffer();
  }
  if (source.type === 'Buffer' && Array.isArray(source.data)) return fromArrayLike(source.data);
  return undefined;
}

Buffer.from = function from(value, encodingOrOffset, length) {
  if (typeof value === 'string') return fromString(value, encodingOrOffset);
  if (typeof value === 'object' && value !== null) {
    if (types.isAnyArrayBuffer(value)) return fromArrayBuffer(value, encodingOrOffset, length);
    const inner = value.valueOf?.();
    if (inner != null && inner !== value && (typeof inner === 'string' || typeof inner === 'object')) {
      return from(inner, encodingOrOffset, length);
    }
    const made = fromObject(value);
    if (made !== undefined) return made;
    if (typeof value[Symbol.toPrimitive] === 'function') {
      const primitive = value[Symbol.toPrimitive]('string');
      if (typeof primitive === 'string') return fromString(primitive, encodingOrOffset);
    }
  }
  throw new codes.ERR_INVALID_ARG_TYPE('first argument',
    ['string', 'Buffer', 'ArrayBuffer', 'Array', 'Array-like Object'], value);
};

Buffer.of = function of(...items) {
  const buffer = new FastBuffer(items.length);
  for (let i = 0; i < items.length; i++) buffer[i] = items[i];
  return buffer;
};

Buffer.copyBytesFrom = function copyBytesFrom(source, offset, length) {
  if (!types.types.isTypedArray(source)) throw new codes.ERR_INVALID_ARG_TYPE('view', ['TypedArray'], source);
  if (source.length === 0) return new FastBuffer();
  let start = 0;
  let end = source.length;
  if (offset !== undefined) {
    validateInteger(offset, 'offset', 0);
    if (offset >= source.length) return new FastBuffer();
    start = offset;
  }
  if (length !== undefined) {
    validateInteger(length, 'length', 0);
    end = start + length;
  }
  const part = source.slice(start, end);
  return fromArrayLike(new Uint8Array(part.buffer, part.byteOffset, part.byteLength));
};

Buffer.alloc = function alloc(size, fill, encoding) {
  checkSize(size);
  const buffer = new FastBuffer(size);
  if (fill === undefined || fill === 0 || size === 0) return buffer;
  return fillRange(buffer, fill, 0, size, encoding);
};

Buffer.allocUnsafe = function allocUnsafe(size) {
  checkSize(size);
  return new FastBuffer(size);
};

Buffer.allocUnsafeSlow = function allocUnsafeSlow(size) {
  checkSize(size);
  return new FastBuffer(size);
};

function SlowBuffer(size) {
  checkSize(size);
  return new FastBuffer(size);
}

Object.setPrototypeOf(SlowBuffer.prototype, Uint8Array.prototype);
Object.setPrototypeOf(SlowBuffer, Uint8Array);

// ---- static helpers ----

Buffer.poolSize = 8 * 1024;

Buffer.isBuffer = function isBuffer(value) {
  return value instanceof Buffer;
};

Buffer.isEncoding = function isEncoding(encoding) {
  return typeof encoding === 'string' && encoding.length !== 0 && normalizeEncoding(encoding) !== undefined;
};

Buffer.compare = function compare(a, b) {
  needBytes(a, 'buf1');
  needBytes(b, 'buf2');
  return a === b ? 0 : native.compare(a, b);
};

Buffer.concat = function concat(list, length) {
  validateArray(list, 'list');
  if (list.length === 0) return new FastBuffer();
  let size = length;
  if (size === undefined) {
    size = 0;
    for (let i = 0; i < list.length; i++) if (list[i].length) size += list[i].length;
  } else {
    validateInteger(size, 'length', 0, MAX_LENGTH);
  }
  const buffer = new FastBuffer(size);
  let at = 0;
  for (let i = 0; i < list.length; i++) {
    const part = list[i];
    if (!isBytes(part)) throw new codes.ERR_INVALID_ARG_TYPE(`list[${i}]`, ['Buffer', 'Uint8Array'], part);
    if (at >= size) continue;
    buffer.set(at + part.length > size ? part.subarray(0, size - at) : part, at);
    at += part.length;
  }
  return buffer;
};

function base64ByteLength(text) {
  let { length } = text;
  if (text.charCodeAt(length - 1) === 0x3d) length--;
  if (length > 1 && text.charCodeAt(length - 1) === 0x3d) length--;
  // Exact for clean text, an upper bound otherwise.
  return (length * 3) >>> 2;
}

function textByteLength(text, number) {
  switch (number) {
    case UTF16: return text.length * 2;
    case HEX: return text.length >>> 1;
    case LATIN1:
    case ASCII: return text.length;
    case BASE64:
    case BASE64URL: return base64ByteLength(text);
    default: return native.byteLength(text);
  }
}

Buffer.byteLength = function byteLength(value, encoding) {
  if (typeof value !== 'string') {
    if (ArrayBuffer.isView(value) || types.isAnyArrayBuffer(value)) return value.byteLength;
    throw new codes.ERR_INVALID_ARG_TYPE('string', ['string', 'Buffer', 'ArrayBuffer'], value);
  }
  if (value.length === 0) return 0;
  return textByteLength(value, ENCODINGS[normalizeEncoding(encoding)] ?? UTF8);
};

// ---- text ----

function clampRange(buffer, start, end) {
  let from = start;
  if (!(from > 0)) from = 0;
  from |= 0;
  let to = end === undefined || end > buffer.length ? buffer.length : end | 0;
  if (to < from) to = from;
  return [from, to];
}

function textOf(buffer, start, end, number) {
  const length = end - start;
  if (length <= 0) return '';
  if (length <= 24 && number !== HEX && number !== UTF16 && number !== BASE64 && number !== BASE64URL) {
    let text = '';
    let i = start;
    for (; i < end && buffer[i] < 128; i++) text += String.fromCharCode(buffer[i]);
    if (i === end) return text;
  }
  return decode(buffer, start, end, number);
}

Buffer.prototype.toString = function toString(encoding, start, end) {
  if (arguments.length === 0) return textOf(this, 0, this.length, UTF8);
  const [from, to] = clampRange(this, start, end);
  if (from >= to) return '';
  if (encoding === undefined) return textOf(this, from, to, UTF8);
  if (encoding === null || encoding === '') throw new codes.ERR_UNKNOWN_ENCODING(encoding);
  return textOf(this, from, to, encodingNumber(encoding));
};

Buffer.prototype.toLocaleString = Buffer.prototype.toString;

function checkRange(value, name, limit) {
  validateInteger(value, name, 0, limit);
}

Buffer.prototype.write = function write(string, offset, length, encoding) {
  if (typeof string !== 'string') throw new codes.ERR_INVALID_ARG_TYPE('argument', 'string', string);
  if (offset === undefined) return nativeWrite(this, string, 0, this.length, UTF8);
  let at = 0;
  let room = this.length;
  let name = encoding;
  if (length === undefined && typeof offset === 'string') {
    name = offset;
  } else {
    checkRange(offset, 'offset', this.length);
    at = offset;
    room = this.length - offset;
    if (typeof length === 'string') {
      name = length;
    } else if (length !== undefined) {
      checkRange(length, 'length', this.length);
      if (length < room) room = length;
    }
  }
  return nativeWrite(this, string, at, room, name ? encodingNumber(name) : UTF8);
};

// Undocumented, and used all the same.
for (const [name, number] of [['utf8', UTF8], ['ucs2', UTF16], ['utf16le', UTF16], ['latin1', LATIN1], ['ascii', ASCII],
  ['hex', HEX], ['base64', BASE64], ['base64url', BASE64URL]]) {
  Buffer.prototype[`${name}Slice`] = function slice(start, end) {
    const [from, to] = clampRange(this, start, end);
    return textOf(this, from, to, number);
  };
  Buffer.prototype[`${name}Write`] = function write(string, offset = 0, length = this.length - offset) {
    if (offset > this.length) throw new codes.ERR_BUFFER_OUT_OF_BOUNDS('offset');
    return nativeWrite(this, string, offset, Math.min(length, this.length - offset), number);
  };
}

Buffer.prototype.toJSON = function toJSON() {
  return { type: 'Buffer', data: Array.prototype.slice.call(this) };
};

Buffer.prototype[kInspect] = function inspectBuffer(depth, options) {
  const shown = Math.min(inspectMaxBytes, this.length);
  let text = textOf(this, 0, shown, HEX).replace(/(.{2})/g, '$1 ').trim();
  const hidden = this.length - inspectMaxBytes;
  if (hidden > 0) text += ` ... ${hidden} more byte${hidden > 1 ? 's' : ''}`;
  if (options) text += extraProperties(this, options);
  return `<${this.constructor.name} ${text}>`;
};

Buffer.prototype.inspect = Buffer.prototype[kInspect];

function extraProperties(buffer, options) {
  const { inspect, nonIndexKeys } = require('internal/util/inspect');
  const keys = nonIndexKeys(buffer, options.showHidden);
  if (keys.length === 0) return '';
  const extras = { __proto__: null };
  for (const key of keys) extras[key] = buffer[key];
  const text = inspect(extras, { ...options, breakLength: Infinity, compact: true });
  const body = text.slice('[Object: null prototype] { '.length, -2);
  return `${buffer.length > 0 ? ', ' : ''}${body}`;
}

// ---- comparing and searching ----

Buffer.prototype.equals = function equals(other) {
  needBytes(other, 'otherBuffer');
  if (this === other) return true;
  return this.length === other.length && (this.length === 0 || native.compare(this, other) === 0);
};

Buffer.prototype.compare = function compare(target, targetStart = 0, targetEnd = target?.length, sourceStart = 0,
  sourceEnd = this.length) {
  needBytes(target, 'target');
  if (arguments.length === 1) return native.compare(this, target);
  validateInteger(targetStart, 'targetStart', 0);
  validateInteger(targetEnd, 'targetEnd', 0, target.length);
  validateInteger(sourceStart, 'sourceStart', 0);
  validateInteger(sourceEnd, 'sourceEnd', 0, this.length);
  if (sourceStart >= sourceEnd) return targetStart >= targetEnd ? 0 : -1;
  if (targetStart >= targetEnd) return 1;
  return native.compare(this.subarray(sourceStart, sourceEnd), target.subarray(targetStart, targetEnd));
};

function search(buffer, value, byteOffset, encoding, forward) {
  let offset = byteOffset;
  let name = encoding;
  if (typeof offset === 'string') {
    name = offset;
    offset = undefined;
  }
  offset = +offset;
  // Nothing given means from the start, or from the end when looking back.
  if (offset !== offset) offset = forward ? 0 : buffer.length || Infinity;
  offset = Math.trunc(Math.max(-0x80000000, Math.min(0x7fffffff, offset)));
  if (typeof value === 'number') {
    if (!forward && offset < 0 && offset + buffer.length < 0) return -1;
    return (forward ? indexOfByte : lastIndexOfByte).call(buffer, value & 0xff, offset);
  }
  let needle = value;
  let number = UTF8;
  if (typeof value === 'string') {
    number = encodingNumber(name);
    needle = fromString(value, name);
  } else if (!isBytes(value)) {
    throw new codes.ERR_INVALID_ARG_TYPE('value', ['number', 'string', 'Buffer', 'Uint8Array'], value);
  } else if (name !== undefined) {
    number = ENCODINGS[normalizeEncoding(name)] ?? UTF8;
  }
  return native.indexOf(buffer, needle, offset, forward, number === UTF16 ? 2 : 1);
}

Buffer.prototype.indexOf = function indexOf(value, byteOffset, encoding) {
  return search(this, value, byteOffset, encoding, true);
};

Buffer.prototype.lastIndexOf = function lastIndexOf(value, byteOffset, encoding) {
  return search(this, value, byteOffset, encoding, false);
};

Buffer.prototype.includes = function includes(value, byteOffset, encoding) {
  return this.indexOf(value, byteOffset, encoding) !== -1;
};

// ---- filling, copying, cutting ----

function fillRange(buffer, value, start, end, encoding) {
  let offset = start;
  let last = end;
  let name = encoding;
  if (typeof value === 'string') {
    if (offset === undefined || typeof offset === 'string') {
      name = offset;
      offset = 0;
      last = buffer.length;
    } else if (typeof last === 'string') {
      name = last;
      last = buffer.length;
    }
    if (name !== undefined && name !== null && typeof name !== 'string') validateString(name, 'encoding');
  }
  if (offset === undefined) {
    offset = 0;
    last = buffer.length;
  } else {
    validateNumber(offset, 'offset', 0);
    if (last === undefined) last = buffer.length;
    else validateNumber(last, 'end', 0, buffer.length);
    if (offset >= last) return buffer;
  }
  if (typeof value === 'number' || typeof value === 'boolean') {
    fillBytes.call(buffer, value & 255, offset, last);
    return buffer;
  }
  if (typeof value === 'string') {
    encodingNumber(name);
    if (value.length === 0) {
      fillBytes.call(buffer, 0, offset, last);
      return buffer;
    }
  }
  return fillPattern(buffer, patternOf(value, name), value, offset, last);
}

function patternOf(value, encoding) {
  if (typeof value === 'string') return fromString(value, encoding);
  if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  return undefined;
}

function fillPattern(buffer, pattern, value, start, end) {
  if (pattern === undefined) {
    fillBytes.call(buffer, value & 255, start, end);
    return buffer;
  }
  if (pattern.length === 0) throw new codes.ERR_INVALID_ARG_VALUE('value', value);
  const total = end - start;
  buffer.set(pattern.length > total ? pattern.subarray(0, total) : pattern, start);
  // Doubling what is there already needs few copies.
  for (let done = pattern.length; done < total; done *= 2) {
    buffer.copyWithin(start + done, start, start + Math.min(done, total - done));
  }
  return buffer;
}

Buffer.prototype.fill = function fill(value, offset, end, encoding) {
  return fillRange(this, value, offset, end, encoding);
};

Buffer.prototype.copy = function copy(target, targetStart, sourceStart, sourceEnd) {
  needBytes(target, 'target');
  const start = wholeOffset(targetStart, 'targetStart', 0, Infinity);
  const from = wholeOffset(sourceStart, 'sourceStart', 0, this.length);
  let to = wholeOffset(sourceEnd, 'sourceEnd', this.length, Infinity);
  if (start >= target.length || from >= to) return 0;
  to = Math.min(to, this.length, from + target.length - start);
  if (to <= from) return 0;
  target.set(from === 0 && to === this.length ? this : TypedArrayPrototype.subarray.call(this, from, to), start);
  return to - from;
};

function wholeOffset(value, name, fallback, limit) {
  if (value === undefined) return fallback;
  const number = Math.trunc(+value) || 0;
  if (number < 0 || number > limit) {
    throw new codes.ERR_OUT_OF_RANGE(name, limit === Infinity ? '>= 0' : `>= 0 && <= ${limit}`, value);
  }
  return number;
}

function relativeIndex(value, length) {
  const number = Math.trunc(+value) || 0;
  if (number < 0) return Math.max(0, number + length);
  return Math.min(number, length);
}

Buffer.prototype.subarray = function subarray(start, end) {
  const { length } = this;
  const from = relativeIndex(start, length);
  const to = end === undefined ? length : relativeIndex(end, length);
  return new FastBuffer(this.buffer, this.byteOffset + from, Math.max(0, to - from));
};

Buffer.prototype.slice = function slice(start, end) {
  return this.subarray(start, end);
};

function swapper(size) {
  return function swap() {
    if (this.length % size !== 0) throw new codes.ERR_INVALID_BUFFER_SIZE(`${size * 8}-bits`);
    for (let i = 0; i < this.length; i += size) {
      for (let low = i, high = i + size - 1; low < high; low++, high--) {
        const byte = this[low];
        this[low] = this[high];
        this[high] = byte;
      }
    }
    return this;
  };
}

Buffer.prototype.swap16 = swapper(2);
Buffer.prototype.swap32 = swapper(4);
Buffer.prototype.swap64 = swapper(8);

for (const [name, key] of [['parent', 'buffer'], ['offset', 'byteOffset']]) {
  Object.defineProperty(Buffer.prototype, name, {
    __proto__: null,
    enumerable: true,
    get() {
      return this instanceof Buffer ? this[key] : undefined;
    },
  });
}

require('internal/util/buffer_numbers').install(Buffer.prototype);

// ---- module functions ----

function transcode(source, fromEncoding, toEncoding) {
  needBytes(source, 'source');
  if (source.length === 0) return new FastBuffer();
  const from = transcodable(fromEncoding);
  const to = transcodable(toEncoding);
  if (from === undefined || to === undefined) {
    const error = new Error('Unable to transcode Buffer [U_ILLEGAL_ARGUMENT_ERROR]');
    error.code = 'U_ILLEGAL_ARGUMENT_ERROR';
    error.errno = 1;
    throw error;
  }
  const text = decode(source, 0, source.length, from);
  if (to === UTF8 || to === UTF16) return view(encode(text, to));
  // What one byte cannot hold becomes a question mark.
  const limit = to === ASCII ? 0x7f : 0xff;
  return fromArrayLike(Array.from(text, (char) => (char.codePointAt(0) > limit ? 0x3f : char.charCodeAt(0))));
}

function transcodable(encoding) {
  const number = ENCODINGS[normalizeEncoding(encoding)];
  return number === HEX || number === BASE64 || number === BASE64URL ? undefined : number;
}

function bytesOf(value, name) {
  if (types.isAnyArrayBuffer(value)) return new Uint8Array(value);
  if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  throw new codes.ERR_INVALID_ARG_TYPE(name, ['ArrayBuffer', 'Buffer', 'TypedArray'], value);
}

const exported = {
  Buffer,
  SlowBuffer,
  transcode,
  isUtf8: (input) => native.isUtf8(bytesOf(input, 'input')),
  isAscii: (input) => native.isAscii(bytesOf(input, 'input')),
  kMaxLength: MAX_LENGTH,
  kStringMaxLength: MAX_STRING_LENGTH,
  btoa: (text) => require('web/base64').btoa(text),
  atob: (text) => require('web/base64').atob(text),
  constants: Object.defineProperties({}, {
    MAX_LENGTH: { __proto__: null, value: MAX_LENGTH, enumerable: true },
    MAX_STRING_LENGTH: { __proto__: null, value: MAX_STRING_LENGTH, enumerable: true },
  }),
};

Object.defineProperty(exported, 'INSPECT_MAX_BYTES', {
  __proto__: null,
  configurable: true,
  enumerable: true,
  get: () => inspectMaxBytes,
  set(value) {
    validateNumber(value, 'INSPECT_MAX_BYTES', 0);
    inspectMaxBytes = value;
  },
});

// Hidden from listings so that copying the module's exports does not trip over what is missing.
Object.defineProperty(exported, 'resolveObjectURL', {
  __proto__: null,
  configurable: true,
  enumerable: false,
  get: () => require('web/blob').resolveObjectURL,
});

for (const name of ['Blob', 'File']) {
  Object.defineProperty(exported, name, {
    __proto__: null,
    configurable: true,
    enumerable: true,
    get: () => require('web/blob')[name],
  });
}

module.exports = exported;
