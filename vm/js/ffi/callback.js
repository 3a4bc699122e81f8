// `JSCallback`: a JavaScript function that native code can call.

const natives = binding('ffi');
const { signatureOf } = require('ffi/types');
const asyncContext = require('internal/async_context');

/** Natives pass this many arguments one by one, more as one array. */
const FEW = 8;

/** What natives call: with the arguments in the form they pass them, in the context the callback was made in if it runs later. */
function target(callback, count, threadsafe) {
  const spread = count > FEW ? (list) => callback(...list) : callback;
  if (!threadsafe) return spread;
  const frame = asyncContext.current();
  return (...args) => asyncContext.run(frame, spread, ...args);
}

/** Throws where the callback was made, so that an error of another thread's belongs to a test. */
function reporter() {
  const frame = asyncContext.current();
  const fail = (message) => {
    throw new Error(message);
  };
  return (message) => asyncContext.run(frame, fail, message);
}

class JSCallback {
  #number;
  #ptr;
  #threadsafe;

  constructor(callback, declaration = {}) {
    if (typeof callback !== 'function') throw new TypeError('JSCallback: the callback must be a function');
    if (declaration === null || typeof declaration !== 'object') {
      throw new TypeError('JSCallback: the declaration must be an object, { args, returns, threadsafe }');
    }
    const name = callback.name || 'JSCallback';
    const { args, returns } = signatureOf(declaration, name);
    this.#threadsafe = Boolean(declaration.threadsafe);
    const run = target(callback, args.length, this.#threadsafe);
    this.#number = natives.createCallback(name, run, reporter(), this.#threadsafe, args, returns);
  }

  /** The address that native code calls; null once it is closed. Made when it is first asked for. */
  get ptr() {
    if (this.#ptr === undefined) this.#ptr = natives.callbackAddress(this.#number);
    return this.#ptr;
  }

  get threadsafe() {
    return this.#threadsafe;
  }

  /** Calls return zero from now on, and those that wait are dropped. */
  close() {
    this.#ptr = null;
    natives.closeCallback(this.#number);
  }

  [Symbol.dispose]() {
    this.close();
  }

  [Symbol.toPrimitive]() {
    return this.ptr ?? 0;
  }
}

module.exports = { JSCallback };
