// WebSocket: the client's end.

const { EventTarget, Event } = require('web/event_target');
const { DOMException } = require('web/dom_exception');
const { CloseEvent, ErrorEvent, MessageEvent } = require('web/message_events');
const asyncContext = require('internal/async_context');

const native = binding('websocket');
const { encodeUtf8 } = binding('encoding');
const { stringify } = JSON;

const CONNECTING = 0;
const OPEN = 1;
const CLOSING = 2;
const CLOSED = 3;
const MAX_MESSAGE = 128 * 1024 * 1024;
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

function urlOf(input) {
  const url = URL.parse(`${input}`);
  if (url === null) throw new DOMException(`Invalid URL: ${input}`, 'SyntaxError');
  if (url.protocol === 'http:') url.protocol = 'ws:';
  if (url.protocol === 'https:') url.protocol = 'wss:';
  if (url.protocol !== 'ws:' && url.protocol !== 'wss:') throw new DOMException(`Expected a ws: or wss: protocol, got ${url.protocol}`, 'SyntaxError');
  if (url.hash !== '' || url.href.endsWith('#')) throw new DOMException('Got fragment', 'SyntaxError');
  return url;
}

function protocolsOf(given) {
  const list = given === undefined ? [] : Array.isArray(given) ? given.map(String) : [`${given}`];
  if (new Set(list.map((name) => name.toLowerCase())).size !== list.length || !list.every((name) => TOKEN.test(name))) {
    throw new DOMException('Invalid Sec-WebSocket-Protocol value', 'SyntaxError');
  }
  return list;
}

function headersOf(protocols, options) {
  const { Headers, flat } = require('web/headers');
  const headers = new Headers(options.headers ?? {});
  if (protocols.length > 0) headers.set('sec-websocket-protocol', protocols.join(', '));
  return flat(headers);
}

class WebSocket extends EventTarget {
  #id = 0;
  #url;
  #state = CONNECTING;
  #protocol = '';
  #binaryType = 'blob';
  #handlers = new Map();
  #failed = false;

  constructor(url, protocols = undefined) {
    super();
    const target = urlOf(url);
    this.#url = target;
    const isOptions = protocols !== null && typeof protocols === 'object' && !Array.isArray(protocols);
    const options = isOptions ? protocols : {};
    const names = protocolsOf(isOptions ? options.protocols ?? options.protocol : protocols);
    const isSecure = target.protocol === 'wss:';
    this.#id = native.connect(stringify({
      endpoint: {
        host: target.hostname,
        port: target.port === '' ? (isSecure ? 443 : 80) : Number(target.port),
        tls: isSecure ? require('internal/tls_options').clientTls(options.tls) : undefined,
      },
      url: target.href,
      headers: headersOf(names, options),
      maxMessage: MAX_MESSAGE,
    }), asyncContext.bind((kind, data, reason) => this.#heard(kind, data, reason)));
  }

  #heard(kind, data, reason) {
    if (kind === 'open') {
      if (this.#state !== CONNECTING) return;
      this.#state = OPEN;
      this.#protocol = data;
      this.dispatchEvent(new Event('open'));
    } else if (kind === 'text') this.#message(data);
    else if (kind === 'binary') this.#message(this.#binaryType === 'arraybuffer' ? data : this.#asBinary(data));
    else if (kind === 'error') {
      this.#failed = true;
      const error = new Error(data);
      if (this.#state !== CLOSED) this.dispatchEvent(new ErrorEvent('error', { message: data, error }));
    } else if (kind === 'close' && this.#state !== CLOSED) {
      this.#state = CLOSED;
      if (data === 1006 && !this.#failed) this.dispatchEvent(new ErrorEvent('error', { message: 'the connection was lost' }));
      this.dispatchEvent(new CloseEvent('close', { code: data, reason, wasClean: data !== 1006 }));
    }
  }

  #asBinary(data) {
    if (this.#binaryType === 'nodebuffer') return require('node/buffer').Buffer.from(data);
    if (this.#binaryType === 'uint8array') return new Uint8Array(data);
    return new (require('web/blob').Blob)([data]);
  }

  #message(data) {
    if (this.#state === OPEN) this.dispatchEvent(new MessageEvent('message', { data, origin: this.#url.origin }));
  }

  send(data) {
    if (this.#state === CONNECTING) throw new DOMException('Sent before connected.', 'InvalidStateError');
    if (this.#state !== OPEN) return;
    if (typeof data === 'string') native.send(this.#id, data.toWellFormed());
    else if (data instanceof ArrayBuffer || ArrayBuffer.isView(data)) native.send(this.#id, data);
    else if (data instanceof require('web/blob').Blob) data.arrayBuffer().then((bytes) => native.send(this.#id, bytes));
    else native.send(this.#id, `${data}`);
  }

  close(code = undefined, reason = '') {
    if (code !== undefined && code !== 1000 && !(code >= 3000 && code <= 4999)) throw new DOMException('invalid code', 'InvalidAccessError');
    if (encodeUtf8(`${reason}`).length > 123) throw new DOMException('Reason must be less than 123 bytes', 'SyntaxError');
    if (this.#state === CLOSING || this.#state === CLOSED) return;
    const wasConnecting = this.#state === CONNECTING;
    this.#state = CLOSING;
    if (wasConnecting) native.terminate(this.#id);
    else native.close(this.#id, code ?? (reason === '' ? 0 : 1000), `${reason}`);
  }

  terminate() {
    this.#state = CLOSING;
    native.terminate(this.#id);
  }

  get url() { return this.#url.href; }
  get readyState() { return this.#state; }
  get protocol() { return this.#protocol; }
  get extensions() { return ''; }
  get bufferedAmount() { return native.buffered(this.#id); }
  get binaryType() { return this.#binaryType; }
  set binaryType(type) {
    if (['blob', 'arraybuffer', 'nodebuffer', 'uint8array'].includes(type)) this.#binaryType = type;
  }

  get [Symbol.toStringTag]() { return 'WebSocket'; }

  static handlerOf(socket, type) { return socket.#handlers.get(type) ?? null; }
  static setHandler(socket, type, handler) {
    const known = socket.#handlers.get(type);
    if (known !== undefined) socket.removeEventListener(type, known);
    socket.#handlers.delete(type);
    if (typeof handler !== 'function') return;
    socket.#handlers.set(type, handler);
    socket.addEventListener(type, handler);
  }
}

const { handlerOf, setHandler } = WebSocket;
delete WebSocket.handlerOf;
delete WebSocket.setHandler;
for (const type of ['open', 'message', 'error', 'close']) {
  Object.defineProperty(WebSocket.prototype, `on${type}`, {
    configurable: true,
    enumerable: true,
    get() { return handlerOf(this, type); },
    set(handler) { setHandler(this, type, handler); },
  });
}
for (const [name, value] of Object.entries({ CONNECTING, OPEN, CLOSING, CLOSED })) {
  for (const target of [WebSocket, WebSocket.prototype]) Object.defineProperty(target, name, { value, enumerable: true });
}

module.exports = { WebSocket };
