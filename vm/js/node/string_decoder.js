// node:string_decoder: bytes that come in pieces into text without broken characters.
//
// Holds back at most the bytes of one unfinished character; the decoding itself is Buffer's.

const { codes } = require('internal/errors');
const { normalizeEncoding } = require('internal/util/encodings');

function toBuffer(chunk) {
  const { Buffer } = require('node/buffer');
  if (Buffer.isBuffer(chunk)) return chunk;
  if (!ArrayBuffer.isView(chunk)) {
    throw new codes.ERR_INVALID_ARG_TYPE('buf', ['Buffer', 'TypedArray', 'DataView'], chunk);
  }
  return Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
}

/** How many bytes a UTF-8 character claims by its first byte; 0 for what can start none. */
function utf8Length(byte) {
  if ((byte & 0xe0) === 0xc0) return 2;
  if ((byte & 0xf0) === 0xe0) return 3;
  return (byte & 0xf8) === 0xf0 ? 4 : 0;
}

/** Where an unfinished character starts at the end of `bytes`, or its length. */
function utf8Tail(bytes) {
  const end = bytes.length;
  for (let back = 1; back <= 3 && back <= end; back++) {
    const byte = bytes[end - back];
    if ((byte & 0xc0) === 0x80) continue;
    return utf8Length(byte) <= back ? end : end - back;
  }
  return end;
}

function utf16Tail(bytes) {
  const whole = bytes.length - (bytes.length % 2);
  // A high surrogate waits for its other half.
  const high = whole >= 2 && (bytes[whole - 1] & 0xfc) === 0xd8;
  return high ? whole - 2 : whole;
}

const TAILS = {
  __proto__: null,
  utf8: utf8Tail,
  utf16le: utf16Tail,
  base64: (bytes) => bytes.length - (bytes.length % 3),
  base64url: (bytes) => bytes.length - (bytes.length % 3),
};

const kKept = Symbol('kept');

function StringDecoder(encoding) {
  const normalized = normalizeEncoding(encoding);
  if (normalized === undefined) throw new codes.ERR_UNKNOWN_ENCODING(encoding);
  this.encoding = normalized;
  Object.defineProperty(this, kKept, { __proto__: null, value: undefined, writable: true });
}

StringDecoder.prototype.write = function write(chunk) {
  if (typeof chunk === 'string') return chunk;
  if (this === null || this === undefined || !Object.hasOwn(this, kKept)) throw new codes.ERR_INVALID_THIS('StringDecoder');
  const { Buffer } = require('node/buffer');
  let bytes = toBuffer(chunk);
  const tail = TAILS[this.encoding];
  if (tail === undefined) return bytes.toString(this.encoding);
  if (this[kKept] !== undefined) bytes = Buffer.concat([this[kKept], bytes]);
  const end = tail(bytes);
  // A copy: the caller may use its buffer again.
  this[kKept] = end < bytes.length ? Buffer.from(bytes.subarray(end)) : undefined;
  return end === 0 ? '' : bytes.toString(this.encoding, 0, end);
};

StringDecoder.prototype.end = function end(chunk) {
  const text = chunk === undefined ? '' : this.write(chunk);
  const kept = this[kKept];
  if (kept === undefined) return text;
  this[kKept] = undefined;
  // Half a UTF-16 unit says nothing; anything else is shown as far as it goes.
  const usable = this.encoding === 'utf16le' ? kept.length - (kept.length % 2) : kept.length;
  return text + kept.toString(this.encoding, 0, usable);
};

StringDecoder.prototype.text = function text(bytes, offset) {
  this[kKept] = undefined;
  return this.write(bytes.slice(offset));
};

Object.defineProperties(StringDecoder.prototype, {
  lastNeed: {
    __proto__: null,
    configurable: true,
    enumerable: true,
    get() {
      const kept = this[kKept];
      return kept === undefined ? 0 : this.lastTotal - kept.length;
    },
  },
  lastTotal: {
    __proto__: null,
    configurable: true,
    enumerable: true,
    get() {
      const kept = this[kKept];
      if (kept === undefined) return 0;
      if (this.encoding === 'utf8') return utf8Length(kept[0]);
      return this.encoding === 'utf16le' ? (kept.length >= 2 ? 4 : 2) : 3;
    },
  },
  lastChar: {
    __proto__: null,
    configurable: true,
    enumerable: true,
    get() {
      const { Buffer } = require('node/buffer');
      const buffer = Buffer.alloc(4);
      this[kKept]?.copy(buffer);
      return buffer;
    },
  },
});

module.exports = { StringDecoder };
