// Between node:stream's streams and web streams, with back-pressure both ways.

const { Duplex, Readable, Writable, finished } = require('node/stream');
const { ReadableStream, WritableStream, CountQueuingStrategy } = require('dist/web_streams');
const { AbortError, codes } = require('internal/errors');

function check(value, Type, name) {
  if (!(value instanceof Type)) throw new codes.ERR_INVALID_ARG_TYPE(name, Type.name, value);
}

/** Pulls from a reader into a Readable whenever it asks. */
function pump(readable, reader) {
  reader.read().then(({ done, value }) => {
    if (done) readable.push(null);
    else readable.push(value);
  }, (error) => readable.destroy(error));
}

function readableFromWeb(stream, options = {}) {
  check(stream, ReadableStream, 'readableStream');
  const reader = stream.getReader();
  let hasEnded = false;
  const readable = new Readable({
    ...options,
    read() { pump(readable, reader); },
    destroy(error, callback) {
      if (hasEnded) return callback(error);
      return reader.cancel(error ?? undefined).then(() => callback(error), () => callback(error));
    },
  });
  reader.closed.then(() => { hasEnded = true; }, (error) => {
    hasEnded = true;
    readable.destroy(error);
  });
  return readable;
}

function asBytes(chunk) {
  if (!(chunk instanceof Uint8Array)) return chunk;
  return new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength).slice();
}

function readableToWeb(readable, options = {}) {
  const objectMode = readable.readableObjectMode ?? false;
  const strategy = options.strategy ?? new CountQueuingStrategy({ highWaterMark: objectMode ? readable.readableHighWaterMark : 1 });
  let isOver = false;
  return new ReadableStream({
    start(controller) {
      readable.pause();
      readable.on('data', (chunk) => {
        if (isOver) return;
        controller.enqueue(objectMode ? chunk : asBytes(chunk));
        if (controller.desiredSize <= 0) readable.pause();
      });
      finished(readable, { writable: false }, (error) => {
        if (isOver) return;
        isOver = true;
        if (error) controller.error(error.code === 'ERR_STREAM_PREMATURE_CLOSE' ? new AbortError(undefined, { cause: error }) : error);
        else controller.close();
      });
    },
    pull() { readable.resume(); },
    cancel(reason) {
      isOver = true;
      readable.destroy(reason instanceof Error ? reason : undefined);
    },
  }, strategy);
}

function writableFromWeb(stream, options = {}) {
  check(stream, WritableStream, 'writableStream');
  const writer = stream.getWriter();
  let isClosed = false;
  const writable = new Writable({
    ...options,
    write(chunk, encoding, callback) { writer.ready.then(() => writer.write(chunk)).then(() => callback(), callback); },
    final(callback) { writer.close().then(() => callback(), callback); },
    destroy(error, callback) {
      if (isClosed) return callback(error);
      const end = error ? writer.abort(error) : writer.close();
      return end.then(() => callback(error), () => callback(error));
    },
  });
  writer.closed.then(() => { isClosed = true; }, (error) => {
    isClosed = true;
    writable.destroy(error);
  });
  return writable;
}

function writableToWeb(writable) {
  let drained;
  let failed;
  return new WritableStream({
    start(controller) {
      writable.on('drain', () => drained?.resolve());
      finished(writable, { readable: false }, (error) => {
        failed = error;
        drained?.[error ? 'reject' : 'resolve'](error);
        if (error) controller.error(error);
      });
    },
    write(chunk) {
      if (failed) throw failed;
      if (writable.write(chunk)) return undefined;
      drained = Promise.withResolvers();
      return drained.promise;
    },
    close() {
      return new Promise((resolve, reject) => {
        finished(writable, { readable: false }, (error) => (error ? reject(error) : resolve()));
        writable.end();
      });
    },
    abort(reason) { writable.destroy(reason instanceof Error ? reason : new AbortError()); },
  }, new CountQueuingStrategy({ highWaterMark: writable.writableObjectMode ? writable.writableHighWaterMark : 1 }));
}

function duplexFromWeb(pair, options = {}) {
  check(pair?.readable, ReadableStream, 'pair.readable');
  check(pair?.writable, WritableStream, 'pair.writable');
  return Duplex.from({ readable: readableFromWeb(pair.readable, options), writable: writableFromWeb(pair.writable, options) });
}

function duplexToWeb(duplex) {
  return { readable: readableToWeb(duplex), writable: writableToWeb(duplex) };
}

module.exports = { duplexFromWeb, duplexToWeb, readableFromWeb, readableToWeb, writableFromWeb, writableToWeb };
