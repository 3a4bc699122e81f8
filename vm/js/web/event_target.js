// Event, CustomEvent and EventTarget: one target, no tree, the order of the DOM standard.
//
// What a listener throws does not stop the others; it becomes an uncaught exception of the realm.

const { codes } = require('internal/errors');
const { validateObject } = require('internal/validators');

const kInspect = Symbol.for('nodejs.util.inspect.custom');
const kState = Symbol('state');
const kListeners = Symbol('listeners');
const kDispatch = Symbol('dispatch');
const kTrusted = Symbol('trusted');

/** Limits set through events.setMaxListeners, by target. */
const maxListeners = new WeakMap();

function timeStamp() {
  return require('web/performance').performance.now();
}

function needThis(value, Class, name) {
  if (value === null || typeof value !== 'object' || !(value instanceof Class)) throw new codes.ERR_INVALID_THIS(name);
}

class Event {
  constructor(type, options = undefined) {
    if (arguments.length === 0) throw new codes.ERR_MISSING_ARGS('type');
    if (options != null) validateObject(options, 'options', 1 | 2 | 4);
    // One hidden object: public fields are getters of the prototype, as scripts expect.
    this[kState] = {
      type: `${type}`,
      bubbles: Boolean(options?.bubbles),
      cancelable: Boolean(options?.cancelable),
      composed: Boolean(options?.composed),
      target: null,
      current: null,
      phase: 0,
      prevented: false,
      stopped: false,
      stoppedNow: false,
      passive: false,
      trusted: options?.[kTrusted] === true,
      time: timeStamp(),
    };
  }

  initEvent(type, bubbles = false, cancelable = false) {
    if (arguments.length === 0) throw new codes.ERR_MISSING_ARGS('type');
    const state = stateOf(this);
    if (state.phase !== 0) return;
    state.type = `${type}`;
    state.bubbles = Boolean(bubbles);
    state.cancelable = Boolean(cancelable);
  }

  get type() { return stateOf(this).type; }
  get target() { return stateOf(this).target; }
  get srcElement() { return stateOf(this).target; }
  get currentTarget() { return stateOf(this).current; }
  get eventPhase() { return stateOf(this).phase; }
  get bubbles() { return stateOf(this).bubbles; }
  get cancelable() { return stateOf(this).cancelable; }
  get composed() { return stateOf(this).composed; }
  get defaultPrevented() { return stateOf(this).prevented; }
  get returnValue() { return !stateOf(this).prevented; }
  get timeStamp() { return stateOf(this).time; }
  get isTrusted() { return stateOf(this).trusted; }
  get cancelBubble() { return stateOf(this).stopped; }

  set returnValue(value) {
    if (!value) this.preventDefault();
  }

  set cancelBubble(value) {
    if (value) stateOf(this).stopped = true;
  }

  composedPath() {
    const state = stateOf(this);
    return state.phase === 0 ? [] : [state.current];
  }

  preventDefault() {
    const state = stateOf(this);
    if (state.cancelable && !state.passive) state.prevented = true;
  }

  stopPropagation() {
    stateOf(this).stopped = true;
  }

  stopImmediatePropagation() {
    const state = stateOf(this);
    state.stopped = true;
    state.stoppedNow = true;
  }

  [kInspect](depth, options, inspect) {
    const name = this.constructor.name;
    if (depth < 0) return name;
    const { type, prevented, cancelable, time } = stateOf(this);
    const shown = { type, defaultPrevented: prevented, cancelable, timeStamp: time };
    return `${name} ${inspect(shown, { ...options, depth: Number.isInteger(options.depth) ? options.depth - 1 : options.depth })}`;
  }
}

function stateOf(event) {
  const state = event?.[kState];
  if (state === undefined) throw new codes.ERR_INVALID_THIS('Event');
  return state;
}

