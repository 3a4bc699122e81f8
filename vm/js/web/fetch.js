// fetch: requests over HTTP/1.1, redirects, abort signals; bodies stream both ways.

const { Body, networkError, pump, wireForm } = require('web/body');
const { flat, fromFlat } = require('web/headers');
const { Request, stateOfRequest } = require('web/request');
const { NULL_BODY, REDIRECT, makeResponse } = require('web/response');

const http = binding('http');
const { stringify } = JSON;
const MAX_REDIRECTS = 20;

function failed(cause) {
  return new TypeError('fetch failed', { cause });
}

async function fetch(input, init = undefined) {
  const request = new Request(input, init);
  const state = stateOfRequest(request);
  const { signal } = state;
  if (signal?.aborted) throw signal.reason;
  const url = new URL(state.url);
  if (url.protocol === 'data:') return dataResponse(url);
  if (url.protocol === 'blob:') return blobResponse(url, state);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') throw failed(new Error(`not implemented... yet... for ${url.protocol} URLs`));
  return follow(state, url);
}

/** Sends the request, and those that redirects ask for. */
async function follow(state, first) {
  let url = first;
  let { method, body } = state;
  const { headers } = state;
  for (let count = 0; ; count += 1) {
    const { response, from } = await exchange({ url, method, headers, body, state });
    const { status } = response;
    const location = REDIRECT.has(status) ? response.headers.get('location') : null;
    if (location === null || state.redirect === 'manual') return makeResponse({ ...response, url: withoutHash(url), redirected: count > 0 });
    if (from !== 0) http.cancel(from);
    if (state.redirect === 'error') throw failed(new Error('unexpected redirect'));
    if (count === MAX_REDIRECTS) throw failed(new Error('redirect count exceeded'));
    const next = target(location, url);
    if (status === 303 ? method !== 'GET' && method !== 'HEAD' : (status === 301 || status === 302) && method === 'POST') {
      method = 'GET';
      body = new Body(null);
      for (const name of ['content-encoding', 'content-language', 'content-location', 'content-type', 'content-length']) headers.delete(name);
    } else if (body.stream !== undefined) {
      throw failed(new Error('a streamed body cannot be sent again'));
    }
    if (next.origin !== url.origin) for (const name of ['authorization', 'proxy-authorization', 'cookie', 'host']) headers.delete(name);
    url = next;
  }
}

function withoutHash(url) {
  const copy = new URL(url);
  copy.hash = '';
  return copy.href;
}

function target(location, base) {
  let url;
  try {
    url = new URL(location, base);
  } catch (cause) {
    throw failed(cause);
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') throw failed(new Error('URL scheme must be a HTTP(S) scheme'));
  if (url.hash === '') url.hash = base.hash;
  return url;
}

function endpointOf(url, state) {
  const isSecure = url.protocol === 'https:';
  return {
    host: url.hostname,
    port: url.port === '' ? (isSecure ? 443 : 80) : Number(url.port),
    socketPath: state.unix,
    tls: isSecure ? require('internal/tls_options').clientTls(state.tls) : undefined,
  };
}

function wireHeaders(headers, url, method, data) {
  const { Headers } = require('web/headers');
  const all = new Headers(headers);
  const defaults = { host: url.host, connection: 'keep-alive', accept: '*/*', 'accept-language': '*', 'user-agent': 'trun', 'accept-encoding': 'gzip, deflate, br' };
  for (const name in defaults) if (!all.has(name)) all.set(name, defaults[name]);
  if (data === null && (method === 'POST' || method === 'PUT' || method === 'PATCH')) all.set('content-length', '0');
  else if (data !== true) all.delete('content-length');
  return flat(all);
}

/** One request and the head of its response. */
async function exchange({ url, method, headers, body, state }) {
  const { signal } = state;
  if (body.isDisturbed || body.isLocked) throw new TypeError('Body is unusable: Body has already been read');
  const data = body.isEmpty ? null : await wireForm(body);
  const spec = {
    endpoint: endpointOf(url, state),
    method,
    target: `${url.pathname}${url.search}`,
    headers: wireHeaders(headers, url, method, data),
    keep: true,
    decode: true,
  };
  const { promise, resolve, reject } = Promise.withResolvers();
  const [id, writer] = http.request(stringify(spec), data, (error, answer) => (error ? reject(error) : resolve(answer)));
  const abort = () => {
    http.abort(id);
    reject(signal.reason);
  };
  signal?.addEventListener('abort', abort);
  if (writer !== 0) pump(body.asStream(), writer).catch((error) => {
    http.abort(id);
    reject(error);
  });
  try {
    return received(await promise, method, signal);
  } catch (error) {
    if (signal?.aborted) throw signal.reason;
    throw typeof error?.code === 'string' && !(error instanceof Error) ? failed(networkError(error)) : failed(error);
  } finally {
    signal?.removeEventListener('abort', abort);
  }
}

function received([status, statusText, , fields, from], method, signal) {
  const headers = fromFlat(fields, true);
  const isEmpty = from === 0 && (method === 'HEAD' || NULL_BODY.has(status));
  const body = new Body(isEmpty ? null : from === 0 ? '' : { id: from });
  body.onError = (error) => {
    const wrapped = new TypeError('terminated', { cause: error });
    return wrapped;
  };
  if (signal !== undefined && signal !== null && from !== 0) {
    const abort = () => body.abort(signal.reason);
    signal.addEventListener('abort', abort);
    body.onEnd = () => signal.removeEventListener('abort', abort);
  }
  return { response: { status, statusText, headers, body, type: 'basic' }, from };
}

function simpleResponse(body, type, url) {
  const headers = fromFlat(`content-type\n${type}`, true);
  return makeResponse({ status: 200, statusText: 'OK', headers, body, type: 'basic', url: url.href, redirected: false });
}

function dataResponse(url) {
  const [, meta, data] = /^data:([^,]*),(.*)$/s.exec(url.href) ?? [];
  if (meta === undefined) throw failed(new Error('invalid data: URL'));
  const { Buffer } = require('node/buffer');
  const isBase64 = /;\s*base64$/i.test(meta);
  const text = require('internal/util/percent').decode(data);
  const bytes = isBase64 ? Buffer.from(text.toString('latin1'), 'base64') : text;
  const type = meta.replace(/;\s*base64$/i, '');
  return simpleResponse(new Body(new Uint8Array(bytes)), type === '' || type.startsWith(';') ? `text/plain${type || ';charset=US-ASCII'}` : type, url);
}

function blobResponse(url, { method }) {
  const blob = method === 'GET' ? require('web/blob').resolveObjectURL?.(url.href) : undefined;
  if (blob === undefined) throw failed(new Error('there is no such blob'));
  return simpleResponse(new Body(blob), blob.type, url);
}

module.exports = { fetch };
