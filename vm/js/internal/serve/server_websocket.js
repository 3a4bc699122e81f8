// WebSockets of a server: each is handed to the server's handlers, and to those who publish to its topics.

const asyncContext = require('internal/async_context');
const { Headers, flat } = require('web/headers');

const native = binding('websocket');
const MAX_PAYLOAD = 16 * 1024 * 1024;

/** One connection. */
class ServerWebSocket {
  #id;
  #group;
  #state = 1;

  constructor(group, data, addresses) {
    this.#group = group;
    this.data = data;
    this.binaryType = 'nodebuffer';
    this.remoteAddress = addresses[2];
  }

  set _id(id) { this.#id = id; }

  _heard(handlers, kind, data, reason) {
    if (kind === 'open') handlers.open?.(this);
    else if (kind === 'text') handlers.message?.(this, data);
    else if (kind === 'binary') handlers.message?.(this, this.#binary(data));
    else if (kind === 'ping') handlers.ping?.(this, this.#binary(data));
    else if (kind === 'pong') handlers.pong?.(this, this.#binary(data));
    else if (kind === 'error') handlers.error?.(this, new Error(data));
    else if (kind === 'close') {
      this.#state = 3;
      this.#group._remove(this);
      handlers.close?.(this, data, reason);
    }
  }

  #binary(data) {
    if (this.binaryType === 'arraybuffer') return data;
    return this.binaryType === 'uint8array' ? new Uint8Array(data) : require('node/buffer').Buffer.from(data);
  }

  get readyState() { return this.#state; }
  get subscriptions() { return this.#group._topicsOf(this); }

  /** How many bytes were sent; zero if the connection is closed. */
  send(data) {
    if (this.#state !== 1) return 0;
    const message = typeof data === 'string' || data instanceof ArrayBuffer || ArrayBuffer.isView(data) ? data : `${data}`;
    return native.send(this.#id, message) ? message.byteLength ?? Math.max(message.length, 1) : 0;
  }

  sendText(text) { return this.send(`${text}`); }
  sendBinary(bytes) { return this.send(bytes); }
  getBufferedAmount() { return native.buffered(this.#id); }
  ping(data = new Uint8Array(0)) { return native.ping(this.#id, bytesOf(data), false) ? 1 : 0; }
  pong(data = new Uint8Array(0)) { return native.ping(this.#id, bytesOf(data), true) ? 1 : 0; }

  close(code = 1000, reason = '') {
    if (this.#state !== 1) return;
    this.#state = 2;
    native.close(this.#id, code, `${reason}`);
  }

  terminate() {
    this.#state = 2;
    native.terminate(this.#id);
  }

  subscribe(topic) { this.#group._subscribe(this, `${topic}`); }
  unsubscribe(topic) { this.#group._unsubscribe(this, `${topic}`); }
  isSubscribed(topic) { return this.#group._isSubscribed(this, `${topic}`); }
  publish(topic, data) { return this.#group.publish(`${topic}`, data, this); }
  cork(callback) { return callback(this); }
}

function bytesOf(data) {
  return typeof data === 'string' ? binding('encoding').encodeUtf8(data) : data;
}

/** All of one server. */
class SocketGroup {
  #sockets = new Set();
  #topics = new Map();

  get count() { return this.#sockets.size; }

  /** Whether the request became a WebSocket. */
  accept(request, exchange, { options, handlers, addresses }) {
    const key = request.headers.get('sec-websocket-key');
    if (key === null || !/websocket/i.test(request.headers.get('upgrade') ?? '') || request.headers.get('sec-websocket-version') !== '13') return false;
    const headers = new Headers(options.headers ?? {});
    headers.set('upgrade', 'websocket');
    headers.set('connection', 'Upgrade');
    headers.set('sec-websocket-accept', native.acceptKey(key));
    const socket = new ServerWebSocket(this, options.data, addresses);
    const id = native.accept(exchange, flat(headers), handlers.maxPayloadLength ?? MAX_PAYLOAD, asyncContext.bind((kind, data, reason) => {
      socket._heard(handlers, kind, data, reason);
    }));
    if (id === undefined) return false;
    socket._id = id;
    this.#sockets.add(socket);
    return true;
  }

  _remove(socket) {
    this.#sockets.delete(socket);
    for (const topic of [...this.#topics.keys()]) this._unsubscribe(socket, topic);
  }

  _subscribe(socket, topic) {
    if (!this.#topics.has(topic)) this.#topics.set(topic, new Set());
    this.#topics.get(topic).add(socket);
  }

  _unsubscribe(socket, topic) {
    const members = this.#topics.get(topic);
    members?.delete(socket);
    if (members?.size === 0) this.#topics.delete(topic);
  }

  _isSubscribed(socket, topic) { return this.#topics.get(topic)?.has(socket) ?? false; }
  _topicsOf(socket) { return [...this.#topics.keys()].filter((topic) => this._isSubscribed(socket, topic)); }

  publish(topic, data, except = undefined) {
    let sent = 0;
    for (const socket of this.#topics.get(topic) ?? []) if (socket !== except) sent += socket.send(data);
    return sent;
  }

  subscriberCount(topic) { return this.#topics.get(topic)?.size ?? 0; }

  closeAll() {
    for (const socket of this.#sockets) socket.terminate();
  }
}

module.exports = { SocketGroup };
