// Routes: exact paths, `:parameters` and a `*` at the end. The most exact one wins.

const { Response } = require('web/response');

const METHODS = new Set(['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS']);

function check(path, value) {
  if (!path.startsWith('/')) throw new TypeError(`route "${path}" must start with a slash`);
  const isHandler = typeof value === 'function' || value instanceof Response;
  if (isHandler || value === false) return;
  const isTable = typeof value === 'object' && value !== null
    && Object.entries(value).every(([method, handler]) => METHODS.has(method) && (typeof handler === 'function' || handler instanceof Response));
  if (!isTable) throw new TypeError(`route "${path}" must be a function, a Response, or an object of them by method`);
}

function compile(path, value) {
  const parts = path.split('/').slice(1);
  const isWild = parts.at(-1) === '*';
  if (isWild) parts.pop();
  return { parts, isWild, value };
}

/** How exact a route is, part by part: text before parameters before the rest. */
function rank({ parts, isWild }) {
  return `${parts.map((part) => (part.startsWith(':') ? '1' : '0')).join('')}${isWild ? '2' : ''}`;
}

function decode(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function match({ parts, isWild }, segments) {
  if (isWild ? segments.length < parts.length : segments.length !== parts.length) return undefined;
  const params = {};
  for (let i = 0; i < parts.length; i += 1) {
    if (parts[i].startsWith(':') && segments[i] !== '') params[parts[i].slice(1)] = decode(segments[i]);
    else if (parts[i] !== segments[i]) return undefined;
  }
  return params;
}

/** Of what a request's method wants; a GET also answers HEAD. */
function pick(value, method) {
  if (typeof value === 'function' || value instanceof Response) return value;
  return value[method] ?? (method === 'HEAD' ? value.GET : undefined);
}

/** A function from a request to its handler or Response, or undefined; sets `request.params`. */
function makeRouter(routes) {
  if (routes === undefined || routes === null) return undefined;
  const exact = new Map();
  const patterns = [];
  for (const path of Object.keys(routes)) {
    check(path, routes[path]);
    if (routes[path] === false) continue;
    if (/\/(?::|\*$)/.test(path)) patterns.push(compile(path, routes[path]));
    else exact.set(path, routes[path]);
  }
  patterns.sort((a, b) => (rank(a) < rank(b) ? -1 : 1));
  return function route(request) {
    const { pathname } = new URL(request.url);
    const known = exact.get(pathname);
    const chosen = known === undefined ? undefined : pick(known, request.method);
    if (chosen !== undefined) return found(request, {}, chosen);
    const segments = pathname.split('/').slice(1);
    for (const pattern of patterns) {
      const params = match(pattern, segments);
      const handler = params === undefined ? undefined : pick(pattern.value, request.method);
      if (handler !== undefined) return found(request, params, handler);
    }
    return undefined;
  };
}

function found(request, params, handler) {
  Object.defineProperty(request, 'params', { value: params, writable: true, enumerable: true, configurable: true });
  return handler;
}

module.exports = { makeRouter };
