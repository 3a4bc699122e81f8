// node:events: EventEmitter and the functions around it (`once`, `on`, `getEventListeners`, …).
//
// `_events` is an object without prototype: a single listener as the function itself, several as an array that is
// copied before it is called. Emitting is the hot path and allocates nothing for one listener.

const { codes, AbortError } = require('internal/errors');
const { validateAbortSignal, validateBoolean, validateFunction, validateNumber, validateObject, validateString } =
  require('internal/validators');

const kCapture = Symbol('kCapture');
const kErrorMonitor = Symbol('events.errorMonitor');
const kRejection = Symbol.for('nodejs.rejection');
const { apply, ownKeys } = Reflect;

let defaultMaxListeners = 10;

function EventEmitter(options) {
  EventEmitter.init.call(this, options);
}

EventEmitter.prototype._events = undefined;
EventEmitter.prototype._eventsCount = 0;
EventEmitter.prototype._maxListeners = undefined;

EventEmitter.init = function (options) {
  if (this._events === undefined || this._events === Object.getPrototypeOf(this)._events) {
    this._events = { __proto__: null };
    this._eventsCount = 0;
  }
  this._maxListeners ||= undefined;
  if (options?.captureRejections) {
    validateBoolean(options.captureRejections, 'options.captureRejections');
    this[kCapture] = Boolean(options.captureRejections);
  } else {
    // Assigned here rather than found on the prototype: a property that is always there keeps emit quick.
    this[kCapture] = EventEmitter.prototype[kCapture];
  }
};

EventEmitter.prototype.setMaxListeners = function setMaxListeners(n) {
  validateNumber(n, 'setMaxListeners', 0);
  this._maxListeners = n;
  return this;
};

EventEmitter.prototype.getMaxListeners = function getMaxListeners() {
  return maxListenersOf(this);
};

function maxListenersOf(emitter) {
  return emitter._maxListeners === undefined ? defaultMaxListeners : emitter._maxListeners;
}

// ---- emitting ----

EventEmitter.prototype.emit = function emit(type, ...args) {
  const events = this._events;
  if (type === 'error') {
    if (events !== undefined && events[kErrorMonitor] !== undefined) this.emit(kErrorMonitor, ...args);
    if (events === undefined || events.error === undefined) throwUnhandled(args);
  } else if (events === undefined) {
    return false;
  }
  const handler = events[type];
  if (handler === undefined) return false;
  if (typeof handler === 'function') {
    const result = apply(handler, this, args);
    // Nearly no listener returns anything: only then is it worth to ask for captureRejections.
    if (result !== undefined && result !== null) watchResult(this, result, type, args);
  } else {
    const listeners = handler.slice();
    for (let i = 0; i < listeners.length; i++) {
      const result = apply(listeners[i], this, args);
      if (result !== undefined && result !== null) watchResult(this, result, type, args);
    }
  }
  return true;
};

function throwUnhandled(args) {
  const error = args.length > 0 ? args[0] : undefined;
  if (error instanceof Error) throw error;
  let detail;
  try {
    detail = require('internal/util/inspect').inspect(error);
  } catch {
    detail = error;
  }
  const unhandled = new codes.ERR_UNHANDLED_ERROR(detail);
  unhandled.context = error;
  throw unhandled;
}

/** With captureRejections, a promise of a listener that rejects becomes an 'error' event. */
function watchResult(emitter, promise, type, args) {
  if (!emitter[kCapture]) return;
  try {
    const { then } = promise;
    if (typeof then === 'function') {
      then.call(promise, undefined, (error) => {
        require('node/process').nextTick(reportRejection, emitter, error, type, args);
      });
    }
  } catch (error) {
    emitter.emit('error', error);
  }
}

