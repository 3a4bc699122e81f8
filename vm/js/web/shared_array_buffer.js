// SharedArrayBuffer: an engine's ArrayBuffer over memory that other realms and threads see too, with a prototype of its own.
//
// So typed arrays, DataView and the engine's Atomics take it as it is. It is told apart by a private field that only this file can set.
// A growable one spans all it can grow to: views without a length cover that, too.

const native = binding('atomics');
const types = require('internal/util/types');

const { apply } = Reflect;
const { getOwnPropertyDescriptor, setPrototypeOf } = Object;
const { trunc, max, min } = Math;
const byteLengthOf = getOwnPropertyDescriptor(ArrayBuffer.prototype, 'byteLength').get;
const isInstance = Function.prototype[Symbol.hasInstance];
const BytesArray = Uint8Array;
const copyBytes = Uint8Array.prototype.set;

class Given {
  constructor(object) { return object; }
}

/** Puts the field on a buffer that exists already. */
class Brand extends Given {
  #isGrowable;

  constructor(buffer, isGrowable) {
    super(buffer);
    this.#isGrowable = isGrowable;
  }

  static has(value) { return #isGrowable in value; }
  static isGrowable(buffer) { return buffer.#isGrowable; }
}

const isOurs = (value) => value !== null && typeof value === 'object' && Brand.has(value);

function checked(value, name) {
  if (!isOurs(value)) {
    throw new TypeError(`Method SharedArrayBuffer.prototype.${name} called on incompatible receiver ${require('node/util').inspect(value, { depth: 0 })}`);
  }
  return value;
}

/** A whole number that can be a length. */
function toIndex(value, message) {
  const number = trunc(Number(value)) || 0;
  if (number < 0 || number > Number.MAX_SAFE_INTEGER) throw new RangeError(message);
  return number;
}

function relative(value, length, fallback) {
  if (value === undefined) return fallback;
  const number = trunc(Number(value)) || 0;
  return number < 0 ? max(length + number, 0) : min(number, length);
}

function limitOf(options) {
  if (options === null || (typeof options !== 'object' && typeof options !== 'function')) return undefined;
  const { maxByteLength } = options;
  return maxByteLength === undefined ? undefined : toIndex(maxByteLength, 'Invalid array buffer max length');
}

/** Makes a buffer over shared memory into a SharedArrayBuffer. */
function dress(buffer, isGrowable, prototype = SharedArrayBuffer.prototype) {
  new Brand(buffer, isGrowable);
  return setPrototypeOf(buffer, prototype);
}

class SharedArrayBuffer {
  constructor(length, options = undefined) {
    const size = toIndex(length, 'Invalid array buffer length');
    const limit = limitOf(options);
    if (limit !== undefined && size > limit) throw new RangeError('Invalid array buffer max length');
    return dress(native.allocate(size, limit ?? size), limit !== undefined, new.target.prototype);
  }

  static get [Symbol.species]() { return this; }

  /** The buffer of shared WebAssembly memory is one as well, of the engine's own class. */
  static [Symbol.hasInstance](value) {
    return apply(isInstance, this, [value]) || (this === SharedArrayBuffer && types.isSharedArrayBuffer(value));
  }

  get byteLength() {
    checked(this, 'byteLength');
    return Brand.isGrowable(this) ? native.length(this) : apply(byteLengthOf, this, []);
  }

  get growable() { return Brand.isGrowable(checked(this, 'growable')); }

  get maxByteLength() { return apply(byteLengthOf, checked(this, 'maxByteLength'), []); }

  grow(newLength) {
    if (!Brand.isGrowable(checked(this, 'grow'))) throw new TypeError('Method SharedArrayBuffer.prototype.grow called on a fixed-length buffer');
    const size = toIndex(newLength, "SharedArrayBuffer.prototype.grow: Invalid length parameter");
    if (!native.grow(this, size)) throw new RangeError("SharedArrayBuffer.prototype.grow: Invalid length parameter");
  }

  slice(start, end) {
    const length = checked(this, 'slice').byteLength;
    const from = relative(start, length, 0);
    const size = max(relative(end, length, length) - from, 0);
    const Species = speciesOf(this);
    const made = new Species(size);
    if (!types.isSharedArrayBuffer(made)) throw new TypeError('species is not a SharedArrayBuffer');
    if (made === this) throw new TypeError('ArrayBuffer subclass returned this from species constructor');
    if (made.byteLength < size) throw new TypeError('Species constructor returned a too small ArrayBuffer');
    apply(copyBytes, new BytesArray(made), [new BytesArray(this, from, size)]);
    return made;
  }
}

function speciesOf(buffer) {
  const { constructor } = buffer;
  if (constructor === undefined) return SharedArrayBuffer;
  if (constructor === null || (typeof constructor !== 'object' && typeof constructor !== 'function')) {
    throw new TypeError('The .constructor property is not an object');
  }
  return constructor[Symbol.species] ?? SharedArrayBuffer;
}

Object.defineProperty(SharedArrayBuffer.prototype, Symbol.toStringTag, {
  __proto__: null, value: 'SharedArrayBuffer', configurable: true,
});

types.setSharedBrand(isOurs);
native.setBrand(isOurs);

module.exports = { SharedArrayBuffer, dress, isOurs, isGrowable: Brand.isGrowable };
