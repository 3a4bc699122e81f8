// Response.

const { Body, extract, mixIn } = require('web/body');
const { Headers, freeze } = require('web/headers');

const stateOf = new WeakMap();
const NULL_BODY = new Set([101, 103, 204, 205, 304]);
const REDIRECT = new Set([301, 302, 303, 307, 308]);
const REASON = /^[\t\x20-\x7e\x80-\xff]*$/;

function own(response) {
  const state = stateOf.get(response);
  if (state === undefined) throw new TypeError('Value of "this" must be of type Response');
  return state;
}

function statusOf(value) {
  const status = Number(value) | 0;
  if (status < 200 || status > 599) throw new RangeError(`init["status"] must be in the range of 200 to 599, inclusive.`);
  return status;
}

function set(response, body, init, type) {
  const status = init.status === undefined ? 200 : statusOf(init.status);
  const statusText = init.statusText === undefined ? '' : `${init.statusText}`;
  if (!REASON.test(statusText)) throw new TypeError('Invalid statusText');
  const headers = new Headers(init.headers ?? undefined);
  if (!body.isEmpty && NULL_BODY.has(status)) throw new TypeError(`Response constructor: Invalid response status code ${status}`);
  if (type !== undefined && !headers.has('content-type')) headers.set('content-type', type);
  stateOf.set(response, { status, statusText, headers, body, type: 'default', url: '', redirected: false });
}

class Response {
  constructor(body = null, init = undefined) {
    const extracted = extract(body);
    set(this, extracted, init ?? {}, extracted.type);
  }

  static error() {
    return made({ status: 0, statusText: '', headers: freeze(new Headers()), body: new Body(null), type: 'error', url: '', redirected: false });
  }

  static redirect(url, status = 302) {
    let target;
    try {
      target = new URL(`${url}`).href;
    } catch (cause) {
      // A server's own paths are what most redirects are to.
      if (!`${url}`.startsWith('/')) throw new TypeError(`Failed to parse URL from ${url}`, { cause });
      target = `${url}`;
    }
    const code = typeof status === 'object' && status !== null ? status.status ?? 302 : status;
    if (!REDIRECT.has(code)) throw new RangeError(`Invalid status code ${code}`);
    const headers = new Headers(status?.headers);
    headers.set('location', target);
    return made({ status: code, statusText: '', headers: freeze(headers), body: new Body(null), type: 'default', url: '', redirected: false });
  }

  static json(data, init = undefined) {
    const text = JSON.stringify(data);
    if (text === undefined) throw new TypeError('Value is not JSON serializable');
    const response = Object.create(Response.prototype);
    set(response, new Body(text), typeof init === 'number' ? { status: init } : init ?? {}, 'application/json');
    return response;
  }

  get type() { return own(this).type; }
  get url() { return own(this).url; }
  get redirected() { return own(this).redirected; }
  get status() { return own(this).status; }
  get ok() { const { status } = own(this); return status >= 200 && status <= 299; }
  get statusText() { return own(this).statusText; }
  get headers() { return own(this).headers; }

  clone() {
    const state = own(this);
    return made({ ...state, headers: new Headers(state.headers), body: state.body.clone() });
  }

  get [Symbol.toStringTag]() { return 'Response'; }

  [Symbol.for('nodejs.util.inspect.custom')](depth, options, inspect) {
    const { status, statusText, headers, url, redirected, ok, bodyUsed } = this;
    return `Response ${inspect({ status, statusText, headers, bodyUsed, ok, redirected, url }, options)}`;
  }
}

mixIn(Response, (response) => own(response).body);
for (const key of Reflect.ownKeys(Response.prototype)) {
  if (typeof key === 'string' && key !== 'constructor') Object.defineProperty(Response.prototype, key, { enumerable: true });
}

function made(state) {
  const response = Object.create(Response.prototype);
  stateOf.set(response, state);
  return response;
}

module.exports = { NULL_BODY, REDIRECT, Response, makeResponse: made, stateOfResponse: own };
