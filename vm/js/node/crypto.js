// node:crypto: digests, keyed digests, key derivation, random values. Ciphers, keys and signatures are not there yet and say so.

const { Transform } = require('node/stream');
const { Buffer } = require('node/buffer');
const { codes, notImplemented } = require('internal/errors');
const { nextTick } = require('internal/task_queues');
const { DOMException } = require('web/dom_exception');

const native = binding('crypto');

function bytesOf(value, encoding, name = 'data') {
  if (typeof value === 'string') return Buffer.from(value, encoding === 'buffer' ? 'utf8' : encoding);
  if (value instanceof ArrayBuffer) return new Uint8Array(value);
  if (ArrayBuffer.isView(value)) return value;
  throw new codes.ERR_INVALID_ARG_TYPE(name, ['string', 'Buffer', 'TypedArray', 'DataView'], value);
}

function encoded(bytes, encoding) {
  const buffer = Buffer.from(bytes);
  return encoding === undefined || encoding === 'buffer' ? buffer : buffer.toString(encoding);
}

function coded(Base, code, message) {
  return Object.assign(new Base(message), { code });
}

/** What Hash and Hmac share: data is gathered, the digest made at the end. */
class Digest extends Transform {
  #parts = [];
  #isFinal = false;
  #make;

  constructor(make, options) {
    super(options);
    this.#make = make;
  }

