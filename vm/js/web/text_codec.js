// TextEncoder and TextDecoder.
//
// binding('encoding'):
//   canonical(label) -> lower-case name of the encoding, or undefined
//   encodeUtf8(string) -> Uint8Array
//   encodeInto(string, Uint8Array) -> [code units read, bytes written]
//   decode(name, Uint8Array, fatal, ignoreBOM) -> string, or undefined when fatal and malformed
//   openDecoder(name, fatal, ignoreBOM) -> number of a streaming decoder
//   decodeChunk(number, Uint8Array, last) -> string, or undefined when fatal and malformed; the last chunk and an error
//       close the decoder

const { codes } = require('internal/errors');
const { validateObject } = require('internal/validators');

const native = binding('encoding');
const kInspect = Symbol.for('nodejs.util.inspect.custom');
const NO_BYTES = new Uint8Array(0);

class TextEncoder {
  #brand = true;

  get encoding() {
    if (!(#brand in this)) throw new codes.ERR_INVALID_THIS('TextEncoder');
    return 'utf-8';
  }

  encode(input = '') {
    if (!(#brand in this)) throw new codes.ERR_INVALID_THIS('TextEncoder');
    return native.encodeUtf8(`${input}`);
  }

  encodeInto(source, destination) {
    if (!(#brand in this)) throw new codes.ERR_INVALID_THIS('TextEncoder');
    if (typeof source !== 'string') throw new codes.ERR_INVALID_ARG_TYPE('src', 'string', source);
    if (!require('internal/util/types').types.isUint8Array(destination)) {
      throw new codes.ERR_INVALID_ARG_TYPE('dest', 'Uint8Array', destination);
    }
    const [read, written] = native.encodeInto(source, destination);
    return { read, written };
  }

  [kInspect](depth, options, inspect) {
    if (depth < 0) return this;
    return inspect({ __proto__: { constructor: TextEncoder }, encoding: this.encoding }, options);
  }
}

function bytesOf(input) {
  if (input === undefined) return NO_BYTES;
  if (ArrayBuffer.isView(input)) {
    return input instanceof Uint8Array ? input : new Uint8Array(input.buffer, input.byteOffset, input.byteLength);
  }
  if (require('internal/util/types').types.isAnyArrayBuffer(input)) return new Uint8Array(input);
  throw new codes.ERR_INVALID_ARG_TYPE('list', ['ArrayBuffer', 'ArrayBufferView'], input);
}

class TextDecoder {
  #name;
  #fatal;
  #ignoreBOM;
  // Set between the pieces of a stream.
  #stream = 0;

  constructor(encoding = 'utf-8', options = undefined) {
    const label = `${encoding}`;
    if (options != null) validateObject(options, 'options', 1 | 2 | 4);
    const name = label === 'utf-8' || label === 'utf8' ? 'utf-8' : native.canonical(label);
    if (name === undefined) throw new codes.ERR_ENCODING_NOT_SUPPORTED(label);
    this.#name = name;
    this.#fatal = Boolean(options?.fatal);
    this.#ignoreBOM = Boolean(options?.ignoreBOM);
  }

  static #check(value) {
    if (value === null || typeof value !== 'object' || !(#name in value)) throw new codes.ERR_INVALID_THIS('TextDecoder');
  }

  get encoding() {
    TextDecoder.#check(this);
    return this.#name;
  }

  get fatal() {
    TextDecoder.#check(this);
    return this.#fatal;
  }

  get ignoreBOM() {
    TextDecoder.#check(this);
    return this.#ignoreBOM;
  }

  decode(input = undefined, options = undefined) {
    TextDecoder.#check(this);
    const bytes = bytesOf(input);
    if (options != null) validateObject(options, 'options', 1 | 2 | 4);
    const last = !options?.stream;
    let text;
    if (last && this.#stream === 0) {
      text = native.decode(this.#name, bytes, this.#fatal, this.#ignoreBOM);
    } else {
      const stream = this.#stream || native.openDecoder(this.#name, this.#fatal, this.#ignoreBOM);
      text = native.decodeChunk(stream, bytes, last);
      this.#stream = last || text === undefined ? 0 : stream;
    }
    if (text === undefined) throw new codes.ERR_ENCODING_INVALID_ENCODED_DATA(this.#name);
    return text;
  }

  [kInspect](depth, options, inspect) {
    if (depth < 0) return this;
    const { encoding, fatal, ignoreBOM } = this;
    return inspect({ __proto__: { constructor: TextDecoder }, encoding, fatal, ignoreBOM }, options);
  }
}

for (const [Class, names] of [[TextEncoder, ['encoding', 'encode', 'encodeInto']],
  [TextDecoder, ['encoding', 'fatal', 'ignoreBOM', 'decode']]]) {
  for (const name of names) Object.defineProperty(Class.prototype, name, { __proto__: null, enumerable: true });
  Object.defineProperty(Class.prototype, Symbol.toStringTag, { __proto__: null, value: Class.name, configurable: true });
}

module.exports = { TextDecoder, TextEncoder };
