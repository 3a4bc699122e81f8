// node:tls: sockets and servers over the system's OpenSSL.

const net = require('node/net');
const { Socket } = require('internal/net/socket');
const { networkError } = require('internal/net_errors');
const { clientTls, serverTls } = require('internal/tls_options');
const { normalize } = require('internal/net/address');
const asyncContext = require('internal/async_context');

const native = binding('net');
const { stringify } = JSON;

class TLSSocket extends Socket {
  constructor(socket, options = {}) {
    super({ ...options });
    this.encrypted = true;
    this.authorized = false;
    this.authorizationError = null;
    this.alpnProtocol = false;
    this._tlsOptions = options;
    for (const name of ['_tlsOptions', '_session']) Object.defineProperty(this, name, { writable: true, enumerable: false });
    if (socket instanceof Socket) this.#wrap(socket, options);
  }

  /** Takes a plain socket's connection over. */
  #wrap(socket, options) {
    const begin = () => {
      const { _id: id, _addresses: addresses } = socket;
      this.connecting = true;
      this._attach(id, addresses);
      const own = options.isServer ? serverTls(options) : clientTls(options);
      native.startTls(id, stringify(own), `${options.servername ?? options.host ?? ''}`, Boolean(options.isServer), asyncContext.bind((error, session) => {
        if (this.destroyed) return;
        this.connecting = false;
        if (error) this.destroy(networkError(error));
        else this._secured(session);
      }));
    };
    socket.once('close', () => this.destroy());
    if (socket.connecting) socket.once('connect', begin);
    else begin();
  }

  _endpoint(options) {
    return { ...super._endpoint(options), tls: clientTls(options) };
  }

  _connected(made) {
    super._connected(made);
    this._secured(made[1]);
  }

  _secured(session) {
    this._session = session;
    this.authorized = session.unauthorized === undefined;
    this.authorizationError = session.unauthorized ?? null;
    this.alpnProtocol = session.alpn ?? false;
    this.servername = session.servername ?? false;
    this.emit('secureConnect');
    this.emit('secure');
    this._startReading();
  }

  getPeerCertificate() { return this._session?.peer === undefined ? {} : JSON.parse(this._session.peer); }
  getProtocol() { return this._session?.protocol ?? null; }
  getCipher() { return { name: this._session?.cipher, standardName: this._session?.cipher, version: this._session?.protocol }; }
  getSession() { return undefined; }
  isSessionReused() { return false; }
  setServername(name) { this._tlsOptions.servername = name; }
}

class Server extends net.Server {
  constructor(options, listener) {
    super(typeof options === 'function' ? {} : options);
    const onConnection = typeof options === 'function' ? options : listener;
    if (onConnection !== undefined) this.on('secureConnection', onConnection);
  }

  get _event() { return 'secureConnection'; }
  _tls() { return serverTls(this._settings); }
  setSecureContext(options) { Object.assign(this._settings, options); }

  _socketOf(id, addresses, session) {
    const socket = new TLSSocket(undefined, { ...this._settings, isServer: true });
    socket._attach(id, addresses);
    socket._secured(session);
    return socket;
  }
}

function connect(...args) {
  const [options, callback] = normalize(args);
  const socket = new TLSSocket(options.socket, options);
  if (callback !== undefined) socket.once('secureConnect', callback);
  return options.socket === undefined ? socket.connect(options) : socket;
}

module.exports = {
  DEFAULT_ECDH_CURVE: 'auto',
  DEFAULT_MAX_VERSION: 'TLSv1.3',
  DEFAULT_MIN_VERSION: 'TLSv1.2',
  Server,
  TLSSocket,
  checkServerIdentity: () => undefined,
  connect,
  createSecureContext: (options = {}) => ({ context: { ...options } }),
  createServer: (options, listener) => new Server(options, listener),
  rootCertificates: [],
};
