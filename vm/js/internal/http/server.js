// http.Server.
//
// As with `serve`, the network knows it by a link that holds it strongly while it listens and weakly once it is closed. Every way in asks
// the link first; where nobody is left the answer is 503.

const EventEmitter = require('node/events');
const asyncContext = require('internal/async_context');
const { codes } = require('internal/errors');
const { nextTick } = require('internal/task_queues');
const { checkPort, normalize } = require('internal/net/address');
const { listenError } = require('internal/serve/options');
const { HttpConnection } = require('internal/http/connection');
const { IncomingMessage } = require('internal/http/incoming');
const { ServerResponse } = require('internal/http/server_response');

const native = binding('server');
const { stringify } = JSON;
const IDLE = 60_000;

class Link {
  constructor(server) {
    this.strong = server;
    this.weak = new WeakRef(server);
    this.id = 0;
    /** Responses by the number of their request, and connections by theirs. */
    this.responses = new Map();
    this.connections = new Map();
  }
}

function listenerOf(link) {
  return asyncContext.bind((told) => {
    if (typeof told !== 'number') entered(link, told);
    else if (told < 0) ended(link, -told);
    else over(link, told);
  });
}

function over(link, id) {
  const response = link.responses.get(id);
  link.responses.delete(id);
  response?._over();
}

function ended(link, id) {
  const connection = link.connections.get(id);
  link.connections.delete(id);
  connection?.destroy();
}

function connectionOf(link, server, id, addresses, session) {
  const known = link.connections.get(id);
  if (known !== undefined) return known;
  const connection = new HttpConnection(addresses, session, () => native.closeConnection(link.id, id));
  connection.on('error', () => {});
  link.connections.set(id, connection);
  server.emit(session === undefined ? 'connection' : 'secureConnection', connection);
  return connection;
}

function entered(link, told) {
  const server = link.weak.deref();
  const [id, method, target, flat, minor, body, upgrades, connectionId, addresses, session] = told;
  if (server === undefined) {
    native.refuse(id);
    return;
  }
  const connection = connectionOf(link, server, connectionId, addresses, session);
  const { IncomingMessage: Incoming = IncomingMessage, ServerResponse: Response = ServerResponse } = server._settings;
  const request = new Incoming(connection)._fill(flat, minor, body);
  request.method = method;
  request.url = target;
  if (upgrades && server.listenerCount('upgrade') > 0 && /\bupgrade\b/i.test(request.headers.connection ?? '')) {
    const { UpgradeSocket } = require('internal/http/upgrade_socket');
    server.emit('upgrade', request, new UpgradeSocket(id, addresses), require('node/buffer').Buffer.alloc(0));
    return;
  }
  respondWith(link, server, new Response(request, server._settings), request, connection, id);
}

function respondWith(link, server, response, request, connection, id) {
  response._exchange = id;
  response.assignSocket(connection);
  response._onOver = () => link.responses.delete(id);
  link.responses.set(id, response);
  const expectation = request.headers.expect;
  if (expectation === undefined || request.httpVersionMinor === 0) server.emit('request', request, response);
  else if (/^100-continue$/i.test(expectation)) server.emit(server.listenerCount('checkContinue') > 0 ? 'checkContinue' : 'request', request, response);
  else if (server.listenerCount('checkExpectation') > 0) server.emit('checkExpectation', request, response);
  else response.writeHead(417).end();
}

function Server(options, listener) {
  if (!(this instanceof Server)) return new Server(options, listener);
  EventEmitter.call(this);
  const [settings, onRequest] = typeof options === 'function' ? [{}, options] : [{ ...options }, listener];
  const hidden = { _settings: settings, _link: undefined, _bound: undefined };
  for (const name in hidden) Object.defineProperty(this, name, { value: hidden[name], writable: true, configurable: true });
  this.timeout = 0;
  this.keepAliveTimeout = settings.keepAliveTimeout ?? 5000;
  this.headersTimeout = settings.headersTimeout ?? 60_000;
  this.requestTimeout = settings.requestTimeout ?? 300_000;
  this.maxHeadersCount = null;
  this.maxRequestsPerSocket = 0;
  if (onRequest !== undefined) this.on('request', onRequest);
}
Object.setPrototypeOf(Server.prototype, EventEmitter.prototype);
Object.setPrototypeOf(Server, EventEmitter);

const { prototype } = Server;

prototype._tls = () => undefined;

prototype.listen = function listen(...args) {
  const [options, callback] = normalize(args);
  if (this.listening) throw new codes.ERR_SERVER_ALREADY_LISTEN();
  if (callback !== undefined) this.once('listening', callback);
  options.signal?.addEventListener('abort', () => this.close(), { once: true });
  const listen = {
    host: options.host,
    port: options.port === undefined || options.port === null ? 0 : checkPort('options.port', options.port),
    path: options.path,
    tls: this._tls(),
  };
  const link = new Link(this);
  const bound = native.serve(stringify({ listen, idleTimeout: IDLE, limit: Number.MAX_SAFE_INTEGER }), listenerOf(link));
  if (!Array.isArray(bound)) {
    const error = listenError(bound);
    nextTick(() => this.emit('error', error));
    return this;
  }
  link.id = bound[0];
  this._link = link;
  this._bound = bound;
  nextTick(() => { if (this.listening) this.emit('listening'); });
  return this;
};

/** Running requests finish; the callback comes when all have. */
prototype.close = function close(callback) {
  if (!this.listening) {
    if (typeof callback === 'function') nextTick(callback, new codes.ERR_SERVER_NOT_RUNNING());
    return this;
  }
  this._bound = undefined;
  endOf(this._link, this, callback);
  return this;
};

/** In a function of its own, whose closures do not hold the server. */
function endOf(link, server, callback) {
  native.stop(link.id, server, false, () => {
    link.weak.deref()?.emit('close');
    if (typeof callback === 'function') callback();
  });
  link.strong = undefined;
}

prototype.closeAllConnections = function closeAllConnections() {
  if (this._link !== undefined) native.closeConnections(this._link.id, true);
};
prototype.closeIdleConnections = function closeIdleConnections() {
  if (this._link !== undefined) native.closeConnections(this._link.id, false);
};
prototype.getConnections = function getConnections(callback) {
  nextTick(callback, null, this._link === undefined ? 0 : native.connections(this._link.id));
  return this;
};
prototype.address = function address() {
  if (!this.listening) return null;
  const [, host, port, family] = this._bound;
  return port === undefined ? host : { address: host, family, port };
};
prototype.setTimeout = function setTimeout(ms, callback) {
  this.timeout = ms;
  if (callback) this.on('timeout', callback);
  return this;
};
prototype.ref = function ref() { return this; };
prototype.unref = function unref() { return this; };
prototype[Symbol.asyncDispose] = async function dispose() {
  if (this.listening) await new Promise((resolve, reject) => { this.close((error) => (error ? reject(error) : resolve())); });
};
Object.defineProperty(prototype, 'listening', { configurable: true, get() { return this._bound !== undefined; } });

module.exports = { Server };
