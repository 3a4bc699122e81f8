// Writes a value as bytes, text and what moves with it: the walk of the structured clone algorithm.
//
// Getters of the value run in the middle of it and may clone something themselves, so all state is the writer's own.

const native = binding('messaging');
const types = require('internal/util/types');
const { dataCloneError, errorNames, tags, viewNames } = require('internal/clone/kinds');
const { platform } = require('internal/clone/registry');

const toStringOf = Function.prototype.call.bind(Object.prototype.toString);
const hasOwn = Function.prototype.call.bind(Object.prototype.hasOwnProperty);
const { getOwnPropertyDescriptor, getPrototypeOf, keys: keysOf } = Object;
const { isArray } = Array;
const { floor, max } = Math;
const { toStringTag } = Symbol;
const plain = Object.prototype;
const BytesArray = Uint8Array;
const valueOf = {
  number: Function.prototype.call.bind(Number.prototype.valueOf),
  string: Function.prototype.call.bind(String.prototype.valueOf),
  boolean: Function.prototype.call.bind(Boolean.prototype.valueOf),
  bigint: Function.prototype.call.bind(BigInt.prototype.valueOf),
};
const mapEach = Function.prototype.call.bind(Map.prototype.forEach);
const setEach = Function.prototype.call.bind(Set.prototype.forEach);
const timeOf = Function.prototype.call.bind(Date.prototype.getTime);

const number = new Float64Array(1);
const numberBytes = new Uint8Array(number.buffer);

const PLAIN = '[object Object]';
const SMALL = 4096;
/** Bytes of the last writer that was done with them. */
let spare;

/** What was marked; undefined as long as nothing was. */
let uncloneable;

function markAsUncloneable(object) {
  if (object === null || (typeof object !== 'object' && typeof object !== 'function')) return;
  uncloneable ??= new WeakSet();
  uncloneable.add(object);
}

function describe(value) {
  if (typeof value === 'symbol') return value.toString();
  if (typeof value === 'function') return Function.prototype.toString.call(value);
  return `#<${value.constructor?.name || 'Object'}>`;
}

function refuse(value) {
  return dataCloneError(`${describe(value)} could not be cloned.`);
}

class Writer {
  /** `moved`: what is transferred, by object, or undefined. `isLocal`: the reader is in the same realm. */
  constructor(moved, isLocal) {
    this.bytes = spare ?? new BytesArray(SMALL);
    spare = undefined;
    this.at = 0;
    this.strings = [];
    this.shared = [];
    this.same = [];
    this.moved = moved;
    this.isLocal = isLocal;
    this.tags = tags;
    /** What may be a proxy, which only native code can tell: asked once, at the end. */
    this.suspects = [];
    this.seen = new Map();
    this.keys = new Map();
  }

  /** The whole value. */
  writeAll(value) {
    this.write(value);
    if (this.suspects.length === 0) return;
    const proxy = native.firstProxy(this.suspects);
    if (proxy !== undefined) throw refuse(this.suspects[proxy]);
  }

  /** Nobody needs the bytes any more. */
  recycle() {
    if (this.bytes.length <= 65536) spare = this.bytes;
    this.bytes = undefined;
  }

  need(count) {
    if (this.at + count <= this.bytes.length) return;
    const larger = new BytesArray(max(this.bytes.length * 2, this.at + count));
    larger.set(this.bytes);
    this.bytes = larger;
  }

  /** A byte; there is room for one more than was asked for. */
  tag(value) {
    if (this.at === this.bytes.length) this.need(1);
    this.bytes[this.at++] = value;
  }

  uint(value) {
    if (this.at + 10 > this.bytes.length) this.need(10);
    const { bytes } = this;
    let rest = value;
    while (rest > 127) {
      bytes[this.at++] = (rest % 128) | 128;
      rest = floor(rest / 128);
    }
    bytes[this.at++] = rest;
  }

  double(value) {
    this.need(8);
    number[0] = value;
    this.bytes.set(numberBytes, this.at);
    this.at += 8;
  }

  string(value) {
    this.uint(value.length);
    this.strings[this.strings.length] = value;
  }

  blob(bytes) {
    this.uint(bytes.length);
    this.need(bytes.length);
    this.bytes.set(bytes, this.at);
    this.at += bytes.length;
  }

  key(name) {
    const known = this.keys.get(name);
    if (known !== undefined) {
      this.uint(known);
    } else {
      this.keys.set(name, this.keys.size + 2);
      this.tag(1);
      this.string(name);
    }
  }