function reportRejection(emitter, error, type, args) {
  if (typeof emitter[kRejection] === 'function') {
    emitter[kRejection](error, type, ...args);
    return;
  }
  // Off while 'error' is emitted: a rejecting error listener must not go round for ever.
  const before = emitter[kCapture];
  try {
    emitter[kCapture] = false;
    emitter.emit('error', error);
  } finally {
    emitter[kCapture] = before;
  }
}

// ---- adding and removing ----

function checkListener(listener) {
  validateFunction(listener, 'listener');
}

function add(emitter, type, listener, prepend) {
  checkListener(listener);
  let events = emitter._events;
  if (events === undefined) {
    events = emitter._events = { __proto__: null };
    emitter._eventsCount = 0;
  } else if (events.newListener !== undefined) {
    // Before the listener is added: listeners for 'newListener' itself would be called for themselves otherwise.
    emitter.emit('newListener', type, listener.listener ?? listener);
    events = emitter._events;
  }
  const existing = events[type];
  if (existing === undefined) {
    events[type] = listener;
    emitter._eventsCount += 1;
    return emitter;
  }
  let list = existing;
  if (typeof existing === 'function') list = events[type] = prepend ? [listener, existing] : [existing, listener];
  else if (prepend) existing.unshift(listener);
  else existing.push(listener);
  warnAboutLeak(emitter, type, list);
  return emitter;
}

function warnAboutLeak(emitter, type, list) {
  const limit = maxListenersOf(emitter);
  if (!(limit > 0) || list.length <= limit || list.warned) return;
  list.warned = true;
  const { inspect } = require('internal/util/inspect');
  const warning = new Error(
    `Possible EventEmitter memory leak detected. ${list.length} ${String(type)} listeners added to ` +
    `${inspect(emitter, { depth: -1 })}. MaxListeners is ${limit}. Use emitter.setMaxListeners() to increase limit`);
  warning.name = 'MaxListenersExceededWarning';
  warning.emitter = emitter;
  warning.type = type;
  warning.count = list.length;
  require('node/process').emitWarning(warning);
}

EventEmitter.prototype.addListener = function addListener(type, listener) {
  return add(this, type, listener, false);
};

EventEmitter.prototype.on = EventEmitter.prototype.addListener;

EventEmitter.prototype.prependListener = function prependListener(type, listener) {
  return add(this, type, listener, true);
};

function onceWrapper() {
  if (this.fired) return undefined;
  this.target.removeListener(this.type, this.wrapFn);
  this.fired = true;
  return arguments.length === 0 ? this.listener.call(this.target) : this.listener.apply(this.target, arguments);
}

function wrapOnce(target, type, listener) {
  const state = { fired: false, wrapFn: undefined, target, type, listener };
  const wrapped = onceWrapper.bind(state);
  wrapped.listener = listener;
  state.wrapFn = wrapped;
  return wrapped;
}

EventEmitter.prototype.once = function once(type, listener) {
  checkListener(listener);
  this.on(type, wrapOnce(this, type, listener));
  return this;
};

EventEmitter.prototype.prependOnceListener = function prependOnceListener(type, listener) {
  checkListener(listener);
  this.prependListener(type, wrapOnce(this, type, listener));
  return this;
};

EventEmitter.prototype.removeListener = function removeListener(type, listener) {
  checkListener(listener);
  const events = this._events;
  const list = events?.[type];
  if (list === undefined) return this;
  if (list === listener || list.listener === listener) {
    this._eventsCount -= 1;
    if (this._eventsCount === 0) this._events = { __proto__: null };
    else delete events[type];
    if (events.removeListener) this.emit('removeListener', type, list.listener ?? listener);
  } else if (typeof list !== 'function') {
    let at = list.length - 1;
    while (at >= 0 && list[at] !== listener && list[at].listener !== listener) at--;
    if (at < 0) return this;
    if (at === 0) list.shift();
    else list.splice(at, 1);
    if (list.length === 1) events[type] = list[0];
    if (events.removeListener !== undefined) this.emit('removeListener', type, listener);
  }
  return this;
};

