// Request.

const { AbortSignal } = require('web/abort');
const { extract, mixIn, Body } = require('web/body');
const { Headers, fromFlat } = require('web/headers');

const stateOf = new WeakMap();
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const NORMALIZED = new Set(['DELETE', 'GET', 'HEAD', 'OPTIONS', 'POST', 'PUT']);

function own(request) {
  const state = stateOf.get(request);
  if (state === undefined) throw new TypeError('Value of "this" must be of type Request');
  return state;
}

function methodOf(value) {
  const method = `${value}`;
  if (!TOKEN.test(method)) throw new TypeError(`'${method}' is not a valid HTTP method.`);
  const upper = method.toUpperCase();
  if (upper === 'CONNECT' || upper === 'TRACE' || upper === 'TRACK') throw new TypeError(`'${method}' HTTP method is unsupported.`);
  return NORMALIZED.has(upper) ? upper : method;
}

function urlOf(input) {
  let url;
  try {
    url = new URL(`${input}`);
  } catch (cause) {
    throw new TypeError(`Failed to parse URL from ${input}`, { cause });
  }
  if (url.username !== '' || url.password !== '') throw new TypeError(`Request cannot be constructed from a URL that includes credentials: ${input}`);
  return url.href;
}

const DEFAULTS = {
  cache: 'default', credentials: 'same-origin', integrity: '', keepalive: false, mode: 'cors', redirect: 'follow',
  referrer: 'about:client', referrerPolicy: '', destination: '', duplex: 'half',
};

/** What of another request a new one takes over. */
function startOf(input) {
  if (!(input instanceof Request)) return { ...DEFAULTS, url: urlOf(input), method: 'GET', headers: new Headers(), signal: undefined, body: undefined };
  const from = own(input);
  return { ...from, headers: new Headers(from.headers), body: undefined, signal: from.signal };
}

function bodyFor(state, input, init) {
  const given = init.body;
  const inherited = input instanceof Request ? own(input).body : undefined;
  const hasBody = given !== undefined && given !== null;
  if ((state.method === 'GET' || state.method === 'HEAD') && (hasBody || (given === undefined && inherited?.isEmpty === false))) {
    throw new TypeError('Request with GET/HEAD method cannot have body.');
  }
  if (given !== undefined) {
    const body = extract(given);
    const isStream = body.stream !== undefined;
    if (isStream && init.duplex === undefined) throw new TypeError('RequestInit: duplex option is required when sending a body.');
    return body;
  }
  if (inherited === undefined || inherited.isEmpty) return new Body(null);
  if (inherited.isDisturbed || inherited.isLocked) throw new TypeError('Cannot construct a Request with a Request object that has already been used.');
  // The new one takes the body over.
  const taken = new Body(inherited.source, inherited.type, inherited.stream);
  taken.onError = inherited.onError;
  inherited.isUsed = true;
  return taken;
}

class Request {
  constructor(input, init = undefined) {
    if (arguments.length === 0) throw new TypeError("Failed to construct 'Request': 1 argument required, but only 0 present.");
    const options = init ?? {};
    const state = startOf(input);
    for (const key of Object.keys(DEFAULTS)) if (options[key] !== undefined && key !== 'destination') state[key] = `${options[key]}`;
    if (!['follow', 'error', 'manual'].includes(state.redirect)) throw new TypeError(`'${state.redirect}' is not a valid value for redirect`);
    if (options.method !== undefined) state.method = methodOf(options.method);
    if (options.headers !== undefined) state.headers = new Headers(options.headers);
    if (options.signal !== undefined) state.signal = checkSignal(options.signal);
    state.body = bodyFor(state, input, options);
    if (state.body.type !== undefined && !state.headers.has('content-type')) state.headers.set('content-type', state.body.type);
    state.unix = options.unix ?? state.unix;
    state.tls = options.tls ?? state.tls;
    stateOf.set(this, state);
  }

  get method() { return own(this).method; }
  get url() { return own(this).url; }
  get headers() { return own(this).headers; }
  get signal() {
    const state = own(this);
    return (state.signal ??= new (require('web/abort').AbortController)().signal);
  }

  get cache() { return own(this).cache; }
  get credentials() { return own(this).credentials; }
  get destination() { return own(this).destination; }
  get integrity() { return own(this).integrity; }
  get keepalive() { return own(this).keepalive === true || own(this).keepalive === 'true'; }
  get mode() { return own(this).mode; }
  get redirect() { return own(this).redirect; }
  get referrer() { return own(this).referrer; }
  get referrerPolicy() { return own(this).referrerPolicy; }
  get duplex() { return 'half'; }
  get isReloadNavigation() { return false; }
  get isHistoryNavigation() { return false; }

  clone() {
    const state = own(this);
    const copy = Object.create(Request.prototype);
    stateOf.set(copy, { ...state, headers: new Headers(state.headers), body: state.body.clone(), signal: AbortSignal.any([this.signal]) });
    return copy;
  }

  get [Symbol.toStringTag]() { return 'Request'; }

  [Symbol.for('nodejs.util.inspect.custom')](depth, options, inspect) {
    const { method, url, headers } = this;
    return `Request ${inspect({ method, url, headers }, options)}`;
  }
}

function checkSignal(signal) {
  if (signal === null) return undefined;
  if (typeof signal !== 'object' || !('aborted' in signal) || typeof signal.addEventListener !== 'function') {
    throw new TypeError("Failed to construct 'Request': member signal is not of type AbortSignal.");
  }
  return signal;
}

mixIn(Request, (request) => own(request).body);
for (const key of Reflect.ownKeys(Request.prototype)) {
  if (typeof key === 'string' && key !== 'constructor') Object.defineProperty(Request.prototype, key, { enumerable: true });
}

/** A Request that a server was sent. Its signal is made when it is asked for or aborted. */
function receivedRequest({ method, url, headers, body }) {
  const request = Object.create(Request.prototype);
  const state = { ...DEFAULTS, method, url, body: new Body(body === 0 ? null : { id: body }), signal: undefined, controller: undefined };
  Object.defineProperty(state, 'headers', lazyValue('headers', () => fromFlat(headers, false)));
  Object.defineProperty(state, 'signal', lazyValue('signal', () => {
    state.controller = new (require('web/abort').AbortController)();
    if (state.abortReason !== undefined) state.controller.abort(state.abortReason);
    return state.controller.signal;
  }));
  stateOf.set(request, state);
  return request;
}

function lazyValue(name, make) {
  return {
    configurable: true,
    enumerable: true,
    get() {
      const value = make();
      Object.defineProperty(this, name, { value, writable: true, configurable: true, enumerable: true });
      return value;
    },
    set(value) { Object.defineProperty(this, name, { value, writable: true, configurable: true, enumerable: true }); },
  };
}

/** The client of a received request is gone. */
function abortReceived(request) {
  const state = own(request);
  const { DOMException } = require('web/dom_exception');
  state.abortReason = new DOMException('The connection was closed.', 'AbortError');
  state.body.abort(state.abortReason);
  state.controller?.abort(state.abortReason);
}

/** Lets go of a body that nobody has begun to read, so that its connection can go on. */
function discardBody(request) {
  const { body } = own(request);
  const id = body.source?.id;
  if (id === undefined || body.isUsed || body.stream !== undefined) return;
  body.isUsed = true;
  binding('http').cancel(id);
}

module.exports = { Request, abortReceived, discardBody, receivedRequest, stateOfRequest: own };
