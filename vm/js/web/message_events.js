// MessageEvent, CloseEvent, ErrorEvent.

const { Event } = require('web/event_target');

const kInspect = Symbol.for('nodejs.util.inspect.custom');

/** Marks what was received: its `undefined` is what was sent, where a test's own is the default. */
const kReceived = Symbol('received');

class MessageEvent extends Event {
  #init;
  constructor(type, init = {}) {
    super(type, init);
    this.#init = init ?? {};
  }

  get data() { return this.#init[kReceived] === true ? this.#init.data : this.#init.data ?? null; }
  get origin() { return this.#init.origin ?? ''; }
  get lastEventId() { return this.#init.lastEventId ?? ''; }
  get source() { return this.#init.source ?? null; }
  get ports() { return this.#init.ports ?? []; }
}

class CloseEvent extends Event {
  #init;
  constructor(type, init = {}) {
    super(type, init);
    this.#init = init ?? {};
  }

  get wasClean() { return Boolean(this.#init.wasClean); }
  get code() { return this.#init.code ?? 0; }
  get reason() { return this.#init.reason ?? ''; }
}

class ErrorEvent extends Event {
  #init;
  constructor(type, init = {}) {
    super(type, init);
    this.#init = init ?? {};
  }

  get message() { return this.#init.message ?? ''; }
  get filename() { return this.#init.filename ?? ''; }
  get lineno() { return this.#init.lineno ?? 0; }
  get colno() { return this.#init.colno ?? 0; }
  get error() { return this.#init.error ?? null; }

  [kInspect](depth, options, inspect) {
    const name = this.constructor.name;
    if (depth < 0) return name;
    const { type, message, filename, lineno, colno, error } = this;
    return `${name} ${inspect({ type, message, filename, lineno, colno, error }, options)}`;
  }
}

module.exports = { CloseEvent, ErrorEvent, MessageEvent, kReceived };
