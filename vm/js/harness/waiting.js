// `vi.waitFor` and `vi.waitUntil`: try again until a callback succeeds, on real timers.

const { setTimeout } = globalThis;
const { now } = Date;

function settings(options) {
  const given = typeof options === 'number' ? { timeout: options } : options ?? {};
  return { timeout: given.timeout ?? 1000, interval: given.interval ?? 50 };
}

/** Timers of ours are nothing that a file leaves behind. */
function unref(timer) {
  timer?.unref?.();
}

function pause(ms) {
  return new Promise((resolve) => {
    unref(setTimeout(resolve, ms));
  });
}

/** Resolves with what `callback` returns once it neither throws nor rejects; rejects with its last error. */
async function waitFor(callback, options) {
  const { timeout, interval } = settings(options);
  const end = now() + timeout;
  let last;
  do {
    try {
      return await withinTime(callback(), end, () => last);
    } catch (error) {
      last = error;
    }
    if (now() >= end) break;
    await pause(Math.min(interval, Math.max(0, end - now())));
  } while (now() <= end);
  throw last ?? new Error('waitFor() timed out');
}

/** Resolves with what `callback` returns once that is truthy; an error of it ends the waiting. */
async function waitUntil(callback, options) {
  const { timeout, interval } = settings(options);
  const end = now() + timeout;
  for (;;) {
    const value = await withinTime(callback(), end, () => undefined);
    if (value) return value;
    if (now() >= end) throw new Error(`waitUntil() timed out after ${timeout} ms`);
    await pause(Math.min(interval, Math.max(0, end - now())));
  }
}

/** The value, or the promise of it unless that takes longer than the time that is left. */
function withinTime(value, end, lastError) {
  if (value === null || typeof value !== 'object' || typeof value.then !== 'function') return value;
  return new Promise((resolve, reject) => {
    unref(setTimeout(() => reject(lastError() ?? new Error('the callback did not finish in time')), Math.max(0, end - now())));
    value.then(resolve, reject);
  });
}

/** One turn of the event loop. */
function turn() {
  return pause(0);
}

module.exports = { waitFor, waitUntil, turn };
