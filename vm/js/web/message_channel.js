// MessageChannel and MessagePort: an EventTarget that is used like an EventEmitter, too, as Node has it.
//
// A port receives while it has a listener for messages, and is then open for the leak report unless it is unref'd. Its number (0 once it is closed or
// has moved) is native code's.

const native = binding('messaging');
const { Event, defineHandler, kListenerAdded } = require('web/event_target');
const { NodeEventTarget } = require('internal/node_event_target');
const { MessageEvent, kReceived } = require('web/message_events');
const { codes } = require('internal/errors');
const asyncContext = require('internal/async_context');
const ports = require('internal/ports');
const { dataCloneError } = require('internal/clone/kinds');
const { post, readList, unpack } = require('internal/clone/transfer');

const kInspect = Symbol.for('nodejs.util.inspect.custom');
const kMake = Symbol('make');

class MessagePort extends NodeEventTarget {
  #number;
  #isRef = false;
  #isReceiving = false;

  constructor(token, number) {
    if (token !== kMake) throw new codes.ERR_CONSTRUCT_CALL_INVALID();
    super();
    this.#number = number;
    ports.listen(number, asyncContext.bind((parts) => this.#heard(parts)));
  }

  static numberOf(value) {
    return value !== null && typeof value === 'object' && #number in value ? value.#number : undefined;
  }

  /** It has moved: its number. */
  static release(port) {
    const number = port.#number;
    ports.forget(number);
    port.#number = 0;
    port.#isRef = false;
    port.#isReceiving = false;
    return number;
  }

  postMessage(message, options = undefined) {
    if (arguments.length === 0) throw missingMessage();
    const list = listOf(options);
    const moved = readList(list, list === options ? 'transferList' : 'options.transfer', this);
    if (post(this.#number, message, moved) === 1) {
      require('internal/process_object').process.emitWarning('The target port was posted to itself, and the communication channel was lost');
      this.close();
    }
  }

  start() {
    if (this.#number === 0 || this.#isReceiving) return;
    this.#isReceiving = true;
    native.receive(this.#number, true);
  }

  close(callback) {
    if (typeof callback === 'function') this.once('close', callback);
    if (this.#number !== 0) native.close(this.#number);
    this.#number = 0;
    this.#isRef = false;
  }

  ref() {
    if (this.#number === 0 || this.#isRef) return;
    this.#isRef = true;
    native.setRef(this.#number, true);
  }

  unref() {
    if (this.#number === 0 || !this.#isRef) return;
    this.#isRef = false;
    native.setRef(this.#number, false);
  }

  hasRef() { return this.#isRef; }

  [kListenerAdded](type) {
    if (type !== 'message' || this.listenerCount('message') !== 1) return;
    // What a message does belongs to whoever listens.
    if (this.#number !== 0) ports.listen(this.#number, asyncContext.bind((parts) => this.#heard(parts)));
    this.ref();
    this.start();
  }

  removeEventListener(type, listener, options = undefined) {
    super.removeEventListener(type, listener, options);
    if (`${type}` !== 'message' || this.listenerCount('message') > 0 || !this.#isReceiving) return;
    this.unref();
    this.#isReceiving = false;
    if (this.#number !== 0) native.receive(this.#number, false);
  }

  #heard(parts) {
    if (parts === undefined) {
      this.#number = 0;
      this.#isRef = false;
      this.dispatchEvent(new Event('close'));
      return;
    }
    this.dispatchEvent(eventOf(parts));
  }

  [kInspect](depth, options, inspect) {
    const shown = this.#number === 0 ? { active: false } : { active: true, refed: this.#isRef };
    return depth < 0 ? '[MessagePort]' : `MessagePort ${inspect({ ...shown, ...named(this) }, options)}`;
  }
}

/** What somebody has set on a port: its own state is nobody's affair. */
function named(port) {
  return Object.fromEntries(Object.entries(port));
}

function missingMessage() {
  const error = new TypeError('Not enough arguments to MessagePort.postMessage');
  error.code = 'ERR_MISSING_ARGS';
  return error;
}

/** A list, or an object that has one as `transfer`. */
function listOf(options) {
  if (options === null || typeof options !== 'object' || typeof options[Symbol.iterator] === 'function') return options;
  return options.transfer;
}

function eventOf(parts) {
  try {
    const { data, ports: transferred } = unpack(parts);
    return new MessageEvent('message', { data, ports: transferred, [kReceived]: true });
  } catch (error) {
    return new MessageEvent('messageerror', { data: error });
  }
}

defineHandler(MessagePort.prototype, 'message');
defineHandler(MessagePort.prototype, 'messageerror');
const { numberOf, release } = MessagePort;
delete MessagePort.numberOf;
delete MessagePort.release;

function adopt(number) {
  return new MessagePort(kMake, number);
}

class MessageChannel {
  constructor() {
    const numbers = native.channel();
    this.port1 = adopt(numbers[0]);
    this.port2 = adopt(numbers[1]);
  }
}

/** The next message that waits at a port, as `{ message }`. */
function receiveMessageOnPort(port) {
  const number = numberOf(port) ?? require('web/broadcast_channel').numberOf(port);
  if (number === undefined) {
    const error = new TypeError('The "port" argument must be a MessagePort instance');
    error.code = 'ERR_INVALID_ARG_TYPE';
    throw error;
  }
  const parts = number === 0 ? undefined : native.take(number);
  return parts === undefined ? undefined : { message: unpack(parts).data };
}

function moveMessagePortToContext() {
  throw require('internal/errors').notImplemented('worker_threads.moveMessagePortToContext');
}

for (const [Class, name] of [[MessagePort, 'MessagePort'], [MessageChannel, 'MessageChannel']]) {
  Object.defineProperty(Class.prototype, Symbol.toStringTag, { __proto__: null, value: name, configurable: true });
}

require('internal/clone/registry').register((value) => numberOf(value) !== undefined, () => {
  throw dataCloneError('Object that needs transfer was found in message but not listed in transferList');
});

module.exports = { MessageChannel, MessagePort, adopt, eventOf, moveMessagePortToContext, numberOf, receiveMessageOnPort, release };
