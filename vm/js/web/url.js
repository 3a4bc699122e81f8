// URL, over the native parser.
//
// binding('url'); text with lone surrogates is read with U+FFFD in their place:
//   parse(input, base | undefined) -> [href, protocol, username, password, host, hostname, port, pathname, search, hash,
//       origin], or undefined when invalid
//   set(href, partName, value) -> the same list, or undefined when the part is 'href' and the value invalid
//   domainToASCII(domain) -> string, empty when invalid; domainToUnicode(domain) -> string (both used by node/url)

const { codes } = require('internal/errors');
const { URLSearchParams, connect } = require('web/url_search_params');

const { parse: nativeParse, set: nativeSet } = binding('url');
const kInspect = Symbol.for('nodejs.util.inspect.custom');

const HREF = 0;
const PROTOCOL = 1;
const USERNAME = 2;
const PASSWORD = 3;
const HOST = 4;
const HOSTNAME = 5;
const PORT = 6;
const PATHNAME = 7;
const SEARCH = 8;
const HASH = 9;
const ORIGIN = 10;

function invalidUrl(input, base) {
  const error = new codes.ERR_INVALID_URL(input);
  error.input = input;
  if (base !== undefined) error.base = base;
  return error;
}

class URL {
  #parts;
  // { params, replace } once `searchParams` was asked for.
  #query;

  constructor(input, base = undefined) {
    if (arguments.length === 0) throw new codes.ERR_MISSING_ARGS('url');
    const text = `${input}`;
    const baseText = base === undefined ? undefined : `${base}`;
    const parts = nativeParse(text, baseText);
    if (parts === undefined) throw invalidUrl(text, baseText);
    this.#parts = parts;
  }

  static #of(value) {
    if (value === null || typeof value !== 'object' || !(#parts in value)) throw new codes.ERR_INVALID_THIS('URL');
    return value.#parts;
  }

  static canParse(input, base = undefined) {
    if (arguments.length === 0) throw new codes.ERR_MISSING_ARGS('url');
    return nativeParse(`${input}`, base === undefined ? undefined : `${base}`) !== undefined;
  }

  static parse(input, base = undefined) {
    if (arguments.length === 0) throw new codes.ERR_MISSING_ARGS('url');
    return URL.canParse(input, base) ? new URL(input, base) : null;
  }

  static createObjectURL(blob) {
    if (arguments.length === 0) throw new codes.ERR_MISSING_ARGS('obj');
    return require('internal/blob_urls').create(blob);
  }

  static revokeObjectURL(url) {
    if (arguments.length === 0) throw new codes.ERR_MISSING_ARGS('url');
    require('internal/blob_urls').revoke(`${url}`);
  }

  static {
    // For the functions of node:url that take a URL or something like it.
    URL.isURL = (value) => value !== null && typeof value === 'object' && #parts in value;
  }

  #set(part, value) {
    const text = `${value}`;
    const parts = nativeSet(URL.#of(this)[HREF], part, text);
    if (parts === undefined) throw invalidUrl(text);
    this.#parts = parts;
  }

  #syncQuery() {
    if (this.#query !== undefined) this.#query.replace(this.#parts[SEARCH].slice(1));
  }

  get href() { return URL.#of(this)[HREF]; }
  get origin() { return URL.#of(this)[ORIGIN]; }
  get protocol() { return URL.#of(this)[PROTOCOL]; }
  get username() { return URL.#of(this)[USERNAME]; }
  get password() { return URL.#of(this)[PASSWORD]; }
  get host() { return URL.#of(this)[HOST]; }
  get hostname() { return URL.#of(this)[HOSTNAME]; }
  get port() { return URL.#of(this)[PORT]; }
  get pathname() { return URL.#of(this)[PATHNAME]; }
  get search() { return URL.#of(this)[SEARCH]; }
  get hash() { return URL.#of(this)[HASH]; }

  set protocol(value) { this.#set('protocol', value); }
  set username(value) { this.#set('username', value); }
  set password(value) { this.#set('password', value); }
  set host(value) { this.#set('host', value); }
  set hostname(value) { this.#set('hostname', value); }
  set port(value) { this.#set('port', value); }
  set pathname(value) { this.#set('pathname', value); }
  set hash(value) { this.#set('hash', value); }

  set href(value) {
    this.#set('href', value);
    this.#syncQuery();
  }

  set search(value) {
    this.#set('search', value);
    this.#syncQuery();
  }

  get searchParams() {
    URL.#of(this);
    this.#query ??= connect(this.#parts[SEARCH].slice(1), (text) => this.#set('search', text));
    return this.#query.params;
  }

  toString() {
    return URL.#of(this)[HREF];
  }

  toJSON() {
    return URL.#of(this)[HREF];
  }

  [kInspect](depth, options, inspect) {
    if (typeof depth === 'number' && depth < 0) return this;
    const shown = {};
    for (const name of ['href', 'origin', 'protocol', 'username', 'password', 'host', 'hostname', 'port', 'pathname',
      'search', 'searchParams', 'hash']) {
      shown[name] = this[name];
    }
    return `${this.constructor.name} ${inspect(shown, options)}`;
  }
}

const { isURL } = URL;
delete URL.isURL;

for (const name of ['href', 'origin', 'protocol', 'username', 'password', 'host', 'hostname', 'port', 'pathname', 'search',
  'searchParams', 'hash', 'toString', 'toJSON']) {
  Object.defineProperty(URL.prototype, name, { __proto__: null, enumerable: true });
}
for (const name of ['canParse', 'parse', 'createObjectURL', 'revokeObjectURL']) {
  Object.defineProperty(URL, name, { __proto__: null, enumerable: true });
}
Object.defineProperty(URL.prototype, Symbol.toStringTag, { __proto__: null, value: 'URL', configurable: true });

module.exports = { URL, URLSearchParams, isURL };
