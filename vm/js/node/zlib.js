// node:zlib: gzip, deflate and brotli. Coding happens at once, on this thread.

const { Transform } = require('node/stream');
const { Buffer } = require('node/buffer');
const { codes, notImplemented } = require('internal/errors');
const { nextTick } = require('internal/task_queues');

const coding = binding('coding');

const constants = {
  Z_NO_FLUSH: 0, Z_PARTIAL_FLUSH: 1, Z_SYNC_FLUSH: 2, Z_FULL_FLUSH: 3, Z_FINISH: 4, Z_BLOCK: 5, Z_OK: 0, Z_STREAM_END: 1, Z_NEED_DICT: 2,
  Z_ERRNO: -1, Z_STREAM_ERROR: -2, Z_DATA_ERROR: -3, Z_MEM_ERROR: -4, Z_BUF_ERROR: -5, Z_VERSION_ERROR: -6, Z_NO_COMPRESSION: 0, Z_BEST_SPEED: 1,
  Z_BEST_COMPRESSION: 9, Z_DEFAULT_COMPRESSION: -1, Z_FILTERED: 1, Z_HUFFMAN_ONLY: 2, Z_RLE: 3, Z_FIXED: 4, Z_DEFAULT_STRATEGY: 0,
  Z_MIN_WINDOWBITS: 8, Z_MAX_WINDOWBITS: 15, Z_DEFAULT_WINDOWBITS: 15, Z_MIN_CHUNK: 64, Z_MAX_CHUNK: Infinity, Z_DEFAULT_CHUNK: 16384,
  Z_MIN_MEMLEVEL: 1, Z_MAX_MEMLEVEL: 9, Z_DEFAULT_MEMLEVEL: 8, Z_MIN_LEVEL: -1, Z_MAX_LEVEL: 9, Z_DEFAULT_LEVEL: -1,
  DEFLATE: 1, INFLATE: 2, GZIP: 3, GUNZIP: 4, DEFLATERAW: 5, INFLATERAW: 6, UNZIP: 7, BROTLI_DECODE: 8, BROTLI_ENCODE: 9,
  BROTLI_OPERATION_PROCESS: 0, BROTLI_OPERATION_FLUSH: 1, BROTLI_OPERATION_FINISH: 2, BROTLI_OPERATION_EMIT_METADATA: 3, BROTLI_PARAM_MODE: 0,
  BROTLI_MODE_GENERIC: 0, BROTLI_MODE_TEXT: 1, BROTLI_MODE_FONT: 2, BROTLI_PARAM_QUALITY: 1, BROTLI_MIN_QUALITY: 0, BROTLI_MAX_QUALITY: 11,
  BROTLI_DEFAULT_QUALITY: 11, BROTLI_PARAM_LGWIN: 2, BROTLI_PARAM_SIZE_HINT: 5,
};

function failure(text) {
  const isShort = /unexpected|incomplete|eof|invalid data$/i.test(text) && /eof|incomplete|unexpected end/i.test(text);
  const error = new Error(isShort ? 'unexpected end of file' : /header|corrupt|invalid|decompress/i.test(text) ? 'incorrect header check' : text);
  error.errno = isShort ? constants.Z_BUF_ERROR : constants.Z_DATA_ERROR;
  error.code = isShort ? 'Z_BUF_ERROR' : 'Z_DATA_ERROR';
  return error;
}

function levelOf(name, options) {
  if (name === 'brotli') return options?.params?.[constants.BROTLI_PARAM_QUALITY] ?? -1;
  return options?.level ?? -1;
}

function bytesOf(data) {
  if (typeof data === 'string') return Buffer.from(data);
  if (data instanceof ArrayBuffer || ArrayBuffer.isView(data)) return data;
  throw new codes.ERR_INVALID_ARG_TYPE('buffer', ['string', 'Buffer', 'TypedArray', 'DataView', 'ArrayBuffer'], data);
}

/** gunzip and deflate tell themselves apart by the first byte. */
function unzipName(bytes) {
  const first = bytes instanceof ArrayBuffer ? new Uint8Array(bytes)[0] : bytes[0];
  return first === 0x1f ? 'gunzip' : 'inflate';
}

function codeAll(name, data, options) {
  const bytes = bytesOf(data);
  const id = coding.open(name === 'unzip' ? unzipName(bytes) : name, levelOf(name, options));
  const first = coding.write(id, bytes, false);
  if (typeof first === 'string') {
    coding.close(id);
    throw failure(first);
  }
  const rest = coding.finish(id);
  if (typeof rest === 'string') throw failure(rest);
  const whole = Buffer.concat([Buffer.from(first), Buffer.from(rest)]);
  const limit = options?.maxOutputLength;
  if (limit !== undefined && whole.length > limit) throw Object.assign(new RangeError(`Cannot create a Buffer larger than ${limit} bytes`), { code: 'ERR_BUFFER_TOO_LARGE' });
  return whole;
}

