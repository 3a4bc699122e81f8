// Deep equality of assert and util.isDeepStrictEqual, strict, loose and partial.
//
// Rules of Node: strict compares with Object.is, prototypes, tags and own enumerable symbols; loose compares
// primitives with ==; Maps and Sets ignore order; partial asks only that the actual value contains the expected one.
//
// Must not change what it compares, and must not call user code but getters, proxies' traps and iterators.

const types = require('internal/util/types');
const { getOwnPropertySymbols, getPrototypeOf, is, keys: ownKeys } = Object;
const uncurry = (fn) => Function.prototype.call.bind(fn);
const hasOwn = uncurry(Object.prototype.hasOwnProperty);
const isEnumerable = uncurry(Object.prototype.propertyIsEnumerable);
const toStringOf = uncurry(Object.prototype.toString);
const { isView } = ArrayBuffer;

const STRICT = 0;
const LOOSE = 1;
const PARTIAL = 2;

const BOXED = [
  [types.isNumberObject, uncurry(Number.prototype.valueOf)],
  [types.isStringObject, uncurry(String.prototype.valueOf)],
  [types.isBooleanObject, uncurry(Boolean.prototype.valueOf)],
  [types.isBigIntObject, uncurry(BigInt.prototype.valueOf)],
  [types.isSymbolObject, uncurry(Symbol.prototype.valueOf)],
];

/**
 * Pairs on the current path. Meeting a pair again means that both sides go round in the same way, however many steps
 * each of them takes for one turn; there are finitely many pairs, so this ends.
 */
class Path {
  constructor() {
    this.pairs = new Map();
  }

  has(a, b) {
    return this.pairs.get(a)?.has(b) === true;
  }

  within(a, b, compare) {
    let partners = this.pairs.get(a);
    if (partners === undefined) this.pairs.set(a, (partners = new Set()));
    partners.add(b);
    const result = compare();
    partners.delete(b);
    return result;
  }
}

function equal(a, b, mode, path) {
  if (a === b) return a !== 0 || mode === LOOSE || is(a, b);
  if (mode === LOOSE) {
    if (a === null || typeof a !== 'object') {
      // eslint-disable-next-line eqeqeq
      return (b === null || typeof b !== 'object') && (a == b || (a !== a && b !== b));
    }
    if (b === null || typeof b !== 'object') return false;
  } else {
    if (typeof a !== 'object') return typeof a === 'number' && a !== a && b !== b;
    if (typeof b !== 'object' || a === null || b === null) return false;
    if (mode === STRICT && getPrototypeOf(a) !== getPrototypeOf(b)) return false;
  }
  return equalObjects(a, b, mode, path);
}

function equalObjects(a, b, mode, path) {
  if (toStringOf(a) !== toStringOf(b)) return false;
  const isArray = Array.isArray(a);
  if (isArray !== Array.isArray(b)) return false;
  if (isArray) {
    if (mode === PARTIAL ? a.length < b.length : a.length !== b.length) return false;
    if (mode === PARTIAL) return equalWithPath(a, b, mode, path, partialArrays);
    const keysA = nonIndexKeys(a, mode);
    if (keysA.length !== nonIndexKeys(b, mode).length) return false;
    return equalProperties(a, b, mode, path, keysA, equalItems);
  }
  if (toStringOf(a) === '[object Object]' && !mayBeSpecial(a) && !mayBeSpecial(b)) {
    return equalProperties(a, b, mode, path);
  }
  return equalBuiltIns(a, b, mode, path);
}

// Plain objects and user classes are by far the most common; this spares them a dozen brand checks.
function mayBeSpecial(value) {
  const proto = getPrototypeOf(value);
  return (proto !== Object.prototype && proto !== null) || Symbol.toStringTag in value;
}

