// http.IncomingMessage: a request that was received, or the response to one that was sent.

const { Readable } = require('node/stream');
const { networkError } = require('internal/net_errors');
const { distinctOf, headersOf, rawOf } = require('internal/http/fields');
const asyncContext = require('internal/async_context');

const http = binding('http');

function hide(message, values) {
  for (const name in values) Object.defineProperty(message, name, { value: values[name], writable: true, configurable: true });
}

function lazily(prototype, name, make) {
  Object.defineProperty(prototype, name, {
    configurable: true,
    enumerable: true,
    get() {
      const value = make(this);
      this[name] = value;
      return value;
    },
    set(value) { Object.defineProperty(this, name, { value, writable: true, configurable: true, enumerable: true }); },
  });
}

function IncomingMessage(socket) {
  Readable.call(this, { highWaterMark: socket?.readableHighWaterMark, autoDestroy: true, emitClose: true });
  this.httpVersionMajor = 1;
  this.httpVersionMinor = 1;
  this.httpVersion = '1.1';
  this.complete = false;
  this.socket = socket;
  this.rawTrailers = [];
  this.joinDuplicateHeaders = false;
  this.aborted = false;
  this.url = '';
  this.method = null;
  this.statusCode = null;
  this.statusMessage = null;
  this.client = socket;
  hide(this, { _flat: '', _body: 0, _isReading: false, _consumed: false, _dumped: false });
}
Object.setPrototypeOf(IncomingMessage.prototype, Readable.prototype);
Object.setPrototypeOf(IncomingMessage, Readable);

Object.defineProperty(IncomingMessage.prototype, 'connection', {
  configurable: true,
  get() { return this.socket; },
  set(value) { this.socket = value; },
});
lazily(IncomingMessage.prototype, 'rawHeaders', (message) => rawOf(message._flat));
lazily(IncomingMessage.prototype, 'headers', (message) => headersOf(message.rawHeaders));
lazily(IncomingMessage.prototype, 'headersDistinct', (message) => distinctOf(message.rawHeaders));
lazily(IncomingMessage.prototype, 'trailers', (message) => headersOf(message.rawTrailers));
lazily(IncomingMessage.prototype, 'trailersDistinct', (message) => distinctOf(message.rawTrailers));

/** Head and body as native code tells them. */
IncomingMessage.prototype._fill = function fill(flat, minor, body) {
  this._flat = flat;
  this._body = body;
  this.httpVersionMinor = minor;
  this.httpVersion = `1.${minor}`;
  return this;
};

IncomingMessage.prototype._read = function read() {
  this._consumed = true;
  if (this._body === 0) {
    this._finish(null);
    return;
  }
  if (this._isReading) return;
  this._isReading = true;
  http.read(this._body, asyncContext.bind((error, piece) => {
    this._isReading = false;
    if (this.destroyed) return;
    if (error) this.destroy(brokenOff(error, this));
    else if (piece instanceof ArrayBuffer) this.push(require('node/buffer').Buffer.from(piece));
    else this._finish(piece);
  }));
};

function brokenOff(plain, message) {
  if (plain.code !== 'ABORT_ERR' && plain.code !== 'ECONNRESET') return networkError(plain);
  message.aborted = true;
  return Object.assign(new Error('aborted'), { code: 'ECONNRESET' });
}

IncomingMessage.prototype._finish = function finish(trailers) {
  if (trailers !== null) this.rawTrailers = rawOf(trailers);
  this.complete = true;
  this._body = 0;
  this.push(null);
};

IncomingMessage.prototype._destroy = function destroy(error, callback) {
  if (!this.readableEnded || !this.complete) {
    this.aborted = true;
    this.emit('aborted');
  }
  if (this._body !== 0) http.cancel(this._body);
  this._onGone?.(error);
  // A server's handler that does not listen is not told: the connection is.
  const isUnheard = error && this.statusCode === null && this.listenerCount('error') === 0;
  callback(isUnheard ? null : error);
};

/** The other side is gone before the body was complete. */
IncomingMessage.prototype._abort = function abort() {
  if (this.complete || this.destroyed) return;
  this.destroy(Object.assign(new Error('aborted'), { code: 'ECONNRESET' }));
};

/** Reads on and throws away, so that the connection can be used again. */
IncomingMessage.prototype._dump = function dump() {
  if (this._dumped) return;
  this._dumped = true;
  this.removeAllListeners('data');
  this.resume();
};

IncomingMessage.prototype.setTimeout = function setTimeout(ms, callback) {
  if (callback) this.on('timeout', callback);
  this.socket?.setTimeout?.(ms, () => this.emit('timeout'));
  return this;
};

module.exports = { IncomingMessage };