EventEmitter.prototype.off = EventEmitter.prototype.removeListener;

EventEmitter.prototype.removeAllListeners = function removeAllListeners(type) {
  const events = this._events;
  if (events === undefined) return this;
  if (events.removeListener === undefined) {
    if (arguments.length === 0) {
      this._events = { __proto__: null };
      this._eventsCount = 0;
    } else if (events[type] !== undefined) {
      this._eventsCount -= 1;
      if (this._eventsCount === 0) this._events = { __proto__: null };
      else delete events[type];
    }
    return this;
  }
  if (arguments.length === 0) {
    for (const key of ownKeys(events)) if (key !== 'removeListener') this.removeAllListeners(key);
    this.removeAllListeners('removeListener');
    this._events = { __proto__: null };
    this._eventsCount = 0;
    return this;
  }
  const list = events[type];
  if (typeof list === 'function') this.removeListener(type, list);
  else if (list !== undefined) for (let i = list.length - 1; i >= 0; i--) this.removeListener(type, list[i]);
  return this;
};

// ---- looking ----

function listenersOf(emitter, type, unwrap) {
  const list = emitter._events?.[type];
  if (list === undefined) return [];
  const all = typeof list === 'function' ? [list] : list.slice();
  return unwrap ? all.map((listener) => listener.listener ?? listener) : all;
}

EventEmitter.prototype.listeners = function listeners(type) {
  return listenersOf(this, type, true);
};

EventEmitter.prototype.rawListeners = function rawListeners(type) {
  return listenersOf(this, type, false);
};

function listenerCount(type, listener) {
  const list = this._events?.[type];
  if (list === undefined) return 0;
  if (listener == null) return typeof list === 'function' ? 1 : list.length;
  const all = typeof list === 'function' ? [list] : list;
  return all.filter((item) => item === listener || item.listener === listener).length;
}

EventEmitter.prototype.listenerCount = listenerCount;

EventEmitter.prototype.eventNames = function eventNames() {
  return this._eventsCount > 0 ? ownKeys(this._events) : [];
};

// ---- static ----

const isEventTarget = (value) => typeof value?.addEventListener === 'function';

function getEventListeners(target, type) {
  if (typeof target?.listeners === 'function') return target.listeners(type);
  const { EventTarget, listenersOfTarget } = require('web/event_target');
  if (target instanceof EventTarget) return listenersOfTarget(target, type);
  throw new codes.ERR_INVALID_ARG_TYPE('emitter', ['EventEmitter', 'EventTarget'], target);
}

function getMaxListeners(target) {
  if (typeof target?.getMaxListeners === 'function') return maxListenersOf(target);
  const { EventTarget, maxListeners } = require('web/event_target');
  if (target instanceof EventTarget) return maxListeners.get(target) ?? defaultMaxListeners;
  throw new codes.ERR_INVALID_ARG_TYPE('emitter', ['EventEmitter', 'EventTarget'], target);
}

function setMaxListeners(n = defaultMaxListeners, ...targets) {
  validateNumber(n, 'setMaxListeners', 0);
  if (targets.length === 0) {
    defaultMaxListeners = n;
    return;
  }
  for (const target of targets) {
    if (typeof target?.setMaxListeners === 'function') {
      target.setMaxListeners(n);
      continue;
    }
    const { EventTarget, maxListeners } = require('web/event_target');
    if (!(target instanceof EventTarget)) {
      throw new codes.ERR_INVALID_ARG_TYPE('eventTargets', ['EventEmitter', 'EventTarget'], target);
    }
    maxListeners.set(target, n);
  }
}

function addAbortListener(signal, listener) {
  if (signal === undefined) throw new codes.ERR_INVALID_ARG_TYPE('signal', 'AbortSignal', signal);
  validateAbortSignal(signal, 'signal');
  validateFunction(listener, 'listener');
  let remove;
  if (signal.aborted) {
    queueMicrotask(() => listener());
  } else {
    signal.addEventListener('abort', listener, { once: true });
    remove = () => signal.removeEventListener('abort', listener);
  }
  return { __proto__: null, [Symbol.dispose ?? Symbol.for('Symbol.dispose')]: () => remove?.() };
}

