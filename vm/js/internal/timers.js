// Timeouts, intervals and immediates: the objects and what happens when one is due.
//
// Due times live in the native heap under the number of the timer; callbacks live here. Native code calls `runTimer` and
// `runImmediate` once per due item, each in an entry of its own, so that ticks and microtasks run in between. What a
// callback throws goes through to native code.
//
// A timer keeps the place where it was made, for the leak report (`listOpen`). That costs about a microsecond of the two that a timer
// needs, and nothing once many are set at a time.

const native = binding('timers');
const asyncContext = require('internal/async_context');
const { captureSite, siteStack } = require('internal/errors_stack');
const { codes } = require('internal/errors');

const { set: setNative, clear: clearNative, immediate: immediateNative } = native;
const apply = Reflect.apply;
const { forEach } = Map.prototype;

/** The longest delay Node knows; longer ones become 1 ms, with a warning. */
const TIMEOUT_MAX = 2 ** 31 - 1;
/** Timers beyond this number keep no site: who has so many makes them in a loop. */
const MAX_SITES = 64;

/** Live timers by number. A timer that fired is put back by `refresh`. */
const active = new Map();
/** Numbers that were asked for as primitives: `clearTimeout(+timer)`. */
const immediates = new Map();

let lastTimer = 0;
let lastImmediate = 0;

/** Numbers of the last ones that preload modules have made. */
let baselineTimer = 0;
let baselineImmediate = 0;

const kFrame = Symbol('frame');
const kId = Symbol('id');
const kRefed = Symbol('refed');
const kSite = Symbol('site');

function delayOf(after) {
  const delay = after * 1;
  if (delay >= 1 && delay <= TIMEOUT_MAX) return Math.trunc(delay);
  if (delay > TIMEOUT_MAX) warnAboutOverflow(after);
  return 1;
}

function warnAboutOverflow(after) {
  require('internal/process_object').process.emitWarning(
    `${after} does not fit into a 32-bit signed integer.\nTimeout duration was set to 1.`, 'TimeoutOverflowWarning');
}

class Timeout {
  constructor(callback, after, args, isRepeat) {
    this._idleTimeout = delayOf(after);
    this._onTimeout = callback;
    this._timerArgs = args;
    this._repeat = isRepeat ? this._idleTimeout : null;
    this._destroyed = false;
    this[kRefed] = true;
    this[kFrame] = asyncContext.current();
    this[kId] = ++lastTimer;
    this[kSite] = active.size < MAX_SITES ? captureSite() : undefined;
  }

  ref() {
    this[kRefed] = true;
    return this;
  }

  unref() {
    this[kRefed] = false;
    return this;
  }

  hasRef() {
    return this[kRefed];
  }

  refresh() {
    // A cleared timer stays cleared; one that has fired starts again.
    if (this._onTimeout !== null) arm(this);
    return this;
  }

  close() {
    cancel(this);
    return this;
  }

  [Symbol.toPrimitive]() {
    return this[kId];
  }
}

class Immediate {
  constructor(callback, args) {
    this._onImmediate = callback;
    this._argv = args;
    this._destroyed = false;
    this[kRefed] = true;
    this[kFrame] = asyncContext.current();
    this[kId] = ++lastImmediate;
    this[kSite] = immediates.size < MAX_SITES ? captureSite() : undefined;
  }

  ref() {
    this[kRefed] = true;
    return this;
  }

  unref() {
    this[kRefed] = false;
    return this;
  }

  hasRef() {
    return this[kRefed];
  }
}

function addDispose(Class, dispose) {
  if (Symbol.dispose === undefined) return;
  Object.defineProperty(Class.prototype, Symbol.dispose, { value: dispose, writable: true, configurable: true });
}

addDispose(Timeout, function dispose() { cancel(this); });
addDispose(Immediate, function dispose() { clearImmediate(this); });

function arm(timer) {
  timer._destroyed = false;
  active.set(timer[kId], timer);
  setNative(timer[kId], timer._idleTimeout);
}

function cancel(timer) {
  timer._destroyed = true;
  timer._onTimeout = null;
  timer._repeat = null;
  if (active.delete(timer[kId])) clearNative(timer[kId]);
}

