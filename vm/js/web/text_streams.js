// TextEncoderStream and TextDecoderStream.

const { TransformStream } = require('dist/web_streams');
const { TextDecoder, TextEncoder } = require('web/text_codec');

class TextDecoderStream {
  #decoder;
  #transform;

  constructor(label = 'utf-8', options = {}) {
    const decoder = new TextDecoder(label, options);
    this.#decoder = decoder;
    this.#transform = new TransformStream({
      transform(chunk, controller) {
        const text = decoder.decode(chunk, { stream: true });
        if (text !== '') controller.enqueue(text);
      },
      flush(controller) {
        const text = decoder.decode();
        if (text !== '') controller.enqueue(text);
      },
    });
  }

  get encoding() { return this.#decoder.encoding; }
  get fatal() { return this.#decoder.fatal; }
  get ignoreBOM() { return this.#decoder.ignoreBOM; }
  get readable() { return this.#transform.readable; }
  get writable() { return this.#transform.writable; }
  get [Symbol.toStringTag]() { return 'TextDecoderStream'; }
}

const isLead = (unit) => unit >= 0xd800 && unit <= 0xdbff;

class TextEncoderStream {
  #transform;

  constructor() {
    const encoder = new TextEncoder();
    // The first half of a pair that the chunk before ended with.
    let lead = '';
    this.#transform = new TransformStream({
      transform(chunk, controller) {
        let text = lead + String(chunk);
        lead = '';
        if (text !== '' && isLead(text.charCodeAt(text.length - 1))) {
          lead = text.slice(-1);
          text = text.slice(0, -1);
        }
        if (text !== '') controller.enqueue(encoder.encode(text));
      },
      flush(controller) {
        if (lead !== '') controller.enqueue(encoder.encode(lead));
      },
    });
  }

  get encoding() { return 'utf-8'; }
  get readable() { return this.#transform.readable; }
  get writable() { return this.#transform.writable; }
  get [Symbol.toStringTag]() { return 'TextEncoderStream'; }
}

module.exports = { TextDecoderStream, TextEncoderStream };