  update(data, encoding) {
    if (this.#isFinal) throw coded(Error, 'ERR_CRYPTO_HASH_FINALIZED', 'Digest already called');
    // A copy: what is changed afterwards does not count.
    this.#parts.push(Buffer.from(bytesOf(data, encoding)));
    return this;
  }

  digest(encoding) {
    if (this.#isFinal) throw coded(Error, 'ERR_CRYPTO_HASH_FINALIZED', 'Digest already called');
    this.#isFinal = true;
    return encoded(this.#make(Buffer.concat(this.#parts)), encoding);
  }

  _copyTo(other) {
    if (this.#isFinal) throw coded(Error, 'ERR_CRYPTO_HASH_FINALIZED', 'Digest already called');
    other.#parts = [...this.#parts];
    return other;
  }

  _transform(chunk, encoding, callback) {
    this.update(chunk, encoding);
    callback();
  }

  _flush(callback) {
    this.push(this.digest());
    callback();
  }
}

class Hash extends Digest {
  #algorithm;
  constructor(algorithm, options) {
    if (typeof algorithm !== 'string') throw new codes.ERR_INVALID_ARG_TYPE('algorithm', 'string', algorithm);
    if (!native.has(algorithm)) throw coded(Error, 'ERR_OSSL_EVP_UNSUPPORTED', 'Digest method not supported');
    super((data) => native.hash(algorithm, data), options);
    this.#algorithm = algorithm;
  }

  copy(options) { return this._copyTo(new Hash(this.#algorithm, options)); }
}

class Hmac extends Digest {
  constructor(algorithm, key, options) {
    if (typeof algorithm !== 'string') throw new codes.ERR_INVALID_ARG_TYPE('hmac', 'string', algorithm);
    if (!native.has(algorithm)) throw coded(Error, 'ERR_CRYPTO_INVALID_DIGEST', `Invalid digest: ${algorithm}`);
    const secret = Buffer.from(bytesOf(key, options?.encoding, 'key'));
    super((data) => native.hmac(algorithm, secret, data), options);
  }
}

function hash(algorithm, data, encoding = 'hex') {
  return new Hash(algorithm).update(data).digest(encoding);
}

// ---- random ----

function checkSize(size, name = 'size') {
  if (typeof size !== 'number') throw new codes.ERR_INVALID_ARG_TYPE(name, 'number', size);
  if (!(size >= 0 && size <= 2 ** 31 - 1)) throw new codes.ERR_OUT_OF_RANGE(name, '>= 0 && <= 2147483647', size);
}

function later(callback, make) {
  if (callback === undefined) return make();
  if (typeof callback !== 'function') throw new codes.ERR_INVALID_ARG_TYPE('callback', 'Function', callback);
  let value;
  try {
    value = make();
  } catch (error) {
    nextTick(callback, error);
    return undefined;
  }
  nextTick(callback, null, value);
  return undefined;
}

function randomBytes(size, callback) {
  checkSize(size);
  return later(callback, () => Buffer.from(native.random(size)));
}

function fill(target, offset = 0, size = target.byteLength - offset) {
  const view = target instanceof ArrayBuffer ? new Uint8Array(target) : new Uint8Array(target.buffer, target.byteOffset, target.byteLength);
  view.set(new Uint8Array(native.random(size)), offset);
  return target;
}

function randomFillSync(target, offset, size) {
  return fill(target, offset, size);
}

function randomFill(target, ...rest) {
  const callback = rest.pop();
  later(callback, () => fill(target, ...rest));
}

function randomInt(min, max, callback) {
  if (max === undefined || typeof max === 'function') [min, max, callback] = [0, min, max];
  if (!Number.isSafeInteger(min)) throw new codes.ERR_INVALID_ARG_TYPE('min', 'a safe integer', min);
  if (!Number.isSafeInteger(max)) throw new codes.ERR_INVALID_ARG_TYPE('max', 'a safe integer', max);
  const range = max - min;
  if (!(range > 0 && range <= 2 ** 48 - 1)) throw new codes.ERR_OUT_OF_RANGE('max', `greater than the value of "min" (${min})`, max);
  return later(callback, () => {
    // Numbers beyond the last whole multiple of the range would make some values likelier.
    const limit = 2 ** 48 - (2 ** 48 % range);
    for (;;) {
      const value = Buffer.from(native.random(6)).readUIntBE(0, 6);
      if (value < limit) return min + (value % range);
    }
  });
}

function randomUUID() {
  const bytes = Buffer.from(native.random(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

function timingSafeEqual(a, b) {
  const [left, right] = [bytesOf(a, undefined, 'buf1'), bytesOf(b, undefined, 'buf2')];
  if (left.byteLength !== right.byteLength) throw coded(RangeError, 'ERR_CRYPTO_TIMING_SAFE_EQUAL_LENGTH', 'Input buffers must have the same byte length');
  return native.equal(left, right);
}

// ---- keys from passwords ----

function pbkdf2Sync(password, salt, iterations, length, digest) {
  return Buffer.from(native.pbkdf2(bytesOf(password), bytesOf(salt), iterations, length, digest));
}

function scryptSync(password, salt, length, options = {}) {
  const { N, cost = N ?? 16384, r, blockSize = r ?? 8, p, parallelization = p ?? 1, maxmem = 32 * 1024 * 1024 } = options;
  return Buffer.from(native.scrypt(bytesOf(password), bytesOf(salt), length, cost, blockSize, parallelization, maxmem));
}

// ---- Web Crypto, as far as it goes ----

const subtle = {
  async digest(algorithm, data) {
    const name = typeof algorithm === 'string' ? algorithm : algorithm.name;
    if (!/^sha-(1|256|384|512)$/i.test(name)) throw new DOMException('Unrecognized algorithm name', 'NotSupportedError');
    return native.hash(name, bytesOf(data));
  },
};
for (const name of ['decrypt', 'deriveBits', 'deriveKey', 'encrypt', 'exportKey', 'generateKey', 'importKey', 'sign', 'unwrapKey', 'verify', 'wrapKey']) {
  subtle[name] = { async [name]() { throw notImplemented(`crypto.subtle.${name}`); } }[name];
}

const webcrypto = {
  getRandomValues(array) {
    if (!ArrayBuffer.isView(array) || array instanceof DataView || array instanceof Float32Array || array instanceof Float64Array) {
      throw new DOMException('The data argument must be an integer-type TypedArray', 'TypeMismatchError');
    }
    if (array.byteLength > 65536) throw new DOMException(`The requested length exceeds 65,536 bytes`, 'QuotaExceededError');
    return fill(array);
  },
  randomUUID,
  subtle,
  get [Symbol.toStringTag]() { return 'Crypto'; },
};

const HASHES = ['blake2b512', 'blake2s256', 'md5', 'ripemd160', 'sha1', 'sha224', 'sha256', 'sha3-224', 'sha3-256', 'sha3-384', 'sha3-512',
  'sha384', 'sha512', 'sha512-224', 'sha512-256', 'sm3'];

const crypto = {
  Hash,
  Hmac,
  createHash: (algorithm, options) => new Hash(algorithm, options),
  createHmac: (algorithm, key, options) => new Hmac(algorithm, key, options),
  getHashes: () => [...HASHES],
  getCiphers: () => [],
  getCurves: () => [],
  getFips: () => 0,
  getRandomValues: (array) => webcrypto.getRandomValues(array),
  hash,
  pbkdf2: (password, salt, iterations, length, digest, callback) => later(callback, () => pbkdf2Sync(password, salt, iterations, length, digest)),
  pbkdf2Sync,
  pseudoRandomBytes: randomBytes,
  randomBytes,
  randomFill,
  randomFillSync,
  randomInt,
  randomUUID,
  scrypt: (password, salt, length, options, callback) => later(callback ?? options, () => scryptSync(password, salt, length, callback === undefined ? {} : options)),
  scryptSync,
  subtle,
  timingSafeEqual,
  webcrypto,
  constants: {},
};
for (const name of ['createCipheriv', 'createDecipheriv', 'createSign', 'createVerify', 'createDiffieHellman', 'createECDH', 'createPrivateKey',
  'createPublicKey', 'createSecretKey', 'diffieHellman', 'generateKey', 'generateKeyPair', 'generateKeyPairSync', 'generateKeySync', 'hkdf', 'hkdfSync',
  'privateDecrypt', 'privateEncrypt', 'publicDecrypt', 'publicEncrypt', 'sign', 'verify']) {
  crypto[name] = { [name]() { throw notImplemented(`crypto.${name}`); } }[name];
}

module.exports = crypto;