  write(value) {
    switch (typeof value) {
      case 'string':
        this.tag(tags.STRING);
        this.string(value);
        break;
      case 'number':
        this.number(value);
        break;
      case 'object':
        if (value === null) this.tag(tags.NULL);
        else this.object(value);
        break;
      case 'undefined':
        this.tag(tags.UNDEFINED);
        break;
      case 'boolean':
        this.tag(value ? tags.TRUE : tags.FALSE);
        break;
      case 'bigint':
        this.tag(tags.BIGINT);
        this.string(`${value}`);
        break;
      default:
        throw refuse(value);
    }
  }

  number(value) {
    if ((value | 0) === value && (value !== 0 || 1 / value > 0)) {
      this.tag(tags.INT);
      this.uint(value < 0 ? -2 * value - 1 : 2 * value);
    } else {
      this.tag(tags.DOUBLE);
      this.double(value);
    }
  }

  object(value) {
    const known = this.seen.get(value);
    if (known !== undefined) {
      this.tag(tags.REF);
      this.uint(known);
      return;
    }
    if (uncloneable?.has(value)) throw refuse(value);
    this.seen.set(value, this.seen.size);
    if (isArray(value)) {
      this.suspects[this.suspects.length] = value;
      this.array(value);
    } else if (getPrototypeOf(value) === plain && !(toStringTag in value) && toStringOf(value) === PLAIN) {
      this.plainObject(value);
    } else {
      writeBuiltIn(this, value);
    }
  }

  plainObject(value) {
    this.suspects[this.suspects.length] = value;
    this.tag(tags.OBJECT);
    this.properties(value, keysOf(value), 0);
  }

  /** From the key at `first` on. */
  properties(value, keys, first) {
    for (let i = first; i < keys.length; i++) {
      const name = keys[i];
      // A getter may have removed what was listed.
      if (!hasOwn(value, name)) continue;
      const item = value[name];
      this.key(name);
      this.write(item);
    }
    this.tag(0);
  }

  array(value) {
    const { length } = value;
    const keys = keysOf(value);
    // Holes are worth a byte each, up to a point; indices come before all other keys.
    if (keys.length < length / 2) {
      this.tag(tags.SPARSE);
      this.uint(length);
      this.properties(value, keys, 0);
      return;
    }
    this.tag(tags.ARRAY);
    this.uint(length);
    let indices = 0;
    for (let i = 0; i < length; i++) {
      const item = value[i];
      if (item === undefined && !hasOwn(value, i)) {
        this.tag(tags.HOLE);
      } else {
        indices += 1;
        this.write(item);
      }
    }
    this.properties(value, keys, firstName(keys, indices));
  }
}

/** Where the keys that are no index begin: behind as many as there were, unless getters have changed the array meanwhile. */
function firstName(keys, indices) {
  let at = indices < keys.length ? indices : keys.length;
  while (at > 0 && !isIndex(keys[at - 1])) at -= 1;
  while (at < keys.length && isIndex(keys[at])) at += 1;
  return at;
}

const isIndex = (key) => `${key >>> 0}` === key && key !== '4294967295';

// ---- built-ins ----

function writeBuiltIn(writer, value) {
  const moved = writer.moved?.get(value);
  if (moved !== undefined) return moved.write(writer, value);
  const text = toStringOf(value);
  const likely = byText[text];
  if (likely !== undefined && likely.is(value)) return likely.write(writer, value);
  for (let i = 0; i < platform.length; i++) {
    if (platform[i].is(value)) return platform[i].write(writer, value);
  }
  // A tag of its own, or none where there should be one: it may be anything.
  if (text !== PLAIN || toStringTag in value) {
    for (let i = 0; i < builtIns.length; i++) if (builtIns[i].is(value)) return builtIns[i].write(writer, value);
    if (isRefused(value)) throw refuse(value);
  }
  if (value === globalThis) throw refuse(value);
  return writer.plainObject(value);
}

