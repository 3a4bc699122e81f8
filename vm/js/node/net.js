// node:net.

const EventEmitter = require('node/events');
const { codes } = require('internal/errors');
const { nextTick } = require('internal/task_queues');
const { networkError } = require('internal/net_errors');
const { listenError } = require('internal/serve/options');
const { checkPort, isIP, isIPv4, isIPv6, normalize } = require('internal/net/address');
const { Socket } = require('internal/net/socket');
const asyncContext = require('internal/async_context');

const native = binding('net');
const { stringify } = JSON;

class Server extends EventEmitter {
  constructor(options, listener) {
    super();
    const [settings, onConnection] = typeof options === 'function' ? [{}, options] : [options ?? {}, listener];
    this._settings = settings;
    this._listening = undefined;
    this._sockets = new Set();
    this._isClosing = false;
    this.maxConnections = undefined;
    for (const name of ['_settings', '_listening', '_sockets', '_isClosing']) Object.defineProperty(this, name, { enumerable: false });
    if (onConnection !== undefined) this.on(this._event, onConnection);
  }

  get _event() { return 'connection'; }
  get listening() { return this._listening !== undefined; }

  listen(...args) {
    const [options, callback] = normalize(args);
    if (this.listening) throw new codes.ERR_SERVER_ALREADY_LISTEN();
    if (callback !== undefined) this.once('listening', callback);
    const listen = {
      host: options.host,
      port: options.port === undefined || options.port === null ? 0 : checkPort('options.port', options.port),
      path: options.path,
      tls: this._tls?.(),
    };
    options.signal?.addEventListener('abort', () => this.close(), { once: true });
    const bound = this._bind(listen);
    if (!Array.isArray(bound)) {
      const error = listenError(bound);
      nextTick(() => this.emit('error', error));
      return this;
    }
    const [id, address, port, family] = bound;
    this._listening = { id, address, port, family };
    this._isClosing = false;
    nextTick(() => { if (this.listening) this.emit('listening'); });
    return this;
  }

  _bind(listen) {
    return native.listen(stringify(listen), asyncContext.bind((error, accepted) => {
      if (error) this.emit('tlsClientError', networkError(error), undefined);
      else this._accept(accepted);
    }));
  }

  _accept([id, addresses, session]) {
    const socket = this._socketOf(id, addresses, session);
    if (this.maxConnections !== undefined && this._sockets.size >= this.maxConnections) {
      socket.destroy();
      this.emit('drop', { remoteAddress: socket.remoteAddress, remotePort: socket.remotePort });
      return;
    }
    socket._server = this;
    socket.server = this;
    this._sockets.add(socket);
    if (this._settings.pauseOnConnect) socket.pause();
    else socket._startReading();
    this.emit(this._event, socket);
  }

  _socketOf(id, addresses) {
    return new Socket({ ...this._settings, handle: { id, addresses } });
  }

  _forget(socket) {
    if (this._sockets.delete(socket)) this._closeWhenEmpty();
  }

  _closeWhenEmpty() {
    if (!this._isClosing || this._sockets.size > 0) return;
    this._isClosing = false;
    nextTick(() => this.emit('close'));
  }

  close(callback) {
    if (typeof callback === 'function') {
      if (this.listening || this._isClosing) this.once('close', callback);
      else nextTick(callback, new codes.ERR_SERVER_NOT_RUNNING());
    }
    if (!this.listening) return this;
    native.closeListener(this._listening.id);
    this._listening = undefined;
    this._isClosing = true;
    this._closeWhenEmpty();
    return this;
  }

  address() {
    if (!this.listening) return null;
    const { address, port, family } = this._listening;
    return port === undefined ? address : { address, family, port };
  }

  getConnections(callback) {
    nextTick(callback, null, this._sockets.size);
    return this;
  }

  ref() { return this; }
  unref() { return this; }
  async [Symbol.asyncDispose]() {
    if (this.listening) await new Promise((resolve, reject) => { this.close((error) => (error ? reject(error) : resolve())); });
  }
}

function connect(...args) {
  const [options, callback] = normalize(args);
  return new Socket(options).connect(options, callback);
}

function callable(Class) {
  return new Proxy(Class, { apply: (target, self, args) => Reflect.construct(target, args) });
}

class BlockList {
  #rules = [];
  addAddress(address) { this.#rules.push((other) => other === address); }
  check(address) { return this.#rules.some((rule) => rule(address)); }
  addRange() { throw require('internal/errors').notImplemented('net.BlockList.addRange'); }
  addSubnet() { throw require('internal/errors').notImplemented('net.BlockList.addSubnet'); }
}

const CallableSocket = callable(Socket);

module.exports = {
  BlockList,
  Server: callable(Server),
  Socket: CallableSocket,
  Stream: CallableSocket,
  connect,
  createConnection: connect,
  createServer: (options, listener) => new Server(options, listener),
  getDefaultAutoSelectFamily: () => true,
  getDefaultAutoSelectFamilyAttemptTimeout: () => 250,
  isIP,
  isIPv4,
  isIPv6,
  setDefaultAutoSelectFamily() {},
  setDefaultAutoSelectFamilyAttemptTimeout() {},
};
