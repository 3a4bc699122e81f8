// What Request and Response have in common: a body that is read once, as a whole or as a stream.
//
// A body's source is what it was made of. A stream is made of it only when somebody asks for `body`: text and bytes go to the wire
// and to `text()` without one, and a body from the wire is pulled piece by piece.

const { networkError, promised } = require('internal/net_errors');

const http = binding('http');
const { encodeUtf8 } = binding('encoding');

const lazy = {
  get streams() { return require('dist/web_streams'); },
  get form() { return require('web/form_data'); },
  get blob() { return require('web/blob'); },
};

const decodeText = (bytes) => new (require('web/text_codec').TextDecoder)().decode(bytes);

function copyOf(bytes) {
  if (bytes instanceof ArrayBuffer) return new Uint8Array(bytes.slice(0));
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength).slice();
}

/** A body that is being held by one message. */
class Body {
  /** `source`: null, text, bytes, a Blob, or { id } of a body on the wire. */
  constructor(source, type = undefined, stream = undefined) {
    this.source = source;
    this.type = type;
    this.stream = stream;
    this.isUsed = false;
    /** Tells a body on the wire that is read by a stream what has become of it. */
    this.onError = undefined;
    this.onEnd = undefined;
  }

  get isEmpty() { return this.source === null && this.stream === undefined; }
  get isDisturbed() { return this.isUsed || (this.stream?._disturbed ?? false); }
  get isLocked() { return this.stream?.locked ?? false; }

  asStream() {
    if (this.isEmpty) return null;
    return (this.stream ??= this.makeStream());
  }

  makeStream() {
    const { ReadableStream } = lazy.streams;
    const { source } = this;
    if (source instanceof lazy.blob.Blob) return source.stream();
    if (typeof source === 'object' && source.id !== undefined) return this.wireStream(source.id);
    const bytes = typeof source === 'string' ? encodeUtf8(source) : source;
    const stream = new ReadableStream({
      type: 'bytes',
      pull(controller) {
        if (bytes.byteLength > 0) controller.enqueue(copyOf(bytes));
        controller.close();
        controller.byobRequest?.respond(0);
      },
    });
    if (this.isUsed) stream.cancel();
    return stream;
  }

  wireStream(id) {
    const body = this;
    return new lazy.streams.ReadableStream({
      type: 'bytes',
      async pull(controller) {
        let piece;
        try {
          piece = await promised(http.read, id);
        } catch (error) {
          throw body.onError?.(error) ?? error;
        }
        if (piece instanceof ArrayBuffer) {
          controller.enqueue(new Uint8Array(piece));
          return;
        }
        body.onEnd?.();
        controller.close();
        controller.byobRequest?.respond(0);
      },
      cancel() {
        http.cancel(id);
        body.onEnd?.();
      },
    }, { highWaterMark: 0 });
  }

  /** Makes what is under way fail, and what comes after. */
  abort(reason) {
    if (typeof this.source === 'object' && this.source?.id !== undefined) {
      this.aborted = { reason };
      this.onError = () => reason;
      http.cancel(this.source.id);
      const controller = this.stream?._readableStreamController;
      if (controller !== undefined && this.stream._state === 'readable') controller.error(reason);
    }
  }

  /** All of it, as bytes of its own or text. */
  async all() {
    if (this.isDisturbed || this.isLocked) throw new TypeError('Body is unusable: Body has already been read');
    this.isUsed = true;
    if (this.aborted !== undefined) throw this.aborted.reason;
    if (this.stream !== undefined) return collect(this.stream);
    const { source } = this;
    if (source === null) return '';
    if (typeof source === 'string') return source;
    if (source instanceof lazy.blob.Blob) return source.bytes();
    if (source.id === undefined) return copyOf(source);
    try {
      const whole = await promised(http.readAll, source.id);
      return whole === null ? '' : new Uint8Array(whole);
    } catch (error) {
      throw this.onError?.(error) ?? error;
    } finally {
      this.onEnd?.();
    }
  }

  /** A second body with the same contents. */
  clone() {
    if (this.isDisturbed || this.isLocked) throw new TypeError('Response.clone: Body has already been consumed.');
    const isWire = typeof this.source === 'object' && this.source?.id !== undefined;
    if (this.stream === undefined && !isWire) return new Body(this.source, this.type);
    const [mine, other] = this.asStream().tee();
    this.stream = mine;
    this.source = null;
    return new Body(null, this.type, other);
  }
}

async function collect(stream) {
  const reader = stream.getReader();
  const pieces = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    if (!(value instanceof Uint8Array)) throw new TypeError('Received non-Uint8Array chunk');
    pieces.push(value);
    length += value.length;
  }
  const whole = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

