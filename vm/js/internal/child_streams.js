// The pipes of a child process, as streams: what programs use of node:stream's Readable and Writable, over events.

const EventEmitter = require('node/events');
const { codes, errnoException } = require('internal/errors');
const { nextTick } = require('internal/task_queues');
const asyncContext = require('internal/async_context');

const native = binding('child_process');

/** One end of a pipe of child `pid`, numbered as the child sees it. */
class PipeEnd extends EventEmitter {
  constructor(pid, number) {
    super();
    this.destroyed = false;
    this.closed = false;
    this.errored = null;
    this._pid = pid;
    this._number = number;
    for (const name of ['_pid', '_number']) Object.defineProperty(this, name, { enumerable: false });
  }

  /** Emits `close`, once, after what is being emitted now. */
  _close() {
    if (this.closed) return;
    this.closed = true;
    nextTick(() => this.emit('close'));
  }

  _fail(error) {
    this.errored = error;
    if (error) nextTick(() => this.emit('error', error));
  }

  ref() { return this; }
  unref() { return this; }
}

/** What the child writes. Reads only while somebody listens and nobody has paused it. */
class ReadableEnd extends PipeEnd {
  #buffered = [];
  #flowing = null;
  #isReading = false;
  #hasEnded = false;
  #decoder;
  #pipes = [];
  #wakers = [];

  constructor(pid, number) {
    super(pid, number);
    this.readable = true;
    this.readableEnded = false;
    this.readableEncoding = null;
    this.readableObjectMode = false;
    this.readableHighWaterMark = 65536;
  }

