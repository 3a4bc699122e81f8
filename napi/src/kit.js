// What Node-API needs and the engine's C interface lacks. Evaluated in the parking realm, before anybody could patch it. The order is that of
// the enum `Tool`.
(function () {
  'use strict';
  const { apply, defineProperty, getOwnPropertyDescriptor, getPrototypeOf, ownKeys } = Reflect;
  const { freeze, seal, create } = Object;
  const hasOwn = Object.hasOwn;
  const getter = (prototype, name) => getOwnPropertyDescriptor(prototype, name).get;
  const viewLength = getter(DataView.prototype, 'byteLength');
  const bufferDetached = getter(ArrayBuffer.prototype, 'detached');
  const sharedLength = typeof SharedArrayBuffer === 'function' ? getter(SharedArrayBuffer.prototype, 'byteLength') : undefined;
  const viewTag = getter(getPrototypeOf(Uint8Array.prototype), Symbol.toStringTag);
  const { transfer } = ArrayBuffer.prototype;
  const { getTime } = Date.prototype;
  const bigintToString = BigInt.prototype.toString;
  const isErrorBrand = Error.isError;

  const WRITABLE = 1;
  const ENUMERABLE = 2;
  const CONFIGURABLE = 4;
  const SKIP_STRINGS = 8;
  const SKIP_SYMBOLS = 16;
  const MAX_INDEX = 4294967294;

  /** Whether reading does not throw, which only the right kind of object does. */
  function answers(read, object) {
    try {
      apply(read, object, []);
      return true;
    } catch {
      return false;
    }
  }

  function isWanted(object, key, filter) {
    if (typeof key === 'symbol' ? filter & SKIP_SYMBOLS : filter & SKIP_STRINGS) return false;
    if ((filter & (WRITABLE | ENUMERABLE | CONFIGURABLE)) === 0) return true;
    const property = getOwnPropertyDescriptor(object, key);
    if (property === undefined) return false;
    if (filter & WRITABLE && property.writable === false) return false;
    if (filter & ENUMERABLE && !property.enumerable) return false;
    return !(filter & CONFIGURABLE && !property.configurable);
  }

  function isIndex(key) {
    const number = +key;
    return number >>> 0 === number && number <= MAX_INDEX && `${number}` === key;
  }

  /** Keys of an object, and of its prototypes unless `own`; what a nearer object has hides what a farther one has. */
  function keys(object, own, filter, toStrings) {
    const found = [];
    const seen = new Set();
    for (let at = object; at !== null; at = own ? null : getPrototypeOf(at)) {
      for (const key of ownKeys(at)) {
        if (seen.has(key)) continue;
        seen.add(key);
        if (!isWanted(at, key, filter)) continue;
        found.push(!toStrings && typeof key === 'string' && isIndex(key) ? +key : key);
      }
    }
    return found;
  }

  return [
    (target, self, ...args) => apply(target, self, args),
    (object, key, value, attributes) => defineProperty(object, key, {
      __proto__: null,
      value,
      writable: (attributes & WRITABLE) !== 0,
      enumerable: (attributes & ENUMERABLE) !== 0,
      configurable: (attributes & CONFIGURABLE) !== 0,
    }),
    (object, key, get, set, attributes) => defineProperty(object, key, {
      __proto__: null,
      get,
      set,
      enumerable: (attributes & ENUMERABLE) !== 0,
      configurable: (attributes & CONFIGURABLE) !== 0,
    }),
    (object, key) => hasOwn(object, key),
    (object) => freeze(object),
    (object) => seal(object),
    keys,
    (value) => apply(bigintToString, value, [16]),
    (value) => -value,
    (value) => isErrorBrand(value),
    (value) => answers(bufferDetached, value) && apply(bufferDetached, value, []),
    (value) => void apply(transfer, value, [0]),
    (value) => answers(viewLength, value),
    (value) => sharedLength !== undefined && answers(sharedLength, value),
    (value) => apply(viewTag, value, []) === 'Float16Array',
    Symbol.for,
    (value) => apply(getTime, value, []),
    (prototype, names, values) => {
      const object = create(prototype);
      for (let i = 0; i < names.length; i++) {
        defineProperty(object, names[i], { __proto__: null, value: values[i], writable: true, enumerable: true, configurable: true });
      }
      return object;
    },
    (native, id, self, target, list) => {
      const args = [id, self, target];
      for (let i = 0; i < list.length; i++) args.push(list[i]);
      return apply(native, undefined, args);
    },
  ];
})();
