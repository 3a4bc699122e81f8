// Header fields of node:http: from the wire to `headers`, and checked on the way out.

const { codes } = require('internal/errors');

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
// eslint-disable-next-line no-control-regex
const INVALID_VALUE = /[^\t\x20-\x7e\x80-\xff]/;

/** Fields of which the first counts. */
const SINGLE = new Set([
  'age', 'authorization', 'content-length', 'content-type', 'etag', 'expires', 'from', 'host', 'if-modified-since', 'if-unmodified-since',
  'last-modified', 'location', 'max-forwards', 'proxy-authorization', 'referer', 'retry-after', 'server', 'user-agent',
]);

/** Names and values in turn, of native text. */
function rawOf(flat) {
  return flat === '' ? [] : flat.split('\n');
}

function headersOf(raw) {
  const headers = {};
  for (let i = 0; i < raw.length; i += 2) {
    const name = raw[i].toLowerCase();
    const value = raw[i + 1];
    if (name === 'set-cookie') (headers[name] ??= []).push(value);
    else if (!Object.hasOwn(headers, name)) headers[name] = value;
    else if (!SINGLE.has(name)) headers[name] += `${name === 'cookie' ? '; ' : ', '}${value}`;
  }
  return headers;
}

function distinctOf(raw) {
  const headers = {};
  for (let i = 0; i < raw.length; i += 2) (headers[raw[i].toLowerCase()] ??= []).push(raw[i + 1]);
  return headers;
}

function validateHeaderName(name, label = 'Header name') {
  if (typeof name !== 'string' || !TOKEN.test(name)) throw new codes.ERR_INVALID_HTTP_TOKEN(label, name);
}

function validateHeaderValue(name, value) {
  if (value === undefined) {
    const error = new TypeError(`Invalid value "${value}" for header "${name}"`);
    error.code = 'ERR_HTTP_INVALID_HEADER_VALUE';
    throw error;
  }
  for (const one of Array.isArray(value) ? value : [value]) {
    if (INVALID_VALUE.test(`${one}`)) throw new codes.ERR_INVALID_CHAR('header content', name);
  }
}

/** For native code: `fields` maps lower-case names to [name, value]. */
function flatOf(fields) {
  const lines = [];
  for (const [name, value] of fields.values()) {
    if (Array.isArray(value)) for (const one of value) lines.push(name, `${one}`);
    else lines.push(name, `${value}`);
  }
  return lines.join('\n');
}

module.exports = { distinctOf, flatOf, headersOf, rawOf, validateHeaderName, validateHeaderValue };
