// What the embedded readable-stream takes from the runtime instead of its own copies: errors, abort signals, inspect, nextTick.

const { AbortError, aggregateTwoErrors, codes } = require('internal/errors');
const { nextTick } = require('internal/task_queues');

function lazy(id, name) {
  return { enumerable: true, get: () => require(id)[name] };
}

module.exports = {
  // Errors.
  AbortError,
  aggregateTwoErrors,
  codes,
  hideStackFrames: (fn) => fn,

  // util.
  kEmptyObject: Object.freeze({ __proto__: null }),
  once(callback) {
    let called = false;
    return function once(...args) {
      if (called) return;
      called = true;
      Reflect.apply(callback, this, args);
    };
  },
  createDeferredPromise: () => Promise.withResolvers(),
  promisify: Object.assign((fn) => require('internal/util/promisify').promisify(fn), {
    custom: Symbol.for('nodejs.util.promisify.custom'),
  }),
  debuglog: () => () => {},
  deprecate: (fn) => fn,
  types: {
    isAsyncFunction: (fn) => Object.prototype.toString.call(fn) === '[object AsyncFunction]',
    isArrayBufferView: ArrayBuffer.isView,
  },
  isBlob: (value) => value instanceof require('web/blob').Blob,
  AbortSignalAny: (signals) => require('web/abort').AbortSignal.any(signals),
  addAbortListener: (signal, listener) => require('node/events').addAbortListener(signal, listener),

  // process.
  nextTick,
};

Object.defineProperties(module.exports, {
  inspect: lazy('internal/util/inspect', 'inspect'),
  format: lazy('internal/util/format', 'format'),
  stdout: { get: () => require('internal/process_object').process.stdout },
  stderr: { get: () => require('internal/process_object').process.stderr },
  AggregateError: { value: AggregateError },
});
