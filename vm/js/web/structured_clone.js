// structuredClone: the structured clone algorithm over what this runtime has, as one recursive walk.
//
// One call's state is { seen, transfer, later }: `seen` maps each source object to its copy, so cycles and shared
// references survive; `transfer` holds the buffers to move; `later` holds what waits for them. Buffers are detached only
// after the walk has succeeded, so whatever refers to one is a `Pending` until then.

const types = require('internal/util/types');
const toStringOf = Function.prototype.call.bind(Object.prototype.toString);
const hasOwn = Function.prototype.call.bind(Object.prototype.hasOwnProperty);

const ERROR_CLASSES = { __proto__: null, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError };

function cloneError(message) {
  const { DOMException } = require('web/dom_exception');
  return new DOMException(message, 'DataCloneError');
}

function describe(value) {
  if (typeof value === 'symbol') return value.toString();
  if (typeof value === 'function') return Function.prototype.toString.call(value);
  return `#<${value.constructor?.name || 'Object'}>`;
}

function refuse(value) {
  return cloneError(`${describe(value)} could not be cloned.`);
}

/** A transferred buffer, or a view over one, that does not exist yet. */
class Pending {
  constructor(make) {
    this.make = make;
    this.value = undefined;
  }
}

function clone(value, state) {
  if (typeof value === 'symbol' || typeof value === 'function') throw refuse(value);
  if (value === null || typeof value !== 'object') return value;
  const known = state.seen.get(value);
  if (known !== undefined) return known;
  if (Array.isArray(value)) return cloneProperties(value, new Array(value.length), state);
  const proto = Object.getPrototypeOf(value);
  // Plain objects skip the other brand checks unless they are something in disguise.
  if (proto === Object.prototype && !(Symbol.toStringTag in value) && isPlain(value)) {
    return cloneProperties(value, {}, state);
  }
  return cloneBuiltIn(value, state);
}

function isPlain(value) {
  return !types.isNativeError(value) && !types.isProxy(value) && toStringOf(value) === '[object Object]' &&
    !types.isMap(value) && !types.isSet(value) && !types.isPromise(value) && !types.isWeakMap(value) &&
    !types.isWeakSet(value) && !ArrayBuffer.isView(value) && !types.isAnyArrayBuffer(value) &&
    !types.isBoxedPrimitive(value);
}

function keep(state, source, copy) {
  state.seen.set(source, copy);
  return copy;
}

/** Runs `use` with the copy: at once, or when the transferred buffers are there. */
function whenReady(state, copy, use) {
  if (copy instanceof Pending) state.later.push(() => use(copy.value));
  else use(copy);
}

function cloneProperties(value, copy, state) {
  state.seen.set(value, copy);
  const keys = Object.keys(value);
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i];
    // A getter may have removed what was listed.
    if (!hasOwn(value, key)) continue;
    const item = clone(value[key], state);
    if (item instanceof Pending || key === '__proto__') {
      // The place is taken now, which keeps the order of the keys.
      show(copy, key, undefined);
      whenReady(state, item, (ready) => show(copy, key, ready));
    } else {
      copy[key] = item;
    }
  }
  return copy;
}

function show(object, key, value) {
  Object.defineProperty(object, key, { __proto__: null, value, writable: true, configurable: true, enumerable: true });
}

function hide(object, key, value) {
  Object.defineProperty(object, key, { __proto__: null, value, writable: true, configurable: true, enumerable: false });
}

function cloneBuiltIn(value, state) {
  if (types.isDate(value)) return keep(state, value, new Date(Date.prototype.getTime.call(value)));
  if (types.isRegExp(value)) return keep(state, value, new RegExp(value.source, value.flags));
  if (types.isBoxedPrimitive(value)) {
    if (types.isSymbolObject(value)) throw cloneError('[object Symbol] could not be cloned.');
    return keep(state, value, Object(primitiveOf(value)));
  }
  if (types.isMap(value)) return cloneMap(value, state);
  if (types.isSet(value)) return cloneSet(value, state);
  if (types.isAnyArrayBuffer(value)) return cloneBuffer(value, state);
  if (ArrayBuffer.isView(value)) return cloneView(value, state);
  if (types.isNativeError(value)) return cloneErrorObject(value, state);
  if (types.isPromise(value) || types.isWeakMap(value) || types.isWeakSet(value) || types.isProxy(value) ||
      value instanceof WeakRef || types.isGeneratorObject(value) || types.isMapIterator(value) ||
      types.isSetIterator(value)) {
    throw refuse(value);
  }
  return cloneProperties(value, {}, state);
}

