// Listening to signals: `process.on('SIGUSR1', …)` takes the signal over, removing the last listener gives it back.

const { errnoException } = require('internal/errors');
const { signals } = require('node/constants');

const native = binding('signals');
const watched = new Map();
let isWaiting = false;

function isSignal(event) {
  return typeof event === 'string' && Object.prototype.hasOwnProperty.call(signals, event);
}

function wait(process) {
  if (isWaiting) return;
  isWaiting = true;
  native.next((error, numbers) => {
    isWaiting = false;
    if (watched.size > 0) wait(process);
    if (error) throw error;
    for (let i = 0; i < numbers.length; i++) {
      const name = watched.get(numbers[i]);
      if (name !== undefined) process.emit(name, name, numbers[i]);
    }
  });
}

/** Makes listeners of `process` for signals work. */
function attach(process) {
  process.on('newListener', (event) => {
    if (!isSignal(event) || watched.has(signals[event])) return;
    const result = native.watch(signals[event]);
    if (result < 0) throw errnoException(result, 'uv_signal_start');
    watched.set(signals[event], event);
    wait(process);
  });
  process.on('removeListener', (event) => {
    if (!isSignal(event) || process.listenerCount(event) > 0) return;
    native.unwatch(signals[event]);
    watched.delete(signals[event]);
  });
}

/** Stops listening: the file that did is over and its realm is not. */
function forgetAll(process) {
  for (const name of [...watched.values()]) process.removeAllListeners(name);
  watched.clear();
  // Native code has dropped the callback that waited.
  isWaiting = false;
}

module.exports = { attach, forgetAll, isSignal };
