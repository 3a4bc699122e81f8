// process.stdout, stderr and stdin.
//
// What a test writes travels as a message and lands under its test; the streams know no file descriptor. They have the methods of
// node:stream's that programs use on them; writing never blocks and never needs draining.

const EventEmitter = require('node/events');
const { codes } = require('internal/errors');
const { nextTick } = require('internal/task_queues');
const { write: writeNative } = binding('console');

class OutputStream extends EventEmitter {
  #decoder;

  constructor(fd) {
    super();
    this.fd = fd;
    this._type = 'pipe';
    this._isStdio = true;
    this.writable = true;
    this.readable = false;
    this.destroyed = false;
    this.writableEnded = false;
    this.writableFinished = false;
    this.writableLength = 0;
    this.writableHighWaterMark = 16384;
    this.writableObjectMode = false;
    this.writableNeedDrain = false;
    this.writableCorked = 0;
    this.defaultEncoding = 'utf8';
  }

  #text(chunk, encoding) {
    if (typeof chunk === 'string') {
      if (encoding === undefined || encoding === null || encoding === 'utf8' || encoding === 'utf-8') return chunk;
      chunk = require('node/buffer').Buffer.from(chunk, encoding);
    } else if (!ArrayBuffer.isView(chunk)) {
      throw chunk === null
        ? new codes.ERR_STREAM_NULL_VALUES()
        : new codes.ERR_INVALID_ARG_TYPE('chunk', ['string', 'Buffer', 'TypedArray', 'DataView'], chunk);
    }
    // A character may be split between two chunks.
    this.#decoder ??= new (require('web/text_codec').TextDecoder)('utf-8', { ignoreBOM: true });
    return this.#decoder.decode(chunk, { stream: true });
  }

  write(chunk, encoding, callback) {
    if (typeof encoding === 'function') {
      callback = encoding;
      encoding = undefined;
    }
    const text = this.#text(chunk, encoding);
    if (text !== '') writeNative(this.fd, text);
    if (typeof callback === 'function') nextTick(callback, null);
    return true;
  }

  end(chunk, encoding, callback) {
    if (typeof chunk === 'function') [chunk, callback] = [undefined, chunk];
    else if (typeof encoding === 'function') [encoding, callback] = [undefined, encoding];
    // As Node's: the standard streams of a process are not closed.
    if (chunk !== undefined && chunk !== null) this.write(chunk, encoding);
    if (typeof callback === 'function') nextTick(callback);
    return this;
  }

  cork() { this.writableCorked++; }
  uncork() { if (this.writableCorked > 0) this.writableCorked--; }
  setDefaultEncoding(encoding) { this.defaultEncoding = encoding; return this; }
  destroy() { return this; }
  destroySoon() { return this; }
  ref() { return this; }
  unref() { return this; }

  _write(chunk, encoding, callback) {
    this.write(chunk, encoding);
    callback();
  }

  // What of a terminal's stream makes sense without one.
  getColorDepth(env) { return require('internal/color_depth').getColorDepth(env); }
  hasColors(count, env) {
    if (env === undefined && count !== null && typeof count === 'object') [count, env] = [16, count];
    return (count ?? 16) <= 2 ** this.getColorDepth(env);
  }
}

OutputStream.prototype.isTTY = undefined;
OutputStream.prototype.columns = undefined;
OutputStream.prototype.rows = undefined;

/** Standard input of a test: at its end from the beginning. */
class InputStream extends EventEmitter {
  #ended = false;

  constructor() {
    super();
    this.fd = 0;
    this.readable = true;
    this.readableEnded = false;
    this.readableFlowing = null;
    this.destroyed = false;
    this.isTTY = undefined;
    super.on('newListener', (event) => {
      if (event === 'data' || event === 'readable' || event === 'end') this.resume();
    });
  }

  #finish() {
    if (this.#ended) return;
    this.#ended = true;
    nextTick(() => {
      this.readable = false;
      this.readableEnded = true;
      this.emit('end');
      this.emit('close');
    });
  }

  resume() {
    this.readableFlowing = true;
    this.#finish();
    return this;
  }

  pause() {
    this.readableFlowing = false;
    return this;
  }

  isPaused() { return this.readableFlowing === false; }
  read() {
    this.#finish();
    return null;
  }

  setEncoding() { return this; }
  setRawMode() { return this; }
  ref() { return this; }
  unref() { return this; }

  pipe(target) {
    this.once('end', () => { if (target !== process().stdout && target !== process().stderr) target.end(); });
    this.resume();
    return target;
  }

  unpipe() { return this; }
  destroy() {
    this.destroyed = true;
    this.#finish();
    return this;
  }

  async* [Symbol.asyncIterator]() {
    this.#finish();
  }
}

function process() {
  return require('internal/process_object').process;
}

module.exports = { InputStream, OutputStream };
