// util.promisify and util.callbackify: the two bridges between callbacks and promises.

const { codes } = require('internal/errors');
const { validateFunction } = require('internal/validators');

const customPromisify = Symbol.for('nodejs.util.promisify.custom');
// Names of several callback results: a promise then gives an object (child_process.exec: stdout and stderr).
const customPromisifyArgs = Symbol('customPromisifyArgs');

function promisify(original) {
  validateFunction(original, 'original');
  const custom = original[customPromisify];
  if (custom) {
    validateFunction(custom, 'util.promisify.custom');
    return Object.defineProperty(custom, customPromisify, {
      __proto__: null, value: custom, enumerable: false, writable: false, configurable: true,
    });
  }
  const names = original[customPromisifyArgs];
  function fn(...args) {
    return new Promise((resolve, reject) => {
      Reflect.apply(original, this, [...args, (error, ...values) => {
        if (error) return reject(error);
        if (names === undefined || values.length < 2) return resolve(values[0]);
        const result = {};
        for (let i = 0; i < names.length; i++) result[names[i]] = values[i];
        return resolve(result);
      }]);
    });
  }
  Object.setPrototypeOf(fn, Object.getPrototypeOf(original));
  Object.defineProperty(fn, customPromisify, {
    __proto__: null, value: fn, enumerable: false, writable: false, configurable: true,
  });
  const descriptors = Object.getOwnPropertyDescriptors(original);
  for (const key of Reflect.ownKeys(descriptors)) {
    const own = Object.getOwnPropertyDescriptor(fn, key);
    if (own === undefined || own.configurable) Object.defineProperty(fn, key, descriptors[key]);
  }
  return fn;
}

promisify.custom = customPromisify;

function callbackify(original) {
  validateFunction(original, 'original');
  function callbackified(...args) {
    const callback = args.pop();
    validateFunction(callback, 'last argument');
    const { nextTick } = require('node/process');
    const later = callback.bind(this);
    // Out of the promise's reaction: what the callback throws is an uncaught exception, not a rejection.
    Reflect.apply(original, this, args).then(
      (value) => nextTick(later, null, value),
      (reason) => nextTick(() => later(reason || falsyReason(reason))),
    );
  }
  const descriptors = Object.getOwnPropertyDescriptors(original);
  if (typeof descriptors.length?.value === 'number') descriptors.length.value++;
  if (typeof descriptors.name?.value === 'string') descriptors.name.value += 'Callbackified';
  for (const key of Reflect.ownKeys(descriptors)) {
    const own = Object.getOwnPropertyDescriptor(callbackified, key);
    if (own === undefined || own.configurable) Object.defineProperty(callbackified, key, descriptors[key]);
  }
  return callbackified;
}

function falsyReason(reason) {
  const error = new codes.ERR_FALSY_VALUE_REJECTION();
  error.reason = reason;
  return error;
}

module.exports = { callbackify, customPromisifyArgs, promisify };
