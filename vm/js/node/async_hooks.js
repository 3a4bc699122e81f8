// node:async_hooks: AsyncLocalStorage and AsyncResource over the runtime's async context.
//
// A frame is an immutable object; each storage has a symbol of its own in it. Hooks into the engine's asynchronous
// resources do not exist here, so `createHook` says so instead of staying silent.

const { codes, notImplemented } = require('internal/errors');
const { validateFunction, validateObject, validateString } = require('internal/validators');
const context = require('internal/async_context');

const kResource = Symbol('async resource');

function withEntry(frame, key, value) {
  return { ...frame, [key]: value };
}

function withoutEntry(frame, key) {
  if (frame === undefined || !(key in frame)) return frame;
  const { [key]: _, ...rest } = frame;
  return rest;
}

class AsyncLocalStorage {
  #key = Symbol('AsyncLocalStorage');
  #defaultValue;
  #name;

  constructor(options = undefined) {
    if (options !== undefined) validateObject(options, 'options');
    if (options?.name !== undefined) validateString(options.name, 'options.name');
    this.#defaultValue = options?.defaultValue;
    this.#name = options?.name ?? '';
  }

  static bind(fn) {
    return AsyncResource.bind(fn);
  }

  static snapshot() {
    const enter = context.snapshot();
    return (fn, ...args) => enter(fn, ...args);
  }

  get name() {
    return this.#name;
  }

  getStore() {
    const frame = context.current();
    return frame !== undefined && this.#key in frame ? frame[this.#key] : this.#defaultValue;
  }

  run(store, callback, ...args) {
    const frame = context.current();
    // Nothing changes: callbacks need no frame of their own.
    if (frame !== undefined && this.#key in frame && Object.is(frame[this.#key], store)) return callback(...args);
    return context.run(withEntry(frame, this.#key, store), callback, ...args);
  }

  exit(callback, ...args) {
    return context.run(withoutEntry(context.current(), this.#key), callback, ...args);
  }

  enterWith(store) {
    context.enter(withEntry(context.current(), this.#key, store));
  }

  /** Forgets every store that was entered so far, wherever it was carried to. */
  disable() {
    this.#key = Symbol('AsyncLocalStorage');
  }
}

// ---- resources ----

let lastId = 1;

class AsyncResource {
  #id;
  #triggerId;
  #run;
  #destroyed = false;

  constructor(type, options = {}) {
    validateString(type, 'type');
    if (type.length === 0) throw new codes.ERR_ASYNC_TYPE(type);
    const triggerId = typeof options === 'number' ? options : options?.triggerAsyncId ?? executionAsyncId();
    if (!Number.isSafeInteger(triggerId) || triggerId < -1) {
      throw new codes.ERR_INVALID_ASYNC_ID('triggerAsyncId', triggerId);
    }
    this.#id = ++lastId;
    this.#triggerId = triggerId;
    const frame = withEntry(context.current(), kResource, this);
    this.#run = (fn, ...args) => context.run(frame, fn, ...args);
  }

  runInAsyncScope(fn, thisArg, ...args) {
    return this.#run(Reflect.apply, fn, thisArg, args);
  }

  emitDestroy() {
    if (this.#destroyed) throw new codes.ERR_INVALID_STATE('the resource has been destroyed already');
    this.#destroyed = true;
    return this;
  }

  asyncId() {
    return this.#id;
  }

  triggerAsyncId() {
    return this.#triggerId;
  }

  bind(fn, thisArg) {
    validateFunction(fn, 'fn');
    const resource = this;
    const bound = thisArg === undefined
      ? function (...args) { return resource.runInAsyncScope(fn, this, ...args); }
      : (...args) => resource.runInAsyncScope(fn, thisArg, ...args);
    Object.defineProperty(bound, 'length', { __proto__: null, value: fn.length, configurable: true });
    return bound;
  }

  static bind(fn, type, thisArg) {
    validateFunction(fn, 'fn');
    return new AsyncResource(type || fn.name || 'bound-anonymous-fn').bind(fn, thisArg);
  }
}

function currentResource() {
  return context.current()?.[kResource];
}

function executionAsyncId() {
  return currentResource()?.asyncId() ?? 1;
}

function triggerAsyncId() {
  return currentResource()?.triggerAsyncId() ?? 0;
}

const topLevelResource = {};

module.exports = {
  AsyncLocalStorage,
  AsyncResource,
  createHook() {
    throw notImplemented('async_hooks.createHook');
  },
  executionAsyncId,
  executionAsyncResource: () => currentResource() ?? topLevelResource,
  triggerAsyncId,
};
