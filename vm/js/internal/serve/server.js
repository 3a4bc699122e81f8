// The server that `serve` returns.
//
// The network knows a server by its *link*, which holds the wrapper strongly while it listens and weakly from `stop` on. Nothing that
// waits for a handler holds the wrapper: every way in asks the link again, before anything else.

const asyncContext = require('internal/async_context');
const { abortReceived, discardBody, receivedRequest } = require('web/request');
const { Response, stateOfResponse } = require('web/response');
const { pump } = require('web/body');
const { flat } = require('web/headers');
const { makeRouter } = require('internal/serve/routes');
const { bind, checkOptions } = require('internal/serve/options');

const native = binding('server');

/** What is known of a request that was received: { link, id, addresses, upgrades, fields }. */
const received = new WeakMap();

class Link {
  constructor(wrapper) {
    this.strong = wrapper;
    this.weak = new WeakRef(wrapper);
    this.id = 0;
    this.stopped = undefined;
    /** Requests by number until their response is sent: { request, cancel }. */
    this.active = new Map();
    /** Requests of `server.fetch`, which no network knows. */
    this.local = 0;
    this.sockets = undefined;
  }

  get wrapper() { return this.weak.deref(); }
}

/** One function for everything native code tells: a request, or the number of one that is over. */
function listenerOf(link) {
  return asyncContext.bind((told) => {
    if (typeof told === 'number') over(link, told);
    else entered(link, told);
  });
}

function over(link, id) {
  const entry = link.active.get(id);
  if (entry === undefined) return;
  link.active.delete(id);
  if (entry.isSent) entry.cancel?.();
  else abortReceived(entry.request);
}

function entered(link, told) {
  const server = link.wrapper;
  if (server === undefined) {
    native.refuse(told[0]);
    return;
  }
  const [id, method, target, headers, , body, upgrades, , addresses] = told;
  const request = receivedRequest({ method, url: urlOf(link, target, headers), headers, body });
  received.set(request, { link, id, addresses, upgrades });
  link.active.set(id, { request, isSent: false, hasBody: body !== 0, cancel: undefined });
  run(link, id, request, () => server[kHandle](request));
}

function urlOf(link, target, headers) {
  if (/^https?:/i.test(target)) return new URL(target).href;
  const host = /(?:^|\n)host\n([^\n]*)/.exec(headers)?.[1] || link.host;
  const path = target.startsWith('/') ? target : `/${target}`;
  return URL.parse(`${link.scheme}://${host}${path}`)?.href ?? `${link.scheme}://${link.host}/`;
}

/** Calls a handler and sends what it gives. No closure here holds the wrapper. */
function run(link, id, request, handler) {
  let result;
  try {
    result = handler();
  } catch (error) {
    fail(link, id, request, error);
    return;
  }
  if (typeof result?.then !== 'function') {
    send(link, id, request, result);
    return;
  }
  result.then((value) => send(link, id, request, value), (error) => fail(link, id, request, error));
}

/** The error handler's turn, if there is one and somebody to ask. */
function fail(link, id, request, error) {
  if (!link.active.has(id)) return;
  const server = link.wrapper;
  if (server === undefined) {
    link.active.delete(id);
    native.refuse(id);
    return;
  }
  const handler = server[kErrorHandler]();
  if (handler === undefined) {
    failPlainly(link, id, request, error);
    return;
  }
  let result;
  try {
    result = handler(error);
  } catch (second) {
    failPlainly(link, id, request, second);
    return;
  }
  if (result instanceof Response) send(link, id, request, result);
  else if (typeof result?.then === 'function') {
    result.then(
      (value) => (value instanceof Response ? send(link, id, request, value) : failPlainly(link, id, request, error)),
      (second) => failPlainly(link, id, request, second),
    );
  } else failPlainly(link, id, request, error);
}

function failPlainly(link, id, request, error) {
  if (!link.active.has(id)) return;
  require('internal/console').globalConsole.error(error);
  send(link, id, request, new Response('Internal Server Error', { status: 500 }));
}

function send(link, id, request, response) {
  const entry = link.active.get(id);
  // The client is gone, or the connection is a WebSocket now.
  if (entry === undefined || entry.isSent) return;
  if (!(response instanceof Response)) {
    failPlainly(link, id, request, new TypeError(`a handler must return a Response; this one returned ${typeof response === 'object' ? 'an object' : typeof response}`));
    return;
  }
  const state = stateOfResponse(response);
  const { body } = state;
  if (body.isDisturbed || body.isLocked) {
    failPlainly(link, id, request, new TypeError('the body of the Response was used already'));
    return;
  }
  if (state.status === 0) {
    link.active.delete(id);
    native.drop(id);
    return;
  }
  entry.isSent = true;
  const { source } = body;
  const isStream = body.stream !== undefined || (typeof source === 'object' && source !== null && !ArrayBuffer.isView(source));
  const isHead = request.method === 'HEAD';
  if (isHead && !isStream) setLength(state, source);
  const data = isHead || body.isEmpty ? null : isStream ? true : source;
  const writer = native.respond(id, state.status, state.statusText, flat(state.headers), data, data === true);
  body.isUsed = true;
  // A turn later: the handler may still be about to read it.
  if (entry.hasBody) require('node/timers').setImmediate(discardBody, request);
  if (data !== true || writer === undefined) {
    link.active.delete(id);
    return;
  }
  body.isUsed = false;
  const stream = body.asStream();
  entry.cancel = () => { if (!stream.locked) stream.cancel().catch(() => {}); else entry.abort?.(); };
  pump(stream, writer, entry).catch((error) => require('internal/console').globalConsole.error(error));
}

