// http.OutgoingMessage: a message that is written, its head when the first of its body is.

const { Writable } = require('node/stream');
const { codes } = require('internal/errors');
const { flatOf, validateHeaderName, validateHeaderValue } = require('internal/http/fields');
const { promised } = require('internal/net_errors');

const http = binding('http');
const { encodeUtf8 } = binding('encoding');

function hide(message, values) {
  for (const name in values) Object.defineProperty(message, name, { value: values[name], writable: true, configurable: true });
}

function OutgoingMessage(options) {
  Writable.call(this, { highWaterMark: options?.highWaterMark, autoDestroy: false, emitClose: true, decodeStrings: true });
  this.sendDate = true;
  this.shouldKeepAlive = true;
  this.useChunkedEncodingByDefault = true;
  this.chunkedEncoding = false;
  this.finished = false;
  this.socket = null;
  this._header = null;
  hide(this, { _fields: new Map(), _trailers: null, _writer: 0, _isWhole: false, _hasBody: true });
}
Object.setPrototypeOf(OutgoingMessage.prototype, Writable.prototype);
Object.setPrototypeOf(OutgoingMessage, Writable);

const { prototype } = OutgoingMessage;

Object.defineProperties(prototype, {
  headersSent: { configurable: true, enumerable: true, get() { return Boolean(this._header); } },
  connection: { configurable: true, get() { return this.socket; }, set(value) { this.socket = value; } },
  _headers: { configurable: true, get() { return this.getHeaders(); } },
});

function headersSent(what) {
  const error = new Error(`Cannot ${what} headers after they are sent to the client`);
  error.code = 'ERR_HTTP_HEADERS_SENT';
  return error;
}

prototype.setHeader = function setHeader(name, value) {
  if (this._header) throw headersSent('set');
  validateHeaderName(name);
  validateHeaderValue(name, value);
  this._fields.set(name.toLowerCase(), [name, value]);
  return this;
};

prototype.setHeaders = function setHeaders(headers) {
  if (this._header) throw headersSent('set');
  if (!headers || Array.isArray(headers) || typeof headers.keys !== 'function' || typeof headers.get !== 'function') {
    throw new codes.ERR_INVALID_ARG_TYPE('headers', ['Headers', 'Map'], headers);
  }
  for (const [name, value] of headers) {
    if (name === 'set-cookie') this.appendHeader(name, value);
    else this.setHeader(name, value);
  }
  return this;
};

prototype.appendHeader = function appendHeader(name, value) {
  if (this._header) throw headersSent('append');
  validateHeaderName(name);
  validateHeaderValue(name, value);
  const known = this._fields.get(name.toLowerCase());
  if (known === undefined) this._fields.set(name.toLowerCase(), [name, value]);
  else known[1] = [].concat(known[1], value);
  return this;
};

function checkName(name) {
  if (typeof name !== 'string') throw new codes.ERR_INVALID_ARG_TYPE('name', 'string', name);
  return name.toLowerCase();
}

prototype.getHeader = function getHeader(name) { return this._fields.get(checkName(name))?.[1]; };
prototype.hasHeader = function hasHeader(name) { return this._fields.has(checkName(name)); };
prototype.getHeaderNames = function getHeaderNames() { return [...this._fields.keys()]; };
prototype.getRawHeaderNames = function getRawHeaderNames() { return [...this._fields.values()].map(([name]) => name); };
prototype.getHeaders = function getHeaders() {
  const headers = Object.create(null);
  for (const [key, [, value]] of this._fields) headers[key] = value;
  return headers;
};

prototype.removeHeader = function removeHeader(name) {
  if (this._header) throw headersSent('remove');
  this._fields.delete(checkName(name));
};

prototype.addTrailers = function addTrailers(headers) {
  this._trailers ??= new Map();
  for (const [name, value] of Array.isArray(headers) ? headers : Object.entries(headers)) {
    validateHeaderName(name, 'Trailer name');
    validateHeaderValue(name, value);
    this._trailers.set(name.toLowerCase(), [name, value]);
  }
};

prototype.flushHeaders = function flushHeaders() {
  if (!this._header) this._implicitHeader();
  this._start(true);
};