function listen(target, name, listener, flags) {
  if (typeof target?.on === 'function') {
    if (flags?.once) target.once(name, listener);
    else target.on(name, listener);
  } else if (isEventTarget(target)) {
    target.addEventListener(name, listener, flags);
  } else {
    throw new codes.ERR_INVALID_ARG_TYPE('emitter', 'EventEmitter', target);
  }
}

function unlisten(target, name, listener, flags) {
  if (typeof target.removeListener === 'function') target.removeListener(name, listener);
  else target.removeEventListener(name, listener, flags);
}

/** A promise of the next event's arguments; 'error' rejects it. */
async function once(emitter, name, options = {}) {
  validateObject(options, 'options');
  const { signal } = options;
  validateAbortSignal(signal, 'options.signal');
  if (signal?.aborted) throw new AbortError(undefined, { cause: signal.reason });
  return new Promise((resolve, reject) => {
    const cleanUp = () => {
      emitter.removeListener?.('error', onError);
      if (signal) signal.removeEventListener('abort', onAbort);
    };
    const onError = (error) => {
      unlisten(emitter, name, onEvent);
      if (signal) signal.removeEventListener('abort', onAbort);
      reject(error);
    };
    const onEvent = (...args) => {
      cleanUp();
      resolve(args);
    };
    const onAbort = () => {
      unlisten(emitter, name, onEvent);
      if (typeof emitter.on === 'function' && name !== 'error') emitter.removeListener('error', onError);
      reject(new AbortError(undefined, { cause: signal.reason }));
    };
    listen(emitter, name, onEvent, { once: true });
    if (name !== 'error' && typeof emitter.once === 'function') emitter.once('error', onError);
    if (signal) signal.addEventListener('abort', onAbort, { once: true });
  });
}

