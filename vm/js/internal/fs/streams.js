// fs.ReadStream and fs.WriteStream: a file as a stream of node:stream.

const { Readable, Writable, finished } = require('node/stream');
const { codes } = require('internal/errors');
const { nextTick } = require('internal/task_queues');

const CHUNK = 65536;

function checkPosition(name, value) {
  if (value === undefined) return;
  if (typeof value !== 'number') throw new codes.ERR_INVALID_ARG_TYPE(name, 'number', value);
  if (!(value >= 0) || (value !== Infinity && !Number.isInteger(value))) throw new codes.ERR_OUT_OF_RANGE(name, '>= 0', value);
}

function optionsOf(options) {
  if (options == null) return {};
  if (typeof options === 'string') return { encoding: options };
  if (typeof options === 'object') return { ...options };
  throw new codes.ERR_INVALID_ARG_TYPE('options', ['string', 'Object'], options);
}

/** What the two kinds share; `fs` is node:fs or what the caller has put in its place. */
function setUp(stream, path, options) {
  stream.path = path instanceof URL ? require('node/url').fileURLToPath(path) : path;
  stream.flags = options.flags ?? stream.defaultFlags;
  stream.mode = options.mode ?? 0o666;
  stream.start = options.start;
  stream.pos = options.start;
  stream.fd = typeof options.fd === 'object' && options.fd !== null ? options.fd.fd : options.fd ?? null;
  stream.autoClose = options.autoClose ?? true;
  stream._fs = options.fs ?? require('node/fs');
  stream._handle = typeof options.fd === 'object' ? options.fd : undefined;
  Object.defineProperties(stream, { _fs: { enumerable: false }, _handle: { enumerable: false } });
  checkPosition('start', stream.start);
  if (options.signal !== undefined) require('node/stream').addAbortSignal(options.signal, stream);
}

function construct(callback) {
  if (this.fd !== null) {
    callback();
    return;
  }
  this._fs.open(this.path, this.flags, this.mode, (error, fd) => {
    if (error) {
      callback(error);
      return;
    }
    this.fd = fd;
    callback();
    this.emit('open', fd);
    this.emit('ready');
  });
}

/** Closes the file once nothing uses it. */
function closeFile(stream, error, callback) {
  if (stream._busy) {
    stream.once('idle', () => closeFile(stream, error, callback));
    return;
  }
  const { fd } = stream;
  stream.fd = null;
  if (fd === null || !stream.autoClose) {
    nextTick(callback, error);
  } else if (stream._handle !== undefined) {
    stream._handle.close().then(() => callback(error), (failure) => callback(error ?? failure));
  } else {
    stream._fs.close(fd, (failure) => callback(error ?? failure));
  }
}

function idle(stream) {
  stream._busy = false;
  if (stream.destroyed) stream.emit('idle');
}

function close(callback) {
  if (typeof callback === 'function') finished(this, () => callback());
  this.destroy();
}

class ReadStream extends Readable {
  constructor(path, options) {
    const own = optionsOf(options);
    super({ highWaterMark: CHUNK, ...own, autoDestroy: own.autoClose ?? true });
    setUp(this, path, own);
    this.end = own.end ?? Infinity;
    this.bytesRead = 0;
    checkPosition('end', this.end);
    if (this.start !== undefined && this.start > this.end) {
      throw new codes.ERR_OUT_OF_RANGE('start', `<= "end" (here: ${this.end})`, this.start);
    }
  }

  get defaultFlags() { return 'r'; }
  get pending() { return this.fd === null; }

  _read(size) {
    const from = this.pos ?? this.bytesRead;
    const length = Math.min(size, this.end - from + 1);
    if (length <= 0) {
      this.push(null);
      return;
    }
    const target = require('node/buffer').Buffer.allocUnsafe(length);
    this._busy = true;
    this._fs.read(this.fd, target, 0, length, this.pos ?? null, (error, count) => {
      idle(this);
      if (this.destroyed) return;
      if (error) {
        this.destroy(error);
        return;
      }
      this.bytesRead += count;
      if (this.pos !== undefined) this.pos += count;
      this.push(count === 0 ? null : target.subarray(0, count));
    });
  }

  _destroy(error, callback) { closeFile(this, error, callback); }
}

class WriteStream extends Writable {
  constructor(path, options) {
    const own = optionsOf(options);
    super({ decodeStrings: true, ...own, autoDestroy: own.autoClose ?? true });
    setUp(this, path, own);
    this.bytesWritten = 0;
    if (own.encoding) this.setDefaultEncoding(own.encoding);
  }

  get defaultFlags() { return 'w'; }
  get pending() { return this.fd === null; }

  _write(chunk, encoding, callback) { this.#writeAll(chunk, callback); }

  _writev(chunks, callback) {
    this.#writeAll(require('node/buffer').Buffer.concat(chunks.map(({ chunk }) => chunk)), callback);
  }

  #writeAll(data, callback) {
    this._busy = true;
    this._fs.write(this.fd, data, 0, data.length, this.pos ?? null, (error, count) => {
      idle(this);
      if (error || this.destroyed) {
        callback(error ?? new codes.ERR_STREAM_DESTROYED('write'));
        return;
      }
      this.bytesWritten += count;
      if (this.pos !== undefined) this.pos += count;
      if (count < data.length) this.#writeAll(data.subarray(count), callback);
      else callback();
    });
  }

  _destroy(error, callback) { closeFile(this, error, callback); }
}

for (const Stream of [ReadStream, WriteStream]) {
  Object.defineProperties(Stream.prototype, {
    _construct: { value: construct, writable: true, configurable: true },
    close: { value: close, writable: true, configurable: true },
    _busy: { value: false, writable: true, configurable: true },
  });
}
WriteStream.prototype.destroySoon = WriteStream.prototype.end;

module.exports = { ReadStream, WriteStream };