/** The body that a value given to Request or Response is. */
function extract(init) {
  if (init === undefined || init === null) return new Body(null);
  if (typeof init === 'string') return new Body(init.toWellFormed(), 'text/plain;charset=UTF-8');
  if (init instanceof ArrayBuffer || ArrayBuffer.isView(init)) return new Body(copyOf(init));
  const { Blob } = lazy.blob;
  if (init instanceof Blob) return new Body(init, init.type || undefined);
  if (init instanceof lazy.form.FormData) {
    const { blob, type } = lazy.form.encode(init);
    return new Body(blob, type);
  }
  if (init instanceof URLSearchParams) return new Body(init.toString(), 'application/x-www-form-urlencoded;charset=UTF-8');
  if (init instanceof lazy.streams.ReadableStream) {
    if (init.locked || init._disturbed) throw new TypeError('Response body object should not be disturbed or locked');
    return new Body(null, undefined, init);
  }
  if (typeof init[Symbol.asyncIterator] === 'function') return new Body(null, undefined, lazy.streams.ReadableStream.from(bytesOnly(init)));
  return new Body(`${init}`.toWellFormed(), 'text/plain;charset=UTF-8');
}

async function* bytesOnly(iterable) {
  for await (const piece of iterable) yield typeof piece === 'string' ? encodeUtf8(piece) : new Uint8Array(piece.buffer ?? piece, piece.byteOffset, piece.byteLength);
}

/** A blob's own type once made, whatever the message says later. */
function typeOf(headers) {
  return headers.get('content-type');
}

async function formOf(body, type) {
  if (type === null) throw new TypeError('Failed to parse body as FormData: no content type');
  const essence = type.split(';')[0].trim().toLowerCase();
  const data = await body.all();
  if (essence === 'multipart/form-data') return lazy.form.decode(typeof data === 'string' ? encodeUtf8(data) : data, type);
  if (essence !== 'application/x-www-form-urlencoded') throw new TypeError(`Failed to parse body as FormData: ${essence} is no form`);
  const form = new lazy.form.FormData();
  for (const [name, value] of new URLSearchParams(typeof data === 'string' ? data : decodeText(data))) form.append(name, value);
  return form;
}

const text = async (body) => {
  const data = await body.all();
  return typeof data === 'string' ? data.charCodeAt(0) === 0xfeff ? data.slice(1) : data : decodeText(data);
};
const bytes = async (body) => {
  const data = await body.all();
  return typeof data === 'string' ? new Uint8Array(encodeUtf8(data)) : data;
};

/** Adds the methods to a class; `bodyOf(message)` throws for what is none. */
function mixIn(Class, bodyOf) {
  const methods = {
    get body() { return bodyOf(this).asStream(); },
    get bodyUsed() { return bodyOf(this).isDisturbed; },
    async text() { return text(bodyOf(this)); },
    async json() { return JSON.parse(await text(bodyOf(this))); },
    async bytes() { return bytes(bodyOf(this)); },
    async arrayBuffer() {
      const { buffer, byteOffset, byteLength } = await bytes(bodyOf(this));
      return byteLength === buffer.byteLength ? buffer : buffer.slice(byteOffset, byteOffset + byteLength);
    },
    async blob() {
      const type = typeOf(this.headers) ?? '';
      return new lazy.blob.Blob([await bodyOf(this).all()], { type });
    },
    async formData() { return formOf(bodyOf(this), typeOf(this.headers)); },
  };
  Object.defineProperties(Class.prototype, Object.getOwnPropertyDescriptors(methods));
}

/** What native code is given: nothing, text, bytes, or true for a stream that `pump` writes. */
async function wireForm(body) {
  if (body.stream !== undefined) return true;
  const { source } = body;
  if (source instanceof lazy.blob.Blob) return source.bytes();
  if (source !== null && source.id !== undefined) return true;
  return source;
}

const closed = () => new (require('web/dom_exception').DOMException)('The connection was closed.', 'AbortError');

/** Writes a stream to the wire, no faster than it is taken; cut off when the stream fails. */
async function pump(stream, writer, entry = undefined) {
  const reader = stream.getReader();
  if (entry !== undefined) entry.abort = () => { reader.cancel(closed()).catch(() => {}); };
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      const data = typeof value === 'string' ? encodeUtf8(value) : value;
      if (!(data instanceof ArrayBuffer) && !ArrayBuffer.isView(data)) throw new TypeError('Received non-Uint8Array chunk');
      if (data.byteLength === 0) continue;
      if (!(await promised(http.write, writer, data))) {
        await reader.cancel(closed());
        return;
      }
    }
    http.end(writer);
  } catch (error) {
    http.destroy(writer);
    reader.cancel(error).catch(() => {});
    throw error;
  }
}

module.exports = { Body, extract, mixIn, networkError, pump, wireForm };
