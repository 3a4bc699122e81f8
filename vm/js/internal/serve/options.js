// What `serve` is given, checked and bound.

const { codes, exceptionWithHostPort, errnoException } = require('internal/errors');

const native = binding('server');
const { stringify } = JSON;

const IDLE_TIMEOUT = 10;
const MAX_BODY = 128 * 1024 * 1024;

function checkOptions(options) {
  if (options === null || typeof options !== 'object') throw new codes.ERR_INVALID_ARG_TYPE('options', 'Object', options);
  const { fetch, routes, error, websocket } = options;
  if (fetch !== undefined && typeof fetch !== 'function') throw new codes.ERR_INVALID_ARG_TYPE('options.fetch', 'Function', fetch);
  if (error !== undefined && typeof error !== 'function') throw new codes.ERR_INVALID_ARG_TYPE('options.error', 'Function', error);
  if (fetch === undefined && routes === undefined) throw new TypeError('serve needs a "fetch" function or "routes"');
  if (websocket !== undefined && (websocket === null || typeof websocket !== 'object')) {
    throw new codes.ERR_INVALID_ARG_TYPE('options.websocket', 'Object', websocket);
  }
  return { fetch, error, websocket };
}

function portOf(value) {
  const port = Number(value);
  if (!Number.isInteger(port) || port < 0 || port > 65535) throw new codes.ERR_SOCKET_BAD_PORT('options.port', value, true);
  return port;
}

/** Starts to listen; what a server shows of it. */
function bind(options, onEvent) {
  const { tls, unix, hostname } = options;
  const listen = {
    host: unix === undefined ? hostname ?? '0.0.0.0' : undefined,
    port: unix === undefined ? portOf(options.port ?? 0) : 0,
    path: unix,
    tls: tls === undefined || tls === null ? undefined : require('internal/tls_options').serverTls(tls),
  };
  const seconds = options.idleTimeout ?? IDLE_TIMEOUT;
  const bound = native.serve(stringify({
    listen,
    // Without a limit: a day, which is longer than any test.
    idleTimeout: seconds === 0 ? 86_400_000 : seconds * 1000,
    limit: Math.min(options.maxRequestBodySize ?? MAX_BODY, Number.MAX_SAFE_INTEGER),
  }), onEvent);
  if (!Array.isArray(bound)) throw listenError(bound);
  const [id, address, port, family] = bound;
  const scheme = listen.tls === undefined ? 'http' : 'https';
  if (unix !== undefined) return { id, path: unix, scheme, host: 'localhost', hostname: undefined };
  const name = hostname === undefined || hostname === '0.0.0.0' || hostname === '::' ? 'localhost' : hostname;
  const shown = name.includes(':') ? `[${name}]` : name;
  return { id, address, port, family, scheme, hostname: name, host: `${shown}:${port}` };
}

function listenError({ code, message, errno, address, port }) {
  if (errno === 0) return Object.assign(new Error(message), { code });
  return address === undefined ? errnoException(errno, 'listen') : exceptionWithHostPort(errno, 'listen', address, port);
}

module.exports = { bind, checkOptions, listenError };