function isRefused(value) {
  if (types.isPromise(value) || types.isWeakMap(value) || types.isWeakSet(value) || types.isProxy(value)) return true;
  if (types.isGeneratorObject(value) || types.isMapIterator(value) || types.isSetIterator(value)) return true;
  if (types.isArgumentsObject(value) || types.isExternal(value) || value instanceof WeakRef) return true;
  return /^\[object Intl\./.test(toStringOf(value));
}

function writeDate(writer, value) {
  writer.tag(tags.DATE);
  writer.double(timeOf(value));
}

function writeRegExp(writer, value) {
  writer.tag(tags.REGEXP);
  writer.string(value.source);
  writer.string(value.flags);
}

function writeModule(writer, module) {
  if (!writer.isLocal) {
    throw dataCloneError('#<Module> could not be cloned: trun cannot give a WebAssembly.Module to another thread; send its bytes instead.');
  }
  writer.tag(tags.SAME);
  writer.uint(writer.same.length);
  writer.same.push(module);
}

function writeBoxed(writer, value) {
  if (types.isSymbolObject(value)) throw dataCloneError('[object Symbol] could not be cloned.');
  writer.tag(tags.BOXED);
  if (types.isNumberObject(value)) writer.write(valueOf.number(value));
  else if (types.isStringObject(value)) writer.write(valueOf.string(value));
  else if (types.isBooleanObject(value)) writer.write(valueOf.boolean(value));
  else writer.write(valueOf.bigint(value));
}

/** What was there when it began: writing an entry may run code that changes the map. */
function writeMap(writer, value) {
  const entries = [];
  mapEach(value, (item, key) => entries.push(key, item));
  writer.tag(tags.MAP);
  writer.uint(entries.length / 2);
  for (let i = 0; i < entries.length; i++) writer.write(entries[i]);
}

function writeSet(writer, value) {
  const items = [];
  setEach(value, (item) => items.push(item));
  writer.tag(tags.SET);
  writer.uint(items.length);
  for (let i = 0; i < items.length; i++) writer.write(items[i]);
}

function writeBuffer(writer, value) {
  if (types.isSharedArrayBuffer(value)) return writeShared(writer, value);
  if (value.detached) throw dataCloneError('An ArrayBuffer is detached and could not be cloned.');
  writer.tag(value.resizable ? tags.RESIZABLE : tags.BUFFER);
  if (value.resizable) writer.uint(value.maxByteLength);
  return writer.blob(new BytesArray(value));
}

function writeShared(writer, value) {
  const { isOurs, isGrowable } = require('web/shared_array_buffer');
  if (!isOurs(value)) {
    throw dataCloneError('#<SharedArrayBuffer> could not be cloned: trun cannot share WebAssembly memory with another realm or thread.');
  }
  writer.tag(tags.SHARED);
  writer.uint(writer.shared.length);
  writer.tag(isGrowable(value) ? 1 : 0);
  writer.shared.push(value);
}

function writeView(writer, value) {
  const kind = viewNames.indexOf(types.typedArrayTag(value) ?? 'DataView');
  writer.tag(tags.VIEW);
  writer.uint(kind);
  writer.uint(value.byteOffset);
  writer.uint(kind === 0 ? value.byteLength : value.length);
  writer.write(value.buffer);
}

/** The engine's form names chunks, which each thread numbers for itself: what leaves has the positions of files instead. */
function stackTextOf(error) {
  const { stack } = error;
  const isEngines = typeof stack === 'string' && (stack.includes('@trun-chunk:') || stack.includes('@trun:'));
  return isEngines ? require('internal/errors_stack').stackOf(error) : stack;
}

function writeError(writer, value) {
  const name = value.name === undefined ? 'Error' : String(value.name);
  const message = getOwnPropertyDescriptor(value, 'message');
  const hasMessage = message !== undefined && 'value' in message;
  const stack = stackTextOf(value);
  const hasStack = typeof stack === 'string';
  const hasCause = hasOwn(value, 'cause');
  writer.tag(tags.ERROR);
  writer.tag(max(errorNames.indexOf(name), 0));
  writer.tag((hasMessage ? 1 : 0) | (hasStack ? 2 : 0) | (hasCause ? 4 : 0));
  if (hasMessage) writer.string(String(message.value));
  if (hasStack) writer.string(stack);
  if (hasCause) writer.write(value.cause);
}

/** What is recognised by an operation that works on its kind alone, whatever prototype it has. */
const builtIns = [
  { texts: ['Date'], is: types.isDate, write: writeDate },
  { texts: ['Map'], is: types.isMap, write: writeMap },
  { texts: ['Set'], is: types.isSet, write: writeSet },
  { texts: viewNames, is: ArrayBuffer.isView, write: writeView },
  { texts: ['ArrayBuffer', 'SharedArrayBuffer'], is: types.isAnyArrayBuffer, write: writeBuffer },
  { texts: ['RegExp'], is: types.isRegExp, write: writeRegExp },
  { texts: ['Error'], is: (value) => types.isNativeError(value) && !isPlatform(value), write: writeError },
  { texts: ['Boolean', 'Number', 'String', 'BigInt', 'Symbol'], is: types.isBoxedPrimitive, write: writeBoxed },
  { texts: ['WebAssembly.Module'], is: (value) => value instanceof WebAssembly.Module, write: writeModule },
];
const byText = { __proto__: null };
for (const kind of builtIns) for (const text of kind.texts) byText[`[object ${text}]`] = kind;

/** By their texts only: asking costs the module that makes streams. */
const unlisted = {
  is: (value) => require('internal/clone/streams').kindOf(value) !== -1,
  write() { throw dataCloneError('Object that needs transfer was found in message but not listed in transferList'); },
};
for (const text of ['ReadableStream', 'WritableStream', 'TransformStream']) byText[`[object ${text}]`] = unlisted;

function isPlatform(value) {
  return platform.some((kind) => kind.is(value));
}

module.exports = { Writer, markAsUncloneable };
