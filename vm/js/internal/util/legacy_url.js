// The legacy URL parser of node:url: `parse`, and `Url` with `format` and `resolve`.
//
// Follows Node's rules, which are older than the URL standard and forgive nearly everything.

const { codes } = require('internal/errors');
const { validateString } = require('internal/validators');

const PROTOCOL = /^[a-z0-9.+-]+:/i;
const PORT = /:[0-9]*$/;
const SIMPLE_PATH = /^(\/\/?(?!\/)[^?\s]*)(\?[^\s]*)?$/;
const HOST_WITH_AUTH = /^\/\/[^@/]+@[^@/]+/;
// Never part of a host; where one stands the host ends.
const NOT_IN_HOST = new Set(' "%\';<>\\^`{|}');
const FORBIDDEN_IN_HOST = /[\0\t\n\r #%/:<>?@[\\\]^|]/;
const FORBIDDEN_IN_IPV6 = /[\0\t\n\r #%/<>?@\\^|]/;
const ESCAPES = {
  '\t': '%09', '\n': '%0A', '\r': '%0D', ' ': '%20', '"': '%22', "'": '%27', '<': '%3C', '>': '%3E', '\\': '%5C',
  '^': '%5E', '`': '%60', '{': '%7B', '|': '%7C', '}': '%7D',
};
const NEEDS_ESCAPE = /[\t\n\r "'<>\\^`{|}]/g;

const HOSTLESS = new Set(['javascript', 'javascript:']);
const SLASHED = new Set(['http', 'https', 'ftp', 'gopher', 'file', 'ws', 'wss'].flatMap((name) => [name, `${name}:`]));

function Url() {
  this.protocol = null;
  this.slashes = null;
  this.auth = null;
  this.host = null;
  this.port = null;
  this.hostname = null;
  this.hash = null;
  this.search = null;
  this.query = null;
  this.pathname = null;
  this.path = null;
  this.href = null;
}

function parse(url, parseQueryString, slashesDenoteHost) {
  if (url instanceof Url) return url;
  const result = new Url();
  result.parse(url, parseQueryString, slashesDenoteHost);
  return result;
}

function invalid(input) {
  const error = new codes.ERR_INVALID_URL(input);
  error.input = input;
  return error;
}

/** Trims, and turns backslashes into slashes in front of query and fragment, as browsers do. */
function normalizeInput(url) {
  const text = url.replace(/^[\t\n\f\r \u00a0\ufeff]+|[\t\n\f\r \u00a0\ufeff]+$/g, '');
  const end = text.search(/[?#]/);
  const head = end === -1 ? text : text.slice(0, end);
  return head.replaceAll('\\', '/') + (end === -1 ? '' : text.slice(end));
}

Url.prototype.parse = function parseInto(url, parseQueryString, slashesDenoteHost) {
  validateString(url, 'url');
  let rest = normalizeInput(url);
  const hasHash = rest.includes('#');
  if (!slashesDenoteHost && !hasHash && !rest.includes('@') && readSimplePath(this, rest, parseQueryString)) return this;

  let protocol = PROTOCOL.exec(rest)?.[0];
  let lower;
  if (protocol !== undefined) {
    lower = protocol.toLowerCase();
    this.protocol = lower;
    rest = rest.slice(protocol.length);
  }
  let slashes = false;
  if (slashesDenoteHost || protocol !== undefined || HOST_WITH_AUTH.test(rest)) {
    slashes = rest.startsWith('//');
    if (slashes && !(protocol !== undefined && HOSTLESS.has(lower))) {
      rest = rest.slice(2);
      this.slashes = true;
    }
  }
  protocol = lower;
  if (!HOSTLESS.has(protocol) && (slashes || (protocol !== undefined && !SLASHED.has(protocol)))) {
    rest = readHost(this, rest, url);
  }
  if (!HOSTLESS.has(protocol)) rest = rest.replace(NEEDS_ESCAPE, (char) => ESCAPES[char]);
  readTail(this, rest, parseQueryString);
  if (SLASHED.has(protocol) && this.hostname && !this.pathname) this.pathname = '/';
  if (this.pathname || this.search) this.path = (this.pathname || '') + (this.search || '');
  this.href = this.format();
  return this;
};

/** The common case of a bare path, without a look at anything else. */
function readSimplePath(target, text, parseQueryString) {
  const found = SIMPLE_PATH.exec(text);
  if (found === null) return false;
  target.path = text;
  target.href = text;
  [, target.pathname] = found;
  if (found[2]) {
    [, , target.search] = found;
    const query = found[2].slice(1);
    target.query = parseQueryString ? require('node/querystring').parse(query) : query;
  } else if (parseQueryString) {
    target.search = null;
    target.query = { __proto__: null };
  }
  return true;
}

/** Finds where authority ends; the last `@` before that ends the credentials. */
function scanHost(text) {
  let end = -1;
  let at = -1;
  for (let i = 0; i < text.length; i++) {
    const char = text[i];
    if (char === '#' || char === '/' || char === '?') {
      if (end === -1) end = i;
      break;
    }
    if (char === '@') {
      at = i;
      end = -1;
    } else if (NOT_IN_HOST.has(char) && end === -1) {
      end = i;
    }
  }
  return { at, end };
}

function readHost(target, input, url) {
  // Line breaks and tabs vanish from the host, as in browsers.
  const text = input.replace(/^[^#/?]*/, (authority) => authority.replace(/[\t\n\r]/g, ''));
  const { at, end } = scanHost(text);
  if (at !== -1) target.auth = decodeURIComponent(text.slice(0, at));
  let host = end === -1 ? text.slice(at + 1) : text.slice(at + 1, end);
  let rest = end === -1 ? '' : text.slice(end);
  const port = PORT.exec(host)?.[0];
  if (port !== undefined) {
    if (port !== ':') target.port = port.slice(1);
    host = host.slice(0, -port.length);
  }
  const isIpv6 = host.startsWith('[') && host.endsWith(']');
  let hostname = host;
  if (isIpv6) {
    if (FORBIDDEN_IN_IPV6.test(hostname)) throw invalid(url);
  } else {
    // What follows a wrong port is a path: `git@host:owner/name`.
    const wrong = hostname.search(/[/\\#?:]/);
    if (wrong !== -1) {
      rest = `/${hostname.slice(wrong)}${rest}`;
      hostname = hostname.slice(0, wrong);
    }
  }
  hostname = hostname.length > 255 ? '' : hostname.toLowerCase();
  if (!isIpv6 && hostname !== '') hostname = asciiHost(hostname, url);
  target.hostname = hostname;
  target.host = hostname + (target.port ? `:${target.port}` : '');
  if (isIpv6) {
    target.hostname = hostname.slice(1, -1);
    if (rest[0] !== '/') rest = `/${rest}`;
  }
  return rest;
}

function asciiHost(hostname, url) {
  // eslint-disable-next-line no-control-regex
  const ascii = /^[\0-\x7f]*$/.test(hostname) ? hostname : require('node/punycode').toASCII(hostname.normalize('NFKC'));
  if (FORBIDDEN_IN_HOST.test(ascii)) throw invalid(url);
  return ascii;
}

function readTail(target, text, parseQueryString) {
  const hash = text.indexOf('#');
  const head = hash === -1 ? text : text.slice(0, hash);
  if (hash !== -1) target.hash = text.slice(hash);
  const mark = head.indexOf('?');
  if (mark !== -1) {
    target.search = head.slice(mark);
    const query = head.slice(mark + 1);
    target.query = parseQueryString ? require('node/querystring').parse(query) : query;
  } else if (parseQueryString) {
    target.search = null;
    target.query = { __proto__: null };
  }
  const pathname = mark === -1 ? head : head.slice(0, mark);
  if (pathname.length > 0) target.pathname = pathname;
}

// ---- format ----

Url.prototype.format = function format() {
  const auth = this.auth ? `${encodeURIComponent(this.auth).replace(/%3A/gi, ':')}@` : '';
  let protocol = this.protocol || '';
  let pathname = this.pathname || '';
  let hash = this.hash || '';
  let host = '';
  if (this.host) {
    host = auth + this.host;
  } else if (this.hostname) {
    const bare = this.hostname.includes(':') && !this.hostname.startsWith('[');
    host = auth + (bare ? `[${this.hostname}]` : this.hostname);
    if (this.port) host += `:${this.port}`;
  }
  let query = '';
  if (this.query !== null && typeof this.query === 'object') query = require('node/querystring').stringify(this.query);
  let search = this.search || (query && `?${query}`) || '';
  if (protocol && !protocol.endsWith(':')) protocol += ':';
  pathname = pathname.replace(/[#?]/g, (char) => (char === '#' ? '%23' : '%3F'));
  if (this.slashes || SLASHED.has(protocol)) {
    if (this.slashes || host) {
      if (pathname && pathname[0] !== '/') pathname = `/${pathname}`;
      host = `//${host}`;
    } else if (protocol.startsWith('file')) {
      host = '//';
    }
  }
  search = search.replaceAll('#', '%23');
  if (hash && hash[0] !== '#') hash = `#${hash}`;
  if (search && search[0] !== '?') search = `?${search}`;
  return protocol + host + pathname + search + hash;
};

// ---- resolve ----

Url.prototype.resolve = function resolve(relative) {
  return this.resolveObject(parse(relative, false, true)).format();
};

function finish(result) {
  result.href = result.format();
  return result;
}

function setPath(result) {
  result.path = (result.pathname ? result.pathname : '') + (result.search ? result.search : '');
}

Url.prototype.resolveObject = function resolveObject(reference) {
  const relative = typeof reference === 'string' ? parse(reference, false, true) : Object.assign(new Url(), reference);
  const result = Object.assign(new Url(), this);
  // The fragment is never inherited.
  result.hash = relative.hash;
  if (relative.href === '') return finish(result);
  if (relative.slashes && !relative.protocol) return resolveNetworkPath(result, relative);
  if (relative.protocol && relative.protocol !== result.protocol) return resolveOtherProtocol(result, relative);
  return resolvePath(result, relative);
};

/** `//host/path`: everything but the protocol. */
function resolveNetworkPath(result, relative) {
  for (const key of Object.keys(relative)) if (key !== 'protocol') result[key] = relative[key];
  if (SLASHED.has(result.protocol) && result.hostname && !result.pathname) {
    result.pathname = '/';
    result.path = '/';
  }
  return finish(result);
}

/** Another protocol: nothing of the base counts, but `http:name` still means a host. */
function resolveOtherProtocol(result, relative) {
  if (!SLASHED.has(relative.protocol)) return finish(Object.assign(result, relative));
  result.protocol = relative.protocol;
  let { host, hostname, pathname } = relative;
  if (!host && !/^file:?$/.test(relative.protocol) && !HOSTLESS.has(relative.protocol)) {
    const parts = (pathname || '').split('/');
    host = '';
    while (parts.length > 0 && host === '') host = parts.shift();
    hostname ||= '';
    if (parts[0] !== '') parts.unshift('');
    if (parts.length < 2) parts.unshift('');
    pathname = parts.join('/');
  }
  Object.assign(result, {
    pathname,
    search: relative.search,
    query: relative.query,
    host: host || '',
    auth: relative.auth,
    hostname: hostname || host,
    port: relative.port,
    slashes: result.slashes || relative.slashes,
  });
  if (result.pathname || result.search) setPath(result);
  return finish(result);
}

const split = (pathname) => (pathname ? pathname.split('/') : []);

/** In URLs without slashes (`mailto:a@b/c`) the host is the first part of the path. */
function hostIntoPath(holder, parts) {
  if (!holder.host) return;
  if (parts[0] === '') parts[0] = holder.host;
  else parts.unshift(holder.host);
}

function hostFromPath(result, first) {
  result.hostname = first;
  result.host = first;
  if (!first || first.indexOf('@') <= 0) return;
  const [auth, host] = first.split('@');
  result.auth = auth;
  result.host = host;
  result.hostname = host;
}

function resolvePath(result, relative) {
  const sourceAbsolute = Boolean(result.pathname) && result.pathname[0] === '/';
  const relativeAbsolute = Boolean(relative.host || (relative.pathname && relative.pathname[0] === '/'));
  let absolute = relativeAbsolute || sourceAbsolute || Boolean(result.host && relative.pathname);
  const dropDots = absolute;
  let parts = split(result.pathname);
  const added = split(relative.pathname);
  const slashless = Boolean(result.protocol) && !SLASHED.has(result.protocol);
  if (slashless) {
    hostIntoPath(result, parts);
    Object.assign(result, { hostname: '', port: null, host: '' });
    if (relative.protocol) {
      result.auth = null;
      hostIntoPath(relative, added);
      Object.assign(relative, { hostname: null, port: null, host: null });
    }
    absolute = absolute && (added[0] === '' || parts[0] === '');
  }

  if (relativeAbsolute) {
    takeHost(result, relative);
    parts = added;
    result.search = relative.search;
    result.query = relative.query;
  } else if (added.length > 0) {
    // The last part of the base is what the relative path replaces.
    parts = parts.slice(0, -1).concat(added);
    result.search = relative.search;
    result.query = relative.query;
  } else if (relative.search !== null && relative.search !== undefined) {
    if (slashless) hostFromPath(result, parts.shift());
    result.search = relative.search;
    result.query = relative.query;
    if (result.pathname !== null || result.search !== null) setPath(result);
    return finish(result);
  }
  if (parts.length === 0) {
    result.pathname = null;
    result.path = result.search ? `/${result.search}` : null;
    return finish(result);
  }
  return placeParts(result, relative, parts, { absolute, dropDots, slashless });
}

function takeHost(result, relative) {
  if (relative.host || relative.host === '') {
    if (result.host !== relative.host) result.auth = null;
    result.host = relative.host;
    result.port = relative.port;
  }
  if (relative.hostname || relative.hostname === '') {
    if (result.hostname !== relative.hostname) result.auth = null;
    result.hostname = relative.hostname;
  }
}

/** Folds the dots and decides about slashes at both ends. */
function placeParts(result, relative, source, flags) {
  const last = source[source.length - 1];
  const trailing = last === '' ||
    (Boolean(result.host || relative.host || source.length > 1) && (last === '.' || last === '..'));
  const parts = foldDots(source, !flags.absolute && !flags.dropDots);
  if (flags.absolute && parts[0] !== '' && (!parts[0] || parts[0][0] !== '/')) parts.unshift('');
  if (trailing && !parts.join('/').endsWith('/')) parts.push('');
  const isAbsolute = parts[0] === '' || Boolean(parts[0] && parts[0][0] === '/');
  if (flags.slashless) hostFromPath(result, isAbsolute ? '' : parts.shift() ?? '');
  if ((flags.absolute || (result.host && parts.length > 0)) && !isAbsolute) parts.unshift('');
  result.pathname = parts.length > 0 ? parts.join('/') : null;
  result.path = null;
  if (result.pathname !== null || result.search !== null) setPath(result);
  result.auth = relative.auth || result.auth;
  result.slashes = result.slashes || relative.slashes;
  return finish(result);
}

function foldDots(source, keepAbove) {
  const parts = source.slice();
  let up = 0;
  for (let i = parts.length - 1; i >= 0; i--) {
    if (parts[i] === '.') {
      parts.splice(i, 1);
    } else if (parts[i] === '..') {
      parts.splice(i, 1);
      up++;
    } else if (up > 0) {
      parts.splice(i, 1);
      up--;
    }
  }
  if (keepAbove) parts.unshift(...new Array(up).fill('..'));
  return parts;
}

module.exports = { Url, parse };