function setLength(state, source) {
  if (state.headers.has('content-length')) return;
  const length = source === null ? 0 : typeof source === 'string' ? binding('encoding').encodeUtf8(source).length : source.byteLength;
  state.headers.set('content-length', `${length}`);
}

const kHandle = Symbol('handle');
const kErrorHandler = Symbol('errorHandler');

class Server {
  #link;
  #options;
  #router;

  constructor(options) {
    this.#setHandlers(options);
    const link = new Link(this);
    this.#link = link;
    const bound = bind(options, listenerOf(link));
    Object.assign(link, bound);
    this.development = options.development ?? false;
    this.id = options.id ?? '';
  }

  #setHandlers(options) {
    this.#options = checkOptions(options);
    this.#router = makeRouter(options.routes);
  }

  // Without `this`: an async handler that waits would hold the wrapper by it.
  [kHandle](request) {
    const found = this.#router?.(request);
    if (found !== undefined) return typeof found === 'function' ? found(request, this) : found.clone();
    const { fetch } = this.#options;
    return fetch === undefined ? new Response('', { status: 404 }) : fetch(request, this);
  }

  [kErrorHandler]() { return this.#options.error; }

  get port() { return this.#link.port; }
  get hostname() { return this.#link.hostname; }
  get address() { const { address, port, family } = this.#link; return { address, port, family }; }
  get protocol() { return this.#link.scheme; }
  get url() {
    const { scheme, host, path } = this.#link;
    return new URL(path === undefined ? `${scheme}://${host}/` : `unix://${path}`);
  }

  get pendingRequests() { return native.pending(this.#link.id) + this.#link.local; }
  get pendingWebSockets() { return this.#link.sockets?.count ?? 0; }

  /** Resolves when no request is pending any longer. */
  stop(closeActive = false) {
    const link = this.#link;
    const first = link.stopped === undefined;
    const settled = Promise.withResolvers();
    if (first) link.stopped = settled.promise;
    native.stop(link.id, this, Boolean(closeActive), settled.resolve);
    if (closeActive) link.sockets?.closeAll();
    // From here on the network holds the wrapper no longer.
    link.strong = undefined;
    return link.stopped;
  }

  reload(options) {
    this.#setHandlers({ ...options, websocket: options.websocket ?? this.#options.websocket });
    if (options.maxRequestBodySize !== undefined) native.setLimit(this.#link.id, options.maxRequestBodySize);
    return this;
  }

  /** Hands a request to the handlers, without a network. */
  fetch(input, init = undefined) {
    const link = this.#link;
    if (link.stopped !== undefined) return Promise.reject(new Error('the server was stopped'));
    const { Request } = require('web/request');
    link.local += 1;
    const done = () => { link.local -= 1; };
    const answer = (async () => {
      const request = input instanceof Request && init === undefined ? input : new Request(typeof input === 'string' ? new URL(input, this.url) : input, init);
      try {
        return await this[kHandle](request);
      } catch (error) {
        const handler = this.#options.error;
        if (handler === undefined) throw error;
        return handler(error);
      }
    })();
    answer.then(done, done);
    return answer;
  }

  requestIP(request) {
    const [, , address, port, family] = received.get(request)?.addresses ?? [];
    return address === undefined ? null : { address, port, family };
  }

  upgrade(request, options = {}) {
    const known = received.get(request);
    if (known === undefined || known.link !== this.#link || !known.upgrades || !known.link.active.has(known.id)) return false;
    const { websocket } = this.#options;
    if (websocket === undefined) throw new TypeError('to upgrade requests, serve needs a "websocket" object with handlers');
    const { SocketGroup } = require('internal/serve/server_websocket');
    this.#link.sockets ??= new SocketGroup();
    const upgraded = this.#link.sockets.accept(request, known.id, { options, handlers: websocket, addresses: known.addresses });
    if (upgraded) this.#link.active.delete(known.id);
    return upgraded;
  }

  publish(topic, data) { return this.#link.sockets?.publish(topic, data) ?? 0; }
  subscriberCount(topic) { return this.#link.sockets?.subscriberCount(topic) ?? 0; }

  timeout() { throw require('internal/errors').notImplemented('server.timeout'); }

  // Nothing waits for a server at the end of a test file.
  ref() { return this; }
  unref() { return this; }

  [Symbol.dispose]() { this.stop(true); }
  async [Symbol.asyncDispose]() { await this.stop(); }

  get [Symbol.toStringTag]() { return 'Server'; }
}

module.exports = { Server };