  get readableFlowing() { return this.#flowing; }
  get readableLength() { return this.#buffered.reduce((sum, chunk) => sum + chunk.length, 0); }

  setEncoding(encoding) {
    const { StringDecoder } = require('node/string_decoder');
    this.#decoder = new StringDecoder(encoding);
    this.readableEncoding = this.#decoder.encoding;
    this.#buffered = this.#buffered.map((chunk) => this.#decoder.write(chunk)).filter((text) => text !== '');
    return this;
  }

  on(event, listener) {
    super.on(event, listener);
    if (event === 'data' && this.#flowing !== false) this.resume();
    else if (event === 'readable') {
      this.#flowing = false;
      this.#request();
      if (this.#buffered.length > 0) nextTick(() => this.emit('readable'));
    }
    return this;
  }

  addListener(event, listener) {
    return this.on(event, listener);
  }

  resume() {
    if (this.#flowing) return this;
    this.#flowing = true;
    nextTick(() => this.#flow());
    this.emit('resume');
    return this;
  }

  pause() {
    if (this.#flowing !== false) {
      this.#flowing = false;
      this.emit('pause');
    }
    return this;
  }

  isPaused() {
    return this.#flowing === false;
  }

  read(size) {
    if (this.#buffered.length === 0) {
      this.#request();
      return null;
    }
    if (size === 0) return null;
    if (size === undefined || this.#decoder !== undefined) return this.#takeAll();
    const all = this.#takeAll();
    if (all.length < size && !this.#hasEnded) {
      this.#buffered.unshift(all);
      return null;
    }
    if (all.length > size) this.#buffered.unshift(all.subarray(size));
    return all.subarray(0, size);
  }

  #takeAll() {
    const chunks = this.#buffered;
    this.#buffered = [];
    if (this.#hasEnded) nextTick(() => this.#finish());
    else this.#request();
    if (chunks.length === 1) return chunks[0];
    return this.#decoder === undefined ? require('node/buffer').Buffer.concat(chunks) : chunks.join('');
  }

  #flow() {
    while (this.#flowing && this.#buffered.length > 0) this.emit('data', this.#buffered.shift());
    if (this.#flowing && this.#hasEnded) this.#finish();
    else if (this.#flowing) this.#request();
  }

  /** Asks for the next bytes, unless that has been done. */
  #request() {
    if (this.#isReading || this.#hasEnded || this.destroyed) return;
    this.#isReading = true;
    const result = native.read(this._pid, this._number, asyncContext.bind((error, bytes) => {
      this.#isReading = false;
      if (this.destroyed) return;
      if (error || typeof bytes === 'number') this.destroy(error ?? errnoException(bytes, 'read'));
      else if (bytes === null) this.#end();
      else this.#accept(require('node/buffer').Buffer.from(bytes));
    }));
    if (typeof result === 'number') this.#end();
  }

  #accept(chunk) {
    const piece = this.#decoder === undefined ? chunk : this.#decoder.write(chunk);
    if (piece.length > 0) this.#buffered.push(piece);
    this.#wake();
    if (this.#flowing) this.#flow();
    else if (this.listenerCount('readable') > 0) this.emit('readable');
    // Not flowing and nobody reads: what the child writes waits in the pipe.
  }

  #end() {
    this.#hasEnded = true;
    const rest = this.#decoder?.end();
    if (rest) this.#buffered.push(rest);
    this.#wake();
    if (this.#flowing) this.#flow();
    else if (this.listenerCount('readable') > 0) this.emit('readable');
    if (this.#buffered.length === 0) this.#finish();
  }

  #finish() {
    if (this.readableEnded || this.destroyed || this.#buffered.length > 0) return;
    this.readableEnded = true;
    this.readable = false;
    this.emit('end');
    this.destroyed = true;
    this._close();
  }

  #wake() {
    const wakers = this.#wakers;
    this.#wakers = [];
    for (const wake of wakers) wake();
  }

  /** The child has exited: what nobody reads is thrown away, so that `close` can come. */
  _drain() {
    if (this.listenerCount('data') === 0 && this.listenerCount('readable') === 0 && this.#flowing === null && this.#wakers.length === 0) {
      this.resume();
    }
  }

  pipe(target, options) {
    const write = (chunk) => {
      if (target.write(chunk) === false) {
        this.pause();
        target.once('drain', () => this.resume());
      }
    };
    const { process } = require('internal/process_object');
    const ends = options?.end !== false && target !== process.stdout && target !== process.stderr;
    const end = () => { if (ends) target.end(); };
    this.#pipes.push([target, write, end]);
    this.on('data', write);
    this.once('end', end);
    target.emit?.('pipe', this);
    return target;
  }

  unpipe(target) {
    for (const [to, write, end] of this.#pipes) {
      if (target !== undefined && to !== target) continue;
      this.removeListener('data', write);
      this.removeListener('end', end);
    }
    this.#pipes = target === undefined ? [] : this.#pipes.filter(([to]) => to !== target);
    return this;
  }

  destroy(error) {
    if (this.destroyed) return this;
    this.destroyed = true;
    this.readable = false;
    native.close(this._pid, this._number, true);
    this._fail(error ?? null);
    this.#wake();
    this._close();
    return this;
  }

  async* [Symbol.asyncIterator]() {
    this.#flowing = false;
    try {
      for (;;) {
        while (this.#buffered.length > 0) yield this.#buffered.shift();
        if (this.errored) throw this.errored;
        if (this.#hasEnded || this.destroyed) break;
        const woken = new Promise((resolve) => { this.#wakers.push(resolve); });
        this.#request();
        await woken;
      }
      this.#finish();
    } finally {
      this.destroy();
    }
  }

  async toArray() {
    const list = [];
    for await (const chunk of this) list.push(chunk);
    return list;
  }
}

const HIGH_WATER_MARK = 16384;

/** What the child reads. */
class WritableEnd extends PipeEnd {
  #queue = [];
  #isWriting = false;
  #corked = 0;

  constructor(pid, number) {
    super(pid, number);
    this.writable = true;
    this.writableEnded = false;
    this.writableFinished = false;
    this.writableNeedDrain = false;
    this.writableLength = 0;
    this.writableHighWaterMark = HIGH_WATER_MARK;
    this.writableObjectMode = false;
    this.defaultEncoding = 'utf8';
  }

  write(chunk, encoding, callback) {
    if (typeof encoding === 'function') [encoding, callback] = [undefined, encoding];
    if (chunk === null) throw new codes.ERR_STREAM_NULL_VALUES();
    const data = this.#bytes(chunk, encoding);
    let error;
    if (this.writableEnded) error = new codes.ERR_STREAM_WRITE_AFTER_END();
    else if (this.destroyed) error = new codes.ERR_STREAM_DESTROYED('write');
    if (error !== undefined) {
      if (typeof callback === 'function') nextTick(callback, error);
      this.destroy(error);
      return false;
    }
    this.writableLength += data.length;
    this.#queue.push([data, callback]);
    this.#next();
    this.writableNeedDrain = this.writableLength >= HIGH_WATER_MARK;
    return !this.writableNeedDrain;
  }

  #bytes(chunk, encoding) {
    const { Buffer } = require('node/buffer');
    if (typeof chunk === 'string') return Buffer.from(chunk, encoding ?? this.defaultEncoding);
    if (ArrayBuffer.isView(chunk)) return Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    throw new codes.ERR_INVALID_ARG_TYPE('chunk', ['string', 'Buffer', 'TypedArray', 'DataView'], chunk);
  }

  #next() {
    if (this.#isWriting || this.destroyed || this.#corked > 0) return;
    if (this.#queue.length === 0) {
      if (this.writableEnded) this.#finish();
      return;
    }
    const [data, callback] = this.#queue.shift();
    this.#isWriting = true;
    const done = asyncContext.bind((error, result) => {
      this.#isWriting = false;
      this.writableLength -= data.length;
      const failure = error ?? (typeof result === 'number' && result < 0 ? errnoException(result, 'write') : null);
      if (typeof callback === 'function') callback(failure);
      if (failure !== null) {
        this.destroy(failure);
        return;
      }
      if (this.writableNeedDrain && this.writableLength === 0 && !this.writableEnded) {
        this.writableNeedDrain = false;
        this.emit('drain');
      }
      this.#next();
    });
    const result = native.write(this._pid, this._number, data, done);
    if (typeof result === 'number') nextTick(done, null, result);
  }

  #finish() {
    if (this.writableFinished || this.destroyed) return;
    this.writableFinished = true;
    this.destroyed = true;
    native.close(this._pid, this._number, false);
    nextTick(() => this.emit('finish'));
    this._close();
  }

  end(chunk, encoding, callback) {
    if (typeof chunk === 'function') [chunk, callback] = [undefined, chunk];
    else if (typeof encoding === 'function') [encoding, callback] = [undefined, encoding];
    if (chunk !== undefined && chunk !== null) this.write(chunk, encoding);
    if (typeof callback === 'function') this.once('finish', callback);
    if (this.writableEnded) return this;
    this.writableEnded = true;
    this.writable = false;
    this.#corked = 0;
    this.#next();
    return this;
  }

  cork() { this.#corked++; }
  uncork() {
    if (this.#corked > 0 && --this.#corked === 0) this.#next();
  }

  setDefaultEncoding(encoding) {
    this.defaultEncoding = encoding;
    return this;
  }

  destroy(error) {
    if (this.destroyed) return this;
    this.destroyed = true;
    this.writable = false;
    native.close(this._pid, this._number, false);
    this._fail(error ?? null);
    this._close();
    return this;
  }
}

module.exports = { ReadableEnd, WritableEnd };
