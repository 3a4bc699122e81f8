// node:url: the URL classes, conversions between paths and file URLs, and the legacy functions.

const { codes, notImplemented } = require('internal/errors');
const { validateObject, validateString } = require('internal/validators');
const { URL, URLSearchParams, isURL } = require('web/url');
const legacy = require('internal/util/legacy_url');

const native = binding('url');

function domainToASCII(domain) {
  if (arguments.length < 1) throw new codes.ERR_MISSING_ARGS('domain');
  return native.domainToASCII(`${domain}`);
}

function domainToUnicode(domain) {
  if (arguments.length < 1) throw new codes.ERR_MISSING_ARGS('domain');
  return native.domainToUnicode(`${domain}`);
}

// ---- paths ----

/** Objects of another realm's URL class count as well; the marks are what a URL has and a legacy Url has not. */
function looksLikeUrl(value) {
  return isURL(value) || Boolean(value?.href && value.protocol && value.auth === undefined && value.path === undefined);
}

function refuseWindows(options) {
  if (options?.windows) throw notImplemented('url conversion with the option windows');
}

function fileURLToPath(path, options = undefined) {
  refuseWindows(options);
  let url = path;
  if (typeof url === 'string') url = new URL(url);
  else if (!looksLikeUrl(url)) throw new codes.ERR_INVALID_ARG_TYPE('path', ['string', 'URL'], path);
  if (url.protocol !== 'file:') throw new codes.ERR_INVALID_URL_SCHEME('file');
  if (url.hostname !== '') throw new codes.ERR_INVALID_FILE_URL_HOST(require('node/process').platform);
  if (/%2f/i.test(url.pathname)) {
    throw new codes.ERR_INVALID_FILE_URL_PATH('must not include encoded / characters');
  }
  return decodeURIComponent(url.pathname);
}

// What the parser would take for something else, or drop.
const PATH_ESCAPES = { '%': '%25', '\\': '%5C', '\n': '%0A', '\r': '%0D', '\t': '%09', '?': '%3F', '#': '%23' };

function pathToFileURL(path, options = undefined) {
  refuseWindows(options);
  validateString(path, 'path');
  let resolved = require('node/path').resolve(path);
  if (path.endsWith('/') && !resolved.endsWith('/')) resolved += '/';
  return new URL(`file://${resolved.replace(/[%\\\n\r\t?#]/g, (char) => PATH_ESCAPES[char])}`);
}

function urlToHttpOptions(url) {
  validateObject(url, 'url', 2 | 4);
  const { hostname, pathname, port, username, password, search } = url;
  const options = {
    __proto__: null,
    ...url,
    protocol: url.protocol,
    hostname: hostname && hostname[0] === '[' ? hostname.slice(1, -1) : hostname,
    hash: url.hash,
    search,
    pathname,
    path: `${pathname || ''}${search || ''}`,
    href: url.href,
  };
  if (port !== '') options.port = Number(port);
  if (username || password) options.auth = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return options;
}

// ---- format ----

function formatUrl(url, options) {
  if (options !== undefined) validateObject(options, 'options');
  const { fragment = true, unicode = false, search = true, auth = true } = options ?? {};
  const copy = new URL(url.href);
  if (!fragment) copy.hash = '';
  if (!search) copy.search = '';
  if (!auth) {
    copy.username = '';
    copy.password = '';
  }
  if (!unicode || copy.hostname === '') return copy.href;
  return copy.href.replace(copy.hostname, native.domainToUnicode(copy.hostname));
}

function format(urlObject, options = undefined) {
  if (typeof urlObject === 'string') return legacy.parse(urlObject).format();
  if (urlObject === null || typeof urlObject !== 'object') {
    throw new codes.ERR_INVALID_ARG_TYPE('urlObject', ['Object', 'string'], urlObject);
  }
  if (isURL(urlObject)) return formatUrl(urlObject, options);
  return legacy.Url.prototype.format.call(urlObject);
}

module.exports = {
  Url: legacy.Url,
  parse: legacy.parse,
  resolve: (source, relative) => legacy.parse(source, false, true).resolve(relative),
  resolveObject: (source, relative) => (source ? legacy.parse(source, false, true).resolveObject(relative) : relative),
  format,
  URL,
  URLSearchParams,
  domainToASCII,
  domainToUnicode,
  pathToFileURL,
  fileURLToPath,
  urlToHttpOptions,
};
