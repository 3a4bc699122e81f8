// The format of a value outside of its realm: tags and what follows them, shared by writer and reader.
//
// Numbers are variable-length (7 bits a byte) unless stated otherwise. Strings are not in the bytes: there is only their length, the text of all
// of them comes beside, in order. Every object gets the next number when its tag is seen; `REF` names one by it.

const tags = {
  __proto__: null,
  UNDEFINED: 0,
  NULL: 1,
  TRUE: 2,
  FALSE: 3,
  /** Zigzag. */
  INT: 4,
  /** 8 bytes. */
  DOUBLE: 5,
  STRING: 6,
  /** A string of decimal digits. */
  BIGINT: 7,
  REF: 8,
  /** Keys and values, to the end of keys. A key: 0 ends, 1 and a string is a new one, n + 2 the n-th new one. */
  OBJECT: 9,
  /** Length, that many values, then keys and values as in an object. */
  ARRAY: 10,
  /** In place of a value of an array. */
  HOLE: 11,
  /** Length, then keys and values. */
  SPARSE: 12,
  /** 8 bytes. */
  DATE: 13,
  /** Two strings. */
  REGEXP: 14,
  /** A primitive. */
  BOXED: 15,
  /** Count, keys and values. */
  MAP: 16,
  /** Count, values. */
  SET: 17,
  /** Length, bytes. */
  BUFFER: 18,
  /** Length, limit, bytes. */
  RESIZABLE: 19,
  /** Number in the list of shared buffers, 1 if it can grow. */
  SHARED: 20,
  /** Number in the list of transferred buffers. */
  MOVED: 21,
  /** Number of the kind, byte offset, length in elements; the buffer as a value. */
  VIEW: 22,
  /** Number of the class; flags of what follows: 1 message, 2 stack (strings), 4 cause (a value). */
  ERROR: 23,
  /** Strings: message, name, stack. */
  DOM_EXCEPTION: 24,
  /** A string, the type; length, bytes. */
  BLOB: 25,
  /** As a blob; then a string, the name, and 8 bytes, the time of its last change. */
  FILE: 26,
  /** Number in the list of transferred ports. */
  PORT: 27,
  /** Number of the kind of stream, then the numbers of its ports. */
  STREAM: 28,
  /** Number in the list of objects that are given as they are; inside one realm only. */
  SAME: 29,
};

const viewNames = [
  'DataView', 'Uint8Array', 'Int8Array', 'Uint8ClampedArray', 'Int16Array', 'Uint16Array', 'Int32Array', 'Uint32Array', 'Float32Array',
  'Float64Array', 'BigInt64Array', 'BigUint64Array', 'Float16Array',
];
const views = viewNames.map((name) => globalThis[name]);
const errorNames = ['Error', 'EvalError', 'RangeError', 'ReferenceError', 'SyntaxError', 'TypeError', 'URIError'];
const errors = errorNames.map((name) => globalThis[name]);

function dataCloneError(message) {
  const { DOMException } = require('web/dom_exception');
  return new DOMException(message, 'DataCloneError');
}

module.exports = { dataCloneError, errorNames, errors, tags, viewNames, views };