class Coder extends Transform {
  #name;
  #id;
  #flushes;

  constructor(name, options = {}) {
    super({ ...options, decodeStrings: true });
    this.#name = name;
    this.#flushes = name === 'unzip' || name.startsWith('in') || name === 'gunzip' || name === 'unbrotli'
      || (options.flush !== undefined && options.flush !== constants.Z_NO_FLUSH);
    this.bytesWritten = 0;
    this._options = options;
    Object.defineProperty(this, '_options', { enumerable: false });
    if (name !== 'unzip') this.#id = coding.open(name, levelOf(name, options));
  }

  _transform(chunk, encoding, callback) {
    this.bytesWritten += chunk.length;
    this.#id ??= coding.open(unzipName(chunk), -1);
    this.#give(coding.write(this.#id, chunk, this.#flushes), callback);
  }

  _flush(callback) {
    if (this.#id === undefined) callback();
    else this.#give(coding.finish(this.#id), callback);
  }

  #give(result, callback) {
    if (typeof result === 'string') {
      callback(failure(result));
      return;
    }
    if (result.byteLength > 0) this.push(Buffer.from(result));
    callback();
  }

  flush(kind, callback) {
    const done = typeof kind === 'function' ? kind : callback;
    if (this.writableEnded || this.destroyed) {
      if (done) nextTick(done);
      return;
    }
    const put = () => {
      if (!this.destroyed && this.#id !== undefined) this.#give(coding.write(this.#id, new Uint8Array(0), true), (error) => (error ? this.destroy(error) : undefined));
      done?.();
    };
    if (this.writableLength === 0) nextTick(put);
    else this.once('drain', put);
  }

  _destroy(error, callback) {
    if (this.#id !== undefined) coding.close(this.#id);
    callback(error);
  }

  close(callback) {
    if (callback) require('node/stream').finished(this, () => callback());
    this.destroy();
  }

  params(level, strategy, callback) { nextTick(callback); }
  reset() {
    coding.close(this.#id);
    this.#id = coding.open(this.#name, levelOf(this.#name, this._options));
  }
}

const zlib = { constants, codes: { Z_OK: 0, Z_STREAM_END: 1, Z_NEED_DICT: 2, Z_BUF_ERROR: -5, Z_DATA_ERROR: -3 }, ...constants };

const KINDS = [
  ['Gzip', 'gzip'], ['Gunzip', 'gunzip'], ['Deflate', 'deflate'], ['Inflate', 'inflate'], ['DeflateRaw', 'deflate-raw'],
  ['InflateRaw', 'inflate-raw'], ['Unzip', 'unzip'], ['BrotliCompress', 'brotli'], ['BrotliDecompress', 'unbrotli'],
];
for (const [Name, coder] of KINDS) {
  const Class = { [Name]: class extends Coder { constructor(options) { super(coder, options); } } }[Name];
  Object.defineProperty(Class, 'name', { value: Name });
  const method = Name[0].toLowerCase() + Name.slice(1);
  zlib[Name] = Class;
  zlib[`create${Name}`] = (options) => new Class(options);
  zlib[`${method}Sync`] = (data, options) => codeAll(coder, data, options);
  zlib[method] = (data, options, callback) => {
    const done = callback ?? options;
    if (typeof done !== 'function') throw new codes.ERR_INVALID_ARG_TYPE('callback', 'function', done);
    let whole;
    try {
      whole = codeAll(coder, data, callback === undefined ? undefined : options);
    } catch (error) {
      nextTick(done, error);
      return;
    }
    nextTick(done, null, whole);
  };
}

const TABLE = new Uint32Array(256).map((_, n) => {
  let c = n;
  for (let bit = 0; bit < 8; bit += 1) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c;
});

/** The checksum of gzip and PNG, going on from `value`. */
zlib.crc32 = function crc32(data, value = 0) {
  let crc = ~value;
  for (const byte of bytesOf(data)) crc = TABLE[(crc ^ byte) & 0xff] ^ (crc >>> 8);
  return ~crc >>> 0;
};
for (const name of ['createZstdCompress', 'createZstdDecompress', 'zstdCompress', 'zstdDecompress', 'zstdCompressSync', 'zstdDecompressSync']) {
  zlib[name] = { [name]() { throw notImplemented(`zlib.${name}`); } }[name];
}

module.exports = zlib;