function callbackOf(callback) {
  if (typeof callback !== 'function') throw new codes.ERR_INVALID_ARG_TYPE('callback', 'function', callback);
  return callback;
}

function setTimeout(callback, after, ...args) {
  const timer = new Timeout(callbackOf(callback), after, args, false);
  arm(timer);
  return timer;
}

function setInterval(callback, repeat, ...args) {
  const timer = new Timeout(callbackOf(callback), repeat, args, true);
  arm(timer);
  return timer;
}

function clearTimeout(timer) {
  if (timer === undefined || timer === null) return;
  if (timer instanceof Timeout) {
    cancel(timer);
  } else if (typeof timer === 'number' || typeof timer === 'string') {
    const known = active.get(Number(timer));
    if (known !== undefined) cancel(known);
  }
}

function setImmediate(callback, ...args) {
  const immediate = new Immediate(callbackOf(callback), args);
  immediates.set(immediate[kId], immediate);
  immediateNative(immediate[kId]);
  return immediate;
}

function clearImmediate(immediate) {
  if (!(immediate instanceof Immediate) || immediate._destroyed) return;
  immediate._destroyed = true;
  immediate._onImmediate = null;
  immediates.delete(immediate[kId]);
}

function fire(timer) {
  apply(timer._onTimeout, timer, timer._timerArgs);
}

function fireImmediate(immediate) {
  apply(immediate._onImmediate, immediate, immediate._argv);
}

/** The timer whose callback runs. */
let running;

/** JavaScript was stopped by force, which runs no `finally`: the interval whose callback that was does not call it again. */
function cancelStopped() {
  if (running !== undefined) cancel(running);
  running = undefined;
}

/** The timer `id` is due. */
function runTimer(id) {
  const timer = active.get(id);
  if (timer === undefined) return;
  if (timer._repeat !== null) {
    // Before the callback: Node counts the next period from here, and a callback that throws does not end it.
    timer._idleTimeout = timer._repeat;
    setNative(id, timer._repeat);
  } else {
    active.delete(id);
    timer._destroyed = true;
  }
  running = timer;
  try {
    asyncContext.run(timer[kFrame], fire, timer);
  } finally {
    running = undefined;
  }
}

/** The immediate `id` is due. */
function runImmediate(id) {
  const immediate = immediates.get(id);
  if (immediate === undefined) return;
  immediates.delete(id);
  immediate._destroyed = true;
  asyncContext.run(immediate[kFrame], fireImmediate, immediate);
}

function openName({ _repeat: repeat, _idleTimeout: delay }) {
  const name = repeat === null ? 'setTimeout' : 'setInterval';
  return typeof delay === 'number' ? `a timer (${name}, ${delay} ms)` : `a timer (${name})`;
}

/** Whether anything waits that is a reason to wait for it. */
function hasRef() {
  const isRef = (item) => item[kRefed];
  return [...active.values()].some(isRef) || [...immediates.values()].some(isRef);
}

/** What waits by now is none of the test file's. */
function takeBaseline() {
  baselineTimer = lastTimer;
  baselineImmediate = lastImmediate;
}

/** Calls `tell(what, stack)` for everything that waits, was not unref'ed and is younger than the baseline. */
function listOpen(tell) {
  const telling = (name, baseline) => (item) => {
    if (item[kRefed] && item[kId] > baseline) tell(name(item), item[kSite] === undefined ? '' : siteStack(item[kSite]));
  };
  apply(forEach, active, [telling(openName, baselineTimer)]);
  apply(forEach, immediates, [telling(() => 'an immediate (setImmediate)', baselineImmediate)]);
}

/** Nothing waits any more: the file that made it all is over and its realm is not. */
function forgetAll() {
  apply(forEach, active, [cancel]);
  apply(forEach, immediates, [clearImmediate]);
}

module.exports = {
  cancelStopped,
  clearImmediate,
  clearInterval: function clearInterval(timer) { clearTimeout(timer); },
  clearTimeout,
  forgetAll,
  hasRef,
  Immediate,
  listOpen,
  runImmediate,
  runTimer,
  setImmediate,
  setInterval,
  setTimeout,
  takeBaseline,
  Timeout,
};
