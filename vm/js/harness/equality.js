// Deep equality as the Jest family defines it: `toEqual`, `toStrictEqual` and the subset of `toMatchObject`.
//
// Owns the comparison of two values and nothing about messages. Must survive any user object: cycles, proxies, getters.

const { getPrototypeOf, keys: stringKeys, getOwnPropertySymbols, is } = Object;
const hasOwnProperty = Object.prototype.hasOwnProperty;
const isEnumerable = Object.prototype.propertyIsEnumerable;
const toStringTag = Object.prototype.toString;
const functionSource = Function.prototype.toString;

/** Testers of `expect.addEqualityTesters`. */
const customTesters = [];

/**
 * `equals(a, b)` loose, `equals(a, b, testers, true)` strict: also Jest's signature for `this.equals`.
 */
function equals(a, b, testers, strict) {
  return new Comparison({ strict: strict === true, testers: testers ?? customTesters }).equal(a, b);
}

/** Whether everything that `subset` has is in `object`, recursively. */
function includesSubset(object, subset, modern) {
  return new Comparison({ subset: true, modern }).equal(object, subset);
}

function equalsWith(options, a, b) {
  return is(a, b) && (a === null || typeof a !== 'object') && customTesters.length === 0 ? true : new Comparison(options).equal(a, b);
}

function isAsymmetric(value) {
  return value !== null && value !== undefined && typeof value.asymmetricMatch === 'function';
}

function own(object, key) {
  return hasOwnProperty.call(object, key);
}

/** Own enumerable keys, strings first. */
function keysOf(object) {
  const keys = stringKeys(object);
  const symbols = getOwnPropertySymbols(object);
  for (let i = 0; i < symbols.length; i += 1) if (isEnumerable.call(object, symbols[i])) keys.push(symbols[i]);
  return keys;
}

function hasInherited(object, key) {
  for (let at = object; at !== null && at !== undefined && at !== Object.prototype; at = getPrototypeOf(Object(at))) {
    if (own(at, key)) return true;
  }
  return false;
}

function isNative(fn) {
  return typeof fn === 'function' && functionSource.call(fn).includes('[native code]');
}

/** The same class, or the same built-in class of another realm. */
function sameConstructor(a, b) {
  if (a === b) return true;
  return isNative(a) && isNative(b) && a.name === b.name;
}

function tagOf(value) {
  const proto = getPrototypeOf(value);
  if (proto === Object.prototype && !(Symbol.toStringTag in value)) {
    // Arguments objects inherit from Object.prototype too, and have `callee`.
    return own(value, 'callee') ? toStringTag.call(value) : '[object Object]';
  }
  if (proto === Array.prototype) return '[object Array]';
  return toStringTag.call(value);
}

class Comparison {
  constructor({ strict = false, subset = false, modern = false, testers = customTesters }) {
    this.strict = strict;
    this.subset = subset;
    // bun's and vitest's reading where Jest's is laxer: names and properties of errors, lengths of arrays.
    this.modern = modern;
    this.testers = testers;
    // Pairs being compared right now: a value that comes up again below itself must do so on both sides.
    this.left = [];
    this.right = [];
  }

  equal(a, b) {
    const asymmetric = this.asymmetric(a, b);
    if (asymmetric !== undefined) return asymmetric;
    for (let i = 0; i < this.testers.length; i += 1) {
      const answer = this.testers[i].call({ equals }, a, b, this.testers);
      if (answer !== undefined) return answer;
    }
    if (is(a, b)) return true;
    if (a === null || b === null || typeof a !== 'object' || typeof b !== 'object') return false;
    return this.objects(a, b);
  }

  asymmetric(a, b) {
    const left = isAsymmetric(a);
    const right = isAsymmetric(b);
    if (left === right) return undefined;
    return left ? Boolean(a.asymmetricMatch(b)) : Boolean(b.asymmetricMatch(a));
  }

