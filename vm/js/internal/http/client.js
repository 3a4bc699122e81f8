// http.ClientRequest.

const asyncContext = require('internal/async_context');
const { codes } = require('internal/errors');
const { networkError } = require('internal/net_errors');
const { nextTick } = require('internal/task_queues');
const { HttpConnection } = require('internal/http/connection');
const { IncomingMessage } = require('internal/http/incoming');
const { OutgoingMessage, hide } = require('internal/http/outgoing');
const { validateHeaderName } = require('internal/http/fields');

const http = binding('http');
const { stringify } = JSON;
// eslint-disable-next-line no-control-regex
const INVALID_PATH = /[^\x21-\xff]/;

function fromUrl(url) {
  const { hostname, pathname, search, port, protocol, username, password } = url;
  const options = {
    protocol,
    hostname: hostname.startsWith('[') ? hostname.slice(1, -1) : hostname,
    path: `${pathname}${search}`,
  };
  if (port !== '') options.port = Number(port);
  if (username !== '' || password !== '') options.auth = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return options;
}

function optionsOf(input, options, callback) {
  let given = {};
  if (typeof input === 'string') given = fromUrl(new URL(input));
  else if (input instanceof URL) given = fromUrl(input);
  else [given, options, callback] = [{ ...input }, undefined, typeof options === 'function' ? options : callback];
  if (typeof options === 'function') [options, callback] = [undefined, options];
  return [{ ...given, ...options }, callback];
}

function ClientRequest(input, options, callback) {
  OutgoingMessage.call(this);
  const [settings, onResponse] = optionsOf(input, options, callback);
  this._setUp(settings);
  if (typeof onResponse === 'function') this.once('response', onResponse);
  if (settings.timeout > 0) this.setTimeout(settings.timeout);
  if (settings.signal) require('node/stream').addAbortSignal(settings.signal, this);
  nextTick(() => { if (!this.destroyed) this.emit('socket', this.socket); });
}
Object.setPrototypeOf(ClientRequest.prototype, OutgoingMessage.prototype);
Object.setPrototypeOf(ClientRequest, OutgoingMessage);

const { prototype } = ClientRequest;

prototype._setUp = function setUp(settings) {
  const { agents } = require('internal/http/request');
  const protocol = settings.protocol ?? settings.agent?.protocol ?? settings._defaultAgent?.protocol ?? 'http:';
  const fallback = protocol === 'https:' ? agents.secure : agents.plain;
  this.agent = settings.agent === false ? new (fallback.constructor)() : settings.agent ?? settings._defaultAgent ?? fallback;
  if (protocol !== 'http:' && protocol !== 'https:' || (this.agent.protocol && this.agent.protocol !== protocol)) {
    throw new codes.ERR_INVALID_PROTOCOL(protocol, this.agent.protocol ?? 'http:');
  }
  this.protocol = protocol;
  this.method = checkMethod(settings.method);
  this.path = settings.path || '/';
  if (INVALID_PATH.test(this.path)) throw new codes.ERR_UNESCAPED_CHARACTERS('Request path');
  this.host = settings.host || settings.hostname || 'localhost';
  const hostname = settings.hostname || settings.host || 'localhost';
  const port = Number(settings.port || settings.defaultPort || this.agent.defaultPort || (protocol === 'https:' ? 443 : 80));
  this.maxHeadersCount = null;
  this.reusedSocket = false;
  this.aborted = false;
  this.res = null;
  this.timeout = settings.timeout;
  this._hasBody = true;
  hide(this, { _settings: settings, _endpoint: { host: hostname, port, socketPath: settings.socketPath ?? undefined, family: Number(settings.family) || 0 }, _id: 0, _timer: undefined });
  this.socket = new HttpConnection([], undefined, undefined);
  this.socket.connecting = true;
  this.socket.on('error', () => {});
  setHeaders(this, settings, hostname, port);
};

function checkMethod(method) {
  if (method === undefined || method === null || method === '') return 'GET';
  if (typeof method !== 'string') throw new codes.ERR_INVALID_ARG_TYPE('options.method', 'string', method);
  validateHeaderName(method, 'Method');
  return method.toUpperCase();
}

function setHeaders(request, settings, hostname, port) {
  const { headers } = settings;
  if (Array.isArray(headers)) {
    const pairs = Array.isArray(headers[0]) ? headers : Array.from({ length: headers.length / 2 }, (_, i) => [headers[2 * i], headers[2 * i + 1]]);
    for (const [name, value] of pairs) request.appendHeader(name, value);
  } else if (headers) {
    for (const name of Object.keys(headers)) request.setHeader(name, headers[name]);
  }
  const isDefault = port === (request.protocol === 'https:' ? 443 : 80);
  const shown = hostname.includes(':') && !hostname.startsWith('[') ? `[${hostname}]` : hostname;
  if (!request.hasHeader('host') && settings.setHost !== false) request.setHeader('Host', isDefault ? shown : `${shown}:${port}`);
  if (settings.auth && !request.hasHeader('authorization')) {
    request.setHeader('Authorization', `Basic ${require('node/buffer').Buffer.from(settings.auth).toString('base64')}`);
  }
  request.shouldKeepAlive = Boolean(request.agent.keepAlive);
}

