// node:http2: its names, so that packages which could speak it load. Using it says that it is not there.

const { notImplemented } = require('internal/errors');

const constants = {
  HTTP2_HEADER_STATUS: ':status', HTTP2_HEADER_METHOD: ':method', HTTP2_HEADER_AUTHORITY: ':authority', HTTP2_HEADER_SCHEME: ':scheme',
  HTTP2_HEADER_PATH: ':path', HTTP2_HEADER_COOKIE: 'cookie', HTTP2_HEADER_HOST: 'host', HTTP2_HEADER_SET_COOKIE: 'set-cookie',
  HTTP2_HEADER_CONTENT_TYPE: 'content-type', HTTP2_HEADER_CONTENT_LENGTH: 'content-length', NGHTTP2_CANCEL: 8, NGHTTP2_NO_ERROR: 0,
};

const http2 = { constants, sensitiveHeaders: Symbol('nodejs.http2.sensitiveHeaders') };
for (const name of ['connect', 'createServer', 'createSecureServer', 'getDefaultSettings', 'getPackedSettings', 'getUnpackedSettings', 'performServerHandshake']) {
  http2[name] = { [name]() { throw notImplemented(`http2.${name}`); } }[name];
}
for (const name of ['Http2ServerRequest', 'Http2ServerResponse']) {
  http2[name] = { [name]: class { constructor() { throw notImplemented(`http2.${name}`); } } }[name];
}

module.exports = http2;
