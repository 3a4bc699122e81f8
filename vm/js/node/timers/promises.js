// node:timers/promises: timers as promises and as an async iterator, each of them abortable.

const { setTimeout: startTimeout, setImmediate: startImmediate, setInterval: startInterval, clearTimeout, clearImmediate, clearInterval } =
  require('internal/timers');
const { AbortError, codes } = require('internal/errors');
const { validateAbortSignal, validateBoolean, validateNumber, validateObject } = require('internal/validators');

/** Checks `options`; returns what is wrong, because these functions reject and never throw. */
function checkOptions(options) {
  try {
    validateObject(options, 'options');
    if (options.signal !== undefined) validateAbortSignal(options.signal, 'options.signal');
    if (options.ref !== undefined) validateBoolean(options.ref, 'options.ref');
  } catch (error) {
    return error;
  }
  return undefined;
}

function aborted(signal) {
  return new AbortError(undefined, { cause: signal.reason });
}

/** A promise of one firing: `start(callback)` gives the timer, `stop(timer)` ends it. */
function once(start, stop, value, options) {
  const problem = checkOptions(options);
  if (problem !== undefined) return Promise.reject(problem);
  const { signal, ref = true } = options;
  if (signal?.aborted) return Promise.reject(aborted(signal));
  return new Promise((resolve, reject) => {
    const onAbort = () => {
      stop(timer);
      reject(aborted(signal));
    };
    const timer = start(() => {
      signal?.removeEventListener('abort', onAbort);
      resolve(value);
    });
    if (!ref) timer.unref();
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}

function setTimeout(delay, value, options = {}) {
  try {
    if (delay !== undefined) validateNumber(delay, 'delay');
  } catch (error) {
    return Promise.reject(error);
  }
  return once((fire) => startTimeout(fire, delay), clearTimeout, value, options);
}

function setImmediate(value, options = {}) {
  return once((fire) => startImmediate(fire), clearImmediate, value, options);
}

async function* setInterval(delay, value, options = {}) {
  if (delay !== undefined) validateNumber(delay, 'delay');
  const problem = checkOptions(options);
  if (problem !== undefined) throw problem;
  const { signal, ref = true } = options;
  if (signal?.aborted) throw aborted(signal);

  let missed = 0;
  let wake;
  const onAbort = () => {
    clearInterval(timer);
    wake?.();
    wake = undefined;
  };
  const timer = startInterval(() => {
    missed++;
    wake?.();
    wake = undefined;
  }, delay);
  if (!ref) timer.unref();
  signal?.addEventListener('abort', onAbort, { once: true });
  try {
    while (!signal?.aborted) {
      if (missed === 0) await new Promise((resolve) => { wake = resolve; });
      for (; missed > 0; missed--) yield value;
    }
    throw aborted(signal);
  } finally {
    clearInterval(timer);
    signal?.removeEventListener('abort', onAbort);
  }
}

class Scheduler {
  constructor() {
    throw new codes.ERR_ILLEGAL_CONSTRUCTOR();
  }

  yield() {
    return setImmediate();
  }

  wait(delay, options) {
    return setTimeout(delay, undefined, options);
  }
}

const scheduler = Object.create(Scheduler.prototype);

module.exports = { setTimeout, setImmediate, setInterval, scheduler };