prototype._implicitHeader = function implicitHeader() {
  const hasLength = this.hasHeader('content-length') || this.hasHeader('transfer-encoding');
  const isBare = this.method === 'GET' || this.method === 'HEAD' || this.method === 'DELETE' || this.method === 'OPTIONS' || this.method === 'TRACE' || this.method === 'CONNECT';
  if (this._contentLength !== undefined && !hasLength && (this._contentLength > 0 || !isBare)) this.setHeader('Content-Length', this._contentLength);
  if (!this.hasHeader('connection')) this.setHeader('Connection', this.shouldKeepAlive ? 'keep-alive' : 'close');
  this._header = `${this.method} ${this.path} HTTP/1.1\r\n`;
};

prototype._send = function send(body, flat) {
  const isSecure = this.protocol === 'https:';
  const tls = isSecure ? require('internal/tls_options').clientTls({ ...this.agent.options, ...this._settings }) : undefined;
  const spec = {
    endpoint: { ...this._endpoint, tls },
    method: this.method,
    target: this.path,
    headers: flat,
    keep: this.shouldKeepAlive && !/close|upgrade/i.test(`${this.getHeader('connection')}`),
    decode: false,
  };
  const [id, writer] = http.request(stringify(spec), body, asyncContext.bind((error, answer) => {
    this._id = 0;
    if (this.destroyed) {
      if (answer) http.cancel(answer[4]);
    } else if (error) this.destroy(error.code === 'ECONNRESET' && !error.syscall ? hangUp() : networkError(error));
    else this._answered(answer);
  }));
  this._id = id;
  return writer;
};

prototype._answered = function answered([status, reason, minor, flat, body, , addresses, session, upgraded]) {
  this._stopTimer();
  const connection = new HttpConnection(addresses, session, () => { this.res?.destroy(); });
  connection.on('error', () => {});
  this.socket = connection;
  const response = new IncomingMessage(connection)._fill(flat, minor, body);
  response.statusCode = status;
  response.statusMessage = reason;
  response.req = this;
  this.res = response;
  if (upgraded !== 0) {
    this._upgraded(response, upgraded, addresses);
    return;
  }
  response._onGone = () => nextTick(() => this._over());
  response.once('end', () => nextTick(() => this._over()));
  if (this.aborted || !this.emit('response', response)) response._dump();
};

prototype._upgraded = function upgraded(response, id, addresses) {
  const { Socket } = require('internal/net/socket');
  const socket = new Socket({ handle: { id, addresses } });
  response.complete = true;
  response.push(null);
  if (!this.emit('upgrade', response, socket, require('node/buffer').Buffer.alloc(0))) socket.destroy();
  else socket._startReading();
  this._over();
};

function hangUp() {
  return Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
}

prototype._over = function over() {
  if (this._isOver) return;
  hide(this, { _isOver: true });
  this._stopTimer();
  this.destroyed = true;
  this.emit('close');
};

prototype.destroy = function destroy(error) {
  if (this.destroyed) return this;
  this.destroyed = true;
  this._stopTimer();
  if (this._id !== 0) http.abort(this._id);
  if (this._writer !== 0 && !this.writableEnded) http.destroy(this._writer);
  if (this.res !== null) this.res.destroy(error);
  const reason = this.res === null ? error ?? hangUp() : error;
  nextTick(() => {
    if (reason && this.res === null) this.emit('error', reason);
    this._over();
  });
  return this;
};

prototype.abort = function abort() {
  if (this.aborted) return;
  this.aborted = true;
  nextTick(() => this.emit('abort'));
  this.destroy();
};

prototype.setTimeout = function setTimeout(ms, callback) {
  this._stopTimer();
  this.timeout = ms;
  if (callback) this.once('timeout', callback);
  if (ms > 0) this._timer = require('node/timers').setTimeout(() => this.emit('timeout'), ms);
  return this;
};

prototype._stopTimer = function stopTimer() {
  if (this._timer !== undefined) require('node/timers').clearTimeout(this._timer);
  this._timer = undefined;
};

prototype.setNoDelay = function setNoDelay() {};
prototype.setSocketKeepAlive = function setSocketKeepAlive() {};
prototype.onSocket = function onSocket() {};
Object.defineProperties(prototype, {
  destroyed: { configurable: true, get() { return this._destroyed ?? false; }, set(value) { hide(this, { _destroyed: value }); } },
  closed: { configurable: true, get() { return this._isOver ?? false; } },
});
for (const name of ['_isOver', '_destroyed']) {
  Object.defineProperty(prototype, name, { configurable: true, get() { return undefined; }, set(value) { hide(this, { [name]: value }); } });
}

module.exports = { ClientRequest, optionsOf };