const PHASES = { NONE: 0, CAPTURING_PHASE: 1, AT_TARGET: 2, BUBBLING_PHASE: 3 };
for (const name of Object.keys(PHASES)) {
  const constant = { __proto__: null, value: PHASES[name], enumerable: true };
  Object.defineProperty(Event, name, constant);
  Object.defineProperty(Event.prototype, name, constant);
}

const kDetail = Symbol('detail');

class CustomEvent extends Event {
  constructor(type, options = undefined) {
    if (arguments.length === 0) throw new codes.ERR_MISSING_ARGS('type');
    super(type, options);
    this[kDetail] = options?.detail ?? null;
  }

  get detail() {
    needThis(this, CustomEvent, 'CustomEvent');
    return this[kDetail];
  }
}

// ---- targets ----

function initTarget(target) {
  target[kListeners] = new Map();
}

function listenersMap(target) {
  const map = target?.[kListeners];
  if (map === undefined) throw new codes.ERR_INVALID_THIS('EventTarget');
  return map;
}

class EventTarget {
  constructor() {
    initTarget(this);
  }

  addEventListener(type, listener, options = undefined) {
    const map = listenersMap(this);
    if (arguments.length < 2) throw new codes.ERR_MISSING_ARGS('type', 'listener');
    const flags = readFlags(options);
    if (!checkListener(listener)) return;
    const { signal } = flags;
    if (signal !== undefined) {
      require('internal/validators').validateAbortSignal(signal, 'options.signal');
      if (signal === null) throw new codes.ERR_INVALID_ARG_TYPE('options.signal', 'AbortSignal', signal);
      if (signal.aborted) return;
    }
    const name = `${type}`;
    let list = map.get(name);
    if (list === undefined) map.set(name, (list = []));
    if (list.some((item) => item.listener === listener && item.capture === flags.capture)) return;
    list.push({ listener, capture: flags.capture, once: flags.once, passive: flags.passive, removed: false });
    this[kListenerAdded]?.(name);
    if (signal !== undefined) {
      signal.addEventListener('abort', () => this.removeEventListener(name, listener, flags), { once: true });
    }
  }

  removeEventListener(type, listener, options = undefined) {
    const map = listenersMap(this);
    if (arguments.length < 2) throw new codes.ERR_MISSING_ARGS('type', 'listener');
    if (!checkListener(listener)) return;
    const { capture } = readFlags(options);
    const list = map.get(`${type}`);
    const at = list === undefined ? -1 : list.findIndex((item) => item.listener === listener && item.capture === capture);
    if (at === -1) return;
    // A running dispatch works on a copy: the mark is what it looks at.
    list[at].removed = true;
    list.splice(at, 1);
  }

  dispatchEvent(event) {
    listenersMap(this);
    if (arguments.length === 0) throw new codes.ERR_MISSING_ARGS('event');
    if (!(event instanceof Event)) throw new codes.ERR_INVALID_ARG_TYPE('event', 'Event', event);
    const state = stateOf(event);
    if (state.phase !== 0) throw new codes.ERR_EVENT_RECURSION(state.type);
    this[kDispatch](event, state);
    return !state.prevented;
  }

  [kDispatch](event, state) {
    state.target = this;
    const list = listenersMap(this).get(state.type);
    if (list !== undefined && list.length > 0) {
      state.current = this;
      state.phase = 2;
      runListeners(this, event, state, list.slice());
      state.current = null;
      state.phase = 0;
    }
    state.stopped = false;
    state.stoppedNow = false;
  }

  [kInspect](depth, options, inspect) {
    const name = this.constructor.name;
    if (depth < 0) return name;
    const left = Number.isInteger(options.depth) ? options.depth - 1 : options.depth;
    return `${name} ${inspect({}, { ...options, depth: left })}`;
  }
}

const kListenerAdded = Symbol('listenerAdded');

function runListeners(target, event, state, list) {
  // Capturing listeners first, also at the target itself.
  const ordered = list.some((item) => item.capture)
    ? list.filter((item) => item.capture).concat(list.filter((item) => !item.capture))
    : list;
  for (let i = 0; i < ordered.length; i++) {
    const item = ordered[i];
    if (item.removed) continue;
    if (item.once) target.removeEventListener(state.type, item.listener, { capture: item.capture });
    state.passive = item.passive;
    callListener(target, event, item.listener);
    state.passive = false;
    if (state.stoppedNow) return;
  }
}