function equalBuiltIns(a, b, mode, path) {
  if (types.isDate(a)) {
    if (!types.isDate(b)) return false;
    const [timeA, timeB] = [Date.prototype.getTime.call(a), Date.prototype.getTime.call(b)];
    if (timeA !== timeB && (timeA === timeA || timeB === timeB)) return false;
  } else if (types.isRegExp(a)) {
    if (!types.isRegExp(b) || a.source !== b.source || a.flags !== b.flags || a.lastIndex !== b.lastIndex) return false;
  } else if (types.isError(a)) {
    if (!types.isError(b) || !equalErrors(a, b, mode, path)) return false;
  } else if (isView(a)) {
    return isView(b) && equalViews(a, b, mode, path);
  } else if (types.isSet(a)) {
    if (!types.isSet(b) || (mode === PARTIAL ? a.size < b.size : a.size !== b.size)) return false;
    return equalProperties(a, b, mode, path, undefined, equalSets);
  } else if (types.isMap(a)) {
    if (!types.isMap(b) || (mode === PARTIAL ? a.size < b.size : a.size !== b.size)) return false;
    return equalProperties(a, b, mode, path, undefined, equalMaps);
  } else if (types.isAnyArrayBuffer(a)) {
    if (!types.isAnyArrayBuffer(b) || !equalBytes(new Uint8Array(a), new Uint8Array(b), mode)) return false;
  } else if (types.isBoxedPrimitive(a)) {
    if (!equalBoxed(a, b)) return false;
  } else if (types.isWeakMap(a) || types.isWeakSet(a) || types.isPromise(a)) {
    // Nothing can be seen of their contents, so only the same object is equal; decided by the caller.
    return false;
  } else if (isOtherBuiltIn(b)) {
    return false;
  }
  return equalProperties(a, b, mode, path);
}

function isOtherBuiltIn(value) {
  return Array.isArray(value) || isView(value) || types.isSet(value) || types.isMap(value) || types.isDate(value) ||
    types.isRegExp(value) || types.isAnyArrayBuffer(value) || types.isBoxedPrimitive(value) || types.isError(value) ||
    types.isWeakMap(value) || types.isWeakSet(value) || types.isPromise(value);
}

function equalErrors(a, b, mode, path) {
  // Hidden properties that matter all the same. In the order of cost.
  if (a.message !== b.message || a.name !== b.name) return false;
  for (const key of ['cause', 'errors']) {
    if (hasOwn(b, key) ? !hasOwn(a, key) : hasOwn(a, key) && mode !== PARTIAL) return false;
    if (hasOwn(b, key) && !equal(a[key], b[key], mode, path)) return false;
  }
  return true;
}

function equalBoxed(a, b) {
  for (let i = 0; i < BOXED.length; i++) {
    const [test, valueOf] = BOXED[i];
    if (test(a)) return test(b) && is(valueOf(a), valueOf(b));
  }
  return false;
}

function equalViews(a, b, mode, path) {
  const tag = types.typedArrayTag(a);
  if (tag !== types.typedArrayTag(b)) return false;
  const isFloat = tag === 'Float32Array' || tag === 'Float64Array' || tag === 'Float16Array';
  if (mode === PARTIAL ? a.byteLength < b.byteLength : a.byteLength !== b.byteLength) return false;
  if (isFloat) {
    for (let i = 0; i < b.length; i++) {
      if (mode === LOOSE ? a[i] !== b[i] && (a[i] === a[i] || b[i] === b[i]) : !is(a[i], b[i])) return false;
    }
  } else if (!equalBytes(bytesOf(a), bytesOf(b), mode)) {
    return false;
  }
  const keys = nonIndexKeys(a, mode);
  if (mode !== PARTIAL && keys.length !== nonIndexKeys(b, mode).length) return false;
  return equalProperties(a, b, mode, path, mode === PARTIAL ? nonIndexKeys(b, mode) : keys);
}

function bytesOf(view) {
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}

