// Blob and File: immutable bytes with a type.
//
// Bytes are copied in once, when the blob is made; slices share them.

const { encodeUtf8 } = binding('encoding');
const { trunc, min, max } = Math;

const STREAM_CHUNK = 65536;
const state = new WeakMap();

function partBytes(part) {
  if (part instanceof Blob) return state.get(part).bytes;
  if (part instanceof ArrayBuffer) return new Uint8Array(part.slice(0));
  if (ArrayBuffer.isView(part)) return new Uint8Array(part.buffer, part.byteOffset, part.byteLength).slice();
  return encodeUtf8(String(part).toWellFormed());
}

function withNativeLineEnds(part, endings) {
  return endings === 'native' && typeof part === 'string' ? part.replace(/\r\n?/g, '\n') : part;
}

function concat(parts, endings) {
  const pieces = [];
  let length = 0;
  for (const part of parts) {
    const bytes = partBytes(withNativeLineEnds(part, endings));
    pieces.push(bytes);
    length += bytes.length;
  }
  const whole = new Uint8Array(length);
  let at = 0;
  for (let i = 0; i < pieces.length; i += 1) {
    whole.set(pieces[i], at);
    at += pieces[i].length;
  }
  return whole;
}

/** A type with characters outside printable ASCII is no type. */
function typeOf(value) {
  const type = value === undefined ? '' : String(value);
  return /[^\x20-\x7e]/.test(type) ? '' : type.toLowerCase();
}

function endingsOf(value) {
  const endings = value === undefined ? 'transparent' : String(value);
  if (endings === 'transparent' || endings === 'native') return endings;
  throw new TypeError(`The property 'options.endings' must be 'transparent' or 'native'. Received ${endings}`);
}

function stateOf(blob) {
  const own = state.get(blob);
  if (own === undefined) throw new TypeError('Value of "this" must be of type Blob');
  return own;
}

function offset(value, size, fallback) {
  if (value === undefined) return fallback;
  const whole = trunc(Number(value)) || 0;
  return whole < 0 ? max(size + whole, 0) : min(whole, size);
}

class Blob {
  constructor(sources = [], options = {}) {
    if (sources === null || typeof sources !== 'object' || typeof sources[Symbol.iterator] !== 'function') {
      throw new TypeError('The "sources" argument must be a sequence');
    }
    const { type, endings } = options ?? {};
    state.set(this, { bytes: concat(sources, endingsOf(endings)), type: typeOf(type) });
  }

  get size() {
    return stateOf(this).bytes.length;
  }

  get type() {
    return stateOf(this).type;
  }

  slice(start, end, type) {
    const { bytes } = stateOf(this);
    const from = offset(start, bytes.length, 0);
    return blobOf(bytes.subarray(from, max(offset(end, bytes.length, bytes.length), from)), typeOf(type));
  }

  async arrayBuffer() {
    return stateOf(this).bytes.slice().buffer;
  }

  async bytes() {
    return stateOf(this).bytes.slice();
  }

  async text() {
    const { TextDecoder } = require('web/text_codec');
    return new TextDecoder().decode(stateOf(this).bytes);
  }

  stream() {
    const { bytes } = stateOf(this);
    const { ReadableStream } = require('dist/web_streams');
    let at = 0;
    return new ReadableStream({
      type: 'bytes',
      pull(controller) {
        const end = min(at + STREAM_CHUNK, bytes.length);
        if (at < end) controller.enqueue(bytes.slice(at, end));
        at = end;
        if (at === bytes.length) {
          controller.close();
          // A reader with a buffer of its own waits for an answer even at the end.
          controller.byobRequest?.respond(0);
        }
      },
    });
  }

  get [Symbol.toStringTag]() {
    return 'Blob';
  }

  [Symbol.for('nodejs.util.inspect.custom')](depth, options, inspect) {
    return `${this.constructor.name} ${inspect({ size: this.size, type: this.type }, options)}`;
  }
}

const names = new WeakMap();

class File extends Blob {
  constructor(sources, name, options = {}) {
    if (arguments.length < 2) throw new TypeError('The "sources" and "fileName" arguments must be specified');
    super(sources, options);
    const { lastModified } = options ?? {};
    names.set(this, {
      name: String(name).toWellFormed(),
      lastModified: lastModified === undefined ? Date.now() : trunc(Number(lastModified)) || 0,
    });
  }

  get name() {
    return names.get(this).name;
  }

  get lastModified() {
    return names.get(this).lastModified;
  }

  get [Symbol.toStringTag]() {
    return 'File';
  }
}

for (const [prototype, keys] of [
  [Blob.prototype, ['size', 'type', 'slice', 'arrayBuffer', 'bytes', 'text', 'stream']],
  [File.prototype, ['name', 'lastModified']],
]) {
  for (const key of keys) Object.defineProperty(prototype, key, { enumerable: true });
}

/** A blob over bytes that nobody changes any more. */
function blobOf(bytes, type, prototype = Blob.prototype) {
  const blob = Object.create(prototype);
  state.set(blob, { bytes, type });
  return blob;
}

function fileOf(bytes, type, name, lastModified) {
  const file = blobOf(bytes, type, File.prototype);
  names.set(file, { name, lastModified });
  return file;
}

require('internal/clone/registry').register((value) => state.has(value), (writer, value) => {
  const { bytes, type } = state.get(value);
  const file = names.get(value);
  writer.tag(file === undefined ? writer.tags.BLOB : writer.tags.FILE);
  writer.string(type);
  writer.blob(bytes);
  if (file !== undefined) {
    writer.string(file.name);
    writer.double(file.lastModified);
  }
});

module.exports = {
  Blob,
  blobOf,
  bytesOf: (blob) => stateOf(blob).bytes,
  File,
  fileOf,
  resolveObjectURL: (url) => require('internal/blob_urls').resolve(url),
};
