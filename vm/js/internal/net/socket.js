// net.Socket: a Duplex over a native stream, which it knows by number.

const { Duplex } = require('node/stream');
const { AbortError, codes } = require('internal/errors');
const { networkError } = require('internal/net_errors');
const asyncContext = require('internal/async_context');
const { checkPort, isIP, normalize } = require('internal/net/address');

const native = binding('net');
const { stringify } = JSON;
const NONE = 0;

class Socket extends Duplex {
  constructor(options = {}) {
    const { allowHalfOpen = false, signal, highWaterMark, handle } = options ?? {};
    super({ allowHalfOpen, emitClose: true, autoDestroy: true, decodeStrings: true, highWaterMark });
    this.connecting = false;
    this._host = null;
    this.bytesRead = 0;
    this._written = 0;
    this.timeout = undefined;
    this._timer = undefined;
    this._id = NONE;
    this._isReading = false;
    this._addresses = [];
    for (const name of ['_timer', '_id', '_isReading', '_addresses', '_written']) Object.defineProperty(this, name, { enumerable: false });
    // As Node's: the side that has received the end answers with its own.
    this.on('end', () => { if (!this.allowHalfOpen && this.writable) this.end(); });
    if (handle !== undefined) this._attach(handle.id, handle.addresses);
    if (signal !== undefined) require('node/stream').addAbortSignal(signal, this);
  }

  /** Takes over a native stream that is connected, or soon will be. */
  _attach(id, addresses = []) {
    this._id = id;
    this._addresses = addresses;
  }

  connect(...args) {
    const [options, callback] = Array.isArray(args[0]) ? args[0] : normalize(args);
    if (options.path === undefined && options.port === undefined) throw new codes.ERR_MISSING_ARGS(['options', 'port', 'path']);
    if (typeof callback === 'function') this.once('connect', callback);
    const endpoint = this._endpoint(options);
    this.connecting = true;
    this._host = endpoint.host;
    if (options.noDelay) this.setNoDelay();
    if (options.timeout) this.setTimeout(options.timeout);
    if (typeof options.lookup === 'function' && isIP(endpoint.host) === 0) this.#lookUp(options, endpoint);
    else this.#open(endpoint);
    return this;
  }

  _endpoint(options) {
    if (options.path !== undefined) return { socketPath: `${options.path}` };
    return { host: `${options.host ?? 'localhost'}`, port: checkPort('options.port', options.port), family: Number(options.family) || 0 };
  }

  #lookUp(options, endpoint) {
    options.lookup(endpoint.host, { family: options.family ?? 0, hints: options.hints ?? 0, all: false }, (error, address, family) => {
      if (this.destroyed) return;
      this.emit('lookup', error, address, family, endpoint.host);
      if (error) this.destroy(error);
      else this.#open({ ...endpoint, host: Array.isArray(address) ? address[0].address : address });
    });
  }

  #open(endpoint) {
    this._id = native.connect(stringify(endpoint), asyncContext.bind((error, made) => {
      if (this.destroyed) return;
      this.connecting = false;
      if (error) {
        this.destroy(networkError(error));
        return;
      }
      this._connected(made);
      this._startReading();
    }));
  }

  _connected([addresses]) {
    this._addresses = addresses;
    this.emit('connect');
    this.emit('ready');
  }

  /** What was asked for while there was nothing to read from yet. */
  _startReading() {
    if (this._wantsRead) {
      this._wantsRead = false;
      this._read();
    }
    if (!this.destroyed && this.readableFlowing !== false) this.read(0);
  }

  _read() {
    if (this._id === NONE || this.connecting) {
      this._wantsRead = true;
      return;
    }
    if (this._isReading || this.destroyed) return;
    this._isReading = true;
    native.read(this._id, asyncContext.bind((error, bytes) => {
      this._isReading = false;
      if (this.destroyed) return;
      this._active();
      if (error) this.destroy(networkError(error));
      else if (bytes === null) this.push(null);
      else {
        this.bytesRead += bytes.byteLength;
        this.push(require('node/buffer').Buffer.from(bytes));
      }
    }));
  }

  _whenConnected(callback, work) {
    if (!this.connecting) {
      work();
      return;
    }
    const closed = () => callback(new codes.ERR_SOCKET_CLOSED());
    this.once('close', closed);
    this.once('connect', () => {
      this.removeListener('close', closed);
      work();
    });
  }

  _write(chunk, encoding, callback) {
    this._whenConnected(callback, () => {
      this._active();
      native.write(this._id, chunk, asyncContext.bind((error) => {
        this._written += chunk.length;
        callback(error ? networkError(error) : null);
      }));
    });
  }

  _writev(chunks, callback) {
    this._write(require('node/buffer').Buffer.concat(chunks.map(({ chunk }) => chunk)), 'buffer', callback);
  }

  _final(callback) {
    this._whenConnected(callback, () => native.shutdown(this._id, asyncContext.bind(() => callback())));
  }

  _destroy(error, callback) {
    this.connecting = false;
    this._stopTimer();
    if (this._id !== NONE) native.close(this._id);
    this._id = NONE;
    this._server?._forget(this);
    callback(error);
    if (this.listenerCount('close') > 0) this._hadError = Boolean(error);
  }

  destroySoon() {
    if (this.writable) this.end();
    if (this.writableFinished) this.destroy();
    else this.once('finish', () => this.destroy());
  }

  resetAndDestroy() { return this.destroy(); }

  // ---- timeouts ----

  setTimeout(ms, callback) {
    this.timeout = ms;
    this._stopTimer();
    if (callback !== undefined) {
      if (ms === 0) this.removeListener('timeout', callback);
      else this.once('timeout', callback);
    }
    this._active();
    return this;
  }

  _active() {
    if (!(this.timeout > 0)) return;
    this._stopTimer();
    this._timer = require('node/timers').setTimeout(() => this.emit('timeout'), this.timeout);
  }

  _stopTimer() {
    if (this._timer !== undefined) require('node/timers').clearTimeout(this._timer);
    this._timer = undefined;
  }

  // ---- what it shows ----

  get pending() { return this._id === NONE || this.connecting; }
  get bytesWritten() { return this._written + this.writableLength; }
  get readyState() {
    if (this.connecting) return 'opening';
    if (this.readable && this.writable) return 'open';
    return this.readable ? 'readOnly' : this.writable ? 'writeOnly' : 'closed';
  }

  get localAddress() { return this._addresses[0]; }
  get localPort() { return this._addresses[1]; }
  get remoteAddress() { return this._addresses[2]; }
  get remotePort() { return this._addresses[3]; }
  get remoteFamily() { return this._addresses[4]; }
  get localFamily() { return this._addresses[4]; }
  address() { return this.localPort === undefined ? {} : { address: this.localAddress, port: this.localPort, family: this.localFamily }; }

  setNoDelay() { return this; }
  setKeepAlive() { return this; }
  ref() { return this; }
  unref() { return this; }
}

/** `close` tells whether an error was the reason. */
Socket.prototype.emit = function emit(event, ...args) {
  if (event === 'close' && args.length === 0) return Reflect.apply(Duplex.prototype.emit, this, [event, Boolean(this._hadError)]);
  return Reflect.apply(Duplex.prototype.emit, this, [event, ...args]);
};

module.exports = { AbortError, Socket };
