// node:stream: readable-stream from npm, with the ways to web streams and back.

const Stream = require('dist/readable_stream');

const adapters = () => require('internal/web_stream_adapters');

Stream.Readable.fromWeb = function fromWeb(stream, options) { return adapters().readableFromWeb(stream, options); };
Stream.Readable.toWeb = function toWeb(readable, options) { return adapters().readableToWeb(readable, options); };
Stream.Writable.fromWeb = function fromWeb(stream, options) { return adapters().writableFromWeb(stream, options); };
Stream.Writable.toWeb = function toWeb(writable) { return adapters().writableToWeb(writable); };
Stream.Duplex.fromWeb = function fromWeb(pair, options) { return adapters().duplexFromWeb(pair, options); };
Stream.Duplex.toWeb = function toWeb(duplex) { return adapters().duplexToWeb(duplex); };

module.exports = Stream;
