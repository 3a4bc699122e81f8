// http.ServerResponse.

const { codes } = require('internal/errors');
const { nextTick } = require('internal/task_queues');
const { OutgoingMessage, hide } = require('internal/http/outgoing');
const { STATUS_CODES } = require('internal/http/constants');
const { validateHeaderName, validateHeaderValue } = require('internal/http/fields');

const native = binding('server');
const http = binding('http');

function ServerResponse(req, options) {
  OutgoingMessage.call(this, options);
  this.req = req;
  this.statusCode = 200;
  this.statusMessage = undefined;
  hide(this, { _exchange: 0, _hasBody: req?.method !== 'HEAD' });
  if (req?.httpVersionMinor === 0) this.shouldKeepAlive = false;
  this.on('finish', closeSoon);
}
Object.setPrototypeOf(ServerResponse.prototype, OutgoingMessage.prototype);
Object.setPrototypeOf(ServerResponse, OutgoingMessage);

const { prototype } = ServerResponse;

/** A response that went out whole is over; of others native code tells. */
function closeSoon() {
  if (this._writer === 0) nextTick(() => this._over());
}

/** The response was sent, or the connection is gone. */
prototype._over = function over() {
  if (this._isOver) return;
  hide(this, { _isOver: true });
  const isComplete = this.writableFinished;
  if (!isComplete) this.req?._abort?.();
  // A request that nobody has read, and nobody will.
  if (isComplete && this.req && !this.req._consumed) this.req._dump?.();
  this.destroyed = true;
  this._closed = true;
  this.emit('close');
  this._onOver?.();
};

prototype.writeHead = function writeHead(status, reason, headers) {
  if (this._header) throw Object.assign(new Error('Cannot write headers after they are sent to the client'), { code: 'ERR_HTTP_HEADERS_SENT' });
  const code = status | 0;
  if (code < 100 || code > 999) throw Object.assign(new RangeError(`Invalid status code: ${status}`), { code: 'ERR_HTTP_INVALID_STATUS_CODE' });
  const fields = typeof reason === 'string' ? headers : headers ?? reason;
  if (typeof reason === 'string') this.statusMessage = reason;
  this.statusCode = code;
  this.statusMessage ??= STATUS_CODES[code] ?? 'unknown';
  if (fields) setAll(this, fields);
  if (code === 204 || code === 304 || (code >= 100 && code < 200)) this._hasBody = false;
  if (this._contentLength !== undefined && this._hasBody && !this._fields.has('content-length')) this._fields.set('content-length', ['Content-Length', this._contentLength]);
  this._header = `HTTP/1.1 ${code} ${this.statusMessage}\r\n`;
  return this;
};

function setAll(response, fields) {
  const set = (name, value) => {
    validateHeaderName(name);
    validateHeaderValue(name, value);
    response._fields.set(name.toLowerCase(), [name, value]);
  };
  if (!Array.isArray(fields)) {
    for (const name of Object.keys(fields)) if (name) set(name, fields[name]);
  } else if (Array.isArray(fields[0])) {
    for (const [name, value] of fields) set(name, value);
  } else {
    if (fields.length % 2 !== 0) throw new codes.ERR_INVALID_ARG_VALUE('headers', fields);
    for (let i = 0; i < fields.length; i += 2) {
      const key = fields[i].toLowerCase();
      const isFirst = fields.findIndex((name, at) => at % 2 === 0 && name.toLowerCase() === key) === i;
      if (isFirst) set(fields[i], fields[i + 1]);
      else response._fields.get(key)[1] = [].concat(response._fields.get(key)[1], fields[i + 1]);
    }
  }
}
prototype.writeHeader = prototype.writeHead;

prototype._implicitHeader = function implicitHeader() {
  this.writeHead(this.statusCode);
};

prototype._send = function send(body, flat) {
  if (this._exchange === 0) return 0;
  const exchange = this._exchange;
  this._exchange = 0;
  const writer = native.respond(exchange, this.statusCode, this.statusMessage ?? '', this._withConnection(flat), body ?? null, body === true);
  return writer;
};

prototype._withConnection = function withConnection(flat) {
  const isLast = !this.shouldKeepAlive && !this._fields.has('connection');
  return isLast ? `${flat}${flat === '' ? '' : '\n'}connection\nclose` : flat;
};

prototype.assignSocket = function assignSocket(socket) {
  this.socket = socket;
  this.emit('socket', socket);
};
prototype.detachSocket = function detachSocket() { this.socket = null; };
// The connection itself tells the client to go on as soon as the body is read.
prototype.writeContinue = function writeContinue(callback) { if (typeof callback === 'function') nextTick(callback); };
prototype.writeProcessing = function writeProcessing() {};
prototype.writeEarlyHints = function writeEarlyHints(hints, callback) { if (typeof callback === 'function') nextTick(callback); };

prototype.destroy = function destroy(error) {
  if (this.destroyed && this._isOver) return this;
  this.destroyed = true;
  if (this._exchange !== 0) native.drop(this._exchange);
  this._exchange = 0;
  if (this._writer !== 0 && !this.writableEnded) http.destroy(this._writer);
  if (error) nextTick(() => { if (this.listenerCount('error') > 0) this.emit('error', error); });
  nextTick(() => this._over());
  return this;
};

Object.defineProperties(prototype, {
  destroyed: { configurable: true, get() { return this._destroyed ?? false; }, set(value) { hide(this, { _destroyed: value }); } },
  closed: { configurable: true, get() { return this._closed ?? false; } },
  _closed: { configurable: true, get() { return undefined; }, set(value) { Object.defineProperty(this, '_closed', { value, writable: true, configurable: true }); } },
});

module.exports = { ServerResponse };