  objects(a, b) {
    if (this.strict && !this.sameType(a, b)) return false;
    if (a instanceof Error && b instanceof Error) return this.nested(a, b, this.errors);
    const tag = tagOf(a);
    const expectedTag = tagOf(b);
    if (this.subset && !Array.isArray(b) && !isOpaque(b) && !LEAVES.includes(expectedTag)) return this.nested(a, b, this.contents);
    if (tag !== expectedTag) return false;
    switch (tag) {
      case '[object Boolean]':
      case '[object String]':
      case '[object Number]':
        return is(a.valueOf(), b.valueOf());
      case '[object BigInt]':
      case '[object Symbol]':
        return a.valueOf() === b.valueOf();
      case '[object Date]':
        return is(+a, +b);
      case '[object RegExp]':
        return a.source === b.source && a.flags === b.flags;
      case '[object URL]':
        return a.href === b.href;
      case '[object ArrayBuffer]':
      case '[object SharedArrayBuffer]':
        return sameBytes(new Uint8Array(a), new Uint8Array(b)) && this.nested(a, b, this.properties);
      case '[object DataView]':
        return sameBytes(bytesOf(a), bytesOf(b)) && this.nested(a, b, this.properties);
      case '[object Array]':
        return this.nested(a, b, this.arrays);
      default:
        break;
    }
    if (ArrayBuffer.isView(a) && ArrayBuffer.isView(b)) return this.typedArrays(a, b);
    if (isNode(a) && isNode(b)) return a.isEqualNode(b);
    return this.nested(a, b, this.subset ? this.wholeContents : this.contents);
  }

  /** Runs `compare` on the pair unless it is being compared already. */
  nested(a, b, compare) {
    for (let i = this.left.length - 1; i >= 0; i -= 1) {
      if (this.left[i] === a) return this.right[i] === b;
      if (this.right[i] === b) return false;
    }
    this.left.push(a);
    this.right.push(b);
    const answer = compare.call(this, a, b);
    this.left.pop();
    this.right.pop();
    return answer;
  }

  sameType(a, b) {
    return (Array.isArray(a) && Array.isArray(b)) || sameConstructor(a.constructor, b.constructor);
  }

  errors(a, b) {
    if (a.message !== b.message) return false;
    if ((this.strict || this.modern) && a.name !== b.name) return false;
    // The expected error may say less: one without a cause does not ask for none.
    if (own(b, 'cause') && !(own(a, 'cause') && this.equal(a.cause, b.cause))) return false;
    if (Array.isArray(b.errors) && own(b, 'errors') && !this.equal(a.errors, b.errors)) return false;
    return !this.modern || this.properties(a, b);
  }

  arrays(a, b) {
    const { length } = a;
    if (length !== b.length && (this.strict || this.modern)) return false;
    if (length !== b.length || this.strict) return this.properties(a, b);
    for (let i = 0; i < length; i += 1) if (!this.equal(a[i], b[i])) return false;
    return (isPlainList(a) && isPlainList(b)) || this.properties(a, b);
  }

  typedArrays(a, b) {
    if (a.length !== b.length) return false;
    for (let i = 0; i < a.length; i += 1) if (!is(a[i], b[i])) return false;
    return true;
  }

  contents(a, b) {
    const iterable = !Array.isArray(a) && typeof a[Symbol.iterator] === 'function' && typeof b[Symbol.iterator] === 'function';
    if (iterable) {
      const answer = this.iterables(a, b);
      if (answer !== undefined) return answer;
    }
    return this.subset ? this.subsetProperties(a, b) : this.properties(a, b);
  }

  /** A Map, Set or other opaque value inside a subset: all of it, its parts as subsets. */
  wholeContents(a, b) {
    const answer = typeof a[Symbol.iterator] === 'function' && typeof b[Symbol.iterator] === 'function' ? this.iterables(a, b) : undefined;
    return answer ?? this.properties(a, b);
  }

  iterables(a, b) {
    if (!sameConstructor(a.constructor, b.constructor)) return false;
    if (a.size !== undefined) {
      if (a.size !== b.size) return false;
      const tag = toStringTag.call(a);
      if (tag === '[object Set]' && isSetLike(a) && isSetLike(b)) return this.sets(a, b);
      if (tag === '[object Map]' && isMapLike(a) && isMapLike(b)) return this.maps(a, b);
    }
    let left;
    let right;
    try {
      left = a[Symbol.iterator]();
      right = b[Symbol.iterator]();
    } catch {
      return undefined;
    }
    for (let step = left.next(); !step.done; step = left.next()) {
      const other = right.next();
      if (other.done || !this.equal(step.value, other.value)) return false;
    }
    return Boolean(right.next().done) && this.properties(a, b);
  }