function callListener(target, event, listener) {
  try {
    let result;
    if (typeof listener === 'function') {
      result = listener.call(target, event);
    } else if (typeof listener.handleEvent === 'function') {
      result = listener.handleEvent(event);
    }
    if (result != null && typeof result.then === 'function') result.then(undefined, reportUncaught);
  } catch (error) {
    reportUncaught(error);
  }
}

function reportUncaught(error) {
  require('node/process').nextTick(() => {
    throw error;
  });
}

function checkListener(listener) {
  if (typeof listener === 'function' || (listener !== null && typeof listener === 'object')) return true;
  if (listener === undefined || listener === null) return false;
  throw new codes.ERR_INVALID_ARG_TYPE('listener', 'EventListener', listener);
}

function readFlags(options) {
  if (options === null || options === undefined) return { capture: false, once: false, passive: false, signal: undefined };
  if (typeof options === 'boolean') return { capture: options, once: false, passive: false, signal: undefined };
  if (typeof options !== 'object' && typeof options !== 'function') {
    return { capture: Boolean(options), once: false, passive: false, signal: undefined };
  }
  return {
    capture: Boolean(options.capture),
    once: Boolean(options.once),
    passive: Boolean(options.passive),
    signal: options.signal,
  };
}

/**
 * Adds an `on<type>` attribute to a class or to the global object, as a listener that keeps its place when replaced. Named alone, as in
 * `onmessage = …`, an attribute of the global object gets no `this`.
 */
function defineHandler(prototype, type) {
  const slots = new WeakMap();
  Object.defineProperty(prototype, `on${type}`, {
    __proto__: null,
    get() {
      return slots.get(this ?? globalThis)?.handler ?? null;
    },
    set(value) {
      const target = this ?? globalThis;
      const slot = slots.get(target);
      const handler = typeof value === 'function' ? value : null;
      if (slot !== undefined) {
        slot.handler = handler;
        if (handler !== null) return;
        slots.delete(target);
        target.removeEventListener(type, slot.listener);
        return;
      }
      if (handler === null) return;
      const created = { handler, listener: (event) => created.handler?.call(target, event) };
      slots.set(target, created);
      target.addEventListener(type, created.listener);
    },
    configurable: true,
    enumerable: true,
  });
}

function listenersOfTarget(target, type) {
  return (listenersMap(target).get(`${type}`) ?? []).map((item) => item.listener);
}

function eventNamesOf(target) {
  return [...listenersMap(target)].filter(([, list]) => list.length > 0).map(([name]) => name);
}

function enumerate(prototype, names) {
  for (const name of names) Object.defineProperty(prototype, name, { __proto__: null, enumerable: true });
}

function tag(Class, name) {
  Object.defineProperty(Class.prototype, Symbol.toStringTag, { __proto__: null, value: name, configurable: true });
}

enumerate(Event.prototype, [
  'type', 'target', 'srcElement', 'currentTarget', 'eventPhase', 'bubbles', 'cancelable', 'composed',
  'defaultPrevented', 'returnValue', 'timeStamp', 'isTrusted', 'cancelBubble', 'initEvent', 'composedPath',
  'preventDefault', 'stopPropagation', 'stopImmediatePropagation',
]);
enumerate(CustomEvent.prototype, ['detail']);
enumerate(EventTarget.prototype, ['addEventListener', 'removeEventListener', 'dispatchEvent']);
tag(Event, 'Event');
tag(CustomEvent, 'CustomEvent');
tag(EventTarget, 'EventTarget');

module.exports = {
  CustomEvent, Event, EventTarget, defineHandler, eventNamesOf, initTarget, kListenerAdded, kTrusted, listenersOfTarget, maxListeners,
};