function primitiveOf(value) {
  if (types.isNumberObject(value)) return Number.prototype.valueOf.call(value);
  if (types.isStringObject(value)) return String.prototype.valueOf.call(value);
  if (types.isBooleanObject(value)) return Boolean.prototype.valueOf.call(value);
  return BigInt.prototype.valueOf.call(value);
}

function cloneMap(value, state) {
  const copy = keep(state, value, new Map());
  const entries = [];
  Map.prototype.forEach.call(value, (item, key) => entries.push(key, item));
  const copies = entries.map((entry) => clone(entry, state));
  fill(state, copies, (ready) => {
    for (let i = 0; i < ready.length; i += 2) copy.set(ready[i], ready[i + 1]);
  });
  return copy;
}

function cloneSet(value, state) {
  const copy = keep(state, value, new Set());
  const items = [];
  Set.prototype.forEach.call(value, (item) => items.push(item));
  fill(state, items.map((item) => clone(item, state)), (ready) => ready.forEach((item) => copy.add(item)));
  return copy;
}

/** All at once, because the order of a Map's or Set's entries is the order in which they come. */
function fill(state, copies, use) {
  if (!copies.some((copy) => copy instanceof Pending)) {
    use(copies);
    return;
  }
  state.later.push(() => use(copies.map((copy) => (copy instanceof Pending ? copy.value : copy))));
}

function cloneBuffer(value, state) {
  if (types.isSharedArrayBuffer(value)) return keep(state, value, value);
  if (state.transfer?.has(value)) return keep(state, value, state.transfer.get(value));
  if (value.detached) throw cloneError('An ArrayBuffer is detached and could not be cloned.');
  if (!value.resizable) return keep(state, value, ArrayBuffer.prototype.slice.call(value, 0));
  const copy = new ArrayBuffer(value.byteLength, { maxByteLength: value.maxByteLength });
  new Uint8Array(copy).set(new Uint8Array(value));
  return keep(state, value, copy);
}

function cloneView(value, state) {
  const buffer = clone(value.buffer, state);
  const name = types.typedArrayTag(value) ?? 'DataView';
  const View = globalThis[name];
  const { byteOffset } = value;
  const length = name === 'DataView' ? value.byteLength : value.length;
  if (!(buffer instanceof Pending)) return keep(state, value, new View(buffer, byteOffset, length));
  const pending = new Pending(() => new View(buffer.value, byteOffset, length));
  state.later.unshift(() => { pending.value = pending.make(); });
  return keep(state, value, pending);
}

function cloneErrorObject(value, state) {
  const { DOMException } = require('web/dom_exception');
  if (value instanceof DOMException) return keep(state, value, new DOMException(value.message, value.name));
  const name = value.name === undefined ? 'Error' : String(value.name);
  const message = Object.getOwnPropertyDescriptor(value, 'message');
  const copy = keep(state, value, new (ERROR_CLASSES[name] ?? Error)());
  if (message !== undefined && 'value' in message) hide(copy, 'message', String(message.value));
  const { stack } = value;
  if (typeof stack === 'string') hide(copy, 'stack', stack);
  if (hasOwn(value, 'cause')) {
    const cause = clone(value.cause, state);
    hide(copy, 'cause', undefined);
    whenReady(state, cause, (ready) => hide(copy, 'cause', ready));
  }
  return copy;
}

// ---- entry ----

function structuredClone(value, options = undefined) {
  const { codes } = require('internal/errors');
  if (arguments.length === 0) throw new codes.ERR_MISSING_ARGS('value');
  if (options != null && typeof options !== 'object' && typeof options !== 'function') {
    throw new codes.ERR_INVALID_ARG_TYPE('options', ['object', 'null', 'undefined'], options);
  }
  const list = options?.transfer;
  const state = { seen: new Map(), transfer: undefined, later: [] };
  if (list === undefined) return clone(value, state);
  if (list === null || typeof list !== 'object' || typeof list[Symbol.iterator] !== 'function') {
    throw new codes.ERR_INVALID_ARG_TYPE('options.transfer', 'iterable', list);
  }
  state.transfer = pendingBuffers([...list]);
  const copy = clone(value, state);
  for (const [buffer, pending] of state.transfer) pending.value = buffer.transfer();
  for (const finish of state.later) finish();
  return copy instanceof Pending ? copy.value : copy;
}

function pendingBuffers(list) {
  const buffers = new Map();
  for (const item of list) {
    if (!types.isArrayBuffer(item)) throw cloneError('Found invalid value in transferList');
    if (buffers.has(item)) throw cloneError('ArrayBuffer occurs in the transfer list more than once');
    if (item.detached) throw cloneError('An ArrayBuffer is detached and could not be cloned.');
    buffers.set(item, new Pending());
  }
  return buffers;
}

module.exports = { structuredClone };
