// AbortController and AbortSignal, with `timeout` and `any`.

const { codes } = require('internal/errors');
const { validateAbortSignalArray, validateUint32 } = require('internal/validators');
const { Event, EventTarget, defineHandler, kTrusted } = require('web/event_target');

const kInspect = Symbol.for('nodejs.util.inspect.custom');
// Given to the signal's constructor by this file alone.
const kCreate = Symbol('create');

function abortReason() {
  const { DOMException } = require('web/dom_exception');
  return new DOMException('This operation was aborted', 'AbortError');
}

// What the controller alone may do.
let abortSignal;

class AbortSignal extends EventTarget {
  #aborted = false;
  #reason = undefined;
  // Signals made by `any` over this one; they hold their sources only through this set.
  #dependents = undefined;
  #sources = undefined;

  constructor(token = undefined) {
    if (token !== kCreate) throw new codes.ERR_ILLEGAL_CONSTRUCTOR();
    super();
  }

  get aborted() {
    AbortSignal.#check(this);
    return this.#aborted;
  }

  get reason() {
    AbortSignal.#check(this);
    return this.#reason;
  }

  throwIfAborted() {
    AbortSignal.#check(this);
    if (this.#aborted) throw this.#reason;
  }

  static abort(reason = abortReason()) {
    const signal = new AbortSignal(kCreate);
    signal.#aborted = true;
    signal.#reason = reason;
    return signal;
  }

  static timeout(delay) {
    validateUint32(delay, 'delay');
    const signal = new AbortSignal(kCreate);
    const { setTimeout } = require('node/timers');
    const timer = setTimeout(() => {
      const { DOMException } = require('web/dom_exception');
      AbortSignal.#abort(signal, new DOMException('The operation was aborted due to timeout', 'TimeoutError'));
    }, delay);
    // Nothing should wait for a deadline alone.
    timer?.unref?.();
    return signal;
  }

  static any(signals) {
    if (!Array.isArray(signals)) {
      if (signals === null || typeof signals !== 'object' || typeof signals[Symbol.iterator] !== 'function') {
        throw new codes.ERR_INVALID_ARG_TYPE('signals', 'Array', signals);
      }
      signals = [...signals];
    }
    validateAbortSignalArray(signals, 'signals');
    const result = new AbortSignal(kCreate);
    for (const source of signals) {
      if (source.aborted) {
        result.#aborted = true;
        result.#reason = source.reason;
        return result;
      }
    }
    result.#sources = new Set();
    for (const source of signals) {
      const roots = source.#sources?.size > 0 ? source.#sources : [source];
      for (const root of roots) {
        if (result.#sources.has(root)) continue;
        result.#sources.add(root);
        (root.#dependents ??= new Set()).add(result);
      }
    }
    return result;
  }

  [kInspect](depth, options, inspect) {
    const left = options.depth === null ? null : options.depth - 1;
    if (depth < 0) return `${this.constructor.name}`;
    return `${this.constructor.name} ${inspect({ aborted: this.aborted }, { ...options, depth: left })}`;
  }

  static #check(value) {
    if (value === null || typeof value !== 'object' || !(#aborted in value)) {
      throw new codes.ERR_INVALID_THIS('AbortSignal');
    }
  }

  static #abort(signal, reason) {
    if (signal.#aborted) return;
    // All states change before the first listener runs.
    const changed = [signal];
    signal.#aborted = true;
    signal.#reason = reason;
    for (const dependent of signal.#dependents ?? []) {
      if (dependent.#aborted) continue;
      dependent.#aborted = true;
      dependent.#reason = reason;
      changed.push(dependent);
    }
    signal.#dependents = undefined;
    for (const each of changed) each.dispatchEvent(new Event('abort', { [kTrusted]: true }));
  }

  static {
    abortSignal = AbortSignal.#abort;
  }
}

class AbortController {
  #signal = undefined;

  get signal() {
    AbortController.#check(this);
    return (this.#signal ??= new AbortSignal(kCreate));
  }

  abort(reason = abortReason()) {
    AbortController.#check(this);
    abortSignal(this.signal, reason);
  }

  static #check(value) {
    if (value === null || typeof value !== 'object' || !(#signal in value)) {
      throw new codes.ERR_INVALID_THIS('AbortController');
    }
  }

  [kInspect](depth, options, inspect) {
    const left = options.depth === null ? null : options.depth - 1;
    if (depth < 0) return `${this.constructor.name}`;
    return `${this.constructor.name} ${inspect({ signal: this.signal }, { ...options, depth: left })}`;
  }
}

defineHandler(AbortSignal.prototype, 'abort');

for (const [Class, names] of [
  [AbortSignal, ['aborted', 'reason', 'throwIfAborted']],
  [AbortController, ['signal', 'abort']],
]) {
  for (const name of names) Object.defineProperty(Class.prototype, name, { __proto__: null, enumerable: true });
  Object.defineProperty(Class.prototype, Symbol.toStringTag, { __proto__: null, value: Class.name, configurable: true });
}

module.exports = { AbortController, AbortSignal };