/** An async iterator over events, which are queued while no one waits. */
function on(emitter, event, options = {}) {
  validateObject(options, 'options');
  const { signal, close, highWaterMark = Infinity, lowWaterMark = 1 } = options;
  validateAbortSignal(signal, 'options.signal');
  if (signal?.aborted) throw new AbortError(undefined, { cause: signal.reason });
  const high = options.highWaterMark === undefined ? Infinity : highWaterMark;
  if (options.highWaterMark !== undefined) validateNumber(high, 'options.highWaterMark', 1);
  if (options.lowWaterMark !== undefined) validateNumber(lowWaterMark, 'options.lowWaterMark', 1);

  const events = [];
  const waiting = [];
  let error;
  let finished = false;
  let paused = false;

  const push = (...args) => {
    if (waiting.length > 0) {
      waiting.shift().resolve({ value: args, done: false });
      return;
    }
    events.push(args);
    if (!paused && events.length > high) {
      paused = true;
      emitter.pause?.();
    }
  };
  const fail = (reason) => {
    if (waiting.length > 0) waiting.shift().reject(reason);
    else error = reason;
    iterator.return();
  };
  const onAbort = () => fail(new AbortError(undefined, { cause: signal.reason }));
  const stop = () => {
    unlisten(emitter, event, push);
    if (typeof emitter.on === 'function' && event !== 'error') emitter.removeListener('error', fail);
    if (signal) signal.removeEventListener('abort', onAbort);
    for (const name of close ?? []) unlisten(emitter, name, finish);
    finished = true;
    while (waiting.length > 0) waiting.shift().resolve({ value: undefined, done: true });
  };
  const finish = () => {
    stop();
    return Promise.resolve({ value: undefined, done: true });
  };
  const iterator = {
    __proto__: Object.getPrototypeOf(Object.getPrototypeOf(async function* () {}).prototype),
    next() {
      if (events.length > 0) {
        const value = events.shift();
        if (paused && events.length < lowWaterMark) {
          paused = false;
          emitter.resume?.();
        }
        return Promise.resolve({ value, done: false });
      }
      if (error !== undefined) {
        const rejection = Promise.reject(error);
        error = undefined;
        return rejection;
      }
      if (finished) return Promise.resolve({ value: undefined, done: true });
      return new Promise((resolve, reject) => waiting.push({ resolve, reject }));
    },
    return() {
      return finish();
    },
    throw(reason) {
      if (!reason || !(reason instanceof Error)) {
        throw new codes.ERR_INVALID_ARG_TYPE('EventEmitter.AsyncIterator', 'Error', reason);
      }
      fail(reason);
      return Promise.resolve({ value: undefined, done: true });
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };

  listen(emitter, event, push);
  if (event !== 'error' && typeof emitter.on === 'function') emitter.on('error', fail);
  for (const name of close ?? []) listen(emitter, name, finish);
  if (signal) signal.addEventListener('abort', onAbort, { once: true });
  return iterator;
}

let resourceClass;

/** Made on first use: it needs async_hooks. */
function makeResourceClass() {
  const { AsyncResource } = require('node/async_hooks');
  class EventEmitterReferencingAsyncResource extends AsyncResource {
    constructor(emitter, type, options) {
      super(type, options);
      this.eventEmitter = emitter;
    }
  }
  return class EventEmitterAsyncResource extends EventEmitter {
    #resource;

    constructor(options = undefined) {
      let name;
      if (typeof options === 'string') {
        name = options;
        options = undefined;
      } else {
        if (new.target === EventEmitterAsyncResource) validateString(options?.name, 'options.name');
        name = options?.name || new.target.name;
      }
      super(options);
      this.#resource = new EventEmitterReferencingAsyncResource(this, name, options);
    }

    emit(event, ...args) {
      return this.#resource.runInAsyncScope(super.emit, this, event, ...args);
    }

    emitDestroy() {
      this.#resource.emitDestroy();
    }

    get asyncId() {
      return this.#resource.asyncId();
    }

    get triggerAsyncId() {
      return this.#resource.triggerAsyncId();
    }

    get asyncResource() {
      return this.#resource;
    }
  };
}

Object.defineProperties(EventEmitter, {
  captureRejections: {
    __proto__: null,
    get: () => EventEmitter.prototype[kCapture],
    set(value) {
      validateBoolean(value, 'EventEmitter.captureRejections');
      EventEmitter.prototype[kCapture] = value;
    },
    configurable: true,
    enumerable: true,
  },
  defaultMaxListeners: {
    __proto__: null,
    get: () => defaultMaxListeners,
    set(value) {
      validateNumber(value, 'defaultMaxListeners', 0);
      defaultMaxListeners = value;
    },
    enumerable: true,
  },
  EventEmitterAsyncResource: {
    __proto__: null,
    get: () => (resourceClass ??= makeResourceClass()),
    enumerable: true,
    configurable: true,
  },
});
Object.defineProperty(EventEmitter.prototype, kCapture, { __proto__: null, value: false, writable: true });

EventEmitter.once = once;
EventEmitter.on = on;
EventEmitter.getEventListeners = getEventListeners;
EventEmitter.getMaxListeners = getMaxListeners;
EventEmitter.setMaxListeners = setMaxListeners;
EventEmitter.addAbortListener = addAbortListener;
EventEmitter.listenerCount = (emitter, type) =>
  (typeof emitter.listenerCount === 'function' ? emitter.listenerCount(type) : listenerCount.call(emitter, type));
EventEmitter.usingDomains = false;
EventEmitter.captureRejectionSymbol = kRejection;
EventEmitter.errorMonitor = kErrorMonitor;
EventEmitter.EventEmitter = EventEmitter;

module.exports = EventEmitter;