  sets(a, b) {
    const left = [];
    for (const value of a) if (!b.has(value)) left.push(value);
    const right = [];
    for (const value of b) if (!a.has(value)) right.push(value);
    return this.pairUp(left, right, (x, y) => this.equal(x, y)) && this.properties(a, b);
  }

  maps(a, b) {
    const left = [];
    const taken = new Set();
    for (const [key, value] of a) {
      if (b.has(key) && this.equal(value, b.get(key))) taken.add(key);
      else left.push([key, value]);
    }
    const right = [];
    for (const entry of b) if (!taken.has(entry[0])) right.push(entry);
    return this.pairUp(left, right, (x, y) => this.equal(x[0], y[0]) && this.equal(x[1], y[1])) && this.properties(a, b);
  }

  /** Whether every value on the left can have its own equal on the right (a perfect matching). */
  pairUp(left, right, same) {
    if (left.length !== right.length) return false;
    const partner = new Array(right.length).fill(-1);
    const answers = new Map();
    const fits = (i, j) => {
      const at = i * right.length + j;
      let answer = answers.get(at);
      if (answer === undefined) answers.set(at, (answer = same(left[i], right[j])));
      return answer;
    };
    const place = (i, seen) => {
      for (let j = 0; j < right.length; j += 1) {
        if (seen.has(j) || !fits(i, j)) continue;
        seen.add(j);
        if (partner[j] === -1 || place(partner[j], seen)) {
          partner[j] = i;
          return true;
        }
      }
      return false;
    };
    for (let i = 0; i < left.length; i += 1) if (!place(i, new Set())) return false;
    return true;
  }

  /** Own enumerable properties; not strict: one that is undefined is as good as one that is missing. */
  properties(a, b) {
    const aKeys = keysOf(a);
    let shared = 0;
    for (let i = 0; i < aKeys.length; i += 1) {
      const key = aKeys[i];
      if (isEnumerable.call(b, key)) shared += 1;
      else if (this.strict || own(b, key) || !(a[key] === undefined || isAsymmetric(a[key]))) return false;
      if (!this.equal(a[key], b[key])) return false;
    }
    const bKeys = keysOf(b);
    if (bKeys.length === shared) return true;
    for (let i = 0; i < bKeys.length; i += 1) {
      const key = bKeys[i];
      if (isEnumerable.call(a, key)) continue;
      if (this.strict || own(a, key) || !(b[key] === undefined || isAsymmetric(b[key]))) return false;
      if (!this.equal(a[key], b[key])) return false;
    }
    return true;
  }

  subsetProperties(object, subset) {
    const keys = keysOf(subset);
    for (let i = 0; i < keys.length; i += 1) {
      if (!hasInherited(object, keys[i]) || !this.equal(object[keys[i]], subset[keys[i]])) return false;
    }
    return true;
  }
}

/** No holes and no properties but its elements. */
function isPlainList(array) {
  const keys = keysOf(array);
  const { length } = array;
  return keys.length === length && (length === 0 || keys[length - 1] === String(length - 1));
}

/** Built-in values that have a content of their own beside their properties. */
const LEAVES =
  '[object Boolean][object String][object Number][object BigInt][object Symbol][object RegExp][object URL][object ArrayBuffer]' +
  '[object SharedArrayBuffer][object DataView][object Int8Array][object Int16Array][object Int32Array][object Uint8Array]' +
  '[object Uint8ClampedArray][object Uint16Array][object Uint32Array][object Float16Array][object Float32Array][object Float64Array]' +
  '[object BigInt64Array][object BigUint64Array]';

/** Values that a subset compares whole. */
function isOpaque(value) {
  return value instanceof Error || value instanceof Date || value instanceof Set || value instanceof Map;
}

function isSetLike(value) {
  return typeof value.has === 'function';
}

function isMapLike(value) {
  return typeof value.has === 'function' && typeof value.get === 'function';
}

function isNode(value) {
  return typeof value.nodeType === 'number' && typeof value.nodeName === 'string' && typeof value.isEqualNode === 'function';
}

function bytesOf(view) {
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}

function sameBytes(a, b) {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i += 1) if (a[i] !== b[i]) return false;
  return true;
}

module.exports = { equals, equalsWith, includesSubset, isAsymmetric, keysOf, hasInherited, customTesters };