prototype._implicitHeader = function implicitHeader() {
  throw new codes.ERR_METHOD_NOT_IMPLEMENTED('_implicitHeader()');
};

/** Sends head and body (nothing, bytes or true); the number of a body that is still to be written. */
prototype._send = function send() { return 0; };

prototype._start = function start(body) {
  if (this._isStarted) return;
  hide(this, { _isStarted: true });
  this._writer = this._send(this._hasBody ? body : null, flatOf(this._fields)) ?? 0;
};

function bytesOf(chunk, encoding) {
  if (typeof chunk === 'string') {
    return encoding === undefined || encoding === 'utf8' || encoding === 'utf-8' ? encodeUtf8(chunk) : require('node/buffer').Buffer.from(chunk, encoding);
  }
  if (ArrayBuffer.isView(chunk)) return chunk;
  if (chunk === null) throw new codes.ERR_STREAM_NULL_VALUES();
  throw new codes.ERR_INVALID_ARG_TYPE('chunk', ['string', 'Buffer', 'Uint8Array'], chunk);
}

prototype.write = function write(chunk, encoding, callback) {
  if (!this._header && !this.destroyed && !this.writableEnded) {
    bytesOf(chunk, typeof encoding === 'string' ? encoding : undefined);
    this._implicitHeader();
  }
  return Reflect.apply(Writable.prototype.write, this, [chunk, encoding, callback]);
};

prototype._write = function write(chunk, encoding, callback) {
  this._start(true);
  if (this._writer === 0) {
    callback();
    return;
  }
  // What nobody takes any longer is dropped, as in Node.
  promised(http.write, this._writer, chunk).then(() => callback(), callback);
};

prototype._writev = function writev(chunks, callback) {
  this._write(chunks.length === 1 ? chunks[0].chunk : require('node/buffer').Buffer.concat(chunks.map(({ chunk }) => chunk)), 'buffer', callback);
};

prototype.end = function end(chunk, encoding, callback) {
  if (typeof chunk === 'function') [chunk, encoding, callback] = [undefined, undefined, chunk];
  else if (typeof encoding === 'function') [encoding, callback] = [undefined, encoding];
  if (this.finished) return Reflect.apply(Writable.prototype.end, this, [undefined, undefined, callback]);
  const hasData = chunk !== undefined && chunk !== null;
  if (!this._header) {
    const bytes = hasData ? bytesOf(chunk, encoding) : undefined;
    if (!this._fields.has('content-length') && !this._fields.has('transfer-encoding') && this._trailers === null) this._setLength(bytes?.byteLength ?? 0);
    this._implicitHeader();
    // All of it at once, unless somebody has taken the writing over.
    if (this._trailers === null && !this._isStarted && this.writableLength === 0) this._whole = bytes;
  }
  this.finished = true;
  const rest = this._whole === undefined && hasData ? chunk : undefined;
  Reflect.apply(Writable.prototype.end, this, [rest, rest === undefined ? undefined : encoding, callback]);
  return this;
};

/** The length of a body that is known before the head is sent. */
prototype._setLength = function setLength(length) {
  this._contentLength = length;
};

prototype._final = function final(callback) {
  if (!this._isStarted) this._start(this._trailers !== null ? true : this._whole ?? null);
  if (this._writer !== 0) http.end(this._writer, this._trailers === null ? undefined : flatOf(this._trailers));
  callback();
};

prototype.setTimeout = function setTimeout(ms, callback) {
  if (callback) this.on('timeout', callback);
  if (this.socket) this.socket.setTimeout?.(ms, () => this.emit('timeout'));
  return this;
};

prototype.pipe = function pipe() {
  const error = new Error('Cannot pipe, not readable');
  error.code = 'ERR_STREAM_CANNOT_PIPE';
  this.emit('error', error);
};

for (const name of ['_whole', '_isStarted', '_contentLength']) Object.defineProperty(prototype, name, {
  configurable: true,
  get() { return undefined; },
  set(value) { Object.defineProperty(this, name, { value, writable: true, configurable: true }); },
});

module.exports = { OutgoingMessage, hide };
