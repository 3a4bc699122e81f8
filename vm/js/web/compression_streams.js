// CompressionStream and DecompressionStream.

const { TransformStream } = require('dist/web_streams');

const coding = binding('coding');

const COMPRESS = { __proto__: null, gzip: 'gzip', deflate: 'deflate', 'deflate-raw': 'deflate-raw' };
const DECOMPRESS = { __proto__: null, gzip: 'gunzip', deflate: 'inflate', 'deflate-raw': 'inflate-raw' };

/** The bytes that are ready, or the error. */
function put(controller, result) {
  if (typeof result === 'string') throw new TypeError(`The data is not valid: ${result}`);
  if (result.byteLength > 0) controller.enqueue(new Uint8Array(result));
}

function transformOf(names, format) {
  const name = names[String(format)];
  if (name === undefined) throw new TypeError(`Unsupported compression format: '${format}'`);
  const id = coding.open(name, -1);
  return new TransformStream({
    transform(chunk, controller) {
      if (!(chunk instanceof ArrayBuffer) && !ArrayBuffer.isView(chunk)) throw new TypeError('The chunk must be an ArrayBuffer or a view of one');
      put(controller, coding.write(id, chunk, false));
    },
    flush(controller) { put(controller, coding.finish(id)); },
    cancel() { coding.close(id); },
  });
}

class CompressionStream {
  #transform;
  constructor(format) { this.#transform = transformOf(COMPRESS, format); }
  get readable() { return this.#transform.readable; }
  get writable() { return this.#transform.writable; }
  get [Symbol.toStringTag]() { return 'CompressionStream'; }
}

class DecompressionStream {
  #transform;
  constructor(format) { this.#transform = transformOf(DECOMPRESS, format); }
  get readable() { return this.#transform.readable; }
  get writable() { return this.#transform.writable; }
  get [Symbol.toStringTag]() { return 'DecompressionStream'; }
}

module.exports = { CompressionStream, DecompressionStream };