function equalBytes(a, b, mode) {
  if (mode === PARTIAL ? a.length < b.length : a.length !== b.length) return false;
  for (let i = 0; i < b.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

const INDEX = /^(?:0|[1-9]\d{0,9})$/;

function nonIndexKeys(value, mode) {
  const keys = ownKeys(value);
  let first = keys.length;
  while (first > 0 && !INDEX.test(keys[first - 1])) first--;
  const names = keys.slice(first);
  return mode === LOOSE ? names : names.concat(enumerableSymbols(value));
}

function enumerableSymbols(value) {
  const symbols = getOwnPropertySymbols(value);
  return symbols.length === 0 ? symbols : symbols.filter((symbol) => isEnumerable(value, symbol));
}

/** Own properties, then the entries of the kind. `given` are the keys when the caller knows them. */
function equalProperties(a, b, mode, path, given, entries) {
  let keys = given;
  if (keys === undefined) {
    keys = ownKeys(mode === PARTIAL ? b : a);
    if (mode !== PARTIAL && keys.length !== ownKeys(b).length) return false;
    if (mode !== LOOSE) {
      const symbols = enumerableSymbols(mode === PARTIAL ? b : a);
      if (mode === STRICT && symbols.length !== enumerableSymbols(b).length) return false;
      if (symbols.length > 0) keys = keys.concat(symbols);
    }
  }
  const other = mode === PARTIAL ? a : b;
  for (let i = 0; i < keys.length; i++) {
    if (mode === LOOSE ? !hasOwn(other, keys[i]) : !isEnumerable(other, keys[i])) return false;
  }
  if (keys.length === 0 && entries === undefined) return true;
  return equalWithPath(a, b, mode, path, (inner) => {
    if (entries !== undefined && !entries(a, b, mode, inner)) return false;
    for (let i = 0; i < keys.length; i++) {
      if (!equal(a[keys[i]], b[keys[i]], mode, inner)) return false;
    }
    return true;
  });
}

function equalWithPath(a, b, mode, path, compare) {
  const current = path ?? new Path();
  if (current.has(a, b)) return true;
  return current.within(a, b, () =>
    compare.length > 1 ? compare(a, b, mode, current) : compare(current));
}

function equalItems(a, b, mode, path) {
  for (let i = 0; i < a.length; i++) {
    const present = hasOwn(a, i);
    if (present !== hasOwn(b, i)) return false;
    if (present && !equal(a[i], b[i], mode, path)) return false;
  }
  return true;
}

/** Partial arrays: the expected items occur in the actual ones, in order. */
function partialArrays(a, b, mode, path) {
  let from = 0;
  for (let i = 0; i < b.length; i++) {
    while (from < a.length && !equal(a[from], b[i], mode, path)) from++;
    if (from === a.length) return false;
    from++;
  }
  const keys = nonIndexKeys(b, mode);
  return keys.every((key) => isEnumerable(a, key) && equal(a[key], b[key], mode, path));
}

const isPrimitive = (value) => typeof value !== 'object' || value === null;

// ---- sets and maps ----

/** Every item of `b` has its own equal in `a`. Equal sizes make it both ways. */
function equalSets(a, b, mode, path) {
  let open;
  for (const item of b) {
    if (a.has(item)) continue;
    // In strict mode a primitive has no other equal; in loose mode 1 may be '1'.
    if (isPrimitive(item) && mode !== LOOSE) return false;
    (open ??= []).push(item);
  }
  if (open === undefined) return true;
  const candidates = [];
  for (const item of a) {
    if (b.has(item) || (isPrimitive(item) && mode !== LOOSE)) continue;
    candidates.push(item);
  }
  return matchAll(open, candidates, (expected, actual) => equal(actual, expected, mode, path));
}

function equalMaps(a, b, mode, path) {
  let open;
  for (const [key, value] of b) {
    if (isPrimitive(key)) {
      if (a.has(key) && (mode !== LOOSE || equal(a.get(key), value, mode, path))) {
        if (!equal(a.get(key), value, mode, path)) return false;
        continue;
      }
      if (mode !== LOOSE) return false;
    } else if (a.has(key) && equal(a.get(key), value, mode, path)) {
      continue;
    }
    (open ??= []).push([key, value]);
  }
  if (open === undefined) return true;
  const candidates = [];
  for (const entry of a) {
    const [key, value] = entry;
    const taken = b.has(key) && equal(value, b.get(key), mode, path);
    if (!taken && (mode === LOOSE || !isPrimitive(key))) candidates.push(entry);
  }
  return matchAll(open, candidates, (expected, actual) =>
    equal(actual[0], expected[0], mode, path) && equal(actual[1], expected[1], mode, path));
}

/** Gives each wanted item a candidate of its own; equality is transitive enough for a greedy choice. */
function matchAll(wanted, candidates, same) {
  const free = candidates.slice();
  for (let i = 0; i < wanted.length; i++) {
    const at = free.findIndex((candidate) => same(wanted[i], candidate));
    if (at === -1) return false;
    free.splice(at, 1);
  }
  return true;
}

module.exports = {
  isDeepEqual: (a, b) => equal(a, b, LOOSE, undefined),
  isDeepStrictEqual: (a, b) => equal(a, b, STRICT, undefined),
  isPartialStrictEqual: (actual, expected) => equal(actual, expected, PARTIAL, undefined),
};
