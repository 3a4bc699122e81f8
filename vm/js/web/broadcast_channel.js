// BroadcastChannel: messages to all channels of that name in this file and its workers, but never to one of another file.

const native = binding('messaging');
const { EventTarget, defineHandler } = require('web/event_target');
const { codes } = require('internal/errors');
const asyncContext = require('internal/async_context');
const ports = require('internal/ports');
const { eventOf } = require('web/message_channel');
const { post } = require('internal/clone/transfer');

class BroadcastChannel extends EventTarget {
  #number;
  #name;

  constructor(name) {
    if (arguments.length === 0) throw new codes.ERR_MISSING_ARGS('name');
    super();
    this.#name = `${name}`;
    this.#number = native.broadcast(this.#name);
    ports.listen(this.#number, asyncContext.bind((parts) => {
      if (parts !== undefined) this.dispatchEvent(eventOf(parts));
    }));
    native.receive(this.#number, true);
    this.ref();
  }

  static numberOf(value) {
    return value !== null && typeof value === 'object' && #number in value ? value.#number : undefined;
  }

  get name() { return this.#name; }

  postMessage(message) {
    if (arguments.length === 0) throw new codes.ERR_MISSING_ARGS('message');
    if (this.#number === 0) {
      const { DOMException } = require('web/dom_exception');
      throw new DOMException('BroadcastChannel is closed.', 'InvalidStateError');
    }
    post(this.#number, message, undefined);
  }

  close() {
    if (this.#number !== 0) {
      ports.forget(this.#number);
      native.close(this.#number);
    }
    this.#number = 0;
  }

  ref() {
    if (this.#number !== 0) native.setRef(this.#number, true);
    return this;
  }

  unref() {
    if (this.#number !== 0) native.setRef(this.#number, false);
    return this;
  }

  [Symbol.for('nodejs.util.inspect.custom')](depth, options, inspect) {
    return depth < 0 ? '[BroadcastChannel]' : `BroadcastChannel ${inspect({ name: this.#name, active: this.#number !== 0 }, options)}`;
  }
}

defineHandler(BroadcastChannel.prototype, 'message');
defineHandler(BroadcastChannel.prototype, 'messageerror');
Object.defineProperty(BroadcastChannel.prototype, Symbol.toStringTag, {
  __proto__: null, value: 'BroadcastChannel', configurable: true,
});
const { numberOf } = BroadcastChannel;
delete BroadcastChannel.numberOf;

module.exports = { BroadcastChannel, numberOf };
